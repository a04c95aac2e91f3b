"""Words in the page's language: Chinese as the source has them, others from their catalogues."""

from pathlib import Path
from typing import Final

from babel.support import NullTranslations, Translations
from flask import Blueprint, Flask
from flask_babel import Babel, Domain, gettext, ngettext

from ..app_state import language, page_language
from ..config import Config, ConfigError
from ..reading.languages import SOURCE

_AS_WRITTEN: Final = NullTranslations()


class Words(Domain):  # type: ignore[misc]  # flask_babel has no types
    """Flask-Babel's catalogue, which a Chinese page need not look for: its words are the source's.

    A queue of fifty tips says 180 words; looking each up in no catalogue took a third of its
    time.
    """

    def get_translations(self) -> NullTranslations:
        code = page_language()
        if code == SOURCE:
            return _AS_WRITTEN
        kept: dict[str, NullTranslations] = self.cache
        if code not in kept:
            # By the language's id, not by its locale: two may share one's days and plurals.
            folder, *_others = self.translation_directories
            kept[code] = Translations.load(folder, [code])
        return kept[code]


def _gettext(message: str) -> str:
    return message if page_language() == SOURCE else str(gettext(message))


def _ngettext(singular: str, plural: str, number: int) -> str:
    return str(ngettext(singular, plural, number))


def register_in_each(app: Flask, bp: Blueprint, folder: str = "") -> None:
    """Give a room of the public's an address for each language: /tip/, /en/tip/ and so on."""
    for code, spoken in app.extensions["dengshao"].languages.items():
        name = bp.name if code == SOURCE else f"{bp.name}_{code}"
        app.register_blueprint(bp, url_prefix=f"{spoken.prefix}{folder}" or None, name=name)


def _refuse_without_words(path: Path) -> None:
    """Stop a start that would show Chinese words on pages that call themselves another language."""
    if not path.is_file():
        raise ConfigError(
            f"{path} is missing: run make {path.relative_to(path.parents[4])}, "
            "or take the language out of content/data/languages.yml."
        )


def init_language(app: Flask, config: Config) -> None:
    """Choose the language of every page by its address. Raises `ConfigError`."""
    for code in app.extensions["dengshao"].languages.keys() - {SOURCE, "en"}:
        _refuse_without_words(config.translations / code / "LC_MESSAGES" / "messages.mo")
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(config.translations)
    app.config["BABEL_DEFAULT_LOCALE"] = app.extensions["dengshao"].languages[SOURCE].locale
    babel = Babel(app, locale_selector=lambda: language().locale)
    babel.domain_instance = Words()
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        gettext=_gettext, ngettext=_ngettext, newstyle=True
    )
