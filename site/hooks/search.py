"""The search index: assets/search/*.js, read by search-find.js at the first word of a query.

By section, as scripts, so that a copy on a disk can read them too. A part holds what pages are
called: title, keywords, headings, description. What they say stands in parts by pairs of
characters; a query reads at most three of those, when the names of pages do not answer it.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from html import unescape
from itertools import pairwise
from pathlib import Path
from typing import Any

import sounds
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page
from mkdocs.structure.toc import AnchorLink

# Sections that share a part; what is not named here goes to the last one.
PARTS = {
    "main": ["", "help", "report", "topics", "drugs"],
    "law": ["law"],
    "more": ["about", "learn", "news", "places", "posters"],
}
# A section with more pages than this is read late: a district may have a thousand villages.
MANY = 150
# A heading that more pages than this have is the house's own, like 怎么认.
USUAL = 4
# A pair of characters in more than this share of the pages leads to none of them.
OFTEN = 0.2
TEXTS = 48
TAGS = re.compile(r"<!--.*?-->|<[^>]+>", re.S)
HAN = re.compile(r"[\u3400-\u9fff]+")
# Characters that hold sentences together; pairs with them say nothing about a page.
PARTICLES = dict.fromkeys(
    map(
        ord,
        "的了是在有不您我他她它们这那和也就都要会可以到说着给对被把让请从里个为与或及等能没很还又再但而所之"
        "其于如因此你吗呢吧啊么",
    ),
    " ",
)

Data = dict[str, Any]
PARTS_MADE: dict[str, Data] = {}


def on_env(env: Any, *, config: MkDocsConfig, files: Files) -> None:
    """Read the pages when all are rendered, and before lists of other pages are filled in."""
    found = [file.page for file in files.documentation_pages() if file.page]
    pages = [page for page in found if is_found(page)]
    PARTS_MADE.clear()
    PARTS_MADE.update(make_parts(pages, config.extra["data"]["synonyms"]["items"]))
    config.extra["search_parts"] = {
        "first": [name for name in PARTS if name in PARTS_MADE],
        "english": [name for name in PARTS_MADE if name == "english"],
        "late": [name for name in PARTS_MADE if name.startswith("many-")],
    }


def on_post_build(*, config: MkDocsConfig) -> None:
    folder = Path(config.site_dir) / "assets" / "search"
    folder.mkdir(parents=True, exist_ok=True)
    for name, part in PARTS_MADE.items():
        words = json.dumps(part, ensure_ascii=False, separators=(",", ":"))
        (folder / f"{name}.js").write_text(f"dengshaoAdd({words});\n", "utf-8")


def is_found(page: Page) -> bool:
    hidden = "/decisions/" in page.file.src_uri or page.file.inclusion.is_not_in_nav()
    return not hidden and page.meta.get("search", True) is not False


def make_parts(pages: list[Page], synonyms: list[Data]) -> dict[str, Data]:
    parts: dict[str, Data] = {}
    usual = usual_headings(pages)
    ordered: list[Page] = []
    for name, members in by_part(pages).items():
        parts[name] = {"from": len(ordered), "pages": [row(page, usual) for page in members]}
        ordered += members
    if "english" in parts:
        parts["english"]["english"] = 1
    names = "".join(json.dumps(part, ensure_ascii=False) for part in parts.values())
    parts["main"] |= {
        "order": sounds.ORDER,
        "sounds": sounds.beyond_order(set("".join(HAN.findall(names)))),
        "synonyms": [group["words"] for group in synonyms],
        "texts": TEXTS,
    }
    return parts | make_texts(ordered)


def by_part(pages: list[Page]) -> dict[str, list[Page]]:
    sections: dict[str, list[Page]] = {}
    for page in pages:
        sections.setdefault(page.file.src_uri.rpartition("/")[0].partition("/")[0], []).append(page)
    parts: dict[str, list[Page]] = {name: [] for name in PARTS}
    for section, members in sections.items():
        parts.setdefault(part_of(section, len(members)), []).extend(members)
    return {name: members for name, members in parts.items() if members or name == "main"}


def part_of(section: str, count: int) -> str:
    if section == "en":
        return "english"
    if count > MANY:
        return f"many-{section}"
    return next((name for name, sections in PARTS.items() if section in sections), "more")


def row(page: Page, usual: set[str]) -> list[Any]:
    """Give what a page is called: address, title, keywords, description, headings."""
    keywords = [str(word) for word in page.meta.get("keywords") or []]
    about = str(page.meta.get("description") or "")
    named = [
        words if words.replace(" ", "-") == anchor else [words, anchor]
        for words, anchor in headings(page.toc.items)
        if words not in usual
    ]
    return [page.url, unescape(str(page.title)), keywords, about, named]


def headings(items: list[AnchorLink]) -> Iterator[tuple[str, str]]:
    """Give each heading below the first, and its anchor."""
    for item in items:
        if item.level > 1:
            yield unescape(TAGS.sub("", item.title)).strip(), item.id
        yield from headings(item.children)


def usual_headings(pages: list[Page]) -> set[str]:
    """Find what many pages call their parts (怎么认, 大白话): it tells none of them apart."""
    counts = Counter(words for page in pages for words, _ in headings(page.toc.items))
    return {words for words, count in counts.items() if count > USUAL}


def make_texts(pages: list[Page]) -> dict[str, Data]:
    """Sort the telling pairs of characters of every page into parts, by their first character."""
    found: dict[str, list[str]] = {}
    for number, page in enumerate(pages):
        name = base36(number)
        for pair in pairs(page):
            found.setdefault(pair, []).append(name)
    parts: dict[str, Data] = {f"text-{number}": {"text": {}} for number in range(TEXTS)}
    most = max(3, len(pages) * OFTEN)
    for pair in sorted(found):
        if len(found[pair]) <= most:
            parts[f"text-{ord(pair[0]) % TEXTS}"]["text"][pair] = " ".join(found[pair])
    return parts


def pairs(page: Page) -> set[str]:
    words = TAGS.sub(" ", page.content or "").translate(PARTICLES)
    return {a + b for run in HAN.findall(words) for a, b in pairwise(run)}


def base36(number: int) -> str:
    head = base36(number // 36) if number >= 36 else ""
    return head + "0123456789abcdefghijklmnopqrstuvwxyz"[number % 36]
