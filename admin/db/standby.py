"""Whether what is committed stands on a second server, too: asked at a start, and by the doctor."""

from enum import StrEnum
from typing import Final

from sqlalchemy import Engine, create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from ..config import Config, ConfigError
from .commits import NotKept, confirm_earlier
from .postgresql import options

_NAMES: Final = text("SHOW synchronous_standby_names")
_COMMIT: Final = text("SHOW synchronous_commit")
_WAITS: Final = ("on", "remote_apply")
_ANY_NAME: Final = "*"


class Standing(StrEnum):
    KEPT = "kept"
    """A standby confirms what is committed."""
    ALONE = "alone"
    """No standby is named: a commit waits for none."""
    LAX = "lax"
    """Commits don't wait until the standby has written them down, or not even until they are."""
    ANYONE = "anyone"
    """Any name may confirm: a copy that is just being made does so, and is no standby yet."""
    SILENT = "silent"
    """One is named, and none has confirmed in time: nothing can be taken now."""


_REFUSED: Final = {
    Standing.ALONE: "没有同步备机，主机一坏，收下的线索会丢。请设好 synchronous_standby_names",
    Standing.LAX: "提交时不等备机写完，主机一坏，收下的线索会丢。请设 synchronous_commit = on",
    Standing.SILENT: "的同步备机没有确认，现在收不进线索。请先修好备机",
}


def stand(engine: Engine) -> Standing:
    """See how a commit of PostgreSQL is kept. Makes one, of no words, to know that it is.

    Views of the server tell a user without privileges nothing of its standbys.
    """
    with Session(engine) as session:
        names, commit = session.scalar(_NAMES), session.scalar(_COMMIT)
        if commit == "off" or (names and commit not in _WAITS):
            return Standing.LAX
        if not names:
            return Standing.ALONE
        try:
            confirm_earlier(session)
            session.commit()
        except OperationalError as error:
            if not isinstance(error.orig, NotKept):
                raise
            return Standing.SILENT
        return Standing.ANYONE if _ANY_NAME in names else Standing.KEPT


def look(config: Config) -> Standing | None:
    """Do the same by an engine of its own; None on SQLite, which has no standby."""
    url = make_url(config.database_url)
    if url.get_backend_name() == "sqlite":
        return None
    engine = create_engine(**options(url))
    try:
        return stand(engine)
    finally:
        engine.dispose()


def refuse_alone(config: Config) -> None:
    """Let several nodes serve in production only where a tip that was taken outlives a server.

    Raises `ConfigError` with a sentence that says what to do.
    """
    if not config.production or config.nodes < 2:
        return
    standing = look(config)
    told = f"DENGSHAO_NODES 写了 {config.nodes} 台，"
    if standing is None:
        raise ConfigError(f"{told}SQLite 却只在一台上。请换成 PostgreSQL，或者写 1，再启动。")
    if standing in _REFUSED:
        raise ConfigError(f"{told}PostgreSQL {_REFUSED[standing]}，再启动。")
