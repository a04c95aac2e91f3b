"""Sealing anew is broken off: the page closed, the line cut, the server killed. Nothing is lost.

The short, seeded part of `python -m tests.bench.departure`, which does it with thousands of tips,
on both databases.
"""

import shutil

import pytest

from tests.bench.departure import KINDS, Plan, measure

pytestmark = pytest.mark.browser
TIPS = 15


def test_tips_sealed_anew_in_the_midst_of_breaks_open_for_exactly_who_should_read_them(
    tmp_path, demo_store, bundles, browser
):
    data = tmp_path / "place" / "data"
    shutil.copytree(demo_store[0], data)
    url = f"sqlite:///{data / 'dengshao.sqlite3'}"

    plan = Plan(TIPS, len(KINDS), seed=7, is_paced=True)
    found = measure(data.parent, url, plan, browser, bundles)

    assert {kind for kind, _left in found["breaks"]} == set(KINDS)
    assert found["parts"] == TIPS * 2 + 5 * 2 + 4 + 2
    names = ("lost", "changed", "open_to_who_left", "open_to_a_stranger", "kept")
    names += ("closed_to_the_sheet", "closed_to_the_reporter")
    assert {name: found[name] for name in names} == dict.fromkeys(names, 0)
