"""One request of a reporter without scripts: the receipt's keys live as long as this request."""

from dataclasses import dataclass, replace
from datetime import date
from enum import Enum

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from ..app_state import app_state
from ..db import db, today
from ..db.commits import confirm_earlier
from ..logs import log_fault
from ..models import Tip
from ..sealing.marks import Strayed, Unmarked
from ..sealing.payload import Kind
from ..sealing.receipt import ReceiptKeys, derive
from ..vault import vault
from ..vault.files.room import says_full
from ..vault.store import TalkFull, TalkFullToday
from ..vault.units import OpenUnit, readers_of
from ..web.forms import STALE
from . import words
from .forms import LetterForm, ReceiptForm
from .services import (
    CONFLICTS,
    DANGER_MARK,
    Mail,
    Stamp,
    TipPurged,
    find_mail,
    find_mail_or_decoy,
    seal_letter,
    store_letter,
)
from .shares import has_share
from .thread import Entry, open_thread

ATTEMPTS = 3
"""How often a message is numbered anew when others write at the same moment."""


class Delivery(Enum):
    """What became of a letter. Marked: the call for protection counts, its words were not kept."""

    STORED = "stored"
    MARKED = "marked"
    REFUSED = "refused"


@dataclass
class Visit:
    """What a typed receipt leads to."""

    receipt: str
    """As it was typed: the page's forms carry it on."""
    keys: ReceiptKeys
    mail: Mail | None
    entries: list[Entry]
    day: date
    """On which it was read; taken before, so that what came meanwhile is no riddle."""
    decoy: Mail | None = None
    """Mail of nobody, where nothing lies under the receipt: its page is made and thrown away."""

    @property
    def shown(self) -> "Visit":
        """The visit whose page is made in any case."""
        return replace(self, mail=self.mail or self.decoy)

    @property
    def can_write(self) -> bool:
        return self.mail is not None and not self.is_purged

    @property
    def is_purged(self) -> bool:
        return self.mail is not None and self.mail.is_purged


def visit(form: ReceiptForm) -> Visit:
    """Derive the receipt's keys in memory and read what lies under them, if anything does."""
    keys = derive(form.receipt.digits, app_state().site_id)
    # What was read before, in this request, must not hide what came meanwhile.
    db.reading.rollback()
    day = today()
    mail, is_known = look_up(keys.lookup)
    entries = open_thread(
        mail.rows, keys, mail.tip.reference, length=mail.talk.length, is_asked=mail.is_asked
    )
    receipt = form.receipt.data or ""
    known, decoy = (mail, None) if is_known else (None, mail)
    return Visit(receipt, keys, known, entries, day, decoy)


def look_up(lookup: bytes) -> tuple[Mail, bool]:
    """Find what lies under a receipt's lookup, or a decoy, and tell which it is."""
    a_unit = next(iter(vault().units.get()), "")
    return find_mail_or_decoy(db.reading, app_state().peppered(lookup), a_unit)


def deliver(
    session: Session, found: Mail, keys: ReceiptKeys, form: LetterForm, kind: Kind
) -> Delivery:
    """Seal and store what the form says, once, and commit. Where it can't, the form says why."""
    stamp = Stamp.of(form.nonce, keys.lookup, kind, form.body)
    is_known = stamp.is_spent(db.reading)
    if not is_known and not form.is_fresh:
        return _refuse(form, str(STALE))
    try:
        if is_known:
            confirm_earlier(session)
            session.commit()
            return Delivery.STORED
        unit = readers(found.tip)
        # The mark is kept whatever else finds no room.
        if kind == "danger" and not _may_call_in_words(unit, found):
            return _mark_danger(session, found, keys, form)
        if kind != "danger" and (why := _lacks(found)):
            return _refuse(form, why)
        if unit is not None:
            return _deliver_to(unit, session, found, keys, form, kind, stamp)
    except (Strayed, Unmarked) as error:
        form.tell_astray(is_moved=isinstance(error, Strayed))
        return Delivery.REFUSED
    except SQLAlchemyError as error:
        # The database is full, busy or away: the words stay on the page.
        session.rollback()
        log_fault(error)
        vault().room.heed(error)
        return _refuse(form, str(words.NO_ROOM if says_full(error) else words.BUSY))
    return _refuse(form, str(words.UNIT_CLOSED))


def _lacks(found: Mail) -> str:
    """Say which room words for a tip lack now; empty where there is room."""
    if not vault().room.takes_words:
        return str(words.NO_ROOM)
    return "" if has_share(db.reading, found.tip, is_danger=False) else str(words.SHARE_USED)


def _may_call_in_words(unit: OpenUnit | None, found: Mail) -> bool:
    # Before somebody of the unit has opened a tip without marks, no word may go along.
    may_seal = unit is not None and bool(found.tip.marks) and vault().room.takes_words
    return may_seal and has_share(db.reading, found.tip, is_danger=True)


def readers(tip: Tip) -> OpenUnit | None:
    """Find the key that words for this tip are sealed to; None where nobody may read them now."""
    return readers_of(
        db.reading,
        app_state().district,
        vault().units.get(),
        unit_id=tip.unit_id,
        key_id=tip.unit_key_id,
    )


def _mark_danger(session: Session, found: Mail, keys: ReceiptKeys, form: LetterForm) -> Delivery:
    """Mark the tip without a word: who is in danger must not have to wait for a key."""
    stamp = Stamp.of(form.nonce, keys.lookup, DANGER_MARK.kind, DANGER_MARK.digest)
    try:
        store_letter(session, found.tip.id, DANGER_MARK, stamp)
        session.commit()
    except TipPurged:
        return _refuse(form, str(words.PURGED))
    return Delivery.MARKED


def _deliver_to(
    unit: OpenUnit | None,
    session: Session,
    found: Mail,
    keys: ReceiptKeys,
    form: LetterForm,
    kind: Kind,
    stamp: Stamp,
) -> Delivery:
    """Seal to the unit and store; numbered anew where another message came first."""
    mail: Mail | None = found
    for _attempt in range(ATTEMPTS):
        if mail is None or unit is None:
            break
        letter = seal_letter(mail, keys.talk, kind=kind, body=form.body, readers=unit)
        try:
            store_letter(session, mail.tip.id, letter, stamp)
            session.commit()
            return Delivery.STORED
        except TipPurged:
            return _refuse(form, str(words.PURGED))
        except TalkFull as full:
            session.rollback()
            if kind == "danger":
                return _mark_danger(session, found, keys, form)
            is_today = isinstance(full, TalkFullToday)
            return _refuse(form, str(words.FULL_TODAY if is_today else words.FULL))
        except CONFLICTS:
            session.rollback()
            db.reading.rollback()
            mail = find_mail(db.reading, app_state().peppered(keys.lookup))
            unit = readers(mail.tip) if mail else None
    return _refuse(form, str(words.BUSY))


def _refuse(form: LetterForm, sentence: str) -> Delivery:
    form.form_errors.append(sentence)
    return Delivery.REFUSED
