"""The law: chapters, articles, readers, and how they hang together.

An article is `content/law/NN.md` with `article`, `chapter` and `who` in its front matter; a chapter
is `content/law/ch/N.md`; `law/for/<reader>.md` is made here. Lists, neighbours, related pages and
the source come from here, content/data/law.yml and laws.yml.
"""

from __future__ import annotations

import datetime
from html import escape
from typing import Any

import laws
import trail
from law_index import LawIndex
from law_text import ABSENT, block, side_by_side
from marks import tip
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page
from mkdocs.utils import get_relative_url

from admin.reading.laws import OURS, Law
from admin.reading.numerals import ordinal

READER_PAGE = """---
short: {zh}
description: 反有组织犯罪法里和{zh}有关的条文，每一条用一句大白话讲。
keywords: [{zh}, 反有组织犯罪法]
reviewed: {checked}
styles: [law]
---
# 和{zh}有关的条文

反有组织犯罪法里，这些条文和{zh}有关。每一条用一句话讲，想看详细的，点开那一条。

<!--readers-->

<!--reader:{id}-->
"""

# So that a page keeps its budget however many others speak of it.
MOST_BACKLINKS = 6

Data = dict[str, Any]
Context = dict[str, Any]


def on_files(files: Files, *, config: MkDocsConfig) -> Files:
    law = config.extra["data"]["law"]
    for reader in law["who"]:
        words = READER_PAGE.format(checked=law["checked"], **reader)
        files.append(File.generated(config, f"law/for/{reader['id']}.md", content=words))
    config.extra["law"] = LawIndex()
    config.extra["law"].read(files)
    return files


def on_page_markdown(markdown: str, *, page: Page, config: MkDocsConfig, **_: Any) -> str:
    """Check an article's front matter while its source is at hand."""
    if "article" in page.meta:
        check(page, config.extra["data"]["law"])
        page.meta["styles"] = [*page.meta.get("styles", []), "law"]
        page.meta["scripts"] = [*page.meta.get("scripts", []), "law"]
    return markdown


def check(page: Page, law: Data) -> None:
    where, number = f"content/{page.file.src_uri}", int(page.meta["article"])
    if page.file.src_uri != f"law/{number:02}.md":
        raise PluginError(f"{where}：文件名和 article: {number} 对不上，应当叫 law/{number:02}.md")
    chapter = chapter_of(law, page)
    if number not in {entry["id"] for entry in chapter["articles"]}:
        name = ordinal(chapter["id"], "章")
        raise PluginError(f"{where}：{name}里没有{ordinal(number, '条')}，请改 chapter")
    readers = {reader["id"] for reader in law["who"]}
    if unknown := sorted(set(page.meta["who"]) - readers):
        known = "、".join(sorted(readers))
        raise PluginError(f"{where}：who 里的 {unknown[0]} 不认识，可以写的是 {known}")


def on_env(env: Any, *, config: MkDocsConfig, **_: Any) -> None:
    """Sort the articles by reader, once, when all pages have been read."""
    index: LawIndex = config.extra["law"]
    for number, file in sorted(index.articles.items()):
        for reader in file.page.meta["who"] if file.page else []:
            index.readers.setdefault(reader, []).append(number)


def on_page_context(context: Context, *, page: Page, config: MkDocsConfig, **_: Any) -> Context:
    law, index = config.extra["data"]["law"], config.extra["law"]
    if "article" in page.meta:
        context["article"] = article(page, config)
        page.content = beside(page.content or "", int(page.meta["article"]), config)
    elif page.file.src_uri.startswith("law/") and page.content:
        page.content = fill(page.content, law, index, page)
    return context


def fill(content: str, law: Data, index: LawIndex, page: Page) -> str:
    """Put the lists into the law's own pages, where their marks stand."""
    if "<!--chapters-->" in content:
        content = content.replace("<!--chapters-->", chapter_list(law, page))
    if "<!--articles-->" in content:
        entries = chapter_of(law, page)["articles"]
        content = content.replace("<!--articles-->", article_list(entries, index, page))
    if "<!--readers-->" in content:
        content = content.replace("<!--readers-->", reader_links(law, index, page))
    for reader in law["who"]:
        mark = f"<!--reader:{reader['id']}-->"
        if mark in content:
            chosen = set(index.readers.get(reader["id"], []))
            content = content.replace(mark, reader_list(law, index, page, chosen))
    return content


def article(page: Page, config: MkDocsConfig) -> Data:
    """Gather what the theme shows around an article's words."""
    data, index = config.extra["data"], config.extra["law"]
    law, number = data["law"], int(page.meta["article"])
    chapter = chapter_of(law, page)
    return {
        "number": ordinal(number, "条"),
        "chapter": f"{ordinal(chapter['id'], '章')} {chapter['zh']}",
        "chapter_url": f"law/ch/{chapter['id']}/",
        "who": [reader for reader in law["who"] if reader["id"] in page.meta["who"]],
        "button": button(page, data),
        "law": named(laws.reader(config).laws[OURS]),
        "absent": "" if OURS in config.extra["official"] else ABSENT,
        **related(page, index, number),
        **neighbours(index, number),
    }


def named(law: Law) -> Data:
    """Say what the law is called, who passed it when, and from when it is in force."""
    day = datetime.date.fromisoformat(str(law.in_force))
    return {
        "title": law.title,
        "official": law.official,
        "passed": law.passed,
        "in_force": f"自{day.year}年{day.month}月{day.day}日起施行",
    }


def related(page: Page, index: LawIndex, number: int) -> Data:
    """List the topics of an article, and who else speaks of it."""
    chosen = topics(page, index)
    shown = {topic["url"] for topic in chosen}
    others = [one for one in backlinks(index, number) if one["url"] not in shown]
    return {"topics": chosen, "linked_from": others[:MOST_BACKLINKS]}


def button(page: Page, data: Data) -> str:
    """Make the button to the form, with the article's category chosen."""
    if not (category := page.meta.get("category")):
        return ""
    try:
        return tip(str(category), data, "zh")
    except PluginError:
        raise PluginError(
            f"content/{page.file.src_uri}：category: {category} 不在 content/data/categories.yml 里"
        ) from None


def topics(page: Page, index: LawIndex) -> list[Data]:
    named = page.meta.get("topics", [])
    if missing := [topic for topic in named if topic not in index.topics]:
        raise PluginError(
            f"content/{page.file.src_uri}：topics 里的 {missing[0]} 没有页面，"
            f"应当有 content/topics/{missing[0]}.md"
        )
    return [described(index.topics[topic].page) for topic in named]


def backlinks(index: LawIndex, number: int) -> list[Data]:
    """List by their short names the pages that speak of an article, those that do most first.

    Other articles come last.
    """

    def order(page: Page) -> tuple[bool, int, str]:
        address = page.file.src_uri
        return "article" in page.meta, -index.times[number, address], address

    found = sorted(index.linked_from.get(number, {}).values(), key=order)
    return [described(page) | {"title": trail.short(page)} for page in found]


def described(page: Page) -> Data:
    return {"title": page.title, "url": page.url}


def neighbours(index: LawIndex, number: int) -> Data:
    return {
        "previous": neighbour(index, max((n for n in index.articles if n < number), default=0)),
        "next": neighbour(index, min((n for n in index.articles if n > number), default=0)),
    }


def neighbour(index: LawIndex, number: int) -> Data | None:
    """Describe the nearest article that has a page of its own; 0 is none."""
    if not number:
        return None
    return {"number": ordinal(number, "条"), "url": index.articles[number].url}


def beside(content: str, number: int, config: MkDocsConfig) -> str:
    """Put the official words beside 大白话: the first section, up to the second heading."""
    official = config.extra["official"].get(OURS)
    fold = block(official, laws.reader(config).laws[OURS], number) if official else ""
    start = content.find("<h2")
    end = content.find("<h2", start + 1)
    if not fold or start < 0:
        return content
    end = len(content) if end < 0 else end
    return content[:start] + side_by_side(content[start:end], fold) + content[end:]


def chapter_of(law: Data, page: Page) -> Data:
    for chapter in law["items"]:
        if chapter["id"] == page.meta.get("chapter"):
            return dict(chapter)
    raise PluginError(f"content/{page.file.src_uri}：开头要写 chapter: 1 到 9 中的一个")


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


def article_list(entries: list[Data], index: LawIndex, page: Page) -> str:
    rows = []
    for entry in entries:
        words = f"<b>{ordinal(entry['id'], '条')}</b> {escape(entry['gist'])}"
        if entry["id"] in index.articles:
            href = get_relative_url(index.articles[entry["id"]].url, page.url)
            rows.append(f'<li><a href="{href}">{words}</a></li>')
        else:
            rows.append(f"<li><span>{words}</span></li>")
    return listed(rows)


def reader_list(law: Data, index: LawIndex, page: Page, chosen: set[int]) -> str:
    """List a reader's articles under their chapters."""
    parts = []
    for chapter in law["items"]:
        if entries := [entry for entry in chapter["articles"] if entry["id"] in chosen]:
            title = f"{ordinal(chapter['id'], '章')} {chapter['zh']}"
            parts.append(f'<h2 id="ch-{chapter["id"]}">{title}</h2>')
            parts.append(article_list(entries, index, page))
    return "\n".join(parts) or "<p>还没有写好的条文。</p>"


def reader_links(law: Data, index: LawIndex, page: Page) -> str:
    """Make the row of readers to choose from; the one that is shown is marked."""
    rows = []
    for reader in law["who"]:
        url = f"law/for/{reader['id']}/"
        count = len(index.readers.get(reader["id"], []))
        here = ' aria-current="page"' if page.url == url else ""
        rows.append(
            f'<li><a class="chip" href="{get_relative_url(url, page.url)}"{here}>'
            f"{reader['zh']} {count}条</a></li>"
        )
    return '<ul class="chips" aria-label="按读者看">\n' + "\n".join(rows) + "\n</ul>"


def listed(rows: list[str]) -> str:
    return '<ul class="list list--rich">\n' + "\n".join(rows) + "\n</ul>"
