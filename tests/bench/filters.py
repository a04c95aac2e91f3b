"""Ask for the queue under every combination of filters that its page offers, over HTTP.

A store's times are held against those of a thousand tips: none may be more than twice as long.
What seems to be is asked for again, so that a busy machine accuses nobody.
"""

import statistics
import time
from collections.abc import Iterable
from contextlib import closing

from sqlalchemy import select

from admin import create_app
from admin.db import db
from admin.desk.queue.search import Wanted
from admin.models import Member
from tests.admin.desk.queue.offered import every_filter, few_filters

from .load import Connection
from .place import Place

TIMES, AGAIN, SUSPECTS = 2, 15, 60
BOUND = 2
"""How many times as long a page may take as among a thousand tips."""
LABEL = "on_site"
Costs = dict[Wanted, float]


def all_filters(place: Place, *, is_whole: bool) -> list[Wanted]:
    """List what is tried: every combination, or each filter alone in each lane."""
    app = create_app(place.config)
    with app.app_context():
        # Read apart: no pause for those who write.
        holder = db.reading.scalars(select(Member.id).order_by(Member.name).limit(1)).one()
        db.reading.close()
        db.dispose()
    combine = every_filter if is_whole else few_filters
    return list(combine([LABEL], [holder]))


def ask_each(place: Place, filters: Iterable[Wanted], cookie: str, times: int = TIMES) -> Costs:
    """Give each page's time in milliseconds, the shortest of `times`: what else runs only adds."""
    with closing(Connection("localhost", place.port)) as connection:
        return {wanted: _time(connection, wanted, cookie, times) for wanted in filters}


def _time(connection: Connection, wanted: Wanted, cookie: str, times: int) -> float:
    taken = []
    for _ in range(times):
        started = time.perf_counter()
        status, page = connection.get(f"/desk/?{wanted.query()}", cookie)
        taken.append(time.perf_counter() - started)
        assert status == 200, (status, wanted, page[:200])
    return min(taken) * 1000


def ask_again(first: Place, cookie: str, early: Costs, place: Place, own: str, late: Costs) -> None:
    """Ask once more, in both stores, for the pages that seem to have grown most.

    Whatever seems to be above the bound is among them: two times alone tell of a busy moment.
    """
    # Members have other keys in the other store: what was chosen is compared, by its place.
    pairs = list(zip(early, late, strict=True))
    pairs.sort(key=lambda pair: early[pair[0]] / late[pair[1]])
    above = sum(late[other] > BOUND * early[one] for one, other in pairs)
    pairs = pairs[: max(SUSPECTS, above)]
    # One beside the other, so that a busy moment meets both.
    for one, other in pairs:
        early |= ask_each(first, [one], cookie, AGAIN)
        late |= ask_each(place, [other], own, AGAIN)


def show_filters(kind: str, name: str, small: Costs, large: Costs) -> None:
    """Print the median, the worst and what is more than twice as slow as among a thousand."""
    before = dict(zip(large, small.values(), strict=True))
    ratios = {wanted: large[wanted] / before[wanted] for wanted in large}
    worst = max(ratios, key=lambda wanted: ratios[wanted])
    bad = [wanted for wanted, ratio in ratios.items() if ratio > BOUND]
    print(
        f"{kind}, {name}: {len(large)} combinations of filters; median"
        f" {statistics.median(small.values()):.1f} -> {statistics.median(large.values()):.1f} ms;"
        f" slowest {max(small.values()):.1f} -> {max(large.values()):.1f} ms; grown most"
        f" {ratios[worst]:.2f}x ({before[worst]:.1f} -> {large[worst]:.1f} ms: {worst.query()});"
        f" more than {BOUND}x: {len(bad)}",
        flush=True,
    )
    for wanted in sorted(bad, key=lambda wanted: -ratios[wanted])[:20]:
        times = f"{before[wanted]:.1f} -> {large[wanted]:.1f} ms"
        print(f"  {ratios[wanted]:.2f}x {times}: {wanted.query()}")
