"""Measure how alike reading and sending are: `python -m tests.alike`, or `make alike`."""

import os
import shutil
import tempfile
import urllib.request
from pathlib import Path

from playwright.sync_api import sync_playwright

from admin.config import ROOT
from tests.journeys.proxied import DESK, PUBLIC
from tests.journeys.served import start

from .measure import Site, measure, table

NGINX = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/sbin")
BUILD = ROOT / "build"


def main() -> None:
    os.environ |= {
        "DENGSHAO_PUBLIC_HOST": PUBLIC,
        "DENGSHAO_DESK_HOST": DESK,
        "DENGSHAO_ADDRESS_HINTS": "proxy",
    }
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        served = start(folder / "app", bundles=BUILD / "browser", site=BUILD / "site")
        try:
            show(folder, served.config.bind)
        finally:
            served.stop()


def show(folder: Path, bind: str) -> None:
    asked = urllib.request.Request(f"http://{bind}/keys.json", headers={"Host": PUBLIC})
    with urllib.request.urlopen(asked) as answer:
        keys = answer.read()
    (folder / "measured").mkdir()
    with sync_playwright() as playwright:
        site = Site(NGINX, folder / "measured", BUILD / "site", bind, keys)
        rows = []
        for row in measure(site, playwright.chromium):
            rows.append(row)
            print(
                f"{row.walk.name}, HTTP/{1 + row.http2}, slowly={row.slowly}: {row.left}",
                flush=True,
            )
        print(table(rows))


if __name__ == "__main__":
    main()
