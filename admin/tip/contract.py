"""Writes what the browser's code knows of the contract: `python -m admin.tip.contract`.

The bundler takes it as `#contract` (package.json); the file is built, never committed.
"""

import json
from typing import Any

from . import media
from .fields import FIELDS, Kind

_TYPES = ("FILM_BOXES", "FRAMES", "MATROSKA", "UNKNOWN", "WEBM", "ZIP")
_HEAD = "// Made of admin/tip/ by `python -m admin.tip.contract`: change it there."


def tables() -> dict[str, Any]:
    """Return all constants of the contract by their name in the browser, in plain JSON."""
    return {
        "FIELDS": [field.name for field in FIELDS],
        "LISTS": [field.name for field in FIELDS if field.kind is Kind.CHECKS],
        "LONG": [field.name for field in FIELDS if field.kind is Kind.TEXT],
        "STARTS": [[_text(start), kind] for start, kind in media.STARTS],
        "RIFFS": {_text(mark): kind for mark, kind in media.RIFFS.items()},
        "BRANDS": {_text(brand): kind for brand, kind in media.BRANDS.items()},
        "EBML": _text(media.EBML),
        "ZIP_START": _text(media.ZIP_START),
        "VIEWS": media.VIEWS,
        "REDRAWN": media.REDRAWN,
        **{name: getattr(media, name) for name in _TYPES},
    }


def _text(data: bytes) -> str:
    """Return bytes as a text of as many characters, each below 256."""
    return data.decode("latin-1")


def module() -> str:
    """Return the text of the browser's module; it changes only when the contract does."""
    lines = [f"export const {name} = {_written(value)};" for name, value in tables().items()]
    return "\n".join([_HEAD, "", *lines, ""])


def _written(value: Any) -> str:
    """Return a value as JavaScript. A list of plain words is shorter as one text that is split."""
    is_words = (
        isinstance(value, list)
        and len(value) > 2
        and all(isinstance(word, str) and word.isidentifier() for word in value)
    )
    # The bundler leaves out what a page does not use: only of what is pure it knows that.
    return f'/* @__PURE__ */ "{" ".join(value)}".split(" ")' if is_words else json.dumps(value)


if __name__ == "__main__":
    print(module(), end="")  # noqa: T201 (its output is the module)
