"""What a page of the queue costs does not grow with what is stored, whatever it is narrowed to."""

import random
from datetime import timedelta

import pytest
from sqlalchemy import delete, insert, text, update
from sqlalchemy.dialects import postgresql

from admin.db import db, today
from admin.desk.claims import clock
from admin.desk.queue.lane_counts import counts_statement
from admin.desk.queue.listing import (
    LOOKED_AT,
    queue_statement,
    read_queue,
)
from admin.models import LaneRank, Tip, TipLabel, TipReader
from admin.tip.status import OPEN_STATUSES, TipStatus
from admin.tip.urgency import Urgency
from tests.admin.desk.queue.offered import few_filters
from tests.admin.desk.queue.test_lanes import plan_of
from tests.admin.desk.queue.tip_rows import HOLDER, make_row

SMALL, TIMES = 1_000, 40
RARE, COMMON = "on_site", "urgent_help"
STATUSES = [TipStatus.RECEIVED] * 3 + list(TipStatus)
OWN = {"id": "abs(random())", "reference": "hex(randomblob(5))", "lookup": "randomblob(32)"}


@pytest.fixture
def small(app, make_tip, members):
    """A thousand tips as after years of work: some are open, few are held, some stand apart."""
    key_id, holder = make_tip().unit_key_id, members[HOLDER].member_id
    dice = random.Random(5)
    with app.app_context():
        db.session.execute(delete(TipReader))
        db.session.execute(delete(Tip))
        db.session.execute(insert(Tip), [a_row(dice, key_id, holder) for _ in range(SMALL)])
        put_labels()


def a_row(dice, key_id, holder):
    status = dice.choice(STATUSES)
    is_open = status in OPEN_STATUSES
    is_machine = status is TipStatus.RECEIVED and dice.random() < 0.1
    is_held = status is TipStatus.ACCEPTED and dice.random() < 0.2
    return make_row(dice, key_id) | {
        "unit_id": "police",
        "status": status,
        "is_open": is_open,
        "urgency": dice.choice([Urgency.P3] * 9 + list(Urgency)),
        "received_on": today() - timedelta(days=dice.randrange(365)),
        "due_on": today() + timedelta(days=dice.randrange(-20, 40)) if is_open else None,
        "claimed_by_id": holder if is_held else None,
        "claimed_until": clock() + 90_000 if is_held else None,
        "machine_unit": "police" if is_machine else None,
        "lane_rank": dice.choice(list(LaneRank)),
        "channel": dice.choice(["form"] * 16 + ["phone", "phone", "letter", "visit"]),
    }


def multiply():
    """Make many times as many of the same kinds, but not of the lane, which has a bound."""
    names = [column.name for column in Tip.__table__.columns]
    kept = ", ".join(OWN.get(name, name) for name in names)
    db.session.execute(
        text(
            f"INSERT INTO tip ({', '.join(names)}) WITH RECURSIVE n(i) AS"
            f" (VALUES(1) UNION ALL SELECT i + 1 FROM n WHERE i < {TIMES - 1})"
            f" SELECT {kept} FROM n, tip WHERE machine_unit IS NULL"
        )
    )
    put_labels()


def put_labels():
    """One label on one tip of five, and one on as many as are still put in order."""
    db.session.execute(delete(TipLabel))
    for label, chosen in ((COMMON, "id % 5 = 0"), (RARE, f"TRUE LIMIT {LOOKED_AT}")):
        db.session.execute(
            text(
                "INSERT INTO tip_label (tip_id, label, unit_id)"
                f" SELECT id, '{label}', unit_id FROM tip WHERE {chosen}"
            )
        )
    db.session.commit()


class Steps:
    """Counts what SQLite's machine does."""

    GRAIN = 20

    def __init__(self, session):
        self.count = 0
        # The session's own connection, in this one transaction.
        self.raw = session.connection().connection.driver_connection

    def of(self, work):
        self.count = 0
        self.raw.set_progress_handler(self._tick, self.GRAIN)
        try:
            work()
        finally:
            self.raw.set_progress_handler(None, 0)
        return self.count * self.GRAIN

    def _tick(self):
        self.count += 1
        return 0


A_LOOK = 105
"""Steps for one tip at which a page looks: 96 were counted, for the dearest filter.

18 of them ask whether the member has a part in the tip.
"""


def costs(viewer, filters):
    steps = Steps(db.reading)
    found = {
        wanted: steps.of(lambda wanted=wanted: read_queue(db.reading, viewer, wanted, None))
        for wanted in filters
    }
    db.reading.rollback()
    return found


@pytest.fixture
def filters(members):
    return list(few_filters([RARE, COMMON], [members[HOLDER].member_id]))


def test_no_filter_costs_more_among_forty_times_as_many_tips(app, database, small, filters, viewer):
    if database != "sqlite":
        pytest.skip("counts what SQLite's machine does")
    with app.app_context():
        before = costs(viewer, filters)
        multiply()
        after = costs(viewer, filters)

    # Twice its own cost, and what it takes to look at as many tips as a page may: among a thousand
    # a filter that fits nothing finds fewer at which to look.
    looking = A_LOOK * LOOKED_AT
    grown = {
        wanted: (before[wanted], steps)
        for wanted, steps in after.items()
        if steps > 2 * before[wanted] + looking
    }
    assert grown == {}


def test_postgresql_neither_reads_nor_sorts_what_it_need_not(
    app, database, small, filters, viewer, session
):
    if database != "postgresql":
        pytest.skip("looks at PostgreSQL's plans")
    for wanted in filters:
        statement = queue_statement(wanted, None, is_rare=wanted.label != COMMON)
        if statement is None:
            continue
        plan = plan_of(session, statement, viewer)
        assert "Seq Scan on tip" not in plan, (wanted, plan)


def multiply_on_a_server():
    """The same on PostgreSQL, so that its planner knows how many there are and how many are held.

    Of the held ones none has run out, as after a sweep.
    """
    names = [column.name for column in Tip.__table__.columns]
    own = {"id": "(random() * 9e15)::bigint", "reference": "left(md5(random()::text), 11)"}
    own |= {"lookup": "decode(md5(random()::text) || md5(random()::text), 'hex')"}
    kept = ", ".join(own.get(name, name) for name in names)
    db.session.execute(
        text(
            f"INSERT INTO tip ({', '.join(names)})"
            f" SELECT {kept} FROM generate_series(2, {TIMES}), tip"
        )
    )
    db.session.execute(text("ANALYZE tip"))


def generic_plan_of(statement):
    """Explain a statement as PostgreSQL plans it once for all values: what a kept one becomes."""
    dialect = postgresql.dialect(paramstyle="numeric_dollar")
    cursor = db.session.connection().connection.cursor()
    cursor.execute(f"EXPLAIN (GENERIC_PLAN) {statement.compile(dialect=dialect)}")
    return "\n".join(line for (line,) in cursor.fetchall())


def test_a_plan_that_is_kept_for_all_values_reads_no_table_from_front_to_end(app, database, small):
    if database != "postgresql":
        pytest.skip("looks at PostgreSQL's plans")
    with app.app_context():
        db.session.execute(
            update(Tip)
            .where(Tip.status == TipStatus.ACCEPTED)
            .values(claimed_until=clock() + 90_000)
        )
        multiply_on_a_server()
        plan = generic_plan_of(counts_statement())
        db.session.rollback()
    assert "Seq Scan on tip" not in plan, plan
