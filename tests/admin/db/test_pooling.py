"""A pooler that does not leave each connection its session is found, whatever it does with them.

Here are poolers of ours before a real PostgreSQL; a real PgBouncer is in test_pgbouncer.
"""

import re
from collections import deque
from contextlib import contextmanager
from dataclasses import replace
from types import SimpleNamespace

import pytest
from sqlalchemy import NullPool, create_engine

from admin.commands.running import serve
from admin.config import ROOT, ConfigError, Env
from admin.db import db, pooling
from admin.db.pooling import REFUSED, Pooling, look, look_by, refuse_shared
from admin.doctor.around.gathering import look_at_versions
from admin.doctor.around.pooling import MATTER, check_pooling
from admin.doctor.findings import State
from tests.cluster.pooler import AS_THE_PAGE_SAYS
from tests.databases import driver_url

PAGE = (ROOT / "content" / "about" / "operating-postgresql.md").read_text("utf-8")


class Pooler:
    """Real sessions, which it lends: to each who comes one, cleared at the end.

    Like any pooler it calls itself by a number that is no session's.
    """

    def __init__(self, engine):
        self.engine = engine
        self.free, self.made = deque(), []

    @contextmanager
    def connect(self):
        lent = Lent(self)
        yield lent
        self.end(lent)

    def session(self):
        if not self.free:
            self.made.append(self.engine.connect())
            self.free.append(self.made[-1])
        return self.free.pop()

    def begin(self, lent):
        lent.session = lent.session or self.session()
        return lent.session

    def done(self, lent):
        pass

    def end(self, lent):
        lent.session.exec_driver_sql("SELECT pg_advisory_unlock_all()")
        self.free.append(lent.session)

    def close(self):
        for session in self.made:
            session.close()


class Lent:
    def __init__(self, pooler):
        self.session, self._pooler = None, pooler
        self.connection = SimpleNamespace(
            driver_connection=SimpleNamespace(info=SimpleNamespace(backend_pid=1))
        )

    def scalar(self, *asked):
        answer = self._pooler.begin(self).scalar(*asked)
        self._pooler.done(self)
        return answer

    execute = scalar


class OfATransaction(Pooler):
    """Lends a session for a transaction: the one that was free last."""

    def done(self, lent):
        self.free.append(lent.session)
        lent.session = None

    def end(self, lent):
        pass


class InTurns(OfATransaction):
    """Lends the one that was not used for longest, of several."""

    def __init__(self, engine):
        super().__init__(engine)
        self.made = [engine.connect() for _ in range(3)]
        self.free.extend(self.made)

    def session(self):
        return self.free.popleft()


class ByLuck(OfATransaction):
    """Always lends to each what it had before: others are busy with the rest."""

    def done(self, lent):
        pass


class ClearedEachTime(ByLuck):
    """As by luck, and clears a session after each transaction."""

    def done(self, lent):
        lent.session.exec_driver_sql("SELECT pg_advisory_unlock_all()")


class Uncleared(Pooler):
    """Lends a session to one after the other, as it was left."""

    def end(self, lent):
        self.free.append(lent.session)


class SwappedLate(Pooler):
    """Lends each a session, and the first another one once the second has gone."""

    def begin(self, lent):
        if self.free and lent.session is not None:
            self.end(lent)
            lent.session = self.free.popleft()
        return super().begin(lent)


POOLERS = [
    (Pooler, Pooling.KEPT),
    (OfATransaction, Pooling.SHARED),
    (InTurns, Pooling.SHARED),
    (ClearedEachTime, Pooling.SHARED),
    (SwappedLate, Pooling.SHARED),
    (ByLuck, Pooling.LEFT),
    (Uncleared, Pooling.LEFT),
]


@pytest.fixture
def engine(postgresql):
    return create_engine(driver_url(postgresql), poolclass=NullPool, isolation_level="AUTOCOMMIT")


@pytest.mark.parametrize(("kind", "found"), POOLERS, ids=lambda one: getattr(one, "__name__", one))
def test_each_way_to_lend_sessions_is_told_from_the_others(engine, monkeypatch, kind, found):
    monkeypatch.setattr(pooling, "END_SECONDS", 0.2 if found is Pooling.LEFT else 60.0)
    pooler = kind(engine)
    try:
        assert look_by(pooler) is found
    finally:
        pooler.close()


def test_a_pooler_before_each_of_several_servers_is_told(engine):
    pooler = Pooler(engine)
    try:
        assert look_by(pooler, is_many=True) is Pooling.BLIND
    finally:
        pooler.close()


def test_the_server_itself_is_told_from_a_pooler_and_sqlite_has_none(engine, postgresql):
    assert look_by(engine) is look_by(engine, is_many=True) is Pooling.NONE
    url = driver_url(postgresql).render_as_string(hide_password=False)
    assert look(SimpleNamespace(database_url=url)) is Pooling.NONE
    assert look(SimpleNamespace(database_url="sqlite:////tmp/no.sqlite3")) is None


@pytest.mark.parametrize("found", [None, *Pooling])
def test_production_refuses_and_doctor_says_what_to_do(config, monkeypatch, found):
    monkeypatch.setattr(pooling, "look", lambda _config: found)
    refuse_shared(config)
    production = replace(config, env=Env.PRODUCTION)
    said = list(check_pooling(found))
    if found in REFUSED:
        with pytest.raises(ConfigError, match=REFUSED[found][1]):
            refuse_shared(production)
        assert REFUSED[found][1] in said[0].todo
    else:
        refuse_shared(production)
    bad = [State.BAD] if found in REFUSED else [State.GOOD] if found else []
    assert [one.state for one in said] == bad


def test_a_server_does_not_start_and_doctor_tells(app, monkeypatch):
    monkeypatch.setattr(pooling, "look", lambda _config: Pooling.SHARED)
    state = app.extensions["dengshao"]
    with app.app_context():
        said = [one for one in look_at_versions(db.reading, state.config) if one.matter == MATTER]
        db.reading.close()
    monkeypatch.setattr(state, "config", replace(state.config, env=Env.PRODUCTION))

    refused = app.test_cli_runner().invoke(serve, [])

    assert [one.state for one in said] == [State.BAD]
    assert refused.exit_code == 1
    assert "数据库前面有连接池" in refused.output
    assert "pool_mode" in refused.output


def test_the_page_names_the_settings_that_were_tried():
    block = re.search(r"```\n(pool_mode.*?)```", PAGE, re.S)[1]
    assert dict(line.split(" = ") for line in block.splitlines()) == AS_THE_PAGE_SAYS
