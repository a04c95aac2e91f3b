"""The rows of publications and closed counts, as the publications and the book that they are."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from typing import Final

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from ...app_state import app_state
from ...models import AuditEvent, ClosedCount, CountPublication, Setting
from ...reading.published import Number, PublishedFile, published_from
from ..cells import Cell, quarter_of
from ..disclosing.book import Book
from ..disclosing.numbers import Publication, Why

FIRST: Final = "counts_first"
"""The setting that names the first quarter that was counted whole; made by a migration."""
FOLDED: Final = "counts_folded"
"""The setting that names the last year whose counts were folded: `counts.folding`."""
DRAFTED: Final = "numbers_drafted"
CONFIRMED: Final = "numbers_confirmed"
ADOPTED: Final = "numbers_adopted"


def confirmed_rows(session: Session) -> Sequence[CountPublication]:
    """Read what was confirmed, the oldest first: all of it is said, or is to be said at once."""
    query = select(CountPublication).where(CountPublication.confirmed_on.is_not(None))
    return session.scalars(query.order_by(CountPublication.day)).all()


def draft_row(session: Session) -> CountPublication | None:
    """Read what waits for a second person, or was sent back by one."""
    return session.scalar(select(CountPublication).where(CountPublication.confirmed_on.is_(None)))


def told_quarters(rows: Iterable[CountPublication]) -> frozenset[str]:
    return frozenset(quarter for row in rows for quarter in row.quarters)


def first_quarter(session: Session) -> str:
    return session.get_one(Setting, FIRST).value


def folded_year(session: Session) -> int:
    """Tell the last year whose counts were folded; 0 where none was."""
    row = session.get(Setting, FOLDED)
    return int(row.value) if row else 0


def file_of(row: CountPublication) -> PublishedFile:
    return published_from(json.loads(row.body))


def is_out_of_place(file: PublishedFile) -> bool:
    """Tell a demo's file in production, which no site would take, or the other way."""
    return file.demo is app_state().config.production


def sum_of(body: str) -> str:
    return hashlib.sha256(body.encode()).hexdigest()


def is_as_drafted(session: Session, row: CountPublication) -> bool:
    """Tell whether a draft's body and maker are those of the audit log's last line about it."""
    line = select(AuditEvent.by).where(AuditEvent.act == DRAFTED, AuditEvent.detail == line_of(row))
    by = session.scalar(line.order_by(AuditEvent.number.desc()).limit(1))
    return sum_of(row.body) == row.sha256 and by == row.made_by


def is_as_confirmed(session: Session, row: CountPublication) -> bool:
    """Tell whether a row's body is what a person confirmed, as the audit log has it."""
    line = select(AuditEvent.number).where(
        AuditEvent.act.in_((CONFIRMED, ADOPTED)), AuditEvent.detail == line_of(row)
    )
    return sum_of(row.body) == row.sha256 and session.scalar(line.limit(1)) is not None


def line_of(row: CountPublication) -> str:
    """Give the detail of the audit log's lines about a publication."""
    return f"{row.day} {row.sha256}"


def publication_of(file: PublishedFile) -> Publication:
    """Read a file as the auditor does, as a reader: why something is withheld, nobody knows."""
    values = {_cell(row): row.value for row in file.numbers}
    return Publication(
        day=file.day,
        shown={cell: value for cell, value in values.items() if value is not None},
        withheld={cell: Why.UNTOLD for cell, value in values.items() if value is None},
        medians={Cell(row.measure, row.period, row.group): row.value for row in file.medians},
    )


def _cell(row: Number) -> Cell:
    return Cell(row.measure, row.period, row.group)


def read_book(session: Session, rows: Iterable[CountPublication]) -> Book:
    """Read the closed counts of some publications, as far as their year was not folded."""
    folded = folded_year(session)
    there = {quarter for row in rows if row.is_closed for quarter in row.quarters}
    quarters = frozenset(quarter for quarter in there if int(quarter[:4]) > folded)
    counts = session.scalars(select(ClosedCount))
    return Book(
        quarters,
        {
            Cell(row.measure, row.period, row.group_id): row.count
            for row in counts
            if _closed_with(row.period) in quarters
        },
    )


def _closed_with(period: str) -> str:
    """Name the quarter with which a count was closed: a year's, with its last one."""
    return f"{period}-Q4" if len(period) == 4 else quarter_of(period)


def save_book(session: Session, book: Book) -> None:
    """Keep these closed counts and no others."""
    session.execute(delete(ClosedCount))
    rows = [
        {"period": cell.period, "measure": cell.measure, "group_id": cell.group, "count": count}
        for cell, count in book.counts.items()
        if count
    ]
    if rows:
        session.execute(insert(ClosedCount), rows)


def drop_draft(session: Session) -> None:
    """Forget a draft and the counts that were closed for it."""
    session.execute(delete(CountPublication).where(CountPublication.confirmed_on.is_(None)))
    save_book(session, read_book(session, confirmed_rows(session)))
