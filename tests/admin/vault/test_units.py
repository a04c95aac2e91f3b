"""Which key a tip's words are sealed to, and until which day: every unit, each day at its bound."""

import dataclasses
from datetime import timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError

from admin.app_state import app_state
from admin.db import today
from admin.models import KeyGrant, LaneRank, Tip, UnitKey
from admin.vault import lane, units
from admin.vault.units import (
    OpenUnit,
    OpenUnits,
    UnitCache,
    is_confirmed,
    is_retiring,
    open_units,
    readers_of,
)
from tests.conftest import UNIT_IDS
from tests.support import Loads, add_bare_member


@pytest.fixture
def district(session, units):
    return app_state().district


@pytest.fixture
def unit(session, district):
    """The open unit police."""
    return open_units(session, district)["police"]


def test_each_unit_with_a_confirmed_key_is_open_with_its_two_recipients(
    session, district, unit_secrets
):
    found = open_units(session, district)

    assert set(found) == set(UNIT_IDS)
    for name, one in found.items():
        both = unit_secrets[name]
        assert one.unit_id == name
        assert one.recipients == [str(both.identity.recipient), str(both.recovery.recipient)]


@pytest.mark.parametrize("name", UNIT_IDS)
def test_a_unit_whose_key_is_retired_or_not_confirmed_is_closed_alone(session, district, name):
    others = set(UNIT_IDS) - {name}
    pairs = frozenset(pair for pair in district.fingerprints if pair[0] != name)
    assert set(open_units(session, dataclasses.replace(district, fingerprints=pairs))) == others

    values = {"retired_on": today()}
    session.execute(update(UnitKey).where(UnitKey.unit_id == name).values(values))
    assert set(open_units(session, district)) == others


# What of a row is another one's: the fingerprint is worked out anew from all three.
@pytest.mark.parametrize("part", ["unit_id", "recipient", "recovery"])
def test_a_key_of_which_a_part_is_anothers_is_not_confirmed(session, district, unit, part):
    other = open_units(session, district)["drugs"]
    assert is_confirmed(unit, district)

    assert not is_confirmed(dataclasses.replace(unit, **{part: getattr(other, part)}), district)


def test_a_unit_that_the_district_has_no_more_is_not_confirmed(session, district, unit):
    without = {name: one for name, one in district.units.items() if name != "police"}

    assert not is_confirmed(unit, dataclasses.replace(district, units=without))


def retiring(district, unit, days, of="police"):
    found = units.fingerprint_of(unit.unit_id, unit.recipient, unit.recovery)
    until = today() + timedelta(days=days)
    return dataclasses.replace(
        district, fingerprints=frozenset(), retiring=frozenset({(of, found, until)})
    )


@pytest.mark.parametrize(("days", "is_so"), [(-400, False), (-1, False), (0, True), (1, True)])
def test_an_older_key_takes_words_up_to_its_last_day(district, unit, days, is_so):
    there = retiring(district, unit, days)

    assert is_retiring(unit, there) is is_so
    assert not is_confirmed(unit, there)


def test_an_older_key_is_its_own_units_alone_and_no_other_key(session, district, unit):
    other = open_units(session, district)["drugs"]

    assert not is_retiring(unit, retiring(district, unit, 1, of="drugs"))
    assert not is_retiring(other, retiring(district, unit, 1))
    assert not is_retiring(unit, dataclasses.replace(retiring(district, unit, 1), units={}))


# What stands of the tip's older key in keys.yml; whether a new key waits; is it read now.
OLDER = {
    "confirmed, and a new one waits": ("open", True, True),
    "retiring, and a new one waits": ("retiring", True, True),
    "past its day, and a new one waits": ("past", True, False),
    "never confirmed, and a new one waits": ("", True, False),
    "confirmed, and no new one is there": ("open", False, False),
}


@pytest.mark.parametrize("name", OLDER)
def test_while_a_new_key_waits_words_are_sealed_to_the_tips_own(session, district, unit, name):
    stands, is_renewed, is_read = OLDER[name]
    session.execute(update(UnitKey).where(UnitKey.id == unit.key_id).values(retired_on=today()))
    if is_renewed:
        row = UnitKey(
            unit_id="police",
            recipient="new",
            recovery="new",
            fingerprint="new",
            roster_mac="0" * 64,
            made_on=today(),
        )
        session.add(row)
        session.flush()
    there = {
        "open": district,
        "retiring": retiring(district, unit, 0),
        "past": retiring(district, unit, -1),
        "": dataclasses.replace(district, fingerprints=frozenset()),
    }[stands]
    now = open_units(session, there)

    found = readers_of(session, there, now, unit_id="police", key_id=unit.key_id)

    assert found == (unit if is_read else None)


def shut_out_a_holder(session, key_id):
    """Give a member the key, and shut them out."""
    member = add_bare_member(session, "gone", suspended_on=today())
    session.add(KeyGrant(unit_key_id=key_id, member_id=member.id, sealed=b""))
    session.flush()


def renewed(session, unit, print_of="new"):
    """Put a key in the place of the unit's; gives it."""
    session.execute(update(UnitKey).where(UnitKey.id == unit.key_id).values(retired_on=today()))
    row = UnitKey(
        unit_id="police",
        recipient="new",
        recovery="new",
        fingerprint=print_of,
        roster_mac="0" * 64,
        made_on=today(),
        succeeds_id=unit.key_id,
    )
    session.add(row)
    session.flush()
    return row


def overlapping(district, unit, days):
    found = units.fingerprint_of(unit.unit_id, unit.recipient, unit.recovery)
    pair = (unit.unit_id, found)
    day = today() + timedelta(days=days)
    return dataclasses.replace(
        district,
        fingerprints=district.fingerprints - {pair},
        retiring=frozenset({(*pair, today() + timedelta(days=30))}),
        overlap=frozenset({(*pair, day)}),
    )


def test_a_unit_rests_from_the_suspension_of_a_holder_until_its_new_key_is_published(
    session, district, unit
):
    shut_out_a_holder(session, unit.key_id)
    before = open_units(session, district)
    assert ("police" in before, before.resting) == (False, {"police"})

    new = renewed(session, unit)
    waits = open_units(session, district)
    assert ("police" in waits, waits.resting) == (False, {"police"})

    found = units.fingerprint_of("police", new.recipient, new.recovery)
    pairs = frozenset({*district.fingerprints, ("police", found)})
    after = open_units(session, dataclasses.replace(district, fingerprints=pairs))
    assert (after["police"].key_id, after.resting) == (new.id, frozenset())


def test_where_nobody_is_to_step_in_such_a_unit_is_closed(session, district, unit):
    shut_out_a_holder(session, unit.key_id)

    found = open_units(session, dataclasses.replace(district, stands_in=False))

    assert ("police" in found, found.resting) == (False, frozenset())


def test_a_unit_whose_first_key_waits_does_not_rest(session, district, unit):
    pairs = frozenset(pair for pair in district.fingerprints if pair[0] != "police")

    found = open_units(session, dataclasses.replace(district, fingerprints=pairs))

    assert ("police" in found, found.resting) == (False, frozenset())


@pytest.mark.parametrize(("days", "is_open"), [(-1, False), (0, True), (1, True)])
def test_an_overlapping_key_in_use_takes_tips_up_to_its_day(session, district, unit, days, is_open):
    found = open_units(session, overlapping(district, unit, days))

    assert ("police" in found) is is_open


@pytest.mark.parametrize("is_taken", [False, True])
def test_a_node_that_has_not_read_of_the_next_key_goes_on_with_the_one_before(
    session, district, unit, is_taken
):
    renewed(session, unit)
    if is_taken:
        shut_out_a_holder(session, unit.key_id)

    found = open_units(session, district)

    assert found.get("police") == (None if is_taken else unit)
    assert found.resting == ({"police"} if is_taken else frozenset())


def test_words_to_a_stored_tip_are_taken_while_its_unit_rests(session, district, unit):
    shut_out_a_holder(session, unit.key_id)
    now = open_units(session, district)

    found = readers_of(session, district, now, unit_id="police", key_id=unit.key_id)

    assert found == unit


def test_resting_is_part_of_what_is_compared():
    one = OpenUnits({}, {"police"})

    assert one != OpenUnits({})
    assert one == OpenUnits({}, {"police"})
    assert one.state == (frozenset(), {"police"})


def test_words_are_sealed_to_the_key_in_use_where_there_is_one(session, district, unit):
    now = {"police": dataclasses.replace(unit, key_id=7)}

    found = readers_of(session, district, now, unit_id="police", key_id=unit.key_id)

    assert found.key_id == 7


def test_units_are_kept_for_a_moment_and_while_the_database_is_away(monkeypatch):
    now = [100.0]
    monkeypatch.setattr(units, "time", SimpleNamespace(monotonic=lambda: now[0]))
    load = Loads(lambda asked: {"police": OpenUnit("police", asked, "r", "s")})
    cache = UnitCache(load)

    def key_at(moment):
        now[0] = moment
        return cache.get()["police"].key_id

    assert [key_at(100.0 + seconds) for seconds in (0, 1, 1.9, 2, 3.9)] == [1, 1, 1, 2, 2]
    load.is_away = True
    assert [key_at(104), key_at(105), key_at(106)] == [2, 2, 2]
    assert load.asked == 4
    load.is_away = False
    assert key_at(108) == 5


def test_a_database_that_takes_its_time_to_be_away_is_not_asked_again_at_once(monkeypatch):
    now = [100.0]
    monkeypatch.setattr(units, "time", SimpleNamespace(monotonic=lambda: now[0]))
    load = Loads(lambda asked: {"police": OpenUnit("police", asked, "r", "s")})

    def hangs():
        now[0] += 5.0
        return load()

    cache = UnitCache(hangs)
    cache.get()
    load.is_away = True
    now[0] = 200.0

    assert [cache.get()["police"].key_id for _time in range(5)] == [1] * 5
    assert load.asked == 2


def test_units_that_were_never_read_are_not_made_up():
    load = Loads(lambda asked: {"police": OpenUnit("police", asked, "r", "s")})
    load.is_away = True

    with pytest.raises(OperationalError):
        UnitCache(load).get()


# The lane: days by unit, and ranks.


@pytest.mark.parametrize("unit_id", UNIT_IDS)
def test_a_tip_stays_in_the_lane_for_three_days_or_on_the_sealed_way_for_thirty(session, unit_id):
    days = 31 if unit_id in ("supervision", "upper") else 4

    assert lane.lane_days(unit_id) == days


RISES = {
    LaneRank.PLAIN: LaneRank.CALLING,
    LaneRank.PROVEN: LaneRank.CALLING_PROVEN,
    LaneRank.CALLING: LaneRank.CALLING,
    LaneRank.CALLING_PROVEN: LaneRank.CALLING_PROVEN,
}


@pytest.mark.parametrize("rank", LaneRank)
def test_a_tip_of_the_lane_rises_once_and_one_of_the_queue_does_not(session, tip_id, rank):
    tip = session.get_one(Tip, tip_id)
    tip.lane_rank = rank
    lane.rise_in_lane(tip)
    assert tip.lane_rank is rank

    tip.machine_unit = "police"
    lane.rise_in_lane(tip)

    assert tip.lane_rank is RISES[rank]


@pytest.mark.parametrize("rank", LaneRank)
def test_who_acts_on_a_tip_vouches_for_it_wherever_it_stood(session, tip_id, other_id, rank):
    tip, other = session.get_one(Tip, tip_id), session.get_one(Tip, other_id)
    tip.lane_rank = other.lane_rank = rank
    other.machine_unit, other.expires_on = "police", today()
    session.flush()
    version = tip.version

    lane.leave_lane(tip)
    lane.leave_lane(other)
    session.flush()

    left = dict(session.execute(select(Tip.id, Tip.lane_rank)).all())
    proven = LaneRank.PROVEN if rank is LaneRank.PLAIN else rank
    assert (left[tip_id], left[other_id]) == (proven, LaneRank.PROVEN)
    assert (other.machine_unit, other.expires_on) == (None, None)
    assert tip.version == version
