"""Numbers as readers see them, always from content/data/hotlines.yml (used by marks.py)."""

from __future__ import annotations

from html import escape
from typing import Any

from mkdocs.exceptions import PluginError
from sayings import named, say

UNCONFIRMED = "待核实"
NOT_SEEN = {"zh": UNCONFIRMED, "en": "not confirmed"}
HEADS = {
    "zh": ("号码", "找他们做什么", "核对日期"),
    "en": ("Number", "What for", "Checked on"),
}
KINDS = {
    "zh": {"phone": "电话", "web": "网站", "sms": "短信"},
    "en": {"phone": "telephone", "web": "website", "sms": "text message"},
}
UNKNOWN_NUMBER = {"zh": "待填写", "en": "to be entered"}
# The roles say again what the elements say, because narrow screens show rows as blocks.
CELL = '<td role="cell"{}>{}</td>'

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
    caption = f"<caption>{named(group, language)}</caption>"
    return (
        f'<table class="table table--stack" role="table">{caption}'
        f'<thead role="rowgroup"><tr role="row">{heads}</tr></thead>\n'
        f'<tbody role="rowgroup">\n{rows}\n</tbody></table>'
    )


def shown(item: Data) -> bool:
    return not item.get("retired")


def row(item: Data, checked: str, language: str) -> str:
    purpose = f"<b>{named(item, language)}</b><br>{named(item['for'], language)}"
    details = " · ".join(small_print(item, language))
    what = CELL.format("", f'{purpose}<br><span class="meta">{details}</span>')
    # Narrow screens drop the head of the table: the day carries its own label.
    day = CELL.format(f' data-head="{say(HEADS, language)[2]}"', seen(item, checked, language))
    head = f'<th role="rowheader" scope="row" class="number">{number(item, language)}</th>'
    return f'<tr role="row">{head}{what}{day}</tr>'


def number(item: Data, language: str) -> str:
    if not item["number"]:
        return f'<span class="placeholder">{say(UNKNOWN_NUMBER, language)}</span>'
    if item["kind"] == "phone":
        return f'<a href="tel:{item["number"]}">{item["number"]}</a>'
    return escape(item["number"])


def small_print(item: Data, language: str) -> list[str]:
    """Say what kind of door it is, when it is open if that is known, and its other door."""
    kinds = say(KINDS, language)
    details = [escape(kinds[item["kind"]])]
    if item["hours"]:
        details.append(named(item["hours"], language))
    if item.get("web"):
        details.append(escape(f"{kinds['web']} {item['web']}"))
    return details


def seen(item: Data, checked: str, language: str) -> str:
    """Give the day on which somebody looked, or say that nobody has yet."""
    if item["mark"] == UNCONFIRMED:
        return f'<b class="placeholder">{say(NOT_SEEN, language)}</b>'
    return f'<span class="meta">{item.get("checked", checked)}</span>'
