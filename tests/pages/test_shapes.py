"""What the walk through all pages leaves out is what it has seen, or what axe cannot find."""

from pathlib import Path

import pytest

from .conftest import BuiltPage, Document
from .shapes import with_new_shapes
from .walks import DOUBTED, FIT, open_page, violations

LIST = '<ul class="list"><li><a href="a/" id="x">One</a></ul>'
FIRST = f'<main><h1>Law</h1>{LIST}<img alt="1"></main>'


def page_of(html):
    document = Document()
    document.feed(html)
    return BuiltPage(html, Path(), html, document)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("One", ""),
        ('alt="1"', 'alt=""'),
        (' alt="1"', ""),
        ("<li>", '<li aria-labelledby="x">'),
        ("<li>", '<li aria-labelledby="gone">'),
        ("<li>", '<li role="img">'),
        ("<li>", '<li style="color: red">'),
        ('class="list"', 'class="list small"'),
        ("h1", "h2"),
        ("</h1>", "</h1><h3>More</h3>"),
        ("<ul", "<div><ul"),
        ('id="x"', 'id="y"'),
        ("</main>", '</main><script src="new.js"></script>'),
    ],
)
def test_a_page_with_something_new_for_axe_is_walked(old, new):
    assert old in FIRST
    pages = [page_of(FIRST), page_of(FIRST.replace(old, new))]
    assert with_new_shapes(pages) == pages


@pytest.mark.parametrize(("old", "new"), [("Law", "Words"), ("a/", "b/"), ('"1"', '"2"')])
def test_a_page_with_other_words_in_the_same_places_is_not(old, new):
    first = page_of(FIRST)
    assert with_new_shapes([first, page_of(FIRST.replace(old, new))]) == [first]


LINK = '<p><a href="#" style="display: inline-block; width: {0}px; height: {0}px">1</a></p>'
SMALL_BOX = '<div style="overflow: auto; height: 40px"><p>1<br>2<br>3<br>4</p></div>'
FOUND = {
    "target-size": LINK.format(12).replace("</p>", "") + LINK.format(12).replace("<p>", ""),
    "scrollable-region-focusable": SMALL_BOX,
}


@pytest.mark.browser
def test_axe_is_asked_wherever_one_of_the_rules_of_layout_finds_something(browser):
    assert set(FOUND) == set(FIT)
    tab = open_page(browser, "about:blank", width=360, axe=True)
    tab.set_content(f"<main>{LINK.format(24)}{LINK.format(24)}</main>")
    assert not tab.evaluate(f"({DOUBTED})(document.body)")
    meeting = LINK.format(24) + LINK.format(24).replace("<p>", '<p style="margin-top: -24px">')
    for words in (meeting, *FOUND.values()):
        tab.set_content(f"<main>{words}</main>")
        assert tab.evaluate(f"({DOUBTED})(document.body)"), words
    for rule, words in FOUND.items():
        tab.set_content(f"<main>{words}</main>")
        assert [name for name, _ in violations(tab, rules=FIT)] == [rule]
    tab.context.close()
