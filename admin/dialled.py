"""A telephone's number in a sentence, as a link that dials it: one press away."""

import re

from markupsafe import Markup, escape

# 110, and the lines of five digits that begin with 12.
NUMBER = re.compile(r"\b1(?:10|2\d{3})\b", re.ASCII)


def dialled(sentence: str) -> Markup:
    """Make markup of a sentence of our own. admin/browser/page/dialled.js does the same."""
    parts, last = [], 0
    for found in NUMBER.finditer(sentence):
        parts += [escape(sentence[last : found.start()]), _link(found[0])]
        last = found.end()
    return Markup("").join([*parts, escape(sentence[last:])])


def _link(number: str) -> Markup:
    return Markup('<a href="tel:{0}">{0}</a>').format(number)
