"""All rules of axe in Chromium on a page of each kind: any width, any size, light and dark."""

import pytest

from .walks import LARGE, LARGER, NORMAL, ONE_OF_EACH_KIND, WIDTHS, open_page, show, violations

pytestmark = pytest.mark.browser


def test_axe_finds_nothing_in_the_frame_at_any_width_in_any_size(undrawn, address):
    tab = open_page(undrawn, address, width=360, axe=True)
    for url in ONE_OF_EACH_KIND:
        tab.goto(address + url)
        for width in (320, *WIDTHS):
            for classes, _, _ in (NORMAL, LARGE, LARGER):
                show(tab, width, classes)
                assert violations(tab) == [], (url, width, classes)
    tab.context.close()


def test_axe_finds_nothing_in_the_dark(undrawn, address):
    tab = open_page(undrawn, address, width=360, color_scheme="dark", axe=True)
    for url in ONE_OF_EACH_KIND:
        tab.goto(address + url)
        assert violations(tab) == [], url
    tab.context.close()
