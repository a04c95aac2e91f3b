"""Hard words: `{glossary:group}` lists them, and their first use on a page leads to the list.

Everything comes from content/data/glossary.yml. A word is looked for as it stands, the longest
first; `not` names longer words in which it must not be seen: 诉讼 in 刑事诉讼法. Titles in 《》 are
left as they are.
"""

from __future__ import annotations

import re
from html import escape
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page
from mkdocs.utils import get_relative_url
from sayings import named

# What already leads somewhere, names something, is pressed, or is quoted word for word.
CLOSED = "a|blockquote|button|caption|code|h[1-4]|label|legend|nav|pre|select|summary|svg|th|title"
TAG = rf"<(?P<close>/)?(?:(?P<closed>{CLOSED})\b|[a-z!])[^>]*>"
TITLE = "《[^》<]*》"
# Pages of questions and of paper: a link there would answer a question, or be printed.
PLAIN = ("learn/", "posters/", "q/", "about/decisions/")

Data = dict[str, Any]


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Compile one expression for all words, once for all pages."""
    words = spoken(config.extra["data"]["glossary"])
    ordered = sorted(words, key=lambda word: (-len(word), word))
    config.extra["terms"] = re.compile(rf"{TAG}|{TITLE}|{'|'.join(map(re.escape, ordered))}"), words
    return config


def spoken(glossary: Data) -> dict[str, Data | None]:
    """Map every word to its entry, and a word that only holds another to nothing."""
    words: dict[str, Data | None] = {}
    groups = {group["id"] for group in glossary["groups"]}
    for item in glossary["items"]:
        if item["group"] not in groups:
            raise PluginError(
                f"content/data/glossary.yml：{item['id']} 的 group 没有写在 groups 里"
            )
        for word in (item["zh"], *item.get("also", ())):
            if word in words:
                raise PluginError(f"content/data/glossary.yml：「{word}」写了两次")
            words[word] = item
    for item in glossary["items"]:
        for word in item.get("not", ()):
            words.setdefault(word, None)
    return words


def on_page_content(html: str, *, page: Page, config: MkDocsConfig, files: Files) -> str:
    address = page.file.src_uri
    glossary = config.extra["data"]["glossary"]
    books = {group["id"]: group["page"] for group in glossary["groups"]}
    plain = address in books.values() or address.startswith(PLAIN)
    if plain or page.meta.get("lang", "zh") != "zh" or page.meta.get("terms") is False:
        return html
    expression, words = config.extra["terms"]
    hrefs = {group: href(source, page, files) for group, source in books.items()}
    return linked(html, expression, words, hrefs)


def href(source: str, page: Page, files: Files) -> str:
    book = files.get_file_from_path(source)
    if book is None:
        raise PluginError(f"content/data/glossary.yml：没有 content/{source} 这一页")
    return get_relative_url(book.url, page.url)


def linked(
    html: str, expression: re.Pattern[str], words: dict[str, Data | None], hrefs: dict[str, str]
) -> str:
    return expression.sub(Linker(words, hrefs).replace, html)


class Linker:
    """Links the first open use of each word; within closed elements nothing is touched.

    A word that touches a linked one waits for its next use: two links in a row look like one.
    """

    def __init__(self, words: dict[str, Data | None], hrefs: dict[str, str]) -> None:
        self.words, self.hrefs = words, hrefs
        self.done: set[str] = set()
        self.depth, self.end = 0, -1

    def replace(self, match: re.Match[str]) -> str:
        text = match[0]
        if text[0] == "<":
            if match["closed"]:
                # An end without a beginning ends nothing.
                self.depth = max(0, self.depth + (-1 if match["close"] else 1))
            return text
        item = self.words.get(text)
        if self.depth or item is None or item["id"] in self.done or match.start() == self.end:
            return text
        self.done.add(item["id"])
        self.end = match.end()
        return f'<a class="term" href="{self.hrefs[item["group"]]}#{item["id"]}">{text}</a>'


def entries(argument: str, data: Data, language: str) -> str:
    """List the words of a group with their plain meaning, each with an address of its own."""
    glossary = data["glossary"]
    if argument not in {group["id"] for group in glossary["groups"]}:
        raise PluginError(f"{{glossary:{argument}}}：content/data/glossary.yml 里没有这一组")
    rows = [entry(item, language) for item in glossary["items"] if item["group"] == argument]
    return '<dl class="terms">\n' + "\n".join(rows) + "\n</dl>"


def entry(item: Data, language: str) -> str:
    names = escape("、".join((item["zh"], *item.get("also", ()))))
    if language == "zh":
        return f'<dt id="{item["id"]}">{names}</dt><dd>{escape(item["plain"])}</dd>'
    said = named({**item, "zh": item["plain"]}, language)
    return f'<dt id="{item["id"]}" lang="zh-CN">{names}</dt><dd>{said}</dd>'
