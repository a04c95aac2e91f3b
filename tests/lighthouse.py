"""Lighthouse on a phone's screen: `make lighthouse`, which needs npm's registry the first time.

A tool for whoever changes the theme, and no dependency: npx fetches it into npm's own cache.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import click

from admin.config import ROOT

from .bench.place import served
from .live import CHROMIUM

LIGHTHOUSE = "lighthouse@12.8.2"
# One page of each kind that search engines may show; what is kept from them loses points by design.
PAGES = {
    "home": "",
    "large": "elder/",
    "chapter": "law/ch/2/",
    "article": "law/23/",
    "guide": "law/drugs/",
    "topic": "topics/loans/",
    "drugs": "drugs/parcels/",
    "help": "help/",
    "numbers": "help/hotlines/",
    "path": "help/path/",
    "reporting": "report/",
    "quiz": "learn/ch/2/",
    "poster": "posters/",
    "search": "search/",
    "about": "about/real/",
    "english": "en/",
    "form": "tip/",
}
PARTS = ("performance", "accessibility", "best-practices", "seo")
FLAGS = "--headless=new --no-sandbox --disable-gpu"


def judge(address: str, report: Path) -> dict[str, object]:
    command = ["npx", "--yes", LIGHTHOUSE, address, "--quiet", "--output=json"]
    options = [f"--output-path={report}", f"--chrome-flags={FLAGS}"]
    environ = {**os.environ, "CHROME_PATH": CHROMIUM}
    subprocess.run([*command, *options], env=environ, check=True)
    return dict(json.loads(report.read_text("utf-8")))


def faults(result: dict, part: str) -> list[str]:
    """Name what cost points."""
    audits = [ref["id"] for ref in result["categories"][part]["auditRefs"] if ref["weight"]]
    return [name for name in audits if (result["audits"][name]["score"] or 0) < 0.9]


def main() -> None:
    is_good = True
    with tempfile.TemporaryDirectory(dir=ROOT / "build") as name:
        folder = Path(name)
        database = f"sqlite:///{folder / 'dengshao.sqlite3'}"
        with served(folder / "var", database) as place:
            click.echo(f"{'':10}" + "".join(f"{part:>16}" for part in PARTS))
            for title, url in PAGES.items():
                result = judge(f"http://127.0.0.1:{place.port}/{url}", folder / f"{title}.json")
                scores = [round(100 * result["categories"][part]["score"]) for part in PARTS]
                click.echo(f"{title:10}" + "".join(f"{score:>16}" for score in scores))
                for part, score in zip(PARTS, scores, strict=True):
                    if score < 100:
                        is_good = False
                        click.echo(f"  {part}: {', '.join(faults(result, part))}")
    sys.exit(0 if is_good else 1)


if __name__ == "__main__":
    main()
