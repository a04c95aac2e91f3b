"""Read content/data/*.yml once, hold each to its schema, and hand all of them to pages and hooks.

Everything lands in `config.extra["data"]`, keyed by the file's name: `hotlines`, `footer` …
"""

from __future__ import annotations

import datetime
import json
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError

# libyaml where the wheel brings it: nine times as fast, and the questions are a long file.
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    folder = Path(config.docs_dir) / "data"
    config.extra["data"] = {path.stem: read(path) for path in sorted(folder.glob("*.yml"))}
    return config


def read(path: Path) -> dict[str, Any]:
    """Read one file, with days as ISO text so that JSON Schema can speak about them."""
    data: dict[str, Any] = plain(yaml.load(path.read_text("utf-8"), LOADER))  # noqa: S506
    schema = path.parent / "schema" / f"{path.stem}.json"
    if not schema.exists():
        raise PluginError(f"content/data/{path.name} has no schema: add schema/{schema.name}")
    validator = Draft202012Validator(json.loads(schema.read_text("utf-8")))
    for error in validator.iter_errors(data):
        raise PluginError(f"content/data/{path.name}, {error.json_path}: {error.message}")
    return data


def plain(value: Any) -> Any:
    """Turn dates into text: YAML reads 2026-11-24 as a date, JSON knows none."""
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    return value.isoformat() if isinstance(value, datetime.date) else value
