"""How a publication reads: on the page of the desk, and as what is new at the terminal."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from ...reading.published import BUCKETS, PublishedFile, PublishedMeasure

WITHHELD: Final = "不公布"
_ALL: Final = "all"


def period_words(period: str) -> str:
    """Write a month, a quarter or a year as people say it."""
    year, _dash, rest = period.partition("-")
    if not rest:
        return f"{year} 年全年"
    return f"{year} 年第 {rest[1]} 季度" if rest[0] == "Q" else f"{year} 年 {int(rest)} 月"


@dataclass(frozen=True)
class PeriodRow:
    period: str
    """Or, where periods are the columns, the measure."""
    values: tuple[str, ...]
    """In the order of the columns; empty where the group was not there."""


@dataclass(frozen=True)
class Block:
    """One measure as a table: periods down, groups across."""

    title: str
    means: str
    columns: tuple[str, ...]
    rows: tuple[PeriodRow, ...]


def blocks_of(file: PublishedFile) -> Iterator[Block]:
    """Give all that a publication says, measure by measure; what it leaves out is in none."""
    for measure in file.measures:
        values = dict(_values_of(file, measure))
        if values:
            there = {group for _period, group in values}
            groups = [group.id for group in file.groups if group.id in there]
            words = {group.id: group.zh for group in file.groups} | {_ALL: "全部"}
            order = [_ALL, *groups]
            yield Block(
                measure.zh,
                measure.means.zh,
                tuple(words[group] for group in order),
                tuple(
                    PeriodRow(
                        period_words(one), tuple(values.get((one, group), "") for group in order)
                    )
                    for one in sorted({period for period, _group in values})
                ),
            )


def _values_of(
    file: PublishedFile, measure: PublishedMeasure
) -> Iterator[tuple[tuple[str, str], str]]:
    for row in file.numbers:
        if row.measure == measure.id:
            yield (row.period, row.group), WITHHELD if row.value is None else f"{row.value}"
    for median in file.medians:
        if median.measure == measure.id:
            yield (median.period, median.group), BUCKETS[median.value].zh


def together(blocks: Sequence[Block]) -> Block:
    """Put the measures that are told of all groups alone into one table: periods across."""
    alone = [block for block in blocks if len(block.columns) == 1]
    periods = list(dict.fromkeys(row.period for block in alone for row in block.rows))
    rows = []
    for block in alone:
        told = {row.period: row.values[0] for row in block.rows}
        rows.append(PeriodRow(block.title, tuple(told.get(one, "") for one in periods)))
    return Block("", "", tuple(periods), tuple(rows))


def lines_of(file: PublishedFile) -> Iterator[str]:
    """Write what is new for a terminal."""
    for block in blocks_of(file):
        yield block.title
        for row in block.rows:
            told = zip(block.columns, row.values, strict=True)
            words = "，".join(f"{column} {value}" for column, value in told if value)
            yield f"  {row.period}：{words}"
