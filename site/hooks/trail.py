"""The trail above a page (首页 › 法律 › 第七章): every folder on the way that has a page."""

from __future__ import annotations

from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page
from sayings import say
from whereabouts import is_for_residents, is_record

from admin.reading.languages import SOURCE

HOME = {"zh": "首页", "en": "Home"}
# Every page by its address: one table for all, or each page would make its own.
PAGES: dict[str, Page] = {}

Context = dict[str, Any]


def on_nav(nav: Navigation, **_: Any) -> None:
    PAGES.clear()
    PAGES.update((page.url, page) for page in nav.pages)


def on_page_context(
    context: Context, *, page: Page, config: MkDocsConfig, nav: Navigation
) -> Context:
    code = language_of(page)
    context["language"] = language = config.extra["languages"][code]
    context["trail"] = [
        {
            "url": url,
            "title": say(HOME, code) if url in ("", language.folder) else short(PAGES[url]),
        }
        for url in ancestors(page)
        if url in PAGES
    ]
    context["for_residents"] = is_for_residents(page)
    # The column of the menu that this page belongs to.
    context["here"] = here(page, config.extra["data"]["footer"]["nav"])
    return context


def ancestors(page: Page) -> list[str]:
    """List the addresses of the folders above a page, the home page first."""
    parts = page.url.strip("/").split("/")[:-1]
    above = ["/".join(parts[: depth + 1]) + "/" for depth in range(len(parts))]
    if "article" in page.meta:
        above.append(f"law/ch/{page.meta['chapter']}/")
    return ([""] if page.url and page.meta.get("lang", SOURCE) == SOURCE else []) + above


def language_of(page: Page) -> str:
    """Take the language from the front matter; decision records are English without saying so."""
    spoken = "en" if is_record(page) else SOURCE
    return str(page.meta.get("lang", spoken))


def short(page: Page) -> str:
    return str(page.meta.get("short", page.title))


def here(page: Page, entries: list[dict[str, str]]) -> str:
    """Find the menu entry whose address is the longest beginning of this page's."""
    begins = [
        (len(entry[name]), entry["id"])
        for entry in entries
        for name in entry
        if name.startswith("page") and page.url.startswith(entry[name])
    ]
    return max(begins)[1] if begins else ""
