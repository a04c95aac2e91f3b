"""A database of another form: what is told, and which commands alone may change it."""

import re

import click
import pytest
from click.testing import CliRunner
from sqlalchemy import NullPool, create_engine, text
from sqlalchemy.exc import OperationalError

from admin.cli import main
from admin.db import others
from admin.db.commits import NotKept
from admin.migrate import SERVES_FROM, known_revisions, migrate, read_form, read_steps
from admin.serving.opening import LETS, STOPS, plain_faults
from tests.further_steps import further_steps

NEWEST = known_revisions()[0]
OLDER = known_revisions()[1]
PRODUCTION = {
    "DENGSHAO_ENV": "production",
    "DENGSHAO_PUBLIC_HOST": "lamp.example",
    "DENGSHAO_DESK_HOST": "desk.example",
    "DENGSHAO_ALLOW_SWAP": "yes",
}


@pytest.fixture
def engine(database_url):
    # It keeps no session: it would be another program at work.
    return create_engine(database_url, poolclass=NullPool)


@pytest.fixture
def environ(environ, engine):
    """An installation whose database is empty."""
    return environ


@pytest.fixture
def type_in(environ):
    """Type a command of `dengshao`; gives what it said and how it ended."""

    def type_in(*arguments, **more):
        return CliRunner().invoke(main, [str(word) for word in arguments], env=environ | more)

    return type_in


def form(engine):
    return read_form(engine).current


COMMANDS = [
    ("backup", "copy.age", "--to", "age1pq1"),
    ("sweep",),
    ("serve",),
    ("unit", "list"),
    ("staff", "list"),
    ("audit", "verify"),
    ("keys", "apply"),
    ("move", "/dev/null"),
]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_an_older_database_is_told_and_left_as_it_is(type_in, engine, command):
    migrate(engine, OLDER)

    result = type_in(*command)

    assert result.exit_code == 1, result.output
    assert f"数据库是旧的（{OLDER}）" in result.output
    assert f"  {NEWEST}\t" in result.output
    assert "dengshao migrate，或者 dengshao serve --migrate" in result.output
    assert form(engine) == OLDER


@pytest.mark.parametrize("command", [("sweep",), ("migrate",), ("serve", "--migrate")])
def test_a_database_of_a_newer_program_is_told_and_left_as_it_is(type_in, engine, command):
    migrate(engine)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    result = type_in(*command)

    assert result.exit_code == 1, result.output
    assert "数据库（9999）比这里的程序新" in result.output
    assert form(engine) == "9999"


@pytest.fixture
def expanded(engine):
    """A database that a newer program has added to, and which lets this one go on."""
    migrate(engine)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        found = text("UPDATE setting SET value = :told WHERE name = :name")
        connection.execute(found, {"told": f"9999 {NEWEST}", "name": SERVES_FROM})


@pytest.mark.parametrize("command", [("sweep",), ("unit", "list"), ("serve",)], ids=" ".join)
def test_a_newer_database_that_lets_older_programs_go_on_is_served(
    type_in, engine, expanded, served, command
):
    result = type_in(*command)

    assert result.exit_code == 0, result.output
    assert served == [True] * (command == ("serve",))
    assert ("比这里的程序新，这里的程序还能接着收" in result.output) is bool(served)
    assert form(engine) == "9999"


WHOLE = [
    ("backup", "copy.age", "--to", "age1pq1"),
    ("move", "/dev/null"),
    ("move", "--erase", "/dev/null"),
    ("database", "roles"),
    ("migrate",),
]


@pytest.mark.parametrize("command", WHOLE, ids=" ".join)
def test_what_takes_tables_as_a_whole_waits_for_the_newer_program_all_the_same(
    type_in, engine, expanded, command
):
    result = type_in(*command)

    assert result.exit_code == 1, result.output
    assert "数据库（9999）比这里的程序新" in result.output


@pytest.mark.parametrize(
    ("before", "serves_from", "said"),
    [
        (NEWEST, NEWEST, LETS),
        (NEWEST, None, STOPS),
        (NEWEST, "further_1", STOPS),
        (OLDER, OLDER, LETS),
        (OLDER, NEWEST, STOPS),
    ],
)
def test_what_becomes_of_older_programs_is_told_before_anything_is_done(
    type_in, engine, tmp_path, before, serves_from, said
):
    migrate(engine, before)
    with further_steps(tmp_path, "pass", serves_from=[serves_from]):
        for command in (["sweep"], ["migrate"]):
            assert said in type_in(*command).output


@pytest.fixture
def another_node(engine, database):
    """A session of another node, at rest."""
    if database == "sqlite":
        pytest.skip("one node alone serves from a file")
    with engine.connect() as session:
        session.execute(text("SELECT 1"))
        session.rollback()
        yield session


@pytest.mark.parametrize("command", [("migrate",), ("serve", "--migrate")], ids=" ".join)
def test_programs_that_could_not_go_on_must_be_stopped_before_it(
    type_in, engine, another_node, tmp_path, served, monkeypatch, command
):
    monkeypatch.setattr(others, "PAUSE_SECONDS", 0.01)
    migrate(engine)
    with further_steps(tmp_path, "pass", serves_from=[None]):
        refused = type_in(*command)
        assert refused.exit_code == 1, refused.output
        assert "数据库上还有别的程序在用：1 个连接。数据库没有动。" in refused.output
        assert "请停下别的每一台服务器" in refused.output
        assert (form(engine), served) == (NEWEST, [])

        another_node.close()
        assert type_in(*command).exit_code == 0
        assert form(engine) == "further_1"


def test_programs_that_can_go_on_may_work_meanwhile(type_in, engine, another_node, tmp_path):
    migrate(engine)
    with further_steps(tmp_path, "pass", serves_from=[NEWEST]):
        assert type_in("migrate").exit_code == 0
    assert form(engine) == "further_1"


def test_migrate_says_what_it_does_and_does_it(type_in, engine):
    migrate(engine, OLDER)

    result = type_in("migrate")

    assert (result.exit_code, form(engine)) == (0, NEWEST)
    assert "升级要做 1 步" in result.output
    assert f"  {NEWEST}\t{read_steps()[-1].words}" in result.output
    assert "数据库已是最新。" in type_in("migrate").output


@pytest.mark.parametrize("revision", known_revisions())
def test_each_step_is_told_in_chinese(revision):
    (words,) = (step.words for step in read_steps() if step.revision == revision)

    assert re.fullmatch(r"[\u4e00-\u9fff，、：；（）]{4,40}", words), words


@pytest.fixture
def served(monkeypatch):
    """Let `serve` come to the point where it would answer, and no further."""
    reached = []
    monkeypatch.setattr("admin.commands.serving.run", lambda *_args, **_more: reached.append(True))
    return reached


def test_serve_migrates_where_it_was_asked_to(type_in, engine, served):
    migrate(engine, OLDER)

    assert type_in("serve", "--migrate").exit_code == 0
    assert (form(engine), served) == (NEWEST, [True])


def test_in_development_an_empty_store_is_made(type_in, engine, served):
    assert type_in("serve").exit_code == 0
    assert (form(engine), served) == (NEWEST, [True])


@pytest.mark.parametrize("command", [("demo",), ("serve", "--demo")], ids=" ".join)
def test_the_demo_brings_its_store_to_form_by_itself(type_in, engine, served, monkeypatch, command):
    monkeypatch.setattr("admin.commands.serving.make", lambda: None)
    monkeypatch.setattr("admin.commands.serving.is_demo", lambda _session: False)
    migrate(engine, OLDER)

    assert type_in(*command).exit_code == 0
    assert form(engine) == NEWEST


@pytest.mark.parametrize("command", [("serve",), ("sweep",)], ids=" ".join)
def test_in_production_an_empty_store_is_made_by_migrate_alone(type_in, engine, served, command):
    result = type_in(*command, **PRODUCTION)

    assert result.exit_code == 1, result.output
    assert "请先运行 dengshao migrate" in result.output
    assert (form(engine), served) == (None, [])
    assert type_in("migrate", **PRODUCTION).exit_code == 0
    assert form(engine) == NEWEST


AWAY = "postgresql+psycopg://u:geheim@127.0.0.1:1/none"


@pytest.mark.parametrize("command", [*COMMANDS, ("migrate",), ("doctor",)], ids=" ".join)
def test_a_database_that_is_away_is_one_sentence_and_no_traceback(type_in, command):
    result = type_in(*command, DENGSHAO_DATABASE_URL=AWAY)

    assert result.exit_code == 1, result.output
    assert isinstance(result.exception, SystemExit)
    assert "没有应答" in result.output
    assert "geheim" not in result.output
    assert "Traceback" not in result.output


def test_a_standby_that_did_not_confirm_is_one_sentence_too():
    with pytest.raises(click.ClickException, match="同步备机没有确认"), plain_faults():
        raise OperationalError("COMMIT", {}, NotKept("said nothing"))


def test_production_with_its_database_away_says_so_too(type_in):
    result = type_in("sweep", DENGSHAO_DATABASE_URL=AWAY, **PRODUCTION)

    assert result.exit_code == 1
    assert "没有应答" in result.output
    assert isinstance(result.exception, SystemExit)
