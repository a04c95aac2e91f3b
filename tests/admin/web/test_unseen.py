"""Signs that nobody sees in somebody's words are shown by their number, the words are unchanged."""

import pytest

from admin.web.markup import UNSEEN, seen
from tests.admin.desk.tip.test_browser_modules import run

NAMED = [0x061C, 0x200B, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFEFF]


def box(code):
    return f'<span class="unseen">U+{code:04X}</span>'


@pytest.mark.parametrize("code", NAMED)
def test_what_turns_or_hides_is_shown(code):
    assert seen(f"甲{chr(code)}乙") == f"甲{box(code)}乙"


def test_markup_stays_text_and_what_is_seen_stays_as_it_is():
    assert seen("<b>\n\t&\u202e</b>") == f"&lt;b&gt;\n\t&amp;{box(0x202E)}&lt;/b&gt;"
    assert seen("") == ""
    assert seen("ئۇيغۇر བོད་ ᠮᠣᠩᠭᠣᠯ ❤️ 𠮷") == "ئۇيغۇر བོད་ ᠮᠣᠩᠭᠣᠯ ❤️ 𠮷"


def test_the_browser_shows_the_very_same_signs():
    codes = [code for code in range(0x110000) if not 0xD800 <= code < 0xE000]
    [parts] = run({"act": "parted", "text": "".join(map(chr, codes))})

    shown = [int(part["code"][2:], 16) for part in parts if isinstance(part, dict)]
    assert shown == [code for code in codes if UNSEEN.match(chr(code))]
    text = "".join(part for part in parts if isinstance(part, str))
    assert text == "".join(chr(code) for code in codes if not UNSEEN.match(chr(code)))
