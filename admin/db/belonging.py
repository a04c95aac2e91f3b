"""Whether the replica's address leads to a standby of this very database: at a start, by doctor."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Row, create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from ..config import Config, ConfigError
from . import replica
from .bounded import be_bounded, within
from .faults import is_away
from .postgresql import options
from .replica import Copy, compare, read_end

_SECONDS: Final = 4.0
_CATCH_UP_SECONDS = 2.0
_WHO: Final = text(
    "SELECT (SELECT system_identifier FROM pg_control_system()) AS cluster,"
    " current_database() AS database, pg_is_in_recovery() AS is_standby,"
    " pg_postmaster_start_time() AS started"
)
_BEHIND: Final = text(
    "SELECT pg_wal_lsn_diff(CAST(:place AS pg_lsn), pg_last_wal_replay_lsn())::bigint"
)


class Belonging(StrEnum):
    CURRENT = "current"
    """A standby of this database that has all of it."""
    BEHIND = "behind"
    """A standby that is so far behind that lists are read at the primary."""
    AWAY = "away"
    """It does not answer."""
    REFUSES = "refuses"
    """It answers, and lets the desk's login read nothing."""
    PRIMARY = "primary"
    """The very server to which all is written."""
    WRITES = "writes"
    """A server that was a copy of ours, and takes writes of its own."""
    STRANGER = "stranger"
    """Another cluster's."""
    ELSEWHERE = "elsewhere"
    """Our cluster's, but another database of it, or one with another audit log."""


@dataclass(frozen=True)
class Seen:
    """Where the address leads."""

    belonging: Belonging
    behind: int = 0
    """Bytes of the journal that it has not replayed, where it is behind."""

    @property
    def is_standby(self) -> bool:
        """Whether a standby of ours answers, behind or not."""
        return self.belonging in (Belonging.CURRENT, Belonging.BEHIND)


_REFUSED: Final = {
    Belonging.STRANGER: "那是另一套数据库的备库，给人看的会是别处的线索",
    Belonging.ELSEWHERE: "那里的数据库不是这一个",
}


def look(config: Config) -> Seen | None:
    """See where the address leads; None where none is set. Bounded at the replica's side."""
    if not config.database_replica:
        return None
    with (
        _asking(options(make_url(config.database_url))) as primary,
        # Whatever answers, to say what it is.
        _asking(replica.options(config, target="prefer-standby")) as there,
    ):
        ours = _who(primary)
        try:
            with within(_SECONDS):
                return _held(primary, there, ours, _who(there))
        except SQLAlchemyError as error:
            return Seen(Belonging.AWAY if is_away(error) else Belonging.REFUSES)


def _held(primary: Session, there: Session, ours: Row[Any], found: Row[Any]) -> Seen:
    if found.cluster != ours.cluster:
        return Seen(Belonging.STRANGER)
    if found.started == ours.started:
        return Seen(Belonging.PRIMARY)
    if not found.is_standby:
        return Seen(Belonging.WRITES)
    if found.database != ours.database:
        return Seen(Belonging.ELSEWHERE)
    end = read_end(primary)
    seen = compare(there, end, seconds=_CATCH_UP_SECONDS)
    if seen is Copy.BEHIND:
        behind = there.execute(_BEHIND, {"place": end.place}).scalar_one()
        return Seen(Belonging.BEHIND, behind or 0)
    return Seen(Belonging.CURRENT if seen is Copy.OK else Belonging.ELSEWHERE)


def _who(session: Session) -> Row[Any]:
    return session.execute(_WHO).one()


@contextmanager
def _asking(made: dict[str, Any]) -> Iterator[Session]:
    engine = create_engine(**made)
    be_bounded(engine)
    try:
        with Session(engine) as session:
            yield session
    finally:
        engine.dispose()


def refuse_foreign(config: Config) -> None:
    """Stop a start whose replica is somebody else's. Raises `ConfigError` with a sentence.

    One that is away or behind is no reason not to serve, and neither is one that was promoted:
    after a failover nodes must start. Their lists are read at the primary.
    """
    seen = look(config)
    if seen and seen.belonging in _REFUSED:
        told = _REFUSED[seen.belonging]
        raise ConfigError(f"DENGSHAO_DATABASE_REPLICA：{told}。请改成本库备机的地址，再启动。")
