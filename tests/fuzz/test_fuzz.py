"""Hostile requests meet a sentence, leave no trace, and cost no honest person a tip."""

import shutil

import pytest

from tests.fuzz.by_hand import all_by_hand
from tests.fuzz.run import run
from tests.journeys.served import start


@pytest.mark.parametrize("number", [7])
def test_a_short_seeded_run(tmp_path, demo_store, bundles, site_folder, number):
    shutil.copytree(demo_store[0], tmp_path / "data")
    served = start(tmp_path, bundles=bundles, site=site_folder, arguments=["serve"])
    try:
        result = run(served, requests=200, number=number)
    finally:
        served.stop()

    assert result.errors == []
    assert result.lost == []
    assert result.traces == []
    assert result.told == ""
    assert result.tips == 10
    assert result.sent >= 200
    # It got through to the application, and was refused there in more than one way.
    assert {200, 400, 404, 413, 415, 422} <= set(result.statuses)


def test_what_people_have_thought_of_is_as_many_as_a_full_run_has_room_for():
    assert 500 < len(all_by_hand("a", "b")) <= 1000
