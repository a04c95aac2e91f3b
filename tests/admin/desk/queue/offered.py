"""Every combination of filters that the queue's page offers, from the code's own lists."""

from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import timedelta
from itertools import product

from admin.db import today
from admin.desk.queue.lanes import Lane
from admin.desk.queue.search import Wanted
from admin.tip.channels import CHANNELS
from admin.tip.status import TipStatus
from admin.tip.urgency import Urgency

DAYS = {
    "no days": {},
    "since": {"since": today() - timedelta(days=3)},
    "until": {"until": today() - timedelta(days=300)},
    "between": {"since": today() - timedelta(days=40), "until": today() - timedelta(days=30)},
}
LEFT_OUT = {"reference"}
"""A reference's beginning finds a handful wherever they stand, and is tried by itself."""


def every_filter(labels: list[str], holders: list[int]) -> Iterator[Wanted]:
    """Combine all that can be chosen; `labels` and `holders` are what the page would list."""
    choices = {
        "lane": list(Lane),
        "status": [None, *TipStatus],
        "urgency": [None, *Urgency],
        "label": [None, *labels],
        "holder": [None, *holders],
        "channel": [None, *CHANNELS],
    }
    offered = {field.name for field in fields(Wanted)} - LEFT_OUT
    assert offered == {*choices, "since", "until"}, "a filter that nobody tries"
    for values in product(*choices.values()):
        chosen = Wanted(**dict(zip(choices, values, strict=True)))
        for days in DAYS.values():
            yield replace(chosen, **days)


def few_filters(labels: list[str], holders: list[int]) -> Iterator[Wanted]:
    """Each lane at four statuses, narrowed by nothing, by each other filter alone, and by all."""
    others = [{}, {"urgency": Urgency.P0}, {"urgency": Urgency.P3}, DAYS["until"], DAYS["between"]]
    others += [*({"label": one} for one in labels), *({"holder": one} for one in holders)]
    others += [{"channel": "form"}, {"channel": "phone"}]
    everything = {"urgency": Urgency.P2, "holder": holders[0], "channel": "form"}
    others.append(everything | {"label": labels[0]} | DAYS["between"])
    statuses = [None, TipStatus.RECEIVED, TipStatus.REFERRED, TipStatus.CLOSED]
    for lane, status, other in product(Lane, statuses, others):
        yield Wanted(lane=lane, status=status, **other)
