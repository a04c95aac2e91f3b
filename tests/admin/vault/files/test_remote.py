"""A part on a bad line to a real S3 server: it stands as it was given, or its sender is told."""

import os

import pytest

from admin.intake.no_js.plain_files import PRESS_SECONDS
from admin.vault.files import remote
from admin.vault.files.blobs import BlobsAway, BlobsRefused, PartDiffers, PartSpoilt
from admin.vault.files.opening import open_blobs

BLOB = "0a" * 16
DATA = bytes(range(256)) * 800
# What befalls writing, reading back, or reading, once.
ONCE = [
    ("PUT", "slow_down"),
    ("PUT", "reset_in_request"),
    ("PUT", "reset_after"),
    ("PUT", "wrong_request"),
    ("GET", "slow_down"),
    ("GET", "truncated"),
    ("GET", "wrong_answer"),
]
HANGS = [("PUT", "hang"), ("GET", "hang"), ("GET", "drip")]


@pytest.fixture
def blobs(hostile):
    return open_blobs(hostile.blobs_url)


@pytest.fixture
def straight(s3_server, hostile, monkeypatch):
    """The same store by a line on which nothing is amiss."""
    with monkeypatch.context() as patched:
        patched.setenv("AWS_ENDPOINT_URL", s3_server.environ["AWS_ENDPOINT_URL"])
        store = open_blobs(hostile.blobs_url)
        assert store.is_empty()
    return store


@pytest.mark.parametrize(("method", "fault"), ONCE)
def test_what_fails_once_is_asked_again_and_stands_as_it_was_given(
    hostile, blobs, straight, method, fault
):
    hostile.spoil(method, fault, times=1)

    blobs.put(BLOB, 0, DATA)

    assert straight.read(BLOB, 0) == DATA


@pytest.mark.parametrize(("method", "fault"), [*ONCE, *HANGS])
def test_what_goes_on_failing_is_told_in_time_and_other_bytes_never_stand(
    hostile, blobs, straight, method, fault
):
    hostile.spoil(method, fault)

    with pytest.raises(BlobsAway):
        blobs.put(BLOB, 0, DATA)

    tries = sum(asked == "PUT" for asked, _path in hostile.asked)
    assert tries == (1 if (method, fault) in HANGS else 3)
    assert straight.read(BLOB, 0) in (None, DATA)
    hostile.mend()
    # Who comes later with the same part is well served, whatever was left.
    open_blobs(hostile.blobs_url).put(BLOB, 0, DATA)
    assert straight.read(BLOB, 0) == DATA


@pytest.mark.parametrize(
    ("method", "fault", "error"),
    [
        ("GET", "truncated", BlobsAway),
        ("GET", "wrong_answer", PartSpoilt),
        ("GET", "slow_down", BlobsAway),
        ("GET", "hang", BlobsAway),
    ],
)
def test_what_reads_otherwise_is_read_again_and_then_told(
    hostile, blobs, straight, method, fault, error
):
    straight.put(BLOB, 0, DATA)
    if fault != "hang":
        hostile.spoil(method, fault, times=2)
        assert blobs.read(BLOB, 0) == DATA

    hostile.spoil(method, fault)
    with pytest.raises(error) as raised:
        blobs.read(BLOB, 0)

    assert type(raised.value) is error
    if error is PartSpoilt:
        # For a backup, which keeps even that.
        assert (len(raised.value.data), raised.value.data == DATA) == (len(DATA), False)
        assert str(raised.value) == "other bytes than were written"


def test_a_store_that_kept_one_waiting_in_vain_is_not_asked_for_a_while(
    hostile, blobs, monkeypatch
):
    hostile.spoil("PUT", "hang")
    with pytest.raises(BlobsAway):
        blobs.put(BLOB, 0, DATA)
    hostile.asked.clear()
    hostile.mend()
    for act in (lambda: blobs.put(BLOB, 0, DATA), lambda: blobs.sizes(BLOB), blobs.all_sizes):
        with pytest.raises(BlobsAway, match="silent"):
            act()
    assert hostile.asked == []

    now = blobs._clock()
    monkeypatch.setattr(blobs, "_clock", lambda: now + remote.SILENT_SECONDS)
    blobs.put(BLOB, 0, DATA)
    assert blobs.sizes(BLOB) == {0: len(DATA)}


def test_what_is_refused_at_once_holds_nobody_up(hostile, blobs, monkeypatch):
    with monkeypatch.context() as patched:
        patched.setenv("AWS_SECRET_ACCESS_KEY", "another")
        other = open_blobs(hostile.blobs_url)
        with pytest.raises(BlobsRefused):
            other.put(BLOB, 0, DATA)
    assert len(hostile.asked) == 1
    hostile.spoil("PUT", "slow_down")
    for _press in range(2):
        with pytest.raises(BlobsAway, match="GenericError"):
            blobs.put(BLOB, 0, DATA)


def test_nobody_waits_longer_than_a_browser_and_the_proxy_before_us():
    most = remote.AGAIN_SECONDS + sum(remote._PAUSES) + 2 * remote.ANSWER_SECONDS

    assert most <= remote.MOST_SECONDS
    assert PRESS_SECONDS + remote.MOST_SECONDS < 60


def test_two_nodes_that_write_one_part_write_it_once(hostile, blobs, straight):
    straight.put(BLOB, 0, DATA)

    blobs.put(BLOB, 0, DATA)
    with pytest.raises(PartDiffers):
        blobs.put(BLOB, 0, DATA[::-1])

    assert straight.read(BLOB, 0) == DATA
    assert straight.keeps_digest(BLOB, 0)


def test_a_part_from_before_digests_were_kept_is_read_as_it_is(hostile, blobs):
    store = blobs._store
    store.put(f"{BLOB}/00000", DATA, use_multipart=False)

    assert blobs.read(BLOB, 0) == DATA
    assert not blobs.keeps_digest(BLOB, 0)


@pytest.mark.parametrize("algorithm", ["sha256", "crc64nvme"])
def test_where_a_checksum_goes_along_the_store_itself_refuses_what_came_otherwise(
    hostile, straight, monkeypatch, algorithm
):
    monkeypatch.setenv("AWS_CHECKSUM_ALGORITHM", algorithm)
    blobs = open_blobs(hostile.blobs_url)
    hostile.spoil("PUT", "wrong_request", times=1)

    blobs.put(BLOB, 0, os.urandom(5000))

    # Refused, and written anew: nothing had to be removed.
    assert [method for method, _path in hostile.asked] == ["PUT", "PUT", "GET"]
