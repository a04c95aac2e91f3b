"""Lists of pages: 目录 (`{directory}`), and the decision records (`{decisions}`)."""

from __future__ import annotations

import re
from html import escape
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page
from mkdocs.utils import get_relative_url

RECORD = re.compile(r"/decisions/\d{4}-[^/]+\.md$")
# The order of the site map; a folder not named here comes after, by its name.
SECTIONS = ["", "report", "help", "drugs", "law", "about", "en"]

Context = dict[str, Any]


def on_page_context(
    context: Context, *, page: Page, config: MkDocsConfig, nav: Navigation
) -> Context:
    if page.content and "<!--directory-->" in page.content:
        page.content = page.content.replace("<!--directory-->", directory(nav.pages, page))
    if page.content and "<!--decisions-->" in page.content:
        records = [other for other in nav.pages if RECORD.search(other.file.src_uri)]
        page.content = page.content.replace("<!--decisions-->", links(records, page))
    return context


def on_post_template(output: str, *, template_name: str, config: MkDocsConfig) -> str:
    """Leave sitemap.xml out: it needs full addresses, and without site_url there are none."""
    return "" if template_name.startswith("sitemap.xml") and not config.site_url else output


def directory(pages: list[Page], here: Page) -> str:
    """List every page, by section. Decision records are reached through their own index."""
    sections: dict[str, list[Page]] = {}
    for page in pages:
        if not RECORD.search(page.file.src_uri):
            folder = page.file.src_uri.rpartition("/")[0].partition("/")[0]
            sections.setdefault(folder, []).append(page)
    return "\n".join(section(sections[name], here) for name in sorted(sections, key=rank))


def rank(name: str) -> tuple[int, str]:
    return (SECTIONS.index(name) if name in SECTIONS else len(SECTIONS), name)


def section(pages: list[Page], here: Page) -> str:
    ordered = sorted(pages, key=lambda page: page.url)
    first, rest = ordered[0], ordered[1:]
    href = get_relative_url(first.url, here.url)
    title = f'<h2><a href="{href}"{language(first, here)}>{escape(str(first.title))}</a></h2>'
    return title + (links(rest, here) if rest else "")


def links(pages: list[Page], here: Page) -> str:
    rows = "\n".join(
        f'<li><a href="{get_relative_url(page.url, here.url)}"{language(page, here)}>'
        f"{escape(str(page.title))}</a></li>"
        for page in pages
    )
    return f'<ul class="list">\n{rows}\n</ul>' if pages else "<p>还没有记录。</p>"


def language(page: Page, here: Page) -> str:
    """Mark a title in another language, for whoever listens to the page."""
    foreign = page.meta.get("lang") == "en" and here.meta.get("lang") != "en"
    return ' lang="en"' if foreign else ""
