"""Tables of a queue's numbers with a picture of the same rows: one row makes both.

Words are Chinese, as on all of staff's pages.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from flask_babel import lazy_gettext as _l
from markupsafe import Markup

from ...reading.drawing.bars import Bars, draw, key
from ...tip.status import STATUSES
from ..rules import rounded
from .reading import AGE_IDS, OPEN_STATES, Due, Queue
from .withholding import Shown, Split, at_least, is_safe, reveal, show

AGES: Final = {
    "0-3": _l("三天以内"),
    "4-7": _l("四到七天"),
    "8-15": _l("八到十五天"),
    "16-30": _l("十六到三十天"),
    "31-60": _l("三十一到六十天"),
    "61-": _l("六十天以上"),
}
UNTOLD: Final = "—"
_BESIDE: Final = _l("横条图，数和旁边的表一样")


@dataclass(frozen=True)
class Chart:
    """A table, and bars of some of its columns."""

    id: str
    title: Any
    caption: Any
    first: Any
    """What the names of the rows are."""
    columns: tuple[Any, ...]
    rows: tuple[Bars, ...]
    drawn: tuple[int, ...]
    """Which columns are drawn, by their places: two at most."""

    @property
    def picture(self) -> Markup:
        """Draw the rows of which something is known."""
        rows = [Bars(one.name, tuple(one.values[n] for n in self.drawn)) for one in self.rows]
        rows = [row for row in rows if any(value is not None for value in row.values)]
        # Names are escaped where they are drawn.
        return Markup(draw(rows, label=str(_BESIDE), missing=UNTOLD)) if rows else Markup()  # noqa: S704

    @property
    def key(self) -> Markup:
        names = [str(self.columns[n]) for n in self.drawn]
        return Markup(key(names)) if len(names) > 1 else Markup()  # noqa: S704


def of_own(queue: Queue, clocks: Mapping[str, str]) -> list[Chart]:
    """Make a head's charts: exact numbers of what the head finds in the queue."""
    rules = {rule for (rule, near), count in queue.clocks.items() if count and _is_told(near)}
    return [
        _plain(
            "states", _STATES, [(STATUSES[one].staff, queue.states[one]) for one in OPEN_STATES]
        ),
        _plain("ages", _AGES, [(str(AGES[one]), queue.ages[one]) for one in AGE_IDS]),
        _clocks(
            [
                Bars(name, (queue.clocks[rule, Due.PAST], queue.clocks[rule, Due.SOON]))
                for rule, name in clocks.items()
                if rule in rules
            ]
        ),
    ]


_STATES: Final = (_l("办到哪一步"), _l("没办完的，各在哪一步"), _l("状态"))
_AGES: Final = (_l("收到多久了"), _l("没办完的，收到多久了"), _l("收到以后"))


def _is_told(near: Due) -> bool:
    return near in (Due.PAST, Due.SOON)


def _plain(name: str, words: tuple[Any, Any, Any], rows: Sequence[tuple[str, int]]) -> Chart:
    made = tuple(Bars(title, (count,)) for title, count in rows)
    return Chart(name, *words, (_l("条数"),), made, drawn=(0,))


def _clocks(rows: Sequence[Bars]) -> Chart:
    words = _l("期限"), _l("按下一个期限分，每条只算一次"), _l("哪个期限")
    columns = _l("过了期"), _l("三天内到期")
    return Chart("clocks", *words, columns, tuple(rows), drawn=(0, 1))


@dataclass(frozen=True)
class Whole:
    """What the counter sees of all units."""

    charts: list[Chart]
    waiting: int | None
    danger: int | None
    apart: int | None


def of_all(
    queues: Mapping[str, Queue], units: Mapping[str, str], clocks: Mapping[str, str]
) -> Whole:
    """Make the counter's numbers of all units, in the order of the district's own list."""
    splits = {unit_id: split_of(queues.get(unit_id, Queue())) for unit_id in units}
    queue = sum((queues[unit_id] for unit_id in units if unit_id in queues), Queue())
    told = [queue.clocks[rule, near] for rule in clocks for near in (Due.PAST, Due.SOON)]
    # What is hidden of a unit's ages tells nothing.
    seen = [split if is_safe([split]) else Split(split.ways[:1]) for split in splits.values()]
    (waiting,), (danger,), ends = reveal(seen, ([queue.waiting], [queue.danger], told))
    names = tuple(STATUSES[one].staff for one in OPEN_STATES)
    states = {unit_id: show(split.ways[0]) for unit_id, split in splits.items()}
    ages = {unit_id: show_ages(split) for unit_id, split in splits.items()}
    charts = [
        _by_unit("states", _STATES[0], units, names, states),
        _by_unit("ages", _AGES[0], units, tuple(map(str, AGES.values())), ages),
        _clocks_of_all(ends, clocks),
    ]
    return Whole(charts, waiting, danger, rounded(queue.apart))


def split_of(queue: Queue) -> Split:
    """Take a unit's open tips by where they stand, and by how old they are."""
    states = [queue.states[one] for one in OPEN_STATES]
    return Split((states, [queue.ages[one] for one in AGE_IDS]))


def show_ages(split: Split) -> Shown:
    """Show a unit's ages beside its states; none where they would tell of one another."""
    return show(split.ways[1]) if is_safe([split]) else [None] * len(split.ways[1])


def _by_unit(
    name: str,
    title: Any,
    units: Mapping[str, str],
    columns: tuple[str, ...],
    cells: Mapping[str, Shown],
) -> Chart:
    rows = tuple(
        Bars(zh, (*cells[unit_id], at_least(cells[unit_id]))) for unit_id, zh in units.items()
    )
    words = title, _l("没办完的，取整到十"), _l("单位")
    return Chart(name, *words, (*columns, _l("合计至少")), rows, drawn=(len(columns),))


def _clocks_of_all(shown: Shown, clocks: Mapping[str, str]) -> Chart:
    """Show each clock of all units together, every rule by its name whether it has any or not."""
    pairs = zip(shown[::2], shown[1::2], strict=True)
    return _clocks([Bars(name, pair) for name, pair in zip(clocks.values(), pairs, strict=True)])
