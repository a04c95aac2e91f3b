"""Who cites an article of a law, by line: pages, data files, and this program's own words."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from ..config import ROOT
from ..reading.citations import Citation, Reader
from ..reading.laws import OURS, UNCITED, guide_of

# Decision records are prose about code, dated in their own text.
_RECORD: Final = re.compile(r"/decisions/\d{4}-[^/]+\.md$")
_OWN_WORDS: Final = ("templates/**/*.html", "translations/en/LC_MESSAGES/messages.po")

Places = Mapping[str, Mapping[str, list[str]]]
"""By law and article: `content/report/protection.md 第 65 行` and the others."""


def places(content: Path, reader: Reader) -> Places:
    """Find who cites which article, in the order of their files."""
    found: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for name, text, cited in _every_file(content, reader):
        for one in cited:
            where = f"{name} 第 {text.count(chr(10), 0, one.start) + 1} 行"
            for article in one.articles if one.law else ():
                spots = found[str(one.law)][article]
                if where not in spots:
                    spots.append(where)
    return found


def _every_file(content: Path, reader: Reader) -> Iterator[tuple[str, str, list[Citation]]]:
    for path in sorted(content.rglob("*.md")):
        uri = path.relative_to(content).as_posix()
        if not _RECORD.search(f"/{uri}"):
            text = path.read_text("utf-8")
            yield f"content/{uri}", text, reader.find(text, here=guide_of(uri) or OURS)
    for path in sorted((content / "data").glob("*.yml")):
        if path.name not in UNCITED:
            text = path.read_text("utf-8")
            yield f"content/data/{path.name}", text, reader.find(text, data=True)
    for pattern in _OWN_WORDS:
        for path in sorted((ROOT / "admin").glob(pattern)):
            text = path.read_text("utf-8")
            yield path.relative_to(ROOT).as_posix(), text, reader.find(text)


def entry_lines(content: Path, law_id: str) -> dict[str, str]:
    """Give the line of laws.yml on which each article of a law stands."""
    text = (content / "data" / "laws.yml").read_text("utf-8")
    lines, inside, found = text.splitlines(), False, {}
    for number, line in enumerate(lines, 1):
        if line.lstrip().startswith("- id:"):
            inside = line.split(":", 1)[1].strip() == law_id
        elif inside and (article := re.match(r"\s+(第[^\s:]+条[^\s:]*):", line)):
            found[article[1]] = f"content/data/laws.yml 第 {number} 行（引文）"
    return found
