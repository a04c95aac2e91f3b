"""Random histories of tips, how they are published one quarter after the other, and carelessly."""

import random
from collections import Counter
from dataclasses import dataclass
from datetime import date

from admin.counts.cells import ALL, Cell, Shape, parts_of, year_of
from admin.counts.disclosing.book import Book, close, count_of
from admin.counts.disclosing.numbers import LEAST, Publication, Why, rounded
from admin.counts.disclosing.publisher import next_publication

GROUPS = ("crime", "drugs", "trades", "watched")
PARTS = ("received_form", "received_phone", "received_visit")


@dataclass(frozen=True)
class History:
    shape: Shape
    counted: Counter

    @property
    def quarters(self):
        return self.shape.quarters

    def until(self, quarter):
        """Give the shape as it is known when that quarter is the last one."""
        groups = {one: names for one, names in self.shape.groups.items() if one <= quarter}
        return Shape(
            self.shape.measures, groups, self.shape.parts, self.shape.quarterly, self.shape.yearly
        )

    def book(self, quarter=None):
        last = quarter or self.quarters[-1]
        inside = [one for one in self.quarters if one <= last]
        return close(Book(), self.counted, self.until(last), inside)


def day_of(quarter):
    return date(int(quarter[:4]) + 1, 3 * int(quarter[-1]) - 2, 15)


def random_history(seed, *, tips=5_000, years=(2027, 2028), groups=GROUPS, parts=PARTS, rare=False):
    """Share tips out among months and groups of very unequal size; groups begin and end."""
    draw = random.Random(seed)
    quarters = [f"{year}-Q{number}" for year in years for number in range(1, 5)]
    there = {quarter: tuple(groups) for quarter in quarters}
    if draw.random() < 0.5:
        late = draw.randrange(1, len(quarters))
        there = {one: tuple(groups[: len(groups) - (one < quarters[late])]) for one in quarters}
    weights = {group: draw.random() ** 4 + 0.002 for group in groups}
    if rare:  # A few tips a quarter, however the others are.
        weights[groups[0]] = 4 * len(quarters) / tips * sum(weights.values())
    ways = {part: draw.random() ** 4 + 0.002 for part in parts}
    months = [month for quarter in quarters for month in parts_of(quarter)]
    busy = [draw.random() + 0.2 for _ in months]
    counted = Counter()
    for month in draw.choices(months, busy, k=tips):
        names = there[f"{month[:4]}-Q{(int(month[5:]) + 2) // 3}"]
        group = draw.choices(names, [weights[name] for name in names])[0]
        counted[Cell("received", month, group)] += 1
        if parts:
            part = draw.choices(list(ways), list(ways.values()))[0]
            counted[Cell(part, month, ALL)] += 1
    measures = {"received": True} | dict.fromkeys(parts, False)
    return History(Shape(measures, there, {"received": (parts,)} if parts else {}), counted)


def published(history):
    """Publish a history quarter by quarter."""
    book, before = Book(), []
    for quarter in history.quarters:
        shape = history.until(quarter)
        book = close(book, history.counted, shape, [quarter])
        before.append(next_publication(shape, book, before, day_of(quarter)))
    return before


def careless(history, *, months=False):
    """Publish as somebody would who withholds what is small and rounds, and thinks no further."""
    found = []
    for quarter in history.quarters:
        shape, book = history.until(quarter), history.book(quarter)
        periods = [quarter, *([year_of(quarter)] if quarter.endswith("Q4") else [])]
        periods += parts_of(quarter) if months else ()
        cells = [c for one in shape.measures for at in periods for c in shape.cells(one, at)]
        counts = {cell: count_of(book, shape, cell) for cell in cells}
        shown = {cell: rounded(count) for cell, count in counts.items() if count >= LEAST}
        small = dict.fromkeys(set(counts) - set(shown), Why.SMALL)
        found.append(Publication(day_of(quarter), shown, small))
    return found


def counts(history):
    """Give what a true count is, for the auditor."""
    book: Book = history.book()
    return lambda cell: count_of(book, history.shape, cell)


def of_table(table, quarter="2027-Q1"):
    """Make a history of one measure from counts by quarter and group, all in the first month."""
    rows = table if isinstance(next(iter(table.values())), dict) else {quarter: table}
    counted = Counter(
        {
            Cell("received", parts_of(when)[0], group): count
            for when, row in rows.items()
            for group, count in row.items()
        }
    )
    shape = Shape({"received": True}, {when: tuple(row) for when, row in rows.items()})
    return History(shape, counted)
