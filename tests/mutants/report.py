"""The results in a file, and the table of the areas."""

import csv
import re
from collections import Counter
from pathlib import Path

from .choosing import AREAS, Mutant
from .trying import Result

COLUMNS = (
    *("id", "area", "file", "line", "operator", "before", "after"),
    *("result", "by", "seconds"),
)
ARGUED = Path(__file__).parent / "SURVIVORS.md"


def add(path: Path, mutant: Mutant, result: Result) -> None:
    """Add a line for what became of a mutant; the last line of a mutant counts."""
    fault, is_new = mutant.fault, not path.exists()
    with path.open("a", encoding="utf-8", newline="") as file:
        written = csv.writer(file, delimiter="\t", lineterminator="\n")
        if is_new:
            written.writerow(COLUMNS)
        told = [mutant.id, mutant.area, mutant.file, fault.line, fault.operator]
        told += [fault.before, fault.after, result.result, result.by, f"{result.seconds:.1f}"]
        written.writerow(told)


def read(path: Path) -> dict[str, dict[str, str]]:
    """Return the last line of each mutant by its name."""
    if not path.exists():
        return {}
    with path.open(encoding="utf-8", newline="") as file:
        return {row["id"]: row for row in csv.DictReader(file, delimiter="\t")}


def argued() -> set[tuple[str, ...]]:
    """Return what stands in SURVIVORS.md as equivalent: file, operator, before, after."""
    rows = re.findall(
        r"^\| `(.*)` \| (.*) \| `(.*)` \| `(.*)` \|", ARGUED.read_text(), re.MULTILINE
    )
    return {tuple(part.replace("\\|", "|") for part in row) for row in rows}


def table(rows: dict[str, dict[str, str]]) -> str:
    """Return for each area how many mutants were killed, and which survivors nobody argued."""
    known = argued()
    lines = [f"{'area':12} mutants killed survived argued   rate"]
    for area in [*AREAS, ""]:
        of_area = [row for row in rows.values() if not area or row["area"] == area]
        counts = Counter(row["result"] for row in of_area)
        killed = counts["killed"] + counts["timeout"]
        survivors = [row for row in of_area if row["result"] == "survived"]
        equal = sum(_key(row) in known for row in survivors)
        rate = f"{killed / len(of_area):6.1%}" if of_area else "     –"
        lines.append(
            f"{area or 'all':12} {len(of_area):7} {killed:6} {len(survivors):8} {equal:6} {rate}"
        )
    left = [row for row in rows.values() if row["result"] == "survived" and _key(row) not in known]
    lines += [f"{row['id']}  {row['before']} -> {row['after']}  ({row['by']})" for row in left]
    return "\n".join(lines)


def _key(row: dict[str, str]) -> tuple[str, ...]:
    return tuple(row[name] for name in ("file", "operator", "before", "after"))
