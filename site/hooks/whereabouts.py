"""Where a fault stands, as an editor looks for it: 「content/topics/sand.md 第 23 行」."""

from __future__ import annotations

import re
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.pages import Page

# The data behind pages that no editor writes, by the beginning of their address.
DATA = {
    "learn/": "quizzes.yml",
    "help/path/": "paths.yml",
    "posters/": "posters.yml",
    "q/": "posters.yml",
    "places/": "places.yml",
    "law/": "law.yml",
}

RECORD = re.compile(r"/decisions/\d{4}-[^/]+\.md$")


def is_record(page: Page) -> bool:
    """Tell a decision record: English prose about code, dated in its own text."""
    return RECORD.search(page.file.src_uri) is not None


def is_for_residents(page: Page) -> bool:
    """Tell whether residents look for a page: of about/, only where it says `for: residents`.

    The rest is for who runs the site, works at the desk, or builds on this: it is reached from
    about/, and residents' search and the lists of pages leave it out.
    """
    about = page.file.src_uri.startswith(("about/", "en/about/"))
    return not about or page.meta.get("for") == "residents"


def at(page: Page, config: MkDocsConfig, line: int, words: str = "", core: str = "") -> str:
    """Name the file and line of what stands in this line of the page's words.

    MkDocs counts without the front matter; of a generated page the line is looked for in its data.
    """
    if page.file.generated_by:
        return in_data(config, data_of(page), words, core)
    source = page.file.content_string
    above = source.count("\n") - (page.markdown or "").count("\n")
    return f"content/{page.file.src_uri} 第 {above + line} 行"


def data_of(page: Page) -> str:
    """Name the data file that a generated page was made from."""
    names = (name for start, name in DATA.items() if page.file.src_uri.startswith(start))
    return next(names, page.file.src_uri)


def in_data(config: MkDocsConfig, name: str, words: str, core: str = "") -> str:
    """Find the line of a data file that holds the longest piece of these words with their core."""
    path = Path(config.docs_dir) / "data" / name
    text = path.read_text("utf-8") if path.exists() else ""
    for length in range(len(words), (len(core) or 4) - 1, -1):
        for start in range(len(words) - length + 1):
            piece = words[start : start + length]
            if core in piece and (found := text.find(piece)) >= 0:
                return f"content/data/{name} 第 {text.count(chr(10), 0, found) + 1} 行"
    return f"content/data/{name}（或者它提到的页）"


def front(page: Page, key: str) -> str:
    """Name the line of an entry of the front matter, or the file where it has none."""
    lines = page.file.content_string.splitlines()
    number = next((n for n, line in enumerate(lines, 1) if line.startswith(f"{key}:")), 1)
    return f"content/{page.file.src_uri} 第 {number} 行"
