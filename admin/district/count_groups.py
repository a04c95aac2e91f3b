"""Groups of units whose numbers are published together: content/data/count_groups.yml."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ..reading.data_files import DataError, load_file
from ..reading.published import PublishedGroup

REST: Final = PublishedGroup("rest", "其他单位", "Other units")
"""The group of units that no group in use names: those of retired groups, too."""
_TAKEN: Final = frozenset({"all", REST.id})


@dataclass(frozen=True)
class CountGroups:
    """Which units make which group; each unit is in one."""

    words: Mapping[str, PublishedGroup]
    """Those in use, in the order of the file; the rest last, where there is any."""
    of_unit: Mapping[str, str]
    retired: frozenset[str] = frozenset()

    def of(self, unit_id: str) -> str:
        """Name the group of a unit."""
        return self.of_unit.get(unit_id, REST.id)

    @property
    def units(self) -> dict[str, list[str]]:
        """Name the units of each group, as a publication keeps them."""
        found: dict[str, list[str]] = {group: [] for group in self.words}
        for unit_id, group in sorted(self.of_unit.items()):
            found[group].append(unit_id)
        return found


def load_groups(content: Path) -> CountGroups:
    """Read the groups. Raises `DataError` where a unit stands in two, or does not exist."""
    rows = load_file(content, "count_groups")["items"]
    units = {row["id"]: row for row in load_file(content, "routes")["items"]}
    of_unit: dict[str, str] = {}
    for row in rows:
        if row["id"] in _TAKEN:
            raise DataError(f"count_groups.yml：{row['id']} 另有意思，请换一个 id。")
        for unit_id in row["units"]:
            _check_unit(unit_id, units.get(unit_id), of_unit)
            of_unit[unit_id] = row["id"]
    words = {
        row["id"]: PublishedGroup(row["id"], row["zh"], row["en"])
        for row in rows
        if not row.get("retired")
    }
    used = {unit_id: group for unit_id, group in of_unit.items() if group in words}
    real = {unit_id for unit_id, row in units.items() if not row.get("practice")}
    rest = {} if real <= set(used) else {REST.id: REST}
    return CountGroups(words | rest, used, frozenset(row["id"] for row in rows) - set(words))


def _check_unit(unit_id: str, row: Mapping[str, object] | None, seen: Mapping[str, str]) -> None:
    if row is None:
        raise DataError(f"count_groups.yml：routes.yml 里没有 {unit_id} 这个单位。")
    if unit_id in seen:
        raise DataError(f"count_groups.yml：{unit_id} 写在两个组里，只能在一个组里。")
    if row.get("practice"):
        raise DataError(f"count_groups.yml：{unit_id} 是练习用的，不能算进任何一组。")
