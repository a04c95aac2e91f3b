"""A year of a district, day by day: tips come in, staff act on some, the sweep runs or not."""

import random
import secrets
from collections import Counter
from datetime import date, timedelta
from itertools import product

import chinese_calendar
import pytest
from sqlalchemy import select

from admin.access.roles import Staff
from admin.app_state import app_state
from admin.db import db, set_today
from admin.desk.deadlines.views import extend, mark_moved
from admin.desk.services import decide
from admin.models import ClockEvent, Decision, Tip, UnitKey
from admin.serving.sweeper import sweep_now
from admin.tip.events import EventKind, Level
from admin.tip.status import TipStatus
from admin.tip.urgency import Urgency
from admin.vault import history
from admin.vault.deadlines.clocks import note_first_read
from admin.vault.events import SYSTEM
from admin.vault.store import SealedTip, store_tip
from tests.admin.vault.deadlines import oracle
from tests.tip_events import event

FIRST = date(2026, 1, 1)
# How many tips come in, and over how many days. SQLite walks the whole year.
SIZES = {"sqlite": (750, 365), "postgresql": (300, 100)}
# Of how many tips at least each level of each deadline must have been told.
TOLD = {"sqlite": 10, "postgresql": 5}
ADA = Staff(1, "ada", "police", ("analyst", "reviewer"))
# Days on which no node swept: three in a row, of which some are off.
SKIPPED = {
    FIRST + timedelta(days=n) for start in (20, 44, 130, 270) for n in range(start, start + 3)
}
UNITS = ["police"] * 6 + ["drugs"] * 2 + ["trade", "supervision"]


@pytest.fixture(autouse=True)
def true_day_again():
    yield
    set_today(None)


class Plan:
    """What is done with one tip, and when, in an order that the desk allows."""

    def __init__(self, rng, came):
        self.rng, self.day, self.acts = rng, came, []
        self.kind = rng.choices(["prompt", "slow", "left", "read only"], [67, 25, 5, 3])[0]
        # By the cover, as a dispatcher does: whether somebody opens it then is another matter.
        self.maybe(0.3, 1, "assigned")
        if self.kind == "left":
            self.maybe(0.2, 9, "danger")
            return
        self.then(1, "read")
        if self.kind != "read only":
            self.maybe(0.2, 2, "asked")
            self.decide()

    def then(self, days, what):
        pace = 12 if self.kind == "slow" else 1
        self.day += timedelta(days=self.rng.randint(0, days * pace))
        self.acts.append((self.day, what))

    def maybe(self, chance, days, what):
        if self.rng.random() < chance:
            self.then(days, what)

    def decide(self):
        kinds = ["accepted", "to_department", "to_supervision", "closed"]
        decision = self.rng.choices(kinds, [6, 1, 1, 2])[0]
        self.then(3, decision)
        if decision.startswith("to_"):
            self.maybe(0.8, 3, "moved")
        if decision != "closed":
            self.maybe(0.1, 2, "danger")
            self.maybe(0.3, 8, "extended")
            self.maybe(0.92, 8 if self.kind == "slow" else 60, "closed")
        if self.acts[-1][1] == "closed":
            self.maybe(0.1, 2 if self.kind == "slow" else 20, "reopened")


class Year:
    """The simulation: a district's tips, and what is to be done with them on which day."""

    def __init__(self, app, count, days):
        self.app, self.rng = app, random.Random(2026)
        self.cases, self.todo = {}, {}
        self.arrivals = Counter(self.rng.randrange(days) for _ in range(count))
        self.days = [FIRST + timedelta(days=n) for n in range(days)]
        self.sweeps, self.counts = [], Counter()

    def walk(self):
        for n, day in enumerate(self.days):
            set_today(day)
            if day not in SKIPPED:
                self.sweep(day)
            with self.app.app_context():
                for _ in range(self.arrivals[n]):
                    self.arrive(day)
                for reference, what in self.todo.pop(day, []):
                    self.act(self.cases[reference], day, what)
                db.session.commit()
                if day.day == 20:
                    self.check_marks()

    def sweep(self, day):
        self.sweeps.append(day)
        self.counts.update(sweep_now(self.app, is_thorough=False))
        if day.day % 10 == 5:
            again = sweep_now(self.app)
            assert (again["urged"], again["dated"]) == (0, 0), day

    def arrive(self, day):
        reference = f"{secrets.token_hex(3)[:5]}-{secrets.token_hex(3)[:5]}".upper()
        unit = self.rng.choice(UNITS)
        urgency = "P1" if unit == "supervision" else self.rng.choice(["P0", "P1", "P2", "P3", "P3"])
        key = db.session.scalars(select(UnitKey.id).filter_by(unit_id=unit)).one()
        lookup = secrets.token_bytes(32)
        # Proven: of others a fourth call that waits goes to the lane, where no deadline runs.
        facts = (reference, lookup, unit, key, Urgency(urgency), b"", b"words")
        store_tip(db.session, SealedTip(*facts, is_proven=True))
        self.cases[reference] = oracle.Case(reference, unit, urgency, day)
        for when, what in Plan(self.rng, day).acts:
            self.todo.setdefault(when, []).append((reference, what))

    def act(self, case, day, what):
        tip = db.session.scalars(select(Tip).filter_by(reference=case.reference)).one()
        if what == "extended" and not self.may_extend(tip, day):
            return
        ACTS[what](db.session, tip)
        case.done(day, what)

    def may_extend(self, tip, day):
        waits = oracle.pending(self.cases[tip.reference], self.cases[tip.reference].acts)
        return waits.get("result", date.min) >= day

    def check_marks(self):
        """Each open tip carries the next of its deadlines, each ended one carries none."""
        for tip in db.session.scalars(select(Tip)):
            case = self.cases[tip.reference]
            waits = oracle.pending(case, case.acts)
            assert tip.due_on == min(waits.values(), default=None), (case, waits)
            assert tip.due_rule is None or waits[tip.due_rule] == tip.due_on


def _refer(outcome_id):
    """By word alone, as it was done before there were packages: such tips are in the stores."""

    def referred(session, tip):
        history.record(session, tip, event(outcome_id), new=TipStatus.REFERRED, by="ada")

    return referred


def _decide(outcome_id):
    def decided(session, tip):
        outcome = app_state().district.outcomes[outcome_id]
        # As if a second person had agreed, wherever it takes one.
        new = TipStatus(outcome.status)
        decide(session, tip, new=new, outcome=outcome, actor=ADA, seconded=True)

    return decided


ACTS = {
    "assigned": lambda session, tip: history.record(session, tip, event("assigned"), by="desk"),
    "read": lambda session, tip: note_first_read(session, tip.id, by="ada"),
    "asked": lambda session, tip: history.record(
        session, tip, event("asked"), new=TipStatus.QUESTION, by="ada"
    ),
    "accepted": _decide("in_scope"),
    "to_department": _refer("to_department"),
    "to_supervision": _refer("to_supervision"),
    "closed": _decide("too_little"),
    "moved": lambda session, tip: mark_moved(session, tip, actor=ADA),
    "extended": lambda session, tip: extend(session, tip, reason="complex", actor=ADA),
    "danger": history.mark_danger,
    "reopened": lambda session, tip: history.heard_from_reporter(
        session, tip, EventKind.MORE_WORDS
    ),
}


@pytest.fixture
def year(app, units, database):
    year = Year(app, *SIZES[database])
    year.walk()
    return year


def told(session):
    """What the histories say was told: tip, rule and level, with the day."""
    lines = session.execute(
        select(Tip.reference, Decision.rule, Decision.level, Decision.decided_on, Decision.by)
        .join(Tip, Tip.id == Decision.tip_id)
        .where(Decision.kind == EventKind.OVERDUE)
    )
    for reference, rule, level, day, by in lines:
        assert by == SYSTEM
        yield reference, rule, level, day


def test_every_deadline_of_a_year_fires_once_for_each_level_and_none_on_a_holiday(
    year, session, database
):
    expected = Counter(
        (case.reference, *one)
        for case in year.cases.values()
        for one in oracle.urges(case, year.sweeps)
    )
    found = Counter(told(session))

    assert found == expected
    assert max(found.values()) == 1
    assert year.counts["urged"] == len(found)
    assert all(chinese_calendar.is_workday(day) for *_, day in found)
    # Of each deadline each level was told, and that of more tips than one.
    told_of = Counter((rule, level) for _, rule, level, _ in found)
    assert told_of.keys() == set(product(oracle.URGED, Level))
    assert min(told_of.values()) >= TOLD[database], told_of
    # What is left of the events is of tips that did not open again since.
    events = session.execute(
        select(Tip.reference, ClockEvent.rule, ClockEvent.level, ClockEvent.fired_on).join(
            Tip, Tip.id == ClockEvent.tip_id
        )
    )
    assert {tuple(row) for row in events} <= set(found)
