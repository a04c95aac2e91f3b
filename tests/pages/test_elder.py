"""长辈版 in Chromium: what a small telephone shows at once, and the mode by address alone."""

import pytest

from tests.live import STILL

from .walks import FONT, open_page

pytestmark = pytest.mark.browser

SCREEN = 740
# Where the words begin, below header, sections and trail: a third of the screen is gone otherwise.
FIRST = """() => [...document.querySelector('#main').children].find(one => one.offsetHeight)
  .getBoundingClientRect().top"""
ENDS = "pieces => pieces.map(one => one.getBoundingClientRect().bottom)"
TARGETS = """() => [...document.querySelectorAll('.top > *')].filter(one => one.offsetParent)
  .map(one => one.getBoundingClientRect()).map(({top, width, height}) => [top, width, height])"""
ALIKE = ["", "elder/", "help/hotlines/", "report/receipt/"]
# What shows at once, and how many of it.
AT_ONCE = {
    "": [(".strip-110", 1), (".door", 3)],
    "elder/": [(".strip-110", 1), (".door", 3)],
    "en/elder/": [(".strip-110", 1), (".door", 3)],
    "help/hotlines/": [(".number a", 3)],
    "en/help/hotlines/": [(".number a", 3)],
}


@pytest.mark.parametrize("elder", [False, True], ids=["normal", "elder"])
def test_the_first_screen_shows_what_is_needed_first(browser, address, elder):
    tab = open_page(browser, address, width=360, elder=elder)
    for url, pieces in AT_ONCE.items():
        tab.goto(address + url)
        for selector, count in pieces:
            ends = tab.locator(selector).evaluate_all(ENDS)[:count]
            assert len(ends) == count, url
            assert max(ends) <= SCREEN, (url, selector)
        assert tab.evaluate(FIRST) <= SCREEN * 0.28, url
    tab.context.close()


def test_the_header_of_elders_is_one_row_of_three_large_presses(browser, address):
    tab = open_page(browser, address, width=360, elder=True)
    for url in ("", "en/"):
        tab.goto(address + url)
        for _size in ("elder", "larger"):
            boxes = tab.evaluate(TARGETS)
            assert len(boxes) == 3
            assert len({top for top, _, _ in boxes}) == 1
            assert all(min(width, height) >= 60 for _, width, height in boxes), boxes
            assert tab.locator("#main > :first-child").bounding_box()["y"] <= SCREEN / 4
            tab.click("#elder")
        # Back to where the next language begins.
        tab.click("#elder")
    tab.context.close()


def test_without_scripts_an_address_shows_every_page_large(browser, address):
    context = browser.new_context(
        viewport={"width": 360, "height": SCREEN}, java_script_enabled=False, **STILL
    )
    tab = context.new_page()

    def font():
        return tab.evaluate(FONT)

    tab.goto(address + "topics/loans/")
    assert font() == 18
    tab.click("#elder")
    assert font() == 24
    assert not tab.locator(".nav").is_visible()
    assert tab.inner_text(".top").split() == ["首页", "马上离开"]
    tab.go_back()
    assert font() == 18
    tab.click("#elder")
    tab.click("#hub")
    assert (tab.inner_text("h1"), font()) == ("长辈版", 24)
    tab.click("text=电话一览")
    assert (tab.url, font()) == (f"{address}help/hotlines/#large", 24)
    tab.click("#hub")
    assert tab.get_attribute("a:has-text('提供线索')", "href") == "/tip/?view=elder"
    assert tab.inner_text("#elder") == "普通版"
    tab.click("#elder")
    assert (tab.url, font()) == (address, 18)
    context.close()


def test_with_scripts_who_comes_by_the_address_keeps_the_size_until_it_is_put_back(
    browser, address
):
    tab = open_page(browser, address + "law/23/#large", width=360)
    assert tab.evaluate(FONT) == 24
    tab.click("#elder")
    tab.click("#elder")
    assert tab.evaluate(FONT) == 18
    tab.goto(address + "law/24/#large")
    tab.goto(address)
    assert tab.evaluate(FONT) == 24
    tab.goto(address + "elder/")
    assert tab.inner_text("#elder") == "更大"
    tab.click("#elder")
    tab.click("#elder")
    assert tab.evaluate(FONT) == 18
    tab.goto(address)
    assert tab.evaluate(FONT) == 18
    tab.context.close()
