"""What the unit reads and answers, done with a demo member's keys and without a browser."""

from sqlalchemy import select
from sqlalchemy.orm import selectinload, undefer

from admin.db import db
from admin.keys.issuing import open_grant, open_identity
from admin.models import KeyGrant, Member, Message, Tip, UnitKey
from admin.sealing import age, payload
from admin.tip.status import TipStatus
from admin.vault import history
from tests.tip_events import event

NAME = "police-1"


class Staff:
    """police-1 of the demo, over one running server."""

    def __init__(self, live, demo):
        self.app = live.app
        person = demo[NAME]
        with self.app.app_context():
            member = db.reading.scalars(select(Member).filter_by(name=NAME)).one()
            own = open_identity(member, person.passphrase, person.code)
            grant = db.reading.scalars(select(KeyGrant).filter_by(member_id=member.id)).one()
            self.unit = open_grant(db.reading, grant.unit_key, member, own)

    def count(self):
        with self.app.app_context():
            return len(db.reading.scalars(select(Tip.id)).all())

    def read(self):
        """Open the newest tip and its messages."""
        with self.app.app_context():
            row = self._row(db.reading)
            tip = payload.Tip.parse(age.open_sealed(row.sealed, [self.unit]))
            sealed = [message.sealed for message in row.messages]
        letters = [payload.Envelope.parse(age.open_sealed(one, [self.unit])) for one in sealed]
        return tip, [letter.body for letter in letters]

    def ask(self, words):
        """Answer with a question, sealed for the reporter as well."""
        tip, _letters = self.read()
        with self.app.app_context():
            before = [message.digest for message in self._row(db.reading).messages]
        number, previous = len(before) + 1, before[-1] if before else ""
        place = {"reference": tip.reference, "number": number, "previous": previous}
        place["direction"] = "staff"
        made = payload.Envelope.make(words, tip.talk, kind="message", **place)
        with self.app.app_context():
            row = self._row(db.session)
            key = db.session.get_one(UnitKey, row.unit_key_id)
            readers = [tip.reporter, key.recipient, key.recovery]
            sealed = age.seal(made.to_bytes(), [age.parse_recipient(one) for one in readers])
            message = {
                "number": number,
                "direction": "staff",
                "digest": made.digest,
                "sealed": sealed,
            }
            db.session.add(Message(tip_id=row.id, sent_on=row.received_on, **message))
            row.talk_length = number
            history.record(db.session, row, event("asked"), new=TipStatus.QUESTION, by=NAME)
            db.session.commit()

    def _row(self, session):
        loaded = (undefer(Tip.sealed), selectinload(Tip.messages).undefer(Message.sealed))
        return session.scalars(select(Tip).options(*loaded)).one()
