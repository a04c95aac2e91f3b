"""Files of content/numbers and the database, held against each other: both tell what was said.

A file is written once a person has confirmed it, and holds the very bytes that they saw. Where the
two differ, nothing is published: one of them was restored from an older copy, or changed.
"""

import os
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

from sqlalchemy.orm import Session

from ...app_state import app_state
from ...audit.log import NOBODY, hold_log, record
from ...models import CountPublication
from ...reading.data_files import DataError
from ...reading.published import FOLDER, PublishedFile, path_of, read_published
from ..cells import ALL, Cell, Shape, last_day
from ..disclosing.book import Book, close, count_of
from ..disclosing.numbers import LEAST, rounded
from ..reading import read_cells
from .shape import shape_of
from .store import (
    ADOPTED,
    confirmed_rows,
    drop_draft,
    file_of,
    folded_year,
    is_as_confirmed,
    is_out_of_place,
    line_of,
    publication_of,
    read_book,
    save_book,
    sum_of,
)


class Differ(Exception):
    """The files and the database tell different things; the message is what to do."""


def missing(session: Session, content: Path) -> list[CountPublication]:
    """Give what was confirmed and lies in no file. Raises `Differ`."""
    rows = {row.day: row for row in confirmed_rows(session)}
    for row in rows.values():
        if not is_as_confirmed(session, row):
            raise Differ(
                f"数据库里 {row.day} 的公布和确认的时候不一样，有人改过。没有写任何文件。"
                "请先核对审计记录：dengshao audit verify。"
            )
    for path in sorted((content / FOLDER).glob("*.json")):
        _check_file(path, rows)
    return [row for row in rows.values() if not path_of(content, row.day).exists()]


def _check_file(path: Path, rows: dict[date, CountPublication]) -> None:
    row = rows.get(_day_of(path))
    if row is None:
        raise Differ(
            f"{path} 在数据库里没有确认过的记录。如果数据库用旧备份恢复过，而这个文件确实公布过，"
            f"请运行：dengshao counts publish --adopt {path.stem} --by 名字。"
            "如果没有公布过，请把文件拿走。没有做任何改动。"
        )
    if path.read_bytes() != row.body.encode():
        raise Differ(
            f"{path} 和确认过的不一样。公布过的不能改。如果数据库刚用旧备份恢复过，"
            "先找出公布过的是哪一份。文件不是，就把它拿走，再运行一次，会照确认过的写回来。"
            f"文件才是，请运行：dengshao counts publish --adopt {path.stem} --by 名字。"
            "没有做任何改动。"
        )


def _day_of(path: Path) -> date:
    try:
        return date.fromisoformat(path.stem)
    except ValueError:
        raise DataError(f"{path}：文件名要是公布的日子，像 2027-04-15.json。") from None


def write(session: Session, content: Path, row: CountPublication, today: date) -> Path:
    """Write what was confirmed, whole or not at all. The caller commits."""
    path = path_of(content, row.day)
    path.parent.mkdir(exist_ok=True)
    new = path.with_name(f".{path.name}.new")
    new.write_bytes(row.body.encode())
    # Commands write for their own user alone; this is for everybody, and for who builds the site.
    path.parent.chmod(0o755)
    new.chmod(0o644)
    os.replace(new, path)
    if row.written_on is None:
        row.written_on = today
        record(session, "numbers_written", by=NOBODY, detail=line_of(row))
    return path


def adopt(
    session: Session, content: Path, day: date, practice: Sequence[str], *, by: str, today: date
) -> CountPublication:
    """Take a file that was published, and of which the database knows nothing, for what was said.

    Its counts are closed again where they agree with all that it says; else nothing more is said of
    its quarters, nor of their year. What was confirmed and never written gives way to it. Raises
    `Differ` and `DataError`; the caller commits.
    """
    path = path_of(content, day)
    file, body = read_published(content, path), path.read_text("utf-8")
    hold_log(session)
    _check_adoptable(session, content, file, today)
    drop_draft(session)
    for one in _in_the_way(session, file):
        session.delete(one)
    session.flush()
    rows = confirmed_rows(session)
    row = CountPublication(
        day=day,
        quarters=list(file.quarters),
        groups={group: [] for group in _groups_of(file)},
        is_closed=False,
        sha256=sum_of(body),
        made_by=by,
        made_on=today,
        confirmed_on=today,
        written_on=today,
        body=body,
    )
    _close_again(session, row, rows, practice)
    session.add(row)
    record(session, ADOPTED, by=by, detail=line_of(row))
    return row


def _check_adoptable(session: Session, content: Path, file: PublishedFile, today: date) -> None:
    path = path_of(content, file.day)
    if is_out_of_place(file):
        raise Differ(f"{path} 是不是演示用的，和这台服务器不一样。没有做任何改动。")
    if file.day > today:
        raise Differ(f"{path} 的公布日还没到，不会是公布过的。没有做任何改动。")
    if any(last_day(quarter) >= file.day for quarter in file.quarters):
        raise Differ(f"{path} 里有的季度，到公布日还没有过完。没有做任何改动。")
    if any(row.written_on is not None for row in _in_the_way(session, file)):
        raise Differ(f"{path} 里的季度或者日子，数据库里已经有公布过的。没有做任何改动。")
    known = {row.day for row in confirmed_rows(session)}
    days = sorted(_day_of(one) for one in (content / FOLDER).glob("*.json"))
    if earlier := [day for day in days if day < file.day and day not in known]:
        raise Differ(
            f"{earlier[0]} 公布的也不认识，要从最早的认起。"
            f"请先运行：dengshao counts publish --adopt {earlier[0]} --by 名字。没有做任何改动。"
        )


def _in_the_way(session: Session, file: PublishedFile) -> list[CountPublication]:
    """Give what was confirmed of the same day or quarters."""
    return [
        row
        for row in confirmed_rows(session)
        if row.day == file.day or set(row.quarters) & set(file.quarters)
    ]


def _groups_of(file: PublishedFile) -> list[str]:
    inside = {row.group for row in file.numbers if row.period in file.quarters}
    return sorted(inside - {ALL})


def _close_again(
    session: Session,
    row: CountPublication,
    rows: Iterable[CountPublication],
    practice: Sequence[str],
) -> None:
    there = {quarter: tuple(one.groups) for one in (*rows, row) for quarter in one.quarters}
    shape = shape_of(there)
    cells = read_cells(session, app_state().district.count_groups, practice)
    book = close(read_book(session, rows), cells, shape, row.quarters)
    is_there = all(int(quarter[:4]) > folded_year(session) for quarter in row.quarters)
    if is_there and _agrees(book, shape, file_of(row)):
        row.is_closed = True
        save_book(session, book)


def _agrees(book: Book, shape: Shape, file: PublishedFile) -> bool:
    """Tell whether each number of closed quarters is what the file says of it."""
    said = publication_of(file)
    return all(
        value is None or _is(cell, value, book, shape)
        for cell, value in said.numbers().items()
        if len(cell.period) > 4 or book.quarters.issuperset(_inside(cell, shape))
    )


def _is(cell: Cell, value: int, book: Book, shape: Shape) -> bool:
    count = count_of(book, shape, cell)
    return count >= LEAST and rounded(count) == value


def _inside(cell: Cell, shape: Shape) -> set[str]:
    return {quarter for quarter in shape.quarters if quarter.startswith(cell.period)}
