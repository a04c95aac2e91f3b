"""What a database's fault means to who waits: it passes by itself, or somebody must mend it."""

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

# A standby's answer to a write; a deadlock, and a commit of which nobody knows; full, stuck, or
# stopped by the bounds of `postgresql`.
_PASSING = ("25006", "25P03", "40", "53", "55P03", "57014")


def is_away(error: Exception) -> bool:
    """Tell whether a database did not answer at all, or went away meanwhile.

    A refused statement (a full disk, a missing table) is another matter, and keeps its name.
    """
    if not isinstance(error, (OperationalError, InterfaceError)):
        return False
    # Of PostgreSQL's codes, class 08 is the connection's and 57P the server's going down; without
    # any code nobody was there to give one. SQLite's file can't be away: its driver is named so.
    code = getattr(error.orig, "sqlstate", None)
    is_sqlite = type(error.orig).__module__.startswith("sqlite3")
    return not is_sqlite and (code is None or code.startswith(("08", "57P", "28", "3D")))


def is_passing(error: Exception) -> bool:
    """Tell whether the same request may be good in a minute: away, failing over, full or stuck."""
    if isinstance(error, PoolTimeout):
        return True
    if not isinstance(error, DBAPIError):
        return False
    code = getattr(error.orig, "sqlstate", None) or ""
    return is_away(error) or code.startswith(_PASSING)
