"""The desk's lists from a standby: never older than the question, and from the primary else."""

import socket
from contextlib import contextmanager

import pytest
from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.exc import DBAPIError

from admin.audit.log import record
from admin.db import db, replica, today
from admin.db.replica import Copy
from admin.models import Decision, Member, Message, Tip, TipLabel, TipReader
from admin.tip.status import TipStatus
from tests import databases
from tests.admin.db.replica_desk import (
    PATIENT,
    PREFIX,
    Asked,
    Desk,
    change_tip,
    close,
    migrated,
    on,
    recuse,
)
from tests.databases import new_name
from tests.installations import new_installation
from tests.ports import free_port

HEADS = ("/desk/", "/desk/pulse.json", "/desk/backlog/", "/desk/counts/workload/")


@pytest.fixture(scope="module")
def template(cluster, tmp_path_factory, confirmed_keys):
    """A database of the cluster in its newest form."""
    name = new_name("m")
    migrated(
        new_installation(
            tmp_path_factory.mktemp("m"), cluster.create_database(name), confirmed_keys
        )
    )
    return name


@pytest.fixture
def desk(request, cluster, template, tmp_path, confirmed_keys, unit_secrets):
    name = new_name("t")
    url = cluster.create_database(name, template)
    environ = new_installation(tmp_path, url, confirmed_keys)
    logins = getattr(request, "param", PREFIX)
    made = Desk(environ | {"DENGSHAO_DATABASE_LOGINS": logins}, cluster, name)
    made.template = template
    made.open(unit_secrets)
    yield made
    close(made.app)


@pytest.fixture
def members(desk):
    with desk.app.app_context():
        return dict(db.reading.execute(select(Member.name, Member.id)).all())


@pytest.fixture
def patient(monkeypatch):
    for name, seconds in PATIENT.items():
        monkeypatch.setattr(replica, name, seconds)


@pytest.fixture
def restless(monkeypatch):
    """No replica is left alone: each list asks it anew, and waits for what a busy machine does."""
    monkeypatch.setattr(replica, "REST_SECONDS", 0.0)
    monkeypatch.setattr(replica, "ASK_SECONDS", 60.0)


def found(app):
    with app.app_context():
        return db.replica.found


@pytest.mark.parametrize("desk", ["", PREFIX], ids=["one login", "a login for each"], indirect=True)
@pytest.mark.parametrize("path", HEADS)
def test_a_list_is_read_at_the_replica_for_one_statement_at_the_primary(
    desk, members, patient, path
):
    tip = desk.tip()
    with desk.another(DENGSHAO_DATABASE_REPLICA="") as plain:
        client, by_itself = desk.enter(members["head"], plain), Asked(plain)
        alone = by_itself.get(client, path)
    client, asked = desk.enter(members["head"]), Asked(desk.app)
    client.get(path)
    page = asked.get(client, path)

    assert page.status_code == 200
    assert (tip.reference in page.text) == (tip.reference in alone.text) == (path == "/desk/")
    assert len(asked.lists_there) == len(by_itself.lists_here) > 0
    assert asked.lists_here == []
    moved = len(asked.there) - 1
    assert len(asked.here) == len(by_itself.here) - moved + 1


def test_where_no_replica_is_configured_there_is_no_engine_for_it(desk):
    with desk.another(DENGSHAO_DATABASE_REPLICA="") as plain, plain.app_context():
        assert replica.LISTS not in db.engines
        assert db.replica is None
        assert db.listed(lambda session: session is db.reading)


def claim(desk, tip, members):
    client = desk.enter(members["ada"])
    headers = {"Accept": "application/json", "X-CSRFToken": client.token()}
    answer = client.post(f"/desk/tips/{tip.reference}/claim", data={"version": 1}, headers=headers)
    assert answer.status_code in (200, 303), answer.text


def in_one_commit(change):
    def made(desk, tip, members):
        with desk.app.app_context():
            change(db.session, tip, members)
            db.session.commit()

    return made


def forget(session, tip, _members):
    for table in (TipReader, Decision, Message):
        session.execute(delete(table).where(table.tip_id == tip.id))
    session.execute(delete(Tip).where(Tip.id == tip.id))


def label(session, tip, _members):
    session.execute(insert(TipLabel).values(tip_id=tip.id, label="on_site", unit_id="police"))


def change_member(name, **values):
    def change(session, _tip, members):
        session.execute(update(Member).where(Member.id == members[name]).values(values))

    return change


PURGED = {"status": TipStatus.PURGED, "is_open": False, "sealed": None, "label": None}
# What is written at the primary while the standby shows nothing of it; the page; whether the tip is
# on it.
MOVES = {
    "the member has no part in it any more": (in_one_commit(recuse), "/desk/", False),
    "nor finds it by its reference": (in_one_commit(recuse), "/desk/?reference={}", False),
    "it goes to another unit": (in_one_commit(change_tip(unit_id="drugs")), "/desk/", False),
    "its words are purged": (in_one_commit(change_tip(**PURGED)), "/desk/", False),
    "it is deleted": (in_one_commit(forget), "/desk/", False),
    "the member takes it": (claim, "/desk/?lane=mine", True),
    "it is no more free": (claim, "/desk/?lane=free", False),
    "it gets a label": (in_one_commit(label), "/desk/?label=on_site", True),
    "it stands elsewhere": (
        in_one_commit(change_tip(status=TipStatus.QUESTION)),
        "/desk/?lane=question",
        True,
    ),
    "the member goes to another unit": (
        in_one_commit(change_member("ada", unit_id="drugs")),
        "/desk/",
        False,
    ),
}


@pytest.mark.parametrize("name", MOVES)
def test_no_list_shows_what_was_before_the_last_commit(
    desk, members, cluster, restless, monkeypatch, name
):
    move, path, is_shown = MOVES[name]
    tip = desk.tip()
    asked, path = Asked(desk.app), path.format(tip.reference)
    with cluster.replay_paused():
        move(desk, tip, members)
        client = desk.enter(members["ada"])
        page = asked.get(client, path)
        assert (page.status_code, found(desk.app)) == (200, Copy.BEHIND)
        assert asked.lists_there == []
        assert (f"/tips/{tip.reference}" in page.text) is is_shown
    for constant, seconds in PATIENT.items():
        monkeypatch.setattr(replica, constant, seconds)

    later = asked.get(client, path)
    assert asked.lists_here == []
    assert asked.lists_there
    assert (f"/tips/{tip.reference}" in later.text) is is_shown


def test_a_tip_that_comes_is_shown_and_counted_at_once(desk, members, cluster, restless):
    with cluster.replay_paused():
        before = desk.enter(members["ada"]).ask("/desk/pulse.json").json
        tip = desk.tip()
        client = desk.enter(members["ada"])
        after = client.ask("/desk/pulse.json").json
        assert tip.reference in client.get("/desk/").text
    assert before["mark"] != after["mark"]
    assert before["counts"]["free"].strip() == "0"
    assert after["counts"]["free"].strip() == "1"


# Who may see no list any more is asked of the primary, before any list.
SHUT_OUT = {
    "suspended": (change_member("ada", suspended_on=today()), "/desk/", 302),
    "with another role": (
        change_member("ada", roles=["auditor"], unit_id=None),
        "/desk/pulse.json",
        403,
    ),
}


@pytest.mark.parametrize("name", SHUT_OUT)
def test_who_was_shut_out_a_moment_ago_sees_no_list(desk, members, cluster, restless, name):
    change, path, status = SHUT_OUT[name]
    desk.tip()
    client = desk.enter(members["ada"])
    assert client.get(path).status_code == 200
    asked = Asked(desk.app)
    with cluster.replay_paused():
        in_one_commit(change)(desk, None, members)
        assert asked.get(client, path).status_code == status
    assert asked.there == []


def test_another_node_finds_the_claim_that_was_made_at_the_first(desk, members, cluster, restless):
    tip = desk.tip()
    with desk.another() as other, cluster.replay_paused():
        claim(desk, tip, members)
        page = desk.enter(members["ada"], other).get("/desk/?lane=mine")
    assert tip.reference in page.text


@contextmanager
def mute(_desk):
    """A place that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"postgresql://postgres@127.0.0.1:{server.getsockname()[1]}/postgres"


@contextmanager
def nobody(_desk):
    yield f"postgresql://postgres@127.0.0.1:{free_port()}/postgres"


@contextmanager
def unknown(desk):
    yield desk.cluster.replica_url("nothing_of_that_name")


@contextmanager
def empty(desk):
    yield desk.cluster.replica_url("postgres")


@contextmanager
def the_primary(desk):
    yield on(desk.cluster.primary, desk.name)


@contextmanager
def of_others(desk):
    """Another installation's database, of the same servers."""
    other = new_name("t")
    desk.cluster.create_database(other, desk.template)
    databases.run(
        on(desk.cluster.primary, other), "UPDATE setting SET value = 'f' WHERE name = 'site_id'"
    )
    desk.cluster.wait_for_replay()
    yield desk.cluster.replica_url(other)


@contextmanager
def parted(desk):
    """A copy of our own database, of before staff did something here."""
    other = new_name("t")
    desk.cluster.create_database(other, desk.template)
    with desk.app.app_context():
        record(db.session, "signed_in", by="ada")
        db.session.commit()
    desk.cluster.wait_for_replay()
    yield desk.cluster.replica_url(other)


NO_REPLICA = {
    "a place that says nothing": (mute, Copy.AWAY),
    "a place where nobody is": (nobody, Copy.AWAY),
    "without such a database": (unknown, Copy.AWAY),
    "without our tables": (empty, Copy.AWAY),
    "the primary itself": (the_primary, Copy.AWAY),
    "another installation's": (of_others, Copy.OTHER),
    "a copy that has gone another way": (parted, Copy.OTHER),
}


@pytest.mark.parametrize("name", NO_REPLICA)
def test_a_replica_that_is_none_costs_one_list_a_moment_and_the_next_nothing(
    desk, members, monkeypatch, name
):
    place, seen = NO_REPLICA[name]
    # However long it takes to come to the next list.
    monkeypatch.setattr(replica, "REST_SECONDS", 3600.0)
    if seen is Copy.OTHER:
        monkeypatch.setattr(replica, "ASK_SECONDS", 60.0)
        monkeypatch.setattr(replica, "CATCH_UP_SECONDS", 30.0)
    tip = desk.tip()
    with place(desk) as address, desk.another(DENGSHAO_DATABASE_REPLICA=address) as node:
        client, asked = desk.enter(members["ada"], node), Asked(node)
        first = client.get("/desk/")
        assert (first.status_code, found(node)) == (200, seen)
        second = asked.get(client, "/desk/")
        with node.app_context():
            assert db.get_engine(replica.LISTS).pool.checkedout() == 0
    assert asked.there == []
    assert len(asked.here) == 4
    assert tip.reference in first.text
    assert tip.reference in second.text


@contextmanager
def stopped(server):
    server.pause()
    try:
        yield
    finally:
        server.resume()


def test_a_replica_that_stops_with_lines_open_is_left_and_found_again(
    desk, members, cluster, monkeypatch
):
    monkeypatch.setattr(replica, "REST_SECONDS", 0.0)
    desk.tip()
    client, asked = desk.enter(members["ada"]), Asked(desk.app)
    with monkeypatch.context() as patient:
        for constant, seconds in PATIENT.items():
            patient.setattr(replica, constant, seconds)
        client.get("/desk/")
    assert found(desk.app) is Copy.OK
    with stopped(cluster.standby):
        assert client.get("/desk/").status_code == 200
        assert found(desk.app) is Copy.AWAY
    for constant, seconds in PATIENT.items():
        monkeypatch.setattr(replica, constant, seconds)
    asked.get(client, "/desk/")
    assert (found(desk.app), asked.lists_here) == (Copy.OK, [])


def test_after_a_failover_lists_follow_and_the_joined_standby_is_read_again(
    desk, members, cluster, restless, patient
):
    tip = desk.tip()
    client, asked = desk.enter(members["ada"]), Asked(desk.app)
    assert tip.reference in asked.get(client, "/desk/").text
    cluster.kill_primary()
    cluster.promote()
    cluster.be_synchronous("")
    alone = asked.get(client, "/desk/")
    assert (alone.status_code, asked.lists_there) == (200, [])
    cluster.rejoin()
    page = asked.get(client, "/desk/")

    assert tip.reference in page.text
    assert (found(desk.app), asked.lists_here) == (Copy.OK, [])


def test_where_the_primary_is_a_standby_itself_lists_are_read_there(desk, cluster, restless):
    address = f"postgresql+psycopg{on(cluster.standby, desk.name).removeprefix('postgresql')}"
    with desk.another(DENGSHAO_DATABASE_URL=address) as node, node.app_context():
        assert db.listed(lambda session: session is db.reading)
        assert db.replica.found is Copy.BEHIND


# On the standby alone they take longer than a list may, or end with an error.
FAULTS = {
    "longer than a list may take": "pg_sleep(60)::text",
    "ended because the standby must go on": "(1 / (length(version()) * 0))::text",
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_a_list_that_fails_there_is_read_here(desk, cluster, monkeypatch, fault):
    monkeypatch.setattr(replica, "ASK_SECONDS", 60.0)
    monkeypatch.setattr(replica, "CATCH_UP_SECONDS", 30.0)
    statement = text(f"SELECT CASE WHEN pg_is_in_recovery() THEN {fault} ELSE 'here' END")
    with desk.app.app_context():
        assert db.listed(lambda session: session.scalar(statement)) == "here"
        assert db.replica.found is Copy.AWAY
        assert db.get_engine(replica.LISTS).pool.checkedout() == 0


def test_a_fault_of_the_list_itself_is_not_hidden(desk):
    with desk.app.app_context(), pytest.raises(DBAPIError, match="no_such_table"):
        db.listed(lambda session: session.scalar(text("SELECT 1 FROM no_such_table")))
