"""English pages and their Chinese counterparts: the switch of languages, hreflang, marked links.

An English page names its counterpart in its front matter (`pair: report/index.md`). One table for
both ways is made when all pages are read. A Chinese page that nobody translated leads to en/, whose
first lines say so; an article leads to its few lines on an English page, where there are some.
"""

from __future__ import annotations

import posixpath
import re
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page
from trail import language_of

ONLY_CHINESE = "en/#only-chinese"
# The list of decision records says in Chinese that they are in English.
RECORDS = "about/decisions/"
LINK = re.compile(r'<a href="([^":#][^":]*)"(?![^>]*hreflang)')
PAIRS: dict[str, Page] = {}

Context = dict[str, Any]


def on_page_content(html: str, *, page: Page, **_: Any) -> str:
    """Mark what leads from English words to a Chinese page."""
    if page.meta.get("lang") != "en":
        return html

    def mark(found: re.Match[str]) -> str:
        target = posixpath.normpath(posixpath.join(page.url, found[1])) + "/"
        english = target.startswith(("en/", "/"))
        return found[0] if english else f'{found[0]} hreflang="zh-CN"'

    return LINK.sub(mark, html)


def on_env(env: Any, *, files: Files, **_: Any) -> None:
    pages = {file.src_uri: file.page for file in files.documentation_pages() if file.page}
    PAIRS.clear()
    for uri, page in pages.items():
        if "pair" in page.meta:
            join(uri, page, pages)


def join(uri: str, page: Page, pages: dict[str, Page]) -> None:
    pair = str(page.meta["pair"])
    other = pages.get(pair)
    if page.meta.get("lang") != "en":
        raise PluginError(f"content/{uri}：pair 只写在英文页上（还要有 lang: en）")
    if other is None:
        raise PluginError(f"content/{uri}：pair: {pair} 没有这一页")
    if other.meta.get("lang") == "en":
        raise PluginError(f"content/{uri}：pair: {pair} 也是英文页")
    if pair in PAIRS:
        taken = PAIRS[pair].file.src_uri
        raise PluginError(f"content/{uri}：pair: {pair} 已经是 content/{taken} 的另一半")
    PAIRS[uri], PAIRS[pair] = other, page


def on_page_context(context: Context, *, page: Page, config: MkDocsConfig, **_: Any) -> Context:
    other = PAIRS.get(page.file.src_uri)
    context["pair_url"] = other.url if other else without_pair(page, config)
    if other and config.site_url:
        chinese, english = (other, page) if language_of(page) == "en" else (page, other)
        context["alternates"] = [
            {"lang": "zh-CN", "url": chinese.canonical_url},
            {"lang": "en", "url": english.canonical_url},
            {"lang": "x-default", "url": chinese.canonical_url},
        ]
    return context


def without_pair(page: Page, config: MkDocsConfig) -> str:
    """Say where the switch of languages leads when a page exists in one of them only."""
    if language_of(page) == "en":
        return RECORDS if page.url.startswith(RECORDS) else "./"
    lines = config.extra["law"].english.get(page.meta.get("article"))
    return lines[0].url + lines[1] if lines else ONLY_CHINESE
