"""Chinese has no spaces: a line break in the source must not become one on the page."""

from __future__ import annotations

import re
from typing import Any

HAN = "\u3000-\u303f\u3400-\u9fff\uff00-\uffef“”‘’"
OPEN, CLOSE = r"(?:<(?:strong|em|a)\b[^>]*>)?", r"(?:</(?:strong|em|a)>)?"
BREAK = re.compile(rf"(?<=[{HAN}])({CLOSE})\n(?={OPEN}[{HAN}])")


def on_page_content(html: str, **_: Any) -> str:
    return BREAK.sub(r"\1", html)
