"""Chinese has no spaces: where lines break, in the source and on the page.

A line break in the source must not become a space. A heading breaks between its phrases; where one
of them is longer than a line of large type, it is marked, so that its comma stays with it and no
last word stands alone.
"""

from __future__ import annotations

import re
from typing import Any

HAN = "\u3000-\u303f\u3400-\u9fff\uff00-\uffef“”‘’"
OPEN, CLOSE = r"(?:<(?:strong|em|a)\b[^>]*>)?", r"(?:</(?:strong|em|a)>)?"
BREAK = re.compile(rf"(?<=[{HAN}])({CLOSE})\n[ \t]*(?={OPEN}[{HAN}])")
HEADING = re.compile(r"<h1\b([^>]*)>(.*?)</h1>", re.S)
# The style sheet breaks such a heading anywhere, as other words.
LONG = re.compile(r"[^\s，、：。？！；]{7,}[，、：。？！；]|[\u3400-\u9fff]{9,}$")
TAG = re.compile(r"<[^>]+>")


def on_page_content(html: str, **_: Any) -> str:
    return HEADING.sub(marked, BREAK.sub(r"\1", html), count=1)


def marked(heading: re.Match[str]) -> str:
    is_long = LONG.search(TAG.sub("", heading[2]))
    return f'<h1{heading[1]} class="long">{heading[2]}</h1>' if is_long else heading[0]
