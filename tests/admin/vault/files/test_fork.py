"""A store of files and processes that fork: gunicorn's workers, and the demo before them."""

import subprocess
import sys

from admin.config import ROOT

FORKED = """
import os, sys
from admin.vault.files.opening import open_blobs
blobs = open_blobs(sys.argv[1])
if sys.argv[2] == "after":
    blobs.put("0" * 32, 0, b"x")
child = os.fork()
if child == 0:
    try:
        blobs.put("0" * 32, 1, b"x")
    except RuntimeError:
        os._exit(3)
    os._exit(0)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


def forked(tmp_path, when):
    done = subprocess.run(
        [sys.executable, "-c", FORKED, (tmp_path / "blobs").as_uri(), when],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return int(done.stdout)


def test_a_store_that_was_only_opened_lives_through_a_fork(tmp_path):
    assert forked(tmp_path, "before") == 0


def test_a_store_that_was_used_before_a_fork_fails_loudly_instead_of_waiting_for_ever(tmp_path):
    assert forked(tmp_path, "after") == 3
