"""Clients for tests: what a browser does by itself, and a test client does not."""

import os
import re
import secrets
import time
from contextlib import contextmanager, suppress

from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from admin.db import db, today
from admin.models import Member
from admin.signin import services
from admin.signin.guard import SID
from admin.web.errors import QuietFlask

# For tests that send many tips from one address: none of them is judged a flood.
WIDE_BUDGETS = {
    "DENGSHAO_TIPS_PER_MINUTE": "1000000",
    "DENGSHAO_PROVEN_PER_MINUTE": "1000000",
    "DENGSHAO_TIPS_PER_GROUP_HOUR": "1000000",
}
_TOKEN = re.compile(r'<meta name="csrf-token" content="([^"]+)">')


def open_files():
    """Give the numbers of this process's open files, each with what it leads to.

    A test compares what is new: what others left behind may be closed at any moment.
    """
    found = set()
    for number in os.listdir("/proc/self/fd"):
        with suppress(FileNotFoundError):  # The listing's own
            found.add((number, os.readlink(f"/proc/self/fd/{number}")))
    return found


class PublicClient(FlaskClient):
    """A browser on the public host, where a test names no other."""

    def open(self, *args, **kwargs):
        headers = {name.lower() for name in dict(kwargs.get("headers") or {})}
        if not ("host" in headers or "base_url" in kwargs):
            host = self.application.extensions["dengshao"].config.public_host
            kwargs["base_url"] = f"http://{host}"
        return super().open(*args, **kwargs)


# However a test makes its application: no other host is served.
QuietFlask.test_client_class = PublicClient


def csrf_token(client, base_url):
    """Make the token that the pages of this session carry, without asking for one of them."""
    with client.session_transaction("/desk/", base_url=base_url) as session:
        kept = session.setdefault("csrf_token", secrets.token_hex(20))
    return URLSafeTimedSerializer(client.application.secret_key, salt="wtf-csrf-token").dumps(kept)


class DeskClient(FlaskClient):
    """A browser on the desk's host; with a token of its session where it is asked for one."""

    def open(self, *args, **kwargs):
        kwargs.setdefault("base_url", self._base)
        return super().open(*args, **kwargs)

    @property
    def _base(self):
        return f"http://{self.application.extensions['dengshao'].config.desk_host}"

    def token(self, page=None):
        """Make the CSRF token of this session, or read it off a page as the scripts do."""
        if page is None:
            return csrf_token(self, self._base)
        answer = self.get(page, follow_redirects=True)
        return _TOKEN.search(answer.text)[1]

    def ask(self, path, **kwargs):
        """GET as the scripts do."""
        return self.get(path, headers={"Accept": "application/json"}, **kwargs)

    def send(self, path, body=None, **kwargs):
        """POST JSON as the scripts do, with the token of this session."""
        headers = {"Accept": "application/json", "X-CSRFToken": self.token()}
        return self.post(path, json=body or {}, headers=headers, **kwargs)

    def enter(self, member_id):
        """Open a session for a member without passphrase and code: for tests of other rooms."""
        with self.application.app_context():
            member = db.session.get_one(services.Member, member_id)
            token = services.open_session(
                db.session, member, now=int(time.time()), old=None, is_verified=True
            )
            db.session.commit()
        with self.session_transaction("/desk/", base_url=self._base) as session:
            session[SID] = token
        return self


def desk_client(app):
    """A visitor of the desk's host, not signed in."""
    app.test_client_class = DeskClient
    return app.test_client()


@contextmanager
def asked_of_tips(session):
    """Note what a session asks the table of tips meanwhile, as (statement, parameters)."""
    with asked_of("tip", session) as asked:
        yield asked


@contextmanager
def asked_of(table, session):
    """Note what a session asks a table meanwhile, as (statement, parameters)."""
    asked = []

    def note(_connection, _cursor, statement, parameters, *_rest):
        if f" {table}" in statement and not statement.startswith("INSERT"):
            asked.append((statement, parameters))

    event.listen(session.get_bind(), "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(session.get_bind(), "before_cursor_execute", note)


def plan_of(session, statement, parameters):
    """Let the database tell by which indexes it would answer."""
    connection = session.connection()
    is_sqlite = connection.dialect.name == "sqlite"
    if not is_sqlite:
        # An empty table is read whole, whatever indexes it has.
        connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        connection.exec_driver_sql("SET LOCAL enable_bitmapscan = off")
    explain = "EXPLAIN QUERY PLAN" if is_sqlite else "EXPLAIN"
    rows = connection.exec_driver_sql(f"{explain} {statement}", parameters)
    return "\n".join(str(row) for row in rows)


def add_bare_member(session, name="ada", unit_id="police", roles=("analyst",), **more):
    """Add a member who is only named: nobody signs in by the row, and its keys open nothing."""
    member = Member(
        name=name,
        unit_id=unit_id,
        roles=list(roles),
        recipient="age1pq1",
        salt=b"s" * 16,
        auth_hash=b"h" * 32,
        sealed_identity=b"",
        **{"made_on": today()} | more,
    )
    session.add(member)
    session.flush()
    return member


class Loads:
    """Gives what was made of the number of times that it was asked; `is_away`: fails instead."""

    def __init__(self, make):
        self.asked, self.is_away = 0, False
        self._make = make

    def __call__(self):
        self.asked += 1
        if self.is_away:
            raise OperationalError("", {}, Exception())
        return self._make(self.asked)


def stands_in_store(path, words):
    """Tell whether bytes stand in SQLite's file, its journal, or what else lies beside it."""
    return any(words in one.read_bytes() for one in path.parent.glob(f"{path.name}*"))
