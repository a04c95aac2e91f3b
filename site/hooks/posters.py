"""Posters and leaflets, and the addresses that their QR codes carry.

Each sheet of content/data/posters.yml gives two pages: `posters/<id>/` to print, and `/q/<n>/`,
where the printed code leads. A code on a wall lives for years: a number is never given twice and
its page never vanishes.
"""

from __future__ import annotations

import logging
import re
from collections import Counter
from collections.abc import Iterator
from html import escape
from typing import Any
from urllib.parse import urlsplit

import trail
from generated import DANGER, addresses, line_of
from generated import page as made
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import Files
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page
from mkdocs.utils import get_relative_url
from qr import code

log = logging.getLogger("mkdocs.hooks.posters")

UNKNOWN = "待填写"
# Strips at the foot of a poster.
STRIPS = 8
# Characters in a row of large type, and rows that a poster has room for.
ROW, ROWS = 12, 4
RETIRED = '<p class="notice">这张不再印了。原来的内容还在，请往下看。</p>'
NO_ADDRESS = (
    '<p class="notice notice--danger">二维码还印不出来：<b class="placeholder">网址待填写</b></p>'
)
KINDS = {"poster": "海报", "leaflet": "传单"}
GROUPS = {"poster": "海报：一张 A4 纸", "leaflet": "传单：一张 A4 纸印两份"}

Data = dict[str, Any]


def on_config(config: MkDocsConfig) -> None:
    posters = config.extra["data"]["posters"]
    for words, fault in faults_of(posters["items"], posters["given"]):
        raise PluginError(f"{line_of(config, 'posters.yml', words)}：{fault}")


def faults_of(items: list[Data], given: int) -> Iterator[tuple[str, str]]:
    """Hold that every number ever given is there once: give the words of a line, and its fault."""
    numbers = Counter(item["n"] for item in items)
    names = Counter(item["id"] for item in items)
    for n in repeated(numbers):
        yield f"n: {n}", f"编号 {n} 用了两次，印出去的码会带错地方"
    for name in repeated(names):
        yield f"id: {name}", f"{name} 用了两次"
    for n in range(1, given + 1):
        if n not in numbers:
            yield "given:", f"编号 {n} 不见了。墙上的码还在，请写 retired: true"
    if (top := max(numbers, default=0)) > given:
        yield "given:", f"given 要改成 {top}，它是用过的最大编号"


def repeated(counted: Counter[Any]) -> list[Any]:
    return [one for one, times in counted.items() if times > 1]


def base(config: MkDocsConfig) -> str:
    """Give the full address of this site's root, or nothing while nobody has filled it in."""
    address = config.site_url or ""
    domain = str(config.extra["data"]["footer"]["site"]["domain"])
    # `mkdocs serve` puts an address of this machine here: no good on a wall.
    if not address or urlsplit(address).hostname in ("127.0.0.1", "localhost"):
        address = "" if domain == UNKNOWN else domain
    if address and "://" not in address:
        address = f"https://{address}"
    return address and address.rstrip("/") + "/"


def on_files(files: Files, *, config: MkDocsConfig) -> Files:
    posters = config.extra["data"]["posters"]
    for item in posters["items"]:
        files.append(short_page(config, item, posters["checked"]))
        if not item.get("retired"):
            files.append(sheet(config, item, posters["checked"]))
    return files


def short_page(config: MkDocsConfig, item: Data, checked: str) -> Any:
    """Make `/q/<n>/`: it sends nobody on by itself, and tells nobody's phone anything."""
    front = {"title": item["zh"], "short": item["zh"], "description": item["zh"]}
    front |= {"reviewed": checked, "poster": item["n"], "search": False}
    parts = [f"# {item['zh']}", listed(item["lines"][:2]), DANGER, "<!--onward-->"]
    if item.get("retired"):
        parts.insert(1, RETIRED)
    return made(config, f"q/{item['n']}/", front, "\n\n".join(parts), listed=False)


def sheet(config: MkDocsConfig, item: Data, checked: str) -> Any:
    """Make the page to print: the theme's poster.html puts the paper around these lines."""
    words = "，".join([item["zh"], KINDS[item["kind"]]])
    front = {"title": item["zh"], "short": item["zh"], "description": f"{words}，A4 纸打印。"}
    front |= {"keywords": [*item.get("keywords", []), KINDS[item["kind"]]], "reviewed": checked}
    front |= {"template": "poster.html", "styles": ["poster"], "poster": item["n"]}
    front |= {"aloud": False}
    return made(config, f"posters/{item['id']}/", front, listed(item["lines"]))


def listed(lines: list[str]) -> str:
    """Write the lines as a list, with sources in small type and numbers to ring."""
    small = [re.sub(r"（(.+?)）$", r" <small>（\1）</small>", line) for line in lines]
    ring = [re.sub(r"打(\d{3,5})(?=[\u4e00-\u9fff])", r"打\1 ", line) for line in small]
    return "\n".join("- " + re.sub(r"打(\d{3,5})", r"打 {tel:\1}", line) for line in ring)


def on_nav(nav: Navigation, *, config: MkDocsConfig, files: Files) -> None:
    """Warn of each sheet that leads nowhere, once all pages are known."""
    known = addresses(files)
    for item in config.extra["data"]["posters"]["items"]:
        if item["page"] not in known:
            where = line_of(config, "posters.yml", f"id: {item['id']}")
            log.warning("%s：海报 %s 要带人去 %s，没有这一页", where, item["n"], item["page"])


def on_page_markdown(
    markdown: str, *, page: Page, config: MkDocsConfig, files: Files
) -> str | None:
    if "{posters}" not in markdown:
        return None
    rows = lists(config.extra["data"]["posters"]["items"], page)
    return markdown.replace("{posters}", rows if base(config) else f"{NO_ADDRESS}\n\n{rows}")


def lists(items: list[Data], page: Page) -> str:
    """List what can be printed, posters first."""
    parts = []
    for kind, head in GROUPS.items():
        rows = [row(item, page) for item in items if item["kind"] == kind and shown(item)]
        parts.append(
            f"## {head}\n\n" + '<ul class="list list--rich">\n' + "\n".join(rows) + "\n</ul>"
        )
    return "\n\n".join(parts)


def shown(item: Data) -> bool:
    return not item.get("retired")


def row(item: Data, page: Page) -> str:
    href = get_relative_url(f"posters/{item['id']}/", page.url)
    about = "，下面有小条可撕" if item["tear"] else ""
    return (
        f'<li><a href="{href}"><b>{escape(item["zh"])}</b>'
        f' <span class="meta">第 {item["n"]} 号{about}</span></a></li>'
    )


def on_page_context(
    context: Data, *, page: Page, config: MkDocsConfig, nav: Navigation
) -> Data | None:
    number = page.meta.get("poster")
    if number is None:
        return None
    items = config.extra["data"]["posters"]["items"]
    item = next(item for item in items if item["n"] == number)
    target = next((other for other in nav.pages if other.url == item["page"]), None)
    onward = f'<p><a class="button" href="{get_relative_url(item["page"], page.url)}">'
    onward += f"往下看：{escape(trail.short(target) if target else item['zh'])}</a></p>"
    page.content = str(page.content).replace("<!--onward-->", onward)
    context["sheet"] = paper(item, base(config), onward)
    return context


def paper(item: Data, root: str, onward: str) -> Data:
    """Gather what poster.html prints around the lines."""
    address = f"{root}q/{item['n']}/" if root else ""
    side, path = code(address) if root else (0, "")
    return {
        **item,
        "address": address.partition("://")[2],
        "side": side,
        "path": path,
        "strips": STRIPS if item["tear"] else 0,
        "size": size(item["zh"]),
        "small": rows_of(item["lines"]) > ROWS,
        "onward": onward,
    }


def rows_of(lines: list[str]) -> int:
    """Count the rows that the lines take on a poster in large type."""
    return sum(-(-len(line.partition("（")[0]) // ROW) for line in lines)


def size(title: str) -> int:
    """Give the width of the title's longest phrase in characters, which stays on one line."""
    phrases = re.split(r"(?<=[，、：])", title)
    widest = max(sum(0.6 if letter.isascii() else 1 for letter in phrase) for phrase in phrases)
    return min(max(round(widest), 5), 10)
