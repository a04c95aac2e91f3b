"""Every page in Chromium: type, targets, width and headings as the norms; and without scripts."""

from itertools import product

import pytest

from .walks import (
    FONT,
    LARGE,
    LARGER,
    LEFT_BEHIND,
    NORMAL,
    SHARES,
    SMALL,
    WIDE,
    open_page,
    show,
    with_samples,
)

pytestmark = pytest.mark.browser

# At 200 % a window of 640 pixels is 320 wide, one of 1280 is 640; 360 is the usual telephone.
WINDOWS = (320, 360, 640, 1280)


@pytest.mark.parametrize("share", range(SHARES))
def test_type_targets_width_and_headings_keep_to_the_norm_on_every_page(
    browser, address, pages, share
):
    tab = open_page(browser, address, width=320)
    faults = []
    for page in with_samples(pages)[share::SHARES]:
        tab.goto(address + page.url)
        for width, (classes, font, target) in product(WINDOWS, (NORMAL, LARGE, LARGER)):
            show(tab, width, classes)
            is_wide, size, small, behind = tab.evaluate(
                f"least => [{WIDE}, {FONT}, ({SMALL})(least), ({LEFT_BEHIND})()]", target
            )
            if is_wide or size != font or small or behind:
                faults.append((page.url, width, classes, is_wide, size, small, behind))
    tab.context.close()
    assert faults == []


def test_without_scripts_every_page_reads_and_no_dead_button_shows(browser, address, pages):
    tab = open_page(browser, address, width=360, java_script_enabled=False)
    for page in with_samples(pages):
        tab.goto(address + page.url)
        assert tab.locator("h1").is_visible()
        assert tab.locator("button:visible").count() == 0, page.url
        assert tab.locator("#quick-exit").is_visible()
        assert tab.locator("#search-link").is_visible()
    tab.context.close()
