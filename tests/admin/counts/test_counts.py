"""The counter's totals: nothing below ten shows, by itself or by subtraction."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from admin.counts.rules import (
    LEAST,
    Column,
    Month,
    months_over,
    rounded,
    shown,
    table,
    total_shown,
)
from admin.counts.views import count_out_of_scope, read_columns
from admin.tip.counted import Family

COUNTS = st.lists(st.integers(0, 40), min_size=1, max_size=12)
YEAR = [Month(2025, month) for month in range(1, 13)]
AFTER = date(2026, 3, 5)


@given(COUNTS)
def test_no_small_number_is_shown(counts):
    cells = [shown(count) for count in counts]

    assert all(cell is None or cell >= LEAST for cell in [*cells, total_shown(counts)])


@given(COUNTS)
def test_a_total_minus_what_is_shown_tells_no_hidden_month(counts):
    total = total_shown(counts)
    hidden = [count for count in counts if shown(count) is None]
    if total is None or not hidden:
        return

    left = total - sum(count for count in counts if shown(count) is not None)

    # What is left may be shared out among the hidden in more than one way, down to 0 for each.
    assert len(hidden) >= 2
    assert left >= LEAST
    assert left == sum(hidden)


@given(COUNTS)
def test_what_was_shown_once_is_shown_for_good(counts):
    """Who kept the page of the running year learns nothing new of its hidden months later."""
    columns = [Column(dict(zip(YEAR, counts, strict=False)), {})]
    running = table(columns, YEAR[: len(counts)], date(2025, 12, 31))
    over = table(columns, YEAR, AFTER)

    later = {row.title: row.cells for row in over}
    assert all(later[row.title] == row.cells for row in running)


@given(st.integers(0, 10_000), st.integers(0, 9))
def test_a_growing_number_never_shows_that_one_was_added(count, more):
    before, after = rounded(count), rounded(count + more)

    assert (after or 0) - (before or 0) in (0, LEAST)
    assert before is None or before % LEAST == 0


def test_the_running_month_and_the_running_years_total_are_not_shown():
    months = months_over(Month(2025, 11), AFTER, 36)
    rows = table([Column(dict.fromkeys(months, 20), {})], months, AFTER)

    assert [str(month) for month in months] == ["2025-11", "2025-12", "2026-01", "2026-02"]
    assert [row.title for row in rows] == ["2026-02", "2026-01", "2025-12", "2025-11"]


def test_a_year_that_is_over_has_a_total_where_that_is_safe():
    one_hidden = dict(zip(YEAR, [3, *[20] * 11], strict=True))
    two_hidden = dict(zip(YEAR, [6, 7, *[20] * 10], strict=True))

    (year, *_months) = table([Column(one_hidden, {}), Column(two_hidden, {})], YEAR, AFTER)

    assert (year.title, year.cells) == ("2025", [None, 213])


def test_the_page_sums_up_units_parts_and_what_was_folded():
    received, out = Family.RECEIVED, Family.OUT_OF_SCOPE
    numbers = {
        ("2026-01", received, "form", "police"): 12,
        ("2026-01", received, "phone", "drugs"): 3,
        ("2024-05", received, "", ""): 14,
        ("2024", received, "", ""): 11,
        ("all", received, "", ""): 4,
        ("2026-Q1", Family.LANE, "", ""): 99,
        ("2025", out, "", ""): 15,
        ("all", out, "", ""): 2,
    }

    columns = read_columns(numbers)

    assert columns[0] == Column({Month(2026, 1): 15, Month(2024, 5): 14}, {2024: 11})
    assert columns[1:] == [Column({}, {})] * 3
    assert count_out_of_scope(numbers) == 17
