"""The practice unit's tips: invented, sealed like all others, and cleared at a press."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Session

from ..db import changed_rows
from ..models import (
    Base,
    ClockEvent,
    Countersign,
    Decision,
    HoldStep,
    Recusal,
    Referral,
    Tip,
    TipLink,
    Transfer,
    UnitKey,
)
from ..sealing import age, payload, receipt
from ..sealing.marks import unit_mark
from ..tip.routing import Circumstances, choose_urgency
from .expiry import HANGING
from .files import uploads
from .key_change import kept, transfers
from .store import SealedTip, store_tip


class NoPracticeKey(Exception):
    """The practice unit has no key yet: its first member makes it."""


@dataclass(frozen=True)
class Sample:
    """One invented tip of practice.yml."""

    lesson: str
    fields: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True)
class Stored:
    """A practice tip as the trainee meets it: with the receipt, to play the reporter too."""

    lesson: str
    reference: str
    receipt: str = field(repr=False)


def store_samples(
    session: Session,
    unit_id: str,
    samples: list[Sample],
    *,
    site_id: str,
    peppered: Callable[[bytes], bytes],
) -> list[Stored]:
    """Seal each sample to the practice unit and store it. Raises `NoPracticeKey`."""
    key = session.scalars(
        select(UnitKey).where(UnitKey.unit_id == unit_id, UnitKey.retired_on.is_(None))
    ).one_or_none()
    if key is None:
        raise NoPracticeKey
    return [_store(session, key, sample, site_id, peppered) for sample in samples]


def _store(
    session: Session,
    key: UnitKey,
    sample: Sample,
    site_id: str,
    peppered: Callable[[bytes], bytes],
) -> Stored:
    digits = receipt.new_digits()
    keys, reference = receipt.derive(digits, site_id), payload.new_reference()
    fields: Mapping[str, Any] = dict(sample.fields)
    tip = payload.Tip(reference, fields, keys.identity.recipient_text, keys.talk)
    flags: tuple[payload.Flag, ...] = ("minor",) if fields.get("minor") == "yes" else ()
    label = payload.Label(fields["category"], fields["township"], flags)
    unit, recovery = age.parse_recipient(key.recipient), age.parse_recipient(key.recovery)
    store_tip(
        session,
        SealedTip(
            reference=reference,
            lookup=peppered(keys.lookup),
            unit_id=key.unit_id,
            unit_key_id=key.id,
            urgency=choose_urgency(_circumstances(fields)),
            label=age.seal(label.to_bytes(), [unit]),
            sealed=age.seal(tip.to_bytes(), [unit, recovery]),
            marks=unit_mark(keys.talk, key.unit_id, reference),
        ),
    )
    return Stored(sample.lesson, reference, receipt.with_checks(digits))


def _circumstances(fields: Mapping[str, Any]) -> Circumstances:
    return Circumstances(
        category=fields["category"],
        # For the grade alone: a practice tip goes no other way than to the practice unit.
        official="no",
        exclude=(),
        when=fields["when"],
        minor=fields.get("minor", ""),
    )


def clear_practice(session: Session, unit_id: str) -> int:
    """Delete the practice unit's tips with all that hangs on them; tells how many there were.

    The audit's lines stay: who practised what is no secret, and the chain has no holes.
    """
    ids = select(Tip.id).where(Tip.unit_id == unit_id)
    transfers.forget(session, ids)
    rest = (ClockEvent, Decision, HoldStep, Countersign, Recusal, Transfer, Referral)
    for table in (*HANGING, *rest):
        _delete(session, table, ids)
    kept.forget(session, ids)
    session.execute(delete(TipLink).where(TipLink.one_id.in_(ids) | TipLink.other_id.in_(ids)))
    uploads.release(session, ids, tips_go=True)
    # A merged tip points at another of them: deleted in one statement, none is left behind.
    gone = session.execute(delete(Tip).where(Tip.unit_id == unit_id))
    return changed_rows(gone)


def _delete(session: Session, table: type[Base], ids: Select[int]) -> None:
    session.execute(delete(table).where(table.tip_id.in_(ids)))  # type: ignore[attr-defined]
