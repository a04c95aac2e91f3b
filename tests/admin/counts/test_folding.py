"""Small numbers of a year long over fold for good: no row tells one, and no subtraction does."""

from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert, select

from admin.counts.folding import _is_due, fold, folded, last_year
from admin.counts.reading import EVER, read_numbers
from admin.counts.rules import LEAST, Month, table
from admin.counts.views import COLUMNS, read_columns
from admin.db import db, forget_deleted
from admin.models import Tally
from admin.tip.counted import COUNTED, Family, Grain
from tests.support import stands_in_store

UNITS = ("police", "drugs", "trade")
YEARS = ("2024", "2025")
TODAY = date(2026, 9, 1)


def places():
    """List all that can be counted of two years."""
    for family, counted in COUNTED.items():
        for period in periods(counted.grain):
            for part in counted.parts:
                for unit in UNITS if counted.by_unit else ("",):
                    yield period, family, part, unit


def periods(grain):
    ends = {
        Grain.MONTH: [f"-{month:02}" for month in range(1, 13)],
        Grain.QUARTER: [f"-Q{quarter}" for quarter in range(1, 5)],
        Grain.YEAR: [""],
    }
    return [year + end for year in YEARS for end in ends[grain]]


PLACES = list(places())
NUMBERS = st.dictionaries(st.sampled_from(PLACES), st.integers(1, 30), max_size=60).map(Counter)
CROWDED = st.fixed_dictionaries(
    {
        ("2025-03", Family.CLOSED, part, unit): st.integers(1, 25)
        for part in COUNTED[Family.CLOSED].parts
        for unit in UNITS
    }
).map(Counter)


def total(numbers, *keys):
    """Sum up by some of a key's four fields."""
    found = Counter()
    for key, count in numbers.items():
        found[tuple(key[place] for place in keys)] += count
    return found


@given(st.one_of(NUMBERS, CROWDED))
def test_no_row_of_a_folded_year_is_a_small_number(numbers):
    kept = folded(numbers, 2025)

    assert all(count >= LEAST for key, count in kept.items() if key[0] != EVER)
    assert all(key[2:] == ("", "") for key in kept if key[0] == EVER)


@given(st.one_of(NUMBERS, CROWDED))
def test_a_months_sum_stays_where_it_is_no_small_number_and_none_is_lost(numbers):
    kept = folded(numbers, 2025)
    counts = {key: n for key, n in numbers.items() if not COUNTED[key[1]].is_shape}

    assert total(kept, 1) == total(counts, 1)
    before, after = total(counts, 0, 1), total(kept, 0, 1)
    fine = {place: n for place, n in before.items() if n >= LEAST}
    assert fine == {place: after[place] for place in fine}


@given(NUMBERS)
def test_what_is_folded_is_folded_once(numbers):
    kept = folded(numbers, 2025)

    assert folded(kept, 2025) == kept
    assert not _is_due(kept, 2025)


@given(st.one_of(NUMBERS, CROWDED))
def test_the_desk_shows_of_a_folded_year_what_it_showed_before(numbers):
    """What folds was hidden: so it hinders no page that comes after it."""
    months = [Month(int(year), month) for year in YEARS for month in range(1, 13)]
    before = table(read_columns(numbers), months, TODAY)
    after = table(read_columns(folded(numbers, 2025)), months, TODAY)

    assert after == before


def test_a_small_cell_is_left_to_no_subtraction():
    """One small cell beside large ones takes the smallest of these along."""
    of = ("2025-03", Family.ACCEPTED, "")
    numbers = Counter({(*of, "police"): 23, (*of, "trade"): 18, (*of, "drugs"): 4})

    assert folded(numbers, 2025) == {(*of, "police"): 23, (*of, ""): 22}


@pytest.mark.parametrize(
    ("day", "year"), [(date(2026, 6, 30), 2024), (date(2026, 7, 1), 2025), (date(2027, 1, 1), 2025)]
)
def test_a_year_folds_half_a_year_after_its_end(day, year):
    assert last_year(day) == year


@pytest.fixture
def counted(session):
    """Rows of numbers, several to some of them."""

    def count(**rows):
        values = []
        for place, numbers in rows.items():
            period, unit = place.split("__")
            for slot, number in enumerate(numbers):
                key = {"period": period.replace("_", "-")[1:], "unit_id": unit, "slot": slot}
                values.append(key | {"family": "accepted", "part": "", "count": number})
        session.execute(insert(Tally), values)
        session.commit()

    return count


def test_the_store_folds_what_is_due_once_and_leaves_the_rest(session, counted):
    counted(
        p2025_03__police=[9, 9], p2025_04__drugs=[1, 2], p2026_03__drugs=[2], p2026_03__practice=[5]
    )

    gone = [fold(session, TODAY, {"practice"}), fold(session, TODAY, {"practice", "drugs"})]

    rows = session.execute(select(Tally.period, Tally.unit_id, Tally.count))
    assert {tuple(row) for row in rows} == {
        ("2025-03", "police", 18),
        ("all", "", 3),
        ("2026-03", "drugs", 2),
    }
    # Units for practice are forgotten once: whoever is marked so later was counted.
    assert gone == [1, 0]
    assert read_numbers(session).total() == 23


def test_what_was_folded_stands_in_no_file_of_the_store(session, counted, database):
    """SQLite: neither in the database nor in its journal. PostgreSQL's old rows go by VACUUM."""
    if database != "sqlite":
        pytest.skip("its files are the server's")
    counted(p2025_04__gone_for_good=[3], p2025_03__police=[30])
    path = Path(db.engine.url.database)

    def is_there():
        return stands_in_store(path, b"gone_for_good")

    assert is_there()

    fold(session, TODAY, ())
    session.commit()
    session.close()
    assert forget_deleted(db.engine)

    assert not is_there()


def test_the_columns_of_the_desk_are_counted_by_month():
    """The table's years are made of months, and of what was folded out of months."""
    assert {COUNTED[family].grain for family in COLUMNS} == {Grain.MONTH}
