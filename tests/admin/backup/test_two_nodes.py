"""Two nodes on one database: each makes backups of its own, and goes on where the other died."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from admin.backup import making
from admin.backup.making import made_here
from admin.config import load_config
from admin.db import db
from admin.doctor.command import examine
from admin.doctor.findings import State
from tests.live import dispose

from .conftest import app_on


@pytest.fixture
def nodes(operator, receipt, environ, tmp_path):
    """Give the operators of both: one store of rows, two folders of data, two of backups."""
    made = []
    for name in ("a", "b"):
        folders = [tmp_path / name / kind for kind in ("data", "backups")]
        for folder in folders:
            folder.mkdir(parents=True, mode=0o700)
        secret = Path(environ["DENGSHAO_DATA"]) / "secret"
        own = environ | {
            "DENGSHAO_DATA": str(folders[0]),
            "DENGSHAO_SECRET_FILE": str(secret),
            "DENGSHAO_NODES": "2",
        }
        app = app_on(own, Path(environ["DENGSHAO_DATA"]) / "keys.yml")
        made.append(replace(operator, app=app, environ=own, folder=folders[1]))
    yield made
    for node in made:
        dispose(node.app)


@pytest.fixture
def said_of_backups(monkeypatch):
    """Run the doctor on a node; gives how its backups stand."""

    def look(node):
        for name in [name for name in os.environ if name.startswith("DENGSHAO_")]:
            monkeypatch.delenv(name)
        for name, value in node.environ.items():
            monkeypatch.setenv(name, value)
        return next(found.state for found in examine() if found.matter == "备份")

    return look


def test_each_makes_its_own_and_the_one_without_is_told(nodes, said_of_backups, empty):
    one, other = nodes
    assert [said_of_backups(node) for node in nodes] == [State.BAD, State.BAD]

    assert one.backup(one.folder).exit_code == 0
    assert [said_of_backups(node) for node in nodes] == [State.GOOD, State.BAD]
    assert made_here(Path(other.environ["DENGSHAO_DATA"])) is None

    # The first is dead: nobody has to say that the other one is to go on.
    assert other.backup(other.folder).exit_code == 0
    assert [said_of_backups(node) for node in nodes] == [State.GOOD, State.GOOD]
    (file,) = other.folder.glob("dengshao-*.age")
    done = other.restore(empty("sqlite"), file=file)
    assert done.exit_code == 0, done.output


def test_two_at_once_on_two_nodes_are_both_whole(nodes, empty, monkeypatch):
    """The lock is each node's own: one that hangs keeps no other from its backup."""
    one, other = nodes
    with other.app.app_context():
        engine = db.engine
    fill = making._fill

    def fill_while_the_other_makes_one(*arguments):
        monkeypatch.setattr(making, "_fill", fill)
        recipient = other.identity.recipient
        making.write_backup(load_config(other.environ), engine, other.file, recipient)
        return fill(*arguments)

    monkeypatch.setattr(making, "_fill", fill_while_the_other_makes_one)
    assert one.backup().exit_code == 0

    for number, node in enumerate(nodes):
        done = node.restore(empty("sqlite", f"restored-{number}"), "--without-deletions")
        assert done.exit_code == 0, done.output
