"""What staff may do with a tip, and what is refused."""

import itertools
from datetime import timedelta

import pytest
from sqlalchemy import select

from admin.config import ROOT
from admin.db import today
from admin.desk.services import (
    ClaimedByOther,
    MoveNotAllowed,
    SealedMessage,
    WrongReason,
    claim,
    decide,
    release,
    set_urgency,
    write_to_reporter,
)
from admin.district.data import load_district
from admin.models import Decision, Direction, Member, Message, Tip
from admin.tip.status import STATUSES, TipStatus, may_move
from admin.tip.urgency import Urgency
from admin.vault.store import NumberTaken

OUTCOMES = load_district(ROOT / "content").outcomes
FITTING = {outcome.status: outcome for outcome in OUTCOMES.values()}
ALLOWED = [(old, new) for old in TipStatus for new in STATUSES[old].moves]
REFUSED = [
    (old, new)
    for old, new in itertools.product(TipStatus, TipStatus)
    if not may_move(old, new) and new in FITTING
]
SHUT = [TipStatus.OUT_OF_SCOPE, TipStatus.CLOSED, TipStatus.PURGED]


@pytest.fixture
def ada(members):
    return members["police-1"]


@pytest.fixture
def bob(members):
    return members["police-2"]


@pytest.fixture
def tip(make_tip, members, session):
    return session.get_one(Tip, make_tip().id)


def history(session, tip):
    return list(session.scalars(select(Decision).filter_by(tip_id=tip.id).order_by(Decision.step)))


def put(session, tip, status):
    tip.status = status
    tip.is_open = status not in SHUT
    session.commit()


@pytest.mark.parametrize(("old", "new"), ALLOWED)
def test_decide_moves_the_tip_and_logs_who_moved_it_and_why(session, tip, ada, old, new):
    put(session, tip, old)

    decide(session, tip, new=new, outcome=FITTING[new], actor=ada, seconded=True)
    session.commit()

    assert tip.status is new
    assert tip.is_open is (new not in SHUT)
    assert [(row.old, row.new, row.event.code, row.by) for row in history(session, tip)] == [
        (old, new, FITTING[new].id, "police-1")
    ]


@pytest.mark.table
@pytest.mark.parametrize(("old", "new"), REFUSED)
def test_decide_refuses_every_move_not_listed_and_changes_nothing(session, tip, ada, old, new):
    put(session, tip, old)

    with pytest.raises(MoveNotAllowed):
        decide(session, tip, new=new, outcome=FITTING[new], actor=ada)

    assert (tip.status, tip.outcome, history(session, tip)) == (old, None, [])


@pytest.mark.table
@pytest.mark.parametrize("new", STATUSES[TipStatus.RECEIVED].moves)
def test_decide_refuses_every_reason_of_another_status(session, tip, ada, new):
    for outcome in OUTCOMES.values():
        if outcome.status != new:
            with pytest.raises(WrongReason):
                decide(session, tip, new=new, outcome=outcome, actor=ada)

    assert (tip.status, history(session, tip)) == (TipStatus.RECEIVED, [])


def test_no_outcome_lets_a_desk_rule_a_report_a_false_accusation():
    assert not [row.zh for row in OUTCOMES.values() if "诬告" in row.zh]


def test_an_outcome_says_when_the_words_are_deleted(session, tip, ada):
    # Of those a decision leads to: a tip is referred by a package, which says nothing of its words.
    for outcome in OUTCOMES.values():
        new = TipStatus(outcome.status)
        if new is TipStatus.REFERRED:
            continue
        put(session, tip, TipStatus.RECEIVED)

        decide(session, tip, new=new, outcome=outcome, actor=ada, seconded=True)

        days = outcome.purge_days or (None if tip.is_open else 180)
        assert tip.expires_on == (today() + timedelta(days=days) if days else None)
        assert tip.outcome == (None if outcome.status == "accepted" else outcome.id)


def test_a_tip_taken_up_again_has_no_outcome_and_is_kept(session, tip, ada):
    decide(session, tip, new=TipStatus.CLOSED, outcome=OUTCOMES["spam"], actor=ada, seconded=True)

    decide(session, tip, new=TipStatus.ACCEPTED, outcome=OUTCOMES["reopened"], actor=ada)

    assert (tip.outcome, tip.expires_on, tip.is_open) == (None, None, True)


def test_claim_takes_the_tip_on_and_release_gives_it_back(session, tip, ada):
    claim(session, tip, actor=ada)
    session.commit()
    assert tip.claimed_by.name == "police-1"

    release(session, tip, actor=ada)
    session.commit()
    assert tip.claimed_by is None
    assert [row.kind for row in history(session, tip)] == ["claimed", "released"]


def test_a_second_claim_of_the_same_member_does_nothing(session, tip, ada):
    claim(session, tip, actor=ada)
    claim(session, tip, actor=ada)

    assert len(history(session, tip)) == 1


def test_a_colleagues_tip_is_neither_claimed_nor_released(session, tip, ada, bob):
    claim(session, tip, actor=ada)
    session.commit()

    with pytest.raises(ClaimedByOther):
        claim(session, tip, actor=bob)
    with pytest.raises(ClaimedByOther):
        release(session, tip, actor=bob)

    assert tip.claimed_by_id == ada.member_id


def test_a_suspended_members_tip_can_be_claimed(session, tip, ada, bob):
    claim(session, tip, actor=ada)
    session.get_one(Member, ada.member_id).suspended_on = today()
    session.commit()

    claim(session, tip, actor=bob)

    assert tip.claimed_by_id == bob.member_id


@pytest.mark.parametrize("status", SHUT)
def test_a_tip_that_is_not_open_is_neither_claimed_nor_graded_nor_asked_about(
    session, tip, ada, status
):
    put(session, tip, status)
    acts = [
        lambda: claim(session, tip, actor=ada),
        lambda: set_urgency(session, tip, urgency=Urgency.P0, actor=ada),
        lambda: write_to_reporter(session, tip, words(1), ask=True, actor=ada),
    ]

    for act in acts:
        with pytest.raises(MoveNotAllowed):
            act()

    assert history(session, tip) == []


@pytest.mark.parametrize("level", [level for level in Urgency if level is not Urgency.P2])
def test_a_change_of_urgency_is_logged_with_its_new_grade(session, tip, ada, level):
    set_urgency(session, tip, urgency=level, actor=ada)

    assert tip.urgency is level
    assert [row.event.code for row in history(session, tip)] == [f"urgency_{level}"]


def test_the_same_urgency_again_does_nothing(session, tip, ada):
    set_urgency(session, tip, urgency=tip.urgency, actor=ada)

    assert history(session, tip) == []


def words(number):
    return SealedMessage(number, f"{number:064x}", b"age-encryption.org/v1\n")


def test_a_question_makes_the_tip_wait_for_the_reporter(session, tip, ada):
    write_to_reporter(session, tip, words(1), ask=True, actor=ada)

    assert tip.status is TipStatus.QUESTION
    assert [(row.number, row.direction) for row in tip.messages] == [(1, Direction.STAFF)]
    assert [(row.old, row.kind) for row in history(session, tip)] == [(TipStatus.RECEIVED, "asked")]


@pytest.mark.parametrize("status", [status for status in TipStatus if status != "purged"])
def test_words_without_a_question_leave_the_tip_where_it_stands(session, tip, ada, status):
    put(session, tip, status)

    write_to_reporter(session, tip, words(1), ask=False, actor=ada)

    assert tip.status is status


@pytest.mark.parametrize("ask", [True, False])
def test_every_message_makes_older_pages_of_the_tip_stale(session, tip, ada, ask):
    for number in (1, 2):
        seen = tip.version
        write_to_reporter(session, tip, words(number), ask=ask, actor=ada)
        session.commit()
        assert tip.version > seen


@pytest.mark.parametrize("number", [0, 1, 3, 99])
def test_a_message_that_is_not_the_next_is_refused(session, tip, ada, number):
    write_to_reporter(session, tip, words(1), ask=True, actor=ada)
    session.commit()

    with pytest.raises(NumberTaken):
        write_to_reporter(session, tip, words(number), ask=True, actor=ada)

    assert len(list(session.scalars(select(Message)))) == 1
