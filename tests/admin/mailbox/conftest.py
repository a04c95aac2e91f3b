"""A unit with a confirmed key, a tip in it, and its reporter."""

from dataclasses import dataclass, replace

import pytest
from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.orm import selectinload, undefer

from admin.app_state import app_state
from admin.config import AddressHints
from admin.db import db
from admin.mailbox.shares import Shares
from admin.models import Direction, Tip, UnitKey
from admin.sealing import age, marks, payload, receipt
from admin.sealing.age import HybridIdentity
from admin.tip.status import TipStatus
from admin.tip.urgency import Urgency
from admin.vault import history, store, vault
from admin.vault.expiry import sweep
from tests.tip_events import event

UNIT = "police"


@pytest.fixture
def environ(environ):
    """An internet node: these tests need no other room."""
    return environ | {"DENGSHAO_ROOMS": "mailbox"}


@dataclass
class UnitKeys:
    """What the members of a unit hold."""

    identity: HybridIdentity
    recovery: HybridIdentity
    key_id: int

    @property
    def recipients(self):
        return [self.identity.recipient, self.recovery.recipient]


@dataclass
class Reporter:
    """Who holds a receipt, and what staff who opened the tip know of them.

    Each step has a context of its own, so that no request of a test shares a session with it.
    """

    app: Flask
    digits: str
    reference: str
    keys: receipt.ReceiptKeys
    unit: UnitKeys
    tip_id: int

    @property
    def typed(self):
        """The receipt as it stands on paper."""
        return receipt.grouped(receipt.with_checks(self.digits))

    @property
    def typed_before(self):
        """The same as it stands on a paper of before decision 78: each group starts from 0."""
        groups = [self.digits[at : at + 5] for at in range(0, receipt.DIGITS, 5)]
        return " ".join(group + receipt._state_after(group, 0) for group in groups)

    def tip(self):
        """Read the tip, its talk and its history as they are now."""
        everything = undefer(Tip.sealed), selectinload(Tip.messages), selectinload(Tip.decisions)
        with self.app.app_context():
            return db.session.get_one(Tip, self.tip_id, options=everything)

    def opened(self):
        """Open the talk's rows as the unit does."""
        return [
            payload.Envelope.parse(age.open_sealed(message.sealed, [self.unit.identity]))
            for message in self.tip().messages
        ]

    def answer(self, body, **changes):
        """Write to the reporter as staff do; `changes` is what a forger changes."""
        with self.app.app_context():
            tip = db.session.get_one(Tip, self.tip_id)
            state = store.talk_state(db.session, tip)
            envelope = self.envelope(body, state, **changes)
            store.add_message(
                db.session,
                tip,
                number=state.number + 1,
                direction=Direction.STAFF,
                digest=envelope.digest,
                sealed=self.seal(envelope),
            )
            db.session.commit()

    def envelope(self, body, state, *, talk=None, **changes):
        values = {
            "kind": "message",
            "direction": "staff",
            "reference": self.reference,
            "number": state.number + 1,
            "previous": state.digest,
        }
        return payload.Envelope.make(body, talk or self.keys.talk, **values | changes)

    def seal(self, envelope):
        """Seal to the reporter and to the unit, as the desk does."""
        readers = [self.keys.identity.recipient, *self.unit.recipients]
        return age.seal(envelope.to_bytes(), readers)

    def ask(self, body):
        """Ask a question: a message, and the status with it."""
        self.answer(body)
        self.move(TipStatus.QUESTION, "asked")

    def move(self, status, reason, outcome=None):
        with self.app.app_context():
            tip = db.session.get_one(Tip, self.tip_id)
            tip.outcome = outcome
            history.record(db.session, tip, event(reason), new=status, by="police-1")
            db.session.commit()

    def expire(self, day):
        """Let the tip's last day come, and sweep."""
        with self.app.app_context():
            db.session.get_one(Tip, self.tip_id).expires_on = day
            db.session.commit()
            sweep(db.session)
            sweep(db.session)
            db.session.commit()


@pytest.fixture
def unit(app, units):
    """Keys of the police unit, with their fingerprint confirmed."""
    keys = units[UNIT]
    with app.app_context():
        key_id = db.session.scalars(select(UnitKey.id).where(UnitKey.unit_id == UNIT)).one()
    return UnitKeys(keys.identity, keys.recovery, key_id)


@pytest.fixture
def reporter(app, unit):
    """A reporter whose tip was stored, who wrote nothing since."""
    return make_reporter(app, unit)


@pytest.fixture
def other_reporter(app, unit):
    return make_reporter(app, unit)


def make_reporter(app, unit):
    digits = receipt.new_digits()
    reference = payload.new_reference()
    with app.app_context():
        keys = receipt.derive(digits, app_state().site_id)
        lookup = app_state().peppered(keys.lookup)
        fields = {"what": "有人收保护费"}
        tip = payload.Tip(reference, fields, str(keys.identity.recipient), keys.talk)
        store.store_tip(
            db.session,
            store.SealedTip(
                reference=reference,
                lookup=lookup,
                unit_id=UNIT,
                unit_key_id=unit.key_id,
                urgency=Urgency.P2,
                label=age.seal(payload.NO_LABEL.to_bytes(), unit.recipients[:1]),
                sealed=age.seal(tip.to_bytes(), unit.recipients),
                marks=marks.unit_mark(keys.talk, UNIT, reference),
            ),
        )
        db.session.commit()
        tip_id = store.find_tip(db.session, lookup).id
    return Reporter(app, digits, reference, keys, unit, tip_id)


@pytest.fixture
def change_tip(app, reporter):
    """Set columns of the reporter's tip, past all pages."""

    def change(**values):
        with app.app_context():
            db.session.execute(update(Tip).where(Tip.id == reporter.tip_id).values(**values))
            db.session.commit()

    return change


@pytest.fixture
def stranger():
    """A well-formed receipt that leads to nothing."""
    return receipt.grouped(receipt.with_checks(receipt.new_digits()))


@pytest.fixture
def count(app):
    """Count the rows of a table."""

    def count(table):
        with app.app_context():
            return db.session.scalar(select(func.count()).select_from(table))

    return count


@pytest.fixture
def close_units(app):
    """Let no unit be open, as when the last holder of a key left; called again, open them."""
    states = []

    def close():
        with app.app_context():
            states.append(app_state().district)
            closed = replace(states[0], fingerprints=frozenset())
            app_state().district = closed if len(states) % 2 else states[0]
            vault().units._until = 0.0

    return close


@pytest.fixture
def no_networks(app, config):
    """An onion service: nobody's network is known, so a tip's own room holds alone."""
    hidden = replace(config, address_hints=AddressHints.OFF)
    app.extensions["dengshao.shares"] = Shares(hidden)
