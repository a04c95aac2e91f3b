"""The laws of content/data/laws.yml: their names, and the articles that may be cited. Pure."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

OURS: Final = "aocl"
"""The law of which this site explains every article: one that is cited without a name is of it."""
EXPLAINED: Final = (OURS, "drugs", "treatment")
"""The laws beside whose official text pages put plain words."""
UNCITED: Final = frozenset({"laws.yml", "asked.yml", "crisis.yml", "synonyms.yml"})
"""Data files that cite nothing: the entries themselves, and what residents type into the search."""
_GUIDE: Final = re.compile(rf"law/({'|'.join(EXPLAINED[1:])})(?:-[a-z]+)?\.md")


@dataclass(frozen=True)
class Law:
    """An entry of laws.yml."""

    id: str
    zh: str
    title: str
    names: tuple[str, ...]
    english: tuple[str, ...]
    articles: Mapping[str, str | None]
    """Those that pages may cite, as 第五十条, with a few of its words where somebody read it."""
    last: int | None
    gone: tuple[int, ...]
    official: str | None
    version: str | None
    in_force: str | None
    passed: str


def laws_of(items: Iterable[dict[str, Any]]) -> dict[str, Law]:
    """Make the laws of laws.yml, by id and in their order."""
    return {row["id"]: _law(row) for row in items}


def _law(row: dict[str, Any]) -> Law:
    articles = row["articles"]
    return Law(
        id=row["id"],
        zh=row["zh"],
        title=row["title"],
        names=(row["zh"], *row.get("also", ())),
        english=tuple(row["en"]),
        articles={key: one if isinstance(one, str) else None for key, one in articles.items()},
        last=row.get("last"),
        gone=tuple(row.get("gone", ())),
        official=row.get("official"),
        version=row.get("version"),
        in_force=row.get("in_force"),
        passed=row.get("passed", ""),
    )


def guide_of(uri: str) -> str | None:
    """Name the law that a guide's page explains, by the page's address under content/."""
    found = _GUIDE.fullmatch(uri)
    return found[1] if found else None


def bare_title(title: str) -> str:
    """Drop what titles carry besides the name: 中华人民共和国, and a version in brackets."""
    plain = re.sub(r"\s|[（(][^（()）]*[)）]$", "", title)
    return plain.removeprefix("中华人民共和国")
