"""`dengshao clean`: a clean copy beside the file, and a line in the log; nothing else changes."""

import hashlib
import json
import stat

import pytest
from click.testing import CliRunner

from admin.cleaning import can_clean, sandbox, sniff
from admin.cleaning.commands import LOG
from admin.cli import main
from admin.commands.texts import clean as clean_command
from tests.admin.cleaning.conftest import needs
from tests.admin.cleaning.traces import traces
from tests.evidence_files import film_mp4, half_film, pdf_with_author, photo_with_gps

here = pytest.mark.skipif(not can_clean(), reason="no bubblewrap on this machine")


def typed(*arguments):
    return CliRunner().invoke(clean_command, [str(word) for word in arguments])


@pytest.fixture
def photo(tmp_path):
    path = tmp_path / "IMG_2019.JPG"
    path.write_bytes(photo_with_gps())
    return path


def sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def log_of(folder):
    return [json.loads(line) for line in (folder / LOG).read_text().splitlines()]


@here
def test_a_clean_copy_stands_beside_and_the_file_stays_as_it_was(photo):
    before = photo.read_bytes()

    said = typed(photo)

    copy = photo.with_name("IMG_2019-已清理.jpg")
    assert said.exit_code == 0
    assert photo.read_bytes() == before
    assert sniff(copy.read_bytes()) == "image/jpeg"
    assert traces(copy.read_bytes()) == set()
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert sha256(photo) in said.output
    assert sha256(copy) in said.output


@here
def test_the_log_keeps_both_hashes_and_no_name(photo):
    typed(photo)

    [line] = log_of(photo.parent)
    copy = photo.with_name("IMG_2019-已清理.jpg")
    assert line | {"day": ""} == {
        "day": "",
        "type": "image/jpeg",
        "before": sha256(photo),
        "after": sha256(copy),
        "size": copy.stat().st_size,
    }
    assert "IMG_2019" not in (photo.parent / LOG).read_text()


@here
def test_a_copy_is_never_overwritten(photo):
    typed(photo)
    copy = photo.with_name("IMG_2019-已清理.jpg")
    copy.write_bytes(b"looked at and changed by hand")

    said = typed(photo)

    assert said.exit_code == 1
    assert "已经有了，没有改动" in said.output
    assert copy.read_bytes() == b"looked at and changed by hand"
    assert len(log_of(photo.parent)) == 1


@here
def test_what_can_not_be_cleaned_is_told_and_the_others_go_on(photo, tmp_path):
    broken = tmp_path / "half.jpg"
    broken.write_bytes(photo_with_gps()[:4000])
    out = tmp_path / "out"
    out.mkdir()

    said = typed(broken, photo, "--out", out)

    assert said.exit_code == 1
    assert "half.jpg：未能清理（文件不完整，或者已经损坏）。没有写副本。" in said.output
    assert {path.name for path in out.iterdir()} == {"IMG_2019-已清理.jpg", LOG}


@here
@needs("ffmpeg")
def test_a_film_goes_from_file_to_file(tmp_path):
    path = tmp_path / "evening.mp4"
    path.write_bytes(film_mp4())

    assert typed(path).exit_code == 0
    copy = tmp_path / "evening-已清理.mp4"
    assert sniff(copy.read_bytes()) == "video/mp4"
    assert traces(copy.read_bytes()) == set()


@here
@needs("ffmpeg")
def test_of_half_a_film_nothing_is_left_behind(tmp_path):
    path = tmp_path / "half.mp4"
    path.write_bytes(half_film())

    assert typed(path).exit_code == 1
    assert [left.name for left in tmp_path.iterdir()] == ["half.mp4"]


@here
def test_a_wrong_ending_gets_the_right_one(tmp_path):
    path = tmp_path / "paper.jpg"
    path.write_bytes(pdf_with_author())

    typed(path)

    assert (tmp_path / "paper-已清理.pdf").exists()


def test_without_a_sandbox_it_says_what_to_install(photo, monkeypatch, tmp_path):
    monkeypatch.setattr(sandbox, "_PATH", str(tmp_path / "nowhere"))
    sandbox._works.cache_clear()

    said = typed(photo)

    assert said.exit_code == 1
    assert "bubblewrap" in said.output
    assert [left.name for left in tmp_path.iterdir()] == [photo.name]


def test_it_needs_no_server_and_no_database(monkeypatch, tmp_path):
    monkeypatch.setenv("DENGSHAO_DATA", str(tmp_path / "data"))

    said = CliRunner().invoke(main, ["clean", str(tmp_path / "absent.jpg")])

    assert said.exit_code == 2
    assert not (tmp_path / "data").exists()
