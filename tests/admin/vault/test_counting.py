"""What becomes of tips is counted once, with the act itself, and stays when the tips are gone."""

import secrets
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from alembic import command
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import undefer

from admin import create_app
from admin.counts.checking import Result, check
from admin.counts.reading import read_numbers
from admin.db import db, set_today, today
from admin.migrate import alembic_config, migrate
from admin.models import Base, Decision, LaneRank, Tally, Tip, Transfer, UnitKey
from admin.sealing import payload
from admin.tip.counted import COUNTED, Family, bucket_of, month_of, quarter_of
from admin.tip.events import Event, EventKind
from admin.tip.status import TipStatus
from admin.tip.urgency import Urgency
from admin.vault import history
from admin.vault.calls import CALLS_MAX
from admin.vault.counting.adding import add
from admin.vault.deadlines.clocks import note_first_read
from admin.vault.expiry import sweep
from admin.vault.history import heard_from_reporter, mark_danger
from admin.vault.lane import leave_lane
from admin.vault.store import SealedTip, store_tip
from tests.admin.mailbox.work import statements_of

TUESDAY = date(2026, 11, 3)


@pytest.fixture(autouse=True)
def day():
    """A day that a test moves; a working day with working days around it."""
    set_today(TUESDAY)
    yield set_today
    set_today(None)


@pytest.fixture
def new(session, units):
    """Store a tip, as the form does; gives its row."""
    keys = {key.unit_id: key.id for key in session.scalars(select(UnitKey))}

    def stored(unit_id="police", **more):
        tip = SealedTip(
            **{
                "reference": payload.new_reference(),
                "lookup": secrets.token_bytes(32),
                "unit_id": unit_id,
                "unit_key_id": keys.get(unit_id, keys["police"]),
                "urgency": Urgency.P3,
                "label": b"label",
                "sealed": b"sealed",
            }
            | more
        )
        tip_id = store_tip(session, tip)
        session.commit()
        return session.get_one(Tip, tip_id, options=[undefer(Tip.lane_rank)])

    return stored


def move(tip, new, reason="-", kind=EventKind.DECIDED, **more):
    history.record(db.session, tip, Event(kind, reason=reason, **more), new=new, by="ada")
    db.session.commit()


def counts(*families):
    """Read the numbers, of some families or of all, by family, part and unit."""
    found = Counter()
    for (_period, family, part, unit), n in read_numbers(db.session).items():
        if not families or family in families:
            found[family, part, unit] += n
    return found


MOVES = (Family.ACCEPTED, Family.REFERRED, Family.CLOSED, Family.OUT_OF_SCOPE)


def test_a_tip_counts_where_it_comes_in_how_and_in_which_month(new):
    new()
    new("drugs", channel="phone")
    new("drugs", channel="phone")
    new("practice")

    month = month_of(TUESDAY)
    assert read_numbers(db.session) == {
        (month, Family.RECEIVED, "form", "police"): 1,
        (month, Family.RECEIVED, "phone", "drugs"): 2,
    }


def test_what_is_done_again_counts_once_in_the_month_of_the_first_time(new, day):
    tip = new()
    move(tip, TipStatus.ACCEPTED, "in_scope")
    move(tip, TipStatus.CLOSED, "unfounded")
    day(TUESDAY + timedelta(days=40))
    move(tip, TipStatus.ACCEPTED, "reopened")
    heard_from_reporter(db.session, tip, EventKind.MORE_WORDS)
    move(tip, TipStatus.CLOSED, "substantiated")
    move(tip, TipStatus.ACCEPTED, "reopened")

    assert counts(*MOVES) == {
        (Family.ACCEPTED, "", "police"): 1,
        (Family.CLOSED, "not_found", "police"): 1,
    }
    assert {period for period, family, *_ in read_numbers(db.session) if family in MOVES} == {
        month_of(TUESDAY)
    }


def test_a_tip_counts_once_whatever_number_of_organs_it_goes_to(new):
    tip = new()
    move(tip, TipStatus.ACCEPTED, "in_scope")
    for reason, organ in (("to_department", "market"), ("to_supervision", "county_discipline")):
        move(tip, TipStatus.REFERRED, reason, EventKind.REFERRAL_SENT, unit=organ)
        move(tip, TipStatus.ACCEPTED, "not_theirs", EventKind.REFERRAL_BACK, unit=organ)

    assert counts(Family.REFERRED) == {(Family.REFERRED, "department", "police"): 1}


def test_a_tip_that_was_passed_on_keeps_its_first_unit(new, session):
    tip = new("drugs")
    history.record(session, tip, Event(EventKind.TRANSFERRED, "misfiled", unit="police"), by="ada")
    made = {"by": "ada", "sealed_in": bytes(32), "made_on": today(), "content_mac": "0" * 64}
    keys = {"tip_id": tip.id, "step": 1, "old_key_id": tip.unit_key_id, "reason": "misfiled"}
    settled = {"settled_on": today(), "settled_by": "bo", "is_taken": True}
    session.add(Transfer(from_unit="drugs", to_unit="police", **made, **keys, **settled))
    tip.unit_id = "police"
    session.flush()
    history.record(session, tip, Event(EventKind.TAKEN_OVER), by="bo")
    move(tip, TipStatus.ACCEPTED, "in_scope")

    assert counts(Family.RECEIVED, Family.ACCEPTED) == {
        (Family.RECEIVED, "form", "drugs"): 1,
        (Family.ACCEPTED, "", "drugs"): 1,
    }


def test_a_merged_tip_is_closed_once_and_the_other_is_not(new):
    tip, into = new(), new()
    move(tip, TipStatus.CLOSED, "", EventKind.MERGED, other=into.reference)
    move(into, None, "", EventKind.JOINED, other=tip.reference)

    assert counts(Family.CLOSED) == {(Family.CLOSED, "other", "police"): 1}


def test_what_is_out_of_scope_is_one_number_of_the_year(new):
    for unit, reason in (("police", "civil"), ("drugs", "protected"), ("trade", "to_help")):
        move(new(unit), TipStatus.OUT_OF_SCOPE, reason)

    numbers = read_numbers(db.session)
    out = {key: n for key, n in numbers.items() if key[1] is Family.OUT_OF_SCOPE}
    assert out == {("2026", Family.OUT_OF_SCOPE, "", ""): 3}
    # By no other way: neither days nor deadlines of a decision speak of these.
    shapes = {family for _period, family, *_ in numbers}
    assert shapes == {Family.RECEIVED, Family.OUT_OF_SCOPE, Family.DAYS_READ, Family.KEPT_READ}


def test_the_machine_lane_is_told_apart_until_a_person_takes_a_tip_out(new, session):
    tip, left = new(is_machine=True), new(is_machine=True)
    assert counts() == {(Family.LANE, "", ""): 2}

    leave_lane(tip)
    leave_lane(tip)
    session.commit()
    sweep(session, today() + timedelta(days=60))
    session.commit()

    assert counts() == {(Family.LANE, "", ""): 2, (Family.RECEIVED, "form", "police"): 1}
    session.expire_all()
    assert (left.status, left.is_counted) == (TipStatus.PURGED, True)


def test_a_tip_that_its_own_call_led_into_the_lane_is_received_once(new, session):
    tips = [new() for _ in range(CALLS_MAX + 1)]
    for tip in tips:
        mark_danger(session, tip)
    session.commit()
    led = tips[-1]
    assert (led.machine_unit, led.lane_rank) == ("police", LaneRank.CALLING)

    leave_lane(led)
    session.commit()

    assert counts() == {(Family.RECEIVED, "form", "police"): CALLS_MAX + 1}


def test_days_until_each_step_are_kept_as_buckets_of_the_quarter(new, session, day):
    tip = new()
    day(TUESDAY + timedelta(days=1))
    assert note_first_read(session, tip.id, by="ada")
    day(TUESDAY + timedelta(days=6))
    session.expire_all()
    move(tip, TipStatus.ACCEPTED, "in_scope")
    day(TUESDAY + timedelta(days=100))
    move(tip, TipStatus.CLOSED, "known")

    shapes = {key: n for key, n in read_numbers(session).items() if "days" in key[1]}
    assert shapes == {
        ("2026-Q4", Family.DAYS_READ, "1", ""): 1,
        ("2026-Q4", Family.DAYS_ACCEPTED, "4-7", ""): 1,
        ("2027-Q1", Family.DAYS_CLOSED, "61-", ""): 1,
    }
    assert counts(Family.KEPT_READ, Family.KEPT_ACCEPTED, Family.KEPT_CLOSED) == {
        (Family.KEPT_READ, "in_time", ""): 1,
        (Family.KEPT_ACCEPTED, "late", ""): 1,
        (Family.KEPT_CLOSED, "late", ""): 1,
    }


@pytest.mark.parametrize(
    ("days", "name"), [(0, "0"), (2, "2-3"), (3, "2-3"), (8, "8-15"), (60, "31-60"), (61, "61-")]
)
def test_no_exact_number_of_days_is_kept(days, name):
    assert bucket_of(days) == name


@pytest.mark.parametrize(("after", "part"), [(0, "in_time"), (1, "late")])
def test_the_first_call_for_help_is_counted_with_its_answer(new, session, day, after, part):
    tip = new()
    mark_danger(session, tip)
    session.commit()
    assert counts(Family.DANGER) == {}

    move(tip, None, "", EventKind.CLAIMED)
    day(TUESDAY + timedelta(days=after))
    note_first_read(session, tip.id, by="ada")
    session.commit()
    session.expire_all()
    mark_danger(session, tip)
    move(tip, TipStatus.QUESTION, "", EventKind.ASKED)

    assert counts(Family.DANGER) == {(Family.DANGER, part, ""): 1}


def test_an_act_that_does_not_happen_is_not_counted(new, session):
    tip = new()
    before = counts()
    history.record(
        session, tip, Event(EventKind.DECIDED, "in_scope"), new=TipStatus.ACCEPTED, by="a"
    )
    session.rollback()
    with session.begin_nested() as point:
        add(session, Family.LANE, "", "police")
        point.rollback()
    add(session, Family.OUT_OF_SCOPE, "", "police")
    session.commit()

    assert counts() - before == {(Family.OUT_OF_SCOPE, "", ""): 1}


def test_all_tips_of_a_year_may_go_and_its_numbers_stay(new, session, day):
    day(None)
    tips = [new() for _ in range(3)]
    for tip in tips[:2]:
        move(tip, TipStatus.ACCEPTED, "in_scope")
    move(tips[0], TipStatus.CLOSED, "partly")
    before = read_numbers(session)
    assert before.total() == 16
    session.expunge_all()

    for table in reversed(Base.metadata.sorted_tables):
        if table.name in {"tip", "message"} or any(
            key.column.table.name == "tip" for key in table.foreign_keys
        ):
            session.execute(delete(table))
    session.commit()

    assert session.scalar(select(func.count()).select_from(Tip)) == 0
    assert read_numbers(session) == before
    # What staff did stands in the log; what came in does not.
    found = {one.family: one.result for one in check(session, set())}
    assert found[Family.RECEIVED] is Result.BEYOND
    assert (found[Family.ACCEPTED], found[Family.CLOSED]) == (Result.SAME, Result.SAME)
    assert session.scalar(select(func.count()).select_from(Decision)) == 0


def test_a_tip_that_comes_in_costs_one_statement_more(app, new):
    """Of the store's own work; what the form does besides is as it was."""
    with app.app_context():
        asked = statements_of(app, new)

    assert [text.split()[2] for text in asked if text.startswith("INSERT")] == ["tip", "tally"]


def test_nodes_side_by_side_lose_nothing(app, config, units, database):
    """Two applications on one store, each with threads that add to the same numbers."""
    nodes = [app, create_app(config)]

    def work(number):
        with nodes[number % 2].app_context():
            for family in (Family.LANE, Family.ACCEPTED, Family.LANE):
                add(db.session, family, "", "police")
            db.session.commit()
            db.session.close()

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(work, range(200)))

    with app.app_context():
        assert read_numbers(db.session) == {
            (quarter_of(TUESDAY), Family.LANE, "", ""): 400,
            (month_of(TUESDAY), Family.ACCEPTED, "", "police"): 200,
        }
        slots = db.session.scalars(select(Tally.slot).distinct()).all()
        assert (len(slots) > 1) == (database == "postgresql")
    with nodes[1].app_context():
        db.dispose()


def test_the_migration_counts_what_is_there_as_it_would_have_been_counted(new, session, day):
    """A store of before, with tips of every kind: back to the revision before, and forward."""
    new("drugs", channel="letter")
    move(new("trade"), TipStatus.OUT_OF_SCOPE, "civil")
    purged = new(is_machine=True)
    tip = new()
    move(tip, TipStatus.ACCEPTED, "in_scope")
    move(tip, TipStatus.REFERRED, "to_other_police", EventKind.REFERRAL_SENT, unit="city_police")
    day(TUESDAY + timedelta(days=70))
    move(tip, TipStatus.CLOSED, "substantiated")
    move(tip, TipStatus.ACCEPTED, "reopened")
    move(tip, TipStatus.CLOSED, "known")
    session.execute(update(Tip).where(Tip.id == purged.id).values(expires_on=today()))
    sweep(session, today())
    new(is_machine=True)
    passed = new("drugs")
    made = {"by": "ada", "sealed_in": bytes(32), "made_on": today(), "content_mac": "0" * 64}
    keys = {"tip_id": passed.id, "step": 1, "old_key_id": passed.unit_key_id, "reason": "misfiled"}
    session.add(Transfer(from_unit="drugs", to_unit="police", **made, **keys))
    passed.unit_id = "police"
    session.commit()
    before = {key: n for key, n in read_numbers(session).items() if not is_shape(key)}
    session.close()

    with db.engine.begin() as connection:
        migrations = alembic_config()
        migrations.attributes["connection"] = connection
        command.downgrade(migrations, "0021")
    db.dispose()
    migrate(db.engine)

    assert read_numbers(db.session) == before
    kept = db.session.scalars(select(Tip.unit_id).where(Tip.is_counted.is_(False))).all()
    assert kept == ["police"]


def is_shape(key):
    return COUNTED[key[1]].is_shape
