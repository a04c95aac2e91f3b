"""A page's words as a reader meets them: paragraphs, list items, rows (used by checks.py).

Marks, tags, commands and the addresses of links are taken out; line breaks stay, so that every
complaint can name the line.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

END = "\x1e"
# A line that is broken on the page ends a sentence, but not a paragraph.
ENDS = {"end": END, "stop": "。"}
# In this order: what nobody reads; what ends a block; what stands within one.
HIDDEN = (
    r"<!--.*?-->|^(?P<fence>```|~~~).*?^(?P=fence)|^(?: {4,}|\t)[a-z$][^\n]*|`[^`\n]*`|\{:[^}\n]*\}"
)
TAGS = "div|p|section|aside|nav|[uod]l|li|d[td]|t[hdr]|thead|tbody|table|caption|summary|details"
TAGS += "|figure|figcaption|blockquote|h[1-6]|fieldset|legend|label|input"
WITHIN = r"\]\([^()\n]*\)|</?[a-z][^>]*>|\*(?! )|\["
CLEAN = re.compile(
    # What one of them begins with: most letters need no second look.
    r"(?=[<`~ \t{\]*\[])(?:"
    rf"(?P<hidden>{HIDDEN})|(?P<end></?(?:{TAGS})\b[^>]*>)|(?P<stop><br>)|(?P<within>{WITHIN})"
    r"|\{(?P<mark>[a-z][a-z-]*)(?::(?P<argument>[^{}\n]*))?\})",
    re.M | re.S,
)
# A new list item, heading, definition or row begins a block; a heading ends with its line.
BEGINS = r"[ \t>]*(?:[-+*]|\d{1,2}\.)[ \t]|#{1,6}[ \t]|:[ \t]|\|"
BLOCK = re.compile(rf"\n[ \t>]*(?=\n)|\n(?={BEGINS})|{END}")
HEAD = re.compile(r"[\s>]*(?:(?P<item>[-+*]|\d{1,2}\.|:)[ \t]+|(?P<level>#{1,6})[ \t]+)?")
BREAK = re.compile(r"\n[ \t>]*")

Shown = Callable[[str, str], str]


class Block(NamedTuple):
    """`level` is 1 to 6 for a heading, else 0; `start` is where it begins in the cleaned words."""

    text: str
    start: int
    level: int
    item: bool


def clean(markdown: str, shown: Shown) -> str:
    """Take out all that is not words; `shown` gives what a mark will say on the page."""

    def words(found: re.Match[str]) -> str:
        kind = found.lastgroup
        if kind in ("mark", "argument"):
            return shown(found["mark"], found["argument"] or "")
        breaks = "\n" * found[0].count("\n")
        return ENDS.get(str(kind), "") + breaks

    return CLEAN.sub(words, markdown)


def blocks(words: str) -> Iterator[Block]:
    """Divide cleaned words; a list item keeps the lines that carry it on."""
    start = 0
    for boundary in BLOCK.finditer(words):
        yield from block(words, start, boundary.start())
        start = boundary.end()
    yield from block(words, start, len(words))


def block(words: str, start: int, end: int) -> Iterator[Block]:
    head = HEAD.match(words, start, end)
    begin = head.end() if head else start
    if begin >= end:
        return
    level = len(head["level"] or "") if head else 0
    # A heading ends with its line, and what follows is a block of its own.
    stop = words.find("\n", begin, end) if level else -1
    stop = end if stop < 0 else stop
    yield Block(words[begin:stop], begin, level, bool(head and head["item"]))
    if stop < end:
        yield from block(words, stop, end)
