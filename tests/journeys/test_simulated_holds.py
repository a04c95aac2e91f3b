"""A year of holds, day by day: nothing under hold is deleted, and nothing that is due is kept.

Beside the district stands a model of one page: of each tip the day on which its words go, its hold,
the request that waits and the case to which it belongs. After each day's sweep both must agree.
"""

import random
import secrets
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from admin.access.roles import Staff
from admin.app_state import app_state
from admin.db import db, set_today
from admin.desk.holds import services
from admin.desk.holds.services import Wish
from admin.desk.services import KeptOnly, decide
from admin.desk.tip.links import HasDuplicates, link, merge
from admin.models import Tip, UnitKey
from admin.serving.sweeper import sweep_now
from admin.tip.events import EventKind
from admin.tip.status import TipStatus
from admin.tip.urgency import Urgency
from admin.vault import history
from admin.vault.expiry import PURGED_DAYS
from admin.vault.retention.deletions import read_journal
from admin.vault.store import SealedTip, store_tip
from tests.support import add_bare_member

FIRST = date(2026, 1, 1)
SIZES = {"sqlite": (90, 365), "postgresql": (40, 120)}
SKIPPED = {FIRST + timedelta(days=n) for n in (31, 32, 33, 97, 98)}
"""Days on which no node swept: what was due then goes at the next turn, unless it is held."""
ASKED_DAYS, NOTICE = 7, 14


@pytest.fixture(autouse=True)
def true_day_again():
    yield
    set_today(None)


@dataclass
class Told:
    """What the model knows of one tip."""

    goes_on: date | None = None
    held: date | None = None
    asked: tuple[str, date, date | None] | None = None
    """The kind of the request that waits, its first day, and the day it asks for."""
    head: "Told | None" = None
    gone_on: date | None = None
    lookup: bytes = b""
    log: list[str] = field(default_factory=list)

    @property
    def is_open(self):
        return self.goes_on is None

    def is_held(self, day):
        asks = self.asked and self.asked[0] != "release"
        waits = asks and day < self.asked[1] + timedelta(days=ASKED_DAYS)
        return bool((self.held and self.held >= day) or waits)

    def must_go(self, day):
        if self.goes_on is None or self.goes_on > day or self.is_held(day):
            return False
        return self.head is None or not (self.head.is_open or self.head.is_held(day))


class Year:
    def __init__(self, app, count, days):
        self.app, self.rng = app, random.Random(65)
        self.days = [FIRST + timedelta(days=n) for n in range(days)]
        self.arrivals = Counter(self.rng.randrange(max(days - 60, 1)) for _ in range(count))
        self.told, self.counts = {}, Counter()

    def walk(self):
        for number, day in enumerate(self.days):
            set_today(day)
            if day not in SKIPPED:
                sweep_now(self.app, is_thorough=False)
                self.note_gone(day)
                self.compare(day)
            with self.app.app_context():
                for _ in range(self.arrivals[number]):
                    self.arrive()
                for tip_id, told in self.told.items():
                    if told.gone_on is None and self.rng.random() < 0.09:
                        self.act(db.session.get_one(Tip, tip_id), told, day)
                db.session.commit()

    def note_gone(self, day):
        for told in [one for one in self.told.values() if one.gone_on is None]:
            if told.must_go(day):
                told.gone_on = day
                self.counts["gone"] += 1
                self.counts["gone after a hold"] += told.held is not None

    def compare(self, day):
        with self.app.app_context():
            rows = db.reading.execute(select(Tip.id, Tip.status, Tip.lookup, Tip.sealed))
            for tip_id, status, lookup, sealed in rows:
                told = self.told[tip_id]
                is_gone = told.gone_on is not None
                assert (status is TipStatus.PURGED) is is_gone, (day, told)
                assert (sealed is None) is is_gone, (day, told)
                if is_gone and day < told.gone_on + timedelta(days=PURGED_DAYS):
                    # What is sent again or restored meanwhile meets its own lookup.
                    assert lookup == told.lookup, (day, told)
                if not is_gone and told.goes_on and told.goes_on <= day:
                    self.counts["kept past its day"] += 1

    def arrive(self):
        key = db.session.scalars(select(UnitKey.id).filter_by(unit_id="police")).one()
        reference = f"{secrets.token_hex(3)[:5]}-{secrets.token_hex(3)[:5]}".upper()
        lookup = secrets.token_bytes(32)
        facts = (reference, lookup, "police", key, Urgency.P3, b"", b"words")
        tip_id = store_tip(db.session, SealedTip(*facts, is_proven=True))
        self.told[tip_id] = Told(lookup=lookup)

    def act(self, tip, told, day):
        what = self.rng.choice(ACTS if told.is_open else ENDED_ACTS)
        getattr(self, what)(tip, told, day)
        told.log.append(f"{day} {what}")
        db.session.flush()

    def end(self, tip, told, day):
        outcome_id, days = self.rng.choice([("withdrawn", 7), ("too_little", 180), ("spam", 7)])
        outcome = app_state().district.outcomes[outcome_id]
        decide(db.session, tip, new=TipStatus.CLOSED, outcome=outcome, actor=ADA, seconded=True)
        told.goes_on = day + timedelta(days=days)

    def reopen(self, tip, told, day):
        if told.goes_on <= day and not (told.head and told.head.is_open):
            # Its reporter was told that it is gone: neither they nor staff take it up again.
            again = {
                "new": TipStatus.ACCEPTED,
                "outcome": app_state().district.outcomes["in_scope"],
            }
            with pytest.raises(KeptOnly):
                decide(db.session, tip, actor=ADA, **again)
            self.counts["not taken up again"] += 1
            return
        history.heard_from_reporter(db.session, tip, EventKind.MORE_WORDS)
        told.goes_on = told.head = None

    def merge(self, tip, told, day):
        heads = [i for i, one in self.told.items() if one.head is None and one.gone_on is None]
        into = db.session.get_one(Tip, self.rng.choice(heads))
        if into.id == tip.id:
            return
        try:
            link(db.session, tip, into, actor=ADA)
            db.session.flush()
            merge(db.session, tip, into, actor=ADA)
        except HasDuplicates:
            return
        told.goes_on, told.head = day + timedelta(days=180), self.told[into.id]
        self.counts["merged"] += 1

    def ask(self, tip, told, day):
        until = max(day + timedelta(days=self.rng.randint(1, 120)), told.held or day)
        services.ask_to_hold(db.session, tip, Wish("case", "own", until), actor=ADA)
        asked = told.asked if told.asked and told.asked[0] == "hold" else None
        told.asked = ("hold", asked[1] if asked else day, until)

    def release(self, tip, told, day):
        if told.held is None or told.held < day:
            return
        services.ask_to_release(db.session, tip, actor=ADA)
        told.asked = ("release", told.asked[1] if told.asked else day, None)

    def answer(self, tip, told, day):
        if told.asked is None:
            return
        kind, _first, until = told.asked
        is_granted = self.rng.random() < 0.8
        step = services.waiting(db.session, tip.id)
        try:
            services.answer(db.session, tip, step.number, is_granted=is_granted, actor=HEAD)
        except services.Outdated:
            is_late = told.held is None or told.held < day if kind == "release" else until < day
            assert is_late, (day, told)
            return
        told.asked = None
        self.counts[f"{kind} {'granted' if is_granted else 'refused'}"] += 1
        if is_granted:
            told.held = min(told.held, day + timedelta(days=NOTICE)) if kind == "release" else until


ADA, HEAD = Staff(1, "ada", "police", ("analyst",)), Staff(2, "bo", "police", ("reviewer",))
ACTS = ("end", "end", "end", "merge", "ask", "answer", "answer", "release")
ENDED_ACTS = ("ask", "ask", "answer", "answer", "answer", "release", "reopen")


@pytest.fixture
def year(app, units, database):
    with app.app_context():
        add_bare_member(db.session, "ada", "police", ["analyst"])
        add_bare_member(db.session, "bo", "police", ["reviewer"])
        db.session.commit()
        retention = app_state().district.clocks.retention
        assert retention.notice_days == NOTICE
        assert app_state().district.holds.asked_days == ASKED_DAYS
    year = Year(app, *SIZES[database])
    year.walk()
    return year


def test_nothing_under_hold_is_deleted_and_nothing_that_is_due_is_kept(year, database):
    counts, whole = year.counts, database == "sqlite"
    assert counts["gone"] >= (40 if whole else 8), counts
    assert counts["gone after a hold"] >= (3 if whole else 1), counts
    assert counts["kept past its day"] >= (50 if whole else 5), counts
    wanted = ["hold granted", "hold refused", "release granted", "merged"]
    # Four months have room for little: that nothing is taken up again shows in the whole year.
    wanted += ["not taken up again"] if whole else []
    assert min(counts[name] for name in wanted) >= 1, counts
    # The journal tells of each deletion once, and of the holds; a restore has nothing else.
    config = year.app.extensions["dengshao"].config
    entries = read_journal(config, config.deletions_file)
    assert sum(entry.until is None for entry in entries) == counts["gone"]
    assert len(entries) >= counts["gone"] + counts["hold granted"] - 3
