"""Whom to call in each place: pages `places/<id>/` from content/data/places.yml, and `{places}`.

Levels that have no page of their own stand on the page of the place above them.
"""

from __future__ import annotations

from html import escape
from typing import Any

from generated import DANGER, line_of
from generated import page as made
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page
from mkdocs.utils import get_relative_url

UNKNOWN = '<b class="placeholder">待填写</b>'
UNCLEAR = "unclear"
NOT_THERE = (
    '<p class="notice">线索不交给网格员，也不交给村、社区、乡镇、街道。'
    '它只交给承办单位。<a href="%s">想写线索，从这里走</a></p>'
)
ELSE = "## 找不到人，打 12345\n\n平常的事，都可以打 {tel:12345}。别的号码，看[电话一览](%s)。"

Data = dict[str, Any]


def on_config(config: MkDocsConfig) -> None:
    places = config.extra["data"]["places"]
    items = [item for item in places["items"] if not item.get("retired")]
    levels = [level["id"] for level in places["levels"]]
    known: Data = {}
    for item in items:
        if item["id"] in known:
            raise complaint(config, item, "这个 id 用了两次")
        known[item["id"]] = item
    check_townships(config, [item for item in items if item["level"] == levels[0]])
    for item in items:
        check_level(config, item, known, levels)


def check_level(config: MkDocsConfig, item: Data, known: Data, levels: list[str]) -> None:
    """Hold that a place stands one level below its parent, and the first level below nothing."""
    if item["level"] not in levels:
        raise complaint(config, item, f"没有叫 {item['level']} 的一级")
    above = levels.index(item["level"]) - 1
    if above < 0:
        if item["parent"] is not None:
            raise complaint(config, item, "最大的一级上面没有别的，parent 要写 null")
        return
    parent = known.get(item["parent"])
    if parent is None:
        raise complaint(config, item, f"上一级 {item['parent']} 不在表里")
    if parent["level"] != levels[above]:
        raise complaint(config, item, f"上一级 {item['parent']} 不是 {levels[above]}")


def check_townships(config: MkDocsConfig, towns: list[Data]) -> None:
    """Hold that the form and these pages speak of the same townships by the same ids."""
    asked = {
        item["id"]: item
        for item in config.extra["data"]["townships"]["items"]
        if item["id"] != UNCLEAR and not item.get("retired")
    }
    for town in towns:
        if asked.get(town["id"], {}).get("zh") != town["zh"]:
            raise complaint(config, town, "和 townships.yml 里的 id、名字对不上")
    if missing := sorted(set(asked) - {town["id"] for town in towns}):
        where = line_of(config, "townships.yml", f"id: {missing[0]}")
        raise PluginError(f"{where}：{missing[0]} 不在 places.yml 里")


def complaint(config: MkDocsConfig, item: Data, words: str) -> PluginError:
    where = line_of(config, "places.yml", f"id: {item['id']}")
    return PluginError(f"{where}：{item['zh']}（{item['id']}）：{words}")


def on_files(files: Files, *, config: MkDocsConfig) -> Files:
    tree = Tree(config.extra["data"]["places"])
    for item in tree.items:
        if tree.level(item)["page"]:
            files.append(one(config, tree, item))
    return files


class Tree:
    """The places that are in use, and what hangs below each."""

    def __init__(self, places: Data) -> None:
        self.items: list[Data] = [item for item in places["items"] if not item.get("retired")]
        self.checked: str = places["checked"]
        self.levels: Data = {level["id"]: level for level in places["levels"]}
        self.first: str = places["levels"][0]["id"]
        self.by_id: Data = {item["id"]: item for item in self.items}
        self.children: dict[str, list[Data]] = {}
        for item in self.items:
            self.children.setdefault(item["parent"], []).append(item)

    def level(self, item: Data) -> Data:
        return dict(self.levels[item["level"]])

    def below(self, item: Data) -> list[Data]:
        return self.children.get(item["id"], [])

    def pages_below(self, item: Data) -> list[Data]:
        return [other for other in self.below(item) if self.level(other)["page"]]

    def parts_below(self, item: Data) -> list[Data]:
        """List the places below that have no page of their own, each before its own parts."""
        own = [other for other in self.below(item) if not self.level(other)["page"]]
        return [part for other in own for part in (other, *self.parts_below(other))]

    def above(self, item: Data) -> Data | None:
        return self.by_id.get(item["parent"])

    def whole_name(self, item: Data) -> str:
        above = self.above(item)
        return (f"{above['zh']}" if above else "") + str(item["zh"])


def one(config: MkDocsConfig, tree: Tree, item: Data) -> File:
    address = f"places/{item['id']}/"
    name = tree.whole_name(item)
    front: Data = {"title": f"{name}：有事找谁", "short": item["zh"]}
    front["description"] = f"{name}的办事、调解、网格电话；急事先打 110。"
    front |= {"keywords": keywords(tree, item), "reviewed": tree.checked, "contents": False}
    parts = [f"# {front['title']}", DANGER, f"## {item['zh']}", contacts(tree, item)]
    for part in tree.parts_below(item):
        parts += [f"### {part['zh']}", contacts(tree, part)]
    if pages := tree.pages_below(item):
        parts += [f"## 下面的{tree.level(pages[0])['of']}", links(pages, address)]
    parts += [ELSE % "../help/hotlines.md", NOT_THERE % get_relative_url("report/", address)]
    return made(config, address, front, "\n\n".join(parts))


def keywords(tree: Tree, item: Data) -> list[str]:
    parts = [part["zh"] for part in tree.parts_below(item)]
    return [item["zh"], tree.level(item)["zh"], "网格员", "找谁", *parts]


def contacts(tree: Tree, item: Data) -> str:
    """Say the level, and list what each number is for: the unknown ones loudly."""
    level = tree.level(item)
    rows = "\n".join(
        f"- {escape(contact['for'])}<br>{number(contact['number'])}" for contact in item["contacts"]
    )
    about = f'<p class="meta">{escape(level["zh"])}（{escape(level["of"])}）</p>'
    return f"{about}\n\n{rows}"


def number(digits: str) -> str:
    return UNKNOWN if digits == "待填写" else f'<a href="tel:{digits}">{digits}</a>'


def links(items: list[Data], here: str) -> str:
    rows = "\n".join(
        f'<li><a href="{get_relative_url("places/" + item["id"] + "/", here)}">'
        f"{escape(item['zh'])}</a></li>"
        for item in items
    )
    return f'<ul class="list">\n{rows}\n</ul>'


def on_page_markdown(
    markdown: str, *, page: Page, config: MkDocsConfig, files: Files
) -> str | None:
    if "{places}" not in markdown:
        return None
    tree = Tree(config.extra["data"]["places"])
    parts = []
    for town in (item for item in tree.items if item["level"] == tree.first):
        parts += [f"### {town['zh']}", links([town, *tree.pages_below(town)], page.url)]
    return markdown.replace("{places}", "\n\n".join(parts)).replace("{grids}", grids(tree))


def grids(tree: Tree) -> str:
    """Say what the district calls its four grids."""
    return "\n".join(f"- {level['zh']}：{level['of']}" for level in tree.levels.values())
