"""What the sweep deletes, and when."""

import secrets
import time
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from admin.db import today
from admin.desk.deadlines.overdue import leaving_soon
from admin.models import (
    Decision,
    Direction,
    HandoverNote,
    KeptFile,
    KeptTip,
    LaneRank,
    Message,
    SpentChallenge,
    Tip,
    TipLink,
    UnitKey,
)
from admin.sealing import payload
from admin.serving.sweeper import sweep_now
from admin.tip.events import EventKind
from admin.tip.status import TipStatus
from admin.tip.urgency import Urgency
from admin.vault.expiry import BATCH, PURGED_DAYS, sweep
from admin.vault.history import MOST_CALLS, mark_danger
from admin.vault.key_change.kept import KEPT_DAYS as KEPT
from admin.vault.lane import KEPT_DAYS, MACHINE_DAYS, lane_size, leave_lane
from admin.vault.store import SealedTip, add_message, find_tip, store_tip
from tests.support import asked_of_tips, plan_of


@pytest.fixture
def store(session, units):
    """Store a tip whose words nobody will open; gives its row."""
    keys = {key.unit_id: key.id for key in session.scalars(select(UnitKey))}

    def stored(unit_id="police", *, is_machine=True, urgency=Urgency.P3):
        lookup = secrets.token_bytes(32)
        tip = SealedTip(
            reference=payload.new_reference(),
            lookup=lookup,
            unit_id=unit_id,
            unit_key_id=keys[unit_id],
            urgency=urgency,
            label=b"label",
            sealed=b"words",
            is_machine=is_machine,
        )
        store_tip(session, tip)
        return find_tip(session, lookup)

    return stored


def days(number):
    return today() + timedelta(days=number)


def test_a_tip_of_the_lane_keeps_its_words_for_three_days_and_no_longer(session, store):
    tip, other = store(), store(is_machine=False)

    assert sweep(session, days(MACHINE_DAYS - 1))["tips"] == 0
    assert tip.sealed == b"words"
    assert sweep(session, days(MACHINE_DAYS))["tips"] == 1

    session.expire_all()
    assert (tip.status, tip.is_open, tip.machine_unit) == (TipStatus.PURGED, False, None)
    assert (tip.sealed, tip.label) == (None, None)
    assert (other.status, other.sealed) == (TipStatus.RECEIVED, b"words")


@pytest.mark.parametrize("unit", ["supervision", "upper"])
def test_a_supervisory_tip_of_the_lane_stays_for_thirty_days_called_or_not(session, store, unit):
    silent, calling, other = store(unit), store(unit), store()
    for tip in (calling, other):
        mark_danger(session, tip)

    for day in range(1, KEPT_DAYS):
        assert sweep(session, days(day))["tips"] == (day == MACHINE_DAYS)
    assert (silent.sealed, calling.sealed) == (b"words", b"words")
    assert sweep(session, days(KEPT_DAYS))["tips"] == 2


def test_the_history_tells_that_the_words_were_deleted(session, store):
    fresh, known = store(), store()
    mark_danger(session, known)
    known.expires_on = days(1)
    session.flush()

    sweep(session, days(MACHINE_DAYS))

    rows = session.scalars(select(Decision).filter_by(kind=EventKind.EXPIRED))
    assert {(row.tip_id, row.step, row.old, row.new, row.by) for row in rows} == {
        (fresh.id, 1, TipStatus.RECEIVED, TipStatus.PURGED, "dengshao"),
        (known.id, 2, TipStatus.RECEIVED, TipStatus.PURGED, "dengshao"),
    }


def test_the_talk_goes_with_the_words_and_a_page_that_shows_them_is_stale(session, store):
    tip = store()
    add_message(
        session, tip, number=1, direction=Direction.REPORTER, digest="0" * 64, sealed=b"more"
    )
    seen = tip.version

    sweep(session, days(MACHINE_DAYS))

    session.expire_all()
    assert (tip.talk_length, tip.version) == (0, seen + 1)
    assert session.scalar(select(func.count()).select_from(Message)) == 0


def test_a_second_sweep_finds_nothing_and_writes_nothing(session, store):
    tip = store()
    sweep(session, days(MACHINE_DAYS))

    assert set(sweep(session, days(MACHINE_DAYS)).values()) == {0}
    assert session.scalar(select(func.count()).select_from(Decision)) == 1
    assert session.get_one(Tip, tip.id).status is TipStatus.PURGED


def test_a_tip_that_left_the_lane_stays(session, store):
    tip = store()
    leave_lane(tip)
    session.flush()

    assert sweep(session, days(MACHINE_DAYS))["tips"] == 0
    assert tip.sealed == b"words"


def test_leaving_the_lane_takes_no_other_day_of_deletion_away(session, store):
    tip = store(is_machine=False)
    tip.expires_on = days(9)

    leave_lane(tip)

    assert tip.expires_on == days(9)


def test_danger_lifts_a_tip_in_the_lane_and_gives_it_three_more_days_once(session, store):
    tip = store()
    first = tip.expires_on
    tip.expires_on = today() + timedelta(days=1)

    mark_danger(session, tip)

    assert (tip.machine_unit, tip.urgency, tip.lane_rank) == (
        "police",
        Urgency.P0,
        LaneRank.CALLING,
    )
    assert tip.expires_on == first
    tip.expires_on = today() + timedelta(days=1)
    mark_danger(session, tip)
    assert (tip.lane_rank, tip.expires_on) == (LaneRank.CALLING, today() + timedelta(days=1))


def test_a_hundred_calls_of_one_day_leave_a_few_lines(session, store):
    tip = store()

    for _ in range(100):
        mark_danger(session, tip)

    assert len(tip.decisions) == MOST_CALLS


def test_a_whole_lane_goes_turn_by_turn(app, session, store):
    for _ in range(BATCH + 5):
        store().expires_on = today()
    session.commit()

    counts = sweep_now(app)

    assert counts["tips"] == BATCH + 5
    assert lane_size(session) == 0


def test_a_cover_is_forgotten_once_it_was_purged_for_long_enough(session, store):
    tip = store()
    lookup = tip.lookup
    sweep(session, days(MACHINE_DAYS))
    session.expire_all()

    assert sweep(session, days(MACHINE_DAYS + PURGED_DAYS - 1))["covers"] == 0
    assert find_tip(session, lookup) is not None
    assert sweep(session, days(MACHINE_DAYS + PURGED_DAYS))["covers"] == 1
    assert find_tip(session, lookup) is None


def test_the_words_of_a_merged_tip_stay_while_its_case_is_open(session, store):
    head, merged = store(is_machine=False), store(is_machine=False)
    merged.merged_into_id, merged.is_open, merged.expires_on = head.id, False, days(-1)
    merged.status = TipStatus.CLOSED
    session.flush()

    assert sweep(session)["tips"] == 0
    assert merged.sealed == b"words"

    head.is_open, head.status, head.expires_on = False, TipStatus.CLOSED, days(9)
    session.flush()
    assert sweep(session)["tips"] == 1
    session.expire_all()
    assert (merged.sealed, head.sealed) == (None, b"words")


def test_what_its_open_case_kept_past_its_day_is_told_as_deleted_for_the_whole_time(session, store):
    """Counted from the day on which it went: else its receipt was unknown in the same hour."""
    head, merged = store(is_machine=False), store(is_machine=False)
    merged.merged_into_id, merged.is_open, merged.expires_on = head.id, False, days(-PURGED_DAYS)
    merged.status = head.status = TipStatus.CLOSED
    lookup, head.is_open = merged.lookup, False
    session.flush()

    first, second = sweep(session), sweep(session)
    assert (first["tips"], first["covers"], second["covers"]) == (1, 0, 0)
    session.expire_all()
    assert find_tip(session, lookup).status is TipStatus.PURGED
    assert sweep(session, days(PURGED_DAYS - 1))["covers"] == 0
    assert sweep(session, days(PURGED_DAYS))["covers"] == 1


def test_the_ties_of_a_deleted_tip_go_with_its_words(session, store):
    one, other, third = (store(is_machine=False) for _ in range(3))
    for first, second in ((one, other), (other, third), (one, third)):
        low, high = sorted((first.id, second.id))
        session.add(TipLink(one_id=low, other_id=high, by="ada", made_on=today()))
    one.expires_on, one.status, one.is_open = days(0), TipStatus.CLOSED, False
    session.flush()

    assert sweep(session)["tips"] == 1

    [left] = session.scalars(select(TipLink))
    assert {left.one_id, left.other_id} == {other.id, third.id}


def test_a_lookup_stays_known_for_its_whole_time_after_a_hold_too(session, store):
    """Whatever is restored or sent again meanwhile must not come back to life under it."""
    tip = store(is_machine=False)
    tip.expires_on, tip.status, tip.is_open = days(0), TipStatus.CLOSED, False
    tip.held_until, lookup = days(300), tip.lookup
    session.flush()

    assert sweep(session, days(300))["tips"] == 0
    assert sweep(session, days(301))["tips"] == 1
    assert sweep(session, days(300 + PURGED_DAYS))["covers"] == 0
    assert session.scalars(select(Tip.id).where(Tip.lookup == lookup)).all() == [tip.id]
    assert sweep(session, days(301 + PURGED_DAYS))["covers"] == 1
    assert session.scalars(select(Tip.id).where(Tip.lookup == lookup)).all() == []


@pytest.mark.parametrize(("held", "is_kept"), [(KEPT, True), (KEPT - 1, False), (None, False)])
def test_the_old_bytes_of_a_held_tip_stay_though_nobody_compared_them(
    session, store, held, is_kept
):
    tip = store(is_machine=False)
    tip.held_until = days(held) if held is not None else None
    key = {"old_key_id": tip.unit_key_id, "new_key_id": tip.unit_key_id, "moved_on": today()}
    mover = {"moved_by": "ada", "moved_in": b"s" * 32, "content_mac": "m", "unit_id": "police"}
    session.add(KeptTip(tip_id=tip.id, **key, **mover))
    session.flush()
    session.add(KeptFile(tip_id=tip.id, part="tip", number=0, sealed=b"old"))
    session.flush()

    sweep(session, days(KEPT))

    assert len(session.scalars(select(KeptFile)).all()) == is_kept


@pytest.mark.parametrize(("age", "is_gone"), [(29, False), (32, True)])
def test_a_hand_over_note_goes_after_thirty_days(session, units, age, is_gone):
    key_id = session.scalars(select(UnitKey.id).filter_by(unit_id="police")).one()
    written = int(time.time()) - age * 86_400
    session.add(
        HandoverNote(
            unit_id="police", unit_key_id=key_id, by="ada", written_at=written, sealed=b"x"
        )
    )
    session.flush()

    assert sweep(session)["handovers"] == is_gone
    assert session.scalar(select(func.count()).select_from(HandoverNote)) == 1 - is_gone


@pytest.mark.parametrize(("ended", "is_gone"), [(-1, True), (0, False), (1, False)])
def test_a_spent_challenge_goes_on_the_day_after_it_ends(session, ended, is_gone):
    session.add(SpentChallenge(challenge_hash=b"c" * 32, day=days(ended)))
    session.flush()

    assert sweep(session)["challenges"] == is_gone
    assert session.scalar(select(func.count()).select_from(SpentChallenge)) == 1 - is_gone


def test_the_lane_of_all_units_is_counted_and_nothing_beside_it(session, store):
    for urgency in (Urgency.P0, Urgency.P0, Urgency.P3):
        store(urgency=urgency)
    store("drugs")
    store(is_machine=False, urgency=Urgency.P0)

    assert lane_size(session) == 4


SEARCHES = {
    "to delete": (lambda session: sweep(session), 0, "ix_tip_expires"),
    "to forget": (lambda session: sweep(session), 2, "ix_tip_purged"),
    "shown before": (lambda session: leaving_soon(session, "police", today(), 7, 0), 0, "_expires"),
}


@pytest.mark.parametrize("name", SEARCHES)
def test_what_is_due_is_found_without_a_walk_through_all_that_was_deleted(session, units, name):
    search, number, index = SEARCHES[name]
    with asked_of_tips(session) as asked:
        search(session)

    plan = plan_of(session, *[row for row in asked if row[0].startswith("SELECT")][number])

    assert index in plan
    assert "Seq Scan on tip " not in plan
