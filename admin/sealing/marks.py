"""The mark that lets words go to a unit: made under a tip's talk key, checked before each sealing.

The server stores marks and can make none, for it lacks the key: where it says that a tip lies at
another unit than the one for which the reporter's browser (or staff who moved the tip) made a mark,
nothing is sealed. `admin/browser/shared/sealing/marks.js` does the same.
"""

import hmac
from typing import Final

from admin.sealing.errors import SealingError

MARK: Final = 32
MOST_MARKS: Final = 16
"""Units at which one tip may have lain."""
_DOMAIN: Final = "dengshao unit mark v1"


class Strayed(SealingError):
    """The tip is said to lie at a unit for which nobody who may read it made a mark."""


class Unmarked(SealingError):
    """The tip has no mark at all: it was taken in before there were any, or they were deleted."""


def unit_mark(talk: bytes, unit_id: str, reference: str) -> bytes:
    """Make the mark of one unit at which one tip lawfully lies."""
    return hmac.digest(talk, f"{_DOMAIN}\n{unit_id}\n{reference}".encode(), "sha256")


def split_marks(marks: bytes | None) -> list[bytes]:
    """Take apart what stands in a tip's row: one mark after the other."""
    whole = marks or b""
    return [whole[i : i + MARK] for i in range(0, len(whole), MARK)]


def check_marks(marks: bytes | None, talk: bytes, unit_id: str, reference: str) -> None:
    """Make sure that words may go to a unit. Raises `Unmarked` or `Strayed`."""
    found = split_marks(marks)
    if not found:
        raise Unmarked("no mark")
    expected = unit_mark(talk, unit_id, reference)
    if not any(hmac.compare_digest(mark, expected) for mark in found):
        raise Strayed("no mark of this unit")
