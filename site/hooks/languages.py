"""Languages are data (content/data/languages.yml): their words, their sheets, what they must have.

A further language needs no line of code here: its pages lie in a folder of its code, its words in
data files stand under its code, and the words of site and forms in its catalogue. A build tells
what is missing of the catalogue, so that no page is half translated unseen.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import sayings
from layouts import LAYOUTS, own_style
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.plugins import event_priority
from mkdocs.structure.files import Files

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
    return Path(config.config_file_path).parent / "admin" / "translations"


def on_files(files: Files, *, config: MkDocsConfig) -> None:
    """Name the pages that a language cannot do without."""
    for language in config.extra["languages"].values():
        for name in NEEDED:
            if files.get_file_from_path(f"{language.folder}{name}") is None:
                raise PluginError(
                    f"content/data/languages.yml：{language.id} 还没有 "
                    f"content/{language.folder}{name}，表单和菜单要用这一页。"
                )


def on_env(env: Any, *, config: MkDocsConfig, **_: Any) -> None:
    env.globals["sayings"] = sayings


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
    english = sayings.read(translations(config) / "en" / "LC_MESSAGES" / "messages.po")
    missing = sayings.unfinished(language.id, (str(row.id) for row in english if row.id))
    if missing:
        shown = "".join(f"\n  {words}" for words in missing[:SHOWN])
        more = f"\n  等 {len(missing)} 句" if len(missing) > SHOWN else ""
        path = CATALOGUE.format(language.id)
        log.warning("%s 还没有这些话的译文：%s%s", path, shown, more)
