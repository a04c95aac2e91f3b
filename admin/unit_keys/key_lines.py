"""From what a second person confirmed to the lines of keys.yml, and to what the public reads.

The database never decides which key is trusted: it says which key a unit has, and a person types
the fingerprint that a holder of it reads out (decision 53). Only what was typed is written.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from ..audit.log import NOBODY, record
from ..config import Config
from ..db import today
from ..district.data import District
from ..models import (
    NOT_PURGED,
    KeyGrant,
    Member,
    NextKey,
    Tip,
    UnitKey,
)
from ..reading.keys_file import (
    KeyLine,
    combined,
    head_of,
    publish,
    read_lines,
    replace_file,
    written,
)
from ..renewal import next_keys
from ..renewal.services import read_standing
from ..sealing.member import fingerprint

RETIRING_DAYS: Final = 30
"""For how long an older key counts at the mailbox, where nobody says otherwise."""
OVERLAP_DAYS: Final = 1
"""For how long after today a form may still seal to a key whose holder left as planned: what a node
or a browser read a moment before, and the turn of the day."""


class NotClean(Exception):
    """The next key of this unit is in the hands of one who leaves: it is made anew."""


@dataclass(frozen=True)
class Waiting:
    """A unit's key in use, or its next one, that stands in no keys.yml yet."""

    unit_id: str
    title: str
    fingerprint: str
    """Of the recipients, worked out anew: a row that was changed in part must not pass."""
    made_by: str
    confirmed_by: str | None
    holders: tuple[str, ...]


@dataclass(frozen=True)
class Change:
    """What an application made of the lines of keys.yml."""

    lines: tuple[KeyLine, ...]
    added: tuple[KeyLine, ...]
    retiring: tuple[KeyLine, ...]
    removed: tuple[KeyLine, ...]


def waiting(session: Session, district: District) -> list[Waiting]:
    """List the keys in use that are in no keys.yml, confirmed by a second person or not yet.

    Of a unit that a member is leaving it is the next one, which then takes over.
    """
    in_use = session.scalars(
        select(UnitKey).where(UnitKey.retired_on.is_(None)).order_by(UnitKey.unit_id)
    )
    after = {key.unit_id: key for key in next_keys.read_all(session)}
    keys = [after.get(key.unit_id, key) for key in in_use]
    found = [(key, fingerprint(key.unit_id, key.recipient, key.recovery)) for key in keys]
    return [
        Waiting(
            key.unit_id,
            district.units[key.unit_id].zh,
            print_of,
            key.made_by or "",
            key.confirmed_by,
            _holders(session, key),
        )
        for key, print_of in found
        if key.unit_id in district.units and (key.unit_id, print_of) not in district.fingerprints
    ]


def _holders(session: Session, key: UnitKey | NextKey) -> tuple[str, ...]:
    if isinstance(key, NextKey):
        return next_keys.holders(session, key)
    query = select(Member.name).join(KeyGrant, KeyGrant.member_id == Member.id)
    query = query.where(KeyGrant.unit_key_id == key.id, Member.suspended_on.is_(None))
    return tuple(session.scalars(query.order_by(Member.name)))


def apply(
    session: Session,
    config: Config,
    typed: Mapping[str, str],
    *,
    by: str = NOBODY,
    until: date | None = None,
    to_site: bool = True,
) -> Change:
    """Write keys.yml and the site's keys.json, whole, with the fingerprints that were typed.

    `until` is the last day of lines that retire, also of those whose day has passed. Without
    `to_site` the site lies on another machine. The caller commits. Raises `DataError` where a line
    can't be read, `OSError` where a file can't be written, `NotClean` for a next key that one who
    leaves was given.
    """
    # The log's line first: one writer at a time, so that none takes another's lines out.
    for unit_id, print_of in sorted(typed.items()):
        record(session, "key_published", by=by, unit_id=unit_id, detail=print_of)
    path = config.keys_path
    lines = read_lines(config.content, path) if path.exists() else []
    change = changed(session, lines, typed, until)
    planned = _planned(session)
    for unit_id, print_of in typed.items():
        is_done = next_keys.promote(session, unit_id, print_of, by=by) is not None
        if (unit_id, print_of) in planned and not is_done:
            raise NotClean(unit_id)
    # The public file first: so no browser meets a key that the site does not name yet. In
    # development the application itself answers for it.
    if to_site and config.production:
        publish(config.site, combined(change.lines, []))
    if set(change.lines) != set(lines):
        head, source = head_of(path)
        replace_file(path, written(change.lines, source=source, checked=today(), head=head))
    return change


def _planned(session: Session) -> set[tuple[str, str]]:
    return {(key.unit_id, key.fingerprint) for key in next_keys.read_all(session)}


def changed(
    session: Session, lines: Iterable[KeyLine], typed: Mapping[str, str], until: date | None
) -> Change:
    """Say what keys.yml shall hold: one open line of a unit, older ones while tips hang on them.

    The line before a next key overlaps with it for a day, whatever hangs on it.
    """
    day = until or today() + timedelta(days=RETIRING_DAYS)
    lines = tuple(map(_without_past_overlap, lines))
    planned = {
        pair for pair in _planned(session) if not read_standing(session, pair[0]).needs_renewal
    }
    added = [
        KeyLine(unit, print_of)
        for unit, print_of in typed.items()
        if KeyLine(unit, print_of) not in lines
    ]
    kept, retiring, removed = [], [], []
    for line in lines:
        if line.is_open and typed.get(line.unit, line.fingerprint) == line.fingerprint:
            kept.append(line)
        elif line.is_open and (line.unit, typed.get(line.unit)) in planned:
            overlap = today() + timedelta(days=OVERLAP_DAYS)
            retiring.append(KeyLine(line.unit, line.fingerprint, max(day, overlap), overlap))
        elif line.overlap and typed.get(line.unit, "") != line.fingerprint:
            kept.append(line)
        elif typed.get(line.unit) == line.fingerprint or not tips_on(session, line):
            # In use again, or nothing hangs on it any more.
            removed.append(line)
        elif line.is_open or (until and line.retiring and line.retiring < today()):
            retiring.append(KeyLine(line.unit, line.fingerprint, day))
        else:
            kept.append(line)
    every = tuple([*kept, *retiring, *added])
    return Change(every, tuple(added), tuple(retiring), tuple(removed))


def _without_past_overlap(line: KeyLine) -> KeyLine:
    return replace(line, overlap=None) if line.overlap and line.overlap < today() else line


def tips_on(session: Session, line: KeyLine) -> int:
    """Count the tips with words that hang on the key of a line."""
    query = (
        select(func.count())
        .select_from(Tip)
        .join(UnitKey, UnitKey.id == Tip.unit_key_id)
        .where(UnitKey.unit_id == line.unit, UnitKey.fingerprint == line.fingerprint)
        .where(text(NOT_PURGED))
    )
    return session.execute(query).scalar_one()
