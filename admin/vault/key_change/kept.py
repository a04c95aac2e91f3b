"""Keeps what a tip was before it was sealed anew, until a second browser has opened it.

Whoever seals a tip anew could seal something else, by a fault or on purpose, and the server cannot
tell. So the old files stay beside the new ones until somebody else's browser has opened both; who
finds that they differ, or that the new ones do not open, puts the old ones back.
"""

import hmac
from collections.abc import Collection, Container, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice
from typing import Final

from sqlalchemy import Select, delete, exists, func, insert, select, update
from sqlalchemy.orm import Session

from ...db import today
from ...models import (
    KeptFile,
    KeptTip,
    KeyGrant,
    Member,
    Message,
    Note,
    Tip,
    UnitKey,
)
from ..readers import recused_tips
from ..retention.holding import is_unheld
from .resealing import (
    Bundle,
    Moved,
    read_current,
    replace_files,
)

KEPT_DAYS: Final = 14
"""So long the old files stay where nobody opens the new ones; the desk warns meanwhile."""
_TIP: Final = "tip"
_LABEL: Final = "label"
_TABLES: Final[dict[str, type[Message] | type[Note]]] = {"message": Message, "note": Note}


class NotSecond(Exception):
    """Who moved the tip is no second person, nor is the browser that did it a second browser."""


class OtherContent(Exception):
    """What was opened is not what the mover said that it sealed, or was not compared."""


@dataclass(frozen=True)
class Mover:
    """Who seals a tip anew: the member, a hash of their session, their word for the content."""

    name: str
    session: bytes
    content_mac: str
    """HMAC over the opened content, under a key of the new unit seed."""


@dataclass(frozen=True)
class Waiting:
    """How many tips of a unit wait for a second browser."""

    count: int
    doubted: tuple[str, ...]
    """Those that a second browser could not open or found to differ."""
    last_day: date | None
    """On which the first of the others loses its old files."""


def keep(session: Session, tip: Tip, stored: Bundle, *, new: int, mover: Mover) -> None:
    """Keep the files that are about to be replaced. The caller has locked the tip and commits.

    Where older files are kept already they stay: nobody has opened what came after them.
    """
    before = session.get(KeptTip, tip.id)
    values = {
        "new_key_id": new,
        "moved_by": mover.name,
        "moved_in": mover.session,
        "moved_on": today(),
        "content_mac": mover.content_mac,
    }
    if before is None:
        first = {"tip_id": tip.id, "unit_id": tip.unit_id, "old_key_id": tip.unit_key_id}
        session.execute(insert(KeptTip).values(**first, **values, is_doubted=False))
    else:
        session.execute(update(KeptTip).where(KeptTip.tip_id == tip.id).values(**values))
        session.expire(before)
    there = _files_of(session, tip.id)
    rows = [
        {"tip_id": tip.id, "part": part, "number": number, "sealed": sealed}
        for (part, number), sealed in parts_of(stored).items()
        if (part, number) not in there
    ]
    if rows:
        session.execute(insert(KeptFile), rows)


def parts_of(bundle: Bundle) -> dict[tuple[str, int], bytes]:
    """Take a bundle apart, each file under its part and number."""
    parts = {(_TIP, 0): bundle.sealed}
    if bundle.label is not None:
        parts[_LABEL, 0] = bundle.label
    parts |= {("message", number): sealed for number, sealed in bundle.messages.items()}
    parts |= {("note", number): sealed for number, sealed in bundle.notes.items()}
    return parts


def _files_of(session: Session, tip_id: int) -> dict[tuple[str, int], bytes]:
    query = select(KeptFile.part, KeptFile.number, KeptFile.sealed)
    rows = session.execute(query.where(KeptFile.tip_id == tip_id))
    return {(part, number): sealed for part, number, sealed in rows}


def read_kept(session: Session, unit_id: str, reference: str) -> tuple[KeptTip, Bundle] | None:
    """Read what is kept of a unit's tip; None where nothing is."""
    row = session.scalars(_kept_of(unit_id, reference)).one_or_none()
    if row is None:
        return None
    return row, bundle_of(_files_of(session, row.tip_id))


def bundle_of(files: Mapping[tuple[str, int], bytes]) -> Bundle:
    """Put a bundle together again of what `parts_of` gave."""
    return Bundle(
        length=sum(part == "message" for part, _number in files),
        sealed=files[_TIP, 0],
        label=files.get((_LABEL, 0)),
        messages=_numbered(files, "message"),
        notes=_numbered(files, "note"),
    )


def _kept_of(unit_id: str, reference: str) -> Select[KeptTip]:
    return (
        select(KeptTip)
        .join(Tip, Tip.id == KeptTip.tip_id)
        .where(Tip.reference == reference, KeptTip.unit_id == unit_id)
    )


def _numbered(files: Mapping[tuple[str, int], bytes], wanted: str) -> dict[int, bytes]:
    return {number: sealed for (part, number), sealed in files.items() if part == wanted}


def read_now(session: Session, kept: KeptTip) -> Bundle:
    """Read the files of the tip as they are now, those alone of which older ones are kept."""
    return among(read_current(session, kept.tip_id), _files_of(session, kept.tip_id))


def among(now: Bundle, there: Container[tuple[str, int]]) -> Bundle:
    """Leave of a bundle those messages and notes that stand among these parts."""
    return Bundle(
        length=now.length,
        sealed=now.sealed,
        label=now.label,
        messages={n: sealed for n, sealed in now.messages.items() if ("message", n) in there},
        notes={n: sealed for n, sealed in now.notes.items() if ("note", n) in there},
    )


def next_unchecked(session: Session, key: UnitKey, name: str, here: bytes, most: int) -> list[str]:
    """Name moved tips that this member in this session may be the second to open.

    Not those that a colleague can compare with the old key and this member can't.
    """
    old_holders = (
        select(KeyGrant.id)
        .join(Member, Member.id == KeyGrant.member_id)
        .where(KeyGrant.unit_key_id == KeptTip.old_key_id)
    )
    is_mine = old_holders.where(Member.name == name).exists()
    is_anybodys = old_holders.where(
        Member.name != KeptTip.moved_by, Member.suspended_on.is_(None)
    ).exists()
    me = select(Member.id).where(Member.name == name).scalar_subquery()
    hidden = recused_tips(me)
    query = (
        select(Tip.reference)
        .join(KeptTip, KeptTip.tip_id == Tip.id)
        .where(
            KeptTip.unit_id == key.unit_id,
            KeptTip.new_key_id == key.id,
            KeptTip.moved_in != here,
            KeptTip.is_doubted.is_(False),
            is_mine | ~is_anybodys,
            Tip.id.not_in(hidden),
        )
        .order_by(KeptTip.moved_on, KeptTip.tip_id)
    )
    if _others(session, key.id, name):
        query = query.where(KeptTip.moved_by != name)
    return list(session.scalars(query.limit(most)))


def _others(session: Session, key_id: int, name: str) -> list[str]:
    """Name who holds a key besides this member, and is not shut out."""
    query = (
        select(Member.name)
        .join(KeyGrant, KeyGrant.member_id == Member.id)
        .where(KeyGrant.unit_key_id == key_id, Member.name != name, Member.suspended_on.is_(None))
    )
    return list(session.scalars(query))


def lock_kept(session: Session, unit_id: str, reference: str) -> KeptTip:
    """Load what is kept, to settle it; first the tip, as who moves it does. Raises `Moved`."""
    tip = select(Tip.id).where(Tip.reference == reference, Tip.unit_id == unit_id)
    session.execute(tip.with_for_update(of=Tip))
    row = session.scalars(
        _kept_of(unit_id, reference)
        .with_for_update(of=KeptTip)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        raise Moved
    return row


def confirm(
    session: Session, kept: KeptTip, key: UnitKey, *, second: Mover, is_compared: bool
) -> None:
    """Take a second browser's word that the new files open; the old ones go. The caller commits.

    Where somebody else still holds the old key, it must be compared with the new by one of them.
    Raises `Moved` (to a newer key meanwhile), `NotSecond` or `OtherContent`.
    """
    if kept.new_key_id != key.id:
        raise Moved
    _check_second(session, kept, key, second)
    if not is_compared and must_compare(session, kept):
        raise OtherContent
    if not hmac.compare_digest(kept.content_mac.encode(), second.content_mac.encode()):
        raise OtherContent
    forget(session, [kept.tip_id])


def _check_second(session: Session, kept: KeptTip, key: UnitKey, second: Mover) -> None:
    if kept.moved_in == second.session:
        raise NotSecond
    if kept.moved_by == second.name and _others(session, key.id, second.name):
        raise NotSecond


def doubt(session: Session, kept: KeptTip) -> None:
    """Mark that the new files do not open, or hold other words: no day deletes the old ones."""
    kept.is_doubted = True
    session.flush()


def restore(session: Session, kept: KeptTip) -> None:
    """Put the old files back in the place of the new ones. The caller commits.

    What was added since stays as it was sealed, and moves along at the next time.
    """
    files = _files_of(session, kept.tip_id)
    session.execute(
        update(Tip)
        .where(Tip.id == kept.tip_id)
        .values(
            unit_key_id=kept.old_key_id,
            sealed=files[_TIP, 0],
            label=files.get((_LABEL, 0)),
        )
        .execution_options(synchronize_session=False)
    )
    for part, table in _TABLES.items():
        replace_files(session, table, kept.tip_id, _numbered(files, part))
    forget(session, [kept.tip_id])


def forget(session: Session, tip_ids: Collection[int] | Select[int]) -> None:
    """Delete what is kept of these tips."""
    for table in (KeptFile, KeptTip):
        session.execute(
            delete(table)
            .where(table.tip_id.in_(tip_ids))
            .execution_options(synchronize_session=False)
        )


def forget_old(session: Session, day: date, most: int) -> int:
    """Delete what was kept for long enough, though nobody opened the new files; none in doubt."""
    old = select(KeptTip.tip_id).where(
        KeptTip.moved_on <= day - timedelta(days=KEPT_DAYS), KeptTip.is_doubted.is_(False)
    )
    ids = set(session.scalars(old))
    if ids:
        # Under a hold nothing goes: what nobody compared may be all that is left of the words.
        ids = set(session.scalars(select(Tip.id).where(Tip.id.in_(ids), is_unheld(day))))
    if ids := set(islice(ids, most)):
        forget(session, ids)
    return len(ids)


def state_of(session: Session, tip_id: int) -> str:
    """Tell whether older files of a tip are kept, and whether the new ones are in doubt."""
    query = select(KeptTip.is_doubted).where(KeptTip.tip_id == tip_id)
    is_doubted = session.execute(query).scalar_one_or_none()
    return "" if is_doubted is None else "doubted" if is_doubted else "kept"


def must_compare(session: Session, kept: KeptTip) -> bool:
    """Tell whether somebody besides the mover can still hold the new files against the old."""
    return bool(_others(session, kept.old_key_id, kept.moved_by))


def is_any_kept(session: Session, unit_id: str) -> bool:
    query = select(exists().where(KeptTip.unit_id == unit_id))
    return bool(session.execute(query).scalar_one())


def count_waiting(session: Session, unit_id: str) -> Waiting:
    """Count a unit's moved tips that no second browser has opened."""
    of_unit = KeptTip.unit_id == unit_id
    query = select(func.count(), func.min(KeptTip.moved_on)).where(of_unit)
    count, _first = session.execute(query).one()
    if not count:
        return Waiting(0, (), None)
    doubted = (
        select(Tip.reference)
        .join(KeptTip, KeptTip.tip_id == Tip.id)
        .where(of_unit, KeptTip.is_doubted)
        .order_by(Tip.reference)
    )
    first: date | None = session.execute(query.where(KeptTip.is_doubted.is_(False))).one()[1]
    last_day = first + timedelta(days=KEPT_DAYS) if first else None
    return Waiting(count, tuple(session.scalars(doubted)), last_day)
