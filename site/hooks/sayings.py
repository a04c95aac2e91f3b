"""The build's own few words, in the language of a page (used by the hooks that have some).

Chinese and English stand beside each other where they are used. A further language has them in its
catalogue, admin/translations/ug/LC_MESSAGES/messages.po, under the Chinese ones: one file for all
that its translators translate besides pages and data. What is missing there is told at the end.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from gettext import c2py
from html import escape
from pathlib import Path
from typing import Any, TypeVar

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from admin.reading.languages import Language

Words = TypeVar("Words")

HAN = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]")
PLURAL = re.compile(r'"Plural-Forms: [^"]*"')
COUNTED = "{}"
CATALOGUES: dict[str, Catalog] = {}
MISSING: dict[str, set[str]] = {}
LANGUAGES: dict[str, Language] = {}


def take(languages: Mapping[str, Language], folder: Path) -> None:
    """Read the catalogues of further languages, for this build."""
    for kept in (CATALOGUES, MISSING, LANGUAGES):
        kept.clear()
    LANGUAGES.update(languages)
    for code in languages.keys() - {"zh", "en"}:
        MISSING[code] = set()
        path = folder / code / "LC_MESSAGES" / "messages.po"
        CATALOGUES[code] = read(path) if path.exists() else Catalog()


def read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, abort_invalid=True)


def say(words: Mapping[str, Words], language: str) -> Words:
    """Give words in a language; of a further one by what the Chinese ones are in its catalogue."""
    return words[language] if language in words else translated(words["zh"], language)


def translated(words: Any, language: str) -> Any:
    if isinstance(words, Mapping):
        return {key: translated(one, language) for key, one in words.items()}
    if isinstance(words, str):
        return looked_up(words, language)
    return type(words)(translated(one, language) for one in words)


def looked_up(words: str, language: str, number: int | None = None) -> str:
    """Look up one Chinese sentence, in the form that the language's own rule has for a number."""
    catalogue = CATALOGUES[language]
    message = catalogue.get(words)
    if message is None or message.fuzzy or not message.string:
        if HAN.search(words):
            MISSING[language].add(words)
        return words
    if isinstance(message.string, str):
        return message.string
    return str(message.string[plural(catalogue, number or 0)])


def plural(catalogue: Catalog, number: int) -> int:
    return int(c2py(catalogue.plural_expr)(number))


def counted(words: str, language: str, number: int) -> str:
    return looked_up(words, language, number).format(number)


def unfinished(language: str, whole: Iterable[str]) -> list[str]:
    """List what a catalogue lacks of what the forms say, and of what this build wanted to say."""
    for words in whole:
        looked_up(words, language)
    return sorted(MISSING[language])


def write_blank(language: Language, english: Mapping[str, str], path: Path) -> None:
    """Write the catalogue with all that is translated, and an empty place for what is not."""
    catalogue, known = Catalog(locale=language.locale), CATALOGUES[language.id]
    for row in known:
        if row.id:
            catalogue.add(row.id, row.string, auto_comments=row.auto_comments)
    for words in sorted({*english, *MISSING[language.id]}):
        if words not in known:
            beside = [f"en: {english[words]}"] if words in english else []
            # What counts has as many forms as the language's rule tells apart.
            counts = COUNTED in words
            catalogue.add((words, words) if counts else words, auto_comments=beside)
    with path.open("wb") as file:
        write_po(file, catalogue, width=0)
    if language.plural:
        head = path.read_text("utf-8")
        own = f'"Plural-Forms: {language.plural}\\n"'
        path.write_text(PLURAL.sub(lambda _: own, head, count=1), "utf-8")


def named(row: Mapping[str, Any], language: str) -> str:
    """Give an entry's words, in Chinese and marked as such where the language has none."""
    # Chinese and English are always there: no hook needs the list of languages for them.
    if language in row:
        return escape(str(row[language]))
    return f'<span lang="{LANGUAGES["zh"].tag}">{escape(str(row["zh"]))}</span>'
