"""Lists of pages: 目录 (`{directory}`), and the decision records (`{decisions}`)."""

from __future__ import annotations

import re
from html import escape
from typing import Any

import trail
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page
from mkdocs.utils import get_relative_url
from whereabouts import is_for_residents, is_record

from admin.reading.languages import SOURCE

# Pages that a page of the 目录 lists: articles by chapter, steps of a path, places, news. With all
# of them the 目录 would weigh more than a phone should get.
BELOW = re.compile(
    r"(law/\d+|(help/path|places|news|(en/)?numbers/reports)/(?!index).+|(en/)?numbers/\d.+|q/.+)\.md$"
)
# The order of the site map; a folder not named here comes after, by its name.
SECTIONS = [
    *("", "help", "report", "topics", "drugs", "law", "learn", "posters", "places"),
    *("numbers", "news"),
]

# What languages call themselves where it is not their code.
TAGS = {SOURCE: "zh-CN"}

Context = dict[str, Any]


def on_config(config: MkDocsConfig) -> None:
    TAGS.update((code, one.tag) for code, one in config.extra["languages"].items())


def on_page_context(
    context: Context, *, page: Page, config: MkDocsConfig, nav: Navigation
) -> Context:
    if page.content and "<!--directory-->" in page.content:
        page.content = page.content.replace("<!--directory-->", directory(nav.pages, page))
    if page.content and "<!--decisions-->" in page.content:
        records = [other for other in nav.pages if is_record(other) and is_asked(other, page)]
        page.content = page.content.replace("<!--decisions-->", links(records, page))
    return context


def is_asked(record: Page, here: Page) -> bool:
    """Tell whether a page lists this record: `from: 41` in its front matter begins at 0041.

    The list of all would weigh more than a phone on a slow line should load.
    """
    number = int(record.file.name.partition("-")[0])
    return int(here.meta.get("from", 1)) <= number <= int(here.meta.get("until", number))


def on_template_context(context: Context, *, template_name: str, **_: Any) -> Context:
    """Keep out of sitemap.xml what the search leaves out: stubs, further parts, steps on a path."""
    if template_name == "sitemap.xml":
        context["pages"] = [one for one in context["pages"] if not one.inclusion.is_not_in_nav()]
        for file in context["pages"]:
            # The day on which somebody read it through, not that of the build.
            file.page.update_date = str(file.page.meta.get("reviewed", ""))
    return context


def on_post_template(output: str, *, template_name: str, config: MkDocsConfig) -> str:
    """Leave sitemap.xml out: it needs full addresses, and without site_url there are none."""
    return "" if template_name.startswith("sitemap.xml") and not config.site_url else output


def directory(pages: list[Page], here: Page) -> str:
    """List the pages of the reader's language by section, and the doors to the others."""
    sections: dict[str, list[Page]] = {}
    for page in pages:
        uri = page.file.src_uri
        if not is_record(page) and not BELOW.match(uri) and is_listed(page, here):
            sections.setdefault(uri.rpartition("/")[0].partition("/")[0], []).append(page)
    return "\n".join(section(sections[name], here) for name in sorted(sections, key=rank))


def is_listed(page: Page, here: Page) -> bool:
    """Tell whether a list shows a page: of its language, and for residents.

    What is for operators and staff is listed by about/ itself.
    """
    is_shown = spoken(page) == spoken(here) or page.url == home(page)
    return is_shown and is_for_residents(page)


def is_search(page: Page) -> bool:
    return page.meta.get("template") == "search.html"


def rank(name: str) -> tuple[int, str]:
    return (SECTIONS.index(name) if name in SECTIONS else len(SECTIONS), name)


def section(pages: list[Page], here: Page) -> str:
    ordered = sorted(pages, key=lambda page: page.url)
    first, rest = ordered[0], ordered[1:]
    href = get_relative_url(first.url, here.url)
    title = f'<h3><a href="{href}"{language(first, here)}>{name(first, here)}</a></h3>'
    return title + (links(rest, here) if rest else "")


def links(pages: list[Page], here: Page) -> str:
    rows = "\n".join(
        f'<li><a href="{get_relative_url(page.url, here.url)}"{language(page, here)}>'
        f"{name(page, here)}</a></li>"
        for page in pages
    )
    return f'<ul class="list">\n{rows}\n</ul>' if pages else "<p>还没有记录。</p>"


def name(page: Page, here: Page) -> str:
    """Give a page's title; on the search page, which carries more than words, its short name."""
    return escape(trail.short(page) if is_search(here) else str(page.title))


def language(page: Page, here: Page) -> str:
    """Mark a title in another language, for whoever listens to the page."""
    if spoken(page) == spoken(here):
        return ""
    tag = TAGS.get(spoken(page), spoken(page))
    return f' lang="{tag}" hreflang="{tag}"'


def spoken(page: Page) -> str:
    return str(page.meta.get("lang", SOURCE))


def home(page: Page) -> str:
    """Give the address of the home page in this page's language."""
    return "" if spoken(page) == SOURCE else f"{spoken(page)}/"
