"""What the answers change in content/data: single values in the editor's own files. Pure.

Each function takes the text of a file and gives it as it shall be; comments and all that nobody
was asked stay. `day` is when it was answered: the file says that it was checked then.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

import yaml

from ..asked import checks
from ..asked.answers import Answers, Row, rows_of, said
from ..asked.district import is_demo
from .yaml_text import YamlText, loaded, row

SOURCE: Final = "主办单位填写"
UNCLEAR: Final = "unclear"
_FOOTER_VALUES: Final = ("organizer", "contact", "site_code", "icp", "police_record")
_POLICE_URL: Final = "https://beian.mps.gov.cn/#/query/webSearch?code="
_NONE: Final = "无"
_MARK: Final = "party_mark"


def footer(text: str, answers: Answers, _day: str) -> str:
    """Fill in who publishes. What there is none of is left out of the pages."""
    file = YamlText(text)
    file.set(said(answers, "publisher.name"), "site", "zh")
    file.set(said(answers, "publisher.name_en"), "site", "en")
    file.set(said(answers, "hosts.public"), "site", "domain")
    file.set(said(answers, "publisher.site_code") or _NONE, "site", "code")
    file.set(said(answers, "publisher.quick_exit"), "quick_exit")
    for name in _FOOTER_VALUES:
        _fill(file, name, said(answers, f"publisher.{name}"))
    if digits := checks.police_digits(said(answers, "publisher.police_record")):
        file.set(_POLICE_URL + digits, "items", "police_record", "url")
    _link(file, "report_error", said(answers, "publisher.report_error"))
    _mark(file, said(answers, "publisher.party_mark"))
    return file.text


def _fill(file: YamlText, name: str, value: str) -> None:
    file.drop("items", name, "placeholder")
    file.set(value or _NONE, "items", name, "value")
    if value:
        file.drop("items", name, "retired")
    else:
        file.set(True, "items", name, "retired")


def _link(file: YamlText, name: str, address: str) -> None:
    """Fill in what is an address elsewhere: it is named by the host to which it leads."""
    _fill(file, name, address.removeprefix("https://").partition("/")[0])
    if address:
        file.set(address, "items", name, "url")


def _mark(file: YamlText, address: str) -> None:
    """Lead to the page that vouches for a site of the party or the government."""
    known = [entry["id"] for entry in loaded(file.text)["items"]]
    if _MARK not in known and not address:
        return
    if _MARK not in known:
        words = {"zh": "党政机关网站标识", "en": "Mark of a government site"}
        file.add_row("items", row(id=_MARK, **words, value="bszs.conac.cn", url=address))
    _link(file, _MARK, address)


def routes(text: str, answers: Answers, day: str) -> str:
    """Rename units and offices; who takes what stays as it is."""
    file = YamlText(text)
    for key, name in (("units.items", "items"), ("units.offices", "offices")):
        for found in rows_of(answers, key):
            file.set(found["zh"], name, found["id"], "zh")
            file.set(found["en"], name, found["id"], "en")
    return _checked(file, day)


def townships(text: str, answers: Answers, day: str) -> str:
    """List the places that a reporter may choose, and that one need not know."""
    file = YamlText(text)
    last = next(entry for entry in loaded(text)["items"] if entry["id"] == UNCLEAR)
    named = [_place(found) for found in rows_of(answers, "places.townships")]
    gone = _retired(loaded(text), named)
    rows = [row(**place) for place in (*named, *gone, last)]
    if rows != [row(**entry) for entry in loaded(text)["items"]]:
        file.replace_rows("items", rows)
    return _checked(file, day)


def _place(found: Row) -> dict[str, str | bool]:
    return {"id": found["id"], "zh": found["zh"], "en": found["en"]}


def _retired(before: Mapping[str, Any], named: list[dict[str, str | bool]]) -> list[dict[str, Any]]:
    """Keep the ids of an installation's own former places; the demo's were never in use."""
    if is_demo(before):
        return []
    ids = {place["id"] for place in named} | {UNCLEAR}
    return [
        _place(entry) | {"retired": True} for entry in before["items"] if entry["id"] not in ids
    ]


def places(text: str, answers: Answers, day: str) -> str:
    """Give each township a page of its own; what lies below them is the editor's to write."""
    file, before = YamlText(text), loaded(text)
    named = rows_of(answers, "places.townships")
    levels = [level["id"] for level in before["levels"]]
    is_same = [(one["id"], one["zh"]) for one in named] == [
        (entry["id"], entry["zh"])
        for entry in before["items"]
        if entry["level"] == levels[0] and not entry.get("retired")
    ]
    if not is_same:
        file.replace_rows("items", _tree(before, named, levels[0]))
    return _checked(file, day)


def _tree(before: Mapping[str, Any], named: list[Row], first: str) -> list[str]:
    """Write the townships, and below each what an editor had put there."""
    known = {} if is_demo(before) else {entry["id"]: entry for entry in before["items"]}
    kept = _below(known, {place["id"] for place in named})
    towns = [
        {**known.get(place["id"], {"parent": None, "level": first, "contacts": []}), **place}
        for place in named
    ]
    return [_as_flow(entry) for entry in (*towns, *kept)]


def _below(known: Mapping[str, Any], above: set[str]) -> list[Mapping[str, Any]]:
    found = [entry for entry in known.values() if entry["parent"] in above]
    return [*found, *_below(known, {entry["id"] for entry in found})] if found else []


def _as_flow(entry: Mapping[str, Any]) -> str:
    order = ("id", "zh", "en", "parent", "level", "contacts")
    sorted_entry = {name: entry[name] for name in (*order, *(set(entry) - set(order)))}
    return yaml.safe_dump(
        sorted_entry, default_flow_style=True, allow_unicode=True, sort_keys=False, width=10_000
    ).strip()


def organs(text: str, _answers: Answers, day: str) -> str:
    """Leave the demo's organs out; the district's own are its editor's to write."""
    file = YamlText(text)
    if is_demo(loaded(text)):
        file.replace_rows("items", [])
    return _checked(file, day)


def outreach(text: str, _answers: Answers, day: str) -> str:
    """Leave an empty plan of this year: the page says that none was entered yet."""
    file = YamlText(text)
    if is_demo(loaded(text)):
        file.replace_rows("items", [])
        file.set(int(day[:4]), "year")
    return _checked(file, day)


def hotlines(text: str, answers: Answers, day: str) -> str:
    """Fill in the local numbers; a line that nobody has is retired."""
    file = YamlText(text)
    for key, number in answers.items():
        step, _, name = key.partition(".")
        if step != "hotlines" or not isinstance(number, str):
            continue
        if not number:
            file.set(True, "items", name, "retired")
        elif not _says(text, name, number):
            file.set(number, "items", name, "number")
            file.set("B", "items", name, "mark")
            file.set(day, "items", name, "checked")
            file.drop("items", name, "retired")
    return file.text


def _says(text: str, name: str, number: str) -> bool:
    entry = next(entry for entry in loaded(text)["items"] if entry["id"] == name)
    return entry["number"] == number and not entry.get("retired")


def edge_log(text: str, answers: Answers, day: str) -> str:
    """Say who keeps the log of connections, and for how long."""
    file = YamlText(text)
    profile = said(answers, "edge_log.profile")
    file.set(profile, "profile")
    file.replace_rows("holders", [row(**holder) for holder in _holders(answers, profile)])
    if days := said(answers, "edge_log.days"):
        file.set(int(days), "days")
    return _checked(file, day)


def _holders(answers: Answers, profile: str) -> list[dict[str, str]]:
    if profile == "none":
        return []
    first = {
        "id": "first",
        "zh": said(answers, "edge_log.holder"),
        "en": said(answers, "edge_log.holder_en"),
        "key": said(answers, "edge_log.key"),
    }
    two = said(answers, "edge_log.holder_two")
    second = {
        "id": "second",
        "zh": two,
        "en": "A second office",
        "key": said(answers, "edge_log.key_two"),
    }
    found = [first, *([second] if two else [])]
    return [{name: word for name, word in holder.items() if word} for holder in found]


def _checked(file: YamlText, day: str) -> str:
    """Say that the publisher answers for the file, from this day on."""
    if is_demo(loaded(file.text)):
        file.set(SOURCE, "source")
        file.set(day, "checked")
    return file.text


FILES: Final[Mapping[str, Callable[[str, Answers, str], str]]] = {
    "footer": footer,
    "routes": routes,
    "townships": townships,
    "places": places,
    "organs": organs,
    "outreach": outreach,
    "hotlines": hotlines,
    "edge_log": edge_log,
}
"""Which files the answers change, by their names without .yml."""
