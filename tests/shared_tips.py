"""Reads the invented tips of ../shared/tips and turns their words into the form's values."""

import json
from functools import cache
from pathlib import Path

from admin.config import ROOT
from admin.district.data import District, load_district

DISTRICT: District = load_district(ROOT / "content")
# The invented tips answer as the form did when they were written (decision 82).
FORMER = {
    "when": {"近一周": "week", "近一月": "month", "更早": "earlier", "长期": "ongoing"},
    "minor": {"是": "yes", "否": "no"},
    "official": {"是": "yes", "否": "no"},
    "basis": {"亲见": "seen", "听说": "heard", "推测": "guess", "不便说": "unsaid"},
}


@cache
def ids_by_word() -> dict[str, dict[str, str]]:
    """For each field of choices, the id of each Chinese word."""
    fields = {name: options for name, options in DISTRICT.choices.items()}
    fields |= {"township": DISTRICT.townships, "exclude": DISTRICT.offices}
    return {
        name: {option.zh: option.id for option in options.values()} | FORMER.get(name, {})
        for name, options in fields.items()
    }


def form_values(fields: dict) -> dict[str, str | list[str]]:
    """Turn a tip's fields, whose choices are words, into what a browser would send."""
    words = ids_by_word()

    def value(name, found):
        if name not in words:
            return found
        if isinstance(found, list):
            return [words[name][word] for word in found]
        return words[name][found]

    return {name: value(name, found) for name, found in fields.items()}


def read_tips(shared: Path) -> dict[str, dict[str, str | list[str]]]:
    """All tips by the number in their file's name."""
    return {
        path.name[:2]: form_values(json.loads(path.read_text("utf-8"))["fields"])
        for path in sorted((shared / "tips").glob("*.json"))
    }
