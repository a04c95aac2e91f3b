"""A few seeded rounds of `make crash`: real nodes, real servers, each of which dies once."""

import json
import subprocess
import sys

import pytest

from admin.config import ROOT

from . import net

ROUNDS = ["worker", "network", "primary"]


@pytest.fixture
def namespaces():
    """Skip where this machine lets no network be made: not as root, or in a narrow container."""
    if why := net.why_not():
        pytest.skip(f"{why}: nothing can be cut off here")


def test_whatever_dies_each_acknowledged_tip_is_there_once_and_opens(namespaces, tmp_path):
    out = tmp_path / "crash.json"
    command = [sys.executable, "-m", "tests.crash", "--seed", "3", "--people", "3"]
    command += ["--rounds", str(len(ROUNDS)), "--once", "--only", *ROUNDS, "--out", str(out)]

    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=600)

    assert done.returncode == 0, done.stdout + done.stderr
    found = json.loads(out.read_text("utf-8"))
    assert found["faults"] == []
    assert found["opened"] >= found["acknowledged"] > 0
    assert set(found["by victim"]) == set(ROUNDS)
