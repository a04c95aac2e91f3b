"""Where each article is explained, and which pages speak of it (used by law.py and law_links.py).

One `LawIndex` a build, in `config.extra["law"]`: made before pages are read, filled while they are.
"""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from dataclasses import dataclass, field

from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

from admin.reading import laws

ARTICLE = re.compile(r"law/([0-9]{2})\.md")
TOPIC = re.compile(r"topics/([a-z-]+)\.md")
# English pages that explain articles, each under `{: #a61 }`.
ENGLISH = re.compile(r"en/law/[a-z-]+\.md")
# `## 第六十二条 … {: #a62 }`: the anchor of an article on a guide's page. It never changes.
ANCHOR = re.compile(r"\{:\s*#a([0-9]{1,2})\s*\}")
# Lists of articles, questions by lot, sheets to print, records, and pages in English: no article
# sends a reader there.
NOT_LISTED = re.compile(
    r"en/|law/(?:index\.md|for/|ch/)|learn/(?:cards|quiz|topic|ch/\d/\d)|posters/|q/|.*/decisions/"
)


@dataclass
class LawIndex:
    """`aocl` is the Anti-Organized Crime Law, `drugs` 禁毒法, `treatment` 戒毒条例."""

    articles: dict[int, File] = field(default_factory=dict)
    topics: dict[str, File] = field(default_factory=dict)
    guides: dict[tuple[str, int], tuple[File, str]] = field(default_factory=dict)
    english: dict[int, tuple[File, str]] = field(default_factory=dict)
    linked_from: dict[int, dict[str, Page]] = field(default_factory=dict)
    times: Counter[tuple[int, str]] = field(default_factory=Counter)
    """How often a page speaks of an article."""
    readers: dict[str, list[int]] = field(default_factory=dict)
    """Each reader's articles, by their front matter; known once all pages are read."""
    _paths: dict[str, int] = field(default_factory=dict)

    def find(self, law: str, number: int) -> tuple[File, str] | None:
        """Find the page of an article, and its anchor there."""
        if law == "aocl":
            return (self.articles[number], "") if number in self.articles else None
        return self.guides.get((law, number))

    def article_at(self, href: str, here: Page) -> int | None:
        """Tell which article's page a link leads to, if any."""
        target = posixpath.join(posixpath.dirname(here.url), href.partition("#")[0])
        return self._paths.get(posixpath.normpath(target))

    def note(self, number: int, page: Page) -> None:
        """Remember that a page speaks of an article."""
        address = page.file.src_uri
        is_chinese = page.meta.get("lang", "zh") == "zh"
        if is_chinese and self.articles[number] is not page.file and not NOT_LISTED.match(address):
            self.linked_from.setdefault(number, {})[address] = page
            self.times[number, address] += 1

    def read(self, files: Files) -> None:
        for file in files:
            if found := ARTICLE.fullmatch(file.src_uri):
                self.articles[int(found[1])] = file
                self._paths[posixpath.normpath(file.url)] = int(found[1])
            elif found := TOPIC.fullmatch(file.src_uri):
                self.topics[found[1]] = file
            elif law := laws.guide_of(file.src_uri):
                for anchor in ANCHOR.findall(file.content_string):
                    self.guides[law, int(anchor)] = (file, f"#a{anchor}")
            elif ENGLISH.fullmatch(file.src_uri):
                for anchor in ANCHOR.findall(file.content_string):
                    self.english[int(anchor)] = (file, f"#a{anchor}")


def guide_of(page: Page) -> str | None:
    """Name the law that a guide's page explains."""
    return laws.guide_of(page.file.src_uri)
