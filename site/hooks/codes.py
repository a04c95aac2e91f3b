"""Numbers as letters, so that long lists of them stay small: read by search-words.js.

The first 70 take one letter, others two. What is most frequent gets the lowest number.
"""

from __future__ import annotations

# As in search-words.js. A letter is printable ASCII from "#" on; after those 92 come others.
FIRST, LETTERS, ONE = ord("#"), 92, 70
BEYOND = 0xA1


def letter(number: int) -> str:
    return chr(FIRST + number if number < LETTERS else BEYOND + number - LETTERS)


def code(number: int) -> str:
    if number < ONE:
        return letter(number)
    head, rest = divmod(number - ONE, LETTERS)
    return letter(ONE + head) + letter(rest)
