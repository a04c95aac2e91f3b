"""The site's style sheets as one that may stand in any page: it reaches nothing but its pieces.

Every selector begins with the class of a piece; our own names of classes and ids get a prefix, as
in the pieces, so that no rule of the page around meets them; and sizes are pixels, since that page
may have set what a rem is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

ROOT_CLASS = "dengshao"
PREFIX = "ds-"
ROOT = f".{ROOT_CLASS}"
# One rem of ours in pixels: 112.5 % of what browsers begin with.
REM_PIXELS = 18
REM = re.compile(r"(?<![\w.])(\d*\.?\d+)rem\b")
NAME = re.compile(r"([.#])(-?[A-Za-z_][\w-]*)")
COMMA = re.compile(r",(?![^(\[]*[)\]])")
WHOLE = re.compile(r"^(?::root|html|body|#main)(?![\w-])")
# Head, foot and large type: a piece has none of them. Nor has it what is laid out by the window's
# width where type is not large: its column is narrower.
ABSENT = re.compile(
    r"\.(?:elder|elder--larger|top|nav|trail|foot|brand|skip)(?![\w-])"
    r"|#(?:hub|elder|quick-exit|search-link|read)(?![\w-])|html:target|> body"
)
# The page around is light, its printed sheets are its own, and nothing of ours moves in it.
LEFT_OUT = ("@page", "@media (prefers-color-scheme:dark)", "@keyframes")
# What a portal's own sheet often sets on bare elements, put back.
FIRST = (
    f"{ROOT},{ROOT} *{{float:none;color:inherit;text-indent:0;letter-spacing:normal}}"
    f"{ROOT} ul{{list-style:disc}}{ROOT} ol{{list-style:decimal}}{ROOT} li{{list-style:inherit}}"
)
LAST = f"{ROOT}{{text-align:left;font-size:{REM_PIXELS}px;font-weight:400}}"


def one_sheet(sheets: list[str]) -> str:
    """Join slimmed sheets, in their order, into one for the portal."""
    return FIRST + "".join(map(scoped, sheets)) + LAST + "\n"


def scoped(style: str) -> str:
    return "".join(rescoped(head, body) for head, body in blocks(style))


def blocks(style: str) -> Iterator[tuple[str, str]]:
    """Give the outermost rules of a slimmed sheet: what stands before a brace, and within."""
    start = depth = opened = 0
    for place, sign in enumerate(style):
        if sign == "{":
            opened = place if depth == 0 else opened
            depth += 1
        elif sign == "}":
            depth -= 1
            if depth == 0:
                yield style[start:opened].strip(), style[opened + 1 : place]
                start = place + 1


def rescoped(head: str, body: str) -> str:
    if head.replace(": ", ":").startswith(LEFT_OUT):
        return ""
    if head.startswith(("@media", "@supports")):
        inner = scoped(body)
        return f"{head}{{{inner}}}" if inner else ""
    if head.startswith("@"):
        raise ValueError(f"a rule that no portal can have yet: {head}")
    kept = [one for name in COMMA.split(head) if (one := selector(name.strip()))]
    return f"{','.join(kept)}{{{declared(body)}}}" if kept else ""


def selector(name: str) -> str:
    """Begin a selector with the piece's class; "" for what a piece has not."""
    if ABSENT.search(name):
        return ""
    whole = WHOLE.match(name)
    rest = name[whole.end() :] if whole else name
    renamed = NAME.sub(rf"\1{PREFIX}\2", rest)
    return ROOT + (renamed if whole else f" {renamed}")


def declared(body: str) -> str:
    """Write sizes in pixels, and keep to the light colours."""
    body = body.replace("color-scheme:light dark", "color-scheme:light")
    return REM.sub(lambda size: f"{round(float(size[1]) * REM_PIXELS, 2):g}px", body)
