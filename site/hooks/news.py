"""Notices by date: content/news/YYYY-MM-DD-<slug>.md, newest first, and a feed where possible.

A feed needs full addresses, so it is written only where mkdocs.yml has a site_url. Its days come
from the notices: no clock, so that two builds are the same.
"""

from __future__ import annotations

import datetime
import re
from email.utils import format_datetime
from html import escape
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import Files
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page
from mkdocs.utils import get_relative_url
from review import SHANGHAI

NOTICE = re.compile(r"news/(\d{4}-\d\d-\d\d)-[a-z0-9-]+\.md")
FEED = "news/feed.xml"
# How many notices the feed carries.
NEWEST = 20

Data = dict[str, Any]


def on_files(files: Files, *, config: MkDocsConfig) -> None:
    for file in files.documentation_pages():
        path = file.src_uri
        if path.startswith("news/") and path != "news/index.md" and not NOTICE.fullmatch(path):
            raise PluginError(f"content/{path}：通知的文件名要写成 年-月-日-英文名.md")


def on_page_content(html: str, *, page: Page, **_: Any) -> str | None:
    """Put a notice's day under its heading; the day stands in the file's name and inside."""
    found = NOTICE.fullmatch(page.file.src_uri)
    if not found:
        return None
    day = page.meta.get("date")
    if not isinstance(day, datetime.date) or day.isoformat() != found[1]:
        raise PluginError(f"content/{page.file.src_uri}：开头要有 date: {found[1]}，和文件名一样")
    line = f'</h1>\n<p class="meta">发布：<time datetime="{day}">{day}</time></p>'
    return html.replace("</h1>", line, 1)


def on_env(env: Any, *, config: MkDocsConfig, files: Files) -> None:
    """Hand the notices to the home page: every page has been read by now."""
    pages = [file.page for file in files.documentation_pages() if NOTICE.fullmatch(file.src_uri)]
    ordered = sorted((page for page in pages if page), key=lambda page: page.url, reverse=True)
    config.extra["latest_news"] = [
        {
            "date": page.meta["date"].isoformat(),
            "title": str(page.title),
            "url": page.url,
            "description": str(page.meta.get("description", page.title)),
        }
        for page in ordered
    ]


def on_page_context(context: Data, *, page: Page, config: MkDocsConfig, nav: Navigation) -> Data:
    if page.content and "<!--news-->" in page.content:
        listed = notices(config.extra["latest_news"], page)
        page.content = page.content.replace("<!--news-->", listed)
    if config.site_url:
        context["feed"] = FEED
    return context


def notices(items: list[Data], page: Page) -> str:
    rows = "\n".join(
        f'<li><a href="{get_relative_url(item["url"], page.url)}"><b>{escape(item["title"])}</b>'
        f'<br><span class="meta">{item["date"]}</span></a></li>'
        for item in items
    )
    return f'<ul class="list list--rich">\n{rows}\n</ul>' if items else "<p>还没有通知。</p>"


def on_post_build(*, config: MkDocsConfig) -> None:
    if not config.site_url:
        return
    root = config.site_url.rstrip("/") + "/"
    path = Path(config.site_dir) / FEED
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(feed(config.extra["latest_news"][:NEWEST], root, site(config)), "utf-8")


def site(config: MkDocsConfig) -> str:
    return str(config.extra["data"]["footer"]["site"]["zh"])


def feed(items: list[Data], root: str, name: str) -> str:
    entries = "\n".join(entry(item, root) for item in items)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom">\n<channel>\n'
        f"<title>{escape(name)} 通知</title>\n<link>{escape(root)}news/</link>\n"
        f"<description>{escape(name)}的通知，新的在前。</description>\n<language>zh-CN</language>\n"
        f'<atom:link href="{escape(root + FEED)}" rel="self" type="application/rss+xml"/>\n'
        f"{entries}\n</channel>\n</rss>\n"
    )


def entry(item: Data, root: str) -> str:
    day = datetime.datetime.fromisoformat(item["date"]).replace(tzinfo=SHANGHAI)
    address = escape(root + item["url"])
    return (
        f"<item><title>{escape(item['title'])}</title><link>{address}</link>"
        f'<guid isPermaLink="true">{address}</guid><pubDate>{format_datetime(day)}</pubDate>'
        f"<description>{escape(item['description'])}</description></item>"
    )
