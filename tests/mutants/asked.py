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
    items[:] = sorted((item for item in items if _place(item) is not None), key=_place)
    return done


def _place(item):
    """Return where a test was named, by itself or with its file or folder."""
    path = item.nodeid.partition("::")[0]
    names = (item.nodeid, path, *map(str, Path(path).parents))
    return next((_ORDER[name] for name in names if name in _ORDER), None)
