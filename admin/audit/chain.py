"""Walks the audit log's chains and names a changed, missing, foreign or moved line.

There are two, by SHA-256 and by SM3, each walked by itself: what one finds and the other does not
tells which of them broke. Lines are read in batches by their number, so that a log of millions
costs no more memory than a short one.

What can't be found from inside: a log that was written anew with the server's keys, and a tail cut
off together with an older copy of the end mark. Both are found by a checkpoint on paper.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, Final

from sqlalchemy import Select, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from ..models import AuditEvent, Setting
from .faults import (
    Checkpoint,
    Fault,
    Finding,
    Report,
)
from .log import END
from .macs import FIRST_MAC, EndMark, Macs
from .order import (
    WINDOW,
    Chain,
    Puzzle,
)

BATCH: Final = 2_000
_TOLD: Final = (
    AuditEvent.number,
    AuditEvent.at,
    AuditEvent.act,
    AuditEvent.by,
    AuditEvent.unit_id,
    AuditEvent.reference,
    AuditEvent.detail,
)


def verify(
    session: Session, macs: tuple[Macs, Macs], checkpoints: Sequence[Checkpoint] = ()
) -> Report:
    """Walk both chains, each from its first line on; tell each fault, and what found it."""
    with _one_moment(session):
        return _verify(session, macs, checkpoints)


def _verify(session: Session, macs: tuple[Macs, Macs], checkpoints: Sequence[Checkpoint]) -> Report:
    mark = EndMark.parse(session.scalar(select(Setting.value).where(Setting.name == END)))
    by_sha256, by_sm3 = macs
    report = _walk(_Reader(session, AuditEvent.mac), Chain(by_sha256, mark), checkpoints)
    first = session.scalar(select(func.min(AuditEvent.number)).where(AuditEvent.sm3.is_not(None)))
    report.sm3_from = (mark.sm3_from if mark else None) or first
    if report.sm3_from is None:
        return report
    if first is None and report.last >= report.sm3_from:
        return report.with_more([Finding(Fault.NO_SM3, report.sm3_from)])
    first = report.sm3_from if first is None else first
    before = _mac_before(session, first) if report.sm3_from > 1 else FIRST_MAC
    chain = Chain(by_sm3, mark, report.sm3_from, before)
    return report.with_more(_walk(_Reader(session, AuditEvent.sm3, first), chain).findings)


def read_checkpoint(session: Session, number: int | None = None) -> Checkpoint | None:
    """Make the checkpoint of a line, or of the last one; None where there is no such line."""
    query = select(AuditEvent.number, AuditEvent.mac).order_by(AuditEvent.number.desc()).limit(1)
    if number is not None:
        query = query.where(AuditEvent.number == number)
    row = session.execute(query).first()
    return Checkpoint.of(row.number, row.mac) if row else None


@contextmanager
def _one_moment(session: Session) -> Iterator[None]:
    """Read all as of one moment: a line written meanwhile stands behind the end mark read before.

    SQLite's transactions are so by themselves.
    """
    is_postgresql = session.get_bind().dialect.name == "postgresql"
    if is_postgresql:
        session.rollback()
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
    yield
    if is_postgresql:
        session.rollback()


def _walk(lines: "_Reader", chain: Chain, checkpoints: Sequence[Checkpoint] = ()) -> Report:
    report, wanted = Report(), {point.number: point for point in checkpoints}
    on_paper: list[Finding] = []
    while (line := lines.take()) and not report.is_stopped:
        read = [line]
        if not chain.takes(line):
            read += lines.take_many(WINDOW - 1)
            report.findings += Puzzle(chain, list(read)).solve()
        report.lines += len(read)
        report.last = read[-1].number
        on_paper += _against_paper(read, wanted)
    if not report.is_stopped:
        report.findings += _judge_end(chain, report.last)
        on_paper += [Finding(Fault.CUT, number, also=number) for number in sorted(wanted)]
    report.findings = [replace(one, by_macs=(chain.macs.name,)) for one in report.findings]
    return report.with_more(on_paper)


def _mac_before(session: Session, number: int) -> str:
    """Read what SM3 began to hang on: the SHA-256 MAC of the line before."""
    query = select(AuditEvent.mac).where(AuditEvent.number < number)
    return session.scalar(query.order_by(AuditEvent.number.desc()).limit(1)) or FIRST_MAC


def _against_paper(read: list[Any], wanted: dict[int, Checkpoint]) -> list[Finding]:
    """Hold lines against the checkpoints that name them, and strike those off."""
    points = [(line, wanted.pop(line.number)) for line in read if line.number in wanted]
    return [
        Finding(Fault.CHECKPOINT, line.number, line.act, line.by)
        for line, point in points
        if Checkpoint.of(line.number, line.mac) != point
    ]


def _judge_end(chain: Chain, last: int) -> list[Finding]:
    """Tell whether the log ends where its end mark says that it ends."""
    if chain.ends_with(chain.next - 1, chain.mac) or (chain.mark is None and last == 0):
        return []
    if chain.mark and chain.mark.number >= chain.next:
        return [Finding(Fault.CUT, chain.next, also=chain.mark.number)]
    return [Finding(Fault.END_MARK, last)]


class _Reader:
    """Gives the stored lines by their number, batch after batch, with one of their MACs."""

    def __init__(
        self, session: Session, mac: InstrumentedAttribute[Any], first: int | None = None
    ) -> None:
        self._session = session
        self._batch: deque[Any] = deque()
        self._query: Select[*tuple[Any, ...]] = select(*_TOLD, mac.label("mac"))
        self._after = None if first is None else first - 1

    def take(self) -> Any | None:
        if not self._batch:
            self._read()
        return self._batch.popleft() if self._batch else None

    def take_many(self, count: int) -> list[Any]:
        found = (self.take() for _ in range(count))
        return [line for line in found if line is not None]

    def _read(self) -> None:
        query = self._query.order_by(AuditEvent.number).limit(BATCH)
        if self._after is not None:
            query = query.where(AuditEvent.number > self._after)
        rows = self._session.execute(query).all()
        if rows:
            self._after = rows[-1].number
            self._batch.extend(rows)
