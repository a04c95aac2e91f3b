"""300 MB come in sealed: whatever the server writes, and wherever, no clear byte is in it."""

import hashlib
import os
import re
import secrets
import shutil
import subprocess
import sys
from io import BytesIO, RawIOBase
from pathlib import Path

import pytest

from admin.intake.challenge import Challenges
from admin.sealing import age
from admin.sealing.age import HybridIdentity
from admin.sealing.padme import MIB, padme, sealed_size
from admin.vault.files.blobs import PART
from admin.vault.files.local import LocalBlobs
from tests.bench.sealed import solved
from tests.canary import find_marks
from tests.http_client import HttpClient
from tests.uploads import Uploader

from .served import DENGSHAO, start
from .traced import STRACE, Trace

pytestmark = pytest.mark.skipif(STRACE is None, reason="strace is absent: make system installs it")
MARK = "CANARY-OF-A-FILE-1720"
SIZE = padme(300 * MIB)
BLOCK = 4096


def clear_blocks():
    """The clear file, piece by piece: the mark stands in every 4 KiB of it, at changing places."""
    noise = secrets.token_bytes(BLOCK)
    for number in range(SIZE // BLOCK):
        at = number * 37 % (BLOCK - len(MARK))
        yield noise[:at] + MARK.encode() + noise[at + len(MARK) :]


def sealed_parts(recipient, digest):
    """Seal while reading, as a browser does; yields the parts."""
    pending = bytearray()
    writer = age.Writer(pending.extend, [recipient])
    for block in clear_blocks():
        digest.update(block)
        writer.write(block)
        while len(pending) >= PART:
            yield bytes(pending[:PART])
            del pending[:PART]
    writer.close()
    while pending:
        yield bytes(pending[:PART])
        del pending[:PART]


class Parts(RawIOBase):
    """A blob's parts as one stream."""

    def __init__(self, blobs, blob):
        self._parts = (blobs.read(blob, number) for number in range(blobs.parts(blob)))
        self._rest = BytesIO()

    def read(self, size=-1):
        while not (piece := self._rest.read(size)):
            part = next(self._parts, None)
            if part is None:
                return b""
            self._rest = BytesIO(part)
        return piece


@pytest.fixture
def tmp_path(on_disk):
    """On a disk: what is written to memory counts as no trace here."""
    return on_disk


@pytest.fixture
def trace(tmp_path):
    return Trace(str(tmp_path / "strace.fifo"), MARK.encode())


@pytest.fixture
def served(tmp_path, demo_store, bundles, site_folder, trace):
    shutil.copytree(demo_store[0], tmp_path / "data")
    running = start(
        tmp_path,
        bundles=bundles,
        site=site_folder,
        arguments=["serve", "--workers", "1"],
        command=[*trace.command, DENGSHAO],
        wait=120,
    )
    yield running
    running.stop()


def open_files(served):
    """What the server's processes hold open."""
    found = set()
    for pid in served.group():
        for link in Path(f"/proc/{pid}/fd").iterdir():
            try:
                found.add(os.readlink(link))
            except OSError:
                continue
    return found


def expected(tmp_path):
    """Where a server may write at all."""
    data = re.escape(str(tmp_path / "data"))
    return re.compile(
        rf"{data}/(blobs/[0-9a-f]{{32}}/\S+|dengshao\.(sqlite3(-wal|-shm|-journal)?|((sweep|letters)\.)?lock)|run\.lock)"
        r"|/dev/(null|tty|shm/\S+( \(deleted\))?)"
        r"|/proc/\S+|(socket|pipe|anon_inode):\S+"
        rf"|{re.escape(str(tmp_path / 'log' / 'server.log'))}"
        rf"|{re.escape(str(tmp_path / 'strace.fifo'))}"
    )


def test_nothing_that_the_server_writes_holds_a_clear_byte_of_a_file(tmp_path, served, trace):
    identity, digest = HybridIdentity.generate(), hashlib.sha256()
    challenges = Challenges(served.config.key("challenge"))
    client = HttpClient(int(served.config.bind.rpartition(":")[2]))
    uploader = Uploader(client, lambda: solved(challenges.new(1)))
    ticket = uploader.ticket(sealed_size(SIZE))
    held = set()

    for number, data in enumerate(sealed_parts(identity.recipient, digest)):
        answer = uploader.part(ticket, number, data)
        assert answer.status_code == 200, answer.text
        if number % 10 == 0:
            held |= open_files(served)
    assert answer.json["whole"] is True
    served.stop()
    trace.end()

    # It was all seen: three or so printed characters for each byte.
    assert trace.length > SIZE
    assert trace.calls[b"write"] > SIZE // PART
    assert trace.found == []
    assert b"io_uring_setup" not in trace.calls
    allowed = expected(tmp_path)
    assert not [path for path in trace.paths | held if not allowed.fullmatch(path)]
    files = [path for folder in served.folders for path in folder.rglob("*") if path.is_file()]
    assert find_marks(files, {"the file": MARK}) == []
    assert [path for path in served.temp.rglob("*") if path.is_file()] == []
    blobs = LocalBlobs(tmp_path / "data" / "blobs")
    [blob] = blobs.blobs()
    opened = hashlib.sha256()
    for chunk in age.Reader(Parts(blobs, blob), [identity]):
        opened.update(chunk)
    assert opened.digest() == digest.digest()


def test_such_a_trace_finds_a_clear_byte_that_is_written(tmp_path, trace):
    target = tmp_path / "spooled"
    script = f"open({str(target)!r}, 'wb').write(bytes(9) + {MARK!r}.encode() + bytes(9))"

    subprocess.run([*trace.command, sys.executable, "-c", script], check=True)
    trace.end()

    assert [line for line in trace.found if b"write(" in line]
    assert str(target) in trace.paths
    assert not expected(tmp_path).fullmatch(str(target))
