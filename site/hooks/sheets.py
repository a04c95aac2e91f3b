"""A topic on one sheet of paper: `topics/<id>/share/`, to print, or to let somebody scan its code.

The code carries the topic's own address. What is on paper lives for years: every address that was
ever printed stands in redirects.yml under `printed`, and must be a page or a line there for good.
"""

from __future__ import annotations

import re
from typing import Any

import posters
from generated import addresses, line_of
from generated import page as made
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import Files
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page
from qr import code
from signposts import TOPIC, guide

REVIEWED = re.compile(r"^reviewed: (\d{4}-\d\d-\d\d)$", re.M)
HEADING = re.compile(r"<h1\b[^>]*>(.*?)</h1>", re.S)
LEAD = re.compile(r"</h1>\s*(<p>(?!<a class=\"strip-110\").*?</p>)", re.S)
DANGER = re.compile(r'<a class="strip-110".*?<span>(.*?)</span></a>', re.S)
# The first part of a topic (怎么认, 现在就做): its heading and its list.
FIRST = re.compile(r"<h2\b[^>]*>(.*?)</h2>(?:(?!<h2).)*?<([uo]l)>(.*?)</\2>", re.S)
ITEM = re.compile(r"<li>(.*?)</li>", re.S)
LINKS = re.compile(r"</?a\b[^>]*>")
# Lines that a sheet has room for.
MOST = 7
# One mask for all these codes (qr.py): there are as many as topics.
MASK = 2

Data = dict[str, Any]
# Every topic by its address.
TOPICS: dict[str, Page] = {}


def on_files(files: Files, *, config: MkDocsConfig) -> None:
    printed = config.extra["data"]["redirects"]["printed"]
    for file in [one for one in files.documentation_pages() if TOPIC.fullmatch(one.src_uri)]:
        if file.url not in printed:
            where = line_of(config, "redirects.yml", "printed:")
            raise PluginError(f"{where}：{file.url} 会印成二维码，请在 printed 里加上这一行")
        found = REVIEWED.search(file.content_string)
        front = {"title": file.url, "reviewed": found[1] if found else "2026-01-01"}
        front |= {"description": file.url, "template": "sheet.html", "styles": ["sheet"]}
        front |= {"sheet": file.url, "aloud": False}
        if file.src_uri.startswith("en/"):
            front["lang"] = "en"
        files.append(made(config, f"{file.url}share/", front, "<!--sheet-->", listed=False))
    known = addresses(files)
    moved = {item["from"] for item in config.extra["data"]["redirects"]["items"]}
    if lost := [one for one in printed if one not in known and one not in moved]:
        where = line_of(config, "redirects.yml", f"- {lost[0]}")
        raise PluginError(f"{where}：{lost[0]} 印在纸上，要有这一页，或者写明搬去了哪里")


def on_nav(nav: Navigation, **_: Any) -> None:
    TOPICS.clear()
    TOPICS.update((one.url, one) for one in nav.pages if TOPIC.fullmatch(one.file.src_uri))


def on_page_context(context: Data, *, page: Page, config: MkDocsConfig, **_: Any) -> Data:
    if TOPIC.fullmatch(page.file.src_uri):
        context["sheet_url"] = f"{page.url}share/"
    if "sheet" in page.meta:
        topic = TOPICS[page.meta["sheet"]]
        page.title = str(topic.title)
        page.meta["description"] = topic.meta.get("description")
        context["sheet"] = paper(topic, config)
    return context


def paper(topic: Page, config: MkDocsConfig) -> Data:
    """Gather what stands on the sheet; its code is drawn once the site's address is known."""
    words, root = str(topic.content), posters.base(config)
    address = f"{root}{topic.url}" if root else ""
    side, path = code(address, mask=MASK) if root else (0, "")
    first = FIRST.search(words)
    return {
        "topic": topic.url,
        "heading": found(HEADING, words),
        "lead": found(LEAD, words),
        "danger": found(DANGER, words),
        "about": LINKS.sub("", first[1]) if first else "",
        "lines": [LINKS.sub("", line) for line in ITEM.findall(first[3])][:MOST] if first else [],
        "guide": guide(topic, config.extra["data"]["hotlines"]),
        "address": address.partition("://")[2],
        "side": side,
        "path": path,
    }


def found(pattern: re.Pattern[str], words: str) -> str:
    match = pattern.search(words)
    return LINKS.sub("", match[1]) if match else ""
