"""What is published, and that no sequence of publications betrays what is withheld."""

import subprocess
import sys
from collections import Counter

import pytest

from admin.config import ROOT
from admin.counts.cells import ALL, Cell, Shape
from admin.counts.disclosing.book import Book, close, count_of
from admin.counts.disclosing.numbers import LEAST, Publication, Why, interval, rounded
from admin.counts.disclosing.publisher import Median, PublicationStopped, next_publication
from admin.counts.narrowing.audit import audit
from tests.admin.counts.histories import (
    History,
    counts,
    day_of,
    of_table,
    published,
    random_history,
)


@pytest.mark.parametrize("seed", [4])
def test_no_sequence_of_publications_of_5_000_tips_betrays_a_small_number(seed):
    """`make disclosure` publishes many more histories."""
    history = random_history(seed, parts=(), rare=True)

    publications = published(history)

    assert any(one.withheld for one in publications)
    for last in range(1, len(publications) + 1):
        assert not audit(publications[:last], history.shape, counts(history)).findings


def test_a_number_lies_in_the_interval_of_what_is_shown_for_it():
    for count in range(LEAST, 300):
        low, high = interval(rounded(count))

        assert LEAST <= low <= count <= high <= low + 4


def numbers(table, **more):
    history = of_table(table, **more)
    return {
        str(cell).removeprefix("received "): value
        for one in published(history)
        for cell, value in one.numbers().items()
    }


@pytest.mark.parametrize("count", range(10))
def test_0_looks_the_same_as_9(count):
    shown = numbers({"crime": 60, "drugs": count})

    assert (shown["2027-Q1 crime"], shown["2027-Q1 drugs"]) == (None, None)
    assert shown["2027-Q1 all"] == rounded(60 + count)


def test_a_group_of_one_quarter_shows_neither_in_it_nor_in_its_year():
    rows = {f"2027-Q{n}": {"crime": 60, "drugs": 60} for n in (1, 2, 4)}
    shown = numbers(rows | {"2027-Q3": {"crime": 60, "drugs": 60, "trades": 4}})

    assert shown["2027-Q3 trades"] is None
    assert shown["2027 trades"] is None
    assert shown["2027 all"] == 485


def test_the_first_publication_of_a_late_beginning_says_no_year_that_is_one_quarter():
    """Its numbers would be the quarter's: what is withheld there would stand here."""
    shown = numbers({"crime": 40, "drugs": 3}, quarter="2027-Q4")

    assert shown == {"2027-Q4 all": 45, "2027-Q4 crime": None, "2027-Q4 drugs": None}


def test_where_there_is_one_group_all_is_withheld_with_it():
    shown = numbers({"drugs": 7})

    assert set(shown.values()) == {None}


def test_a_quarter_that_cannot_be_told_safely_is_left_out_and_does_not_stop_the_rest():
    """Its total is ten: named as large, it would tell that neither of its parts is none."""
    shown = numbers({"2027-Q3": {"crime": 14, "drugs": 5}, "2027-Q4": {"crime": 7, "drugs": 3}})

    assert shown == {"2027-Q3 all": 20, "2027-Q3 crime": None, "2027-Q3 drugs": None}


def test_months_are_told_only_where_none_of_a_quarters_numbers_is_small():
    months = Counter(
        {Cell("received", f"2027-0{n}", group): 20 for n in range(1, 7) for group in ("a", "b")}
    )
    months[Cell("received", "2027-05", "b")] = 9
    shape = Shape({"received": True}, dict.fromkeys(("2027-Q1", "2027-Q2"), ("a", "b")))

    told = {cell.period for one in published(History(shape, months)) for cell in one.numbers()}

    assert told == {"2027-Q1", "2027-Q2", "2027-01", "2027-02", "2027-03"}


def test_what_is_withheld_goes_out_without_its_reason():
    (only,) = published(of_table({"crime": 60, "drugs": 4}))
    cells = [Cell("received", "2027-Q1", group) for group in ("crime", "drugs")]

    assert [only.withheld[cell] for cell in cells] == [Why.PROTECTS, Why.SMALL]
    assert [only.numbers()[cell] for cell in cells] == [None, None]


def test_a_count_that_is_mended_later_changes_nothing_that_was_closed():
    history = of_table(
        {"2027-Q1": {"crime": 60, "drugs": 50}, "2027-Q2": {"crime": 60, "drugs": 50}}
    )
    book = history.book("2027-Q1")
    late = Counter(history.counted) + Counter({Cell("received", "2027-02", "crime"): 3})

    after = close(book, late, history.shape, ["2027-Q2"])

    assert count_of(after, history.shape, Cell("received", "2027-Q1", "crime")) == 60
    assert count_of(after, history.shape, Cell("received", "2027-Q2", "crime")) == 60


def test_a_median_is_told_of_all_groups_beside_a_large_count_and_not_otherwise():
    history = of_table({"crime": 22, "drugs": 60})
    counted = {group: Cell("received", "2027-Q1", group) for group in ("crime", "drugs", ALL)}
    offered = [
        Median(Cell("days_read", "2027-Q1", ALL), counted[ALL], "2-3"),
        Median(Cell("days_closed", "2027-Q1", ALL), counted["crime"], "8-15"),
        Median(Cell("days_read", "2027-Q1", "drugs"), counted["drugs"], "2-3"),
        Median(Cell("days_read", "2027-01", ALL), counted[ALL], "2-3"),
    ]

    made = next_publication(history.shape, history.book(), [], day_of("2027-Q1"), medians=offered)

    assert made.medians == {offered[0].cell: "2-3"}


def test_a_publication_is_stopped_where_older_ones_betray_a_number():
    """As if somebody had changed the file of what was published."""
    history = of_table(
        {"2027-Q1": {"crime": 60, "drugs": 4}, "2027-Q2": {"crime": 60, "drugs": 50}}
    )
    shown = {Cell("received", "2027-Q1", "crime"): 60, Cell("received", "2027-Q1", ALL): 65}
    older = [Publication(day_of("2027-Q1"), shown, {})]

    with pytest.raises(
        PublicationStopped, match=r"received 2027-Q1 drugs：范围太窄.*2028-01-15 公布"
    ):
        next_publication(history.shape, history.book(), older, day_of("2027-Q2"))


def test_of_parts_that_do_not_make_their_whole_the_quarter_and_its_year_are_left_out():
    quarters = ("2027-Q3", "2027-Q4")
    shape = Shape(
        {"closed": False, "closed_found": False, "read": False},
        dict.fromkeys(quarters, ()),
        {"closed": (("closed_found",),)},
    )
    counted = {
        Cell(measure, month, ALL): 40
        for measure in shape.measures
        for month in ("2027-07", "2027-10")
    }
    torn = counted | {Cell("closed_found", "2027-07", ALL): 39}

    book = close(Book(), torn, shape, quarters)
    made = next_publication(shape, book, [], day_of("2027-Q4"))

    assert book.torn == {("closed", "2027-Q3"), ("closed_found", "2027-Q3")}
    periods = {
        measure: {cell.period for cell in made.numbers() if cell.measure == measure}
        for measure in shape.measures
    }
    assert periods == {
        "closed": {"2027-Q4"},
        "closed_found": {"2027-Q4"},
        "read": {"2027-Q3", "2027-Q4", "2027"},
    }


def test_the_app_starts_without_the_auditors_library():
    """It weighs more than all else together, and is an extra of the machine that publishes."""
    code = "import sys, admin.cli, admin; admin.create_app; print('scipy' in sys.modules)"

    said = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=True)

    assert said.stdout == b"False\n"
