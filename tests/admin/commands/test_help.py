"""`--help` of every command writes nothing and imports nothing that is slow to import."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from admin.access.roles import ROLES
from admin.cli import main
from admin.commands import people
from admin.config import make_secret

DENGSHAO = str(Path(sys.executable).with_name("dengshao"))
HEAVY = ("flask", "sqlalchemy", "alembic", "werkzeug", "jinja2", "cryptography", "gunicorn", "yaml")
ASKS = """
import sys
from admin.cli import main
for way in {ways!r}:
    try:
        main([*way, "--help"], prog_name="dengshao")
    except SystemExit as end:
        assert not end.code, way
loaded = {{name.partition(".")[0] for name in sys.modules}}
print("LOADED", sorted(loaded & set({heavy!r})))
"""


def ways(command=main, way=()):
    """Every command of the tree, as somebody types it."""
    yield list(way)
    for name, below in getattr(command, "commands", {}).items():
        yield from ways(below, (*way, name))


def asked(folder, *arguments):
    """Run Python in an empty folder, on an installation that is not there yet."""
    environ = {name: text for name, text in os.environ.items() if "DENGSHAO" not in name}
    environ |= {"DENGSHAO_DATA": str(folder / "data"), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(arguments, cwd=folder, env=environ, capture_output=True, text=True)


def test_help_of_every_command_writes_nothing_and_loads_no_library_but_clicks_own(tmp_path):
    every = list(ways())
    assert {"serve", "keys", "staff"} <= {way[0] for way in every if way}
    assert ["staff", "add"] in every

    done = asked(tmp_path, sys.executable, "-c", ASKS.format(ways=every, heavy=HEAVY))

    assert done.returncode == 0, done.stderr
    assert done.stdout.count("Usage: dengshao") == len(every)
    assert done.stdout.splitlines()[-1] == "LOADED []"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("arguments", [["--help"], ["staff", "add", "--help"]], ids=" ".join)
def test_the_installed_command_answers_too_and_writes_nothing(tmp_path, arguments):
    done = asked(tmp_path, DENGSHAO, *arguments)

    assert done.returncode == 0, done.stderr
    assert "Usage: dengshao" in done.stdout
    assert list(tmp_path.iterdir()) == []


def test_a_command_that_is_not_there_writes_nothing_either(tmp_path):
    done = asked(tmp_path, DENGSHAO, "sevre")

    assert done.returncode == 2
    assert list(tmp_path.iterdir()) == []


def test_the_choices_that_help_names_are_those_that_there_are():
    """They are written down once more, so that help need not import what knows them."""
    assert list(people.ROLES) == list(ROLES)


FLASK = [sys.executable, "-m", "flask", "--app", "admin"]


@pytest.mark.parametrize("typed", [["--help"], ["routes"]], ids=" ".join)
def test_flasks_own_command_makes_no_installation_where_there_is_none(tmp_path, typed):
    """It makes the application to look at it: that alone must write nothing."""
    done = asked(tmp_path, *FLASK, *typed)

    assert list(tmp_path.iterdir()) == []
    assert "DENGSHAO_SECRET_FILE" in done.stderr
    assert "run `dengshao secret` once" in done.stderr
    assert "Traceback" not in done.stderr
    assert (done.returncode == 0) is (typed == ["--help"])


def test_flasks_own_command_shows_the_routes_of_an_installation_and_writes_nothing(tmp_path):
    make_secret(tmp_path / "data" / "secret")

    done = asked(tmp_path, *FLASK, "routes")

    assert done.returncode == 0, done.stderr
    assert "/tip/sent" in done.stdout
    assert [path.name for path in tmp_path.rglob("*")] == ["data", "secret"]


def test_no_other_way_to_the_commands_is_named_or_given(app):
    """By `flask --app admin` even help would make the application."""
    assert app.cli.commands == {}
