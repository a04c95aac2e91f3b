"""Every page says when somebody last read it through; a published district keeps to that.

In a production build (DENGSHAO_ENV=production) a page not reviewed for a year or before its day has
come stops the build, and so does anything that the district has yet to fill in.
"""

from __future__ import annotations

import datetime
import logging
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from generated import line_of
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page
from whereabouts import front, is_record

from admin.reading.demo_names import demo_names

log = logging.getLogger("mkdocs.hooks.review")

DAY = datetime.timedelta(days=1)
YEAR = datetime.timedelta(days=365)
# What a district has yet to fill in: the word itself, and what the footer shows as such.
UNFILLED = {
    "footer.yml": (re.compile("待填写|placeholder: true"), "填上，再去掉 placeholder: true"),
    "places.yml": (re.compile("待填写"), "填上号码；没有的，整行删去"),
}
COMMENT = re.compile(r"(^|\s)#.*")
SHANGHAI = datetime.timezone(datetime.timedelta(hours=8))

Context = dict[str, Any]


def on_config(config: MkDocsConfig) -> None:
    if production() and (waiting := list(unfilled(config))):
        raise PluginError("\n".join(["还没有填好，不能发布：", *waiting]))


def unfilled(config: MkDocsConfig) -> Iterator[str]:
    """Name all lines that wait for the district's own facts, file by file."""
    for name, (waits, what) in UNFILLED.items():
        numbers = [str(number) for number, line in lines_of(config, name) if waits.search(line)]
        if numbers:
            yield f"content/data/{name} 第 {'、'.join(numbers)} 行：{what}。"
    for said in demo_names(config.extra["data"]):
        yield f"content/data/{said}。请运行 dengshao setup，或者自己改好。"
    for item in config.extra["data"]["hotlines"]["items"]:
        if item["number"] is None and not item.get("retired"):
            where = line_of(config, "hotlines.yml", f"id: {item['id']}")
            yield f"{where}：{item['zh']}没有号码。填上 number，或写 retired: true。"


def lines_of(config: MkDocsConfig, name: str) -> Iterator[tuple[int, str]]:
    """Give the lines of a data file with their numbers, without comments."""
    text = (Path(config.docs_dir) / "data" / name).read_text("utf-8")
    for number, line in enumerate(text.splitlines(), 1):
        yield number, COMMENT.sub("", line)


def on_page_context(
    context: Context, *, page: Page, config: MkDocsConfig, nav: Navigation
) -> Context:
    if is_record(page):
        return context
    reviewed = page.meta.get("reviewed")
    if not isinstance(reviewed, datetime.date):
        raise PluginError(
            f"{front(page, 'reviewed')}：开头要有 reviewed: 年-月-日，像 2026-11-25。"
        )
    age = datetime.datetime.now(SHANGHAI).date() - reviewed
    if say := fault(age):
        tell(page, f"{say}（reviewed: {reviewed}）。请核对一遍，再改日子。")
    context["reviewed"], context["overdue"] = reviewed, age > YEAR
    return context


def fault(age: datetime.timedelta) -> str:
    if age > YEAR:
        return "超过一年没有核对"
    return "核对的日子还没有到" if age < -DAY else ""


def tell(page: Page, say: str) -> None:
    """Stop a production build, and mention it in any other.

    Time passes by itself: what could be built yesterday must not fail today on a desk.
    """
    where = front(page, "reviewed")
    if production():
        raise PluginError(f"{where}：{say}")
    log.info("%s：%s", where, say)


def production() -> bool:
    return os.environ.get("DENGSHAO_ENV") == "production"
