"""「遇到这种事怎么办」: pages that lead from what happened to what to do, from paths.yml.

Each question and each end is a page; an answer is a link, so nothing is kept of what was chosen. A
graph in which somebody could get lost, or end without knowing whom to turn to, stops the build.
"""

from __future__ import annotations

import logging
import posixpath
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from typing import Any

from generated import line_of, page
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import Files

log = logging.getLogger("mkdocs.hooks.paths")

FOLDER = "help/path"
NAME = "遇到这种事怎么办"
# An end must name what its kind promises.
NEEDS = {
    "help": ("tels", "pages"),
    "office": ("tels", "pages"),
    "form": ("category", "official"),
    "read": ("pages",),
}
AFTER_FORM = "- [写之前：用哪部手机，连哪个网](../../report/before-you-write.md)"
AGAIN = "走错了，按浏览器的返回键退一步。"

Data = dict[str, Any]


@dataclass(frozen=True)
class Graph:
    """The questions and ends by their ids, and the first question."""

    start: str
    nodes: dict[str, Data]
    ends: dict[str, Data]

    def answers(self, key: str) -> list[Data]:
        return self.nodes[key]["answers"] if key in self.nodes else []

    def parents(self, key: str) -> list[str]:
        return [name for name in self.nodes if key in {one["to"] for one in self.answers(name)}]

    def steps(self, key: str) -> list[tuple[str, str]]:
        """Tell the questions before this one and what was answered, while only one way led here."""
        parents = self.parents(key)
        if len(parents) != 1:
            return []
        said = next(one["say"] for one in self.answers(parents[0]) if one["to"] == key)
        return [*self.steps(parents[0]), (parents[0], said)]


def on_files(files: Files, *, config: MkDocsConfig) -> Files:
    data = config.extra["data"]
    graph = read(data["paths"], config)
    refuse(faults_of(graph, data), config)
    for key in graph.nodes:
        front, body = question(graph, key, data)
        # The search leads to the first question and to the ends: those in between only ask on.
        listed = key == graph.start
        files.append(page(config, address(graph, key), front, body, listed=listed))
    for key, end in graph.ends.items():
        front = front_of(end["title"], end["title"], data)
        files.append(page(config, address(graph, key), front, ending(graph, end, files, data)))
    return files


def read(paths: Data, config: MkDocsConfig) -> Graph:
    """Gather everything by its id, and refuse an id that is used twice."""
    items = [*paths["nodes"], *paths["ends"]]
    ids = [item["id"] for item in items]
    twice = [(key, "这个 id 用了两次") for key in dict.fromkeys(ids) if ids.count(key) > 1]
    refuse(twice, config)
    nodes = {node["id"]: node for node in paths["nodes"]}
    if paths["start"] not in nodes:
        raise PluginError(
            f"{line_of(config, 'paths.yml', 'start:')}：没有 {paths['start']} 这一问，无法开始"
        )
    return Graph(paths["start"], nodes, {end["id"]: end for end in paths["ends"]})


def refuse(faults: Any, config: MkDocsConfig) -> None:
    """Stop the build with every fault at once, each with its line and id."""
    told = [
        f"{line_of(config, 'paths.yml', f'- id: {key}')}（{key}）：{say}" for key, say in faults
    ]
    if told:
        raise PluginError("\n".join(told))


def faults_of(graph: Graph, data: Data) -> Iterator[tuple[str, str]]:
    lost = list(unknown_targets(graph))
    # The checks of the whole graph need targets that exist.
    yield from lost or whole(graph)
    for key, end in graph.ends.items():
        yield from ((key, fault) for fault in end_faults(end, data))


def unknown_targets(graph: Graph) -> Iterator[tuple[str, str]]:
    for key in graph.nodes:
        for one in graph.answers(key):
            if one["to"] not in graph.nodes and one["to"] not in graph.ends:
                yield key, f"「{one['say']}」通向 {one['to']}，没有这一页"


def whole(graph: Graph) -> Iterator[tuple[str, str]]:
    for key in graph.nodes:
        if not graph.answers(key):
            yield key, "这一问没有答案可选，走到这里就断了"
        if key in reached_from(graph, key):
            yield key, "从这一问走下去，会绕回到这一问，走不出来"
    reached = {graph.start} | reached_from(graph, graph.start)
    for key in (*graph.nodes, *graph.ends):
        if key not in reached:
            yield key, "从第一问走不到这里"
    first = graph.answers(graph.start)
    if first and graph.ends.get(first[0]["to"], {}).get("kind") != "call110":
        yield graph.start, "第一问的第一个答案，要通向打 110 的一页"


def reached_from(graph: Graph, key: str) -> set[str]:
    """Collect all pages that the answers of this one lead to, near and far."""
    reached: set[str] = set()
    waiting = [one["to"] for one in graph.answers(key)]
    while waiting:
        current = waiting.pop()
        if current not in reached:
            reached.add(current)
            waiting += [one["to"] for one in graph.answers(current)]
    return reached


def end_faults(end: Data, data: Data) -> Iterator[str]:
    phones = {item["number"] for item in data["hotlines"]["items"] if item["kind"] == "phone"}
    for number in end.get("tels", []):
        if number not in phones:
            yield f"hotlines.yml 里没有 {number} 这个电话"
    if "category" in end and end["category"] not in {
        item["id"] for item in data["categories"]["items"]
    }:
        yield f"categories.yml 里没有 {end['category']} 这一类"
    if end["kind"] == "call110" and "110" not in end.get("tels", []):
        yield "kind 是 call110，tels 里要有 110"
    needs = NEEDS.get(end["kind"], ())
    if needs and not any(end.get(name) for name in needs):
        yield f"kind 是 {end['kind']}，至少要写 {' 或者 '.join(needs)}，不然走到这里就断了"


def address(graph: Graph, key: str) -> str:
    return f"{FOLDER}/{'index' if key == graph.start else key}"


def link(graph: Graph, key: str) -> str:
    return posixpath.basename(address(graph, key)) + ".md"


def front_of(title: str, short: str, data: Data) -> Data:
    return {
        "title": title,
        "short": short,
        "description": f"{NAME}：{title}",
        "keywords": ["怎么办", "找谁"],
        "reviewed": data["paths"]["checked"],
        "styles": ["learn", "doors"],
    }


def question(graph: Graph, key: str, data: Data) -> tuple[Data, str]:
    node, first = graph.nodes[key], key == graph.start
    title = f"{node['title']}：{node['ask']}" if "title" in node else node["ask"]
    kind = "asks asks--danger" if first else "asks"
    doors = "\n".join(
        f"- [**{one['say']}**]({link(graph, one['to'])}){{: .door }}" for one in node["answers"]
    )
    parts = [f"# {title}", trail(graph, key), node.get("why", "")]
    parts += [f'<div class="{kind}" markdown>\n\n{doors}\n\n</div>', again(graph, key)]
    return front_of(title, NAME if first else node["ask"], data), joined(parts)


def ending(graph: Graph, end: Data, files: Files, data: Data) -> str:
    numbers = list(end.get("tels", []))
    strip = ""
    if end["kind"] == "call110":
        numbers.remove("110")
        strip = '<a class="strip-110" href="tel:110"><b>110</b> <span>按这里，马上打</span></a>'
    steps = "\n".join(f"{n}. {words}" for n, words in enumerate(end["words"], 1))
    calls = " ".join(call(number, data["hotlines"]) for number in numbers)
    parts = [f"# {end['title']}", trail(graph, end["id"]), strip, steps, calls, door(end)]
    links = [more(path, files, end["id"]) for path in end.get("pages", [])]
    links += [AFTER_FORM] if door(end) else []
    rows = "\n".join(filter(None, links))
    listed = f'<div class="list" markdown>\n\n{rows}\n\n</div>' if rows else ""
    return joined([*parts, listed, again(graph, end["id"])])


def joined(parts: list[str]) -> str:
    return "\n\n".join(filter(None, parts))


def call(number: str, hotlines: Data) -> str:
    item = next(one for one in hotlines["items"] if one["number"] == number)
    words = f"打 {number}：{escape(item['zh'])}"
    kind = "button--danger" if number == "110" else "button--quiet"
    return f'<a class="button {kind}" href="tel:{number}">{words}</a>'


def door(end: Data) -> str:
    """Give the mark of the form's button."""
    if end.get("official"):
        return "{tip:official}"
    return f"{{tip:{end['category']}}}" if "category" in end else ""


def more(path: str, files: Files, key: str) -> str:
    """Link a page by its own title; a missing one is only a warning, as any broken link is."""
    target = files.get_file_from_path(path)
    if target is None:
        log.warning("content/data/paths.yml（%s）：没有 content/%s 这一页", key, path)
        return ""
    lines = target.content_string.splitlines()
    title = next((line[2:] for line in lines if line.startswith("# ")), path)
    return f"- [{title.partition(' {:')[0]}]({posixpath.relpath(path, FOLDER)})"


def trail(graph: Graph, key: str) -> str:
    """Repeat what was chosen so far, each answer leading back to its question."""
    steps = [f"[{said}]({link(graph, parent)})" for parent, said in graph.steps(key)]
    return f"您选了：{' › '.join(steps)}\n{{: .meta }}" if steps else ""


def again(graph: Graph, key: str) -> str:
    if key == graph.start:
        return ""
    return f"{AGAIN}也可以[从头再来](index.md)。\n{{: .meta }}"
