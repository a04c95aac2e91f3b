"""Signs that nobody sees in a text, shown as their number in a box: admin/browser/lib/unseen.js."""

import re
from typing import Final

from markupsafe import Markup, escape

# Those that turn the direction of what stands beside them, take no room, or are controls; all but
# line ends and tabs. The signs that choose a letter's shape (Mongolian, emoji) move nothing.
UNSEEN: Final = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e"
    "\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb\U000e0000-\U000e007f]"
)


def seen(text: str) -> Markup:
    """Make markup of somebody's text; the text itself stays as it is."""
    parts, last = [], 0
    for found in UNSEEN.finditer(text):
        parts += [escape(text[last : found.start()]), _box(found[0])]
        last = found.end()
    return Markup("").join([*parts, escape(text[last:])])


def _box(sign: str) -> Markup:
    return Markup('<span class="unseen">U+{:04X}</span>').format(ord(sign))
