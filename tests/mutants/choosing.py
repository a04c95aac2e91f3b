"""Which faults are tried, and which tests are asked about each."""

import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .faults import Fault, faults_of
from .notes import read_reach

SEED = 13
# Where tests/ does not mirror the code: what holds the rules of the whole house.
RULES = "tests/rules"


@dataclass(frozen=True)
class Area:
    """A part of the code, how many faults it gets, and the tests that hold it."""

    count: int
    code: tuple[str, ...]
    tests: tuple[str, ...]


AREAS = {
    "tip": Area(
        34,
        ("admin/tip",),
        ("tests/admin/tip", RULES, "tests/browser", "tests/admin/desk", "tests/admin/intake"),
    ),
    "sealing": Area(40, ("admin/sealing",), ("tests/admin/sealing", "tests/admin/keys")),
    "vault": Area(50, ("admin/vault",), ("tests/admin/vault", "tests/admin/mailbox")),
    "routing": Area(
        28,
        (
            "admin/tip/routing.py",
            "admin/vault/units.py",
            "admin/vault/lane.py",
            "admin/reading/routes.py",
            "admin/district",
            "admin/intake/routes_json.py",
        ),
        ("tests/admin/tip", "tests/admin/district", "tests/admin/reading", "tests/admin/intake"),
    ),
    "permissions": Area(
        34,
        (
            "admin/access",
            "admin/signin/guard.py",
            "admin/signin/sessions.py",
            "admin/renewal/guard.py",
            "admin/members/suspension.py",
            "admin/members/countersign.py",
            "admin/desk/seconding.py",
            "admin/desk/loading.py",
        ),
        (RULES, "tests/admin/members", "tests/admin/signin", "tests/admin/renewal"),
    ),
    "audit": Area(
        34,
        ("admin/audit", "admin/auditor/marks.py", "admin/auditor/reading.py"),
        ("tests/admin/audit", "tests/admin/auditor"),
    ),
    "backup": Area(30, ("admin/backup",), ("tests/admin/backup",)),
    "hooks": Area(30, ("site/hooks",), ("tests/pages",)),
}


@dataclass(frozen=True)
class Mutant:
    """A fault in its place; `id` names it in the report."""

    area: str
    file: str
    fault: Fault

    @property
    def id(self) -> str:
        return f"{self.file}:{self.fault.line}:{self.fault.operator.replace(' ', '-')}"


def choose(root: Path, seed: int) -> list[Mutant]:
    """Choose each area's faults by the seed: operator after operator, one fault a line."""
    taken = {file for name, area in AREAS.items() if name == "routing" for file in area.code}
    chosen = []
    for name, area in AREAS.items():
        files = [file for file in _files(root, area) if name == "routing" or file not in taken]
        chosen += _choose(root, name, files, area.count, random.Random(f"{seed} {name}"))
    return chosen


def _files(root: Path, area: Area) -> Iterator[str]:
    for place in area.code:
        found = [root / place] if place.endswith(".py") else sorted((root / place).rglob("*.py"))
        yield from (path.relative_to(root).as_posix() for path in found)


def _choose(
    root: Path, name: str, files: list[str], count: int, dice: random.Random
) -> list[Mutant]:
    sources = {file: (root / file).read_bytes() for file in files}
    by_operator = defaultdict(list)
    for file, source in sources.items():
        for fault in faults_of(source):
            by_operator[fault.operator].append(Mutant(name, file, fault))
    for group in by_operator.values():
        dice.shuffle(group)
    order = sorted(by_operator)
    dice.shuffle(order)
    chosen, lines = [], set()
    while len(chosen) < count and any(by_operator.values()):
        for operator in order:
            mutant = _next(by_operator[operator], lines, sources)
            if mutant and len(chosen) < count:
                chosen.append(mutant)
                lines.add((mutant.file, mutant.fault.line))
    return chosen


def _next(group: list[Mutant], lines: set, sources: dict[str, bytes]) -> Mutant | None:
    while group:
        mutant = group.pop()
        is_new = (mutant.file, mutant.fault.line) not in lines
        if is_new and mutant.fault.compiles_in(sources[mutant.file]):
            return mutant
    return None


class Reach:
    """The tests that reach a mutant, those first that are nearest and quickest."""

    def __init__(self, root: Path, notes: Path) -> None:
        self._root = root
        self._reached, self._seconds, places = read_reach(notes)
        self._places = {test: place for test, place in places.items() if test in self._seconds}

    def tests_of(self, mutant: Mutant) -> list[str]:
        """Return the tests by their files: the mirrored one, the area's, then the others."""
        by_file = defaultdict(list)
        for test in sorted(self._found(mutant) & self._places.keys(), key=self._places.get):
            by_file[test.partition("::")[0]].append(test)

        def distance(file: str) -> tuple:
            is_far = not file.startswith(AREAS[mutant.area].tests)
            time = sum(self.seconds(test) for test in by_file[file])
            return not file.startswith(_mirrored(mutant.file)), is_far, time

        return [test for file in sorted(by_file, key=distance) for test in by_file[file]]

    def seconds(self, test: str) -> float:
        """Return what a test took when its reach was noted; of a whole file nothing is known."""
        return self._seconds.get(test, 30)

    def _found(self, mutant: Mutant) -> set[str]:
        lines = self._reached.get(str(self._root / mutant.file), {})
        folders = AREAS[mutant.area].tests
        near = {test for test in self._places if test.startswith(folders)}
        # A statement of several lines is not noted at each of them.
        for line in range(mutant.fault.line, max(mutant.fault.line - 12, 0), -1):
            if lines.get(line):
                # The site is built in a process of its own, where nobody measures.
                return lines[line] | (near if mutant.file.startswith("site/") else set())
            if line in lines:
                break
        # It runs at the import: whatever reaches the module.
        return near.union(*lines.values())


def _mirrored(file: str) -> str:
    """Return how the file of tests begins that is nearest to a file of code."""
    path = Path(file)
    folder = "pages" if path.parts[0] == "site" else path.parent.as_posix()
    return f"tests/{folder}/test_{path.stem}"
