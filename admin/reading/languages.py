"""The languages of the site and the forms, from content/data/languages.yml.

Pure: the site's build and the app choose words, addresses and layouts by the same entries.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from babel import Locale, UnknownLocaleError

from .data_files import DataError, load_file

SOURCE: Final = "zh"
"""What everything is written in first, and what is shown where a translation lacks words."""


@dataclass(frozen=True)
class Language:
    id: str
    tag: str
    """What a page says of itself: `<html lang>`, hreflang."""
    name: str
    locale: str
    """Whose days and plural rules it has, as Babel calls it."""
    direction: str = "ltr"
    vertical: bool = False
    """Lines run from top to bottom, and follow each other from left to right."""
    fonts: tuple[str, ...] = ()
    plural: str = ""
    """A plural rule of its own, as gettext writes it."""

    @property
    def is_source(self) -> bool:
        return self.id == SOURCE

    @property
    def prefix(self) -> str:
        """What stands before the app's addresses: `/ug/tip/`."""
        return "" if self.is_source else f"/{self.id}"

    @property
    def folder(self) -> str:
        """Where its pages lie below content/, and below the site's address."""
        return "" if self.is_source else f"{self.id}/"

    @property
    def search(self) -> str:
        """Where it looks things up: only Chinese and English have a search of their own."""
        return f"{self.folder if self.id == 'en' else ''}search/"

    @property
    def hub(self) -> str:
        """The home page of 长辈版; the usual one in large type where it has none of its own."""
        return f"{self.folder}elder/" if self.id in (SOURCE, "en") else f"{self.folder}#large"

    @property
    def layout(self) -> str:
        """How style sheets are turned round for it: not at all, `rtl` or `vertical`."""
        if self.vertical:
            return "vertical"
        return "rtl" if self.direction == "rtl" else ""

    @property
    def sheet(self) -> str:
        """What stands behind the name of each style sheet: `lamp-rtl.css`."""
        return f"-{self.layout}" if self.layout else ""

    @property
    def has_style(self) -> bool:
        """Whether it has a small sheet of its own: the sheets are made for Chinese and English."""
        return self.id not in (SOURCE, "en")

    def word(self, row: Mapping[str, Any]) -> Any:
        """Give an entry's words in this language, in Chinese where there are none."""
        return row.get(self.id, row[SOURCE])

    def mark(self, row: Mapping[str, Any]) -> str:
        """Give the tag of the language that `word` gives, where it is not the page's own."""
        return "" if self.id in row else "zh-CN"

    def address(self, row: Mapping[str, Any], key: str) -> str:
        """Give `page_ug` of an entry, or its `page`; the app answers in every language."""
        own = row.get(f"{key}_{self.id}")
        shared = str(row[key])
        is_ours = key.endswith("url") and shared.startswith("/")
        return str(own or (f"{self.prefix}{shared}" if is_ours else shared))


def load_languages(content: Path) -> dict[str, Language]:
    """Read them by id. Raises `DataError`."""
    return languages_of(load_file(content, "languages"))


def languages_of(data: Mapping[str, Any]) -> dict[str, Language]:
    """Make them of the file's content. Raises `DataError`."""
    return {row["id"]: _made(row) for row in data["items"]}


def _made(row: Mapping[str, Any]) -> Language:
    locale = row.get("locale", row["id"])
    try:
        Locale.parse(locale)
    except (UnknownLocaleError, ValueError):
        raise DataError(
            f"languages.yml：{row['id']} 的日期和复数规则，软件里没有（locale: {locale}）。"
            "请另写一种相近语言的 locale。"
        ) from None
    more = {"locale": locale, "fonts": tuple(row.get("fonts", ()))}
    return Language(**{**row, **more})
