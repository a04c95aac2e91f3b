"""Marks in the words: `{tip:A4}` becomes a button, `{hotlines:help}` a table, `{tel:110}` a number.

A mark that nobody knows fails the build: a typing error must not reach a reader.
Lists of other pages (`{chapters}`, `{directory}` …) are only reserved here; the hooks that
know all pages fill them in when every page has been read.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import Any

from hotlines import number_link, tables
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.pages import Page

MARK = re.compile(r"\{([a-z][a-z-]*)(?::([^{}\n]*))?\}")
# Filled in later, once all pages are known: law.py and directory.py.
LATER = {"chapters", "articles", "directory", "decisions"}
TIP = {"zh": "写下您看到的", "en": "Write down what you saw"}
MAILBOX = {"zh": "凭码看回复", "en": "Read replies with your code"}

Data = dict[str, Any]


def on_page_markdown(markdown: str, *, page: Page, config: MkDocsConfig, **_: Any) -> str:
    # Decision records are English prose about code; braces in them are only braces.
    if "/decisions/0" in page.file.src_uri:
        return markdown
    language = str(page.meta.get("lang", "zh"))
    data = config.extra["data"]
    drawings = Path(config.theme.custom_dir) / "drawings"

    def fill(match: re.Match[str]) -> str:
        name, argument = match[1], match[2] or ""
        if name in LATER:
            return f"<!--{name}-->"
        if name == "drawing":
            return draw(drawings / f"{argument}.html")
        if name not in MARKS:
            raise PluginError(f"content/{page.file.src_uri}: unknown mark {match[0]}")
        return MARKS[name](argument, data, language)

    return MARK.sub(fill, markdown)


def draw(path: Path) -> str:
    """A drawing of our own, in the page itself: no request, and it follows the dark scheme."""
    if not path.exists():
        raise PluginError(f"There is no drawing called {path.stem}")
    return path.read_text("utf-8").strip()


def tip(argument: str, data: Data, language: str) -> str:
    """The button to the form, with the category chosen or the official way taken."""
    known = {item["id"] for item in data["categories"]["items"]}
    if argument and argument != "official" and argument not in known:
        raise PluginError(f"{{tip:{argument}}}: there is no such category")
    query = "official=yes" if argument == "official" else f"category={argument}"
    address = localized(data["footer"], "tip_url", language) + (f"?{query}" if argument else "")
    return button(address, TIP[language])


def mailbox(_argument: str, data: Data, language: str) -> str:
    return button(localized(data["footer"], "mailbox_url", language), MAILBOX[language], " button--quiet")


def localized(footer: Data, key: str, language: str) -> str:
    return str(footer.get(f"{key}_{language}", footer[key]))


def button(address: str, words: str, kind: str = "") -> str:
    return f'<a class="button{kind}" href="{escape(address)}">{words}</a>'


def tel(argument: str, data: Data, _language: str) -> str:
    return number_link(argument, data["hotlines"])


def hotlines(argument: str, data: Data, language: str) -> str:
    return tables(data["hotlines"], argument.split(",") if argument else [], language)


MARKS: dict[str, Callable[[str, Data, str], str]] = {
    "tip": tip,
    "mailbox": mailbox,
    "tel": tel,
    "hotlines": hotlines,
}
