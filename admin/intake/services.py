"""Takes a tip in: chooses its unit, seals it in memory, stores it once."""

import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum
from functools import cached_property

from sqlalchemy.orm import Session

from ..district import District
from ..models import Direction, Tip, TipStatus, Urgency
from ..sealing import age, payload, receipt
from ..tokens import FormNonce
from ..vault import history, nonces, store
from ..vault.routes import Circumstances, choose_unit, choose_urgency, is_supervisory
from ..vault.units import OpenUnit, readers_of
from . import contact
from .contact import ContactRefused

Answers = Mapping[str, str | list[str]]


class NoUnitOpen(Exception):
    """No unit may and can read this tip: say where to turn instead."""


class UnitClosedSince(Exception):
    """The tip is stored, but its unit can read no words now: what was added is not stored."""


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


@dataclass(frozen=True)
class Intake:
    """What one installation needs to take tips in: its district, open units and site id."""

    district: District
    units: Mapping[str, OpenUnit]
    site_id: str
    day_key: bytes
    pepper: bytes


@dataclass(frozen=True)
class Submission:
    """One sent form: its nonce, its answers and the contact, with what follows from them."""

    intake: Intake
    nonce: FormNonce
    answers: Answers
    contact: str = ""
    is_machine: bool = False
    """Whether its tip, where it makes one, is put in the lane."""

    @cached_property
    def circumstances(self) -> Circumstances:
        text = {name: str(value) for name, value in self.answers.items() if name != "exclude"}
        return Circumstances(
            category=text.get("category", "unclear"),
            official=text.get("official", "unclear"),
            exclude=tuple(self.answers.get("exclude", ())),
            when=text.get("when", "unclear"),
            minor=text.get("minor", "unclear"),
        )

    @cached_property
    def unit(self) -> OpenUnit:
        """The unit that takes it. Raises `NoUnitOpen`."""
        units = self.intake.units
        chosen = choose_unit(self.intake.district, self.circumstances, units.keys())
        if chosen is None:
            raise NoUnitOpen
        return units[chosen]

    @cached_property
    def digits(self) -> str:
        return receipt.digits_from(self.intake.day_key, self.nonce.nonce)

    @cached_property
    def keys(self) -> receipt.ReceiptKeys:
        return receipt.derive(self.digits, self.intake.site_id)

    @cached_property
    def lookup(self) -> bytes:
        return hmac.digest(self.intake.pepper, self.keys.lookup, "sha256")

    @cached_property
    def body(self) -> str:
        """The answers as one text: the same answers make the same text."""
        return json.dumps(self.answers, ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    @cached_property
    def mac(self) -> bytes:
        apart = f"\ncontact {self.contact}" if self.contact else ""
        return nonces.body_mac(self.nonce.nonce, (self.body + apart).encode())

    @cached_property
    def contact_mac(self) -> bytes | None:
        """Marks the contact beside the body that brought it: later bodies come with the same."""
        text = f"contact {self.contact}"
        return nonces.body_mac(self.nonce.nonce, text.encode()) if self.contact else None

    def apart(self) -> "Submission":
        """Make the same submission under a nonce that follows from this one, for its own tip."""
        other = hmac.digest(self.nonce.nonce, b"apart", "sha256")[:16]
        return replace(self, nonce=replace(self.nonce, nonce=other))


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
    return Result(Received.AGAIN, sent.nonce, closed, standing.is_machine)


def _store_new(session: Session, sent: Submission, sealed: store.SealedTip) -> Result:
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
        reporter=str(sent.keys.identity.recipient),
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
        is_machine=sent.is_machine,
    )


def _seal_contact(sent: Submission) -> bytes:
    if not sent.contact:
        return b""
    intake = sent.intake
    return contact.seal(sent.contact, intake.district, intake.units, sent.circumstances.exclude)


def _seal_label(sent: Submission, urgency: Urgency) -> bytes | None:
    """Seal what the queue shows. A supervisory tip has none: even its kind is for one reader."""
    facts = sent.circumstances
    if is_supervisory(facts.official, facts.exclude):
        return None
    flags: list[payload.Flag] = []
    if facts.minor == "yes":
        flags.append("minor")
    if urgency is Urgency.P0:
        flags.append("danger")
    label = payload.Label(
        category=facts.category,
        township=str(sent.answers.get("township", "unclear")),
        flags=tuple(flags),
    )
    # Only to the unit itself: the recovery key opens the words, from which a label can be remade.
    return age.seal(label.to_bytes(), [age.parse_recipient(sent.unit.recipient)])


def _must_stand_apart(sent: Submission, tip: Tip) -> bool:
    """Tell whether words added later may not reach the unit that has the tip.

    The reporter has since named that unit's office, or an official, or the tip is gone.
    """
    facts, district = sent.circumstances, sent.intake.district
    excluded = {district.offices[office].unit for office in facts.exclude}
    if tip.status is TipStatus.PURGED or tip.unit_id in excluded:
        return True
    sealed_way = {district.supervisory, district.upper}
    return is_supervisory(facts.official, facts.exclude) and tip.unit_id not in sealed_way


def _readers_of(session: Session, intake: Intake, tip: Tip) -> OpenUnit:
    """Find the key to which more words for the tip are sealed. Raises `UnitClosedSince`."""
    unit = readers_of(
        session, intake.district, intake.units, unit_id=tip.unit_id, key_id=tip.unit_key_id
    )
    if unit is None:
        raise UnitClosedSince
    try:
        store.check_key(session, tip, unit.key_id)
    except store.KeyChanged:
        # Read a moment ago, before the unit renewed its key; the next try finds the new one.
        raise UnitClosedSince from None
    return unit


def supplement(session: Session, sent: Submission, tip: Tip) -> None:
    """Add what was sent as a message to the tip that the same form made before."""
    unit = _readers_of(session, sent.intake, tip)
    state = store.talk_state(session, tip)
    envelope = payload.Envelope.make(
        sent.body,
        sent.keys.talk,
        kind="supplement",
        direction="reporter",
        reference=tip.reference,
        number=state.number + 1,
        previous=state.digest,
    )
    store.add_message(
        session,
        tip,
        number=envelope.number,
        direction=Direction.REPORTER,
        digest=envelope.digest,
        sealed=age.seal(
            envelope.to_bytes(), [age.parse_recipient(text) for text in unit.recipients]
        ),
    )
    if tip.label is not None:
        # A supervisory tip, which has no label, stays P1 whatever is added.
        tip.urgency = min(tip.urgency, choose_urgency(sent.circumstances))
    history.heard_from_reporter(session, tip, reason=history.Reason.MORE_WORDS)
