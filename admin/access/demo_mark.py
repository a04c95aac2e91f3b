"""The mark of a demo: its passphrases lie in a file, so production must never run on it."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..config import Config, ConfigError
from ..models import Setting

_NAME = "demo"


def mark_demo(session: Session) -> None:
    """Write down, for good, that this store was filled by the demo. The caller commits."""
    session.merge(Setting(name=_NAME, value="yes"))
    session.flush()


def is_demo(session: Session) -> bool:
    query = select(Setting.value).where(Setting.name == _NAME)
    return session.execute(query).scalar_one_or_none() == "yes"


def refuse_demo(session: Session, config: Config) -> None:
    """Stop a production start on a store that the demo filled. Raises `ConfigError`."""
    if config.production and is_demo(session):
        raise ConfigError(
            "This store holds the demo's members, whose passphrases lie in a file: "
            "start production on an empty DENGSHAO_DATABASE_URL."
        )
