import os
import stat
import threading
from datetime import datetime

import pytest

from admin.db import SHANGHAI, today
from admin.vault.files.blobs import (
    MOST_PARTS,
    PART,
    BlobsAway,
    PartDiffers,
    part_count,
    part_length,
)
from admin.vault.files.opening import open_blobs
from tests.https_server import https_server
from tests.ports import free_port
from tests.private_ca import Authority

BLOB, OTHER = "0a" * 16, "0b" * 16
NAMES = ["", "..", "0" * 31, "0" * 33, "A" * 32, "0" * 32 + "\n", "../" + "0" * 29, "0" * 30 + "/x"]


@pytest.fixture
def blobs(blobs_url):
    return open_blobs(blobs_url)


def test_what_was_put_is_there_and_nothing_else(blobs):
    blobs.put(BLOB, 0, b"first")
    blobs.put(BLOB, 1, memoryview(b"second"))

    assert (blobs.read(BLOB, 0), blobs.read(BLOB, 1), blobs.read(BLOB, 2)) == (
        b"first",
        b"second",
        None,
    )
    assert (blobs.size(BLOB, 1), blobs.size(BLOB, 2), blobs.size(OTHER, 0)) == (6, None, None)
    assert blobs.sizes(BLOB) == {0: 5, 1: 6}


def test_the_same_bytes_again_change_nothing_and_others_are_refused(blobs):
    blobs.put(BLOB, 0, b"first")
    blobs.put(BLOB, 0, b"first")

    for other in (b"firsT", b"first ", b"firs", b""):
        with pytest.raises(PartDiffers):
            blobs.put(BLOB, 0, other)

    assert blobs.read(BLOB, 0) == b"first"
    assert blobs.sizes(BLOB) == {0: 5}


def test_parts_are_counted_as_far_as_they_stand_in_a_row(blobs):
    assert blobs.parts(BLOB) == 0
    for number in (0, 1, 3):
        blobs.put(BLOB, number, b"x")
    assert blobs.parts(BLOB) == 2
    blobs.put(BLOB, 2, b"x")
    assert blobs.parts(BLOB) == 4
    assert blobs.parts(OTHER) == 0


def test_a_removed_blob_is_gone_and_others_stay(blobs):
    for blob in (BLOB, OTHER):
        for number in range(3):
            blobs.put(blob, number, b"x")

    blobs.remove(BLOB)
    blobs.remove(BLOB)

    assert (blobs.parts(BLOB), blobs.parts(OTHER)) == (0, 3)
    assert list(blobs.blobs()) == [OTHER]
    blobs.put(BLOB, 0, b"again")
    assert blobs.read(BLOB, 0) == b"again"


def test_of_many_who_put_one_part_at_once_all_are_told_that_it_stands(blobs):
    data, wrong = os.urandom(PART), []

    def put():
        try:
            blobs.put(BLOB, 0, data)
        except Exception as error:
            wrong.append(error)

    threads = [threading.Thread(target=put) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert wrong == []
    assert blobs.read(BLOB, 0) == data
    assert blobs.sizes(BLOB) == {0: PART}


@pytest.mark.parametrize("name", NAMES)
def test_what_is_no_blobs_name_never_becomes_a_path(blobs, name):
    for act in (blobs.remove, blobs.parts, lambda blob: blobs.put(blob, 0, b"x")):
        with pytest.raises(ValueError, match="name"):
            act(name)


@pytest.mark.parametrize("number", [-1, MOST_PARTS])
def test_a_number_that_no_part_has_is_refused(blobs, number):
    with pytest.raises(ValueError, match="number"):
        blobs.put(BLOB, number, b"x")


SIZES = {1: [1], PART - 1: [PART - 1], PART: [PART], PART + 1: [PART, 1], 2 * PART: [PART, PART]}


@pytest.mark.parametrize(("size", "lengths"), SIZES.items())
def test_every_part_but_the_last_is_full(size, lengths):
    assert [part_length(size, number) for number in range(part_count(size))] == lengths
    assert part_length(size, part_count(size)) == part_length(size, -1) == 0


@pytest.fixture
def local(tmp_path):
    blobs = open_blobs((tmp_path / "blobs").as_uri())
    blobs.put(BLOB, 0, b"first")
    blobs.put(BLOB, 1, b"second")
    return blobs


def test_files_are_their_owners_alone_and_tell_no_time_but_the_day(local):
    midnight = datetime.combine(today(), datetime.min.time(), SHANGHAI).timestamp()
    found = [local.root, *local.root.rglob("*")]

    assert len(found) == 4
    for path in found:
        status = path.stat()
        assert stat.S_IMODE(status.st_mode) == (0o700 if path.is_dir() else 0o600)
        assert status.st_mtime == midnight
        assert path.is_dir() or status.st_atime == midnight


def test_what_a_cut_off_write_left_is_no_part_and_goes_with_the_blob(local):
    for name in ("00002.0123456789abcdef", "00002.0123456789abcdef#1"):
        (local.root / BLOB / name).write_bytes(b"half")

    assert local.sizes(BLOB) == {0: 5, 1: 6}
    assert local.parts(BLOB) == 2
    local.remove(BLOB)
    assert list(local.root.iterdir()) == []


def test_a_folder_that_cannot_be_had_is_told_and_comes_back_by_itself(tmp_path):
    (tmp_path / "blobs").write_bytes(b"in the way")
    blobs = open_blobs((tmp_path / "blobs").as_uri())
    for act in (
        lambda: blobs.put(BLOB, 0, b"x"),
        lambda: blobs.parts(BLOB),
        lambda: blobs.read(BLOB, 0),
    ):
        with pytest.raises(BlobsAway):
            act()

    (tmp_path / "blobs").unlink()
    blobs.put(BLOB, 0, b"x")

    assert blobs.parts(BLOB) == 1


def test_no_address_of_a_store_is_no_store():
    with pytest.raises(ValueError, match="store"):
        open_blobs("https://example.org/")


def test_an_s3_store_with_another_secret_is_away_and_gets_nothing(s3_server, monkeypatch):
    for name, value in s3_server.environ.items():
        monkeypatch.setenv(name, value)
    address = f"s3://{s3_server.bucket}/secret"
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "another")
    blobs = open_blobs(address)
    for act in (lambda: blobs.put(BLOB, 0, b"x"), lambda: blobs.sizes(BLOB)):
        with pytest.raises(BlobsAway):
            act()

    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", s3_server.environ["AWS_SECRET_ACCESS_KEY"])
    assert open_blobs(address).sizes(BLOB) == {}


def test_an_s3_store_that_does_not_answer_is_away(s3_server, monkeypatch):
    for name, value in s3_server.environ.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{free_port()}")
    blobs = open_blobs(f"s3://{s3_server.bucket}/away")

    for act in (
        lambda: blobs.put(BLOB, 0, b"x"),
        lambda: blobs.read(BLOB, 0),
        lambda: blobs.parts(BLOB),
        lambda: blobs.remove(BLOB),
    ):
        with pytest.raises(BlobsAway):
            act()


def test_an_s3_store_is_believed_by_the_districts_own_ca_and_by_none_else(tmp_path, monkeypatch):
    authority = Authority.made(tmp_path)
    (tmp_path / "elsewhere").mkdir()
    other = Authority.made(tmp_path / "elsewhere")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "tests")
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    with https_server(authority.context("127.0.0.1")) as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"https://127.0.0.1:{server.port}")
        server.status, server.body = "404 Not Found", b""

        assert open_blobs("s3://evidence/a", authority.path).size(BLOB, 0) is None
        asked = len(server.requests)
        for ca in (None, other.path):
            with pytest.raises(BlobsAway):
                open_blobs("s3://evidence/a", ca).size(BLOB, 0)

    assert asked == len(server.requests) == 1
