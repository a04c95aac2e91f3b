"""What the district's own files say now: an editor may have changed them meanwhile. Pure.

A setup that is run again shows this as the default, and not what was answered once.
"""

from collections.abc import Mapping
from typing import Any

from .answers import Answers, Row

Data = Mapping[str, Mapping[str, Any]]
_VALUES = ("organizer", "contact", "site_code", "icp", "police_record")
_LINKS = ("party_mark", "report_error")


def with_standing(former: Answers, data: Data) -> Answers:
    """Lay what the files say over what was answered; where nothing was, there is nothing to lay."""
    if not former:
        return {}
    kept = {key: answer for key, answer in former.items() if not key.startswith("units.")}
    found = {"units.way": "keep", **_footer(data["footer"]), **_hotlines(data["hotlines"])}
    found["places.townships"] = _live(data["townships"]["items"])
    if "edge_log" in data and "edge_log.profile" in former:
        found |= _edge_log(data["edge_log"])
    return {**kept, **found}


def _live(rows: list[Mapping[str, Any]]) -> list[Row]:
    return [
        {"id": row["id"], "zh": row["zh"], "en": row["en"]}
        for row in rows
        if row["id"] != "unclear" and not row.get("retired")
    ]


def _footer(footer: Mapping[str, Any]) -> Answers:
    rows = {row["id"]: row for row in footer["items"] if not row.get("retired")}
    values = {f"publisher.{name}": rows.get(name, {}).get("value", "") for name in _VALUES}
    links = {f"publisher.{name}": rows.get(name, {}).get("url", "") for name in _LINKS}
    site = {"publisher.name": footer["site"]["zh"], "publisher.name_en": footer["site"]["en"]}
    return {**values, **links, **site, "publisher.quick_exit": footer["quick_exit"]}


def _hotlines(hotlines: Mapping[str, Any]) -> Answers:
    return {
        f"hotlines.{row['id']}": "" if row.get("retired") else row["number"] or ""
        for row in hotlines["items"]
        if row["group"] == "local"
    }


def _edge_log(found: Mapping[str, Any]) -> Answers:
    answers: Answers = {"edge_log.profile": found["profile"], "edge_log.days": str(found["days"])}
    names = (("holder", "holder_en", "key"), ("holder_two", "", "key_two"))
    for holder, (zh, en, key) in zip(found["holders"], names, strict=False):
        said = {zh: holder["zh"], en: holder["en"], key: holder.get("key", "")}
        answers |= {f"edge_log.{name}": word for name, word in said.items() if name and word}
    return answers
