"""Names who leaves a connection to a database open, at the end of the file of tests that did.

Python 3.13 warns of an SQLite connection that nobody closed when its garbage is collected: that
fails whichever test runs then. Python 3.11 and 3.12 say nothing at all. Here each connection is
noted as it is made, with the test and the lines that made it, so that no garbage need be collected.
"""

import os
import sqlite3
import sys
from contextlib import suppress

import psycopg

from admin.config import ROOT
from admin.db.bounded import Bounded

_opened = []


def watch():
    """Note every connection that this process makes from now on, through SQLAlchemy or not."""
    sqlite3.connect = sqlite3.dbapi2.connect = _noted(sqlite3.connect)
    psycopg.connect = _noted(psycopg.connect)
    Bounded.connect = _noted(Bounded.connect)


def _noted(connect):
    def connect_noted(*args, **kwargs):
        connection = connect(*args, **kwargs)
        _opened.append((connection, f"{os.environ.get('PYTEST_CURRENT_TEST')}, {_lines()}"))
        return connection

    return connect_noted


def _lines():
    """Tell which of our own lines led here, the last one first."""
    frame, found = sys._getframe(2), []
    while frame is not None and len(found) < 4:
        name = frame.f_code.co_filename
        if name.startswith((f"{ROOT}/admin/", f"{ROOT}/tests/")):
            found.append(f"{os.path.relpath(name, ROOT)}:{frame.f_lineno}")
        frame = frame.f_back
    return " < ".join(found)


def forget_closed():
    _opened[:] = [(connection, who) for connection, who in _opened if _is_open(connection)]


def take_left_open():
    """Close what is still open; tells who made each."""
    forget_closed()
    left = [who for _, who in _opened]
    for connection, _ in _opened:
        with suppress(sqlite3.ProgrammingError):  # Of another thread: only that one may close it.
            connection.close()
    _opened.clear()
    return left


def _is_open(connection):
    if not isinstance(connection, sqlite3.Connection):
        return not connection.closed
    try:
        connection.total_changes  # noqa: B018 (told to every thread, unlike most else)
    except sqlite3.ProgrammingError:
        return False
    return True
