"""Read content/data/*.yml once, hold each to its schema, and hand all of them to pages and hooks.

Everything lands in `config.extra["data"]`, keyed by the file's name: `hotlines`, `footer` …
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.plugins import event_priority

from admin.reading.data_files import DataError, load_file


@event_priority(100)
def on_config(config: MkDocsConfig) -> MkDocsConfig:
    folder = Path(config.docs_dir) / "data"
    config.extra.pop("laws", None)
    config.extra["data"] = {path.stem: read(path) for path in sorted(folder.glob("*.yml"))}
    return config


def read(path: Path) -> dict[str, Any]:
    """Read one file, with days as ISO text so that JSON Schema can speak about them."""
    content = path.parent.parent
    if not (path.parent / "schema" / f"{path.stem}.json").exists():
        raise PluginError(f"content/data/{path.name} 还没有规格，请加上 schema/{path.stem}.json。")
    try:
        return load_file(content, path.stem)
    except DataError as error:
        # As it lies in the project, wherever that is.
        raise PluginError(str(error).replace(f"{content}/", "content/")) from None
