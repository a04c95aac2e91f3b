"""Transfers and departures: what takes a tip to other keys, sealed by who opened it, or lied."""

import secrets

from admin.db import db
from admin.desk.services import MoveNotAllowed
from admin.desk.transfer import services as transfer
from admin.models import Transfer, UnitKey
from admin.signin import services as signin
from admin.vault.key_change import kept, resealing, transfers
from admin.vault.key_change.kept import Mover

from .acts import Acts
from .house import bundle_of, content_mac
from .model import TIP, UNITS, Part, Passed, Renewed, may_lie, may_pass

LIES = 0.08
"""How often who seals anew seals other words."""


class Moving(Acts):
    # Transfers.

    def pass_on(self, told):
        keys = {part.key for part in told.parts.values()}
        person = self.pick(self.world.who(told, keys))
        to = self.rng.choice(UNITS)
        if person is None or to == told.unit:
            return
        if not may_lie(told, to):
            self.counts["pass on refused by the browser"] += 1
            return
        may = (
            told.is_open
            and may_pass(told.unit, to)
            and not (told.pending or told.doubted or told.renewed or told.ending or told.ties)
        )
        key = self.world.in_use(to)
        sealed, parts = self.house.seal_all(told.parts, key)
        if self.rng.random() < LIES:
            parts[TIP] = Part(self.words(), key)
            sealed[TIP] = self.house.seal(parts[TIP].clear, key)
        mac = content_mac(told.lookup, parts)
        package = transfer.Package(
            bundle_of(sealed, told.count("message")),
            secrets.token_bytes(16),
            mac,
            secrets.token_bytes(32),
        )

        def act(session, tip):
            more = {"to": self.house.open_unit(to, key), "reason": "misfiled"}
            found = transfer.pass_on(session, tip, package, **more, actor=self.house.staff(person))
            return found.id

        number = self.tried(told, "pass on", act, may=may)
        if number is not None:
            is_lie = parts[TIP].clear != told.parts[TIP].clear
            self.counts["pass on with a lie"] += is_lie
            told.passed.append(Passed(number, told.unit, told.key, person.name, mac, told.parts))
            told.unit, told.key, told.parts = to, key, parts
            told.had.add(to)

    def take_over(self, told):
        pending, person = told.pending, self.pick(self.world.who(told))
        if person is None or pending is None:
            return
        there = {name: part for name, part in told.parts.items() if name in pending.parts}
        mac = content_mac(told.lookup, there)
        # Who renewed the unit's key meanwhile may have sealed other words.
        may = mac == pending.mac

        def act(session, tip):
            row = transfers.pending_of(session, tip.id)
            staff = self.house.staff(person)
            transfer.take_over(session, tip, row, content_mac=mac, actor=staff)

        if not self.tried(told, "take over", act, may=may):
            return
        pending.settled_on, pending.is_taken = self.day, True
        if pending.is_checked:
            pending.parts = {}

    def hand_back(self, told):
        """Hand back what waits, or what somebody doubts; with what was added here."""
        one = told.doubted or told.pending
        if one is None:
            return
        since = {name: part for name, part in told.parts.items() if name not in one.parts}
        person = self.pick(self.world.who(told, {part.key for part in since.values()}))
        if person is None or not may_lie(told, one.from_unit):
            return
        sealed, added = self.house.seal_all(since, self.world.in_use(one.from_unit))
        bundle = bundle_of(sealed, told.count("message"))

        def act(session, tip):
            row = transfers.restorable(session, tip.id)
            assert row is not None, (self.day, told)
            assert row.id == one.number, (self.day, told)
            how = {"reason": "not_ours", "actor": self.house.staff(person)}
            transfer.hand_back(session, tip, row, bundle, **how)

        self.tried(told, "hand back", act, may=told.gone_on is None)
        self.counts["hand back, two units on"] += one is not told.passed[-1]
        self.came_back(told, one, added)

    def came_back(self, told, one, added):
        told.unit, told.key = one.from_unit, one.old_key
        told.parts = one.parts | added
        told.renewed = told.ending = None
        for other in told.passed[told.passed.index(one) :]:
            other.parts, other.is_taken = {}, False
            other.settled_on = other.settled_on or self.day

    def fetch_back(self, told):
        one = told.pending
        if one is None:
            return
        heads = [p for p in self.world.staff(one.from_unit) if p.is_head]
        person = self.pick([p for p in heads if p.name not in told.recused])
        if person is None:
            return
        may = set(told.parts) == set(one.parts)

        def act(session, tip):
            row = session.get_one(Transfer, one.number)
            transfer.fetch_back(session, tip, row, actor=self.house.staff(person))

        if self.tried(told, "fetch back", act, may=may):
            self.came_back(told, one, {})

    def compare(self, told):
        """A second browser of the unit before compares what is kept with what was sealed."""
        kept_ones = [p for p in told.passed if p.parts and not (p.is_checked or p.is_doubted)]
        if not kept_ones:
            return
        one = self.rng.choice(kept_ones)
        people = [p for p in self.world.staff(one.from_unit) if one.old_key in p.keys]
        person = self.pick([p for p in people if p.name not in told.recused])
        keys = {part.key for part in one.parts.values()}
        if person is None or not person.keys >= keys:
            return
        others = {p.name for p in people} - {one.by}
        is_second = person.name != one.by or not others
        here = secrets.token_bytes(32)
        mac = content_mac(told.lookup, one.parts)

        def act(session, _tip):
            who = {"unit_id": one.from_unit, "name": person.name, "here": here}
            row = transfers.lock_unchecked(session, one.number, **who)
            if row is None:
                raise MoveNotAllowed("no second person")
            transfers.check(session, row, mac, by=person.name)

        if self.tried(told, "compare", act, may=is_second):
            one.is_doubted = mac != one.mac
            one.is_checked = not one.is_doubted
            self.counts["compare found a lie"] += one.is_doubted
            if one.is_checked and one.is_taken:
                one.parts = {}

    # Departures.

    def depart(self):
        """Shut a member out, renew their unit's key, and let somebody else join."""
        unit = self.rng.choice(UNITS)
        staff = self.world.staff(unit)
        hung = {
            part.key
            for told in self.world.tips.values()
            for parts in (told.parts, *(one.parts for one in told.passed))
            for part in parts.values()
        } & set(self.world.keys[unit])
        person = self.rng.choice(staff)
        left = [one for one in staff if one is not person]
        if not any(one.keys >= hung for one in left):
            return  # What hangs on an older key would take the recovery sheet.
        with self.house.app.app_context():
            row = db.session.get_one(signin.Member, person.number)
            signin.suspend(db.session, row)
            person.is_suspended = True
            self.house.add_key(self.world, unit)
            for one in left:
                self.house.grant(self.world, one)
            self.house.add_person(self.world, unit, self.roles_of(person))
            db.session.commit()
        self.counts["departure"] += 1

    @staticmethod
    def roles_of(person):
        return ("reviewer",) if "reviewer" in person.roles else ("analyst",)

    def reseal(self, told):
        """Seal one tip to its unit's key in use, as a holder's browser does by itself."""
        new = self.world.in_use(told.unit)
        keys = {part.key for part in told.parts.values()} | {new}
        person = self.pick(self.world.who(told, keys))
        if person is None or told.key == new or told.gone_on:
            return
        sealed, parts = self.house.seal_all(told.parts, new)
        if self.rng.random() < LIES:
            parts[TIP] = Part(self.words(), new)
            sealed[TIP] = self.house.seal(parts[TIP].clear, new)
        mac = content_mac(told.lookup, parts)
        mover = Mover(person.name, secrets.token_bytes(32), mac)

        def act(session, _tip):
            resealing.move_tip(
                session,
                unit_id=told.unit,
                reference=told.reference,
                old=told.key,
                new=new,
                bundle=bundle_of(sealed, told.count("message")),
                keep=lambda row, old: kept.keep(session, row, old, new=new, mover=mover),
            )

        self.tried(told, "reseal", act, may=True)
        before = told.renewed
        first = (before.old_key, before.parts) if before else (told.key, {})
        old_parts = {**told.parts, **first[1]}
        told.renewed = Renewed(first[0], person.name, mac, self.day, old_parts)
        told.key, told.parts = new, parts

    def second_look(self, told):
        """Another browser of the unit opens what was sealed anew, and the old, where it can."""
        one = told.renewed
        if one is None:
            return
        keys = {part.key for name, part in told.parts.items() if name in one.parts}
        person = self.pick(self.world.who(told, keys), one.by)
        if person is None:
            return
        there = {name: part for name, part in told.parts.items() if name in one.parts}
        can_compare = person.keys >= {part.key for part in one.parts.values()}
        is_same = all(part.clear == one.parts[name].clear for name, part in there.items())
        second = Mover(person.name, secrets.token_bytes(32), content_mac(told.lookup, there))
        key = told.key

        def act(session, _tip):
            row = kept.lock_kept(session, told.unit, told.reference)
            if can_compare and not is_same:
                kept.doubt(session, row)
                kept.restore(session, row)
                return
            if not can_compare and kept.must_compare(session, row):
                raise MoveNotAllowed("a colleague compares")
            unit_key = session.get_one(UnitKey, key)
            kept.confirm(session, row, unit_key, second=second, is_compared=can_compare)

        others = [p for p in self.world.staff(told.unit) if p.name != one.by]
        must = any(one.old_key in p.keys for p in others)
        if self.tried(told, "second look", act, may=can_compare or not must):
            told.renewed = None
            if can_compare and not is_same:
                self.counts["second look found a lie"] += 1
                told.parts, told.key = told.parts | one.parts, one.old_key
