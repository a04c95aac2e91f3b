"""第N条 in the words becomes a link to the page that explains that article.

A bare 第六十一条 is of the Anti-Organized Crime Law; 禁毒法第六十二条 and 戒毒条例第九条 lead to
their guides; after another law's name an article stays plain. On English pages "article 61" leads
to its English lines, and only where there are none to the Chinese page. Which law is meant is told
by `admin.reading.citations`, as it is where a citation is checked.
"""

from __future__ import annotations

import re
from typing import Any

import laws
from law_index import LawIndex, guide_of
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.pages import Page
from mkdocs.utils import get_relative_url

from admin.reading.citations import AHEAD, ENGLISH, TAG, Reader, before
from admin.reading.cited_law import CHINESE
from admin.reading.laws import OURS
from admin.reading.numerals import number_of

# Nothing is linked in what is a link or a heading already, in code, or within a tag.
LEAVE = r"<(h[1-6]|a|code|pre|script|style|summary|button|svg)\b[^>]*>.*?</\1>|<!--.*?-->|<[^>]*>"
IN_CHINESE = re.compile(rf"{LEAVE}|{CHINESE}", re.S)
IN_ENGLISH = re.compile(rf"{LEAVE}|{ENGLISH}", re.S)
# A page without one of these cites no article and leads to none.
OF_LAW = re.compile(r'条|["/]law/')
HREF = re.compile(r'<a\b[^>]*?href="([^"]*)"')
FURTHER = re.compile(r"[0-9]+(?:-[0-9]+)?")


def on_page_content(html: str, *, page: Page, config: MkDocsConfig, **_: Any) -> str:
    if "/decisions/" in page.file.src_uri:
        return html
    index, reader = config.extra["law"], laws.reader(config)
    if page.meta.get("lang") == "en":
        return English(html, page, index, reader).linked()
    if not OF_LAW.search(html):
        return html
    return Chinese(html, page, index, reader).linked()


class Chinese:
    """The words of one page, looked at once."""

    pattern = IN_CHINESE
    language = ""

    def __init__(self, html: str, page: Page, index: LawIndex, reader: Reader) -> None:
        self.html, self.page, self.index, self.reader = html, page, index, reader

    def linked(self) -> str:
        return self.pattern.sub(self.replace, self.html)

    def replace(self, found: re.Match[str]) -> str:
        if found[2] is None:
            self.note_link(found)
            return found[0]
        if found[3] or found[4]:
            # 第二百九十三条之一 is not explained under 第二百九十三条.
            return found[0]
        here = guide_of(self.page) or OURS
        law, _ = self.reader.law_of(before(self.html, found.start()), here)
        return self.link(law, found[2], found[0]) if law else found[0]

    def note_link(self, found: re.Match[str]) -> None:
        """Count a link that the author made."""
        if found[1] == "a" and (href := HREF.match(found[0])):
            number = self.index.article_at(href[1], self.page)
            if number is not None:
                self.index.note(number, self.page)

    def link(self, law: str, numeral: str, words: str) -> str:
        number = number_of(numeral)
        target = self.index.find(law, number) if number else None
        if not target or target[0] is self.page.file:
            return words
        if law == OURS:
            self.index.note(number, self.page)
        href = get_relative_url(target[0].url, self.page.url) + target[1]
        return f'<a href="{href}"{self.language}>{words}</a>'


class English(Chinese):
    pattern = IN_ENGLISH
    # Where it leads, the words are Chinese.
    language = ' hreflang="zh"'

    def replace(self, found: re.Match[str]) -> str:
        if found[2] is None:
            self.note_link(found)
            return found[0]
        after = TAG.sub("", self.html[found.end() : found.end() + AHEAD])
        law, _ = self.reader.english_law_of(before(self.html, found.start()), after)
        if not law:
            return found[0]
        head = found[0][: found.end(2) - found.start()]
        rest = FURTHER.sub(lambda one: self.link(law, one[0], one[0]), found[3])
        return self.link(law, found[2], head) + rest

    def link(self, law: str, numeral: str, words: str) -> str:
        """Lead to the English lines on an article where there are some."""
        number = number_of(numeral)
        target = self.index.english.get(number) if law == OURS and number else None
        if not target or target[0] is self.page.file:
            return super().link(law, numeral, words)
        return f'<a href="{get_relative_url(target[0].url, self.page.url)}{target[1]}">{words}</a>'
