"""What the store says of tips and keys, case by case."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from admin.app_state import app_state
from admin.db import today
from admin.models import Direction, LaneRank, Message, Tip, UnitKey
from admin.sealing import payload
from admin.tip.status import TipStatus
from admin.tip.urgency import Urgency
from admin.vault import store
from admin.vault.lane import first_rank
from admin.vault.store import KeyChanged, NumberTaken, SealedTip, TalkState


@pytest.fixture
def tip(session, tip_id):
    return session.get_one(Tip, tip_id)


SEALED = b"sealed"


def add_key(session, unit_id, *, is_retired):
    key = UnitKey(
        unit_id=unit_id,
        recipient=f"{unit_id} {is_retired}",
        recovery="recovery",
        fingerprint=f"{unit_id} {is_retired}",
        roster_mac="0" * 64,
        made_on=today(),
        retired_on=today() if is_retired else None,
    )
    session.add(key)
    session.flush()
    return key.id


# Which key words are sealed to, and whether they are taken before and after a unit's renewal.
SEALED_TO = {
    "the tip's own": (True, True),
    "none": (True, False),
    "an older one": (None, False),
    "the newest": (None, True),
    # Of a unit that had the tip before, perhaps: this one could not open it.
    "one of another unit, renewed": (False, False),
    "nobody's": (False, False),
}


@pytest.mark.parametrize(
    ("name", "is_renewed"),
    [(name, n) for name, taken in SEALED_TO.items() for n in (0, 1) if taken[n] is not None],
)
def test_words_are_taken_that_are_sealed_to_the_key_in_use_or_the_tips_own(
    session, tip, name, is_renewed
):
    older = add_key(session, "police", is_retired=True) if is_renewed else None
    newest = add_key(session, "police", is_retired=False) if is_renewed else None
    key_id = {
        "the tip's own": tip.unit_key_id,
        "none": None,
        "an older one": older,
        "the newest": newest,
        "one of another unit, renewed": add_key(session, "drugs", is_retired=True),
        "nobody's": 1,
    }[name]

    if SEALED_TO[name][is_renewed]:
        store.check_key(session, tip, key_id)
    else:
        with pytest.raises(KeyChanged):
            store.check_key(session, tip, key_id)


def sealed_tip(session, unit_id, **more):
    key = session.scalars(select(UnitKey.id).where(UnitKey.unit_id == unit_id)).one()
    values = {
        "reference": payload.new_reference(),
        "lookup": b"l" * 32,
        "unit_id": unit_id,
        "unit_key_id": key,
        "urgency": Urgency.P3,
        "label": b"label",
        "sealed": b"sealed",
    }
    return SealedTip(**values | more)


# The values of a tip that say how it comes, and what its row says of them.
COMES = {
    "by the form": ({}, {"channel": "form", "machine_unit": None, "lane_rank": LaneRank.PLAIN}),
    "with a proof": ({"is_proven": True}, {"lane_rank": LaneRank.PROVEN}),
    "by telephone": ({"channel": "phone"}, {"channel": "phone"}),
    "with a mark": ({"marks": b"m" * 32}, {"marks": b"m" * 32}),
    "without a label": ({"label": None}, {"label": None}),
    "to the lane": (
        {"is_machine": True},
        {"machine_unit": "police", "due_on": None, "due_rule": None, "expires_on": 4},
    ),
}


@pytest.mark.parametrize("name", COMES)
def test_a_tips_row_says_what_came(session, units, name):
    given, told = COMES[name]
    tip = sealed_tip(session, "police", **given)

    tip_id = store.store_tip(session, tip)

    row = session.execute(select(Tip.__table__).where(Tip.id == tip_id)).mappings().one()
    for column, value in told.items():
        days = column == "expires_on"
        assert row[column] == (today() + timedelta(days=value) if days else value)
    same = ("reference", "lookup", "unit_id", "unit_key_id", "urgency", "label", "sealed", "marks")
    for column in same:
        assert row[column] == getattr(tip, column), column
    assert (row["received_on"], row["status"]) == (today(), TipStatus.RECEIVED)
    assert (row["is_open"], row["talk_length"], row["version"]) == (True, 0, 1)
    if not tip.is_machine:
        assert (row["expires_on"], row["due_rule"]) == (None, "first_read")


@pytest.mark.parametrize(("is_proven", "rank"), [(True, LaneRank.PROVEN), (False, LaneRank.PLAIN)])
def test_a_tip_with_a_proof_ranks_before_one_without(is_proven, rank):
    assert first_rank(is_proven=is_proven) is rank


def test_a_receipts_tip_is_found_with_how_it_stands(session, tip):
    nobodys = b"n" * 32
    assert store.find_stored(session, nobodys, SEALED) is None
    assert store.standing(session, nobodys) is None
    assert store.find_tip(session, nobodys) is None
    assert store.find_tip(session, tip.lookup) is tip
    assert store.find_stored(session, tip.lookup, SEALED) == store.StoredTip(True, False)
    assert not store.find_stored(session, tip.lookup, b"other").is_same
    assert store.standing(session, tip.lookup) == store.Standing(False, False)

    session.execute(update(Tip).values(machine_unit="police"))
    assert store.find_stored(session, tip.lookup, SEALED).is_machine
    assert store.standing(session, tip.lookup) == store.Standing(True, False)
    session.execute(update(Tip).values(machine_unit=None, status=TipStatus.PURGED, sealed=None))
    assert store.find_stored(session, tip.lookup, SEALED) == store.StoredTip(False, False)
    assert store.standing(session, tip.lookup) == store.Standing(False, True)


# Units, and whether added words may make a tip there more urgent.
URGENT = {"police": True, "drugs": True, "trade": True, "supervision": False, "upper": False}


@pytest.mark.parametrize("unit", URGENT)
def test_added_words_make_a_tip_more_urgent_but_on_the_sealed_way(session, units, unit):
    tip_id = store.store_tip(session, sealed_tip(session, unit))
    tip = session.get_one(Tip, tip_id)

    store.make_urgent(session, tip, Urgency.P1, app_state().district)

    assert tip.urgency == ("P1" if URGENT[unit] else "P3")
    store.make_urgent(session, tip, Urgency.P2, app_state().district)
    assert tip.urgency == ("P1" if URGENT[unit] else "P3")


def add(session, tip, number, direction=Direction.STAFF, **more):
    values = {"digest": f"{number:064}", "sealed": b"s", **more}
    return store.add_message(session, tip, number=number, direction=direction, **values)


@pytest.mark.parametrize("number", [0, 1, 3])
def test_a_message_is_the_next_in_its_talk_or_is_refused(session, tip, number):
    assert store.talk_state(session, tip) == TalkState(0, "")
    add(session, tip, 1)

    with pytest.raises(NumberTaken):
        add(session, tip, number)

    assert store.talk_state(session, tip) == TalkState(1, f"{1:064}")


def test_of_two_who_write_at_once_the_second_is_told_so(session, tip, monkeypatch):
    """Both found the same last number: the table itself refuses the second."""
    add(session, tip, 1)
    monkeypatch.setattr(store, "talk_state", lambda *_: TalkState(0, ""))

    with pytest.raises(NumberTaken):
        add(session, tip, 1)


def test_a_messages_row_says_what_came_and_its_tip_how_many_there_are(session, tip):
    version = tip.version
    add(session, tip, 1, Direction.REPORTER, act="danger")
    assert tip.seen is None
    add(session, tip, 2)

    first, second = session.scalars(select(Message).order_by(Message.number)).all()
    assert (first.direction, first.act, first.sealed) == (Direction.REPORTER, "danger", b"s")
    assert (second.direction, second.act, second.digest) == (Direction.STAFF, None, f"{2:064}")
    assert first.sent_on == second.sent_on == today()
    assert (tip.talk_length, tip.version) == (2, version + 2)
    session.refresh(tip)
    assert tip.seen


def test_room_is_counted_down_to_none_and_not_below(session, tip):
    most, day = store.TALK_MAX, store.DAY_MAX

    assert store.room_left(session, tip, is_danger=False) == min(most, day)
    for number in range(1, day + 1):
        add(session, tip, number, Direction.REPORTER)
    assert store.room_left(session, tip, is_danger=False) == 0
    with pytest.raises(store.TalkFullToday):
        add(session, tip, day + 1, Direction.REPORTER)
    assert store.room_left(session, tip, is_danger=True) == store.DAY_DANGER_ROOM
    # What staff say takes none of the reporter's room of the day.
    add(session, tip, day + 1)
    assert store.room_left(session, tip, is_danger=True) == store.DAY_DANGER_ROOM


@pytest.mark.parametrize("machine_unit", [None, "police"])
@pytest.mark.parametrize("is_danger", [False, True])
def test_a_talk_takes_its_last_message_and_none_beyond(session, tip, machine_unit, is_danger):
    tip.machine_unit = machine_unit
    most = {
        (None, False): store.TALK_MAX,
        (None, True): store.TALK_MAX + store.DANGER_ROOM,
        ("police", False): store.LANE_TALK_MAX,
        ("police", True): store.LANE_TALK_MAX + store.LANE_DANGER_ROOM,
    }[machine_unit, is_danger]
    session.add(
        Message(
            tip_id=tip.id,
            number=most - 1,
            direction=Direction.STAFF,
            sent_on=today(),
            digest="0" * 64,
            sealed=b"s",
        )
    )
    tip.talk_length = most - 1
    session.flush()
    act = "danger" if is_danger else None
    assert store.room_left(session, tip, is_danger=is_danger) == 1

    add(session, tip, most, Direction.REPORTER, act=act)

    assert store.room_left(session, tip, is_danger=is_danger) == 0
    with pytest.raises(store.TalkFull):
        add(session, tip, most + 1, Direction.REPORTER, act=act)
