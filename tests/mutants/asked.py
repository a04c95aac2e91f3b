"""Asks certain tests alone, in the order given: a pytest plugin, `-p tests.mutants.asked`."""

import os
from pathlib import Path

import pytest

_ORDER = {
    test: place
    for place, test in enumerate(Path(os.environ["MUTANTS_ASKED"]).read_text("utf-8").split("\n"))
}


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(items):
    # After all others: the suite's own order begins with what takes longest.
    done = yield
    items[:] = sorted((item for item in items if item.nodeid in _ORDER), key=_place)
    return done


def _place(item):
    return _ORDER[item.nodeid]
