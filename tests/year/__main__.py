"""Walk many years: `python -m tests.year [--seeds 50] [--first 1] [--databases sqlite]`."""

import argparse
import os
import sys
import tempfile
import time
import traceback
from collections import Counter
from pathlib import Path

from admin.config import ROOT

from .run import installations, walk

SIZE = {"days": 180, "tips": 50, "acts": 7, "restores": 2}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.year")
    parser.add_argument("--seeds", type=int, default=50)
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--databases", default="sqlite,postgresql")
    options = parser.parse_args()
    seeds = range(options.first, options.first + options.seeds)
    os.umask(0o022)
    with tempfile.TemporaryDirectory(dir=ROOT / "build") as name:
        bad = [
            (kind, seed)
            for kind in options.databases.split(",")
            for seed in _walked_badly(kind, seeds, Path(name))
        ]
    say(f"WRONG: {bad}" if bad else "all well")
    sys.exit(bool(bad))


def _walked_badly(kind: str, seeds: range, folder: Path) -> list[int]:
    bad, total = [], Counter[str]()
    place = folder / kind
    place.mkdir()
    with installations(kind, place) as places:
        for seed in seeds:
            began = time.monotonic()
            try:
                with places.first() as environ:
                    where = Path(environ["DENGSHAO_DATA"]).parent
                    year = walk(environ, where, places.server, seed, SIZE)
                total += year.counts
                say(f"{kind} {seed}: {time.monotonic() - began:.0f} s")
            except Exception:
                traceback.print_exc()
                bad.append(seed)
                say(f"{kind} {seed}: WRONG")
    for what, number in sorted(total.items()):
        say(f"  {what:36}{number:9,}")
    return bad


def say(words: str) -> None:
    print(words, flush=True)  # noqa: T201 (the report)


if __name__ == "__main__":
    main()
