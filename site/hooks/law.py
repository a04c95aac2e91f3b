"""The law: chapters, articles, and how they hang together.

An article is `content/law/NN.md` with `article`, `chapter` and `who` in its front matter; a chapter
is `content/law/ch/N.md`. Lists, neighbours and the source come from here and content/data/law.yml.
"""

from __future__ import annotations

from html import escape
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page
from mkdocs.utils import get_relative_url

DIGITS = "零一二三四五六七八九"

Data = dict[str, Any]
Context = dict[str, Any]


def on_page_context(
    context: Context, *, page: Page, config: MkDocsConfig, nav: Navigation
) -> Context:
    law = config.extra["data"]["law"]
    articles = {int(other.meta["article"]): other for other in nav.pages if "article" in other.meta}
    if page.content and "<!--chapters-->" in page.content:
        page.content = page.content.replace("<!--chapters-->", chapter_list(law, page))
    if page.content and "<!--articles-->" in page.content:
        listed = article_list(chapter_of(law, page), articles, page)
        page.content = page.content.replace("<!--articles-->", listed)
    if "article" in page.meta:
        context["article"] = article(law, page, articles)
    return context


def article(law: Data, page: Page, articles: dict[int, Page]) -> Data:
    """Gather what the theme shows around an article's words."""
    number = int(page.meta["article"])
    chapter = chapter_of(law, page)
    if number not in {entry["id"] for entry in chapter["articles"]}:
        raise PluginError(f"content/{page.file.src_uri}: article {number} is not in this chapter")
    readers = {reader["id"]: reader["zh"] for reader in law["who"]}
    if unknown := set(page.meta["who"]) - set(readers):
        raise PluginError(f"content/{page.file.src_uri}: unknown reader {sorted(unknown)}")
    return {
        "number": ordinal(number, "条"),
        "chapter": f"{ordinal(chapter['id'], '章')} {chapter['zh']}",
        "chapter_url": f"law/ch/{chapter['id']}/",
        "who": [readers[reader] for reader in page.meta["who"]],
        "previous": neighbour(articles, [n for n in sorted(articles, reverse=True) if n < number]),
        "next": neighbour(articles, [n for n in sorted(articles) if n > number]),
        "law": law,
    }


def neighbour(articles: dict[int, Page], candidates: list[int]) -> Data | None:
    """Find the nearest article that has a page of its own."""
    if not candidates:
        return None
    return {"number": ordinal(candidates[0], "条"), "url": articles[candidates[0]].url}


def chapter_of(law: Data, page: Page) -> Data:
    for chapter in law["items"]:
        if chapter["id"] == page.meta.get("chapter"):
            return dict(chapter)
    raise PluginError(f"content/{page.file.src_uri}: front matter names no chapter of the law")


def chapter_list(law: Data, page: Page) -> str:
    rows = []
    for chapter in law["items"]:
        first, last = chapter["articles"][0]["id"], chapter["articles"][-1]["id"]
        span = f"第{first}条到第{last}条" if first != last else f"第{first}条"
        href = get_relative_url(f"law/ch/{chapter['id']}/", page.url)
        rows.append(
            f'<li><a href="{href}"><b>{ordinal(chapter["id"], "章")} {chapter["zh"]}</b>'
            f' <span class="meta">{span}</span><br>{escape(chapter["about"])}</a></li>'
        )
    return listed(rows)


def article_list(chapter: Data, articles: dict[int, Page], page: Page) -> str:
    rows = []
    for entry in chapter["articles"]:
        words = f"<b>{ordinal(entry['id'], '条')}</b> {escape(entry['gist'])}"
        if entry["id"] in articles:
            href = get_relative_url(articles[entry["id"]].url, page.url)
            words = f'<a href="{href}">{words} <span class="chip">有讲解</span></a>'
        else:
            words = f"<span>{words}</span>"
        rows.append(f"<li>{words}</li>")
    return listed(rows)


def listed(rows: list[str]) -> str:
    return '<ul class="list list--rich">\n' + "\n".join(rows) + "\n</ul>"


def ordinal(number: int, unit: str) -> str:
    """Write a number below 100 as the law does: 61, 条 -> 第六十一条."""
    tens, ones = divmod(number, 10)
    ten = (DIGITS[tens] if tens > 1 else "") + ("十" if tens else "")
    return f"第{ten}{DIGITS[ones] if ones else ''}{unit}"
