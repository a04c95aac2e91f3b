"""Marks in the words: `{tip:A4}` becomes a button, `{hotlines:help}` a table, `{tel:110}` a number.

A mark that nobody knows fails the build: a typing error must not reach a reader.
Lists of other pages (`{chapters}`, `{directory}` …) are only reserved here; the hooks that
know all pages fill them in when every page has been read.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape
from typing import Any

from deadlines import time_of
from drawings import draw, folder
from fingerprints import lists
from glossary import entries
from hotlines import number_link, tables
from log_profile import days, holders
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.pages import Page
from outreach import progress
from reward_rule import fact
from sayings import say
from whereabouts import at, is_record

from admin.reading.scope import forms, is_said_in

MARK = re.compile(r"\{([a-z][a-z-]*)(?::([^{}\n]*))?\}")
# Filled in later: law.py, directory.py, news.py, reports.py, downloads.py.
LATER = {"chapters", "articles", "readers", "directory", "decisions", "news", "reports"}
LATER |= {"download"}
TIP = {"zh": "写下您看到的", "en": "Write down what you saw"}
OFFICIAL = {"zh": "涉及公职人员，从这里写", "en": "An official is involved: write here"}
PRACTICE = {"zh": "先练一遍", "en": "Practise first"}
YOUNG = {"zh": "写下你看到的", "en": "Write it down"}
MAILBOX = {"zh": "凭码看回复", "en": "Read replies with your receipt"}

Data = dict[str, Any]


def on_page_markdown(markdown: str, *, page: Page, config: MkDocsConfig, **_: Any) -> str:
    # In prose about code braces are only braces.
    if is_record(page):
        return markdown
    language = str(page.meta.get("lang", "zh"))

    def fill(match: re.Match[str]) -> str:
        try:
            return filled(match, config, language)
        except PluginError as error:
            raise PluginError(f"{place(match[0], page, config)}：{error}。") from None

    return MARK.sub(fill, markdown)


def filled(match: re.Match[str], config: MkDocsConfig, language: str) -> str:
    name, argument = match[1], match[2] or ""
    if name in LATER:
        return f"<!--{name}-->"
    if name == "drawing":
        return draw(folder(config) / f"{argument}.html", language)
    if name not in MARKS:
        raise PluginError(f"没有 {match[0]} 这个记号，能用的写在 CONTRIBUTING.zh.md 里")
    return MARKS[name](argument, config.extra["data"], language)


def place(mark: str, page: Page, config: MkDocsConfig) -> str:
    source = page.markdown or ""
    return at(page, config, source.count("\n", 0, max(source.find(mark), 0)) + 1, mark)


def tip(argument: str, data: Data, language: str) -> str:
    """Make the button to the form, with the category chosen, or to one of its other doors."""
    address = localized(data["footer"], "tip_url", language)
    doors = {
        "official": button(f"{address}?official=yes", say(OFFICIAL, language)),
        "young": button(f"{address}?page=young", say(YOUNG, language)),
        "practice": button(f"{address}practice/", say(PRACTICE, language), " button--quiet"),
    }
    if argument in doors:
        return doors[argument]
    if argument and argument not in {item["id"] for item in data["categories"]["items"]}:
        raise PluginError(f"{{tip:{argument}}}：categories.yml 里没有 {argument} 这一类")
    return button(f"{address}?category={argument}" if argument else address, say(TIP, language))


def mailbox(_argument: str, data: Data, language: str) -> str:
    address = localized(data["footer"], "mailbox_url", language)
    return button(address, say(MAILBOX, language), " button--quiet")


def localized(footer: Data, key: str, language: str) -> str:
    """Give the app's address in a language: under its prefix, where the app is on this host."""
    shared = str(footer[key])
    further = f"/{language}{shared}" if language != "zh" and shared.startswith("/") else shared
    return str(footer.get(f"{key}_{language}", further))


def button(address: str, words: str, kind: str = "") -> str:
    return f'<a class="button{kind}" href="{escape(address)}">{words}</a>'


def tel(argument: str, data: Data, _language: str) -> str:
    return number_link(argument, data["hotlines"])


def hotlines(argument: str, data: Data, language: str) -> str:
    return tables(data["hotlines"], argument.split(",") if argument else [], language)


def keys(_argument: str, data: Data, language: str) -> str:
    return lists(data, language)


def deadline(argument: str, data: Data, language: str) -> str:
    return time_of(argument, data["deadlines"], language)


def scope(argument: str, data: Data, language: str) -> str:
    """Say what is never a tip, in one of the forms of scope.yml."""
    said = forms(data["scope"], language)
    if argument not in said:
        raise PluginError(f"{{scope:{argument}}}：能写的是 {'、'.join(sorted(said))}")
    words = said[argument]
    return words if is_said_in(data["scope"], language) else f'<span lang="zh-CN">{words}</span>'


MARKS: dict[str, Callable[[str, Data, str], str]] = {
    "tip": tip,
    "mailbox": mailbox,
    "tel": tel,
    "hotlines": hotlines,
    "keys": keys,
    "deadline": deadline,
    "glossary": entries,
    "scope": scope,
    "log-days": days,
    "log-holders": holders,
    "reward-fact": fact,
    "outreach": progress,
}
