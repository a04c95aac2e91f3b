"""Addresses that moved: a small page with one link stays where the old page was.

A plain link and no forwarding: it works without scripts and takes nobody anywhere unasked.
"""

from __future__ import annotations

import logging
from collections import Counter
from html import escape
from typing import Any
from urllib.parse import unquote

import lines
from generated import addresses, line_of
from generated import page as made
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page
from mkdocs.utils import get_relative_url

log = logging.getLogger("mkdocs.hooks.redirects")

Data = dict[str, Any]


def on_files(files: Files, *, config: MkDocsConfig) -> Files:
    moved = config.extra["data"]["redirects"]
    taken = addresses(files)
    old = Counter(item["from"] for item in moved["items"])
    for item in moved["items"]:
        check(config, item, old)
        if item["from"] in taken:
            raise PluginError(f"{where(config, item)}：{item['from']} 现在有这一页，不能再指到别处")
        front = {"title": item["from"], "reviewed": moved["checked"], "search": False}
        front |= {"moved": item["to"], "description": "这一页搬了地方，里面有新的链接。"}
        files.append(made(config, item["from"], front, "<!--moved-->", listed=False))
    return files


def check(config: MkDocsConfig, item: Data, old: Counter[str]) -> None:
    """Refuse what would lead in circles; whether the target is there is asked in on_env."""
    target = item["to"].partition("#")[0]
    if old[item["from"]] > 1:
        raise PluginError(f"{where(config, item)}：{item['from']} 写了两次")
    if target in old:
        raise PluginError(f"{where(config, item)}：{target} 自己也搬走了，请直接写最后的地址")


def where(config: MkDocsConfig, item: Data) -> str:
    return line_of(config, "redirects.yml", f"from: {item['from']}")


def on_env(env: Any, *, config: MkDocsConfig, files: Files) -> None:
    """Warn of each address that leads nowhere, once all pages and their headings are known."""
    known = addresses(files)
    for item in config.extra["data"]["redirects"]["items"]:
        address, _, anchor = item["to"].partition("#")
        if address not in known:
            log.warning("%s：要指到 %s，没有这一页", where(config, item), item["to"])
        elif anchor and not holds(known[address], anchor):
            say = "%s：要指到 %s，那一页没有 #%s 这个地方"
            log.warning(say, where(config, item), item["to"], anchor)


def holds(file: File, anchor: str) -> bool:
    return file.page is not None and unquote(anchor) in file.page.present_anchor_ids


def on_page_context(
    context: Data, *, page: Page, config: MkDocsConfig, nav: Navigation
) -> Data | None:
    """Give the page its target's title and full address, known only now."""
    target = page.meta.get("moved")
    if target is None:
        return None
    address, _, anchor = target.partition("#")
    there = next((other for other in nav.pages if other.url == address), None)
    title = str(there.title if there else address)
    href = get_relative_url(address, page.url) + (f"#{anchor}" if anchor else "")
    page.title = title
    if there:
        page.canonical_url = there.canonical_url
    page.content = (
        f"{lines.on_page_content(f'<h1>{escape(title)}</h1>')}\n<p>这一页搬了地方，内容都在。</p>\n"
        f'<p><a class="button" href="{escape(href)}">去新的地方：{escape(title)}</a></p>'
    )
    return context
