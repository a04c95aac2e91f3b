"""Five seconds of a flood against ten people, on a real server."""

import pytest

from tests.bench.place import served

from .run import Force, flood

# A small lane, so that the flood meets its end within the five seconds.
BUDGETS = {"DENGSHAO_LANE_TIPS": "100"}


@pytest.mark.parametrize("calls", [False, True], ids=["silent", "calling"])
def test_in_a_flood_every_persons_tip_reaches_the_queue_and_the_flood_stands_apart(
    database_url, tmp_path, calls
):
    people = {"plain_people": 8, "sealed_people": 2}
    force = Force(5, plain_connections=16, sealed_connections=8, **people, calls=calls)
    with served(tmp_path / "place", database_url, BUDGETS) as place:
        report = flood(place, force)

    assert report.check() == []
    # Each worker keeps half of the lane's tenth for the flood's network, and one at least had all
    # of its half taken; a connection stays with a worker, so that the other may be met by none.
    # What came within the network's twenty tips is led there by its call.
    assert 5 <= report.after.lane <= 10 + 20 * calls
    # Beyond its share of the lane it was told to wait, and nothing was stored.
    assert report.plain["503"] > 0
    assert report.sealed["400"] > 0
    # What was stored before the end came may not have called yet.
    assert (report.after.lane_calls > 0) is calls
