"""Numbers as readers see them, always from content/data/hotlines.yml (used by marks.py)."""

from __future__ import annotations

from html import escape
from typing import Any

from mkdocs.exceptions import PluginError

UNCONFIRMED = "待核实"
HEADS = {
    "zh": ("号码", "找他们做什么", "什么时候", "核对"),
    "en": ("Number", "What for", "When", "Checked"),
}
UNKNOWN_HOURS = {"zh": "未核实，以接通时为准", "en": "not confirmed"}
UNKNOWN_NUMBER = {"zh": "待核实：请主办单位填写本地号码", "en": "not confirmed: local number to be entered"}
# The roles say again what the elements say, because narrow screens show rows as blocks.
CELL = '<td role="cell">{}</td>'

Data = dict[str, Any]


def number_link(number: str, hotlines: Data) -> str:
    """A number in running text: it must be in the table, and be a telephone."""
    for item in hotlines["items"]:
        if item["number"] == number and item["kind"] == "phone":
            return f'<a href="tel:{number}">{number}</a>'
    raise PluginError(f"{{tel:{number}}}: no such telephone in content/data/hotlines.yml")


def tables(hotlines: Data, groups: list[str], language: str) -> str:
    """One table for each group asked for; all groups when none is named."""
    known = {group["id"]: group for group in hotlines["groups"]}
    unknown = set(groups) - set(known)
    if unknown:
        raise PluginError(f"{{hotlines}}: no such group: {', '.join(sorted(unknown))}")
    return "\n\n".join(table(hotlines, known[key], language) for key in groups or known)


def table(hotlines: Data, group: Data, language: str) -> str:
    heads = "".join(f'<th role="columnheader" scope="col">{head}</th>' for head in HEADS[language])
    items = [item for item in hotlines["items"] if item["group"] == group["id"]]
    rows = "\n".join(row(item, hotlines["checked"], language) for item in items)
    return (
        f'<table class="table table--stack" role="table"><caption>{escape(group[language])}</caption>'
        f'<thead role="rowgroup"><tr role="row">{heads}</tr></thead>\n'
        f'<tbody role="rowgroup">\n{rows}\n</tbody></table>'
    )


def row(item: Data, checked: str, language: str) -> str:
    cells = (
        f"<b>{escape(item[language])}</b><br>{escape(item['for'][language])}{web(item, language)}",
        escape(item["hours"][language]) if item["hours"] else UNKNOWN_HOURS[language],
        seen(item, checked, language),
    )
    head = f'<th role="rowheader" scope="row" class="number">{number(item, language)}</th>'
    return f'<tr role="row">{head}{"".join(CELL.format(cell) for cell in cells)}</tr>'


def number(item: Data, language: str) -> str:
    if not item["number"]:
        return f'<span class="placeholder">{UNKNOWN_NUMBER[language]}</span>'
    if item["kind"] == "phone":
        return f'<a href="tel:{item["number"]}">{item["number"]}</a>'
    return escape(item["number"])


def web(item: Data, language: str) -> str:
    if not item.get("web"):
        return ""
    return f"<br>{'也有网站：' if language == 'zh' else 'Also on the web: '}{escape(item['web'])}"


def seen(item: Data, checked: str, language: str) -> str:
    """The day on which somebody looked, or that nobody has yet."""
    if item["mark"] == UNCONFIRMED:
        return f'<b class="placeholder">{UNCONFIRMED}</b>'
    words = "核对日期" if language == "zh" else "Checked"
    return f'<span class="meta">{words} {item.get("checked", checked)}</span>'
