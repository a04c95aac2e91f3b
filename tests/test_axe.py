"""What the tests are told of a page by axe."""

import pytest

from tests.axe import broken_rules, violations

WORDS = "<html lang='zh'><title>x</title><main><h1>x</h1>{}</main></html>"
FAINT = '<p style="color: #bbb">faint</p>'


@pytest.mark.parametrize(
    ("part", "found"),
    [
        ("<p>x</p>", []),
        ("<img src='data:,'>", [("image-alt", ['<img src="data:,">'])]),
        (FAINT, [("color-contrast", [FAINT])]),
    ],
    ids=["right", "no words", "faint"],
)
def test_what_is_broken_is_named_with_what_breaks_it(visit, part, found):
    page = visit()
    page.set_content(WORDS.format(part))

    assert violations(page) == found
    assert broken_rules(page) == [rule for rule, _ in found]
