"""Unlocking and opening a tip in Chromium, from the press of the button to what can be read.

`unlock_ms` is the whole way of the unlock page: the slow sum, the keyring, and its proofs.
`open_tip_ms` is what a tip's page takes from the sealed bytes in the browser's hands to the words.
The pages' loading is in neither. Both are medians of several runs.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

from playwright.sync_api import Page, sync_playwright
from sqlalchemy import select

from admin import create_app
from admin.config import ROOT, load_config
from admin.db import db
from admin.demo.members import DemoMember, make_demo
from admin.migrate import migrate
from admin.models import Tip
from tests.admin.desk.conftest import store_sealed
from tests.live import ARGUMENTS, CHROMIUM, Live, dispose, start_server

RUNS = 5
BUDGETS = {"unlock_ms": "≤ 1500", "open_tip_ms": "≤ 150"}
# In the page, so that no driver's own time is measured.
_UNLOCK = """
() => new Promise((resolve) => {
  const began = performance.now();
  const status = document.getElementById("sign-in-status");
  const opened = JSON.parse(document.getElementById("unlock").dataset.words).opened;
  new MutationObserver(() => {
    if (status.textContent === opened) resolve(performance.now() - began);
  }).observe(status, { childList: true, characterData: true, subtree: true });
  document.querySelector("#unlock button[type=submit]").click();
})
"""
_OPEN = """
() => {
  const entries = performance.getEntriesByType("resource");
  const sealed = entries.filter((entry) => entry.name.includes("/sealed.json")).pop();
  return window.openedAt - sealed.responseEnd;
}
"""
_WATCH = """
window.addEventListener("DOMContentLoaded", () => {
  const tip = document.getElementById("tip");
  if (!tip) return;
  new MutationObserver(() => {
    if (tip.dataset.opened && !window.openedAt) window.openedAt = performance.now();
  }).observe(tip, { attributes: true });
});
"""


def measure_unlock(runs: int = RUNS) -> dict[str, float]:
    """Measure both on a demo store of its own; medians in milliseconds."""
    with tempfile.TemporaryDirectory(dir=ROOT / "build") as name:
        live, member, reference = _furnish(Path(name))
        try:
            with sync_playwright() as playwright:
                chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
                page = chromium.new_context(locale="zh-CN").new_page()
                page.add_init_script(_WATCH)
                unlocks = _unlocks(page, live, member, runs)
                opens = _opens(page, live, reference, runs)
                chromium.close()
        finally:
            live.stop()
    return {"unlock_ms": round(median(unlocks)), "open_tip_ms": round(median(opens))}


def show_unlock(found: dict[str, float]) -> None:
    for name, budget in BUDGETS.items():
        print(f"{name:28}{budget:>10}{found[name]:>14}")


def _furnish(folder: Path) -> tuple[Live, DemoMember, str]:
    bundles, site, data = folder / "browser", folder / "site", folder / "var"
    subprocess.run(
        ["node", "admin/browser/build.mjs", str(bundles)], cwd=ROOT, check=True, stdout=sys.stderr
    )
    shutil.copytree(ROOT / "site" / "theme" / "assets", site / "assets")
    environ = {
        "DENGSHAO_DATA": str(data),
        "DENGSHAO_SITE": str(site),
        "DENGSHAO_BUNDLES": str(bundles),
    }
    app = create_app(config := load_config(environ))
    with app.app_context():
        migrate(db.engine)
        people = make_demo(db.session, config)
    dispose(app)
    live = start_server(environ)
    store_sealed(live.app)
    with live.app.app_context():
        reference = db.reading.scalars(select(Tip.reference)).one()
    return live, next(one for one in people if one.name == "police-1"), reference


def _fill(page: Page, member: DemoMember) -> None:
    page.fill("#passphrase", member.passphrase)
    page.fill("#code", member.code)


def _unlocks(page: Page, live: Live, member: DemoMember, runs: int) -> list[float]:
    page.goto(f"{live.desk}/desk/sign-in")
    page.fill("#name", member.name)
    _fill(page, member)
    page.click("#sign-in button[type=submit]")
    page.wait_for_url(lambda url: "sign-in" not in url)
    found = []
    for _ in range(runs):
        page.click("#desk-lock button")
        page.wait_for_selector("#unlock:not([hidden])")
        _fill(page, member)
        # The workers have started by the time a person has typed.
        page.wait_for_timeout(1000)
        found.append(page.evaluate(_UNLOCK))
        page.wait_for_url(lambda url: "unlock" not in url)
    return found


def _opens(page: Page, live: Live, reference: str, runs: int) -> list[float]:
    found = []
    for _ in range(runs):
        page.goto(f"{live.desk}/desk/tips/{reference}")
        page.wait_for_selector("#tip[data-opened]")
        found.append(page.evaluate(_OPEN))
    return found


if __name__ == "__main__":
    print(measure_unlock())
