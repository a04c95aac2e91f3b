"""`make crash`: kill each part of the whole in seeded rounds; no acknowledged tip may be lost."""

import argparse
import os
import sys
import tempfile
from pathlib import Path
from subprocess import call

from tests.cluster import patroni

from . import net

ROOT = Path(__file__).parents[2]
OUT = ROOT / "build" / "crash.json"
PEOPLE = 6
VICTIMS = ("worker", "master", "primary", "store", "disk", "network")
LED_VICTIMS = ("switchover", "leader", "server", "patroni", "frozen", "standby", "etcd")
"""Where Patroni leads the database."""


def options_of(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.crash")
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--patroni", action="store_true", help="let Patroni lead the database")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--minutes", type=float, default=60, help="begin no round after these")
    parser.add_argument("--people", type=int, default=PEOPLE)
    parser.add_argument("--only", nargs="+", choices=(*VICTIMS, *LED_VICTIMS))
    parser.add_argument("--once", action="store_true", help="let each die equally often")
    parser.add_argument("--out", type=Path, default=OUT)
    parser.add_argument("--inside", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    options.only = options.only or (LED_VICTIMS if options.patroni else VICTIMS)
    return options


def main() -> None:
    options = options_of(sys.argv[1:])
    if options.inside:
        # Here alone: all of it takes two seconds to import.
        from .rounds import run_inside

        sys.exit(run_inside(options))
    if why := net.why_not() or (options.patroni and patroni.why_not()):
        sys.exit(why)
    # A node that starts compiles nothing anew, as an installed one.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    with tempfile.TemporaryDirectory(prefix="crash-") as folder:
        inner = (sys.executable, "-m", "tests.crash", "--inside", folder, *sys.argv[1:])
        done = call(net.inside(*inner), cwd=ROOT)
    sys.exit(done)


if __name__ == "__main__":
    main()
