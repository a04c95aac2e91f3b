"""Numbers as readers see them, always from content/data/hotlines.yml (used by marks.py)."""

from __future__ import annotations

from html import escape
from typing import Any

from mkdocs.exceptions import PluginError
from sayings import named, say

UNCONFIRMED = "待核实"
NOT_SEEN = {"zh": UNCONFIRMED, "en": "not confirmed"}
HEADS = {"zh": ("号码", "找他们做什么"), "en": ("Number", "What for")}
CHECKED = {"zh": "{} 核对", "en": "checked on {}"}
# What is not dialled says so.
KINDS = {"zh": {"web": "网站", "sms": "短信"}, "en": {"web": "website", "sms": "text message"}}
UNKNOWN_NUMBER = {"zh": "待填写", "en": "to be entered"}
# The roles say again what the elements say, because narrow screens show rows as blocks.
CELL = '<td role="cell">{}</td>'

Data = dict[str, Any]


def number_link(number: str, hotlines: Data) -> str:
    """Link a number in running text: it must be in the table, and be a telephone."""
    for item in hotlines["items"]:
        if item["number"] == number and item["kind"] == "phone":
            return f'<a href="tel:{number}">{number}</a>'
    raise PluginError(f"{{tel:{number}}}：hotlines.yml 里没有这个电话")


def tables(hotlines: Data, groups: list[str], language: str) -> str:
    """Make one table for each group asked for; all groups when none is named."""
    known = {group["id"]: group for group in hotlines["groups"]}
    unknown = set(groups) - set(known)
    if unknown:
        raise PluginError(f"{{hotlines}}：hotlines.yml 里没有 {'、'.join(sorted(unknown))} 这一组")
    return "\n\n".join(table(hotlines, known[key], language) for key in groups or known)


def table(hotlines: Data, group: Data, language: str) -> str:
    heads = "".join(
        f'<th role="columnheader" scope="col">{head}</th>' for head in say(HEADS, language)
    )
    items = [one for one in hotlines["items"] if one["group"] == group["id"] and shown(one)]
    rows = "\n".join(row(item, hotlines["checked"], language) for item in items)
    caption = f"<caption>{named(group, language)} {day(hotlines['checked'], language)}</caption>"
    return (
        f'<table class="table table--stack" role="table">{caption}'
        f'<thead role="rowgroup"><tr role="row">{heads}</tr></thead>\n'
        f'<tbody role="rowgroup">\n{rows}\n</tbody></table>'
    )


def shown(item: Data) -> bool:
    return not item.get("retired")


def day(checked: str, language: str) -> str:
    """Say when somebody looked: once for a table, and again only where it was another day."""
    # Beside letters that run from right to left a day would be read from its end.
    seen_on = checked if language in CHECKED else f"<time>{checked}</time>"
    return f'<span class="meta">{say(CHECKED, language).format(seen_on)}</span>'


def row(item: Data, checked: str, language: str) -> str:
    details = [named(item["for"], language)]
    if small := " · ".join(small_print(item, language)):
        details.append(f'<span class="meta">{small}</span>')
    if mark := seen(item, checked, language):
        details.append(mark)
    head = f'<th role="rowheader" scope="row" class="number">{number(item, language)}</th>'
    return f'<tr role="row">{head}{CELL.format("<br>".join(details))}</tr>'


def number(item: Data, language: str) -> str:
    """Give the number first and whose it is after it, as one thing to press."""
    name = named(item, language)
    if not item["number"]:
        return f'<span class="placeholder">{say(UNKNOWN_NUMBER, language)}</span> {name}'
    words = f"<b>{escape(item['number'])}</b> <span>{name}</span>"
    return f'<a href="tel:{item["number"]}">{words}</a>' if item["kind"] == "phone" else words


def small_print(item: Data, language: str) -> list[str]:
    """Say what it is if no telephone, when it is open if that is known, and its other door."""
    kinds = say(KINDS, language)
    details = [escape(kinds[item["kind"]])] if item["kind"] != "phone" else []
    if item["hours"]:
        details.append(named(item["hours"], language))
    if item.get("web"):
        details.append(escape(f"{kinds['web']} {item['web']}"))
    return details


def seen(item: Data, checked: str, language: str) -> str:
    """Say that nobody has looked yet, or when, if it was not on the day of all the others."""
    if item["mark"] == UNCONFIRMED:
        return f'<b class="placeholder">{say(NOT_SEEN, language)}</b>'
    own = item.get("checked", checked)
    return "" if own == checked else day(own, language)
