"""The auditor: held against brute force on small tables, and set on careless publications."""

import itertools
from collections import Counter
from datetime import date
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from admin.counts.cells import ALL, Cell, Shape, parts_of, sums
from admin.counts.disclosing.numbers import KNOWN, LEAST, Publication, Why, interval, rounded
from admin.counts.narrowing import ranges
from admin.counts.narrowing.audit import audit
from admin.counts.narrowing.findings import Kind, say
from admin.counts.narrowing.ranges import FAR, Net, NotSolved
from tests.admin.counts.histories import (
    History,
    careless,
    counts,
    of_table,
    published,
    random_history,
)

MOST = 31
ATOM = st.integers(0, 14)
TABLES = st.tuples(ATOM, ATOM, ATOM, ATOM)
GRID = np.stack([axis.ravel() for axis in np.meshgrid(*[np.arange(MOST + 1, dtype=np.int16)] * 4)])
"""Every table of four numbers from 0 to 31."""


def month(quarter):
    return parts_of(quarter)[0]


def over_time(atoms):
    """Two groups in the last two quarters of a first year: (drugs, police) by (Q3, Q4)."""
    places = list(itertools.product(("2027-Q3", "2027-Q4"), ("crime", "drugs")))
    shape = Shape({"received": True}, dict.fromkeys(("2027-Q3", "2027-Q4"), ("crime", "drugs")))
    counted = Counter(
        {Cell("received", month(q), g): n for (q, g), n in zip(places, atoms, strict=True)}
    )
    inside = {}
    for cell in [
        c for period in ("2027-Q3", "2027-Q4", "2027") for c in shape.cells("received", period)
    ]:
        inside[cell] = [
            number
            for number, (quarter, group) in enumerate(places)
            if cell.period in (quarter, "2027") and cell.group in (group, ALL)
        ]
    return History(shape, counted), inside


def across_measures(atoms):
    """One quarter, by two groups and by two channels: each tip has one of each."""
    places = list(itertools.product(("crime", "drugs"), ("form", "phone")))
    shape = Shape(
        {"received": True, "form": False, "phone": False},
        {"2027-Q1": ("crime", "drugs")},
        {"received": (("form", "phone"),)},
    )
    counted, inside = Counter(), {}
    for (group, channel), count in zip(places, atoms, strict=True):
        counted[Cell("received", "2027-01", group)] += count
        counted[Cell(channel, "2027-01", ALL)] += count
    for measure in shape.measures:
        for cell in shape.cells(measure, "2027-Q1"):
            inside[cell] = [
                number
                for number, (group, channel) in enumerate(places)
                if cell.group in (group, ALL) and measure in (channel, "received")
            ]
    return History(shape, counted), inside


def left_over(publications, inside):
    """Give every table of the grid that fits all that was said."""
    fits = np.ones(GRID.shape[1], dtype=bool)
    for publication in publications:
        for cell, value in publication.shown.items():
            low, high = interval(value)
            found = GRID[inside[cell]].sum(axis=0)
            fits &= (found >= low) & (found <= high)
    return GRID[:, fits]


def mixtures(atoms):
    """Give each way to know nine tips, or all that there are, in four places."""
    known = min(KNOWN, sum(atoms))
    ways = itertools.product(*(range(min(KNOWN, atom) + 1) for atom in atoms))
    return [np.array(way, dtype=np.int16) for way in ways if sum(way) == known]


QUIET = settings(
    max_examples=5,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    derandomize=True,
    phases=(Phase.explicit, Phase.generate),
)


@pytest.mark.parametrize("table", [over_time, across_measures])
@QUIET
@given(atoms=TABLES)
def test_the_ranges_are_those_of_brute_force(table, atoms):
    history, inside = table(atoms)
    publications = careless(history)
    shown = {cell: value for one in publications for cell, value in one.shown.items()}
    net = Net(inside, sums(history.shape))
    bounds = {cell: interval(shown[cell]) if cell in shown else (0, FAR) for cell in inside}
    tables = left_over(publications, inside)

    for cell, places in inside.items():
        found = tables[places].sum(axis=0)
        assert net.least((cell,), bounds).at == found.min()
        assert min(net.most((cell,), bounds).at, MOST) == min(found.max(), MOST)


def small_and_tables(table, atoms):
    """Publish a table; give its small cells, by the places that they add up, and what fits."""
    history, inside = table(atoms)
    publications = published(history)
    true = counts(history)
    small = {str(cell): places for cell, places in inside.items() if true(cell) < LEAST}
    return publications, inside, small, left_over(publications, inside)


def check_nine(table, atoms):
    """Try each way to know nine tips; gives whether anything was published that could betray."""
    publications, _inside, small, tables = small_and_tables(table, atoms)
    if not small or not any(one.shown for one in publications) or tables.shape[1] > 60_000:
        return False
    for known in mixtures(atoms):
        possible = tables[:, (tables >= known[:, None]).all(axis=0)]
        for cell, places in small.items():
            rest = (possible[places] - known[places, None]).sum(axis=0)
            assert rest.min() == 0, (atoms, cell, known)
            assert rest.max() >= LEAST, (atoms, cell, known)
    return True


def check_guesser(table, atoms):
    """Suppose that it is known of each number that is said to be withheld whether it is small."""
    publications, inside, small, tables = small_and_tables(table, atoms)
    if not small or not any(one.shown for one in publications):
        return False
    for one in publications:
        for cell in one.withheld:
            found = tables[inside[cell]].sum(axis=0)
            tables = tables[:, found < LEAST if str(cell) in small else found >= LEAST]
    for cell, places in small.items():
        found = tables[places].sum(axis=0)
        assert found.min() == 0, (atoms, cell)
        assert found.max() >= LEAST - 1, (atoms, cell)
    return True


# Each has small numbers beside shown ones; `make disclosure` draws many more.
SEVERAL = {
    over_time: [(9, 13, 14, 12), (0, 14, 9, 14), (8, 10, 7, 11)],
    across_measures: [(1, 2, 14, 14), (0, 3, 14, 9)],
}


@pytest.mark.parametrize("table", [over_time, across_measures])
def test_whoever_knows_any_nine_tips_cannot_narrow_what_our_publications_withhold(table):
    assert any([check_nine(table, atoms) for atoms in SEVERAL[table]])


@pytest.mark.parametrize("table", [over_time, across_measures])
def test_whoever_works_out_which_are_small_still_finds_0_to_9(table):
    assert any([check_guesser(table, atoms) for atoms in SEVERAL[table]])


@pytest.mark.parametrize("seed", [0, 1, 3])
def test_who_withholds_only_what_is_small_is_caught(seed):
    history = random_history(seed, tips=600, years=(2027,), parts=(), rare=True)
    publications = careless(history)
    assert any(one.withheld for one in publications)

    found = audit(publications, history.shape, counts(history)).findings

    assert {one.kind for one in found} & {Kind.NARROW, Kind.GUESSED}


def test_a_rounded_total_beside_rounded_parts_betrays_the_one_that_is_withheld():
    history = of_table({"crime": 41, "drugs": 3})

    (first, *_) = audit(careless(history), history.shape, counts(history)).findings

    assert (first.kind, first.cells) == (Kind.NARROW, (Cell("received", "2027-Q1", "drugs"),))
    assert (first.low, first.high) == (0, 9)
    assert {str(said.cell): said.value for said in first.by} == {
        "received 2027-Q1 all": 45,
        "received 2027-Q1 crime": 40,
    }
    assert "received 2027-Q1 crime = 40（2028-01-15 公布）" in say(first)


def test_months_beside_a_quarter_betray_the_month_that_is_withheld():
    history = of_table({"crime": 60})
    history.counted.update({Cell("received", f"2027-0{n}", "crime"): 4 * n for n in (2, 3)})
    publications = careless(history, months=True)

    found = audit(publications, history.shape, counts(history)).findings

    assert Cell("received", "2027-02", "crime") in {cell for one in found for cell in one.cells}


def test_a_year_betrays_a_quarter_that_an_older_publication_withheld():
    rows = {f"2027-Q{n}": {"crime": 50} for n in (1, 2, 3)} | {"2027-Q4": {"crime": 4}}
    history = of_table(rows)
    (*older, last) = careless(history)
    quarters = [*older, Publication(last.day, {}, {})]

    assert not audit(quarters, history.shape, counts(history)).findings
    assert {
        one.cells[0].period
        for one in audit([*older, last], history.shape, counts(history)).findings
    } == {"2027-Q4"}


def test_whoever_knows_that_a_year_has_one_group_reads_it_from_all():
    history = of_table({"2027-Q3": {"drugs": 16}, "2027-Q4": {"drugs": 4}})
    all_but_groups = [
        Publication(one.day, {c: n for c, n in one.shown.items() if c.group == ALL}, {})
        for one in careless(history)
    ]

    found = audit(all_but_groups, history.shape, counts(history)).findings

    assert Cell("received", "2027-Q4", "drugs") in {cell for one in found for cell in one.cells}


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([(ALL, 5)], Kind.TOO_SMALL),
        ([(ALL, 43)], Kind.TOO_SMALL),
        ([(ALL, 30), (ALL, 35)], Kind.RESTATED),
        ([(ALL, 30), (ALL, 90)], Kind.RESTATED),
        ([(ALL, 30), ("crime", 60)], Kind.CONTRADICTION),
    ],
)
def test_what_is_wrong_without_any_reckoning_is_said(values, kind):
    history = of_table({"crime": 41, "drugs": 3})
    publications = [
        Publication(date(2028, 1 + number, 15), {Cell("received", "2027-Q1", group): value})
        for number, (group, value) in enumerate(values)
    ]

    found = audit(publications, history.shape, counts(history)).findings

    assert kind in {one.kind for one in found}


def test_small_numbers_that_cannot_all_be_none_are_found_together():
    history = of_table({"crime": 60, "drugs": 4, "trades": 4, "watched": 60})
    cell = {
        group: Cell("received", "2027-Q1", group)
        for group in (*history.shape.groups_in("2027-Q1"), ALL)
    }
    shown = {cell["crime"]: 60, cell["watched"]: 60, cell[ALL]: 135}

    found = audit([Publication(date(2028, 1, 15), shown)], history.shape, counts(history)).findings

    assert (Kind.GROUP, (cell["drugs"], cell["trades"])) in {(one.kind, one.cells) for one in found}


WHOLE = {"crime": 60, "drugs": 1, "trades": 10, "watched": 10}
REST = {"crime": 60, "drugs": 3, "trades": 0, "watched": 0}


def told_of(quarter, numbers, shown=("crime", ALL)):
    """Say some groups of a quarter, and that the others are withheld."""
    cells = {group: Cell("received", quarter, group) for group in (*numbers, ALL)}
    true = numbers | {ALL: sum(numbers.values())}
    return Publication(
        date(2028, 1, 15),
        {cells[group]: rounded(true[group]) for group in shown},
        {cells[group]: Why.UNTOLD for group in cells if group not in shown},
    )


def test_what_nobody_counts_any_more_does_not_blind_the_auditor_to_what_is_counted():
    """The second quarter was adopted from its file: which of it was small, nobody knows."""
    history = of_table({"2027-Q1": WHOLE, "2027-Q2": REST})
    true = counts(history)
    told = [told_of("2027-Q1", WHOLE), told_of("2027-Q2", REST)]

    def count(cell):
        return true(cell) if cell.period == "2027-Q1" else FAR

    findings = audit(told, history.shape, count).findings

    assert (Kind.GUESSED, "2027-Q1") in {(one.kind, one.cells[0].period) for one in findings}


def test_what_was_told_and_is_not_what_is_counted_is_no_reason_to_look_less_closely():
    """As if a file or a closed count had been changed: no kinds of numbers fit what was told."""
    history = of_table({"2027-Q1": WHOLE, "2027-Q2": REST})
    told = [told_of("2027-Q1", WHOLE), told_of("2027-Q2", REST | {"drugs": 40})]

    findings = audit(told, history.shape, counts(history)).findings

    assert Kind.UNTRUE in {one.kind for one in findings}


@pytest.mark.parametrize("status", [1, 3, 4])
def test_a_solver_without_an_answer_is_not_read_as_safe(monkeypatch, status):
    """Out of time, without an end, or in trouble with its numbers."""
    history = of_table({"2027-Q1": WHOLE})
    monkeypatch.setattr(ranges, "linprog", lambda *_args, **_more: SimpleNamespace(status=status))

    with pytest.raises(NotSolved):
        audit([told_of("2027-Q1", WHOLE)], history.shape, counts(history))
