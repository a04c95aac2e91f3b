"""Takes a tip in: seals it in memory to the unit that is to read it, stores it once."""

from dataclasses import dataclass, replace
from enum import Enum

from sqlalchemy.orm import Session

from ..db.commits import confirm_earlier
from ..models import Tip
from ..sealing import age, payload
from ..sealing.marks import unit_mark
from ..tip.routing import choose_urgency, may_stay
from ..tip.status import TipStatus
from ..tip.urgency import Urgency
from ..vault import store
from ..vault.calls import is_full
from ..vault.spent import nonces
from ..wire.form_tokens import FormNonce
from . import contact
from .contact import ContactRefused
from .submission import NoUnitOpen, Submission
from .supplements import refuse_strayed, supplement


class Received(Enum):
    """What became of a form that was sent."""

    STORED = "stored"
    AGAIN = "again"
    SUPPLEMENT = "supplement"


@dataclass(frozen=True)
class Result:
    what: Received
    nonce: FormNonce
    """The nonce whose receipt belongs to the tip; another one where a tip had to be set apart."""
    closed: bool = False
    """Whether the reporter has copied the receipt already: it is not shown again."""
    is_machine: bool = False
    """Whether the tip stands apart, in the lane 疑似机器发送."""


def receive(session: Session, sent: Submission, *, is_new: bool = False) -> Result:
    """Store what was sent: a tip, or a supplement, or nothing where it is stored already.

    `is_new` tells that nothing was stored under its nonce a moment ago. The caller commits; on
    IntegrityError (the same form twice at one moment) it rolls back and calls again without
    `is_new`. Raises `NoUnitOpen`, `ContactRefused` or `UnitClosedSince`, and then has stored
    nothing.
    """
    # Sealed before the first query: the lock between writers must not wait for it.
    sealed = _seal_unless_stored(session, sent)
    # What is not new after all meets its own row when it is written.
    spent = {} if is_new and sealed else nonces.spent_bodies(session, sent.nonce.nonce)
    if sent.mac in spent:
        return _answer_again(session, sent, closed=spent[sent.mac])
    if not spent and sealed is not None:
        return _store_new(session, sent, sealed)
    tip = store.find_tip(session, sent.lookup, lock=True)
    if tip is not None and tip.status is not TipStatus.PURGED:
        refuse_strayed(tip, sent)
    if tip is None or _must_stand_apart(sent, tip):
        return receive(session, sent.apart())
    if sent.contact_mac and sent.contact_mac not in spent:
        raise ContactRefused(contact.Problem.CHANGED)
    closed = any(spent.values())
    supplement(session, sent, tip)
    nonces.spend(session, sent.nonce.nonce, sent.mac, day=sent.nonce.day, closed=closed)
    return Result(Received.SUPPLEMENT, sent.nonce, closed, tip.machine_unit is not None)


def _answer_again(session: Session, sent: Submission, *, closed: bool) -> Result:
    """Answer as at the first time. Where the words were deleted since, they are stored anew."""
    standing = store.standing(session, sent.lookup)
    if standing is None or standing.is_purged:
        return receive(session, sent.apart())
    confirm_earlier(session)
    return Result(Received.AGAIN, sent.nonce, closed, standing.is_machine)


def _store_new(session: Session, sent: Submission, sealed: store.SealedTip) -> Result:
    if sealed.urgency is Urgency.P0 and not sealed.is_machine:
        # Nobody vouches for the answer that it happens now. Asked of such tips alone.
        sealed = replace(sealed, is_machine=is_full(session, sealed.unit_id))
    store.store_tip(session, sealed)
    for mac in filter(None, (sent.mac, sent.contact_mac)):
        nonces.spend(session, sent.nonce.nonce, mac, day=sent.nonce.day)
    return Result(Received.STORED, sent.nonce, is_machine=sealed.is_machine)


def _seal_unless_stored(session: Session, sent: Submission) -> store.SealedTip | None:
    """Seal the tip. Where nobody can read it now, it may have been stored while they could: None.

    Raises `NoUnitOpen` or `ContactRefused` where nothing was stored under its nonce.
    """
    try:
        return seal_tip(sent)
    except (NoUnitOpen, ContactRefused):
        if not nonces.spent_bodies(session, sent.nonce.nonce):
            raise
        return None


def seal_tip(sent: Submission) -> store.SealedTip:
    """Seal the words to the unit and its recovery key, and the label to the unit.

    Raises `NoUnitOpen` or `ContactRefused`.
    """
    unit, facts = sent.unit, sent.circumstances
    urgency = choose_urgency(facts)
    reference = payload.new_reference()
    words = payload.Tip(
        reference=reference,
        fields=sent.answers,
        reporter=sent.keys.identity.recipient_text,
        talk=sent.keys.talk,
        contact=_seal_contact(sent),
    )
    return store.SealedTip(
        reference=reference,
        lookup=sent.lookup,
        unit_id=unit.unit_id,
        unit_key_id=unit.key_id,
        urgency=urgency,
        label=_seal_label(sent, urgency),
        sealed=age.seal(words.to_bytes(), [age.parse_recipient(text) for text in unit.recipients]),
        marks=unit_mark(sent.keys.talk, unit.unit_id, reference),
        is_machine=sent.is_machine,
    )


def _seal_contact(sent: Submission) -> bytes:
    if not sent.contact:
        return b""
    intake = sent.intake
    return contact.seal(sent.contact, intake.district, intake.units, sent.circumstances.exclude)


def _seal_label(sent: Submission, urgency: Urgency) -> bytes:
    """Seal what the queue shows, to the unit alone.

    The recovery key opens the words, from which a label can be remade.
    """
    label = _label(sent, urgency).to_bytes()
    return age.seal(label, [age.parse_recipient(sent.unit.recipient)])


def _label(sent: Submission, urgency: Urgency) -> payload.Label:
    """Say what the queue shows: of a supervisory tip nothing, for its kind too has one reader."""
    facts = sent.circumstances
    if facts.is_supervisory:
        return payload.NO_LABEL
    flags: list[payload.Flag] = []
    if facts.minor == "yes":
        flags.append("minor")
    if urgency is Urgency.P0:
        flags.append("danger")
    township = str(sent.answers.get("township", "unclear"))
    return payload.Label(facts.category, township, tuple(flags))


def _must_stand_apart(sent: Submission, tip: Tip) -> bool:
    """Tell whether words added later may not reach the unit that has the tip.

    The reporter has since named that unit's office, or an official, or the tip is gone.
    """
    if tip.status is TipStatus.PURGED:
        return True
    return not may_stay(sent.intake.district, sent.circumstances, tip.unit_id)
