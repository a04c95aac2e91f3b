"""The patterns of crisis.yml and synonyms.yml: (a|b), ?, *, … and {list}.

Read by search-words.js, used by crisis.py and search.py. What the browser could not make an
expression of stops the build here, with the file and the pattern.
"""

from __future__ import annotations

import re

from mkdocs.exceptions import PluginError

LIST = re.compile(r"\{([a-z]+)\}")
# What a pattern may hold besides characters and letters.
LETTERS = re.compile(r"[\u3400-\u9fffa-z0-9(){}|?*… ]+")

Lists = dict[str, list[str]]


def check(name: str, patterns: list[str], lists: Lists) -> None:
    """Refuse what is no pattern, names no list, or would be found in every query."""
    for pattern in patterns:
        where = f"content/data/{name}：「{pattern[:40]}」"
        if not LETTERS.fullmatch(pattern):
            raise PluginError(f"{where}里有不认识的记号，能用的是 ( | ) ? * … 和 {{名单}}")
        try:
            whole = re.compile(expand(pattern, lists))
        except (re.error, KeyError) as error:
            raise PluginError(f"{where}写得不对：{error}") from None
        if whole.search(""):
            raise PluginError(f"{where}什么字都没有也算找到，请至少留一个字")


def expand(pattern: str, lists: Lists) -> str:
    """Put the lists in their places, and write the rest as an expression."""

    def fill(found: re.Match[str]) -> str:
        return f"({'|'.join(expand(one, lists) for one in lists[found[1]])})"

    return LIST.sub(fill, pattern).replace("…", ".{0,6}")
