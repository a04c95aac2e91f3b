"""Notes which tests reach which line: a pytest plugin, `-p tests.mutants.reach`.

It measures in the process of the tests alone. What runs at an import or in a child process is
reached by no test in its notes; `choosing` then takes the tests of the area.
"""

import json
import os
from collections import Counter, defaultdict
from pathlib import Path

import coverage
import pytest

from .notes import MADE_ONCE

FOLDER = Path(os.environ["MUTANTS_REACH"])
_WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")

_measured = coverage.Coverage(
    data_file=str(FOLDER / f"reach.{_WORKER}"), source=["admin", "site/hooks"], config_file=False
)
_seconds, _places, _users, _failed = Counter(), {}, defaultdict(list), set()
# Before anything of ours is imported: what an import runs belongs to no test.
_measured.start()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item):
    _measured.switch_context(item.nodeid)
    done = yield
    _measured.switch_context("")
    return done


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(fixturedef, request):
    """Give what is made once for several tests to all that use it, not to the first of them."""
    if fixturedef.scope == "function":
        return (yield)
    _measured.switch_context("\t".join([MADE_ONCE, fixturedef.baseid, fixturedef.argname]))
    made = yield
    _measured.switch_context(getattr(request, "_pyfuncitem", request.node).nodeid)
    return made


def pytest_collection_finish(session):
    for place, item in enumerate(session.items):
        _places[item.nodeid] = place
        for name in item.fixturenames:
            _users[name].append(item.nodeid)


def pytest_runtest_logreport(report):
    _seconds[report.nodeid] += report.duration
    if report.failed:
        _failed.add(report.nodeid)


def pytest_sessionfinish():
    _measured.stop()
    _measured.save()
    if _places and _WORKER in ("main", "gw0"):
        kept = {"places": _places, "users": _users}
        (FOLDER / "tests.json").write_text(json.dumps(kept), "utf-8")
    # With several processes, the one that gathers hears of all of them.
    if _WORKER == "main":
        well = {test: time for test, time in _seconds.items() if test not in _failed}
        (FOLDER / "seconds.json").write_text(json.dumps(well), "utf-8")
