"""What is never a tip, from content/data/scope.yml: pages and app say it in the same words.

Pure: the app and the site's build fill in `{scope:…}` alike.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

from .routes import current

MARK: Final = re.compile(r"\{scope:([a-z]*)\}")
_JOINED: Final = {"zh": "、", "en": ", "}


def forms(scope: Mapping[str, Any], language: str) -> dict[str, str]:
    """Return the list in each form in which it is said, by the form's name.

    In Chinese where a language does not have all of it: half a list would say something else.
    """
    rows = current(scope["items"])
    language = language if is_said_in(scope, language) else "zh"
    said = {
        "acts": _listed([row[language] for row in rows if row["kind"] == "act"], language, "and"),
        "traits": _listed([r[language] for r in rows if r["kind"] == "trait"], language, "or"),
        "short": _JOINED.get(language, ", ").join(
            row[language] for row in rows if row.get("short")
        ),
    }
    words = said | {"Acts": said["acts"][:1].upper() + said["acts"][1:]}
    return said | {form: say[language].format(**words) for form, say in scope["say"].items()}


def is_said_in(scope: Mapping[str, Any], language: str) -> bool:
    """Tell whether a language has every word of the list, and every form in which it is said."""
    rows = [*current(scope["items"]), *scope["say"].values()]
    return all(language in row for row in rows)


def _listed(words: list[str], language: str, last: str) -> str:
    if language != "en":
        return _JOINED.get(language, ", ").join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


def filled(words: str, scope: Mapping[str, Any], language: str) -> str:
    """Put the list where `{scope:…}` stands. Raises `KeyError` at a form that nobody declared."""
    said = forms(scope, language)
    return MARK.sub(lambda mark: said[mark[1]], words)
