"""Node, and the jobs of the form's worker in it."""

from pathlib import Path

import pytest

from tests.node import NODE, ask_jobs

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def node():
    """The node that is here, or the one that a wheel brought."""
    return NODE


@pytest.fixture(scope="session")
def work():
    """Do jobs in node: `work([("solve", challenge), …])` gives their results."""

    def work(jobs):
        rows = [{"job": job, "content": content} for job, content in jobs]
        return ask_jobs(HERE / "tip_jobs.mjs", rows)

    return work
