"""The year of everything: nothing held is deleted, nothing due kept, nothing lost, all readable.

`make year` walks it with many seeds; here it is walked once on each database. What must be so is
compared each evening (`year.check_all`), and each act is tried on the house and on a model.
"""

import pytest

from .run import walk

SEED = 14
SIZES = {
    "sqlite": {"days": 120, "tips": 45, "acts": 8, "restores": 2},
    "postgresql": {"days": 50, "tips": 20, "acts": 6, "restores": 1},
}
MET = {
    "sqlite": """
        gone, ended by two, end, hand back, fetch back, take over, compare, restored, departure,
        reseal, second look, recuse, lift, merge, answer a hold, ask to release, door 200, door 410,
        door 422, pass on refused, pass on refused by the browser, answer an end refused
    """,
    "postgresql": "pass on, take over, hand back, reseal, recuse, restored, door 404",
}
"""What the seed brings about, so that the year does not pass with nothing done."""


@pytest.fixture
def year(app, environ, tmp_path, database, request):
    del app  # Its database, in its newest form, is the one that is walked on.
    server = request.getfixturevalue("postgresql") if database == "postgresql" else None
    return walk(environ, tmp_path, server, SEED, SIZES[database])


def test_nothing_held_is_deleted_nothing_due_is_kept_and_all_is_read_by_its_unit_alone(
    year, database
):
    counts = year.counts
    met = [what.strip() for what in MET[database].split(",")]
    assert [what for what in met if not counts[what]] == [], counts
    # The journal tells of each deletion, and of the holds; a restore has nothing else.
    gone = {told.lookup for told in year.world.tips.values() if told.gone_on}
    assert sum(entry.until is None for entry in year.journal()) >= len(gone)
