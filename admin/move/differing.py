"""Finds in what two tables differ, by a walk through both at once."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from .reading import Key, TableRow


@dataclass(frozen=True)
class Change:
    """What has to be done to one row of the new table."""

    key: Key
    values: dict[str, Any] | None
    """The row as it must be; None: it is gone from the old table."""
    is_there: bool
    """A row of this key stands in the new table."""


def differences(old: Iterator[TableRow], new: Iterator[TableRow]) -> Iterator[Change]:
    """Yield what the new table lacks, has otherwise or has still; values, not sums, are compared.

    Both must come in the same order of keys.
    """
    mine, theirs = next(old, None), next(new, None)
    while mine or theirs:
        if mine and (theirs is None or mine.key < theirs.key):
            yield Change(mine.key, mine.values, is_there=False)
            mine = next(old, None)
        elif theirs and (mine is None or theirs.key < mine.key):
            yield Change(theirs.key, None, is_there=True)
            theirs = next(new, None)
        elif mine and theirs:
            if mine.values != theirs.values:
                yield Change(mine.key, mine.values, is_there=True)
            mine, theirs = next(old, None), next(new, None)
