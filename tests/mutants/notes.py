"""Reads what `reach` noted."""

import json
from collections import defaultdict

import coverage

MADE_ONCE = "made once"


def read_reach(folder):
    """Return {file: {line: tests}}, the seconds of each test, and its place in the run.

    Only those that passed have seconds.
    """
    tests = json.loads((folder / "tests.json").read_text("utf-8"))
    seconds = json.loads((folder / "seconds.json").read_text("utf-8"))
    reached = defaultdict(lambda: defaultdict(set))
    for path in sorted(folder.glob("reach.*")):
        data = coverage.CoverageData(str(path))
        data.read()
        for file in data.measured_files():
            for line, contexts in data.contexts_by_lineno(file).items():
                for context in contexts:
                    reached[file][line].update(_tests_of(context, tests["users"]))
    return reached, seconds, tests["places"]


def _tests_of(context, users):
    kind, *fixture = context.split("\t")
    if kind != MADE_ONCE:
        return [context] if context else []
    folder, name = fixture
    return [test for test in users.get(name, ()) if test.startswith(folder)]
