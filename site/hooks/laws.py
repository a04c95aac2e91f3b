"""Faults of citations: every one is held to content/data/laws.yml (used by checks.py and others).

A citation of a law without an entry, of an article that the entry does not list, or of nobody knows
which law is a fault with its file and line. Of an entry that nobody compared for a year the build
speaks, and one for the public fails.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from faults import Fault
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.pages import Page
from review import YEAR

from admin.reading.citations import Citation, Reader
from admin.reading.laws import OURS, UNCITED, guide_of, laws_of

Data = dict[str, Any]


def reader(config: MkDocsConfig) -> Reader:
    """Give what reads citations, made once a build."""
    if "laws" not in config.extra:
        config.extra["laws"] = Reader(laws_of(config.extra["data"]["laws"]["items"]))
    made: Reader = config.extra["laws"]
    return made


def in_words(words: str, uri: str, reader: Reader) -> Iterator[Fault]:
    """Find the faults in a page's words; `uri` is its address under content/."""
    for one in reader.find(words, here=guide_of(uri) or OURS):
        yield from told(one, words, reader)


def in_front(page: Page, reader: Reader) -> Iterator[Fault]:
    """Find those in its front matter, each with the line of its entry."""
    lines: list[str] | None = None
    for key, value in page.meta.items():
        words = "。".join(map(str, value)) if isinstance(value, list) else str(value)
        if "条" in words or "rticle" in words:
            lines = lines or page.file.content_string.splitlines()
            line = next((n for n, row in enumerate(lines, 1) if row.startswith(f"{key}:")), 1)
            for fault in in_words(words, page.file.src_uri, reader):
                yield fault._replace(line=line)


def in_files(folder: Path, reader: Reader) -> Iterator[tuple[str, Fault]]:
    """Find those in the data files, by name."""
    for path in sorted(folder.glob("*.yml")):
        if path.name not in UNCITED:
            words = path.read_text("utf-8")
            for one in reader.find(words, data=True):
                for fault in told(one, words, reader):
                    yield path.name, fault


def told(one: Citation, words: str, reader: Reader) -> Iterator[Fault]:
    for say in reader.faults_of(one):
        yield Fault(words.count("\n", 0, one.start) + 1, one.words, say)


def stale(laws: Data, today: datetime.date) -> Iterator[tuple[str, str]]:
    """Find the laws whose version nobody looked up for a year: where, and what to say."""
    for item in laws["items"]:
        if today - datetime.date.fromisoformat(item["checked"]) > YEAR:
            say = (
                f"{item['zh']}超过一年没有核对是不是最新的版本。请到国家法律法规数据库查，"
                "用 dengshao law check 比一比，再改 checked"
            )
            yield f"id: {item['id']}", say
