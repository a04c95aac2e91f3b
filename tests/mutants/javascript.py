"""Put small faults into the browser's scripts, one at a time in a copy, and see which tests bite.

`python -m tests.mutants.javascript` writes build/mutants/javascript.tsv and goes on where it ended;
what it finds is argued in SURVIVORS_JS.md. What tsc notices is noted apart: it is no test.
"""

import argparse
import csv
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from functools import cache
from itertools import zip_longest
from pathlib import Path

from admin.config import ROOT
from tests.node import NODE

from .javascript_areas import AREAS, IN_BROWSER, THROUGH_FIXTURES

HERE = Path(__file__).parent
REPORT = ROOT / "build" / "mutants" / "javascript.tsv"
# What the tests that bit had to say, a file for each mutant.
SAID = REPORT.with_suffix("")
COLUMNS = ("id", "area", "file", "line", "operator", "before", "after", "result", "by")
COLUMNS += ("seconds", "types")
# What hangs is ended: seconds for a script in Node, for all jobs in Node, for a file in Chromium.
SCRIPT, JOBS, PAGES = 30, 900, 900
# What was tried where nothing bit: how far a survivor came.
NODE_ALONE, CHROMIUM_TOO = "Node alone", "Node and Chromium"


def main():
    options = parse(sys.argv[1:])
    told = tell()
    chosen = choose(told["mutants"], options)
    with tempfile.TemporaryDirectory(prefix="dengshao-mutants-") as folder:
        copy = copied(Path(folder))
        must_pass(told["imports"], copy)
        # All in Node first: it is quick, and what lives is known while Chromium still walks.
        for place in [NODE_ALONE] if options.no_browser else [NODE_ALONE, CHROMIUM_TOO]:
            steps = in_node if place == NODE_ALONE else in_chromium
            for mutant in left(chosen, place, options):
                wait_for_quiet()
                append(tried(mutant, copy, steps(mutant, told["imports"]), place))
    sys.stdout.write(table(chosen))


def left(chosen, place, options):
    """Return what is still to be tried at a place."""
    alive = {row["id"]: row["by"] for row in rows() if row["result"] == "survived"}
    if place == CHROMIUM_TOO:
        return [one for one in chosen if alive.get(one["id"]) == NODE_ALONE]
    done = set() if options.again else {row["id"] for row in rows()}
    return [one for one in chosen if one["id"] not in done]


def parse(arguments):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", default="13")
    parser.add_argument("--times", type=int, default=1, help="so many times the mutants of an area")
    parser.add_argument("--areas", nargs="*", default=list(AREAS), choices=AREAS)
    parser.add_argument("--ids", nargs="*", help="these alone")
    parser.add_argument("--again", action="store_true", help="whatever was tried before")
    parser.add_argument("--no-browser", action="store_true", help="the tests in Node alone")
    return parser.parse_args(arguments)


def tell():
    """Return all mutants of all areas, and what each script of the tests imports."""
    files = sorted({str(file.relative_to(ROOT)) for _, found in scripts() for file in found})
    command = [NODE, HERE / "javascript.mjs", ROOT, *files]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def scripts():
    """Yield each area with its files."""
    for area, (_count, patterns) in AREAS.items():
        found = [file for pattern in patterns for file in sorted(ROOT.glob(pattern))]
        yield area, [file for file in found if file.name != "hold.js"]


def choose(mutants, options):
    """Return the mutants of a seed: in each area operator after operator, each by its own lot."""
    areas = {str(file.relative_to(ROOT)): area for area, found in scripts() for file in found}
    by_operator = {area: {} for area in AREAS}
    for mutant in named(mutants, options.seed):
        mutant["area"] = areas[mutant["file"]]
        by_operator[mutant["area"]].setdefault(mutant["operator"], []).append(mutant)
    chosen = []
    for area in options.areas:
        lots = [sorted(lot, key=lambda one: one["id"]) for lot in by_operator[area].values()]
        turns = [one for turn in zip_longest(*lots) for one in turn if one]
        chosen += turns[: AREAS[area][0] * options.times]
    return [one for one in chosen if not options.ids or one["id"] in options.ids]


def named(mutants, seed):
    """Give each its name, which stays while its own line does: the n-th of its kind in the file."""
    seen = {}
    for mutant in mutants:
        kind = (seed, *(mutant[part] for part in ("file", "operator", "before", "after")))
        seen[kind] = seen.get(kind, 0) + 1
        text = "\0".join((*kind, str(seen[kind])))
        yield mutant | {"id": hashlib.sha256(text.encode()).hexdigest()[:12]}


def copied(folder):
    """Copy the checkout, without what git ignores but for what was built; gives the copy."""
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    built = [ROOT / "build" / "contract.js", *ROOT.glob("admin/translations/*/LC_MESSAGES/*.mo")]
    for file in [*(ROOT / name for name in names.split("\0") if name), *built]:
        if file.is_file():
            target = folder / file.relative_to(ROOT)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(file, target)
    (folder / "node_modules").symlink_to(ROOT / "node_modules")
    return folder


def must_pass(imports, copy):
    """End where the tests in Node fail by themselves: every fault would seem to be noticed."""
    SAID.mkdir(parents=True, exist_ok=True)
    for by, command, seconds in in_node({"file": "any"}, {script: ["any"] for script in imports}):
        with (SAID / "no fault.txt").open("wb") as out:
            if result := run(command, copy, 5 * seconds, out):
                sys.exit(f"{by}: {result} without any fault, see {out.name}")


def tried(mutant, copy, steps, place):
    """Put a mutant into the copy, run the tests until one bites, and take it out again."""
    file = copy / mutant["file"]
    whole = file.read_text("utf-8")
    began = time.monotonic()
    # Places are counted in UTF-16, as JavaScript does.
    wide = whole.encode("utf-16-le")
    start, end = mutant["start"] * 2, mutant["end"] * 2
    changed = wide[:start] + mutant["after"].encode("utf-16-le") + wide[end:]
    file.write_text(changed.decode("utf-16-le"), "utf-8")
    try:
        result, by = first_bite(steps, copy, place, SAID / f"{mutant['id']}.txt")
        types = run([NODE, "node_modules/typescript/bin/tsc"], copy, SCRIPT)
    finally:
        file.write_text(whole, "utf-8")
    seconds = round(time.monotonic() - began, 1)
    noticed = "noticed" if types else "silent"
    return mutant | {"result": result, "by": by, "seconds": seconds, "types": noticed}


def first_bite(steps, copy, place, said):
    said.parent.mkdir(parents=True, exist_ok=True)
    for by, command, seconds in steps:
        with said.open("wb") as out:
            result = run(command, copy, seconds, out)
        if result:
            return result, by
    said.unlink(missing_ok=True)
    return "survived", place


def run(command, copy, seconds, out=subprocess.DEVNULL):
    """Return "killed" where a command fails, "timeout" where it does not end, else nothing."""
    environ = os.environ | {"PYTHONPATH": str(copy), "PYTHONHASHSEED": "0"}
    told = {"stdout": out, "stderr": subprocess.STDOUT}
    process = subprocess.Popen(command, cwd=copy, env=environ, start_new_session=True, **told)
    try:
        return "killed" if ended(process, seconds) else ""
    except subprocess.TimeoutExpired:
        return "timeout"
    finally:
        # With the browsers and servers that it may have left.
        end_group(process)


def ended(process, seconds):
    """Wait for its end; what somebody has halted (SIGSTOP) meanwhile does not count."""
    for _ in range(seconds - 1):
        try:
            return process.wait(1)
        except subprocess.TimeoutExpired:
            while (
                Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()[0] == "T"
            ):
                time.sleep(1)
    return process.wait(1)


def end_group(process):
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return
    finally:
        process.wait()


def in_node(mutant, imports):
    """Yield the name of a step, its command and its seconds, the quickest first."""
    using = [script for script, files in imports.items() if mutant["file"] in files]
    for script in using:
        if script.endswith(("_test.mjs", "_cases.mjs")):
            yield script, [NODE, "--test", script], SCRIPT
    if files := sorted({file for script in using for file in jobs_of(script)}, key=size_of):
        yield "jobs in Node", pytest(*files, "-m", "not browser"), JOBS


def in_chromium(mutant, _imports):
    """Yield the files of tests that walk through a script's pages, one step each."""
    begins = [begin for begin in IN_BROWSER if mutant["file"].startswith(begin)]
    for file in IN_BROWSER[max(begins, key=len)]:
        yield file, pytest(file), PAGES


def size_of(file):
    """Return by what the quickest comes first: the table of 384 answers takes longest."""
    return file.endswith("test_where.py"), file.endswith("test_files.py"), file


@cache
def jobs_of(script):
    """Return the files of tests that give a script its jobs, by themselves or by another's."""
    name = Path(script).name
    if name.endswith("_test.mjs"):
        return []
    texts = {
        str(file.relative_to(ROOT)): file.read_text("utf-8")
        for file in sorted(ROOT.glob("tests/**/test_*.py"))
        if file.name != "test_modules.py"
    }
    own = [file for file, text in texts.items() if f'{name}"' in text]
    lent = [f"from {file.removesuffix('.py').replace('/', '.')} import" for file in own]
    own += [file for file, text in texts.items() if any(line in text for line in lent)]
    return own + list(THROUGH_FIXTURES.get(name, ()))


def pytest(*arguments):
    options = ("-q", "-x", "-p", "no:cacheprovider", "--databases", "sqlite")
    return [sys.executable, "-m", "pytest", *options, *arguments]


def wait_for_quiet():
    """Wait while the file that MUTANTS_QUIET names is there: somebody measures on this machine."""
    quiet = os.environ.get("MUTANTS_QUIET")
    while quiet and Path(quiet).exists():
        time.sleep(5)


def rows():
    """Return the newest row of each mutant that was tried."""
    if not REPORT.exists():
        return []
    with REPORT.open(encoding="utf-8", newline="") as file:
        found = {row["id"]: row for row in csv.DictReader(file, delimiter="\t")}
    return list(found.values())


def append(row):
    REPORT.parent.mkdir(parents=True, exist_ok=True)
    shown = {name: shortened(str(row[name])) for name in COLUMNS}
    is_new = not REPORT.exists()
    with REPORT.open("a", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, delimiter="\t", lineterminator="\n")
        if is_new:
            writer.writeheader()
        writer.writerow(shown)


def shortened(text):
    line = " ".join(text.split())
    return line if len(line) <= 120 else f"{line[:117]}..."


def table(chosen):
    """Return what became of the chosen ones, by area."""
    asked = {one["id"] for one in chosen}
    found = [row for row in rows() if row["id"] in asked]
    lines = ["area\tmutants\tkilled\tsurvived\tby tsc alone"]
    for area in [*AREAS, "all"]:
        own = [row for row in found if area in ("all", row["area"])]
        alive = [row for row in own if row["result"] == "survived"]
        typed = sum(row["types"] == "noticed" for row in alive)
        lines.append(f"{area}\t{len(own)}\t{len(own) - len(alive)}\t{len(alive)}\t{typed}")
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    main()
