"""Where a tip stands after an event: its claim, its days, its calls, each at its bound."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from admin.audit.log import record as audit_line
from admin.db import set_today, today
from admin.models import AuditEvent, Decision, LaneRank, Tip
from admin.tip.events import EventKind
from admin.tip.status import TipStatus
from admin.tip.urgency import Urgency
from admin.vault import history
from admin.vault.deadlines import clocks
from admin.vault.events import REPORTER, SYSTEM
from tests.support import add_bare_member
from tests.tip_events import event


@pytest.fixture
def tip(session, tip_id):
    return session.get_one(Tip, tip_id)


@pytest.fixture
def holder(session):
    """A member's id."""
    return add_bare_member(session).id


# Was it open, is it open now, who holds it, until when; and until when then.
CLAIMS = {
    "it ends": (True, False, True, 99, None),
    "it stays ended": (False, False, True, 99, None),
    "it stays open": (True, True, True, 99, 99),
    "it stays open and nobody's": (True, True, False, None, None),
    "it opens, and somebody held it": (False, True, True, None, 0),
    "it opens, and its holder takes it up": (False, True, True, 99, 99),
    "it opens, and nobody held it": (False, True, False, None, None),
}


@pytest.mark.parametrize("name", CLAIMS)
def test_a_claim_ends_with_its_tip_and_is_nobodys_where_it_opens_again(session, tip, holder, name):
    was_open, is_open, is_held, until, then = CLAIMS[name]
    tip.is_open, tip.claimed_by_id, tip.claimed_until = is_open, holder if is_held else None, until

    history._stop_claim(tip, was_open=was_open)

    assert tip.claimed_until == then
    assert tip.claimed_by_id == (holder if is_held else None)


@pytest.mark.parametrize("days", [None, 0, 1, 180])
def test_words_go_so_many_days_from_now_or_never(tip, days):
    history.expire_after(tip, days)

    assert tip.expires_on == (None if days is None else today() + timedelta(days=days))


@pytest.mark.parametrize(("by", "is_told"), [("ada", True), (REPORTER, False), (SYSTEM, False)])
def test_what_staff_do_is_audited_and_what_others_do_is_not(session, tip, by, is_told):
    history.record(session, tip, event("claimed"), by=by)
    session.commit()

    lines = session.execute(
        select(
            *(AuditEvent.act, AuditEvent.by, AuditEvent.unit_id),
            *(AuditEvent.reference, AuditEvent.detail),
        )
    ).all()
    told = ("acted", by, "police", tip.reference, "claimed received")
    assert [tuple(line) for line in lines] == [told] * is_told


@pytest.mark.parametrize("status", TipStatus)
def test_a_tip_is_open_as_its_status_says_and_an_ended_one_has_a_day(session, tip, status):
    history.record(session, tip, event("moved"), new=status, by="ada")

    is_open = status in ("received", "question", "accepted", "referred")
    assert (tip.status, tip.is_open) == (status, is_open)
    ended = today() + timedelta(days=180)
    assert tip.expires_on == (None if is_open else ended)


def test_a_day_that_was_set_before_the_end_stays(session, tip):
    history.expire_after(tip, 7)

    history.record(session, tip, event("moved"), new=TipStatus.CLOSED, by="ada")

    assert tip.expires_on == today() + timedelta(days=7)


def test_words_to_an_ended_tip_open_it_and_to_an_open_one_move_nothing(session, tip, other_id):
    tip.outcome, tip.merged_into_id = "duplicate", other_id
    history.record(session, tip, event("moved"), new=TipStatus.ACCEPTED, by="ada")
    history.heard_from_reporter(session, tip, EventKind.MORE_WORDS)
    assert (tip.status, tip.outcome, tip.merged_into_id) == ("accepted", "duplicate", other_id)

    history.record(session, tip, event("moved"), new=TipStatus.CLOSED, by="ada")
    history.heard_from_reporter(session, tip, EventKind.MORE_WORDS)

    assert (tip.status, tip.is_open) == ("received", True)
    assert (tip.outcome, tip.merged_into_id, tip.expires_on) == (None, None, None)


def calls(session, tip):
    query = select(Decision).where(Decision.tip_id == tip.id, Decision.kind == EventKind.DANGER)
    return len(session.scalars(query).all())


def test_five_calls_of_a_day_leave_lines_and_the_next_day_more(session, tip):
    kept = []
    for _ in range(7):
        history.mark_danger(session, tip)
        kept.append(calls(session, tip))
    assert kept == [1, 2, 3, 4, 5, 5, 5]
    assert (tip.urgency, tip.danger_on) == (Urgency.P0, today())

    set_today(today() + timedelta(days=1))
    try:
        history.mark_danger(session, tip)
        assert calls(session, tip) == 6
        assert tip.danger_on == today()
    finally:
        set_today(None)


def test_a_call_after_the_fifth_opens_a_tip_that_ended_meanwhile(session, tip):
    for _ in range(6):
        history.mark_danger(session, tip)
    history.record(session, tip, event("moved"), new=TipStatus.CLOSED, by="ada")

    history.mark_danger(session, tip)

    assert (tip.status, calls(session, tip)) == ("received", 6)


@pytest.mark.parametrize(
    ("left", "then"), [(None, 4), (1, 4), (4, 4), (5, 5)], ids=["none", "sooner", "same", "later"]
)
def test_a_first_call_in_the_lane_keeps_a_tip_as_long_as_a_new_one(session, tip, left, then):
    session.execute(
        update(Tip).where(Tip.id == tip.id).values(machine_unit="police", lane_rank=LaneRank.PLAIN)
    )
    session.refresh(tip)
    history.expire_after(tip, left)

    history.mark_danger(session, tip)

    assert tip.expires_on == today() + timedelta(days=then)
    assert (tip.machine_unit, tip.lane_rank) == ("police", LaneRank.CALLING)
    history.expire_after(tip, 1)
    history.mark_danger(session, tip)
    assert tip.expires_on == today() + timedelta(days=1)


def test_a_call_to_a_tip_of_the_queue_sets_no_day(session, tip):
    history.mark_danger(session, tip)

    assert (tip.expires_on, tip.machine_unit) == (None, None)


def test_the_lines_of_a_history_are_numbered_in_a_row(session, tip):
    audit_line(session, "opened", by="ada")
    for code in ("claimed", "released", "claimed"):
        history.record(session, tip, event(code), by="ada")

    steps = session.execute(select(Decision.step, Decision.old, Decision.new).order_by("step"))
    assert [tuple(row) for row in steps] == [
        (number, TipStatus.RECEIVED, TipStatus.RECEIVED) for number in (1, 2, 3)
    ]


def test_clocks_see_a_whole_history_or_one_without_what_the_system_did(session, tip, other_id):
    for code, by in (("claimed", "ada"), ("claim_run_out", SYSTEM), ("danger", REPORTER)):
        history.record(session, tip, event(code), by=by)

    whole = clocks.read_pasts(session, [tip.id, other_id])
    told = clocks.read_pasts(session, [tip.id, other_id], is_whole=False)

    assert [(step.kind, step.is_staff) for step in whole[tip.id].steps] == [
        ("claimed", True),
        ("claim_run_out", False),
        ("danger", False),
    ]
    assert [step.kind for step in told[tip.id].steps] == ["claimed", "danger"]
    assert whole[tip.id].number == told[tip.id].number == 3
    assert whole[other_id] == told[other_id] == clocks.Past()
    assert clocks.read_past(session, tip.id) == whole[tip.id]
