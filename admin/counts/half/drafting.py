"""Makes the two pages of a half-year's report, and never treads on an editor's words."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from difflib import unified_diff
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from ...config import ROOT
from ...reading.keys_file import replace_file
from ...reading.published import FOLDER
from .periods import Half

REPORTS: Final = f"{FOLDER}/reports"
OLD: Final = ".dengshao-old"
"""Behind the name of what was replaced: the site's build leaves it out."""
_DRAFT: Final = re.compile(r"\A---\n(?:(?!---\n).*\n)*?draft: true\b")
_REVIEWED: Final = re.compile(r"^reviewed: (\S+)$", re.M)
_EMPTY_LINES: Final = re.compile(r"\n{3,}")
_FOLDERS: Final = {"zh": "", "en": "en/"}


@dataclass(frozen=True)
class Draft:
    """One page of a report as it would be written now, beside what is there."""

    path: Path
    words: str
    there: str | None

    @property
    def is_new(self) -> bool:
        return self.there is None

    @property
    def is_changed(self) -> bool:
        return self.there is not None and self.there != self.words

    @property
    def is_published(self) -> bool:
        """Tell whether people read it already: the mark of a draft is gone from its head."""
        return self.there is not None and not _DRAFT.match(self.there)

    def difference(self) -> str:
        """Show what a new draft would change."""
        lines = (self.there or "").splitlines(), self.words.splitlines()
        return "\n".join(unified_diff(*lines, self.path.name, "新的草稿", n=1, lineterm=""))

    def write(self) -> None:
        """Put it there; what an editor had written stays beside it."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        if self.is_changed and self.there is not None:
            replace_file(self.path.with_name(self.path.name + OLD), self.there)
        replace_file(self.path, self.words)


def paths_of(content: Path, half: Half) -> dict[str, Path]:
    return {
        code: content / folder / REPORTS / f"{half.slug}.md" for code, folder in _FOLDERS.items()
    }


def make_drafts(content: Path, half: Half, facts: Mapping[str, Any], day: date) -> Iterator[Draft]:
    """Make the page in each language. The day of the review stays while somebody edits."""
    environment = Environment(  # noqa: S701 (Markdown, whose marks the data's schema refuses)
        loader=FileSystemLoader(ROOT / "admin/templates/counts/half"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    for code, path in paths_of(content, half).items():
        there = path.read_text("utf-8") if path.exists() else None
        known = _REVIEWED.search(there or "")
        reviewed = known[1] if known else day.isoformat()
        words = environment.get_template(f"{code}.md").render(facts, half=half, reviewed=reviewed)
        yield Draft(path, _EMPTY_LINES.sub("\n\n", words), there)


def stands(content: Path, half: Half) -> str:
    """Tell how the Chinese page stands: none, draft or published."""
    path = paths_of(content, half)["zh"]
    if not path.exists():
        return "none"
    return "draft" if _DRAFT.match(path.read_text("utf-8")) else "published"
