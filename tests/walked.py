"""How far it is to a receipt, for eight persons on a small telephone: `python -m tests.walked`.

A tool for whoever changes the form, and no part of `make test`. A tap is any press but a letter,
and a list that is chosen from takes two; screens are those from the top of the page to the button
that sends. Seconds are a model of one hand (a tap 1.5, a screen swiped 2, a Tab 0.6).
"""

import math
import tempfile
from dataclasses import dataclass
from pathlib import Path

import click
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.bench.place import served
from tests.live import ARGUMENTS, HEADLESS

PHONE = {"width": 360, "height": 740}
ELDER = "localStorage.setItem('dengshao.elder', '1')"
SEND = "#last [type=submit]:visible"
YES = "[data-kind=yes]"
IS_SEND = "document.activeElement.matches('#last [type=submit]')"


@dataclass(frozen=True)
class Somebody:
    """Who writes, in which view, and what is said of officials."""

    name: str
    what: str
    path: str = "/tip/"
    is_elder: bool = False
    scripts: bool = True
    by_keyboard: bool = False
    by_steps: bool = False
    official: str = ""


FIRST = ("what", "township", "place", "official")
PLACE = "村口桥头"
BOSS = "村主任占着沙场，叫人堵路，不让别人进去挖沙。"
PEOPLE = (
    Somebody("villager of 68, 长辈版", BOSS, is_elder=True, official="yes"),
    Somebody("shop owner", "每个月有人来收保护费，不给就掀摊子。"),
    Somebody("child of 14", "有大孩子叫我们去打架，还要我们交钱。", path="/tip/?page=young"),
    Somebody("English reader", "Men block the road and take money.", path="/en/tip/"),
    Somebody("blind reporter", "楼上有人放贷，天天上门逼债。", by_keyboard=True),
    Somebody("mother of a drug user", "有人在网吧后门卖粉给我儿子。"),
    Somebody("a thumb only", "工地门口有人拦车，不交钱不让进。"),
    Somebody("one by one", BOSS, by_steps=True, official="yes"),
    Somebody("without scripts", "每个月有人来收保护费，不给就掀摊子。", scripts=False),
)


class Walk:
    """One way to the receipt; counts while it goes."""

    def __init__(self, page: Page, who: Somebody) -> None:
        self.page, self.who, self.taps, self.far = page, who, 0, 0.0

    def tap(self, selector: str, count: int = 1) -> None:
        place = self.page.locator(selector).first
        place.scroll_into_view_if_needed()
        bottom = place.evaluate("one => one.getBoundingClientRect().bottom + scrollY")
        self.far = max(self.far, bottom)
        self.taps += count

    def press(self, selector: str) -> None:
        self.tap(selector)
        self.page.locator(selector).first.click()

    def write(self, name: str, words: str) -> None:
        self.tap(f"#{name}")
        self.page.fill(f"#{name}", words)
        # As a phone does when its keyboard is put away.
        self.page.dispatch_event(f"#{name}", "change")

    def choose(self, name: str, value: str) -> None:
        self.tap(f"#{name}", 2)
        self.page.select_option(f"#{name}", value)

    def answer(self) -> None:
        """Answer what is asked here, in the page's own order."""
        page, who = self.page, self.who
        seen = [name for name in FIRST if page.locator(f"#{name}").is_visible()]
        for name in seen:
            if name in ("what", "place"):
                self.write(name, who.what if name == "what" else PLACE)
                self.confirm()
            elif name == "township":
                self.choose(name, "shili")
            elif who.official:
                self.press(f"#official input[value={who.official}]")

    def confirm(self) -> None:
        """Say yes to a kind that the page suggests."""
        if self.page.locator(YES).is_visible():
            self.press(YES)

    def one_by_one(self) -> None:
        self.press("#step-offer button")
        self.page.wait_for_selector("#step-bar")
        while not self.page.locator(SEND).is_visible():
            self.answer()
            is_enough = self.page.locator("[data-act=check]").is_visible()
            self.press(f"[data-act={'check' if is_enough else 'next'}]")

    def by_keys(self) -> None:
        """Walk with Tab from the page's top; a screen reader's jumps are shorter."""
        page, left = self.page, {"what": self.who.what, "place": PLACE}
        while not page.evaluate(IS_SEND):
            page.keyboard.press("Tab")
            self.taps += 1
            focused = page.evaluate("document.activeElement.id")
            if focused in left:
                page.keyboard.type(left.pop(focused))
            elif page.evaluate(f"document.activeElement.matches('{YES}')"):
                page.keyboard.press("Enter")
                self.taps += 1
        page.keyboard.press("Enter")
        self.taps += 1


def walk(browser: Browser, address: str, who: Somebody) -> tuple[int, int, float, float]:
    """Return the first question's place, taps, screens and seconds."""
    context = browser.new_context(
        viewport=PHONE, locale="zh-CN", java_script_enabled=who.scripts, reduced_motion="reduce"
    )
    if who.is_elder:
        context.add_init_script(ELDER)
    page = context.new_page()
    page.goto(address + who.path)
    page.wait_for_load_state("networkidle")
    top = page.locator("#form .field").first.bounding_box()["y"]
    way = Walk(page, who)
    if who.by_keyboard:
        way.by_keys()
    elif who.by_steps:
        way.one_by_one()
        way.press(SEND)
    else:
        way.answer()
        way.press(SEND)
    expect(page.locator("#receipt li")).to_have_count(6, timeout=60_000)
    context.close()
    screens = way.far / PHONE["height"]
    each = 0.6 if who.by_keyboard else 1.5
    return round(top), way.taps, screens, way.taps * each + max(0, math.ceil(screens) - 1) * 2


@click.command()
def main() -> None:
    """Walk for each of the eight."""
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        with served(folder / "var", f"sqlite:///{folder / 'dengshao.sqlite3'}") as place:
            browser = playwright.chromium.launch(executable_path=HEADLESS, args=ARGUMENTS)
            click.echo(f"{'':26}{'first at':>9}{'taps':>6}{'screens':>9}{'seconds':>9}")
            for who in PEOPLE:
                top, taps, screens, seconds = walk(browser, f"http://127.0.0.1:{place.port}", who)
                click.echo(f"{who.name:26}{top:>9}{taps:>6}{screens:>9.1f}{seconds:>9.0f}")
            browser.close()


if __name__ == "__main__":
    main()
