"""Walks the audit log's chain and names a changed, missing, foreign or moved line.

Lines are read in batches by their number, so that a log of millions costs no more memory than a
short one.

What can't be found from inside: a log that was written anew with the server's key, and a tail cut
off together with an older copy of the end mark. Both are found by a checkpoint on paper.
"""

from collections import deque
from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..models import AuditEvent, Setting
from .faults import (
    Checkpoint,
    Fault,
    Finding,
    Report,
)
from .log import END
from .order import (
    WINDOW,
    Chain,
    Puzzle,
)

BATCH: Final = 2_000
_COLUMNS: Final = (
    AuditEvent.number,
    AuditEvent.at,
    AuditEvent.act,
    AuditEvent.by,
    AuditEvent.unit_id,
    AuditEvent.reference,
    AuditEvent.detail,
    AuditEvent.mac,
)


def verify(session: Session, key: bytes, checkpoints: Sequence[Checkpoint] = ()) -> Report:
    """Walk the whole chain from its first line on; tell each fault."""
    mark = session.scalar(select(Setting.value).where(Setting.name == END))
    chain, report, lines = Chain(key, mark), Report(), _Reader(session)
    wanted = {point.number: point for point in checkpoints}
    while (line := lines.take()) and not report.is_stopped:
        read = [line]
        if not chain.takes(line):
            read += lines.take_many(WINDOW - 1)
            report.findings += Puzzle(chain, list(read)).solve()
        _count(report, read, wanted)
    if not report.is_stopped:
        report.findings += [Finding(Fault.CUT, number, also=number) for number in sorted(wanted)]
        report.findings += _judge_end(chain, report.last)
    return report


def read_checkpoint(session: Session, number: int | None = None) -> Checkpoint | None:
    """Make the checkpoint of a line, or of the last one; None where there is no such line."""
    query = select(AuditEvent.number, AuditEvent.mac).order_by(AuditEvent.number.desc()).limit(1)
    if number is not None:
        query = query.where(AuditEvent.number == number)
    row = session.execute(query).first()
    return Checkpoint.of(row.number, row.mac) if row else None


def _count(report: Report, read: list[Any], wanted: dict[int, Checkpoint]) -> None:
    """Count lines that were read, and hold each against the checkpoint that names it."""
    report.lines += len(read)
    report.last = read[-1].number
    for line in read if wanted else ():
        point = wanted.pop(line.number, None)
        if point is not None and Checkpoint.of(line.number, line.mac) != point:
            report.findings.append(Finding(Fault.CHECKPOINT, line.number, line.act, line.by))


def _judge_end(chain: Chain, last: int) -> list[Finding]:
    """Tell whether the log ends where its end mark says that it ends."""
    if chain.ends_with(chain.next - 1, chain.mac) or (chain.mark is None and last == 0):
        return []
    said = (chain.mark or "").partition(" ")[0]
    if said.isascii() and said.isdigit() and int(said) >= chain.next:
        return [Finding(Fault.CUT, chain.next, also=int(said))]
    return [Finding(Fault.END_MARK, last)]


class _Reader:
    """Gives the stored lines by their number, batch after batch."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._batch: deque[Any] = deque()
        self._after: int | None = None

    def take(self) -> Any | None:
        if not self._batch:
            self._read()
        return self._batch.popleft() if self._batch else None

    def take_many(self, count: int) -> list[Any]:
        found = (self.take() for _ in range(count))
        return [line for line in found if line is not None]

    def _read(self) -> None:
        query = select(*_COLUMNS).order_by(AuditEvent.number).limit(BATCH)
        if self._after is not None:
            query = query.where(AuditEvent.number > self._after)
        rows = self._session.execute(query).all()
        if rows:
            self._after = rows[-1].number
            self._batch.extend(rows)
