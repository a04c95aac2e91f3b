"""The official text, where `dengshao law import` has brought it in: beside our own words.

It lies in the data folder (DENGSHAO_DATA, else var/), one file for each law, and not in content/:
this project holds no copy of a law. Without it the pages link to the official database alone.
"""

from __future__ import annotations

import json
import os
import re
import tomllib
from html import escape
from pathlib import Path
from typing import Any

from law_index import guide_of
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.pages import Page
from numerals import ordinal

LAWS = ("aocl", "drugs", "treatment")
FORMAT = 1
# A guide's section: from its heading with an article's anchor to the next heading.
SECTION = re.compile(r'<h2 id="a([0-9]+)".*?(?=<h2 |\Z)', re.S)

Data = dict[str, Any]
Context = dict[str, Any]


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    folder = data_folder(config) / "law"
    found = {law: read(folder / f"{law}.json") for law in LAWS}
    config.extra["official"] = {law: text for law, text in found.items() if text}
    return config


def data_folder(config: MkDocsConfig) -> Path:
    """Find the folder as the app does: the environment, its TOML file, or var/ beside the rest."""
    if named := os.environ.get("DENGSHAO_DATA"):
        return Path(named)
    if settings := os.environ.get("DENGSHAO_CONFIG"):
        table = tomllib.loads(Path(settings).read_text("utf-8"))
        if "data" in table:
            return Path(str(table["data"]))
    return Path(str(config.config_file_path)).parent / "var"


def read(path: Path) -> Data | None:
    """Read one law, its articles by number. A damaged file stops the build."""
    try:
        law: Data = json.loads(path.read_text("utf-8"))
        if law["format"] != FORMAT:
            raise PluginError(
                f"{path}：格式和这里的程序不合。请用这里的 dengshao law import 再导入。"
            )
        law["articles"] = {row["number"]: row["paragraphs"] for row in law["articles"]}
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise PluginError(
            f"{path}：读不出来（{error}）。请用 dengshao law import 再导入。"
        ) from None
    return law


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
    words = "".join(f"<p>{escape(line, quote=False)}</p>" for line in law["articles"][number])
    return (
        f'<details class="official"><summary>官方原文：{ordinal(number, "条")}</summary>'
        f'{words}<p class="meta">《{escape(law["title"])}》，版本 {escape(law["version"])}，'
        f"自 {escape(law['in_force'])} 起施行。以官方公布文本为准。</p></details>\n"
    )
