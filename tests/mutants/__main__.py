"""Mutation testing: `python -m tests.mutants`; see CONTRIBUTING.md."""

import argparse
import os
import subprocess
import sys
from pathlib import Path

from . import report
from .choosing import AREAS, SEED, Mutant, Reach, choose
from .trying import Copy, Result, failing, try_mutant, wait_for_quiet_to_end, within

ROOT = Path(__file__).resolve().parent.parent.parent
# What takes long and holds none of the areas.
_LEFT_OUT = ("tests/admin/cleaning", "tests/admin/law", "tests/admin/intake/seal")
_ASKED = ("tests/admin", "tests/pages", "tests/rules", "tests/browser")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--area", choices=AREAS, action="append", help="only these areas")
    parser.add_argument("--only", action="append", metavar="ID", help="these mutants, again")
    parser.add_argument("--survivors", action="store_true", help="what survived, again")
    parser.add_argument("--tests", nargs="+", help="ask these files alone, new ones too")
    parser.add_argument("--most", type=float, default=45, help="seconds of tests for a mutant")
    parser.add_argument("--share", default="0/1", help="0/2 and 1/2: half of the mutants each")
    parser.add_argument("--work", type=Path, default=ROOT / "build" / "mutants")
    parser.add_argument("--list", action="store_true", help="name the mutants and end")
    parser.add_argument("--table", action="store_true", help="show the results so far and end")
    return parser.parse_args()


def note_reach(folder: Path) -> None:
    """Run the tests once, and note which of them reach which line."""
    folder.mkdir(parents=True, exist_ok=True)
    ignored = [f"--ignore={name}" for name in _LEFT_OUT]
    options = ["-q", "-p", "tests.mutants.reach", "-m", "not browser", "--databases", "sqlite"]
    spread = ["-n", "2", "--dist", "loadfile", "--no-loadscope-reorder"]
    command = [sys.executable, "-m", "pytest", *options, *spread, *ignored, *_ASKED]
    environ = os.environ | {"MUTANTS_REACH": str(folder), "PYTHONHASHSEED": "0"}
    # A test that fails is left out; it is the suite's business.
    subprocess.run(command, cwd=ROOT, env=environ, check=False)


def wanted(options: argparse.Namespace, done: dict) -> list[Mutant]:
    """Return the mutants that this call is to try."""
    mutants = choose(ROOT, options.seed)
    if options.only:
        return [mutant for mutant in mutants if mutant.id in options.only]
    if options.survivors:
        again = {name for name, row in done.items() if row["result"] == "survived"}
        mutants = [mutant for mutant in mutants if mutant.id in again]
    else:
        mutants = [mutant for mutant in mutants if mutant.id not in done]
    place, of = map(int, options.share.split("/"))
    mutants = [m for m in mutants if not options.area or m.area in options.area]
    return mutants[place::of]


def try_one(copy: Copy, mutant: Mutant, reach: Reach, options: argparse.Namespace) -> Result:
    tests = options.tests or reach.tests_of(mutant)
    asked = options.tests or within(reach, tests, options.most)
    limit = 20 + 2 * sum(map(reach.seconds, asked))
    result = try_mutant(copy, mutant, asked, limit)
    by = result.by or f"{len(asked)} of {len(tests)} tests"
    return Result(result.result, by, result.seconds)


def main() -> None:
    options = arguments()
    results = options.work / "python.tsv"
    if options.table:
        print(report.table(report.read(results)))
        return
    mutants = wanted(options, report.read(results))
    if options.list:
        for mutant in mutants:
            print(mutant.area, mutant.id, mutant.fault.before, "->", mutant.fault.after)
        return
    notes = options.work / "reach"
    # Written last: what was broken off is done anew.
    if not (notes / "seconds.json").exists():
        note_reach(notes)
    try_all(mutants, Reach(ROOT, notes), results, options)
    print(report.table(report.read(results)))


def try_all(
    mutants: list[Mutant], reach: Reach, results: Path, options: argparse.Namespace
) -> None:
    """Try one mutant after another, and write down at once what became of it."""
    copy = Copy(ROOT, options.work / f"copy-{options.share.replace('/', '-of-')}")
    killers = set()
    for number, mutant in enumerate(mutants, 1):
        wait_for_quiet_to_end()
        copy.put(mutant, number)
        try:
            result = try_one(copy, mutant, reach, options)
        finally:
            copy.take_back(mutant)
        report.add(results, mutant, result)
        killers |= {result.by} if "::" in result.by else set()
        print(
            f"{number}/{len(mutants)} {result.result} {result.seconds:.0f} s {mutant.id}",
            flush=True,
        )
    if broken := failing(copy, sorted(killers), 600) if killers else []:
        sys.exit("These fail without a fault, too:\n" + "\n".join(broken))


if __name__ == "__main__":
    main()
