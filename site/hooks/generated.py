"""Pages that no editor writes: made from data, and handed to the build as if they were content/.

Used by posters.py, places.py and redirects.py.
"""

from __future__ import annotations

import datetime
import json
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files, InclusionLevel

# What pages about trouble begin with; marks.py turns the number into a link.
DANGER = '<p class="strip-110"><b>{tel:110}</b> <span>有人有危险，马上打</span></p>'

Data = dict[str, Any]


def page(
    config: MkDocsConfig, address: str, front: Data, body: str, *, listed: bool = True
) -> File:
    """Make the page at `address`; unlisted ones stay out of menus, the site map and the search."""
    day = datetime.date.fromisoformat(front["reviewed"])
    # JSON is YAML, and quicker to write; a day must stand bare, or it would be read as words.
    others = {key: value for key, value in front.items() if key != "reviewed"}
    rows = [f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in others.items()]
    head = "\n".join([*rows, f"reviewed: {day}"])
    level = InclusionLevel.UNDEFINED if listed else InclusionLevel.NOT_IN_NAV
    words = f"---\n{head}\n---\n{body}\n"
    return File.generated(config, address.rstrip("/") + ".md", content=words, inclusion=level)


def addresses(files: Files) -> dict[str, File]:
    """Give every page by its address from the root: `law/61/`."""
    return {("" if file.url == "./" else file.url): file for file in files.documentation_pages()}


def line_of(config: MkDocsConfig, name: str, words: str) -> str:
    """Say where in a data file these words stand, for whoever must mend it."""
    lines = (Path(config.docs_dir) / "data" / name).read_text("utf-8").splitlines()
    number = next((n for n, line in enumerate(lines, 1) if words in line), None)
    return f"content/data/{name}" + (f" 第 {number} 行" if number else "")
