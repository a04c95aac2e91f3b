"""Words that hang on which log of connections the district keeps (content/data/edge_log.yml).

A page says them for each profile, on lines of their own: `{log:sealed}`, `{log:elsewhere}`,
`{log:none}`, at last `{log:end}`. One of them is shown, the others leave empty lines, so that a
fault is still told with its line. Who forgets a profile is told at once: a page that says nothing
of a log would promise that there is none.
"""

from __future__ import annotations

import re
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.pages import Page
from sayings import named, say
from whereabouts import at, is_record

PROFILES = ("sealed", "elsewhere", "none")
END = "end"
AND = {"zh": "、", "en": " and "}

Data = dict[str, Any]


def on_page_markdown(markdown: str, *, page: Page, config: MkDocsConfig, **_: Any) -> str:
    if is_record(page):
        return markdown
    lines = markdown.split("\n")
    try:
        return "\n".join(chosen(lines, config.extra["data"]["edge_log"]["profile"]))
    except WrongBlock as error:
        where = at(page, config, error.line, "{log:")
        raise PluginError(f"{where}：{error}。") from None


class WrongBlock(Exception):
    """Words of the profiles that do not stand as they must."""

    def __init__(self, line: int, words: str) -> None:
        super().__init__(words)
        self.line = line


def chosen(
    lines: list[str], profile: str, *, name: str = "log", profiles: tuple[str, ...] = PROFILES
) -> list[str]:
    """Keep the lines of one profile, and those that hang on none."""
    kept, open_at, seen, mark = [], 0, [], re.compile(rf"\{{{name}:([a-z]*)\}}")
    for number, line in enumerate(lines, 1):
        if found := mark.fullmatch(line.strip()):
            if found[1] == END:
                demand_all(profiles, seen, number)
                seen = []
            elif found[1] in profiles and found[1] not in seen:
                open_at = open_at if seen else number
                seen.append(found[1])
            else:
                raise WrongBlock(number, f"{found[0]} 要写 {'、'.join(profiles)}，各写一次")
            kept.append("")
        else:
            kept.append("" if seen and seen[-1] != profile else line)
    if seen:
        raise WrongBlock(open_at, f"后面少一行 {{{name}:end}}")
    return kept


def demand_all(profiles: tuple[str, ...], seen: list[str], number: int) -> None:
    if missing := [name for name in profiles if name not in seen]:
        raise WrongBlock(number, f"少了 {'、'.join(missing)} 的话")


def days(_argument: str, data: Data, _language: str) -> str:
    """Give the days for which the sealed log is kept."""
    return str(data["edge_log"]["days"])


def holders(_argument: str, data: Data, language: str) -> str:
    """Name who keeps the keys of the log; or who runs the devices that write it."""
    return say(AND, language).join(named(one, language) for one in data["edge_log"]["holders"])
