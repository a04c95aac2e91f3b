"""Of a file that comes without scripts, no clear byte is written to any file: strace watches."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from admin.cleaning import can_clean
from admin.config import ROOT
from tests import evidence_files
from tests.admin.intake.conftest import LEAST, FormReader
from tests.admin.intake.no_js.test_multipart import body
from tests.admin.intake.no_js.test_plain_crash import ask
from tests.ports import free_port

pytestmark = [
    pytest.mark.skipif(not shutil.which("strace"), reason="strace is absent"),
    pytest.mark.skipif(not can_clean(), reason="bubblewrap does not work here"),
]
# In a file that nobody cleans it stands everywhere; a photo and a film carry marks of their own.
CANARY = b"canary-of-a-note-"
# What is no file on a disk: pipes, sockets, memory.
IN_MEMORY = re.compile(r"<(pipe|socket|anon_inode|UNIX|TCP|/memfd|/dev/shm/|/proc/)")
WRITES = "trace=write,pwrite64,writev,pwritev,pwritev2,sendfile,splice,copy_file_range"


@pytest.fixture
def tmp_path(on_disk):
    """On a disk: what is written to memory counts as no trace here."""
    return on_disk


@pytest.fixture
def database_url(sqlite_url):
    """One database is enough here: SQLite's is the one whose files this process writes."""
    return sqlite_url


@pytest.fixture
def watched(environ, units, tmp_path):
    """A server under strace, with a temp folder of its own; gives its port and the folder."""
    port, folder = free_port(), tmp_path / "watched"
    (folder / "tmp").mkdir(parents=True)
    place = {"DENGSHAO_BIND": f"127.0.0.1:{port}", "TMPDIR": str(folder / "tmp")}
    server = [sys.executable, "-m", "tests.admin.intake.no_js.dying_plain", str(port)]
    strace = ["strace", "-ff", "-y", "-s", "200000", "-e", WRITES, "-o", str(folder / "trace")]
    environ = {**os.environ, **environ, **place}
    # A group of its own: whoever ends strace alone leaves the server behind.
    process = subprocess.Popen([*strace, *server], env=environ, cwd=ROOT, start_new_session=True)
    try:
        for _turn in range(600):
            try:
                ask(port, "/tip/")
                break
            except OSError:
                time.sleep(0.1)
        yield port, folder
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def test_no_clear_byte_of_a_file_is_written_to_a_disk(watched, environ):
    port, folder = watched
    files = {
        "a.xyz": CANARY * 40_000,
        "b.jpg": evidence_files.photo_with_gps(),
        "c.mp4": evidence_files.film_mp4(),
    }
    fields = [*LEAST.items(), ("token", FormReader(ask(port, "/tip/")[1]).values["token"])]
    # An older page sends its files with the words: they are thrown away.
    status, page = ask(port, "/tip/sent", body(fields, files.items()))
    assert status == 200, page
    token = ("token", FormReader(page).values["token"])

    status, page = ask(port, "/tip/more", body([token], files.items()))
    assert page.count("没有收下") == 1, page
    status, page = ask(port, "/tip/more", body([token, ("originals", "yes")], files.items()))

    assert status == 200, page
    assert page.count("已保存") == 3
    written = [line for path in folder.glob("trace*") for line in lines(path)]
    # The watch works: sealed parts were written, and clear bytes passed through memory.
    assert any("age-encryption.org" in line for line in written if not IN_MEMORY.search(line))
    marks = [CANARY.decode(), *evidence_files.MARKS.values()]
    found = [(m, line[:80]) for m in marks for line in written if is_on_disk(line) and m in line]
    assert found == []
    assert list((folder / "tmp").iterdir()) == []
    for path in Path(environ["DENGSHAO_DATA"]).rglob("*"):
        assert not path.is_file() or CANARY not in path.read_bytes()


def is_on_disk(line):
    return not IN_MEMORY.search(line)


def lines(path):
    return path.read_text("utf-8", "replace").splitlines()
