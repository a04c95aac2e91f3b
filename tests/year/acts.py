"""How an act of the year is tried, and what reporters and readers do.

Each act is tried on the house and on the model: both must agree. What a member's browser or a page
refuses is refused here, by the model's own facts; the services are asked for all else, what they
must refuse too.
"""

import os
import secrets

from admin.db import db
from admin.desk.holds import services as holds
from admin.desk.seconding import Lapsed
from admin.desk.services import MoveNotAllowed
from admin.desk.tip import links
from admin.desk.tip.notes import NoteKind, SealedNote, add_note
from admin.desk.transfer import services as transfer
from admin.members import countersign
from admin.members.ending_requests import NotRead
from admin.models import Direction, Tip
from admin.sealing import payload
from admin.tip.events import EventKind
from admin.tip.status import TipStatus
from admin.tip.urgency import Urgency
from admin.vault import history, readers
from admin.vault.key_change import transfers
from admin.vault.store import SealedTip, add_message, find_tip, store_tip

from .model import LABEL, TAKERS, TIP, UNITS, Part, Told

REFUSALS = (
    *(transfer.NotThere, transfer.StillKept, transfer.StillTied, transfer.WaitsForSecond),
    *(transfer.WordsSince, transfers.NotTaken, MoveNotAllowed, links.HasDuplicates),
    *(links.StillMerged, holds.NoOtherHead, countersign.NobodyToAsk, NotRead, Lapsed, ValueError),
    *(holds.Outdated, countersign.NotSecond, transfers.OtherContent),
)


class Acts:
    """All acts on one tip; `house`, `world`, `rng`, `day` and `counts` are the year's."""

    def tried(self, told, what, act, *, may):
        """Do an act in a transaction of its own; the model has said whether it goes through."""
        refusal = None
        with self.house.app.app_context():
            tip = db.session.get_one(Tip, told.number, with_for_update={"of": Tip})
            try:
                found = act(db.session, tip)
                db.session.commit()
            except REFUSALS as error:
                db.session.rollback()
                refusal = error
        assert (refusal is None) is may, (self.day, what, repr(refusal), told)
        self.counts[what if may else f"{what} refused"] += 1
        if refusal is not None:
            return None
        told.log.append(f"{self.day} {what}")
        return found or True

    def pick(self, people, *but):
        people = [one for one in people if one.name not in but]
        return self.rng.choice(people) if people else None

    def words(self, size=200):
        return os.urandom(size)

    # Reporters.

    def arrive(self):
        unit, rng = self.rng.choice(UNITS), self.rng
        is_official = unit in TAKERS and rng.random() < 0.6
        others = [one for one in UNITS if one != unit]
        excluded = frozenset(rng.sample(others, rng.choice([0, 0, 1, 2])))
        key = self.world.in_use(unit)
        clear = {TIP: Part(self.words(), key), LABEL: Part(self.words(30), key)}
        sealed, parts = self.house.seal_all(clear, key)
        urgency = rng.choice([Urgency.P1, Urgency.P2, Urgency.P3, Urgency.P3])
        facts = (payload.new_reference(), secrets.token_bytes(32), unit, key, urgency)
        with self.house.app.app_context():
            stored = SealedTip(*facts, sealed[LABEL], sealed[TIP], is_proven=True)
            number = store_tip(db.session, stored)
            db.session.commit()
        told = Told(number, facts[0], facts[1], unit, key, parts, excluded, is_official)
        told.is_urgent, told.had = urgency is Urgency.P1, {unit}
        self.world.tips[number] = told

    def write(self, told):
        """The reporter writes, in danger at times; an ended tip opens again."""
        in_danger = self.rng.random() < 0.05
        is_over, name = told.is_over(self.day), ("message", told.count("message") + 1)
        key = self.world.in_use(told.unit)
        with self.house.app.app_context():
            tip = find_tip(db.session, told.lookup, lock=True)
            if is_over:
                assert tip is None or tip.status is TipStatus.PURGED, (self.day, told)
                self.counts["write refused"] += 1
                return
            part = Part(self.words(), key)
            add_message(
                db.session,
                tip,
                number=name[1],
                direction=Direction.REPORTER,
                digest="0" * 64,
                sealed=self.house.seal(part.clear, key),
                act="danger" if in_danger else None,
            )
            if in_danger:
                history.mark_danger(db.session, tip)
            else:
                history.heard_from_reporter(db.session, tip, EventKind.MORE_WORDS)
            db.session.commit()
        told.parts[name] = part
        told.is_urgent |= in_danger
        told.goes_on = told.head = None
        self.counts["write"] += 1

    # Reading.

    def note_read(self, told):
        person = self.pick(self.world.who(told))
        if person is not None:
            self.read_as(told, person)

    def read_as(self, told, person):
        def act(session, tip):
            readers.clear(session, tip, person.number)
            readers.note_read(session, tip, person.number)

        self.tried(told, "read", act, may=True)
        self.was_shown(told, person)

    def was_shown(self, told, person):
        told.cleared.add(person.name)
        told.read[person.name] = told.count("message"), told.count("note")

    def note(self, told):
        person = self.pick(self.world.who(told))
        if person is None:
            return
        name, part = self.new_note(told)
        sealed = self.house.seal(part.clear, part.key)

        def act(session, tip):
            one = SealedNote(name[1], NoteKind.NOTE, sealed)
            add_note(session, tip, one, actor=self.house.staff(person))

        self.tried(told, "note", act, may=True)
        told.parts[name] = part

    def new_note(self, told):
        return ("note", told.count("note") + 1), Part(self.words(), self.world.in_use(told.unit))
