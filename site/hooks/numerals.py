"""Numbers of articles as people write them: 第六十一条 or 第61条 (used by the law's hooks)."""

from __future__ import annotations

DIGITS = "零一二三四五六七八九"


def ordinal(number: int, unit: str) -> str:
    """Write a number below 1000 as the law does: 61, 条 -> 第六十一条."""
    hundreds, rest = divmod(number, 100)
    if not hundreds:
        return f"第{spelt(rest)}{unit}"
    # After hundreds a gap is spoken, and so is the one of ten: 一百零五, 一百一十五.
    gap = ("零" if rest < 10 else "一" if rest < 20 else "") if rest else ""
    return f"第{DIGITS[hundreds]}百{gap}{spelt(rest)}{unit}"


def spelt(number: int) -> str:
    tens, ones = divmod(number, 10)
    ten = (DIGITS[tens] if tens > 1 else "") + ("十" if tens else "")
    return ten + (DIGITS[ones] if ones else "")


_NUMBERS = {spelt(number): number for number in range(1, 100)}


def number_of(words: str) -> int | None:
    """Read a number below 100 in Chinese or Arabic digits; None for any other."""
    if words in _NUMBERS:
        return _NUMBERS[words]
    return int(words) if words.isascii() and words.isdigit() and 0 < int(words) < 100 else None
