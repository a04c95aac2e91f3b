"""Times as the software keeps them, from content/data/deadlines.yml (used by marks.py).

`{deadline:scope}` becomes 3 个工作日: whoever changes the district's times changes the pages too.
"""

from __future__ import annotations

from typing import Any

from mkdocs.exceptions import PluginError
from sayings import counted, say

UNITS = {
    "zh": {"working": "{} 个工作日", "calendar": "{} 天", "months": "{} 个月"},
    "en": {"working": "{} working days", "calendar": "{} days", "months": "{} months"},
}
ONE = {"working": "1 working day", "calendar": "1 day", "months": "1 month"}
TODAY = {"zh": "当天", "en": "the same day"}

Data = dict[str, Any]


def time_of(argument: str, deadlines: Data, language: str) -> str:
    """Give the length of a rule, of the one extension, or for how long an ended tip is kept."""
    if argument == "extension":
        return words(deadlines["extension"]["days"], "calendar", language)
    if argument == "kept":
        return words(deadlines["retention"]["ended_days"], "calendar", language)
    for rule in deadlines["items"]:
        if rule["id"] == argument:
            return words(rule["length"], rule["unit"], language)
    raise PluginError(f"{{deadline:{argument}}}：content/data/deadlines.yml 里没有这一项")


def words(length: int, unit: str, language: str) -> str:
    if length == 0:
        return say(TODAY, language)
    if length == 1 and language == "en":
        return ONE[unit]
    if language in UNITS:
        return UNITS[language][unit].format(length)
    return counted(UNITS["zh"][unit], language, length)
