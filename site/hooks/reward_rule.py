"""Words that hang on whether the district pays rewards by a code (content/data/rewards.yml).

A page says them both ways, on lines of their own: `{reward:on}`, `{reward:off}`, `{reward:end}`, as
`{log:…}` does for the log of connections. Facts of the rule stand as `{reward-fact:office}` among
the lines of `on`.
"""

from __future__ import annotations

from html import escape
from typing import Any

from log_profile import WrongBlock, chosen
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.pages import Page
from sayings import named, say
from whereabouts import at, is_record

STATES = ("on", "off")
AND = {"zh": "、", "en": ", "}
DOCUMENT = {"zh": "《{}》（{}，{}）", "en": "“{}” ({}, {})"}

Data = dict[str, Any]


def on_page_markdown(markdown: str, *, page: Page, config: MkDocsConfig, **_: Any) -> str:
    if is_record(page):
        return markdown
    state = "on" if config.extra["data"]["rewards"]["items"] else "off"
    lines = markdown.split("\n")
    try:
        return "\n".join(chosen(lines, state, name="reward", profiles=STATES))
    except WrongBlock as error:
        where = at(page, config, error.line, "{reward:")
        raise PluginError(f"{where}：{error}。") from None


def fact(name: str, data: Data, language: str) -> str:
    """Give one fact of the district's rule."""
    items = data["rewards"]["items"]
    if not items or name not in FACTS:
        raise PluginError(
            f"{{reward-fact:{name}}}：能写 {'、'.join(FACTS)}，前面要有 {{reward:on}}"
        )
    return FACTS[name](items[0], language)


def document(rule: Data, language: str) -> str:
    words = say(DOCUMENT, language)
    number, day = escape(rule["number"]), rule["day"]
    return f'<a href="{escape(rule["url"])}">{words.format(named(rule, language), number, day)}</a>'


def sums(rule: Data, language: str) -> str:
    return say(AND, language).join(str(one) for one in rule["sums"])


FACTS = {
    "document": document,
    "sums": sums,
    "months": lambda rule, _language: str(rule["months"]),
    "office": lambda rule, language: named(rule["office"]["name"], language),
    "place": lambda rule, language: named(rule["office"]["place"], language),
    "hours": lambda rule, language: named(rule["office"]["hours"], language),
}
