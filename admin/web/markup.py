"""Text with some of its pieces marked up: signs that nobody sees, telephones to dial."""

import re
from collections.abc import Callable
from typing import Final

from markupsafe import Markup, escape

# Signs that turn the direction of what stands beside them, take no room, or are controls; all but
# line ends and tabs. The signs that choose a letter's shape (Mongolian, emoji) move nothing. The
# same ones as in admin/browser/shared/page/unseen.js.
UNSEEN: Final = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e"
    "\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb\U000e0000-\U000e007f]"
)
# As in admin/browser/mailbox/dialled.js: 110, and the lines of five digits that begin with 12.
NUMBER: Final = re.compile(r"\b1(?:10|2\d{3})\b", re.ASCII)

_DIGIT: Final = re.compile("[0-9]")


def seen(text: str) -> Markup:
    """Show the signs of somebody's text that nobody sees; the text itself stays as it is."""
    return _marked(text, UNSEEN, _box)


def apart(group: str) -> Markup:
    """Put each digit into an element of its own: form.css parts them for whoever hears them.

    The text stays as it is, so that what is copied is the digits and nothing else.
    """
    return _marked(group, _DIGIT, Markup("<b>{}</b>").format)


def dialled(sentence: str) -> Markup:
    """Make each telephone's number in a sentence of our own a link that dials it."""
    return _marked(sentence, NUMBER, _link)


def _marked(text: str, pieces: re.Pattern[str], mark: Callable[[str], Markup]) -> Markup:
    parts, last = [], 0
    for found in pieces.finditer(text):
        parts += [escape(text[last : found.start()]), mark(found[0])]
        last = found.end()
    return Markup("").join([*parts, escape(text[last:])])


def _box(sign: str) -> Markup:
    return Markup('<span class="unseen">U+{:04X}</span>').format(ord(sign))


def _link(number: str) -> Markup:
    return Markup('<a href="tel:{0}">{0}</a>').format(number)
