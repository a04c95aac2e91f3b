"""The official text, where `dengshao law import` has brought it in: beside our own words.

It lies in the data folder (DENGSHAO_DATA, else var/), one file for each law, and not in content/:
this project holds no copy of a law. Without it the pages link to the official database alone.
"""

from __future__ import annotations

import json
import re
from html import escape
from pathlib import Path
from typing import Any

from law_folder import LAWS, SettingsUnread, law_folder
from law_index import guide_of
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.pages import Page

from admin.reading.numerals import ordinal

FORMAT = 1
# A guide's section: from its heading with an article's anchor to the next heading.
SECTION = re.compile(r'<h2 id="a([0-9]+)".*?(?=<h2 |\Z)', re.S)

Data = dict[str, Any]
Context = dict[str, Any]


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    try:
        folder = law_folder(Path(str(config.config_file_path)).parent)
    except SettingsUnread as error:
        raise PluginError(str(error)) from None
    found = {law: read(folder / f"{law}.json") for law in LAWS}
    config.extra["official"] = {law: text for law, text in found.items() if text}
    return config


def read(path: Path) -> Data | None:
    """Read one law, its articles by number. A damaged file stops the build."""
    try:
        law = json.loads(path.read_text("utf-8"))
        if law["format"] != FORMAT:
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
        row["number"]: "".join(f"<p>{escape(line, quote=False)}</p>" for line in row["paragraphs"])
        for row in law["articles"]
    }
    return words | {"articles": articles}


def on_page_context(context: Context, *, page: Page, config: MkDocsConfig, **_: Any) -> Context:
    """Put the official words under each section of a guide; law.py does it for the articles."""
    law = guide_of(page)
    if law in config.extra["official"]:
        official = config.extra["official"][law]
        page.content = SECTION.sub(
            lambda found: found[0] + block(official, int(found[1])), page.content or ""
        )
    return context


def block(law: Data, number: int) -> str:
    """Make the fold with an article's official words, and say which version they are."""
    if number not in law["articles"]:
        return ""
    return (
        f'<details class="official"><summary>官方原文：{ordinal(number, "条")}</summary>'
        f'{law["articles"][number]}<p class="meta">《{law["title"]}》，版本 {law["version"]}，'
        f"自 {law['in_force']} 起施行。以官方公布文本为准。</p></details>\n"
    )
