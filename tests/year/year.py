"""Walks through the year day by day, and compares the house with the model each evening."""

import random
from collections import Counter, defaultdict
from datetime import date, timedelta

from sqlalchemy import select

from admin.db import db, set_today
from admin.desk.transfer.listing import arriving
from admin.models import (
    KeptFile,
    KeptTip,
    Message,
    Note,
    Tip,
    TipLabel,
    TipLink,
    TipOpening,
    TipReader,
    Transfer,
    TransferFile,
)
from admin.serving.sweeper import delete_due
from admin.tip.status import TipStatus
from admin.vault.retention.deletions import read_journal

from .ending import Endings
from .house import ROLES
from .keeping import Keeping
from .model import KEPT_DAYS, LABEL, TIP, UNITS, World
from .moving import Moving

FIRST = date(2026, 1, 1)
OPEN_ACTS = {"write": 5, "note_read": 6, "note": 2, "pass_on": 10, "end": 14, "tie": 1}
OPEN_ACTS |= {"merge": 1, "ask_hold": 1, "recuse": 2}
ENDED_ACTS = {"write": 1, "note_read": 3, "ask_hold": 2, "recuse": 1, "reopen": 1}
GONE_ACTS = {"write": 2, "reopen": 1}


class Year(Moving, Endings, Keeping):
    """All acts, in an order that a seed decides."""

    def __init__(self, house, seed, *, days, tips, acts, restores):
        self.house, self.rng, self.counts = house, random.Random(seed), Counter()
        self.world, self.day = World(), FIRST
        self.acts, self.days = acts, [FIRST + timedelta(days=n) for n in range(days)]
        self.arrivals = Counter(self.rng.randrange(max(days * 3 // 4, 1)) for _ in range(tips))
        places = sorted(self.rng.sample(range(days // 6, days - 2), 2 * restores))
        self.saved = dict.fromkeys(places[::2], "back up") | dict.fromkeys(places[1::2], "restore")
        self.skipped = set(self.rng.sample(range(days), days // 20))
        self.backup = None

    def walk(self):
        set_today(self.day)
        self.settle_in()
        for number, day in enumerate(self.days):
            self.day = day
            set_today(day)
            if number not in self.skipped:
                self.sweep()
            self.save_or_restore(self.saved.get(number))
            for _ in range(self.arrivals[number]):
                self.arrive()
            for _ in range(self.acts):
                self.act_once()
            if self.rng.random() < 0.04:
                self.depart()
            self.check_all()
            if number % 6 == 0:
                self.try_doors()
        return self.counts

    def settle_in(self):
        with self.house.app.app_context():
            for unit in UNITS:
                self.house.add_key(self.world, unit)
                for roles in ROLES:
                    self.house.add_person(self.world, unit, roles)
            db.session.commit()

    def act_once(self):
        if not self.world.tips:
            return
        tips = [told for told in self.world.tips.values() if not told.gone_on]
        if not tips or self.rng.random() < 0.03:
            tips = list(self.world.tips.values())
        told = self.rng.choice(tips)
        acts = self.acts_for(told)
        getattr(self, self.rng.choices(list(acts), list(acts.values()))[0])(told)

    def acts_for(self, told):
        """Weigh what may be done with a tip; what waits for somebody comes often."""
        if told.gone_on:
            return GONE_ACTS
        acts = dict(OPEN_ACTS if told.is_open else ENDED_ACTS)
        waits = {
            "take_over": 12 * bool(told.pending),
            "fetch_back": 4 * bool(told.pending),
            "hand_back": 8 * bool(told.pending or told.doubted),
            "compare": 6 * any(one.parts for one in told.passed),
            "reseal": 8 * (told.key != self.world.in_use(told.unit)),
            "second_look": 8 * bool(told.renewed),
            "answer_end": 14 * bool(told.ending),
            "answer_hold": 9 * bool(told.asked),
            "ask_release": 4 * bool(told.held),
            "lift": 3 * bool(told.recused),
            "untie": 2 * bool(told.ties),
        }
        return acts | {what: weight for what, weight in waits.items() if weight}

    def save_or_restore(self, what):
        if what == "back up":
            self.backup = self.house.back_up(self.world)
        if what == "restore":
            self.restore()

    # What the day does by itself.

    def sweep(self):
        delete_due(self.house.app)
        going = [told for told in self.world.tips.values() if told.must_go(self.day)]
        for told in going:
            self.counts["gone"] += 1
            self.counts["gone after a hold"] += told.held is not None
            self.counts["gone at another unit"] += len(told.had) > 1
            self.world.forget(told, self.day)
        for told in self.world.tips.values():
            if not told.is_kept(self.day):
                self.forget_old(told)

    def forget_old(self, told):
        """Let go what nobody compared within its days."""
        oldest = self.day - timedelta(days=KEPT_DAYS)
        if told.renewed and told.renewed.moved_on <= oldest:
            told.renewed = None
        for one in told.passed:
            is_old = one.is_taken and one.settled_on <= oldest
            if is_old and one.parts and not one.is_doubted:
                one.parts = {}
                self.counts["old files gone uncompared"] += 1

    def restore(self):
        """Lose the house, and bring the last backup back: the journal tells what came since."""
        lost, self.world = self.world, self.backup.world
        self.house.restore(self.backup)
        for number, told in self.world.tips.items():
            now = lost.tips.get(number)
            if now is not None and now.gone_on and not told.gone_on:
                self.world.forget(told, now.gone_on)
                told.goes_on = told.goes_on or now.gone_on
                self.counts["not brought back"] += 1
            if now is not None and now.held is not None:
                self.counts["held again"] += told.held != now.held
                told.held = now.held
        self.backup = None
        self.counts["restored"] += 1

    # What must be so.

    def check_all(self):
        with self.house.app.app_context():
            session = db.reading
            self.compare_tips(session)
            self.compare_files(session)
            self.compare_rows(session)

    def compare_tips(self, session):
        columns = (Tip.id, Tip.unit_id, Tip.unit_key_id, Tip.status, Tip.is_open, Tip.held_until)
        rows = {row.id: row for row in session.execute(select(*columns))}
        assert rows.keys() == self.world.tips.keys(), self.day
        for number, told in self.world.tips.items():
            row = rows[number]
            assert (row.status is TipStatus.PURGED) is (told.gone_on is not None), (self.day, told)
            assert row.is_open is told.is_open, (self.day, told)
            assert row.held_until == told.held, (self.day, told)
            if told.gone_on is None:
                assert (row.unit_id, row.unit_key_id) == (told.unit, told.key), (self.day, told)
                self.counts["kept past its day"] += told.is_over(self.day)

    def compare_files(self, session):
        """Each sealed file stands where it must, and opens with the one key that should open it."""
        found = defaultdict(dict)
        for number, sealed, label in session.execute(select(Tip.id, Tip.sealed, Tip.label)):
            found[number] |= {TIP: sealed} if sealed else {}
            found[number] |= {LABEL: label} if label else {}
        for table, name in ((Message, "message"), (Note, "note")):
            for number, n, sealed in session.execute(
                select(table.tip_id, table.number, table.sealed)
            ):
                found[number][name, n] = sealed
        for number, told in self.world.tips.items():
            self.check_parts(told, found.pop(number, {}), told.parts)
        assert not found, self.day
        self.compare_kept(session)

    def compare_kept(self, session):
        passed, renewed = defaultdict(dict), defaultdict(dict)
        for row in session.scalars(select(TransferFile)):
            passed[row.transfer_id][row.part, row.number] = row.sealed
        for row in session.scalars(select(KeptFile)):
            renewed[row.tip_id][row.part, row.number] = row.sealed
        for number, told in self.world.tips.items():
            for one in told.passed:
                self.check_parts(told, passed.pop(one.number, {}), one.parts)
            parts = told.renewed.parts if told.renewed else {}
            self.check_parts(told, renewed.pop(number, {}), parts)
        assert not passed, self.day
        assert not renewed, self.day

    def check_parts(self, told, found, parts):
        assert found.keys() == parts.keys(), (self.day, found.keys(), told)
        for name, part in parts.items():
            opened = self.house.openers(found[name])
            which = ("own",) if name == LABEL else ("own", "recovery")
            expected = {(part.key, one): part.clear for one in which}
            assert opened == expected, (self.day, name, told)
            self.counts["opened"] += 1

    def compare_rows(self, session):
        """What hangs on a tip, and what waits at each unit."""
        gone = {number for number, told in self.world.tips.items() if told.gone_on}
        for table in (Message, Note, TipLabel, TipOpening, TipReader, KeptTip):
            assert not gone & set(session.scalars(select(table.tip_id))), (self.day, table)
        ties = {frozenset(row) for row in session.execute(select(TipLink.one_id, TipLink.other_id))}
        tips = self.world.tips.items()
        assert ties == {frozenset((n, other)) for n, told in tips for other in told.ties}, self.day
        pending = [told for _n, told in tips if told.pending and not told.gone_on]
        waiting = {told.reference: told.unit for told in pending}
        listed = {one.reference: unit for unit in UNITS for one in arriving(session, unit, 0)}
        assert listed == waiting, self.day
        doubted = set(session.scalars(select(Transfer.id).where(Transfer.is_doubted)))
        assert doubted == {p.number for _n, t in tips for p in t.passed if p.is_doubted}

    def try_doors(self):
        """Ask for a tip's bytes as a member of each unit: one unit's get them, and no other's."""
        if not self.world.tips:
            return
        told = self.world.tips[self.rng.choice(list(self.world.tips))]
        for unit in UNITS:
            person = self.rng.choice(self.world.staff(unit))
            with self.house.signed_in(person) as get:
                answer = get(f"/desk/tips/{told.reference}/sealed.json")
            expected = self.expected_answer(told, person)
            assert answer.status_code == expected, (self.day, person, answer.status_code, told)
            self.counts[f"door {expected}"] += 1
            if expected == 200 and not told.gone_on:
                self.was_shown(told, person)
                told.is_opened = True

    def expected_answer(self, told, person):
        if person.unit != told.unit:
            return 410 if person.unit in told.had and person.name not in told.recused else 404
        if person.name in told.recused:
            return 404
        if told.gone_on is None and person.name not in told.cleared:
            return 422
        return 200

    def journal(self):
        config = self.house.config
        return read_journal(config, config.deletions_file)
