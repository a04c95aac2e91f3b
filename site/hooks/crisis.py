"""The words of people in danger, for the box above the search: assets/search/help.js.

content/data/crisis.yml is held to its neighbours here: its telephones must stand in hotlines.yml
and be confirmed, its pages must exist in both languages, its patterns must be patterns.
"""

from __future__ import annotations

from typing import Any

import patterns
from generated import line_of
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page

# Whoever is in danger sees these, whatever the danger.
ALWAYS = {"police", "ambulance", "mental-health"}

Data = dict[str, Any]


def parts(config: MkDocsConfig, files: Files) -> dict[str, Data]:
    """Give what the browser needs: the words, and for who types letters those in English."""
    data = config.extra["data"]
    crisis, phones = data["crisis"], data["hotlines"]["items"]
    known = {item["id"]: item for item in phones}
    items = [item for item in crisis["items"] if not item.get("retired")]
    for item in items:
        check(item, crisis["lists"], known, config)
    patterns.check("crisis.yml", crisis["ordinary"], crisis["lists"])
    said = [pattern for item in items for pattern in item["words"]]
    english = {item["id"]: item["english"] for item in items}
    return {
        "help": {
            "lists": named(said + crisis["ordinary"], crisis["lists"]),
            "ordinary": crisis["ordinary"],
            "items": [entry(item, known, pages_of(item, files, config)) for item in items],
        },
        "help-english": {
            "lists": named([one for every in english.values() for one in every], crisis["lists"]),
            "spared": crisis["spared"],
            "items": {
                item["id"]: {
                    "words": item["english"],
                    **shown(item, pages_of(item, files, config), "en"),
                }
                for item in items
            },
        },
    }


def named(some: list[str], lists: patterns.Lists) -> patterns.Lists:
    """Give the lists that these patterns name, and those that are named within them."""
    found: patterns.Lists = {}
    waiting = patterns.LIST.findall(" ".join(some))
    while waiting:
        name = waiting.pop()
        if name not in found:
            found[name] = lists[name]
            waiting += patterns.LIST.findall(" ".join(lists[name]))
    return found


def check(item: Data, lists: patterns.Lists, known: dict[str, Data], config: MkDocsConfig) -> None:
    patterns.check("crisis.yml", item["words"], lists)
    patterns.check("crisis.yml", item["english"], lists)
    where = line_of(config, "crisis.yml", f"- id: {item['id']}")
    if missing := ALWAYS - set(item["phones"]):
        raise PluginError(f"{where}：phones 里少了 {'、'.join(sorted(missing))}")
    for phone in item["phones"]:
        row = known.get(phone)
        if not row or row["kind"] != "phone" or row["mark"] not in "AB" or row.get("retired"):
            raise PluginError(f"{where}：hotlines.yml 里没有核实过的电话 {phone}")


def pages_of(item: Data, files: Files, config: MkDocsConfig) -> dict[str, Page]:
    found = {"zh": item["page"], "en": f"en/{item['page']}"}
    pages = {}
    for language, uri in found.items():
        file = files.get_file_from_path(uri)
        if file is None or file.page is None:
            where = line_of(config, "crisis.yml", f"page: {item['page']}")
            raise PluginError(f"{where}：没有 content/{uri} 这一页")
        pages[language] = file.page
    return pages


def entry(item: Data, known: dict[str, Data], pages: dict[str, Page]) -> Data:
    rows = (known[phone] for phone in item["phones"])
    return {
        "id": item["id"],
        "general": int(item.get("general", False)),
        "phones": [[row["number"], row["zh"], row["en"]] for row in rows],
        "zh": shown(item, pages, "zh"),
        "words": item["words"],
    }


def shown(item: Data, pages: dict[str, Page], language: str) -> Data:
    """Give what the box says in one language, and the page that it leads to."""
    return {
        "name": item[language],
        "say": item["say"][language],
        "url": pages[language].url,
    }
