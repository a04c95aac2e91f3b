"""Numbers of articles as people write them: 第六十一条 or 第61条 (used by the law's hooks)."""

from __future__ import annotations

DIGITS = "零一二三四五六七八九"


def ordinal(number: int, unit: str) -> str:
    """Write a number below 100 as the law does: 61, 条 -> 第六十一条."""
    tens, ones = divmod(number, 10)
    ten = (DIGITS[tens] if tens > 1 else "") + ("十" if tens else "")
    return f"第{ten}{DIGITS[ones] if ones else ''}{unit}"


_NUMBERS = {ordinal(number, "")[1:]: number for number in range(1, 100)}


def number_of(words: str) -> int | None:
    """Read a number below 100 in Chinese or Arabic digits; None for any other."""
    if words in _NUMBERS:
        return _NUMBERS[words]
    return int(words) if words.isascii() and words.isdigit() and 0 < int(words) < 100 else None
