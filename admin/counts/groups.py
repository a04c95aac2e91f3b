"""Groups of units whose numbers stand together: content/data/count_groups.yml."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ..district.data import Choice, Unit
from ..reading.data_files import DataError, load_file
from ..reading.routes import current
from .cells import ALL


@dataclass(frozen=True)
class Groups:
    """Which units make which group; each unit is in one."""

    words: Mapping[str, Choice]
    of_unit: Mapping[str, str]

    def of(self, unit_id: str) -> str:
        """Name the group of a unit. One that is gone, and was never said, is among the rest."""
        return self.of_unit.get(unit_id, REST)


REST: Final = "rest"
"""The group of units that no group names."""
_TAKEN: Final = frozenset({ALL, REST})


def load_groups(content: Path, units: Mapping[str, Unit]) -> Groups:
    """Read the groups. Raises `DataError` where a unit stands in two, or does not exist."""
    rows = list(current(load_file(content, "count_groups")["items"]))
    known = {row["id"] for row in load_file(content, "routes")["items"]}
    of_unit: dict[str, str] = {}
    for row in rows:
        if row["id"] in _TAKEN:
            raise DataError(f"count_groups.yml: {row['id']}: this id has a meaning of its own")
        for unit_id in row["units"]:
            if unit_id in of_unit or unit_id not in known:
                raise DataError(f"count_groups.yml: {unit_id}: twice, or no such unit")
            if unit_id in units and units[unit_id].practice:
                raise DataError(f"count_groups.yml: {unit_id}: a practice unit counts nowhere")
            of_unit[unit_id] = row["id"]
    words = {row["id"]: Choice(row["id"], row["zh"], row["en"], said=row) for row in rows}
    return Groups(words, of_unit)
