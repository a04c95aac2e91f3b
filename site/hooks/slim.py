"""Take out of style sheets, scripts and pages what only their authors need: comments, empty lines.

Of the first two it is a fifth of what a phone would load. Our scripts hold no string over several
lines and no comment behind code but types, which begin with two asterisks: no string of ours does.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig

CSS_COMMENT = re.compile(r"/\*.*?\*/", re.S)
CSS_SPACE = re.compile(r"(?<=[,:;{}>])\s+|\s+(?=[{}>!])")
CSS_ZERO = re.compile(r"(?<![\w.#-])0(?=\.\d)")
JS_TYPES = re.compile(r"/\*\*\s.*?\*/ ?", re.S)
# A line's end behind or before one of these ends no statement. It stays where a comment may stand.
JS_BREAK = re.compile(r"^((?:(?!//).)*[{(\[,;])\n|^((?:(?!//).)*)\n(?=[})\]])", re.M)
# Spaces beside signs that need none, outside of strings and patterns (the first group). A sign of
# reckoning keeps its own: `a - -b`. That a script still says the same is tested against esbuild.
JS_KEPT = r""""(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'"""
JS_SET = r"\[(?:[^\]\\\n]|\\.)*\]"
JS_BEFORE = r"(?:(?<=[(,=:!&|?;{}\n])|(?<=[(,=:!&|?;{}] ))"
JS_PATTERN = rf"{JS_BEFORE}/(?![/*])(?:[^/\\\n\[]|\\.|{JS_SET})+/[a-z]*"
JS_SPACE = re.compile(rf"({JS_KEPT}|{JS_PATTERN})| ?([=!<>&|?:]=?=?|&&|\|\||[,{{}}();\[\]]) ?")
JS_LINE = re.compile(r"^[ \t]*(?://.*)?\n?|[ \t]+$", re.M)


def on_env(env: Any, **_: Any) -> None:
    """Let no line of a template that holds but an `{% if %}` leave an empty line in the page."""
    env.trim_blocks = env.lstrip_blocks = True


def on_post_build(*, config: MkDocsConfig) -> None:
    folder = Path(config.site_dir) / "assets"
    for path in folder.glob("*.css"):
        path.write_text(slim_style(path.read_text("utf-8")), "utf-8")
    for path in folder.glob("*.js"):
        path.write_text(slim_script(path.read_text("utf-8")), "utf-8")


def slim_style(words: str) -> str:
    bare = CSS_SPACE.sub("", CSS_COMMENT.sub("", words)).replace(";}", "}")
    # Half a rem is .5rem, too.
    return CSS_ZERO.sub("", bare).strip()


def slim_script(words: str) -> str:
    bare = JS_LINE.sub("", JS_TYPES.sub("", words)).rstrip("\n")
    joined = JS_BREAK.sub(r"\1\2", bare)
    return JS_SPACE.sub(lambda found: found[1] or found[2], joined) + "\n"
