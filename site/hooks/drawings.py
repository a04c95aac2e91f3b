"""Drawings of our own: `{drawing:paper}` in the words, or one that a page's front matter names.

The second kind stands high on the page and says in words what it shows:

    drawing:
      file: sand                   (site/theme/drawings/sand.svg)
      title: 河里的砂，为什么有人管
      says:                        (one line for each picture in it)
        - 夜里，几条船在抽砂。

It is part of the page: no request, and `.drawing` lets it follow the dark scheme.
"""

from __future__ import annotations

import re
from html import escape
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.pages import Page
from whereabouts import front

LABEL = re.compile(r' aria-label="[^"]*" data-label-en="([^"]*)"')
# What would be a script or a style of the page, or ask another host; words have no place in a
# picture either: nobody could read them aloud, or in another language. Amber, `lit`, it may use.
FORBIDDEN = re.compile(
    r"<(script|style|image|foreignObject|text)\b"
    r'|\s(style|class(?!="lit")|role|aria-[a-z]+|id|on[a-z]+|href|xlink:href)='
)
# What the style sheet says of every drawing; in the file it is for whoever looks at it alone.
COMMON = re.compile(
    r' (?:fill="none"|stroke="currentColor"|stroke-width="2"|stroke-line(?:cap|join)="round")'
)
KEYS = {"file", "title", "says"}


def folder(config: MkDocsConfig) -> Path:
    return Path(str(config.theme.custom_dir)) / "drawings"


def draw(path: Path, language: str) -> str:
    """Put a drawing into the words: its label in the language of the page."""
    if not path.exists():
        raise PluginError(f"site/theme/drawings 里没有 {path.stem} 这张图")
    drawing = path.read_text("utf-8").strip()
    if language == "en":
        return LABEL.sub(r' aria-label="\1"', drawing)
    drawing = re.sub(r' data-label-en="[^"]*"', "", drawing)
    return drawing if language == "zh" else drawing.replace("<svg ", '<svg lang="zh-CN" ', 1)


def drawing(page: Page, config: MkDocsConfig) -> dict[str, Any] | None:
    """Give the drawing that a page's front matter names, with its words."""
    asked = page.meta.get("drawing")
    if asked is None:
        return None
    if not isinstance(asked, dict) or set(asked) != KEYS or not asked["says"]:
        raise PluginError(f"{front(page, 'drawing')}：drawing 要写 file、title 和 says（几行）。")
    path = folder(config) / f"{asked['file']}.svg"
    if not path.exists():
        raise PluginError(f"{front(page, 'drawing')}：site/theme/drawings 里没有 {path.name}。")
    picture = path.read_text("utf-8").strip()
    if not picture.startswith("<svg ") or "viewBox=" not in picture:
        raise PluginError(f"site/theme/drawings/{path.name}：要以 <svg 开头，有 viewBox。")
    if found := FORBIDDEN.search(picture):
        raise PluginError(f"site/theme/drawings/{path.name}：不能有 {found[0].strip()}。")
    label = f'<svg class="drawing" role="img" aria-label="{escape(str(asked["title"]))}" '
    head, rest = picture.replace("<svg ", label, 1).split(">", 1)
    return {**asked, "svg": f"{COMMON.sub('', head)}>{rest}"}
