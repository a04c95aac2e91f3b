"""Moves what hangs on a unit's older keys to its key in use. Browsers re-seal; nothing opens here.

A tip moves in one piece, with its label, talk and notes, and only from where it was read: what came
meanwhile, or another browser that was faster, makes the move fail and changes nothing. The tip's
version stays, for a colleague who is typing has seen the same words.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from sqlalchemy import Select, exists, func, select, text, update
from sqlalchemy.orm import Session, undefer

from ...models import (
    NOT_PURGED,
    HandoverNote,
    KeyGrant,
    Member,
    Message,
    Note,
    Tip,
    UnitKey,
)
from ...sealing.age.shape import WrongShape, clear_size
from ..readers import shown_to

_MOST_READERS = 4


class NotFit(Exception):
    """What came is not the same files sealed anew: another shape or length."""


class Moved(Exception):
    """It hangs on that key no more, or more was written since it was read: look again."""


@dataclass(frozen=True)
class Bundle:
    """All sealed bytes of one tip."""

    length: int
    """How many messages the talk has."""
    sealed: bytes = field(repr=False)
    label: bytes | None = field(repr=False)
    messages: Mapping[int, bytes] = field(repr=False)
    notes: Mapping[int, bytes] = field(repr=False)


@dataclass(frozen=True)
class Left:
    """What still hangs on older keys of a unit."""

    tips: int
    shift_notes: int

    @property
    def total(self) -> int:
        return self.tips + self.shift_notes


def older_keys(session: Session, unit_id: str) -> list[UnitKey]:
    """Read a unit's older keys, the latest first."""
    query = select(UnitKey).where(UnitKey.unit_id == unit_id, UnitKey.retired_on.is_not(None))
    return list(session.scalars(query.order_by(UnitKey.retired_on.desc(), UnitKey.id)))


def count_left(session: Session, unit_id: str, *, most: int | None = None) -> Left:
    """Count the tips and hand-over notes of a unit that hang on its older keys.

    With `most`, it stops counting either there.
    """
    ids = _older_ids(session, unit_id)
    if not ids:
        return Left(0, 0)
    tips = select(Tip.id).where(Tip.unit_key_id.in_(ids), _HAS_WORDS)
    notes = select(HandoverNote.id).where(HandoverNote.unit_key_id.in_(ids))
    return Left(_count(session, tips.limit(most)), _count(session, notes.limit(most)))


def is_any_left(session: Session, unit_id: str) -> bool:
    """Tell whether anything hangs on a unit's older keys, without counting it."""
    return count_left(session, unit_id, most=1).total > 0


def is_any_orphaned(session: Session, unit_id: str) -> bool:
    """Tell whether something hangs on an older key that nobody holds but its recovery sheet."""
    is_held = (
        exists()
        .where(KeyGrant.unit_key_id == UnitKey.id, KeyGrant.member_id == Member.id)
        .where(Member.suspended_on.is_(None))
    )
    orphans = select(UnitKey.id).where(
        UnitKey.unit_id == unit_id, UnitKey.retired_on.is_not(None), ~is_held
    )
    tips = select(Tip.id).where(Tip.unit_key_id.in_(orphans), _HAS_WORDS).limit(1)
    notes = select(HandoverNote.id).where(HandoverNote.unit_key_id.in_(orphans)).limit(1)
    return any(session.execute(found).first() is not None for found in (tips, notes))


def _count(session: Session, found: Select[int]) -> int:
    return session.execute(select(func.count()).select_from(found.subquery())).scalar_one()


def count_on_old_keys(session: Session, unit_id: str) -> int:
    """Count the tips of a unit that still hang on an older key of it."""
    return count_left(session, unit_id).tips


# As the index of just these has it: a purged tip keeps the key that it had.
_HAS_WORDS = text(NOT_PURGED)


def _older_ids(session: Session, unit_id: str) -> list[int]:
    query = select(UnitKey.id).where(UnitKey.unit_id == unit_id, UnitKey.retired_on.is_not(None))
    return list(session.scalars(query))


def next_tips(session: Session, unit_id: str, member_id: int, *, most: int) -> list[str]:
    """Name tips that hang on older keys, open ones first; none in which the member has a part."""
    found: list[str] = []
    for key_id in _older_ids(session, unit_id):
        query = (
            select(Tip.reference)
            .where(Tip.unit_key_id == key_id, _HAS_WORDS, shown_to(member_id))
            # As the index runs, backwards: no batch sorts all the others.
            .order_by(Tip.is_open.desc(), Tip.id.desc())
            .limit(most - len(found))
        )
        found += session.scalars(query)
    return found


def next_shift_notes(session: Session, unit_id: str, *, most: int) -> list[HandoverNote]:
    """Read hand-over notes that hang on older keys."""
    query = select(HandoverNote).where(HandoverNote.unit_key_id.in_(_older_ids(session, unit_id)))
    return list(session.scalars(query.order_by(HandoverNote.id).limit(most)))


def is_of_unit(session: Session, unit_id: str, member_id: int, reference: str) -> bool:
    """Tell whether the unit has such a tip that this member may see, whatever it hangs on."""
    own = (Tip.reference == reference, Tip.unit_id == unit_id, shown_to(member_id))
    return session.execute(select(Tip.id).where(*own)).first() is not None


def read_bundle(session: Session, unit_id: str, reference: str) -> tuple[UnitKey, Bundle] | None:
    """Read all sealed bytes of a tip that hangs on an older key of its unit, and that key."""
    row = session.execute(
        select(Tip, UnitKey)
        .join(UnitKey, Tip.unit_key_id == UnitKey.id)
        .where(Tip.reference == reference, Tip.unit_id == unit_id, UnitKey.retired_on.is_not(None))
        .options(undefer(Tip.sealed))
    ).first()
    if row is None or row.Tip.sealed is None:
        return None
    return row.UnitKey, _bundle(session, row.Tip)


def read_current(session: Session, tip_id: int) -> Bundle:
    """Read all sealed bytes of a tip, whichever key it hangs on."""
    return _bundle(session, session.get_one(Tip, tip_id, options=[undefer(Tip.sealed)]))


def _bundle(session: Session, tip: Tip) -> Bundle:
    return Bundle(
        length=tip.talk_length,
        sealed=tip.sealed or b"",
        label=tip.label,
        messages=_by_number(session, Message, tip.id),
        notes=_by_number(session, Note, tip.id),
    )


Numbered = type[Message] | type[Note]


def _by_number(session: Session, table: Numbered, tip_id: int) -> dict[int, bytes]:
    rows = session.execute(select(table.number, table.sealed).where(table.tip_id == tip_id))
    return {number: sealed for number, sealed in rows}


def move_tip(
    session: Session,
    *,
    unit_id: str,
    reference: str,
    old: int,
    new: int,
    bundle: Bundle,
    keep: Callable[[Tip, Bundle], None],
) -> None:
    """Put the re-sealed files in the place of the old ones. The caller commits.

    `new` must be the unit's key in use; the caller has looked, and has seen that the mover holds
    it. `keep` is handed the tip and its old files before they are replaced. Raises `Moved` or
    `NotFit`, and then the caller rolls back.
    """
    if old not in _older_ids(session, unit_id):
        raise Moved
    tip = session.execute(
        select(Tip)
        .where(Tip.reference == reference, Tip.unit_id == unit_id, Tip.unit_key_id == old)
        .options(undefer(Tip.sealed))
        # Whoever adds a message waits, and is then told that the key is another.
        .with_for_update()
        .execution_options(populate_existing=True)
    ).scalar_one_or_none()
    if tip is None or tip.sealed is None or tip.talk_length != bundle.length:
        raise Moved
    stored = _bundle(session, tip)
    check_same(stored, bundle)
    keep(tip, stored)
    # Past the mapper: the version must stay.
    session.execute(
        update(Tip)
        .where(Tip.id == tip.id)
        .values(unit_key_id=new, sealed=bundle.sealed, label=bundle.label)
        .execution_options(synchronize_session=False)
    )
    replace_files(session, Message, tip.id, bundle.messages)
    replace_files(session, Note, tip.id, bundle.notes)
    session.expire(tip)


def replace_files(
    session: Session, table: Numbered, tip_id: int, files: Mapping[int, bytes]
) -> None:
    """Put files in the place of those that have their numbers."""
    for number, sealed in files.items():
        session.execute(
            update(table)
            .where(table.tip_id == tip_id, table.number == number)
            .values(sealed=sealed)
            .execution_options(synchronize_session=False)
        )


def move_shift_note(
    session: Session, *, unit_id: str, note_id: int, new: int, sealed: bytes
) -> None:
    """Put a re-sealed hand-over note in the place of the old one. Raises `Moved` or `NotFit`."""
    older = _older_ids(session, unit_id)
    note = session.scalars(
        select(HandoverNote)
        .where(HandoverNote.id == note_id, HandoverNote.unit_key_id.in_(older))
        .with_for_update()
    ).one_or_none()
    if note is None:
        raise Moved
    _check_file(note.sealed, sealed)
    note.sealed, note.unit_key_id = sealed, new
    session.flush()


def check_same(stored: Bundle, came: Bundle) -> None:
    """Refuse what can't be the same words: every file must have a twin of its own length.

    A message or note that opens for nobody stays as it is: one such file must not hold a tip back.
    """
    if (stored.label is None) != (came.label is None):
        raise NotFit
    _check_file(stored.sealed, came.sealed)
    check_files(stored.messages, came.messages)
    check_files(stored.notes, came.notes)
    if stored.label is not None and came.label is not None:
        _check_file(stored.label, came.label)


def check_files(stored: Mapping[int, bytes], came: Mapping[int, bytes]) -> None:
    """Refuse files that can't be those stored, sealed anew, under the same numbers.

    Raises `Moved` where others are there by now, or `NotFit`.
    """
    if came.keys() != stored.keys():
        raise Moved
    for number, sealed in stored.items():
        if came[number] != sealed:
            _check_file(sealed, came[number])


def _check_file(stored: bytes, came: bytes) -> None:
    """Raise `NotFit` unless it is another sealing of as many bytes, to as many readers."""
    if len(came) != len(stored) or came == stored:
        raise NotFit
    if _shape(came) != _shape(stored):
        raise NotFit


def _shape(sealed: bytes) -> tuple[int, int]:
    for readers in range(1, _MOST_READERS + 1):
        try:
            return readers, clear_size(sealed, recipients=readers)
        except WrongShape:
            continue
    raise NotFit
