"""Connects to a PostgreSQL once, as the user who runs this, and says in one word what came of it.

Run as a program of its own: `dengshao setup` is root's, and PostgreSQL may know the service's user
alone. The address comes in by a pipe and goes out nowhere.
"""

import sys
from typing import Final

from sqlalchemy import create_engine
from sqlalchemy.exc import DBAPIError

_OLDEST: Final = 15
_SECONDS: Final = 5
_SIGNS: Final = (
    ("password", "refused"),
    ("authentication", "refused"),
    ("no pg_hba", "refused"),
    ("does not exist", "missing"),
)


def outcome(url: str) -> str:
    """Tell `ok`, `old`, `refused`, `missing` or `away`."""
    engine = create_engine(url, connect_args={"connect_timeout": _SECONDS}, hide_parameters=True)
    try:
        with engine.connect() as connection:
            version = connection.dialect.server_version_info or (0,)
    except DBAPIError as error:
        told = str(error.orig)
        return next((word for sign, word in _SIGNS if sign in told), "away")
    finally:
        engine.dispose()
    return "ok" if int(version[0]) >= _OLDEST else "old"


if __name__ == "__main__":
    sys.stdout.write(outcome(sys.stdin.read()))
