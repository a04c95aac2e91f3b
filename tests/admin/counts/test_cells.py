"""What a number may count, and which sums hold among the numbers."""

from datetime import date

import pytest

from admin.counts.cells import (
    ALL,
    BadCell,
    Cell,
    Shape,
    last_day,
    month_of,
    next_quarter,
    parts_of,
    quarter_of,
    sums,
    year_of,
)

SHAPE = Shape(
    measures={"received": True, "by_web": False, "by_hand": False, "late": False, "out": False},
    groups={"2026-Q3": ("police", "drugs"), "2026-Q4": ("police",)},
    parts={"received": (("by_web", "by_hand"), ("late",))},
    quarterly=frozenset({"late"}),
    yearly=frozenset({"out"}),
)


WHOLE_YEAR = Shape(
    {"out": False}, {f"2027-Q{number}": () for number in range(1, 5)}, yearly=frozenset({"out"})
)


@pytest.mark.parametrize(
    ("measure", "period", "group"),
    [
        ("received", "2026-11-03", ALL),
        ("received", "2026-W44", ALL),
        ("received", "2026-13", ALL),
        ("received", "2026-Q5", ALL),
        ("received", "", ALL),
        ("received", "2026", "城关街道"),
        ("received", "2026", "shili village"),
        ("received", "2026", ""),
        ("张三", "2026", ALL),
        ("received\n", "2026", ALL),
    ],
)
def test_there_is_no_cell_of_a_day_a_place_a_person_or_a_word(measure, period, group):
    with pytest.raises(BadCell):
        Cell(measure, period, group)


def test_a_cell_has_three_fields_and_takes_no_fourth():
    assert Cell.__slots__ == ("measure", "period", "group")
    with pytest.raises((AttributeError, TypeError)):
        Cell("received", "2026", ALL).township = "shili"


def test_cells_stand_in_an_order_and_can_be_keys():
    first, second = Cell("received", "2026-Q3", ALL), Cell("received", "2026-Q4", ALL)

    assert sorted([second, first]) == [first, second]
    assert {first: 1}[Cell("received", "2026-Q3", ALL)] == 1


@pytest.mark.parametrize(
    ("period", "quarter", "parts", "last"),
    [
        ("2026-01", "2026-Q1", (), date(2026, 1, 31)),
        ("2028-02", "2028-Q1", (), date(2028, 2, 29)),
        ("2026-12", "2026-Q4", (), date(2026, 12, 31)),
        ("2026-Q2", "2026-Q2", ("2026-04", "2026-05", "2026-06"), date(2026, 6, 30)),
        ("2026-Q4", "2026-Q4", ("2026-10", "2026-11", "2026-12"), date(2026, 12, 31)),
    ],
)
def test_months_make_a_quarter(period, quarter, parts, last):
    assert (quarter_of(period), parts_of(period), last_day(period)) == (quarter, parts, last)


def test_quarters_make_a_year_and_follow_each_other():
    assert parts_of("2026") == ("2026-Q1", "2026-Q2", "2026-Q3", "2026-Q4")
    assert last_day("2026") == date(2026, 12, 31)
    assert year_of("2026-Q4") == "2026"
    assert [next_quarter("2026-Q3"), next_quarter("2026-Q4")] == ["2026-Q4", "2027-Q1"]
    assert month_of(date(2026, 3, 9)) == "2026-03"


def told(*, monthly=frozenset()):
    return {
        (str(one.total), tuple(str(part) for part in one.parts)) for one in sums(SHAPE, monthly)
    }


def test_groups_make_all_and_a_group_of_one_quarter_is_its_own_year():
    assert ("received 2026-Q3 all", ("received 2026-Q3 drugs", "received 2026-Q3 police")) in told()
    assert ("received 2026-Q4 all", ("received 2026-Q4 police",)) in told()
    assert ("received 2026 drugs", ("received 2026-Q3 drugs",)) in told()
    assert ("received 2026 all", ("received 2026 drugs", "received 2026 police")) in told()


def test_a_first_year_that_began_late_is_made_of_the_quarters_that_there_were():
    assert ("by_web 2026 all", ("by_web 2026-Q3 all", "by_web 2026-Q4 all")) in told()


def test_what_is_counted_by_whole_years_is_not_told_of_a_year_that_began_late():
    """It was counted from January on, or nobody knows from when: the others from July."""
    assert SHAPE.periods("out") == ()


def test_measures_make_another_one_in_all():
    assert ("received 2026-Q3 all", ("by_web 2026-Q3 all", "by_hand 2026-Q3 all")) in told()
    assert ("received 2026 all", ("by_web 2026 all", "by_hand 2026 all")) in told()


def test_months_take_part_only_where_they_are_asked_for():
    family = ("received", "by_web", "by_hand", "late")
    months = told(monthly=frozenset((measure, "2026-Q4") for measure in family)) - told()

    assert {total.split()[0] for total, _parts in months} == {"received", "by_web", "by_hand"}
    assert len(months) == 2 + 3 + 3 + 1 + 1  # by time, by group, by measure
    for month in ("2026-10", "2026-11", "2026-12"):
        assert (f"received {month} all", (f"received {month} police",)) in months
        assert (f"received {month} all", (f"by_web {month} all", f"by_hand {month} all")) in months
    quarter = tuple(f"received 2026-{month} police" for month in (10, 11, 12))
    assert ("received 2026-Q4 police", quarter) in months


def test_a_measure_has_no_finer_periods_than_its_own():
    assert WHOLE_YEAR.periods("out") == ("2027",)
    assert SHAPE.periods("late", frozenset({("late", "2026-Q4")})) == SHAPE.periods("late")
    assert ("late 2026 all", ("late 2026-Q3 all", "late 2026-Q4 all")) in told()


def test_measures_that_hang_together_are_a_family():
    assert set(SHAPE.families()) == {("by_hand", "by_web", "late", "received"), ("out",)}
