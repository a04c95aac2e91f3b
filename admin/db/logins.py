"""As whom this program asks PostgreSQL: each package as a login that may do what it needs.

Logins, not roles that one login takes on: `SET ROLE` and `set_config('role', …)` are open to
whoever slips a statement of their own into a query, and none of these is a member of another.
"""

import enum
from typing import Final

from sqlalchemy import URL


class Login(enum.StrEnum):
    """Who asks; the value is the end of the login's name."""

    WORK = ""
    """The sweep, letters, commands, the backup: what no visitor drives."""
    INTAKE = "intake"
    MAILBOX = "mailbox"
    DESK = "desk"
    COUNTS = "counts"
    PAYING = "paying"

    def named(self, prefix: str) -> str:
        return f"{prefix}_{self}" if self else prefix

    def engine(self, name: str) -> str:
        """Name the engine of this login beside one of the main login's."""
        return f"{self} {name}" if self else name


_OF_MODULE: Final = (
    ("admin.intake", Login.INTAKE),
    ("admin.web", Login.INTAKE),
    ("admin.mailbox", Login.MAILBOX),
    # A head's own queue is made of tips' covers.
    ("admin.counts.workload", Login.DESK),
    ("admin.counts", Login.COUNTS),
    ("admin.rewards", Login.PAYING),
)
POOL: Final = {"pool_size": 3, "max_overflow": 17}
"""Of each login: of the threads of a process most are at one of them, and few rest."""


def of_module(name: str) -> Login:
    """Tell as whom the views of a module ask."""
    for start, login in _OF_MODULE:
        if name == start or name.startswith(f"{start}."):
            return login
    return Login.DESK


def is_desk_path(path: str) -> bool:
    """Tell whether an address is the desk's, one too that leads nowhere: its page knows members."""
    return path == "/desk" or path.startswith("/desk/")


def address(url: URL, prefix: str, login: Login) -> URL:
    """Give a login's address: that of the setting, password and all, under its name."""
    return url.set(username=login.named(prefix))
