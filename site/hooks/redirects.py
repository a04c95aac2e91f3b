"""Addresses that moved: a small page with one link stays where the old page was.

A plain link and no forwarding: it works without scripts and takes nobody anywhere unasked.
"""

from __future__ import annotations

import logging
from html import escape
from typing import Any

from generated import addresses, line_of
from generated import page as made
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import Files
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page
from mkdocs.utils import get_relative_url

log = logging.getLogger("mkdocs.hooks.redirects")

Data = dict[str, Any]


def on_files(files: Files, *, config: MkDocsConfig) -> Files:
    moved = config.extra["data"]["redirects"]
    taken = addresses(files)
    for item in moved["items"]:
        check(config, item, moved["items"])
        if item["from"] in taken:
            raise PluginError(f"{where(config, item)}：{item['from']} 现在有这一页，不能再指到别处")
        front = {"title": item["from"], "reviewed": moved["checked"], "search": False}
        front |= {"moved": item["to"], "description": "这一页搬了地方，里面有新的链接。"}
        files.append(made(config, item["from"], front, "<!--moved-->", listed=False))
    return files


def check(config: MkDocsConfig, item: Data, items: list[Data]) -> None:
    """Refuse what would lead in circles; whether the target is there is asked in on_nav."""
    target = item["to"].partition("#")[0]
    old = [other["from"] for other in items]
    if old.count(item["from"]) > 1:
        raise PluginError(f"{where(config, item)}：{item['from']} 写了两次")
    if target in old:
        raise PluginError(f"{where(config, item)}：{target} 自己也搬走了，请直接写最后的地址")


def where(config: MkDocsConfig, item: Data) -> str:
    return line_of(config, "redirects.yml", f"from: {item['from']}")


def on_nav(nav: Navigation, *, config: MkDocsConfig, files: Files) -> None:
    """Warn of each address that leads nowhere, once all pages are known."""
    known = addresses(files)
    for item in config.extra["data"]["redirects"]["items"]:
        if item["to"].partition("#")[0] not in known:
            log.warning("%s：要指到 %s，没有这一页", where(config, item), item["to"])


def on_page_context(
    context: Data, *, page: Page, config: MkDocsConfig, nav: Navigation
) -> Data | None:
    """Give the page its target's title, known only now."""
    target = page.meta.get("moved")
    if target is None:
        return None
    address, _, anchor = target.partition("#")
    there = next((other for other in nav.pages if other.url == address), None)
    title = str(there.title if there else address)
    href = get_relative_url(address, page.url) + (f"#{anchor}" if anchor else "")
    page.title = title
    page.content = (
        f"<h1>{escape(title)}</h1>\n<p>这一页搬了地方，内容都在。</p>\n"
        f'<p><a class="button" href="{escape(href)}">去新的地方：{escape(title)}</a></p>'
    )
    return context
