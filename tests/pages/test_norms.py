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
    undrawn, address, pages, share
):
    tab = open_page(undrawn, address, width=360, axe=True)
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


# A control too low, two that meet, a row too wide, a region that scrolls and takes no focus, faint
# letters, a heading of which a line begins with a comma; one in large letters alone, one when wide.
FAULTY = """<!doctype html><html lang="zh"><meta charset="utf-8"><title>x</title><style>
  body { font-size: 18px } .elder body { font-size: 20px }
  h2 { width: 4em; font-size: 20px } .scroll { height: 30px; overflow: auto; width: 200px }
  .elder .wide { width: 2000px } @media (min-width: 1000px) { .late { color: #999 } }
  .low { height: 10px; padding: 0; font-size: 6px }
</style><main id="main"><h1>x</h1><h2>一二三四<br>，五六</h2>
<button class="low">x</button><button class="low" style="margin-left: -20px">y</button>
<p class="late">faint <a href="/">there</a></p><p class="wide">x</p>
<div class="scroll"><p>x</p><p>y</p><p>z</p></div></main>"""


def test_what_is_never_drawn_has_the_faults_that_are_seen(browser, undrawn, serve, tmp_path):
    (tmp_path / "index.html").write_text(FAULTY, "utf-8")
    address, found = serve(tmp_path), []
    for chromium in (browser, undrawn):
        tab = open_page(chromium, address, width=360, axe=True)
        found.append(looked_at(tab, WINDOWS, AS_SHAPED))
        tab.context.close()

    seen, unseen = found
    assert unseen == seen
    names = {"small", "wide", "font", "target-size", "scrollable-region-focusable"}
    assert {fault[2] for fault in seen} >= names | {"left behind", "color-contrast"}


# Bars and tables of numbers: they stand only where a district has published some.
FIGURES = ("numbers/", "numbers/2028-04-15/", "en/numbers/2028-04-15/")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_of_numbers_breaks_them_either(undrawn, elsewhere, serve, scheme):
    tab = open_page(undrawn, serve(elsewhere), width=360, axe=True, color_scheme=scheme)
    root, faults = tab.url, []
    for url in FIGURES if scheme == "light" else FIGURES[:1]:
        tab.goto(root + url)
        asked = AS_SHAPED if scheme == "light" else {}
        faults += looked_at(tab, WINDOWS, asked) if asked else violations(tab)
    tab.context.close()
    assert faults == []


def test_without_scripts_every_page_reads_and_no_dead_button_shows(undrawn, address, pages):
    tab = open_page(undrawn, address, width=360, java_script_enabled=False)
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
