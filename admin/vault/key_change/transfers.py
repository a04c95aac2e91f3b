"""Tips on their way from one unit to another: what they were before stays until they are taken.

A tip moves at once, with all that hangs on it, sealed anew in the browser of a member who read it.
The unit that has it takes it over, or hands it back: then the old files stand in their places. They
are handed out to nobody meanwhile but a second browser of the first unit, which compares: whoever
seals a tip anew could seal something else, and neither this server nor the other unit could tell.
"""

import hmac
from collections.abc import Collection
from datetime import date, timedelta
from typing import Final

from sqlalchemy import ColumnElement, Select, and_, delete, exists, insert, select
from sqlalchemy.orm import Session

from ...db import today
from ...models import KeyGrant, Member, Tip, Transfer, TransferFile
from ...tip.events import EventKind
from ..readers import recused_tips, shown_to
from ..retention.holding import is_unheld
from .kept import KEPT_DAYS, among, bundle_of, parts_of
from .resealing import Bundle, read_current

_SETTLING: Final = frozenset(
    {
        *(EventKind.TRANSFERRED, EventKind.TAKEN_OVER),
        *(EventKind.HANDED_BACK, EventKind.FETCHED_BACK),
    }
)


class NotTaken(Exception):
    """The tip came from another unit: this one takes it over, or hands it back, before all else."""


class OtherContent(Exception):
    """What was opened is not what the other unit sealed."""


def pending_of(session: Session, tip_id: int, *, lock: bool = False) -> Transfer | None:
    """Find the transfer by which a tip waits to be taken over."""
    query = select(Transfer).where(Transfer.tip_id == tip_id, Transfer.settled_on.is_(None))
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return session.scalars(query).one_or_none()


def expect_taken(session: Session, tip_id: int, kind: EventKind | None = None) -> None:
    """Raise `NotTaken` unless staff may do this to the tip as it stands."""
    if kind in _SETTLING:
        return
    waiting = exists().where(Transfer.tip_id == tip_id, Transfer.settled_on.is_(None))
    if session.execute(select(waiting)).scalar_one():
        raise NotTaken


def was_moved(session: Session, tip_id: int) -> bool:
    """Tell whether a tip ever went from one unit to another."""
    return bool(session.execute(select(exists().where(Transfer.tip_id == tip_id))).scalar_one())


def has_left(session: Session, reference: str, unit_id: str | None, member_id: int) -> bool:
    """Tell whether this tip once was at a unit that has it no more: its members may be told so.

    But not one in whose sight it was not: who has a part in it learns nothing of its way.
    """
    query = select(Transfer.id).join(Tip, Tip.id == Transfer.tip_id)
    was_here = (Transfer.from_unit == unit_id) | (Transfer.to_unit == unit_id)
    is_elsewhere = was_here & (Tip.unit_id != unit_id)
    found = query.where(Tip.reference == reference, is_elsewhere, shown_to(member_id))
    return session.execute(found.limit(1)).first() is not None


def keep(session: Session, transfer: Transfer, stored: Bundle) -> None:
    """Write a transfer down, with the files that are about to be replaced. The caller commits."""
    session.add(transfer)
    session.flush()
    rows = [
        {"transfer_id": transfer.id, "part": part, "number": number, "sealed": sealed}
        for (part, number), sealed in parts_of(stored).items()
    ]
    session.execute(insert(TransferFile), rows)


def read_kept(session: Session, transfer: Transfer) -> Bundle:
    """Read what the tip was at the unit before."""
    query = select(TransferFile.part, TransferFile.number, TransferFile.sealed)
    rows = session.execute(query.where(TransferFile.transfer_id == transfer.id))
    return bundle_of({(part, number): sealed for part, number, sealed in rows})


def read_arrived(session: Session, transfer: Transfer) -> Bundle:
    """Read what came with a transfer, as it is now."""
    old = parts_of(read_kept(session, transfer))
    return among(read_current(session, transfer.tip_id), old)


def read_since(session: Session, transfer: Transfer) -> Bundle:
    """Read the messages and notes that were added to a tip since it came."""
    old, now = read_kept(session, transfer), read_current(session, transfer.tip_id)
    return Bundle(
        length=now.length,
        sealed=b"",
        label=None,
        messages={n: sealed for n, sealed in now.messages.items() if n not in old.messages},
        notes={n: sealed for n, sealed in now.notes.items() if n not in old.notes},
    )


def settle(session: Session, transfer: Transfer, *, is_taken: bool, by: str) -> None:
    """Write down what became of it. The caller commits.

    The old files go; those of a tip that was taken over only once a second browser has compared.
    """
    transfer.settled_by, transfer.settled_on, transfer.is_taken = by, today(), is_taken
    if transfer.checked_by is not None or not is_taken:
        _delete_files(session, [transfer.id])
    session.flush()


def restorable(session: Session, tip_id: int) -> Transfer | None:
    """Find the transfer that can still be undone: it waits, or a second browser doubts it.

    Of several the first that is doubted: what came after it was sealed out of changed words.
    """
    undone = Transfer.is_taken.is_(False)
    query = select(Transfer).where(Transfer.tip_id == tip_id, undone.is_not(True))
    rows = session.scalars(query.order_by(Transfer.step)).all()
    doubted = [row for row in rows if row.is_doubted]
    waiting = [row for row in rows if row.settled_on is None]
    return next(iter(doubted + waiting), None)


def settle_later(session: Session, transfer: Transfer, *, by: str) -> None:
    """Undo with a transfer all that came after it. The caller commits."""
    later = Transfer.tip_id == transfer.tip_id, Transfer.step > transfer.step
    for row in session.scalars(select(Transfer).where(*later)).all():
        row.settled_by, row.settled_on = row.settled_by or by, row.settled_on or today()
        row.is_taken = False
        _delete_files(session, [row.id])


def next_unchecked(session: Session, unit_id: str, name: str, here: bytes, most: int) -> list[int]:
    """Name transfers of this unit that this member in this session may be the second to open."""
    query = select(Transfer.id).where(
        Transfer.from_unit == unit_id, *_to_check(), _may_check(name, here)
    )
    return list(session.scalars(query.order_by(Transfer.made_on, Transfer.id).limit(most)))


def lock_unchecked(
    session: Session, transfer_id: int, *, unit_id: str, name: str, here: bytes
) -> Transfer | None:
    """Load a transfer to compare it; None where this member, here, is no second person for it."""
    wanted = (Transfer.id == transfer_id, Transfer.from_unit == unit_id)
    query = select(Transfer).where(*wanted, *_to_check(), _may_check(name, here))
    return session.scalars(query.with_for_update(of=Transfer)).one_or_none()


def unchecked(unit_id: ColumnElement[str] | str) -> ColumnElement[bool]:
    """Say whether a unit passed anything on that no second browser has compared."""
    return exists().where(Transfer.from_unit == unit_id, *_to_check())


def _to_check() -> tuple[ColumnElement[bool], ...]:
    has_files = exists().where(TransferFile.transfer_id == Transfer.id)
    return Transfer.checked_by.is_(None), Transfer.is_doubted.is_(False), has_files


def _may_check(name: str, here: bytes) -> ColumnElement[bool]:
    """Leave it to who holds the old key: a colleague of the sealer, or else another session."""
    holds = exists().where(
        KeyGrant.unit_key_id == Transfer.old_key_id,
        KeyGrant.member_id == Member.id,
        Member.suspended_on.is_(None),
    )
    is_colleague = Transfer.by != name
    is_alone = ~holds.where(Member.name != Transfer.by)
    is_mine = holds.where(Member.name == name)
    me = select(Member.id).where(Member.name == name).scalar_subquery()
    is_shown = Transfer.tip_id.not_in(recused_tips(me))
    return and_(is_mine, is_shown, is_colleague | is_alone, Transfer.sealed_in != here)


def check(session: Session, transfer: Transfer, content_mac: str, *, by: str) -> bool:
    """Take a second browser's word for what the old files hold; tells whether it is the same.

    Where it is not, no day deletes them. The caller commits.
    """
    if not is_same(transfer, content_mac):
        transfer.is_doubted = True
        session.flush()
        return False
    transfer.checked_by = by
    if transfer.is_taken:
        _delete_files(session, [transfer.id])
    session.flush()
    return True


def forget_old(session: Session, day: date, most: int) -> int:
    """Delete what was kept for long enough, though nobody compared; none in doubt.

    Nor under a hold: what nobody compared may be all that is left of the words.
    """
    has_files = exists().where(TransferFile.transfer_id == Transfer.id)
    old = (
        select(Transfer.id)
        .join(Tip, Tip.id == Transfer.tip_id)
        .where(
            Transfer.is_taken.is_(True),
            Transfer.settled_on <= day - timedelta(days=KEPT_DAYS),
            Transfer.is_doubted.is_(False),
            has_files,
            is_unheld(day),
        )
    )
    ids = list(session.scalars(old.limit(most)))
    if ids:
        _delete_files(session, ids)
    return len(ids)


def is_same(transfer: Transfer, content_mac: str) -> bool:
    """Tell whether who opened the tip opened what the other unit sealed."""
    return hmac.compare_digest(transfer.content_mac.encode(), content_mac.encode())


def forget(session: Session, tip_ids: Collection[int] | Select[int]) -> None:
    """Delete the old files of these tips, whose words are deleted."""
    ids = session.scalars(select(Transfer.id).where(Transfer.tip_id.in_(tip_ids)))
    _delete_files(session, list(ids))


def _delete_files(session: Session, transfer_ids: Collection[int]) -> None:
    session.execute(
        delete(TransferFile)
        .where(TransferFile.transfer_id.in_(transfer_ids))
        .execution_options(synchronize_session=False)
    )
