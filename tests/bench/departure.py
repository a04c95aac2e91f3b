"""Measure what a departure costs the browser that seals a unit's tips anew, and break it off.

`python -m tests.bench.departure --tips 3000`: a real Chromium, a real server, both databases. At
random points (of a seed) the page is closed, the line is cut, or the server is killed; in the end
every part is opened with every key. Seconds are those in which work was done, not the waits after a
break. A part of `make bench-full`; tests/journeys/test_departure_breaks.py runs the short way.
"""

import argparse
import json
import random
import re
import signal
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, Route, sync_playwright
from sqlalchemy import Engine, create_engine, func, select

from admin.config import ROOT
from admin.models import KeptTip, Tip, UnitKey
from tests.journeys import served as servers
from tests.live import ARGUMENTS, CHROMIUM
from tests.ports import free_port
from tests.signing_in import typed_in
from tests.support import WIDE_BUDGETS

from .__main__ import database
from .departure_store import STAYS, Store, examine, make_store

KINDS = ("page", "line", "server")
OFTEN = 0.2
LONGEST = 3600
# A page that is through looks again when it is loaded anew.
STILL = 30
WEIGHED = 2.0
STATES = """() => [...document.querySelectorAll("#reseal, #checking")]
  .map((place) => place.dataset.state || "")"""


@dataclass
class Work:
    """One phase: what was done in it, in which time, and where it was broken off."""

    seconds: float = 0
    done: int = 0
    breaks: list[tuple[str, int]] = field(default_factory=list)


class Bench:
    """A server process that can be killed, and a browser that can be closed."""

    def __init__(
        self, folder: Path, store: Store, browser: Browser, pace: random.Random | None = None
    ) -> None:
        """With a `pace` no tip is sent before the one before it was looked at."""
        self.folder, self.store, self.browser, self.pace = folder, store, browser, pace
        self.held: list[Route] = []
        self.budgets = WIDE_BUDGETS | store.environ | {"DENGSHAO_BIND": f"127.0.0.1:{free_port()}"}
        self.engine: Engine = create_engine(store.environ["DENGSHAO_DATABASE_URL"])
        self.context: BrowserContext | None = None
        self.page: Page | None = None
        self.heap_mb = self.renderer_mb = 0.0
        self.start()

    def start(self) -> None:
        self.server = servers.start(
            self.folder,
            bundles=self.store.environ["DENGSHAO_BUNDLES"],
            site=self.store.environ["DENGSHAO_SITE"],
            arguments=["serve"],
            budgets=self.budgets,
        )

    def enter(self) -> None:
        """Sign in anew, in a browser of its own; the queue's page does the rest by itself."""
        self.context = self.browser.new_context(locale="zh-CN")
        if self.pace:
            self.context.route("**/desk/reseal/tips/*", self._hold)
        self.page = self.context.new_page()
        typed_in(self.page, self.server, self.store.people[STAYS])

    def leave(self) -> None:
        if self.context:
            self.context.close()
        self.context = self.page = None
        self.held.clear()

    def close(self) -> None:
        self.leave()
        self.engine.dispose()
        self.server.stop(signal.SIGKILL)

    def left(self) -> int:
        """Count the tips that hang on an older key."""
        older = select(UnitKey.id).where(UnitKey.retired_on.is_not(None))
        return self._count(select(func.count()).select_from(Tip).where(Tip.unit_key_id.in_(older)))

    def kept(self) -> int:
        """Count the tips of which a second browser has not compared old and new."""
        return self._count(select(func.count()).select_from(KeptTip))

    def _count(self, query: Any) -> int:
        with self.engine.connect() as connection:
            return int(connection.execute(query).scalar_one())

    def _hold(self, route: Route) -> None:
        if route.request.method == "POST":
            self.held.append(route)
        else:
            route.continue_()

    def look_away(self) -> None:
        """Let the browser work until the next look: with a pace, let it send one tip."""
        if self.held:
            self.held.pop(0).continue_()
        self.pause(OFTEN * (self.pace.random() if self.pace else 1))

    def pause(self, seconds: float) -> None:
        """Let the browser work; a plain sleep would hold its answers back."""
        assert self.page is not None
        self.page.wait_for_timeout(seconds * 1000)

    def weigh(self) -> None:
        """Note how much memory the page takes: its own heap; its whole process, workers too."""
        assert self.page is not None
        session = self.page.context.new_cdp_session(self.page)
        session.send("Performance.enable")
        metrics = {
            row["name"]: row["value"] for row in session.send("Performance.getMetrics")["metrics"]
        }
        session.detach()
        self.heap_mb = max(self.heap_mb, metrics["JSHeapUsedSize"] / 2**20)
        whole = self.browser.new_browser_cdp_session()
        processes = whole.send("SystemInfo.getProcessInfo")["processInfo"]
        whole.detach()
        sizes = [_pss_mb(row["id"]) for row in processes if row["type"] == "renderer"]
        self.renderer_mb = max(self.renderer_mb, *sizes, 0.0)

    def is_through(self) -> bool:
        """Tell whether the page says that it has done what this session may do."""
        assert self.page is not None
        return bool(set(self.page.evaluate(STATES)) & {"checked", "differs", "stuck", "stale"})

    def work_off(self, left: Any, breaks: list[tuple[int, str]]) -> Work:
        """Work until nothing is left; at each of these points (of what is left) break it off."""
        work, breaks = Work(), sorted(breaks)
        before, began, still = left(), time.monotonic(), time.monotonic()
        end, weighed = began + LONGEST, began
        while (now := left()) and time.monotonic() < end:
            if now < before:
                work.done += before - now
                work.seconds += time.monotonic() - began
                began = still = time.monotonic()
                before = now
            if breaks and now <= breaks[-1][0]:
                kind = breaks.pop()[1]
                work.breaks.append((kind, now))
                self._break(kind)
                before, began = left(), time.monotonic()
                still = began
            elif self.is_through() or time.monotonic() - still > STILL:
                # This browser is through with what it may do: another session is the second one.
                self.leave()
                self.enter()
                began = still = time.monotonic()
            self.look_away()
            if time.monotonic() > weighed + WEIGHED:
                self.weigh()
                weighed = time.monotonic()
        work.done += before - left()
        work.seconds += time.monotonic() - began
        return work

    def _break(self, kind: str) -> None:
        if kind == "page":
            self.leave()
            self.enter()
        elif kind == "line":
            assert self.context is not None
            self.context.set_offline(True)
            self.pause(2)
            self.context.set_offline(False)
        else:
            self.server.stop(signal.SIGKILL)
            self.start()


def _pss_mb(pid: int) -> float:
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0.0
    found = re.search(r"^Pss: +(\d+) kB", text, re.M)
    return int(found[1]) / 1024 if found else 0.0


def points(count: int, number: int, dice: random.Random) -> list[tuple[int, str]]:
    """Choose where it is broken off, and how: each kind as often as the others."""
    where = sorted(dice.sample(range(1, count), number), reverse=True)
    return [(left, KINDS[n % len(KINDS)]) for n, left in enumerate(where)]


BUNDLES = ROOT / "build" / "browser"


@dataclass(frozen=True)
class Plan:
    """How many tips, and how often it is broken off: the same for the same seed."""

    tips: int
    breaks: int
    seed: int
    is_paced: bool = False
    """Few tips would be sealed between two looks; so none is sent before the last was looked at."""


def measure(
    folder: Path, url: str, plan: Plan, chromium: Browser, bundles: Path = BUNDLES
) -> dict[str, Any]:
    """Measure one database; what `examine` found is part of it."""
    dice, tips = random.Random(plan.seed), plan.tips
    store = make_store(folder / "data", url, bundles, tips, plan.seed)
    bench = Bench(folder, store, chromium, dice if plan.is_paced else None)
    try:
        bench.enter()
        sealing = bench.work_off(bench.left, points(tips, plan.breaks, dice))
        late = points(tips, plan.breaks // 4, dice) if bench.kept() > tips // 2 else []
        bench.leave()
        bench.enter()
        checking = bench.work_off(bench.kept, late)
    finally:
        bench.close()
    return {
        "tips": tips,
        "seed": plan.seed,
        "sealing_seconds": round(sealing.seconds, 1),
        "sealing_tips_per_second": round(sealing.done / max(sealing.seconds, 0.1), 1),
        "checking_seconds": round(checking.seconds, 1),
        "checking_tips": checking.done,
        "page_heap_mb": round(bench.heap_mb, 1),
        "page_process_mb": round(bench.renderer_mb, 1),
        "breaks": sealing.breaks + checking.breaks,
        **examine(store),
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.departure")
    parser.add_argument("--tips", type=int, default=3000)
    parser.add_argument("--breaks", type=int, default=12)
    parser.add_argument("--seed", type=int, default=20261201)
    parser.add_argument("--databases", default="sqlite,postgresql")
    options = parser.parse_args()
    plan = Plan(options.tips, options.breaks, options.seed)
    found, target = {}, ROOT / "build" / "bench-departure.json"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        for kind in options.databases.split(","):
            with tempfile.TemporaryDirectory(dir=ROOT / "build") as name:
                folder = Path(name)
                with database(kind, folder / "first") as url:
                    found[kind] = measure(folder / "place", url, plan, chromium)
            print(kind, json.dumps(found[kind], ensure_ascii=False), flush=True)
            target.write_text(json.dumps(found, indent=1) + "\n")
        chromium.close()
    print(f"written: {target}")


if __name__ == "__main__":
    main()
