"""Holds by two, and recusals."""

from datetime import timedelta

from sqlalchemy import select

from admin.app_state import app_state
from admin.desk.holds import services as holds
from admin.desk.holds.services import Wish
from admin.desk.recusal.services import lift, recuse
from admin.models import Recusal

from .acts import Acts
from .model import NOTICE


class Keeping(Acts):
    # Holds.

    def ask_hold(self, told):
        person = self.pick(self.world.who(told))
        if person is None:
            return
        first = max(self.day + timedelta(days=1), told.held or self.day)
        until = max(first, self.day + timedelta(days=self.rng.randint(1, 60)))
        wish = Wish("case", "own", until)

        def act(session, tip):
            holds.ask_to_hold(session, tip, wish, actor=self.house.staff(person))

        if self.tried(told, "ask to hold", act, may=self.may_ask(told, person)):
            asked = told.asked if told.asked and told.asked[0] == "hold" else None
            told.asked = ("hold", asked[1] if asked else self.day, until, person.name)

    def may_ask(self, told, person):
        heads = [p for p in self.world.staff(told.unit) if p.is_head and p is not person]
        return bool(heads) and not told.pending

    def ask_release(self, told):
        person = self.pick(self.world.who(told))
        if person is None or told.held is None or told.held < self.day:
            return

        def act(session, tip):
            holds.ask_to_release(session, tip, actor=self.house.staff(person))

        if self.tried(told, "ask to release", act, may=self.may_ask(told, person)):
            first = told.asked[1] if told.asked else self.day
            told.asked = ("release", first, None, person.name)

    def answer_hold(self, told):
        if told.asked is None:
            return
        kind, _first, until, asker = told.asked
        person = self.pick([p for p in self.world.who(told) if p.is_head], asker)
        if person is None:
            return
        grants = self.rng.random() < 0.8
        runs = told.held is not None and told.held >= self.day
        is_late = not runs if kind == "release" else until < self.day
        is_late |= self.world.people[asker].is_suspended
        may = not told.pending and not (grants and is_late)

        def act(session, tip):
            step = holds.waiting(session, tip.id)
            how = {"is_granted": grants, "actor": self.house.staff(person)}
            holds.answer(session, tip, step.number, **how)

        if self.tried(told, f"answer a {kind}", act, may=may) is None:
            return
        told.asked = None
        if grants and kind == "release":
            told.held = min(told.held, self.day + timedelta(days=NOTICE))
        elif grants:
            told.held = max(until, told.held or until)

    # Recusals.

    def recuse(self, told):
        person = self.pick(self.world.who(told))
        if person is None:
            return

        def act(session, tip):
            recuse(session, tip, actor=self.house.staff(person))

        self.tried(told, "recuse", act, may=True)
        told.recused.add(person.name)
        told.cleared.discard(person.name)
        told.read.pop(person.name, None)
        if told.ending and told.ending.asker == person.name:
            told.ending = None

    def lift(self, told):
        """A head lets a colleague see a tip again; at times one who is not told of it tries."""
        names = sorted(told.recused)
        if not names:
            return
        about = self.world.people[self.rng.choice(names)]
        heads = [p for p in self.world.staff(about.unit) if p.is_head]
        person = self.pick([p for p in heads if p.name not in told.recused], about.name)
        if person is None:
            return

        def act(session, tip):
            rows = select(Recusal.id).where(
                Recusal.tip_id == tip.id,
                Recusal.member_id == about.number,
                Recusal.lifted_on.is_(None),
            )
            number = session.scalars(rows).one()
            lift(session, app_state().district, number, by=self.house.staff(person))

        self.tried(told, "lift", act, may=True)
        told.recused.discard(about.name)
