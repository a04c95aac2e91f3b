"""The official text, where `dengshao law import` has brought it in: beside our own words.

It lies in the data folder (DENGSHAO_DATA, else var/), one file for each law, and not in content/:
this project holds no copy of a law. Without it a page says so, and links to the official database.
"""

from __future__ import annotations

import json
import logging
import re
from html import escape
from pathlib import Path
from typing import Any

import laws
from law_folder import SettingsUnread, law_folder
from law_index import guide_of
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.pages import Page
from review import production

from admin.reading.laws import Law
from admin.reading.numerals import article_name

log = logging.getLogger("mkdocs.hooks.law_text")

# 1 knew no 之一.
FORMATS = (1, 2)
# A guide's section: from its heading with an article's anchor to the next heading.
SECTION = re.compile(r'<h2 id="a([0-9]+)".*?(?=<h2 |\Z)', re.S)

# Where nothing was imported: in one line, and how whoever runs the site gets it.
ABSENT = (
    '<p class="meta">本站还没有导入法条原文，请到国家法律法规数据库看。'
    "网站管理员可以运行 <code>dengshao law import</code> 导入。</p>\n"
)

Data = dict[str, Any]
Context = dict[str, Any]


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    try:
        folder = law_folder(Path(str(config.config_file_path)).parent)
    except SettingsUnread as error:
        raise PluginError(str(error)) from None
    entries = laws.reader(config).laws
    found = {law: read(folder / f"{law}.json") for law in entries}
    config.extra["official"] = {law: text for law, text in found.items() if text}
    for law, text in config.extra["official"].items():
        if entries[law].version not in (None, text["version"]):
            # Ours may explain other words than stand beside them.
            level = logging.WARNING if production() else logging.INFO
            log.log(level, "%s", other_version(entries[law], text))
    return config


def other_version(law: Law, text: Data) -> str:
    return (
        f"content/data/laws.yml 的 {law.id}：版本写的是 {law.version}，"
        f"导入的原文是 {text['version']}。"
        "请用 dengshao law check 比一比，改好大白话，再改 version"
    )


def read(path: Path) -> Data | None:
    """Read one law, its articles by number. A damaged file stops the build."""
    try:
        law = json.loads(path.read_text("utf-8"))
        if law["format"] not in FORMATS:
            raise PluginError(
                f"{path}：格式和这里的程序不合。请删掉它，再用这里的 dengshao law import 导入。"
            )
        return shown(law)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise PluginError(
            f"{path}：读不出来（{error}）。请删掉它，再用 dengshao law import 导入。"
        ) from None


def shown(law: Data) -> Data:
    """Give what pages show of a law, as they show it."""
    words = {name: escape(law[name]) for name in ("title", "version", "in_force")}
    articles = {
        article_name(row["number"], row.get("sub", 0)): "".join(
            f"<p>{escape(line, quote=False)}</p>" for line in row["paragraphs"]
        )
        for row in law["articles"]
    }
    return words | {"articles": articles}


def on_page_context(context: Context, *, page: Page, config: MkDocsConfig, **_: Any) -> Context:
    """Put the official words under each section of a guide; law.py does it for the articles."""
    guide = guide_of(page)
    if guide is None:
        return context
    law: Law = laws.reader(config).laws[guide]
    if guide not in config.extra["official"]:
        page.content = (page.content or "") + ABSENT
        return context
    official = config.extra["official"][guide]
    page.content = SECTION.sub(
        lambda found: side_by_side(found[0], block(official, law, int(found[1]))),
        page.content or "",
    )
    page.meta["scripts"] = [*page.meta.get("scripts", []), "law"]
    return context


def side_by_side(ours: str, fold: str) -> str:
    return f'<div class="beside"><div>{ours}</div>\n{fold}</div>\n' if fold else ours


def block(text: Data, law: Law, number: int) -> str:
    """Make the fold with an article's official words, and say which version they are."""
    name = article_name(number)
    if name not in text["articles"]:
        return ""
    return (
        f'<details class="official"><summary>官方原文：{name}</summary>'
        f'{text["articles"][name]}<p class="meta">《{text["title"]}》，版本 {text["version"]}，'
        f"自 {text['in_force']} 起施行。以官方公布文本为准{link(law)}。</p></details>\n"
    )


def link(law: Law) -> str:
    """Lead to the national database, where the law is one of those that it holds."""
    if law.official is None:
        return ""
    return f'：<a href="{law.official}" rel="noreferrer">国家法律法规数据库</a>'
