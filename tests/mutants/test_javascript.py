"""What puts faults into the browser's scripts finds their places, and the tests that are there."""

import pytest

from admin.config import ROOT
from tests.mutants import javascript
from tests.mutants.javascript_areas import AREAS, IN_BROWSER, THROUGH_FIXTURES

OPERATORS = {
    "comparison",
    "equality",
    "and, or",
    "not dropped",
    "number",
    "string",
    "condition",
    "statement dropped",
    "await dropped",
    "return",
    "element",
    "arguments",
    "plus, minus",
}


@pytest.fixture(scope="module")
def told():
    return javascript.tell()


@pytest.fixture
def options():
    return javascript.parse([])


def test_each_fault_replaces_what_stands_at_its_place(told):
    texts = {one["file"]: (ROOT / one["file"]).read_text("utf-8") for one in told["mutants"]}

    assert {one["operator"] for one in told["mutants"]} == OPERATORS
    for one in told["mutants"]:
        wide = texts[one["file"]].encode("utf-16-le")
        assert wide[2 * one["start"] : 2 * one["end"]].decode("utf-16-le") == one["before"]
        assert one["before"] != one["after"]


def test_no_fault_lies_in_a_comment(told):
    lines = {
        name: (ROOT / name).read_text("utf-8").split("\n")
        for name in {one["file"] for one in told["mutants"]}
    }

    for one in told["mutants"]:
        assert not lines[one["file"]][one["line"] - 1].strip().startswith("//")


def test_a_seed_chooses_the_same_faults_again_and_each_area_its_own_number(told, options):
    chosen = javascript.choose(told["mutants"], options)

    assert chosen == javascript.choose(told["mutants"], options)
    assert len(chosen) == len({one["id"] for one in chosen}) == 120
    for area, (count, _patterns) in AREAS.items():
        own = [one for one in chosen if one["area"] == area]
        assert len(own) == count
    other = javascript.choose(told["mutants"], javascript.parse(["--seed", "14"]))
    assert not {one["id"] for one in chosen} & {one["id"] for one in other}


def test_what_is_named_is_there():
    for area, files in javascript.scripts():
        assert files, area
    named = {file for files in [*IN_BROWSER.values(), *THROUGH_FIXTURES.values()] for file in files}
    assert [file for file in sorted(named) if not (ROOT / file).is_file()] == []


def test_the_tests_that_give_a_script_its_jobs_are_found(told):
    jobs = {script: javascript.jobs_of(script) for script in told["imports"] if "_jobs" in script}

    assert [script for script, files in jobs.items() if not files] == []
    # By a function of another's, too.
    assert "tests/admin/mailbox/test_tampering.py" in jobs["tests/admin/mailbox/thread_jobs.mjs"]
