"""What an editor should hear before a reader meets it, in Chinese, with file and line.

Every Chinese page is looked at as it was written: links, sentences of more than 40 characters, hard
words, numbers to ring, statements of law without a source; every page and every data file, for
citations of a law that nobody compared. Each complaint is a warning, so that a strict build fails
and `make words` goes on.
"""

from __future__ import annotations

import datetime
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import laws
from faults import Rules, anchors, faults, spoken
from generated import line_of
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.plugins import event_priority
from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page
from review import SHANGHAI, YEAR, production
from whereabouts import at, in_data, is_record

from admin.reading.languages import SOURCE

Data = dict[str, Any]


class Desk(NamedTuple):
    """The rules of this build, what it has told already, and links to look at when all is read."""

    rules: Rules
    told: set[str]
    waiting: list[tuple[str, str, str, str]]


@event_priority(100)
def on_config(config: MkDocsConfig) -> None:
    """Let a strict build hear warnings even where --quiet would silence them: it counts by ear."""
    builder = logging.getLogger(log(config).name.partition(".")[0])
    if config.strict and builder.level > logging.WARNING:
        builder.setLevel(logging.WARNING)


def log(config: MkDocsConfig) -> logging.Logger:
    """Give a logger that the builder at work listens to: mkdocs or properdocs."""
    return logging.getLogger(f"{type(config).__module__.partition('.')[0]}.hooks.checks")


def on_files(files: Files, *, config: MkDocsConfig) -> None:
    data = config.extra["data"]
    config.extra["desk"] = desk = Desk(Rules(data), set(), [])
    for name, words in shown_by_marks(data):
        for fault in spoken(words, desk.rules):
            tell(f"{in_data(config, name, fault.words, fault.core)}：{fault.say}。", config)
    for name, fault in laws.in_files(Path(config.docs_dir) / "data", laws.reader(config)):
        tell(f"content/data/{name} 第 {fault.line} 行：{fault.say}。", config)
    today = datetime.datetime.now(SHANGHAI).date()
    # Time passes by itself: a build that worked yesterday fails only where the public reads it.
    level = logging.WARNING if production() else logging.INFO
    for words, say in stale(data["hotlines"], today):
        log(config).log(level, "%s：%s", line_of(config, "hotlines.yml", words), say)
    for words, say in laws.stale(data["laws"], today):
        log(config).log(level, "%s：%s", line_of(config, "laws.yml", words), say)


def stale(hotlines: Data, today: datetime.date) -> Iterator[tuple[str, str]]:
    """Find the numbers that nobody has rung for a year, the whole file's day first."""
    if today - datetime.date.fromisoformat(hotlines["checked"]) > YEAR:
        yield "checked:", "电话超过一年没有核对。请逐个打一遍，再改 checked"
    for item in hotlines["items"]:
        day = item.get("checked")
        if day and today - datetime.date.fromisoformat(day) > YEAR:
            say = f"{item['number']} 超过一年没有核对。请打一遍，再改 checked"
            yield f"id: {item['id']}", say


def shown_by_marks(data: Data) -> Iterator[tuple[str, str]]:
    """Give the words of data files that no page holds in its source."""
    for item in data["glossary"]["items"]:
        yield "glossary.yml", item["plain"]
    for item in data["hotlines"]["items"]:
        yield "hotlines.yml", item["for"]["zh"]


@event_priority(100)
def on_page_markdown(markdown: str, *, page: Page, config: MkDocsConfig, files: Files) -> None:
    """Look at the words before the marks are filled in, so that lines are the editor's."""
    uri = page.file.src_uri
    if is_record(page):
        return
    # What was made from data was looked at there.
    if not page.file.generated_by:
        tell_citations(markdown, page, config)
    if page.meta.get("lang", SOURCE) != SOURCE:
        return
    desk: Desk = config.extra["desk"]
    for fault in faults(markdown, uri, desk.rules, files):
        tell(f"{at(page, config, fault.line, fault.words, fault.core)}：{fault.say}。", config)
    for line, link, target, anchor in anchors(markdown, uri):
        desk.waiting.append((at(page, config, line, link), link, target, anchor))


def tell_citations(markdown: str, page: Page, config: MkDocsConfig) -> None:
    uri, reader = page.file.src_uri, laws.reader(config)
    for fault in laws.in_words(markdown, uri, reader):
        tell(f"{at(page, config, fault.line)}：{fault.say}。", config)
    for fault in laws.in_front(page, reader):
        tell(f"content/{uri} 第 {fault.line} 行：{fault.say}。", config)


def on_env(env: Any, *, config: MkDocsConfig, files: Files) -> None:
    """Look for the places that links lead to, now that every page has its headings."""
    for where, link, target, anchor in config.extra["desk"].waiting:
        file = files.get_file_from_path(target)
        if file and file.page and anchor not in file.page.present_anchor_ids:
            tell(f"{where}：链接（{link}）指的地方没有了，看看那一页的小标题。", config)


def on_post_build(*, config: MkDocsConfig) -> None:
    if count := len(config.extra["desk"].told):
        log(config).info("文字检查完了：有 %s 处要改，见上面。", count)
    else:
        log(config).info("文字检查完了：没有要改的。")


def tell(complaint: str, config: MkDocsConfig) -> None:
    """Say it once: a question stands on several pages, and in one line of its file."""
    told = config.extra["desk"].told
    if complaint not in told:
        told.add(complaint)
        log(config).warning(complaint)
