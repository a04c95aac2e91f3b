"""A disk without room: a file is told that it has none, nothing half stays, and it recovers."""

import os
import subprocess

import pytest

from admin.vault.files.blobs import PART, BlobsAway
from admin.vault.files.opening import open_blobs

BLOB = "0a" * 16
ROOM = 5 * 1024 * 1024


@pytest.fixture
def small_disk(tmp_path):
    """A disk of 5 MiB."""
    if os.geteuid() != 0:
        pytest.skip("only root can mount a small disk")
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={ROOM}", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("this machine lets nobody mount a small disk")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_refuses_a_part_keeps_the_others_and_takes_it_once_there_is_room(small_disk):
    blobs = open_blobs((small_disk / "blobs").as_uri())
    parts = [os.urandom(PART) for _ in range(3)]
    for number in range(2):
        blobs.put(BLOB, number, parts[number])
    for _ in range(3):
        with pytest.raises(BlobsAway):
            blobs.put(BLOB, 2, parts[2])

    assert blobs.parts(BLOB) == 2
    assert [blobs.read(BLOB, number) for number in range(2)] == parts[:2]
    assert sorted(path.name for path in (blobs.root / BLOB).iterdir()) == ["00000", "00001"]

    subprocess.run(["mount", "-o", f"remount,size={2 * ROOM}", str(small_disk)], check=True)
    blobs.put(BLOB, 2, parts[2])
    assert blobs.parts(BLOB) == 3
    assert blobs.read(BLOB, 2) == parts[2]


def test_on_a_full_disk_what_is_let_go_can_still_be_removed(small_disk):
    blobs = open_blobs((small_disk / "blobs").as_uri())
    for number in range(2):
        blobs.put(BLOB, number, os.urandom(PART))
    free = os.statvfs(small_disk).f_bavail * os.statvfs(small_disk).f_frsize
    (small_disk / "rest").write_bytes(bytes(free))
    with pytest.raises(BlobsAway):
        blobs.put("0b" * 16, 0, b"x" * 5000)

    blobs.remove(BLOB)

    blobs.put("0b" * 16, 0, b"x" * 5000)
    assert list(blobs.all_sizes()) == ["0b" * 16]
