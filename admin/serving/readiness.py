"""Whether this node can take a press now: its database, its store of files, its keys, its disk.

Judged at most once a second, beside all requests, and within `SECONDS`: who asks often costs
nothing, and a database that hangs lets nobody wait long. The answer is made of fixed words alone.
"""

import mmap
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from threading import Event, Lock, Thread
from typing import Final

from flask import Flask
from sqlalchemy import Connection, select, text
from sqlalchemy.exc import SQLAlchemyError

from ..app_state import app_state
from ..audit.log import END
from ..audit.macs import EndMark, both
from ..db import READ, db
from ..db.replica import LISTS, Copy, Replica
from ..migrate import Step, form_of, read_steps
from ..models import AuditEvent, Setting
from ..shutters.marks import is_left
from ..vault import vault
from ..vault.files.blobs import BlobsAway

SECONDS: Final = 2.0
"""How long who asks may wait for a judgement; what takes longer is not well."""
KEPT: Final = 1.0
"""Seconds for which a judgement is given again."""
NEEDED: Final = ("serving", "database", "keys")
"""What must be well. Without its store a node still takes words, and tells that files must wait;
without the replica, where there is one, it reads lists at the primary.

Where its disk is full, or the one database's that all nodes have, it shows the page that names
other channels: with every node taken out of the line, a reporter would find none.
"""
OK: Final = "ok"
_NOBODY: Final = "0" * 32
_IN_RECOVERY: Final = text("SELECT pg_is_in_recovery()")
_END_OF_LOG: Final = (
    select(
        AuditEvent.number,
        AuditEvent.mac,
        select(Setting.value).where(Setting.name == END).scalar_subquery().label("mark"),
    )
    .order_by(AuditEvent.number.desc())
    .limit(1)
)


class Leaving:
    """Told by gunicorn's first process, before it closes its socket, and seen by its workers."""

    def __init__(self) -> None:
        self._shared = mmap.mmap(-1, 1)

    def tell(self) -> None:
        self._shared[0] = 1

    @property
    def is_told(self) -> bool:
        return self._shared[0] == 1


@dataclass(frozen=True)
class Judgement:
    """How each thing stands, in one fixed word each."""

    words: Mapping[str, str]

    @property
    def is_ready(self) -> bool:
        return all(self.words.get(name) == OK for name in NEEDED)


class Readiness:
    """The judgement of one process, made anew when somebody asks and the last is old."""

    def __init__(
        self,
        judge: Callable[[], Mapping[str, str]],
        leaving: Leaving,
        clock: Callable[[], float] = time.monotonic,
        seconds: float = SECONDS,
    ) -> None:
        self._judge, self._leaving, self._clock, self._seconds = judge, leaving, clock, seconds
        self._lock = Lock()
        self._made_at = float("-inf")
        self._words: Mapping[str, str] = {}
        self._under_way: Event | None = None

    def now(self) -> Judgement:
        """Give how things stand. Of many who ask at once one judgement is made for all."""
        if self._leaving.is_told:
            return Judgement({"serving": "leaving"})
        with self._lock:
            if self._clock() - self._made_at < KEPT:
                return Judgement(self._words)
            if self._under_way is None:
                self._under_way = Event()
                Thread(target=self._make, args=(self._under_way,), daemon=True).start()
            made = self._under_way
        if not made.wait(self._seconds):
            return Judgement({"serving": "slow"})
        return Judgement(self._words)

    def _make(self, made: Event) -> None:
        try:
            words = {"serving": OK, **self._judge()}
        except Exception as error:
            # Whatever it was, nobody may take this node for ready; a name holds no value.
            words = {"serving": type(error).__name__}
        with self._lock:
            self._words, self._made_at, self._under_way = words, self._clock(), None
        made.set()


def judge(app: Flask) -> dict[str, str]:
    """Look at all of it. Each is a look: nothing is written, and nothing of any tip is read."""
    with app.app_context():
        words = {
            "database": _said(_database_here),
            "store": _store(),
            "keys": _said(_keys),
            "disk": OK if vault().room.takes_words else "full",
        }
        return words | ({"replica": _replica(db.replica)} if db.replica else {})


def _said(look: Callable[[Connection], str]) -> str:
    try:
        with db.get_engine(READ).connect() as connection:
            return look(connection)
    except SQLAlchemyError:
        return "away"


def _database_here(connection: Connection) -> str:
    """Tell also whether all went elsewhere (`dengshao move`): nobody can hand in here any more."""
    said = _database(connection)
    return "moved" if said == OK and is_left(connection) else said


def _replica(replica: Replica) -> str:
    """Tell how the replica was found: asked now, or by a list a few seconds ago."""
    try:
        replica.look(db.get_session(LISTS), db.reading)
    except SQLAlchemyError:
        # The primary has not answered, which is told beside this.
        return Copy.AWAY
    return replica.found


def _database(connection: Connection) -> str:
    """Tell whether the database answers, takes writes, and is of a form that we can serve."""
    if connection.dialect.name == "postgresql" and connection.scalar(_IN_RECOVERY):
        return "standby"
    form = form_of(connection, _steps())
    if form.may_serve:
        return OK
    return "newer" if form.is_unknown else "old"


@cache
def _steps() -> tuple[Step, ...]:
    return tuple(read_steps())


def _store() -> str:
    """Ask the store for an object that is never there: an answer is enough."""
    try:
        vault().blobs.size(_NOBODY, 0)
    except BlobsAway:
        return "away"
    return OK if vault().blobs.has_room(0) else "full"


def _keys(connection: Connection) -> str:
    """Tell whether this node holds the secret under which the others write.

    A node with another one would store tips under receipts that no other node finds. The end of
    the audit log is under the secret: one line of it is looked at.
    """
    found = connection.execute(_END_OF_LOG).first()
    mark = EndMark.parse(found.mark) if found else None
    if found is None or mark is None:
        return OK
    return OK if mark.proves(both(app_state())[0], found.number, found.mac) else "other"
