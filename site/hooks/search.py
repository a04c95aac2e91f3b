"""The search index: assets/search/*.js, read by search-find.js at the first word of a query.

By section, as scripts, so that a copy on a disk can read them too. A part holds what pages are
called: title, keywords, headings, description. What they say stands in one part by pairs of
characters, read when names do not answer a query. Beside them stand the sounds of characters,
traditional ones, words of danger (crisis.py) and what lines are about (asked.py).
No part may be named, cut or fetched by the words of a query: the server's log would tell them.
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

import asked
import crisis
import learnt
import patterns
import sounds
import traditional
from codes import code
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page
from mkdocs.structure.toc import AnchorLink
from whereabouts import is_for_residents

# Sections that share a part; what is not named here goes to the last one.
PARTS = {
    "main": ["", "help", "report", "numbers", "topics", "drugs"],
    "law": ["law"],
    "more": ["about", "learn", "news", "places", "posters"],
}
# A section with more pages than this is read late: a district may have a thousand villages.
MANY = 150
# A heading that more pages than this have is the house's own, like 怎么认.
USUAL = 4
# Read late: what residents ask for seldom stands there alone.
LATE = ("law", "more")
# Numbers to ring, wherever a page lets them be pressed.
RINGS = re.compile(r'href="tel:([^"]+)"')
NUMBERS = re.compile(r"\d{3,}")
HOTLINES = re.compile(r"(en/)?help/hotlines\.md")
# A number to ring on more than this share of the pages leads to none of them.
OFTEN = 0.2
# Nor does a pair of characters that so many say: it weighs on a telephone and tells little.
TELLING = 0.12
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
# Parts that are no list of pages, and what each is handed to.
CALLS: dict[str, Any] = {}
HANDED = {
    "words": "dengshaoWords.take",
    "plain": "dengshaoWords.takePlain",
    "help": "dengshaoHelp",
    "help-english": "dengshaoHelpEnglish",
    "asked": "dengshaoAsked",
    "asked-english": "dengshaoAskedEnglish",
}


def on_env(env: Any, *, config: MkDocsConfig, files: Files) -> None:
    """Read the pages when all are rendered, and before lists of other pages are filled in."""
    found = [file.page for file in files.documentation_pages() if file.page]
    pages = [page for page in found if is_found(page)]
    data = config.extra["data"]
    PARTS_MADE.clear()
    PARTS_MADE.update(make_parts(pages, data))
    CALLS.clear()
    CALLS.update(crisis.parts(config, files))
    kinds = [item["id"] for item in CALLS["help"]["items"] if not item["general"]]
    groups = data["synonyms"]["items"]
    evidence, CALLS["help"]["sense"] = learnt.parts(data["asked"], kinds, groups)
    CALLS.update(evidence)
    CALLS.update(tables(CALLS, PARTS_MADE))
    names = [name for name in PARTS if name in PARTS_MADE]
    late = [name for name in PARTS_MADE if name.startswith("many-") or name in LATE]
    config.extra["search_parts"] = {
        "first": [name for name in names if name not in LATE],
        "english": [name for name in PARTS_MADE if name == "english"],
        "late": late,
        "law": [name for name in late if name == "law"],
    }


def tables(*made: Data) -> dict[str, Any]:
    """Give the sounds and the traditional characters of all that is looked through."""
    said = json.dumps(made, ensure_ascii=False)
    more = sounds.beyond_order(set("".join(HAN.findall(said))))
    return {
        "words": {"order": sounds.ORDER, "sounds": more},
        "plain": traditional.pairs(said),
    }


def on_post_build(*, config: MkDocsConfig) -> None:
    folder = Path(config.site_dir) / "assets" / "search"
    folder.mkdir(parents=True, exist_ok=True)
    for name, part in PARTS_MADE.items():
        write(folder, name, f'dengshaoAdd("{name}",{packed(part)});')
    for name, part in CALLS.items():
        write(folder, name, f"{HANDED[name]}({packed(part)});")


def packed(part: Any) -> str:
    return json.dumps(part, ensure_ascii=False, separators=(",", ":"))


def write(folder: Path, name: str, words: str) -> None:
    (folder / f"{name}.js").write_text(f"{words}\n", "utf-8")


def is_found(page: Page) -> bool:
    hidden = page.file.inclusion.is_not_in_nav() or not is_for_residents(page)
    # Further languages have no search of their own yet, and nobody types them into the Chinese one.
    is_searched = page.meta.get("lang", "en") == "en" and page.meta.get("search", True) is not False
    return is_searched and not hidden


def make_parts(pages: list[Page], data: Data) -> dict[str, Data]:
    parts: dict[str, Data] = {}
    usual, phones = usual_headings(pages), numbers(pages, data["hotlines"])
    ordered: list[Page] = []
    for name, members in by_part(pages).items():
        rows = [row(page, usual, phones[page.file.src_uri]) for page in members]
        parts[name] = {"from": len(ordered), "pages": rows}
        ordered += members
    if "english" in parts:
        parts["english"]["english"] = 1
    order = {page.file.src_uri: number for number, page in enumerate(ordered)}
    groups = [group(item, order) for item in data["synonyms"]["items"]]
    answers = [
        answers_of(uri, order) for uri in asked.pages_of(data["asked"], data["synonyms"]["items"])
    ]
    parts["main"]["asked"] = answers
    if "english" in parts:
        parts["english"] |= {"synonyms": [one for one in groups if one], "asked": answers}
    rows = [row for part in parts.values() for row in part["pages"]]
    return parts | {"text": {"text": make_text(ordered, rows)}}


def answers_of(uri: str, order: dict[str, int]) -> list[int]:
    """Give the page that lines of asked.yml ask for, Chinese and English."""
    if uri not in order:
        raise PluginError(f"content/data/asked.yml：pages 里没有 {uri} 这一页")
    return [order[name] for name in (uri, f"en/{uri}") if name in order]


def group(item: Data, order: dict[str, int]) -> Data:
    """Give English words for one thing, with the pages that answer; asked.py has the Chinese."""
    patterns.check("synonyms.yml", [*item["words"], *item.get("english", [])], {})
    found: list[int] = []
    for uri in item.get("pages", []):
        if uri not in order:
            raise PluginError(f"content/data/synonyms.yml：{item['id']} 的 pages 里没有 {uri}")
        found += [order[name] for name in (uri, f"en/{uri}") if name in order]
    pages = {"pages": found} if found else {}
    return {"english": item["english"], **pages} if "english" in item else {}


def numbers(pages: list[Page], hotlines: Data) -> dict[str, str]:
    """Give the telephones of each page; one that stands everywhere leads to the list of them."""
    every = [NUMBERS.findall(str(item["number"])) for item in hotlines["items"]]
    known = sorted({number for some in every for number in some})
    shown = {page.file.src_uri: set(RINGS.findall(page.content or "")) for page in pages}
    counts = Counter(number for some in shown.values() for number in some)
    most = max(3, len(pages) * OFTEN)
    return {
        uri: " ".join(known)
        if HOTLINES.fullmatch(uri)
        else " ".join(sorted(number for number in some if counts[number] <= most))
        for uri, some in shown.items()
    }


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


def row(page: Page, usual: set[str], phones: str) -> list[Any]:
    """Give what a page is called: address, title, keywords, description, headings, telephones."""
    keywords = [str(word) for word in page.meta.get("keywords") or []]
    if HOTLINES.fullmatch(page.file.src_uri):
        keywords += [number for number in phones.split() if number not in keywords]
    about = "" if speaks(page) else str(page.meta.get("description") or "")
    toc = [] if page.file.src_uri.startswith("law/") else page.toc.items
    named = [
        words if words.replace(" ", "-") == anchor else [words, anchor]
        for words, anchor in headings(toc)
        if words not in usual
    ]
    made = [page.url, unescape(str(page.title)), keywords, about, named]
    return [*made, phones] if phones else made


def speaks(page: Page) -> bool:
    """Tell whether a title says already what the page is about: of an article, of an answer."""
    return page.file.src_uri.startswith(("law/", "help/path/"))


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


def make_text(pages: list[Page], rows: list[list[Any]]) -> Data:
    """Give the telling pairs of characters by their first one, and which pages say each of them.

    A page that is called so is found by that, and need not say it.
    """
    found: dict[str, list[int]] = {}
    for number, page in enumerate(pages):
        for pair in pairs(page):
            found.setdefault(pair, []).append(number)
    most = max(3, len(pages) * TELLING)
    called = [pairs_called(row) for row in rows]
    firsts: dict[str, str] = {}
    sayers: list[str] = []
    for pair in sorted(pair for pair, numbers in found.items() if len(numbers) <= most):
        if numbers := [number for number in found[pair] if pair not in called[number]]:
            firsts[pair[0]] = firsts.get(pair[0], pair[0]) + pair[1]
            sayers.append(gaps(numbers))
    return {"pairs": " ".join(firsts.values()), "pages": " ".join(sayers)}


def gaps(numbers: list[int]) -> str:
    """Write by how much each number is more than the one before, the first more than nothing."""
    return "".join(code(number - before) for before, number in pairwise([0, *numbers]))


def pairs_called(row: list[Any]) -> set[str]:
    """Give the pairs of a page's title, keywords, description and headings."""
    headings = [one if isinstance(one, str) else one[0] for one in row[4]]
    runs = HAN.findall(" ".join([row[1], *row[2], row[3], *headings]))
    return {a + b for run in runs for a, b in pairwise(run)}


def pairs(page: Page) -> set[str]:
    words = TAGS.sub(" ", page.content or "").translate(PARTICLES)
    return {a + b for run in HAN.findall(words) for a, b in pairwise(run)}
