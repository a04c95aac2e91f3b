"""`python -m tests.fuzz --requests 2000 --seed 7`: a longer run than the one in `make test`."""

import argparse
import secrets
import sys
import tempfile
from pathlib import Path

from admin.config import ROOT
from tests.journeys.served import start

from .run import run


def tell(line):
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--requests", type=int, default=2000)
    options.add_argument("--seed", type=int, default=secrets.randbelow(10**6))
    chosen = options.parse_args()
    tell(f"seed {chosen.seed}")
    with tempfile.TemporaryDirectory(prefix="dengshao-fuzz-") as folder:
        build = ROOT / "build"
        served = start(Path(folder), bundles=build / "browser", site=build / "site")
        try:
            result = run(served, requests=chosen.requests, number=chosen.seed)
        finally:
            served.stop()
    tell(f"{result.sent} hostile requests, answers by status {result.statuses}")
    for name in ("errors", "lost", "traces"):
        for line in getattr(result, name):
            tell(f"{name}: {line[:3000]}")
    tell(f"honest tips stored: {result.tips} of 10; log: {result.told or 'nothing'}")
    return 0 if result.is_well else 1


if __name__ == "__main__":
    sys.exit(main())
