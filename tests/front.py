"""The four small pictures at the top of README, of a demo that runs meanwhile: `make screens`."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page

from admin.config import ROOT
from tests.journeys.served import Served, start
from tests.signing_in import signed_in

OUT = ROOT / "tests" / "pictures"
PHONE = {"width": 360, "height": 640}
TIP = {
    "what": "每个月有人来收“管理费”，不给就掀摊子。",
    "place": "农贸市场东门",
}


@contextmanager
def demo_server() -> Iterator[Served]:
    """Serve the demo on a store of its own."""
    with tempfile.TemporaryDirectory() as folder:
        build = ROOT / "build"
        served = start(Path(folder), bundles=build / "browser", site=build / "site")
        try:
            yield served
        finally:
            served.stop()


def take_pictures(browser: Browser) -> None:
    """Write all four anew."""
    OUT.mkdir(exist_ok=True)
    with demo_server() as served:
        reporter = browser.new_page(viewport=PHONE, locale="zh-CN")
        reporter.goto(f"{served.public}/")
        save(reporter, "home")
        reporter.goto(f"{served.public}/tip/")
        fill(reporter)
        save(reporter, "form", "#what")
        reporter.click("#form button[type=submit]")
        reporter.wait_for_selector("#receipt li")
        save(reporter, "receipt", "#receipt")
        desk = browser.new_page(viewport=PHONE, locale="zh-CN")
        signed_in(desk, served, served.members()["police-1"])
        desk.wait_for_selector("[data-row]")
        save(desk, "desk")


def fill(page: Page) -> None:
    for name, words in TIP.items():
        page.fill(f"[name={name}]", words)
    page.click("[data-kind=yes]")


def save(page: Page, name: str, place: str = "body") -> None:
    """Take a picture of the page, with `place` at the top below its header."""
    page.wait_for_load_state("networkidle")
    top = page.locator(place).evaluate("node => node.getBoundingClientRect().top + scrollY")
    page.evaluate("top => window.scrollTo({ top: top - 220, behavior: 'instant' })", top)
    page.screenshot(path=OUT / f"{name}.png")
