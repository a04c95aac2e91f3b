"""Chinese numerals as laws count their articles: 六十一 is 61, and 61 is 六十一. Up to 1,999."""

from functools import lru_cache
from typing import Final

DIGITS: Final = "零一二三四五六七八九"
MOST: Final = 1999
"""The longest law of the country has 1,260 articles."""
NUMERAL: Final = r"[零一二三四五六七八九十百千]{1,9}|[0-9]{1,4}"
"""A pattern for what may be a numeral."""


def to_chinese(number: int) -> str:
    """Write a number as a law does. Raises `ValueError` outside 1 to 1,999."""
    if not 1 <= number <= MOST:
        raise ValueError(number)
    if number >= 1000:
        rest = number - 1000
        # 一千零五, 一千零一十: below a hundred the gap is spoken, and no 一 falls away.
        gap = "零" if 0 < rest < 100 else ""
        one = "一" if 10 <= rest < 20 else ""
        return f"一千{gap}{one}{to_chinese(rest) if rest else ''}"
    hundreds, rest = divmod(number, 100)
    tens, ones = divmod(rest, 10)
    words = f"{DIGITS[hundreds]}百" if hundreds else ""
    if tens:
        # Alone it is 十二, after hundreds 一百一十二.
        words += ("" if tens == 1 and not hundreds else DIGITS[tens]) + "十"
    elif hundreds and ones:
        words += "零"
    return words + (DIGITS[ones] if ones else "")


def ordinal(number: int, unit: str) -> str:
    """Write the place of something in a law: 61, 条 is 第六十一条."""
    return f"第{to_chinese(number)}{unit}"


@lru_cache(maxsize=1024)
def article_name(number: int, sub: int = 0) -> str:
    """Write an article as laws cite it: 293 and 1 is 第二百九十三条之一."""
    return ordinal(number, "条") + (f"之{to_chinese(sub)}" if sub else "")


_NUMBERS: Final = {to_chinese(number): number for number in range(1, MOST + 1)}


def to_number(words: str) -> int:
    """Read a numeral in Chinese or Arabic digits. Raises `ValueError` for anything else."""
    if words in _NUMBERS:
        return _NUMBERS[words]
    # str.isdigit() would let ² and others through.
    if words.isascii() and words.isdigit() and 1 <= int(words) <= MOST:
        return int(words)
    raise ValueError(words)


def number_of(words: str) -> int | None:
    """Read a numeral as `to_number` does; None for anything else."""
    try:
        return to_number(words)
    except ValueError:
        return None
