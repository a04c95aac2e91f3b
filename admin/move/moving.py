"""Moves all rows and files: in passes while everybody goes on, the last one behind closed shutters.

Nothing of a pass need be remembered: each compares both places as they stand and does the rest. So
a move that was cut off anywhere is simply run again.
"""

import secrets
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Final

from sqlalchemy import Connection, Table, inspect, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from ..app_state import app_state
from ..audit.chain import verify
from ..audit.macs import both
from ..backup.rows import is_named, reflect
from ..db import grants
from ..migrate import known_revisions, migrate_within, read_form
from ..shutters.marks import IN, OUT, Mark, State, read_mark, write_mark
from ..shutters.shut import open_again, past_the_shutters, shut
from .differing import differences
from .files import Carried, FilesMove, is_one_store
from .joints import put_back, settle, take_off
from .places import Place
from .reading import Rows, read_site
from .refusals import (
    ArrivedBefore,
    HalfOpened,
    LogBroken,
    NeverClosed,
    NotEmpty,
    OtherDistrict,
    OtherForm,
    OtherMove,
    OtherTarget,
    Unlike,
)
from .writing import Done, Writer

Say = Callable[[str], None]
_FEW: Final = 300
"""Rows that a pass may still have brought before the shutters go down."""
_MOST_PASSES: Final = 6
_TRIES: Final = 40
"""Times that the shutters are tried where somebody writes on and on; each waits a second."""
_TOLD_SECONDS: Final = 5.0


@dataclass
class Moved:
    """What one run did, for the operator."""

    rows: Done
    files: Carried
    lacking: list[str]
    closed_seconds: float = 0.0


class Move:
    """One move, from its first mark to its last."""

    def __init__(self, old: Place, new: Place, say: Say) -> None:
        self.old, self.new, self._say = old, new, say
        self._files = FilesMove(old.blobs, new.blobs)
        self._shares_files = is_one_store(new.blobs, old.blobs)
        self.mark = self._begin()
        self._tables = self._found_tables()
        self.seconds = 0.0
        """How long the last pass took."""

    def _begin(self) -> Mark:
        """Find the move that was cut off, or begin one; both places are marked before any row."""
        with self.old.reading.connect() as connection:
            found = read_mark(connection, OUT)
        mark = Mark(found.move if found else secrets.token_hex(8), State.COPYING, self.new.told)
        if found and found.where != Mark.parse(str(mark)).where:
            raise OtherTarget(found.where)
        self._look_at_new(mark)
        if found is None:
            with self.old.engine.begin() as connection:
                write_mark(connection, OUT, mark)
        self._prepare(mark)
        return mark

    def _look_at_new(self, mark: Mark) -> None:
        """See that nothing lies there but what this very move has brought."""
        with self.new.engine.connect() as connection:
            tables = set(inspect(connection).get_table_names())
            there = read_mark(connection, IN) if "setting" in tables else None
            if there and there.move == mark.move:
                self._look_at_ours(there)
                return
            if tables:
                raise self._who_is_there(connection, there, tables)
        if not self._shares_files and not self.new.blobs.is_empty():
            raise NotEmpty

    def _look_at_ours(self, there: Mark) -> None:
        if there.state is State.ARRIVED:
            raise ArrivedBefore
        if read_form(self.new.engine).current != known_revisions()[0]:
            raise OtherForm

    def _who_is_there(
        self, connection: Connection, there: Mark | None, tables: set[str]
    ) -> NotEmpty:
        if there and there.state is State.ARRIVING:
            return OtherMove()
        if "setting" in tables and read_site(connection) != self._own_site():
            return OtherDistrict()
        return NotEmpty()

    def _own_site(self) -> str | None:
        with self.old.reading.connect() as connection:
            return read_site(connection)

    def _prepare(self, mark: Mark) -> None:
        """Make the tables, in one transaction with the mark that says whose they are."""
        if file := self.new.database_file:
            file.touch(mode=0o600)
        with self.new.engine.begin() as connection:
            migrate_within(connection)
            write_mark(connection, IN, replace(mark, state=State.ARRIVING, where=self.old.told))
            take_off(connection)

    def _found_tables(self) -> tuple[dict[str, Table], dict[str, Table]]:
        """Read the tables of both places: once a run, and once more when the old one is closed."""
        with self.old.reading.connect() as mine, self.new.engine.connect() as theirs:
            return reflect(mine, whole=True), reflect(theirs, whole=True)

    def copy_ahead(self) -> Moved:
        """Bring all that is there while everybody goes on, until little is left."""
        with self.old.reading.connect() as connection:
            found = read_mark(connection, OUT)
        if found and found.state is State.CLOSED:
            # The last run was cut off there: nobody waits behind shutters for all this.
            self.open_again()
        for number in range(1, _MOST_PASSES + 1):
            moved = self._pass(f"第 {number} 趟")
            if moved.rows.changed <= _FEW:
                break
        return moved

    def _pass(self, name: str) -> Moved:
        started = time.monotonic()
        files = Carried() if self._shares_files else self._files.carry()
        rows = self._carry_rows(name)
        self.seconds = time.monotonic() - started
        self._say(
            f"{name}：看过 {rows.seen} 行、{files.files} 个文件；"
            f"搬了 {rows.brought} 行、{files.bytes} 字节，删了 {rows.removed} 行、"
            f"{files.removed} 个文件。用了 {self.seconds:.1f} 秒。"
        )
        return Moved(rows, files, self._lacking())

    def _carry_rows(self, name: str) -> Done:
        done, told = Done(), time.monotonic()
        old, new = self._tables
        for table, here in old.items():
            writer = Writer(Rows(self.new.engine, new[table]), done)
            source = Rows(self.old.reading, here)
            for change in differences(source.walk(), writer.rows.walk()):
                writer.take(change)
                if time.monotonic() - told > _TOLD_SECONDS:
                    told = time.monotonic()
                    self._say(f"{name}，{table}：已经搬了 {done.brought} 行。")
            writer.flush()
            done.seen += source.seen
        return done

    def _lacking(self) -> list[str]:
        if self._shares_files:
            return []
        table = self._tables[0]["upload"]
        with self.old.reading.connect() as connection:
            found = connection.execute(select(table.c.blob, table.c.size).where(is_named(table)))
            return self._files.lacking({row.blob: row.size for row in found})

    def finish(self) -> Moved:
        """Close, bring the rest, look at all, seal the old place. Opens again where that fails.

        Raises `HalfOpened` where the very last step was cut off.
        """
        self._close()
        started = time.monotonic()
        # Of one connection from before the last pass to the last mark: a server that took over
        # meanwhile, and may lack what the one before it had, cannot be called arrived.
        with self.new.engine.connect() as there:
            try:
                self._tables = self._found_tables()
                moved = self._last_pass()
                self._look_at_all()
                self._seal(there)
            except BaseException:
                self.open_again()
                raise
            try:
                there.commit()
            except BaseException:
                raise HalfOpened from None
        moved.closed_seconds = time.monotonic() - started
        return moved

    def _close(self) -> None:
        for _try in range(_TRIES):
            with suppress(OperationalError), self.old.engine.begin() as connection:
                shut(connection)
                self._mark_old(connection, State.CLOSED)
                return
            time.sleep(0.2)
        raise NeverClosed

    def _last_pass(self) -> Moved:
        moved = self._pass("最后一趟")
        if moved.rows.skipped:
            # What stood in the way is gone now.
            again = self._pass("再看一趟")
            moved.rows.skipped = again.rows.skipped
            moved.rows.brought += again.rows.brought
        return moved

    def _look_at_all(self) -> None:
        """Count, have the database look at what hangs together, and walk the audit log.

        Raises `Unlike`, `Disjointed`, `LogBroken`, IntegrityError.
        """
        for name, (here, there) in self._counts().items():
            if here != there:
                raise Unlike(name)
        with self.new.engine.begin() as connection:
            put_back(connection)
            grants.apply(connection, self.new.config.database_logins)
        settle(self.new)
        with Session(self.new.engine) as session:
            report = verify(session, both(app_state()))
        with Session(self.old.reading) as session:
            before = verify(session, both(app_state()))
        if report.last != before.last or report.findings != before.findings:
            raise LogBroken

    def _counts(self) -> dict[str, tuple[int, int]]:
        old, new = self._tables
        return {
            name: (
                Rows(self.old.reading, old[name]).count(),
                Rows(self.new.engine, new[name]).count(),
            )
            for name in old
        }

    def _seal(self, there: Connection) -> None:
        """Write both marks; the commit of `there`, which comes next, opens the new place.

        In between nothing serves, so nothing is written twice; who runs the move again ends it.
        """
        self._checkpoint()
        write_mark(there, IN, replace(self.mark, state=State.ARRIVED, where=self.old.told))
        with self.old.engine.begin() as connection:
            self._mark_old(connection, State.GONE)

    def _checkpoint(self) -> None:
        if self.new.database_file:
            with self.new.engine.connect() as connection:
                connection.connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def open_again(self) -> None:
        """Let everybody write in the old place again."""
        with self.old.engine.begin() as connection:
            open_again(connection)
            self._mark_old(connection, State.COPYING)

    def _mark_old(self, connection: Connection, state: State) -> None:
        with past_the_shutters(connection, "setting"):
            write_mark(connection, OUT, replace(self.mark, state=state, where=self.new.told))
