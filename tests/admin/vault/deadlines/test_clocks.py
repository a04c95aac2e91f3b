"""The marks on stored tips, and what the sweep tells when a deadline runs out."""

import os
import secrets
import shutil
import subprocess
from collections import Counter
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import func, select, text, update

from admin.access.roles import Staff
from admin.app_state import app_state
from admin.config import ROOT
from admin.db import SHANGHAI, db, set_today, today
from admin.deadlines.rules import calendar_gap
from admin.desk.services import decide
from admin.doctor.findings import State
from admin.doctor.store import check_calendar
from admin.models import OPEN, UNDATED, ClockEvent, Decision, Setting, Tip, UnitKey
from admin.sealing import payload
from admin.serving.hours import seconds_until_next
from admin.serving.sweeper import (
    SWEPT,
    sweep_now,
)
from admin.tip.events import EventKind
from admin.tip.status import TipStatus
from admin.tip.urgency import Urgency
from admin.vault import history
from admin.vault.deadlines import clocks, reminders
from admin.vault.deadlines.clocks import note_first_read
from admin.vault.events import SYSTEM
from admin.vault.lane import leave_lane
from admin.vault.store import SealedTip, find_tip, store_tip
from tests.journeys.served import DENGSHAO
from tests.tip_events import event

THURSDAY = date(2026, 9, 24)
"""A holiday of three days follows, and the long one a week later."""
MONDAY = date(2026, 9, 28)
STAFF = Staff(1, "ada", "police", ("reviewer",))


@pytest.fixture(autouse=True)
def walk():
    """Walk to another day: `walk(day)`."""
    set_today(THURSDAY)
    yield set_today
    set_today(None)


@pytest.fixture
def store(session, units):
    keys = {key.unit_id: key.id for key in session.scalars(select(UnitKey))}

    def stored(unit_id="police", *, urgency=Urgency.P3, is_machine=False):
        lookup, reference = secrets.token_bytes(32), payload.new_reference()
        sealed = SealedTip(
            reference, lookup, unit_id, keys[unit_id], urgency, b"", b"words", is_machine
        )
        store_tip(session, sealed)
        return find_tip(session, lookup)

    return stored


@pytest.fixture
def act(session):
    """Record an act of staff on a tip."""

    def acted(tip, new=None, reason="claimed", by="ada"):
        history.record(session, tip, event(reason), new=new, by=by)

    return acted


def marks(tip):
    return tip.due_on, tip.due_rule


def levels(session, tip, rule):
    events = select(ClockEvent.level).where(ClockEvent.tip_id == tip.id, ClockEvent.rule == rule)
    return set(session.scalars(events))


ARRIVED = [
    ("police", Urgency.P0, THURSDAY, "first_read_urgent"),
    ("police", Urgency.P3, MONDAY, "first_read"),
    ("supervision", Urgency.P1, THURSDAY, "first_read_urgent"),
]


@pytest.mark.parametrize(("unit", "urgency", "day", "rule"), ARRIVED)
def test_a_tip_carries_its_first_deadline_from_the_moment_it_is_stored(
    store, unit, urgency, day, rule
):
    assert marks(store(unit, urgency=urgency)) == (day, rule)


@pytest.mark.parametrize(
    ("unit", "is_dated"), [("police", False), ("supervision", True), ("upper", True)]
)
def test_whatever_unit_takes_tips_about_officials_has_the_deadline_of_their_way(
    store, session, unit, is_dated
):
    tip = store(unit, urgency=Urgency.P1)

    district, past = app_state().district, clocks.read_past(session, tip.id)
    found = district.clocks.deadlines(clocks.facts_of(tip, past, district))

    # No row at the upper unit tells which tips came that way.
    assert ("umbrella" in {row.rule.id for row in found}) == is_dated


def test_in_the_lane_no_clock_runs_until_staff_take_the_tip_out(store, act, session):
    tip = store(is_machine=True)
    history.heard_from_reporter(session, tip, EventKind.MORE_WORDS)
    assert marks(tip) == (None, None)

    leave_lane(tip)
    act(tip)

    assert marks(tip) == (MONDAY, "first_read")


ACTS = [
    (None, "claimed", (MONDAY, "first_read")),
    (None, "assigned", (MONDAY, "first_read")),
    (None, "answered", (date(2026, 9, 30), "scope")),
    (TipStatus.QUESTION, "asked", (date(2026, 9, 30), "scope")),
    (TipStatus.ACCEPTED, "in_scope", (date(2026, 11, 23), "result")),
    (TipStatus.REFERRED, "to_department", (date(2026, 9, 25), "transfer")),
    (TipStatus.REFERRED, "to_supervision", (date(2026, 9, 30), "handover")),
    (TipStatus.CLOSED, "too_little", (None, None)),
]


@pytest.mark.parametrize(("new", "reason", "then"), ACTS)
def test_every_act_moves_the_mark_to_the_next_deadline(store, act, new, reason, then):
    tip = store()

    act(tip, new, reason)

    assert marks(tip) == then


def test_an_act_writes_the_tip_once(store, act, session):
    tip = store()

    act(tip, TipStatus.ACCEPTED, "in_scope")
    session.flush()

    assert tip.version == 2


def test_the_first_opening_is_noted_once_and_leaves_the_open_page_fresh(store, session):
    tip = store()

    noted = [note_first_read(session, tip.id, by=name) for name in ("ada", "bo")]

    session.expire_all()
    assert noted == [True, False]
    assert (marks(tip), tip.version) == ((date(2026, 9, 30), "scope"), 1)
    line = session.scalars(select(Decision).filter_by(tip_id=tip.id)).one()
    assert (line.kind, line.by, line.decided_on) == (EventKind.FIRST_READ, "ada", THURSDAY)
    assert line.old == line.new == TipStatus.RECEIVED


def test_no_opening_counts_as_first_once_staff_did_what_needs_the_words(store, act, session):
    tip = store()
    act(tip, reason="answered")

    assert not note_first_read(session, tip.id, by="bo")


def test_a_tip_that_was_assigned_and_that_nobody_opened_is_urged_until_somebody_does(
    app, store, act, session, walk
):
    tip = store()
    act(tip, reason="assigned", by="desk")
    session.commit()
    walk(date(2026, 9, 29))

    sweep_now(app)

    tip = session.get_one(Tip, tip.id)
    assert levels(session, tip, "first_read") == {"holder"}
    assert note_first_read(session, tip.id, by="ada")
    session.refresh(tip)
    assert marks(tip) == (date(2026, 9, 30), "scope")


def test_danger_asks_for_a_new_look_and_the_next_opening_is_noted_again(store, session, walk):
    tip = store()
    note_first_read(session, tip.id, by="ada")
    walk(MONDAY)
    session.refresh(tip)

    history.mark_danger(session, tip)

    assert marks(tip) == (MONDAY, "first_read_urgent")
    session.flush()
    assert note_first_read(session, tip.id, by="ada")


def test_an_ended_tip_that_opens_again_is_dated_and_urged_anew(app, store, act, session, walk):
    tip = store()
    walk(date(2026, 9, 29))
    session.commit()
    sweep_now(app)
    tip = session.get_one(Tip, tip.id)
    assert levels(session, tip, "first_read") == {"holder"}
    act(tip, TipStatus.CLOSED, "too_little")
    assert marks(tip) == (None, None)

    walk(date(2026, 10, 12))
    history.heard_from_reporter(session, tip, EventKind.MORE_WORDS)

    assert marks(tip) == (date(2026, 10, 13), "first_read")
    assert levels(session, tip, "first_read") == set()
    session.commit()
    walk(date(2026, 10, 14))
    assert sweep_now(app)["urged"] == 1


def test_who_ends_a_tip_keeps_its_words_as_long_as_the_rules_say(store, session, act):
    short, long = store(), store()
    outcomes = app_state().district.outcomes
    decide(
        session, short, new=TipStatus.CLOSED, outcome=outcomes["spam"], actor=STAFF, seconded=True
    )
    decide(
        session,
        long,
        new=TipStatus.CLOSED,
        outcome=outcomes["unfounded"],
        actor=STAFF,
        seconded=True,
    )
    merged = store()
    act(merged, TipStatus.CLOSED, "duplicate")

    kept = [(tip.expires_on - THURSDAY).days for tip in (short, long, merged)]

    assert kept == [7, 180, 180]
    decide(session, long, new=TipStatus.ACCEPTED, outcome=outcomes["reopened"], actor=STAFF)
    assert long.expires_on is None


def test_the_sweep_deletes_and_takes_the_mark_with_it(app, store, session, walk):
    tip = store(is_machine=True)
    session.execute(update(Tip).values(due_on=THURSDAY, due_rule="scope"))
    session.commit()
    walk(THURSDAY + timedelta(days=4))

    assert sweep_now(app)["tips"] == 1
    tip = session.get_one(Tip, tip.id)
    assert (tip.status, marks(tip)) == (TipStatus.PURGED, (None, None))


def test_rows_without_a_mark_are_dated_by_the_sweep_and_their_versions_stay(app, store, session):
    tips = [store() for _ in range(reminders.BATCH + 3)]
    lane = store(is_machine=True)
    closed = store()
    history.record(session, closed, event("spam"), new=TipStatus.CLOSED, by="ada")
    session.commit()
    sweep_now(app)
    session.execute(update(Tip).values(due_on=None, due_rule=None))
    session.commit()

    assert sweep_now(app)["dated"] == len(tips)
    assert sweep_now(app)["dated"] == 0

    rows = session.execute(select(Tip.id, Tip.due_on, Tip.version)).all()
    undated = {row.id for row in rows if row.due_on is None}
    assert undated == {lane.id, closed.id}
    assert {row.version for row in rows if row.id not in undated} == {1}


def test_a_changed_calendar_dates_all_open_tips_anew(app, store, session, monkeypatch):
    tips = [store() for _ in range(reminders.BATCH + 3)]
    session.commit()
    assert sweep_now(app)["dated"] == 0
    clocks = app.extensions["dengshao"].district.clocks
    monkeypatch.setitem(vars(clocks), "mark", "another")
    monkeypatch.setitem(vars(clocks), "calendar", type(clocks.calendar)(closed=frozenset({MONDAY})))

    assert sweep_now(app)["dated"] == len(tips)

    assert set(session.scalars(select(Tip.due_on))) == {date(2026, 9, 29)}
    assert session.get_one(Setting, reminders.DATED_BY).value == "another"


LEVELS = [
    (THURSDAY + timedelta(days=1), set()),
    (MONDAY, set()),
    (date(2026, 9, 29), {"holder"}),
    (date(2026, 9, 30), {"holder", "reviewer"}),
    # Not even the supervisor on the day of the flag, nor in the week after it.
    (date(2026, 10, 7), set()),
    (date(2026, 10, 10), {"holder", "reviewer", "supervisor"}),
]


@pytest.mark.parametrize(("day", "told"), LEVELS)
def test_each_level_is_told_in_its_time_and_nobody_on_a_day_off(
    app, store, session, walk, day, told
):
    tip = store()
    session.commit()
    walk(day)

    sweep_now(app)

    assert levels(session, tip, "first_read") == told
    lines = session.scalars(select(Decision).filter_by(tip_id=tip.id)).all()
    of_rule = [line for line in lines if line.rule == "first_read"]
    assert {line.event.code for line in of_rule} == {f"overdue_first_read_{name}" for name in told}
    assert {line.by for line in lines} <= {SYSTEM}
    assert [line.step for line in lines] == list(range(1, len(lines) + 1))


def test_a_second_sweep_tells_nobody_again_and_a_page_from_before_is_stale(
    app, store, session, walk
):
    tip = store()
    session.commit()
    walk(date(2026, 9, 29))

    assert [sweep_now(app)["urged"] for _ in range(2)] == [1, 0]
    assert session.get_one(Tip, tip.id).version == 2


def test_the_hourly_turn_passes_over_a_day_that_was_made_and_the_command_does_not(
    app, store, session, walk
):
    session.commit()
    walk(date(2026, 9, 29))
    sweep_now(app, is_thorough=False)
    tip = store()
    session.execute(update(Tip).values(received_on=THURSDAY, due_on=MONDAY))
    session.commit()

    assert sweep_now(app, is_thorough=False)["urged"] == 0
    assert sweep_now(app)["urged"] == 1
    assert levels(session, tip, "first_read") == {"holder"}


def test_above_the_upper_unit_nobody_is_told_and_a_supervisory_tip_is_told_upwards(
    app, store, session, walk
):
    upper, watched = store("upper"), store("supervision")
    session.commit()
    walk(date(2026, 10, 10))
    district = app.extensions["dengshao"].district

    sweep_now(app)

    assert levels(session, upper, "first_read") == {"holder", "reviewer"}
    assert levels(session, watched, "first_read") == {"holder", "reviewer", "supervisor"}
    assert district.ways.watcher("supervision") == "upper"
    assert district.ways.watcher("police") == "supervision"
    assert district.ways.watcher("upper") is None


def test_many_overdue_tips_are_told_batch_by_batch(app, store, session, walk):
    count = reminders.BATCH + 7
    for _ in range(count):
        store()
    session.commit()
    walk(date(2026, 9, 29))

    assert sweep_now(app)["urged"] == count
    assert session.scalar(select(func.count()).select_from(ClockEvent)) == count


def true_day():
    return datetime.now(SHANGHAI).date().isoformat()


def working_today(folder):
    """Copy the content; in it staff work today, whatever day it is: on others nobody is told."""
    shutil.copytree(ROOT / "content" / "data", folder / "data")
    path = folder / "data" / "holidays.yml"
    rules = path.read_text("utf-8").replace("open: []", f"open: ['{true_day()}']")
    path.write_text(rules, "utf-8")
    return str(folder)


def test_two_processes_that_sweep_at_once_tell_everything_once(
    app, environ, store, session, walk, tmp_path
):
    walk(None)
    came = today() - timedelta(days=21)
    walk(came)
    for number in range(250):
        store("police" if number % 2 else "drugs")
    session.execute(update(Tip).where(Tip.unit_id == "drugs").values(due_on=None, due_rule=None))
    session.commit()
    session.close()
    content = working_today(tmp_path / "content")
    environ = {**os.environ, **environ, "DENGSHAO_CONTENT": content}
    command = [DENGSHAO, "sweep"]

    both = [
        subprocess.Popen(command, env=environ, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    said = [process.communicate(timeout=240)[0] for process in both]

    assert [process.returncode for process in both] == [0, 0]
    lines = [
        dict(line.split("：", 1) for line in text.splitlines() if "：" in line) for text in said
    ]
    urged = sum(int(found[SWEPT["urged"]]) for found in lines)
    events = session.execute(select(ClockEvent.tip_id, ClockEvent.rule, ClockEvent.level)).all()
    told = session.execute(
        select(Decision.tip_id, Decision.rule, Decision.level).where(
            Decision.kind == EventKind.OVERDUE
        )
    ).all()
    assert urged == len(events) == len(told) > 0
    assert max(Counter(tuple(row) for row in told).values()) == 1
    assert not session.scalars(select(Tip.id).where(Tip.due_on.is_(None))).all()
    assert set(lines[0]) >= set(SWEPT.values())
    gap = calendar_gap(app_state().district.clocks, today())
    assert all((gap in words) for words in said)


def test_the_doctor_says_when_days_off_are_guessed():
    found = {check_calendar("").state, check_calendar("放假安排只知道到").state}

    assert found == {State.GOOD, State.UNKNOWN}


PLANS = [
    ("ix_tip_undated", f"SELECT id FROM tip WHERE {UNDATED} LIMIT 200"),
    (
        "ix_tip_due",
        "SELECT id FROM tip WHERE tip.unit_id = 'police' AND tip.due_on < '2026-01-01' "
        "AND tip.due_on IS NOT NULL AND {is_open} "
        "ORDER BY tip.due_on, tip.urgency, tip.received_on, tip.id LIMIT 200",
    ),
]


@pytest.mark.parametrize(("index", "query"), PLANS)
def test_the_sweep_walks_indexes_and_looks_at_no_other_tip(session, store, index, query):
    dialect = db.engine.dialect.name
    if dialect == "postgresql":
        # Among no tips any index is as good as another.
        for _ in range(60):
            store()
        session.execute(text("ANALYZE tip"))
        session.execute(text("SET LOCAL enable_seqscan = off"))
    explain = "EXPLAIN QUERY PLAN" if dialect == "sqlite" else "EXPLAIN"

    plan = session.execute(text(f"{explain} {query.format(is_open=OPEN[dialect])}"))
    words = "\n".join(str(row) for row in plan)

    assert index in words
    assert "TEMP B-TREE" not in words


HOURS = [
    ("2026-11-24T00:04:59", 1),
    ("2026-11-24T00:05:00", 3600),
    ("2026-11-24T23:30:00", 35 * 60),
]


@pytest.mark.parametrize(("now", "seconds"), HOURS)
def test_a_serving_process_sweeps_at_five_past_each_hour(now, seconds):
    assert seconds_until_next(datetime.fromisoformat(now)) == seconds


def test_the_day_can_be_set_and_is_the_true_one_again(walk):
    true_day = datetime.now(SHANGHAI).date()
    assert today() == THURSDAY

    walk(None)

    assert today() in (true_day, true_day + timedelta(days=1))
