"""What becomes of a draft: kept, confirmed by a second person or sent back, and said for good."""

from collections.abc import Sequence
from datetime import date
from typing import Final

from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from ...audit.log import hold_log, record
from ...models import CountPublication
from ...reading.published import PublishedFile, dump
from ..disclosing.book import Book
from .store import (
    CONFIRMED,
    DRAFTED,
    confirmed_rows,
    draft_row,
    drop_draft,
    file_of,
    folded_year,
    is_as_drafted,
    is_out_of_place,
    line_of,
    read_book,
    save_book,
    sum_of,
    told_quarters,
)

REASONS: Final = {
    "numbers": _l("数字不对"),
    "words": _l("说明不对"),
    "other": _l("别的原因，当面说"),
}
"""Why a draft is sent back; what more there is to say is said elsewhere."""


class Changed(Exception):
    """The draft is not the one that was looked at, or not there any more."""


class NotSecond(Exception):
    """Who made a draft does not settle it."""


class MadeForDemo(Exception):
    """A demo's draft where numbers are meant, or the other way: its file could never stand."""


class Altered(Exception):
    """The draft, or who made it, is not what the audit log has."""


class TooEarly(Exception):
    """The day of the draft has not come: by one of two clocks, which is wrong."""


def keep_draft(
    session: Session,
    file: PublishedFile,
    book: Book,
    groups: dict[str, list[str]],
    *,
    seen: Sequence[date],
    by: str,
    today: date,
) -> CountPublication:
    """Keep a draft in the place of any other that waits; one that is the same stays as it is.

    `seen` are the days of the publications on which it rests. Raises `Changed` where there is
    another one since, or its counts were folded. The caller commits.
    """
    hold_log(session)
    is_folded = any(int(quarter[:4]) <= folded_year(session) for quarter in file.quarters)
    if is_folded or [row.day for row in confirmed_rows(session)] != list(seen):
        raise Changed
    body, old = dump(file), draft_row(session)
    if old is not None and old.body == body and old.refused_by is None:
        return old
    drop_draft(session)
    row = CountPublication(
        day=file.day,
        quarters=list(file.quarters),
        groups=groups,
        is_closed=True,
        sha256=sum_of(body),
        made_by=by,
        made_on=today,
        body=body,
    )
    session.add(row)
    save_book(session, book)
    record(session, DRAFTED, by=by, detail=line_of(row))
    return row


def confirm(session: Session, sha256: str, *, by: str, today: date) -> CountPublication:
    """Confirm the draft that was looked at.

    Raises `Changed`, `NotSecond`, `Altered`, `MadeForDemo`, `TooEarly`.
    """
    row = _draft_seen(session, sha256, by)
    if not is_as_drafted(session, row):
        raise Altered
    if row.day > today:
        raise TooEarly
    if told_quarters(confirmed_rows(session)) & set(row.quarters):
        raise Changed
    if is_out_of_place(file_of(row)):
        raise MadeForDemo
    row.confirmed_by, row.confirmed_on = by, today
    record(session, CONFIRMED, by=by, detail=line_of(row))
    return row


def send_back(session: Session, sha256: str, *, by: str, why: str) -> None:
    """Send the draft back; its counts are open again. Raises `Changed`, `NotSecond`."""
    row = _draft_seen(session, sha256, by)
    row.refused_by, row.refused_why, row.is_closed = by, why, False
    save_book(session, read_book(session, confirmed_rows(session)))
    record(session, "numbers_sent_back", by=by, detail=f"{row.day} {why}")


def _draft_seen(session: Session, sha256: str, by: str) -> CountPublication:
    hold_log(session)
    row = draft_row(session)
    if row is None or row.refused_by or row.sha256 != sha256 or sum_of(row.body) != sha256:
        raise Changed
    if row.made_by == by:
        raise NotSecond
    return row
