"""What waits for a second person at a tip, and what of it still fits when they agree."""

import pytest
from sqlalchemy import select

from admin.access.roles import Staff
from admin.app_state import app_state
from admin.db import today
from admin.desk import seconding
from admin.desk.endings import needs_second
from admin.desk.services import days_kept
from admin.models import AuditEvent, Countersign, Tip
from admin.tip.status import TipStatus
from tests.support import add_bare_member

from .conftest import store_sealed

UNITS = ("police", "supervision", "upper")


SECOND = Staff(99, "bo", "upper", ("reviewer",))


@pytest.fixture
def tips(app, units):
    """A tip of each unit; gives their ids."""
    return {unit: store_sealed(app, unit, label=unit == "police").id for unit in UNITS}


@pytest.fixture
def tip_of(session, tips):
    return lambda unit: session.get_one(Tip, tips[unit])


@pytest.fixture
def asker(session):
    """Who asks: a custodian."""
    return add_bare_member(session, unit_id="supervision", roles=["custodian"])


def ask(session, tip, *, why="spam", by="ada"):
    row = Countersign(
        kind="close",
        unit_id=tip.unit_id,
        tip_id=tip.id,
        why=why,
        asked_by=by,
        asked_on=today(),
        version=tip.version,
    )
    session.add(row)
    session.flush()
    return row


@pytest.mark.parametrize("unit", UNITS)
def test_where_nobody_asked_nothing_waits(session, tip_of, unit):
    assert seconding.waiting_of(session, tip_of(unit), SECOND) is None


@pytest.mark.parametrize("unit", ["supervision", "upper"])
def test_what_was_asked_for_is_told_until_it_is_settled_and_as_stale_once_more_happened(
    session, tip_of, unit
):
    tip = tip_of(unit)
    row = ask(session, tip)
    ask(session, tip_of("police"))

    told = seconding.waiting_of(session, tip, SECOND)
    assert (told.by, told.is_stale) == ("ada", False)
    assert told.outcome == app_state().district.outcomes["spam"].zh
    assert told.unit == app_state().district.units["upper"].zh
    row.version -= 1
    assert seconding.waiting_of(session, tip, SECOND).is_stale
    row.settled_on = today()
    session.flush()

    assert seconding.waiting_of(session, tip, SECOND) is None


def test_what_was_agreed_to_is_done_in_the_name_of_who_asked(session, tip_of, asker):
    tip = tip_of("supervision")
    row = ask(session, tip)

    seconding.agree(session, row, by=SECOND)
    session.commit()

    assert (tip.status, tip.outcome) == (TipStatus.CLOSED, "spam")
    assert (row.settled_by, row.is_granted) == ("bo", True)
    lines = session.execute(select(AuditEvent.act, AuditEvent.by).order_by(AuditEvent.number))
    assert [tuple(line) for line in lines] == [("second_given", "bo"), ("acted", "ada")]


LAPSED = {
    "more happened since": lambda tip, row, asker: setattr(row, "version", tip.version - 1),
    "it has no version": lambda tip, row, asker: setattr(row, "version", None),
    "who asked was shut out": lambda tip, row, asker: setattr(asker, "suspended_on", today()),
    "who asked is nobody": lambda tip, row, asker: setattr(row, "asked_by", "nobody"),
    "there is no such outcome": lambda tip, row, asker: setattr(row, "why", "gone"),
}


@pytest.mark.parametrize("name", LAPSED)
def test_what_does_not_fit_any_more_has_lapsed_and_changes_nothing(session, tip_of, asker, name):
    tip = tip_of("supervision")
    row = ask(session, tip)
    LAPSED[name](tip, row, asker)
    session.flush()

    with pytest.raises(seconding.Lapsed):
        seconding.agree(session, row, by=SECOND)

    assert (tip.status, tip.outcome) == (TipStatus.RECEIVED, None)


def test_an_ended_tip_is_not_ended_again(session, tip_of, asker):
    tip = tip_of("supervision")
    tip.status = TipStatus.CLOSED
    session.flush()

    with pytest.raises(seconding.Lapsed):
        seconding.agree(session, ask(session, tip), by=SECOND)


@pytest.mark.parametrize("unit", UNITS)
def test_an_early_end_on_the_sealed_way_takes_two_and_keeps_the_words_thirty_days(
    session, tip_of, unit
):
    tip, outcomes = tip_of(unit), app_state().district.outcomes
    is_sealed = unit != "police"

    early = {name: one.purge_days for name, one in outcomes.items() if one.purge_days is not None}
    assert early
    assert {name for name, one in outcomes.items() if needs_second(tip, one)} == (
        set(early) if is_sealed else set()
    )
    for name, one in outcomes.items():
        least = 30 if is_sealed else 0
        assert days_kept(tip, one) == (max(early[name], least) if name in early else None)
