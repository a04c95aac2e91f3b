"""What /healthz and /readyz say of a node, and to whom."""

import hmac
import json
from dataclasses import replace
from functools import partial
from threading import Event, Thread

import pytest
from sqlalchemy import text
from werkzeug.test import Client
from werkzeug.wrappers import Response

from admin import create_app
from admin.audit.log import record
from admin.db import db
from admin.migrate import SERVES_FROM, known_revisions
from admin.models import Setting
from admin.serving import readiness
from admin.serving.probes import Probes
from admin.serving.readiness import Leaving, Readiness, judge
from admin.shutters.marks import OUT, Mark, State, write_mark
from admin.vault.files import room

WELL = {"ready": True, "serving": "ok"} | dict.fromkeys(("database", "store", "keys", "disk"), "ok")


@pytest.fixture
def leaving():
    return Leaving()


@pytest.fixture
def clock():
    """A clock that is moved by hand."""
    return [100.0]


@pytest.fixture
def node(app, leaving, clock):
    """The application as it is served, with both probes before it."""
    made = Readiness(partial(judge, app), leaving, lambda: clock[0])
    return Client(Probes(app.wsgi_app, made), Response)


def ready(node):
    answer = node.get("/readyz")
    words = json.loads(answer.data)
    assert (answer.status_code == 200) == words["ready"]
    return words


def later(clock):
    clock[0] += readiness.KEPT


def test_a_node_that_is_well_says_so_of_each_thing_and_asks_to_be_in_no_index(node, units):
    assert ready(node) == WELL
    for path in ("/healthz", "/readyz"):
        answer = node.get(path)
        assert answer.headers["X-Robots-Tag"] == "noindex"
        assert answer.headers["Cache-Control"] == "no-store"
    assert json.loads(node.get("/healthz").data) == {"alive": True}


@pytest.mark.table
@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_whoever_comes_through_a_proxy_is_told_nothing(node, path):
    answer = node.get(path, headers={"X-Forwarded-Proto": "https"})

    assert answer.status_code in (404, 421)
    assert b"alive" not in answer.data
    assert b"database" not in answer.data
    assert node.post(path).status_code == 405


def test_a_database_that_is_gone_is_told_within_a_second_and_the_process_still_lives(
    node, app, clock, monkeypatch
):
    assert ready(node)["ready"]
    with app.app_context():
        monkeypatch.setattr(db.get_engine("read"), "connect", gone)

    assert ready(node) == WELL
    later(clock)

    assert ready(node) == WELL | {"ready": False, "database": "away", "keys": "away"}
    assert node.get("/healthz").status_code == 200


def gone():
    raise readiness.SQLAlchemyError


def test_a_node_with_another_secret_than_the_one_that_wrote_takes_no_press(app, config, session):
    record(session, "member_joined", by="-")
    session.commit()
    other = create_app(replace(config, secret=hmac.digest(b"other", b"", "sha256")))

    assert judge(app)["keys"] == "ok"
    assert judge(other)["keys"] == "other"
    with other.app_context():
        db.dispose()


@pytest.mark.table
@pytest.mark.parametrize(
    ("revision", "line", "said"),
    [
        ("0001", None, "old"),
        ("9999", None, "newer"),
        ("9999", f"9999 {known_revisions()[0]}", "ok"),
        ("9999", "9999 9998", "newer"),
        ("9999", f"9998 {known_revisions()[0]}", "newer"),
    ],
)
def test_a_newer_form_is_served_where_the_database_says_so_and_one_that_lacks_something_is_not(
    app, session, revision, line, said
):
    session.execute(text("UPDATE alembic_version SET version_num = :to"), {"to": revision})
    session.merge(Setting(name=SERVES_FROM, value=line or ""))
    session.commit()

    assert judge(app)["database"] == said


@pytest.mark.table
@pytest.mark.parametrize(
    ("state", "said"), [(State.COPYING, "ok"), (State.CLOSED, "ok"), (State.GONE, "moved")]
)
def test_a_node_whose_database_went_elsewhere_gets_no_more_and_one_that_moves_still_does(
    node, app, session, state, said
):
    with app.app_context(), db.engine.begin() as connection:
        write_mark(connection, OUT, Mark("0" * 16, state, "elsewhere"))

    assert ready(node) == WELL | {"ready": said == "ok", "database": said}


def test_without_its_store_a_node_still_takes_words(node, app, config):
    folder = config.data / "blobs"
    folder.rmdir() if folder.is_dir() else None
    folder.write_text("a file in the place of the folder")

    words = ready(node)

    assert words["ready"]
    assert words["store"] in ("away", "full")


def test_a_node_whose_disk_is_full_says_so_and_still_shows_other_channels(
    node, monkeypatch, config, units
):
    monkeypatch.setattr(room, "WORDS", room.Least(bytes=1 << 62, inodes=0, part=1))

    assert ready(node) == WELL | {"disk": "full"}
    form = node.get("/tip/", base_url=f"http://{config.public_host}").text
    assert 'id="what"' not in form
    assert 'href="tel:110"' in form


def test_a_node_that_was_told_to_stop_says_so_at_once_while_it_still_answers(node, leaving):
    assert ready(node)["ready"]
    leaving.tell()

    assert ready(node) == {"ready": False, "serving": "leaving"}
    assert node.get("/healthz").status_code == 200


def test_of_many_who_ask_at_once_one_judges_and_nobody_waits_long(leaving):
    asked, go_on = [], Event()

    def hangs():
        asked.append(1)
        go_on.wait(30)
        return {"database": "ok", "keys": "ok", "disk": "ok"}

    slow = Readiness(hangs, leaving, seconds=0.05)
    found = []
    many = [Thread(target=lambda: found.append(slow.now())) for _ in range(20)]
    for one in many:
        one.start()
    for one in many:
        one.join()

    assert len(asked) == 1
    assert [one.words for one in found] == [{"serving": "slow"}] * 20
    go_on.set()
    assert Readiness(hangs, leaving).now().is_ready


def test_what_breaks_the_judging_itself_is_named_by_its_kind_alone(leaving):
    def breaks():
        raise ValueError("postgresql://somebody:password@host")

    assert Readiness(breaks, leaving).now().words == {"serving": "ValueError"}
