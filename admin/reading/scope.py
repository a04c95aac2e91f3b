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
    """Return the list in each form in which it is said, by the form's name."""
    rows = current(scope["items"])
    said = {
        "acts": _listed([row[language] for row in rows if row["kind"] == "act"], language, "and"),
        "traits": _listed([r[language] for r in rows if r["kind"] == "trait"], language, "or"),
        "short": _JOINED[language].join(row[language] for row in rows if row.get("short")),
    }
    words = said | {"Acts": said["acts"][:1].upper() + said["acts"][1:]}
    return said | {form: say[language].format(**words) for form, say in scope["say"].items()}


def _listed(words: list[str], language: str, last: str) -> str:
    if language == "zh":
        return "、".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


def filled(words: str, scope: Mapping[str, Any], language: str) -> str:
    """Put the list where `{scope:…}` stands. Raises `KeyError` at a form that nobody declared."""
    said = forms(scope, language)
    return MARK.sub(lambda mark: said[mark[1]], words)
