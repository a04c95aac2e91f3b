"""The marks of a move tell its other place, however long that is called."""

import pytest

from admin.shutters.marks import Mark, State

LONG = "file " + "/srv/dengshao" * 20
PLACES = {
    "a short one": "postgresql db/dengshao · s3 files",
    "as long as may be": "x" * 160,
    "one letter more": "x" * 161,
    "a long one": LONG,
    "in Chinese": "sqlite /" + "灯哨" * 100,
}


@pytest.mark.table
@pytest.mark.parametrize("where", PLACES.values(), ids=PLACES)
def test_a_mark_names_the_same_place_in_each_state_and_fits_into_a_setting(where):
    marks = [Mark("0" * 16, state, where) for state in State]
    told = {Mark.parse(str(mark)).where for mark in marks}
    assert len(told) == 1
    assert max(len(str(mark)) for mark in marks) <= 200
    # What was read is written again as it stands.
    assert {Mark.parse(str(Mark("0" * 16, State.GONE, one))).where for one in told} == told


def test_two_long_places_that_differ_at_their_end_alone_are_told_apart():
    one, other = (Mark.parse(str(Mark("0" * 16, State.COPYING, LONG + end))) for end in "ab")
    assert one.where != other.where
