"""Run the flood: `python -m tests.flood [--seconds N] [--databases sqlite,postgresql]`."""

import argparse
import sys
import tempfile
from collections import Counter
from pathlib import Path

from admin.config import ROOT
from tests.bench.__main__ import database
from tests.bench.place import served

from .run import Force, Report, flood

P95_SECONDS = 2.0


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.flood")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--databases", default="sqlite,postgresql")
    parser.add_argument("--calls", action="store_true", help="each tip of the flood calls, too")
    options = parser.parse_args()
    is_good = True
    for kind in options.databases.split(","):
        with tempfile.TemporaryDirectory(dir=ROOT / "build") as name:
            folder = Path(name)
            # With the budgets of an installation where nobody set any.
            with (
                database(kind, folder / "store") as url,
                served(folder / "var", url, budgets={}) as place,
            ):
                report = flood(place, Force(options.seconds, calls=options.calls))
        is_good &= show(kind, report, options.seconds)
    sys.exit(not is_good)


def show(kind: str, report: Report, seconds: float) -> bool:
    """Print what happened; tells whether all is as it must be."""
    megabytes = 1024 * 1024
    rows = {
        "flood, plain tips": _answers(report.plain, seconds),
        "flood, replayed proofs": _answers(report.sealed, seconds),
        "people": f"{len(report.people)} sent, {report.missing} lost, {report.in_lane} in the lane",
        "people's p95": f"{report.p95:.2f} s (at most {P95_SECONDS:.0f} s)",
        "queue": f"{report.after.normal} tips, {report.after.normal_calls} of the flood call",
        "lane": f"{report.after.lane} tips (at most {report.lane_tips}),"
        f" {report.after.lane_calls} call",
        "store grew by": f"{report.grown / megabytes:.1f} MB"
        f" (at most {report.bound / megabytes:.1f} MB)",
    }
    problems = report.check()
    if report.p95 > P95_SECONDS:
        problems.append(f"p95 is {report.p95:.2f} s")
    lines = [f"{kind}, {seconds:.0f} s", *(f"  {name:24}{text}" for name, text in rows.items())]
    lines += [f"  WRONG: {problem}" for problem in problems]
    print("\n".join(lines), flush=True)  # noqa: T201 (the report)
    return not problems


def _answers(counts: Counter[str], seconds: float) -> str:
    each = ", ".join(f"{status}: {count}" for status, count in sorted(counts.items()))
    return f"{sum(counts.values()) / seconds:.0f}/s ({each})"


if __name__ == "__main__":
    main()
