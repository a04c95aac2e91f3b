"""A run's files lie in memory where there is room, and nothing of them stays there."""

import os
import tempfile

import pytest

from tests import in_memory


@pytest.fixture
def no_word(monkeypatch):
    """Nobody has said where temporary files are to lie; afterwards all is as it was."""
    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.delenv("TMPDIR", raising=False)


@pytest.fixture
def wide(monkeypatch, tmp_path):
    """A machine with room in memory."""
    monkeypatch.setattr(in_memory, "MEMORY", tmp_path)
    monkeypatch.setattr(in_memory, "has_room", lambda: True)


def test_temporary_files_go_to_memory_and_are_deleted_with_the_run(no_word, wide, tmp_path):
    folder = in_memory.take_memory()

    with tempfile.NamedTemporaryFile(delete=False) as file:
        assert file.name.startswith(f"{folder}/")
    assert os.environ["TMPDIR"] == folder

    in_memory.give_back(folder)

    assert list(tmp_path.iterdir()) == []
    assert "TMPDIR" not in os.environ
    assert not tempfile.gettempdir().startswith(str(tmp_path))


def test_who_names_a_folder_is_obeyed(no_word, wide, tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))

    assert in_memory.take_memory() is None
    assert os.environ["TMPDIR"] == str(tmp_path)


@pytest.mark.parametrize(("room", "free"), [(1 << 60, 0), (0, 1 << 60)])
def test_a_small_machine_keeps_them_on_its_disk(no_word, monkeypatch, room, free):
    monkeypatch.setattr(in_memory, "ROOM", room)
    monkeypatch.setattr(in_memory, "FREE", free)

    assert in_memory.take_memory() is None
    assert "TMPDIR" not in os.environ


def test_where_there_is_no_such_folder_they_stay_on_the_disk(no_word, monkeypatch, tmp_path):
    monkeypatch.setattr(in_memory, "MEMORY", tmp_path / "absent")

    assert in_memory.take_memory() is None
