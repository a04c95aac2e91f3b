"""Ends by one and by two, ties and merges."""

from datetime import timedelta

from sqlalchemy import select

from admin.app_state import app_state
from admin.db import db
from admin.desk.endings import FABRICATED
from admin.desk.seconding import EndReason, agree, decide_or_ask, disagree
from admin.desk.services import KeptOnly, decide
from admin.desk.tip import links
from admin.desk.tip.notes import NoteKind, SealedNote
from admin.members import countersign
from admin.models import Tip
from admin.tip.status import TipStatus

from .acts import Acts
from .model import ENDED_DAYS, TAKERS, Ending

ENDS = {"withdrawn": 7, "spam": 7, "too_little": None, "unfounded": None, FABRICATED: None}
OFTEN = ("withdrawn", "spam", "spam", *ENDS)


class Endings(Acts):
    # Ends.

    def end(self, told):
        person = self.pick([p for p in self.world.who(told) if p.name in told.cleared])
        if person is None:
            return
        outcome_id = self.rng.choice(OFTEN)
        outcome, days = self.house.outcome(outcome_id), ENDS[outcome_id]
        name, part = self.new_note(told)
        sealed = self.house.seal(part.clear, part.key)
        reason = EndReason(SealedNote(name[1], NoteKind.NOTE, sealed))
        is_head = told.unit in TAKERS and days is not None
        takes_two = is_head or days is not None or outcome_id == FABRICATED
        takes_two |= told.is_urgent or not (told.read or told.is_opened)
        may = told.is_open and told.head is None and not told.pending
        if takes_two:
            may &= bool(self.seconds(told, person, by_head=is_head))

        def act(session, tip):
            staff = self.house.staff(person)
            new = TipStatus.CLOSED
            decide_or_ask(session, tip, new=new, outcome=outcome, actor=staff, reason=reason)

        if not self.tried(told, "ask for an end" if takes_two else "end", act, may=may):
            return
        if takes_two:
            told.parts[name] = part
            second_unit = self.seconds(told, person, by_head=is_head)[0].unit
            told.ending = Ending(person.name, outcome_id, name[1], second_unit, is_head)
        else:
            told.goes_on = self.day + timedelta(days=days or ENDED_DAYS)

    def seconds(self, told, asker, *, by_head):
        """List who may agree to an end."""
        if by_head:
            return [p for p in self.world.staff("upper") if p.is_head and p is not asker]
        own = [p for p in self.world.who(told) if p is not asker]
        if own or told.unit != "supervision":
            return own
        return [p for p in self.world.staff("upper") if p.is_head and p is not asker]

    def answer_end(self, told):
        """A second person agrees or not, and at times the first one tries to play both."""
        ending = told.ending
        asker = self.world.people[ending.asker] if ending else None
        person = self.second_of(told, asker) if asker else None
        if person is None:
            return
        agrees, is_stale = self.rng.random() < 0.8, self.is_stale(told)

        def act(session, tip):
            row = countersign.open_of_tip(session, tip.id)
            assert row is not None, (self.day, told)
            staff = self.house.staff(person)
            row = countersign.take(session, app_state().district, row.id, by=staff)
            if agrees and not is_stale:
                agree(session, row, by=staff)
            else:
                disagree(session, row, by=staff, reopens=False)

        may = person is not asker
        if agrees and not is_stale:
            may = may and self.may_agree(told, asker, person)
        if self.tried(told, "answer an end", act, may=may) is None:
            return
        told.ending = None
        if agrees and not is_stale:
            self.ended_by_two(told, ending)

    def second_of(self, told, asker):
        """Choose who answers; mostly they look at the tip before."""
        ending = told.ending
        if self.rng.random() < 0.1 and not asker.is_suspended:
            return asker
        people = [p for p in self.world.staff(ending.unit) if p.name not in told.recused]
        is_by_head = ending.is_by_head or ending.unit != told.unit
        person = self.pick([p for p in people if p.is_head or not is_by_head], asker.name)
        if person and person.unit == told.unit and self.rng.random() < 0.7:
            self.read_as(told, person)
        return person

    @staticmethod
    def may_agree(told, asker, person):
        """Tell whether the request fits still, and whether who agrees has read all of the tip."""
        lapses = told.head is not None or not told.is_open or bool(told.pending)
        lapses |= asker.is_suspended or asker.name in told.recused
        shown = told.read.get(person.name, (-1, -1))
        has_read = shown[0] >= told.count("message") and shown[1] >= told.ending.note
        return not lapses and (has_read or person.unit != told.unit)

    def ended_by_two(self, told, ending):
        days = ENDS[ending.outcome]
        if days is not None and ending.is_by_head:
            days = max(days, 30)
        told.goes_on = self.day + timedelta(days=days or ENDED_DAYS)
        self.counts["ended by two"] += 1

    def is_stale(self, told):
        """Tell whether something happened to a tip since its end was asked for."""
        with self.house.app.app_context():
            row = countersign.open_of_tip(db.reading, told.number)
            version = db.reading.execute(select(Tip.version).where(Tip.id == told.number))
            return row is None or row.version != version.scalar_one()

    def reopen(self, told):
        person = self.pick(self.world.who(told))
        if person is None or told.is_open or told.pending:
            return
        outcome = self.house.outcome("reopened")
        over = told.is_over(self.day)

        def act(session, tip):
            staff = self.house.staff(person)
            try:
                decide(session, tip, new=TipStatus.ACCEPTED, outcome=outcome, actor=staff)
            except KeptOnly:
                assert over, (self.day, told)
                raise

        if self.tried(told, "reopen", act, may=not over):
            told.goes_on = told.head = None

    # Ties.

    def other_of(self, told):
        tips = self.world.tips.values()
        others = [t for t in tips if t.unit == told.unit and t is not told and not t.gone_on]
        return self.rng.choice(others) if others else None

    def tie(self, told):
        other, person = self.other_of(told), self.pick(self.world.who(told))
        if other is None or person is None or person.name in other.recused:
            return
        may = other.number in told.ties or not (told.pending or other.pending)

        def act(session, tip):
            into = session.get_one(Tip, other.number)
            links.link(session, tip, into, actor=self.house.staff(person))

        if self.tried(told, "tie", act, may=may):
            told.ties.add(other.number)
            other.ties.add(told.number)

    def untie(self, told):
        person = self.pick(self.world.who(told))
        if not told.ties or person is None:
            return
        other = self.rng.choice([t for n, t in self.world.tips.items() if n in told.ties])
        may = told.head is not other and other.head is not told

        def act(session, tip):
            into = session.get_one(Tip, other.number)
            links.unlink(session, tip, into, actor=self.house.staff(person))

        if self.tried(told, "untie", act, may=may):
            told.ties.discard(other.number)
            other.ties.discard(told.number)

    def merge(self, told):
        other, person = self.other_of(told), self.pick(self.world.who(told))
        if other is None or person is None or person.name in other.recused:
            return
        if other.head is not None:
            return  # The page asks for the head itself.
        has_own = any(self.world.tips[one].head is told for one in told.ties)
        may = told.is_open and not has_own and not (told.pending or other.pending)

        def act(session, tip):
            into = session.get_one(Tip, other.number)
            links.merge(session, tip, into, actor=self.house.staff(person))

        if self.tried(told, "merge", act, may=may):
            told.goes_on, told.head = self.day + timedelta(days=ENDED_DAYS), other
            told.ties.add(other.number)
            other.ties.add(told.number)
