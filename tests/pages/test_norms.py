"""Every page in Chromium: axe and the norms, at any width, in any size; and without scripts.

Each page is opened once, and asked all of it.
"""

from itertools import cycle

import pytest

from .shapes import with_new_shapes
from .walks import (
    FIT,
    LARGE,
    LARGER,
    LAYOUT,
    LOOK,
    NORMAL,
    SHARES,
    open_page,
    violations,
    with_samples,
)

pytestmark = pytest.mark.browser

# At 200 % a window of 640 pixels is 320 wide, one of 1280 is 640; 360 is the usual telephone, and
# between 704 and 1000 the pages have a layout of their own.
WINDOWS = (360, 320, 640, 768, 1280)
SIZES = (NORMAL, LARGE, LARGER)
# What axe is asked beside the norms, of which part of the page. The frame is alike on all pages.
FITTING = {
    (width, size): {"inside": "#main", "rules": FIT}
    for width in (360, 768, 1280)
    for size in (NORMAL, LARGE)
}
AS_SHAPED = FITTING | {
    (360, NORMAL): {"inside": "html"},
    (1280, LARGE): {"inside": "#main", "rules": LAYOUT},
}


def looked_at(tab, widths, asked):
    """Show the open page at each width in each size; gives what is wrong there."""
    faults = []
    # There and back again: a page that is made wider in the size that it has is laid out but once.
    for width, sizes in zip(widths, cycle((SIZES, SIZES[::-1]))):
        tab.set_viewport_size({"width": width, "height": 740})
        views = [
            {"classes": size[0], "font": size[1], "least": size[2]} | asked.get((width, size), {})
            for size in sizes
        ]
        for size, told in zip(sizes, tab.evaluate(LOOK, views), strict=True):
            faults += [(width, size[0], *fault) for fault in told]
    return faults


@pytest.mark.parametrize("share", range(SHARES))
def test_no_page_breaks_a_rule_of_axe_or_of_the_norm_at_any_width_in_any_size(
    browser, address, pages, share
):
    tab = open_page(browser, address, width=360, axe=True)
    sampled, shaped, faults = with_samples(pages), with_new_shapes(pages), {}
    visited = [page for page in pages if page in sampled or page in shaped]
    for page in visited[share::SHARES]:
        tab.set_viewport_size({"width": 360, "height": 740})
        tab.goto(address + page.url)
        # A sheet or a card like the others is asked what is new in it alone.
        widths = WINDOWS if page in sampled else (360, 1280)
        faults[page.url] = looked_at(tab, widths, AS_SHAPED if page in shaped else FITTING)
    tab.context.close()
    assert {url: found for url, found in faults.items() if found} == {}


# Bars and tables of numbers: they stand only where a district has published some.
FIGURES = ("numbers/", "numbers/2028-04-15/", "en/numbers/2028-04-15/")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_of_numbers_breaks_them_either(browser, elsewhere, serve, scheme):
    tab = open_page(browser, serve(elsewhere), width=360, axe=True, color_scheme=scheme)
    root, faults = tab.url, []
    for url in FIGURES if scheme == "light" else FIGURES[:1]:
        tab.goto(root + url)
        asked = AS_SHAPED if scheme == "light" else {}
        faults += looked_at(tab, WINDOWS, asked) if asked else violations(tab)
    tab.context.close()
    assert faults == []


def test_without_scripts_every_page_reads_and_no_dead_button_shows(browser, address, pages):
    tab = open_page(browser, address, width=360, java_script_enabled=False)
    # What shows hangs on an element, its classes and its place.
    for page in with_new_shapes(pages):
        tab.goto(address + page.url)
        assert tab.locator("h1").is_visible()
        assert tab.locator("button:visible").count() == 0, page.url
        assert tab.locator("#quick-exit").is_visible()
        # 长辈版 has one row of presses; its first page leads to the search.
        is_large = tab.locator("html.elder").count()
        assert tab.locator("#hub" if is_large else "#search-link").is_visible()
    tab.context.close()
