"""Where the replica's address leads: told at a start, by doctor and at /readyz."""

from contextlib import contextmanager
from dataclasses import replace

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url

from admin.commands.running import serve
from admin.config import ConfigError, load_config
from admin.db import belonging, db, replica
from admin.db.belonging import Belonging, look, refuse_foreign
from admin.db.replica import Copy
from admin.doctor.around.gathering import look_at_versions
from admin.doctor.around.replica import MATTER, check_replica
from admin.doctor.findings import State
from admin.metrics.gathering import probe
from admin.serving.readiness import judge
from tests import databases
from tests.admin.db.replica_desk import PATIENT, PREFIX, migrated, new_node, on
from tests.databases import new_name
from tests.installations import new_installation
from tests.ports import free_port

DESK = f"{PREFIX}_desk"
WHO = text("SELECT current_user, pg_is_in_recovery()")
REPLICA_UP = "dengshao_replica_up"


@pytest.fixture(scope="module")
def environ(cluster, tmp_path_factory, confirmed_keys):
    name = new_name("m")
    url = cluster.create_database(name)
    made = new_installation(tmp_path_factory.mktemp("m"), url, confirmed_keys)
    migrated(made)
    return made | {"name": name}


@pytest.fixture(autouse=True)
def patient(monkeypatch):
    """Whoever is there answers in the end: on a busy machine not within four seconds."""
    monkeypatch.setattr(belonging, "_SECONDS", 120.0)


@pytest.fixture
def config_of(environ):
    def config_of(address, logins=PREFIX):
        settings = {"DENGSHAO_DATABASE_REPLICA": address, "DENGSHAO_DATABASE_LOGINS": logins}
        return load_config(environ | settings)

    return config_of


@contextmanager
def standby(cluster, name):
    yield cluster.replica_url(name)


@contextmanager
def behind(cluster, name):
    with cluster.replay_paused():
        databases.run(on(cluster.primary, name), "INSERT INTO setting VALUES ('a', 'b')")
        yield cluster.replica_url(name)
    databases.run(on(cluster.primary, name), "DELETE FROM setting WHERE name = 'a'")


@contextmanager
def nobody(_cluster, name):
    yield f"postgresql://postgres@127.0.0.1:{free_port()}/{name}"


@contextmanager
def the_primary(cluster, name):
    yield on(cluster.primary, name)


@contextmanager
def elsewhere(cluster, _name):
    yield cluster.replica_url("postgres")


@contextmanager
def promoted(cluster, name):
    """A standby that somebody made a primary, while there is one."""
    cluster.be_synchronous("")
    cluster.standby.promote()
    try:
        yield on(cluster.standby, name)
    finally:
        cluster.rejoin()


PLACES = {
    "a standby": (standby, Belonging.CURRENT, ""),
    "a standby that shows nothing new": (behind, Belonging.BEHIND, ""),
    "a place where nobody is": (nobody, Belonging.AWAY, ""),
    "the primary itself": (the_primary, Belonging.PRIMARY, ""),
    "another database": (elsewhere, Belonging.ELSEWHERE, "那里的数据库不是这一个"),
    "a standby that was promoted": (promoted, Belonging.WRITES, ""),
}


@pytest.mark.parametrize("name", PLACES)
def test_doctor_says_what_the_address_leads_to_and_a_start_refuses_what_is_not_ours(
    cluster, environ, config_of, monkeypatch, name
):
    place, seen, refusal = PLACES[name]
    if seen is not Belonging.BEHIND:
        monkeypatch.setattr(belonging, "_CATCH_UP_SECONDS", 60.0)
    with place(cluster, environ["name"]) as address:
        config = config_of(address)
        found = look(config)
        assert found.belonging is seen
        assert (found.behind > 0) is (seen is Belonging.BEHIND)
        assert (seen in belonging._REFUSED) is bool(refusal)
        if refusal:
            with pytest.raises(ConfigError, match=refusal):
                refuse_foreign(config)
        else:
            refuse_foreign(config)
    (said,) = check_replica(found)
    assert said.state is (State.GOOD if seen is Belonging.CURRENT else State.BAD)
    assert ("列表现在从主库读" in said.todo) is (said.state is State.BAD)


def test_a_server_of_another_cluster_is_refused(config_of, postgresql):
    config = config_of(postgresql, logins="")

    assert look(config).belonging is Belonging.STRANGER
    with pytest.raises(ConfigError, match="另一套数据库"):
        refuse_foreign(config)
    (said,) = check_replica(look(config))
    assert "另一套数据库" in said.words


def test_a_login_without_the_desks_rights_is_told_to_be_refused(cluster, environ, config_of):
    # The main login reads, and a login of another name that has no right to anything asks there.
    databases.run(cluster.primary.address, "CREATE ROLE stranger LOGIN")
    cluster.wait_for_replay()
    address = cluster.replica_url(environ["name"]).replace("postgres@", "stranger@")
    found = look(config_of(address, logins=""))

    assert found.belonging is Belonging.REFUSES
    (said,) = check_replica(found)
    assert "不让读" in said.words


@pytest.fixture
def desk_has_a_password(cluster):
    """Let both servers ask the desk's login for its password; they trust all others."""
    databases.run(cluster.primary.address, f"ALTER ROLE {DESK} PASSWORD 'of the desk'")
    before = {}
    for server in (cluster.primary, cluster.standby):
        file = server.folder / "pg_hba.conf"
        before[server] = file, file.read_text()
        file.write_text(f"host all {DESK} all scram-sha-256\n{before[server][1]}")
        server.ask("SELECT pg_reload_conf()")
    cluster.wait_for_replay()
    yield
    for server, (file, words) in before.items():
        file.write_text(words)
        server.ask("SELECT pg_reload_conf()")


@pytest.mark.parametrize("logins", [PREFIX, ""], ids=["each its own login", "one login"])
def test_the_replicas_password_may_lie_in_a_file(
    cluster, environ, config_of, node_at, tmp_path, monkeypatch, desk_has_a_password, logins
):
    monkeypatch.setattr(belonging, "_CATCH_UP_SECONDS", 60.0)
    for constant, seconds in PATIENT.items():
        monkeypatch.setattr(replica, constant, seconds)
    file = tmp_path / "pgpass"
    file.write_text(f"*:*:*:{DESK}:of the desk\n")
    file.chmod(0o600)
    address = make_url(cluster.replica_url(environ["name"])).set(username=logins or DESK)
    address = address.update_query_dict({"passfile": str(file)}).render_as_string()

    assert look(config_of(address, logins=logins)).belonging is Belonging.CURRENT
    with node_at(address, DENGSHAO_DATABASE_LOGINS=logins).app_context():
        assert db.listed(lambda session: session.execute(WHO).one()) == (DESK, True)
        assert db.replica.found is Copy.OK
    file.write_text(f"*:*:*:{DESK}:of somebody else\n")
    assert look(config_of(address, logins=logins)).belonging is Belonging.AWAY


@pytest.fixture
def node_at(environ):
    """An application of this installation whose replica lies at an address."""
    made = []

    def node_at(address, **more):
        made.append(new_node(environ | {"DENGSHAO_DATABASE_REPLICA": address} | more))
        return made[-1]

    yield node_at
    for app in made:
        with app.app_context():
            db.dispose()


def test_a_server_does_not_start_with_a_foreign_replica(node_at, postgresql):
    refused = node_at(postgresql).test_cli_runner().invoke(serve, [])

    assert refused.exit_code == 1
    assert "DENGSHAO_DATABASE_REPLICA：那是另一套数据库的备库" in refused.output


def test_doctor_tells_of_the_replica_among_what_it_asks_the_database(
    cluster, environ, node_at, monkeypatch
):
    monkeypatch.setattr(belonging, "_CATCH_UP_SECONDS", 60.0)
    app = node_at(cluster.replica_url(environ["name"]))
    with app.app_context():
        said = list(look_at_versions(db.reading, app.extensions["dengshao"].config))

    assert [one.state for one in said if one.matter == MATTER] == [State.GOOD]


def test_without_a_replica_nothing_is_said(config_of):
    config = config_of("")
    assert look(config) is None
    assert list(check_replica(None)) == []
    refuse_foreign(config)


def test_a_node_says_at_readyz_how_its_replica_stands_and_serves_without(
    cluster, environ, node_at, monkeypatch
):
    monkeypatch.setattr(replica, "ASK_SECONDS", 60.0)
    monkeypatch.setattr(replica, "CATCH_UP_SECONDS", 30.0)
    words = {}
    for place in (standby, nobody):
        with place(cluster, environ["name"]) as address:
            words[place] = judge(node_at(address))
    assert [words[one]["replica"] for one in (standby, nobody)] == ["ok", "away"]
    assert {words[one]["database"] for one in words} == {"ok"}


TOLD = {
    "a standby": 1.0,
    # How far it is would tell each minute whether anybody wrote.
    "a standby that shows nothing new": 1.0,
    "a place where nobody is": 0.0,
    "the primary itself": 0.0,
    "a standby that was promoted": 0.0,
}


@pytest.mark.parametrize("name", TOLD)
def test_a_monitor_is_told_each_minute_whether_a_standby_of_ours_answers(
    cluster, environ, config_of, name
):
    with PLACES[name][0](cluster, environ["name"]) as address:
        assert up(config_of(address)) == [TOLD[name]]


def test_a_monitor_is_told_nothing_of_a_replica_where_none_is_set_or_no_primary_answers(
    cluster, environ, config_of
):
    assert up(config_of("")) == []
    nowhere = f"postgresql+psycopg://postgres@127.0.0.1:{free_port()}/{environ['name']}"
    config = config_of(cluster.replica_url(environ["name"]))
    assert up(replace(config, database_url=nowhere)) == []


def up(config):
    told = probe(config).collect()
    return [one.value for kind in told for one in kind.samples if kind.name == REPLICA_UP]


@pytest.mark.parametrize(
    ("address", "replica_address"),
    [
        ("sqlite:///a.sqlite3", "postgresql://u:geheim@h/d"),
        ("", "postgresql://u:geheim@h/d"),
        ("postgresql+psycopg://u@h/d", "mysql://u:geheim@h/d"),
    ],
)
def test_an_address_that_can_be_no_replica_stops_the_start_and_is_not_repeated(
    environ, address, replica_address
):
    wrong = environ | {
        "DENGSHAO_DATABASE_URL": address,
        "DENGSHAO_DATABASE_REPLICA": replica_address,
    }
    with pytest.raises(ConfigError, match="DENGSHAO_DATABASE_REPLICA") as refused:
        load_config({name: value for name, value in wrong.items() if value})
    assert "geheim" not in str(refused.value)


def test_no_word_of_a_configuration_holds_the_replicas_password(config_of):
    assert "geheim" not in repr(config_of("postgresql://u:geheim@h/d"))
