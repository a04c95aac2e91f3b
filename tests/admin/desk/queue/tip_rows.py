"""Rows of tips in every state, and the filters that find them: for the trials of the queue."""

import secrets
from datetime import timedelta

from admin.db import today
from admin.desk.claims import clock
from admin.desk.queue.lanes import Lane
from admin.desk.queue.listing import parse_cursor, read_queue
from admin.desk.queue.search import Wanted
from admin.models import LaneRank, random_key
from admin.tip.status import OPEN_STATUSES, TipStatus
from admin.tip.urgency import Urgency

HOLDER = "police-2"
DAYS = {"since": today() - timedelta(days=5), "until": today() - timedelta(days=2)}
FILTERS = [
    Wanted(),
    Wanted(urgency=Urgency.P1),
    Wanted(since=today() - timedelta(days=3)),
    Wanted(**DAYS),
    Wanted(**DAYS, urgency=Urgency.P2),
    Wanted(status=TipStatus.CLOSED),
    Wanted(status=TipStatus.CLOSED, **DAYS),
    Wanted(status=TipStatus.RECEIVED, urgency=Urgency.P3, since=today()),
    Wanted(status=TipStatus.RECEIVED),
    Wanted(channel="phone"),
    Wanted(channel="form", lane=Lane.FREE),
    Wanted(channel="phone", lane=Lane.FREE, urgency=Urgency.P3),
    Wanted(label="on_site"),
    Wanted(label="on_site", lane=Lane.OVERDUE),
    Wanted(label="on_site", status=TipStatus.CLOSED, **DAYS),
    *(Wanted(lane=lane) for lane in Lane if lane is not Lane.ALL),
    *(Wanted(lane=lane, urgency=Urgency.P1) for lane in Lane if lane is not Lane.ALL),
    *(Wanted(lane=lane, **DAYS) for lane in Lane if lane is not Lane.ALL),
    Wanted(lane=Lane.MACHINE, status=TipStatus.QUESTION),
    *(Wanted(lane=lane, status=status) for lane in Lane for status in TipStatus),
    Wanted(lane=Lane.OVERDUE, status=TipStatus.RECEIVED, channel="form", urgency=Urgency.P2),
    Wanted(lane=Lane.TODAY, status=TipStatus.ACCEPTED, label="on_site"),
]


def make_row(dice, key_id, ids=(None,)):
    status = dice.choice(list(TipStatus))
    unit_id = dice.choice(["police", "police", "police", "drugs"])
    is_open = status in OPEN_STATUSES
    holder = dice.choice([None, None, *ids])
    is_machine = is_open and holder is None and dice.choice([False, False, True])
    return {
        "id": random_key(),
        "reference": f"{secrets.token_hex(5)}",
        "lookup": secrets.token_bytes(32),
        "unit_id": unit_id,
        "unit_key_id": key_id,
        "urgency": dice.choice(list(Urgency)),
        "received_on": today() - timedelta(days=dice.randrange(8)),
        "status": status,
        "is_open": is_open,
        "claimed_by_id": holder,
        "claimed_until": clock() + dice.choice([-3600, 3600]) if holder else None,
        "due_on": dice.choice([None, *(today() + timedelta(days=n) for n in (-2, -1, 0, 1))]),
        "machine_unit": unit_id if is_machine else None,
        "lane_rank": dice.choice(list(LaneRank)),
        "channel": dice.choice(["form", "form", "phone"]),
        "version": 1,
        "sealed": b"",
    }


def read_all(session, viewer, wanted):
    after, pages = None, []
    while True:
        page = read_queue(session, viewer, wanted, after)
        pages.append(page.rows)
        if page.next is None:
            return pages
        # As it comes back in an address.
        after = parse_cursor(str(page.next), wanted.lane)
