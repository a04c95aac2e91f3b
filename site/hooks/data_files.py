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
from mkdocs.plugins import event_priority
from refusals import broken, refused

# libyaml where the wheel brings it: nine times as fast, and the questions are a long file.
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@event_priority(100)
def on_config(config: MkDocsConfig) -> MkDocsConfig:
    folder = Path(config.docs_dir) / "data"
    config.extra["data"] = {path.stem: read(path) for path in sorted(folder.glob("*.yml"))}
    return config


def read(path: Path) -> dict[str, Any]:
    """Read one file, with days as ISO text so that JSON Schema can speak about them."""
    text = path.read_text("utf-8")
    try:
        data: dict[str, Any] = plain(yaml.load(text, LOADER))  # noqa: S506
    except yaml.YAMLError as error:
        raise PluginError(broken(path.name, error)) from None
    schema = path.parent / "schema" / f"{path.stem}.json"
    if not schema.exists():
        raise PluginError(f"content/data/{path.name} 还没有规格，请加上 schema/{schema.name}。")
    validator = Draft202012Validator(json.loads(schema.read_text("utf-8")))
    for error in validator.iter_errors(data):
        raise PluginError(refused(path.name, text, error))
    return data


def plain(value: Any) -> Any:
    """Turn dates into text: YAML reads 2026-11-24 as a date, JSON knows none."""
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    return value.isoformat() if isinstance(value, datetime.date) else value
