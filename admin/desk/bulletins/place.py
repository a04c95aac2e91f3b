"""Of several machines with the timer, one publishes: the first to run, until another is told to.

A text that was drawn is written as a file of one machine, and its row goes: on a machine of which
no site is built it would be lost. The folder of data says which machine this is.
"""

import secrets
from pathlib import Path
from typing import Final

from sqlalchemy import delete
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from ...models import Setting

PLACE: Final = "bulletins_place"
_FILE: Final = "bulletins-place"


def publishes_here(session: Session, data: Path) -> bool:
    """Tell whether this machine publishes; where none did, it does from now on.

    The caller commits. Raises OSError where the folder of data takes no file.
    """
    own = _own_mark(data)
    make = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    row = make.insert(Setting).values(name=PLACE, value=own)
    # Of two machines at their first turn, the second waits here for what the first made of it.
    session.execute(row.on_conflict_do_nothing(index_elements=["name"]))
    return session.get_one(Setting, PLACE, populate_existing=True).value == own


def forget_place(session: Session) -> None:
    """Let the next machine that runs be the one. The caller commits."""
    session.execute(delete(Setting).where(Setting.name == PLACE))


def _own_mark(data: Path) -> str:
    path = data / _FILE
    try:
        return path.read_text("ascii").strip()
    except FileNotFoundError:
        mark = secrets.token_hex(16)
        path.write_text(mark + "\n", "ascii")
        return mark
