"""One page in several languages: the switch of languages, hreflang, marked links.

A translated page names its Chinese counterpart in its front matter (`pair: report/index.md`). One
table for all ways is made when all pages are read. Where nobody translated a page the switch leads
to that language's home page, whose first lines say so; from an article to its few lines on an
English page, where there are some.
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

from admin.reading.languages import SOURCE, Language

ONLY_CHINESE = "#only-chinese"
# The list of decision records says in Chinese that they are in English.
RECORDS = "about/decisions/"
LINK = re.compile(r'<a href="([^":#][^":]*)"(?![^>]*hreflang)')
# Every page that is there in several languages: the pages of all of them, by language.
PAIRS: dict[str, dict[str, Page]] = {}

Context = dict[str, Any]


def on_page_content(html: str, *, page: Page, config: MkDocsConfig, **_: Any) -> str:
    """Mark what leads from a translated page's words to a page in another language."""
    if page.meta.get("lang", SOURCE) == SOURCE:
        return html
    languages: dict[str, Language] = config.extra["languages"]
    own = languages[page.meta["lang"]].folder

    def mark(found: re.Match[str]) -> str:
        target = posixpath.normpath(posixpath.join(page.url, found[1])) + "/"
        if target.startswith((own, "/")):
            return found[0]
        other = languages.get(target.partition("/")[0], languages[SOURCE])
        return f'{found[0]} hreflang="{other.tag}"'

    return LINK.sub(mark, html)


def on_env(env: Any, *, files: Files, **_: Any) -> None:
    pages = {file.src_uri: file.page for file in files.documentation_pages() if file.page}
    PAIRS.clear()
    for uri, page in pages.items():
        if "pair" in page.meta:
            join(uri, page, pages)


def join(uri: str, page: Page, pages: dict[str, Page]) -> None:
    pair, code = str(page.meta["pair"]), str(page.meta.get("lang", SOURCE))
    other = pages.get(pair)
    if code == SOURCE:
        raise PluginError(f"content/{uri}：pair 只写在译文页上（还要有 lang，像 lang: en）")
    if other is None:
        raise PluginError(f"content/{uri}：pair: {pair} 没有这一页")
    if other.meta.get("lang", SOURCE) != SOURCE:
        raise PluginError(f"content/{uri}：pair: {pair} 不是中文页")
    group = PAIRS.setdefault(pair, {SOURCE: other})
    if code in group:
        taken = group[code].file.src_uri
        raise PluginError(f"content/{uri}：pair: {pair} 已经是 content/{taken} 的另一半")
    group[code] = page
    PAIRS[uri] = group


def on_page_context(context: Context, *, page: Page, config: MkDocsConfig, **_: Any) -> Context:
    group = PAIRS.get(page.file.src_uri, {})
    own = language_of(page)
    context["switch"] = {
        code: group[code].url if code in group else without_pair(page, language, config)
        for code, language in config.extra["languages"].items()
        if code != own
    }
    if group and config.site_url:
        context["alternates"] = [
            *(
                {"lang": config.extra["languages"][code].tag, "url": one.canonical_url}
                for code, one in group.items()
            ),
            {"lang": "x-default", "url": group[SOURCE].canonical_url},
        ]
    return context


def without_pair(page: Page, language: Language, config: MkDocsConfig) -> str:
    """Say where the switch leads when a page does not exist in that language."""
    if language.id == SOURCE:
        return RECORDS if page.url.startswith(RECORDS) else "./"
    lines = config.extra["law"].english.get(page.meta.get("article"))
    if lines and language.id == "en":
        return str(lines[0].url + lines[1])
    return language.folder + ONLY_CHINESE
