"""Organs outside this house, to which tips are referred: content/data/organs.yml."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from ..reading.data_files import DataError, load_file

OUTCOME_OF: Final = {
    "department": "to_department",
    "supervision": "to_supervision",
    "police": "to_other_police",
}
"""The outcome of outcomes.yml that a referral to each kind of organ is."""


@dataclass(frozen=True)
class Organ:
    """An organ outside, in words of its district."""

    id: str
    zh: str
    en: str
    kind: str
    takes: frozenset[str]
    """Categories; what is about an official goes by the kind alone."""
    basis: str
    address: str
    phone: str
    key: str | None
    """A recipient of age that the organ has told; without one, a passphrase or paper."""
    offices: tuple[str, ...]
    """Never offered where the reporter excluded one of these."""
    upper: bool
    """It is one level above."""

    @property
    def outcome(self) -> str:
        """Return which outcome of outcomes.yml a referral to it is."""
        return OUTCOME_OF[self.kind]

    @property
    def is_for_officials(self) -> bool:
        """Tell whether what may be about an official can go there."""
        return self.kind == "supervision" or self.upper


def organ_of(row: dict[str, Any]) -> Organ:
    """Make an organ of its entry, which was checked by its schema."""
    return Organ(
        *(row["id"], row["zh"], row["en"]),
        kind=row["kind"],
        takes=frozenset(row["takes"]),
        basis=row["basis"]["zh"],
        address=row["address"],
        phone=row.get("phone", ""),
        key=row.get("key"),
        offices=tuple(row["offices"]),
        upper=bool(row.get("upper")),
    )


def check_organs(content: Path) -> None:
    """Raise `DataError` for what never was: an office misspelt would exclude nothing.

    What was retired may be named: older tips have it.
    """
    found = load_file(content, "organs")
    categories = _ids(load_file(content, "categories")["items"])
    offices = _ids(load_file(content, "routes")["offices"])
    for row in found["items"]:
        if astray := ({*row["takes"]} - categories) | ({*row["offices"]} - offices):
            raise DataError(f"organs.yml: {row['id']}: no such id: {', '.join(sorted(astray))}")
    outcomes = _ids(load_file(content, "outcomes")["items"])
    if missing := sorted({*OUTCOME_OF.values(), *found["results"]} - outcomes):
        raise DataError(f"organs.yml: no such outcome: {', '.join(missing)}")


def _ids(rows: Iterable[dict[str, Any]]) -> set[str]:
    return {row["id"] for row in rows}
