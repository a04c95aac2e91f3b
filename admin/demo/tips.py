"""The demo's ten invented tips, as the public form sends them."""

from pathlib import Path

import yaml

_TIPS = Path(__file__).with_name("tips.yml")


def demo_tips() -> list[dict[str, str | list[str]]]:
    """Read the tips: field names and ids of the form, `exclude` a list, the rest text."""
    return [{key: value for key, value in tip.items() if key != "files"} for tip in _read()]


def demo_files() -> list[list[str]]:
    """Read which files of evidence.py come with each of the tips, in the same order."""
    return [list(tip.get("files", ())) for tip in _read()]


def _read() -> list[dict[str, str | list[str]]]:
    tips: list[dict[str, str | list[str]]] = yaml.safe_load(_TIPS.read_text("utf-8"))
    return tips
