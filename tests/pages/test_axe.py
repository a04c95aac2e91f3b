"""axe in Chromium: nothing found on any page, at any width, in any size, in light and dark."""

import pytest

from .walks import (
    FIT,
    INSIDE,
    LARGE,
    LARGER,
    LAYOUT,
    NORMAL,
    ONE_OF_EACH_KIND,
    SHARES,
    WIDTHS,
    open_page,
    show,
    violations,
    with_samples,
)

pytestmark = pytest.mark.browser

OTHER_VIEWS = (
    (1280, LARGE[0], LAYOUT),
    (1280, "", FIT),
    (768, "", FIT),
    (768, LARGE[0], FIT),
    (360, LARGE[0], FIT),
)


@pytest.mark.parametrize("share", range(SHARES))
def test_axe_finds_nothing_on_any_page_at_any_width_in_any_size(browser, address, pages, share):
    tab = open_page(browser, address, width=360, axe=True)
    faults, sampled = {}, with_samples(pages)
    for page in pages[share::SHARES]:
        show(tab, 360, "")
        tab.goto(address + page.url)
        faults[page.url] = violations(tab)
        for width, classes, rules in OTHER_VIEWS if page in sampled else ():
            show(tab, width, classes)
            faults[page.url] += violations(tab, INSIDE, rules)
    tab.context.close()
    assert {url: found for url, found in faults.items() if found} == {}


def test_axe_finds_nothing_in_the_frame_at_any_width_in_any_size(browser, address):
    tab = open_page(browser, address, width=360, axe=True)
    for url in ONE_OF_EACH_KIND:
        tab.goto(address + url)
        for width in (320, *WIDTHS):
            for classes, _, _ in (NORMAL, LARGE, LARGER):
                show(tab, width, classes)
                assert violations(tab) == [], (url, width, classes)
    tab.context.close()


def test_axe_finds_nothing_in_the_dark(browser, address):
    tab = open_page(browser, address, width=360, color_scheme="dark", axe=True)
    for url in ONE_OF_EACH_KIND:
        tab.goto(address + url)
        assert violations(tab) == [], url
    tab.context.close()
