"""The counter's totals: nothing below ten shows, by itself or by subtraction."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from admin.counts.rules import (
    LEAST,
    Month,
    months_over,
    rounded,
    shown,
    table,
    total_shown,
)
from admin.counts.views import (
    KEPT_SECONDS,
    KeptTotals,
    Totals,
    count_out_of_scope,
    first_moves_statement,
    read_columns,
)
from admin.db import db, set_today, today
from admin.models import Decision, Tip, UnitKey
from admin.sealing.payload import new_reference
from admin.tip.status import TipStatus
from admin.tip.urgency import Urgency

COUNTS = st.lists(st.integers(0, 40), min_size=1, max_size=12)
YEAR = [Month(2025, month) for month in range(1, 13)]
AFTER = date(2026, 3, 5)


@given(COUNTS)
def test_no_small_number_is_shown(counts):
    cells = [shown(count) for count in counts]

    assert all(cell is None or cell >= LEAST for cell in [*cells, total_shown(counts)])


@given(COUNTS)
def test_a_total_minus_what_is_shown_tells_no_hidden_month(counts):
    total = total_shown(counts)
    hidden = [count for count in counts if shown(count) is None]
    if total is None or not hidden:
        return

    left = total - sum(count for count in counts if shown(count) is not None)

    # What is left may be shared out among the hidden in more than one way, down to 0 for each.
    assert len(hidden) >= 2
    assert left >= LEAST
    assert left == sum(hidden)


@given(COUNTS)
def test_what_was_shown_once_is_shown_for_good(counts):
    """Who kept the page of the running year learns nothing new of its hidden months later."""
    columns = [dict(zip(YEAR, counts, strict=False))]
    running = table(columns, YEAR[: len(counts)], date(2025, 12, 31))
    over = table(columns, YEAR, AFTER)

    later = {row.title: row.cells for row in over}
    assert all(later[row.title] == row.cells for row in running)


@given(st.integers(0, 10_000), st.integers(0, 9))
def test_a_growing_number_never_shows_that_one_was_added(count, more):
    before, after = rounded(count), rounded(count + more)

    assert (after or 0) - (before or 0) in (0, LEAST)
    assert before is None or before % LEAST == 0


def test_the_running_month_and_the_running_years_total_are_not_shown():
    months = months_over(Month(2025, 11), AFTER, 36)
    rows = table([{month: 20 for month in months}], months, AFTER)

    assert [str(month) for month in months] == ["2025-11", "2025-12", "2026-01", "2026-02"]
    assert [row.title for row in rows] == ["2026-02", "2026-01", "2025-12", "2025-11"]


def test_a_year_that_is_over_has_a_total_where_that_is_safe():
    one_hidden = dict(zip(YEAR, [3, *[20] * 11], strict=True))
    two_hidden = dict(zip(YEAR, [6, 7, *[20] * 10], strict=True))

    (year, *_months) = table([one_hidden, two_hidden], YEAR, AFTER)

    assert (year.title, year.cells) == ("2025", [None, 213])


@pytest.fixture
def tip(app):
    """Store a bare tip of a month; gives its row."""
    with app.app_context():
        key = UnitKey(
            unit_id="police",
            recipient="age1pq1a",
            recovery="age1pq1b",
            fingerprint="f",
            roster_mac="",
            made_on=today(),
        )
        db.session.add(key)
        db.session.flush()

        def store(day, *moves, unit="police", lane=None):
            row = Tip(
                reference=new_reference(),
                lookup=new_reference().encode(),
                unit_id=unit,
                unit_key_id=key.id,
                urgency=Urgency.P2,
                received_on=day,
                machine_unit=lane,
                sealed=b"",
            )
            db.session.add(row)
            db.session.flush()
            old = TipStatus.RECEIVED
            for step, (new, after) in enumerate(moves, 1):
                values = {"tip_id": row.id, "step": step, "old": old, "new": new, "by": "ada"}
                decided_on = day + timedelta(days=after)
                db.session.add(Decision(reason="-", decided_on=decided_on, **values))
                old = new
            db.session.flush()

        yield store


def test_each_tip_counts_once_in_the_month_in_which_it_first_came_there(tip):
    january = date(2026, 1, 20)
    tip(january, (TipStatus.ACCEPTED, 1), (TipStatus.CLOSED, 20), (TipStatus.ACCEPTED, 50))
    tip(january, (TipStatus.ACCEPTED, 2), (TipStatus.REFERRED, 3), (TipStatus.REFERRED, 4))
    tip(january, (TipStatus.OUT_OF_SCOPE, 1), (TipStatus.OUT_OF_SCOPE, 40))
    tip(january, unit="practice")
    tip(january, lane="police")

    received, accepted, referred, closed = read_columns(db.session, {"practice"})

    assert received == {Month(2026, 1): 3}
    assert accepted == {Month(2026, 1): 2}
    assert referred == {Month(2026, 1): 1}
    assert closed == {Month(2026, 2): 1}
    assert count_out_of_scope(db.session, {"practice"}) == 1


def test_what_stands_where_is_counted_off_its_own_index(tip):
    statement = first_moves_statement({"practice"}, TipStatus.ACCEPTED)
    compiled = statement.compile(db.engine, compile_kwargs={"literal_binds": True})
    is_sqlite = db.engine.dialect.name == "sqlite"
    if not is_sqlite:
        # With few rows a full read is cheapest; ask for the plan of a large table.
        db.session.execute(text("SET LOCAL enable_seqscan = off"))
        db.session.execute(text("SET LOCAL enable_bitmapscan = off"))

    explain = "EXPLAIN QUERY PLAN" if is_sqlite else "EXPLAIN"
    plan = "\n".join(str(row) for row in db.session.execute(text(f"{explain} {compiled}")))

    assert "ix_decision_new" in plan, plan
    assert ("COVERING INDEX ix_decision_new" if is_sqlite else "Index Only Scan") in plan, plan
    assert "SCAN tip" not in plan, plan
    assert "SCAN decision" not in plan, plan
    assert "Seq Scan on" not in plan, plan


@pytest.fixture
def kept(monkeypatch):
    """Totals that are kept, by a clock that a test sets; gives how often they have been read."""
    clock, reads = [1_000.0], []
    monkeypatch.setattr("admin.counts.views.time.monotonic", lambda: clock[0])
    totals = KeptTotals()

    def ask(seconds, day):
        clock[0] += seconds
        set_today(day)
        totals.get(lambda: reads.append(day) or Totals([], 0))
        return len(reads)

    yield ask
    set_today(None)


@pytest.mark.parametrize(
    ("seconds", "day", "reads"),
    [(0, 31, 1), (KEPT_SECONDS - 1, 31, 1), (KEPT_SECONDS, 31, 2), (1, 32, 2)],
    ids=["at once", "within the hour", "after an hour", "on the next day"],
)
def test_the_totals_are_read_again_after_an_hour_and_on_a_new_day(kept, seconds, day, reads):
    """A month that has just ended is never shown as it stood before its last hour."""
    assert kept(0, date(2026, 3, 31)) == 1

    assert kept(seconds, date(2026, 3, 31) + timedelta(days=day - 31)) == reads
