"""Node, and the jobs of the form's worker in it."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

NODE = shutil.which("node", path=f"{os.environ['PATH']}:{Path(sys.executable).parent}")
HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def node():
    """The node that is here, or the one that a wheel brought."""
    return NODE


@pytest.fixture(scope="session")
def work(node):
    """Do jobs in node: `work([("solve", challenge), …])` gives their results."""

    def work(jobs):
        rows = [{"job": job, "content": content} for job, content in jobs]
        done = subprocess.run(
            [node, HERE / "tip_jobs.mjs"],
            input=json.dumps(rows),
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return work
