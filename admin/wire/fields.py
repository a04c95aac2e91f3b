"""Fields of a posted JSON object, read strictly. Pure: what is wrong is raised, not answered."""

import re
from binascii import a2b_base64
from typing import Any


class Malformed(Exception):
    """Something that no browser of ours sends. Holds nothing of what was posted."""


class TooLong(Malformed):
    """More bytes than a field may hold."""


def text_field(content: dict[str, Any], name: str, pattern: re.Pattern[str]) -> str:
    """Return a text that the whole pattern fits. Raises `Malformed` for any other."""
    value = content.get(name)
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise Malformed
    return value


def hex_field(content: dict[str, Any], name: str, length: int) -> str:
    """Return so many lower-case hexadecimal digits. Raises `Malformed` for anything else."""
    return text_field(content, name, re.compile(f"[0-9a-f]{{{length}}}"))


def base64_field(content: dict[str, Any], name: str) -> bytes:
    """Return bytes written in base64. Raises `Malformed` for what is not exactly that."""
    value = content.get(name)
    if not isinstance(value, str):
        raise Malformed
    try:
        return a2b_base64(value, strict_mode=True)
    except ValueError:
        raise Malformed from None
