"""Languages are data (content/data/languages.yml): their words, their sheets, what they must have.

A further language needs no line of code here: its pages lie in a folder of its code, its words in
data files stand under its code, and the words of site and forms in its catalogue. A build tells
what is missing of the catalogue, so that no page is half translated unseen.
"""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import Any

import sayings
from layouts import LAYOUTS, own_style
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.plugins import event_priority
from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page

from admin.reading.data_files import DataError
from admin.reading.languages import Language, languages_of

log = logging.getLogger("mkdocs.hooks.languages")

# Where the forms and the menu lead in every language.
NEEDED = ("index.md", "report/who-can-see.md")
SHOWN = 12
CATALOGUE = "admin/translations/{}/LC_MESSAGES/messages.po"


@event_priority(90)
def on_config(config: MkDocsConfig) -> None:
    try:
        languages = languages_of(config.extra["data"]["languages"])
    except DataError as error:
        raise PluginError(f"content/data/{error}") from None
    config.extra["languages"] = languages
    sayings.take(languages, translations(config))


def translations(config: MkDocsConfig) -> Path:
    usual = Path(config.config_file_path).parent / "admin" / "translations"
    return Path(os.environ.get("DENGSHAO_TRANSLATIONS", usual))


def on_files(files: Files, *, config: MkDocsConfig) -> None:
    """Name the pages that a language cannot do without."""
    for language in config.extra["languages"].values():
        for name in NEEDED:
            if files.get_file_from_path(f"{language.folder}{name}") is None:
                raise PluginError(
                    f"content/data/languages.yml：{language.id} 还没有 "
                    f"content/{language.folder}{name}，表单和菜单要用这一页。"
                )


def on_env(env: Any, *, config: MkDocsConfig, files: Files, **_: Any) -> None:
    env.globals["sayings"] = sayings
    for file in files.documentation_pages():
        if file.page:
            check_language(file.page, config.extra["languages"])


def check_language(page: Page, languages: dict[str, Language]) -> None:
    """Refuse a page that says another language than its folder: the reader's own would be lost."""
    uri = page.file.src_uri
    folder = uri.partition("/")[0]
    own = folder if "/" in uri and folder in languages else "zh"
    said = page.meta.get("lang", "zh")
    if said != own:
        raise PluginError(
            f"content/{uri}：开头写的是 lang: {said}，可是它在 {own} 的文件夹里。"
            f"{'请写 lang: ' + own if own != 'zh' else '请挪到那种语言的文件夹里'}。"
        )


def on_post_build(*, config: MkDocsConfig) -> None:
    folder = Path(config.site_dir) / "assets"
    languages = config.extra["languages"].values()
    for layout in {language.layout for language in languages} - {""}:
        for path in sheets(folder):
            words = LAYOUTS[layout](path.read_text("utf-8"))
            (folder / f"{path.stem}-{layout}.css").write_text(words, "utf-8")
    for language in languages:
        if language.has_style:
            (folder / f"language-{language.id}.css").write_text(own_style(language), "utf-8")
        if language.id in sayings.CATALOGUES:
            tell_unfinished(language, config)


def sheets(folder: Path) -> list[Path]:
    """List the sheets as their authors wrote them, whatever an earlier build left beside them."""
    made = tuple(f"-{layout}" for layout in LAYOUTS)
    return [
        path
        for path in folder.glob("*.css")
        if not path.stem.endswith(made) and not path.stem.startswith("language-")
    ]


def tell_unfinished(language: Language, config: MkDocsConfig) -> None:
    """Name what a catalogue lacks, and leave one in build/ with a place for all of it."""
    english = sayings.read(translations(config) / "en" / "LC_MESSAGES" / "messages.po")
    known = {str(row.id): str(row.string) for row in english if row.id}
    missing = sayings.unfinished(language.id, known)
    if missing:
        blank = Path(config.config_file_path).parent / "build" / f"{language.id}.po"
        blank.parent.mkdir(exist_ok=True)
        sayings.write_blank(language, known, blank)
        shown = "".join(f"\n  {words}" for words in missing[:SHOWN])
        log.warning(
            "%s 还有 %s 句没有译文，空着的表写在 %s：%s",
            *(CATALOGUE.format(language.id), len(missing), blank, shown),
        )
