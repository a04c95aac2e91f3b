"""Names of quarters, years and months as a reader says them (used by figures.py and its parts)."""

from __future__ import annotations

from collections.abc import Sequence

MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def span(number: int, language: str) -> str:
    """Name the months of a quarter of any year."""
    first, last = 3 * number - 2, 3 * number
    if language == "zh":
        return f"{first}月到{last}月"
    return f"{MONTHS[first - 1]} to {MONTHS[last - 1]}"


def fixed_day(month: int, day: int, language: str) -> str:
    return f"{month}月{day}日" if language == "zh" else f"{day} {MONTHS[month - 1]}"


def said(period: str, language: str) -> str:
    """Say 2026-Q4 as 2026年10月到12月, 2026 as 2026年全年, 2026-11 as 2026年11月."""
    year, _, part = period.partition("-")
    if not part:
        return f"{year}年全年" if language == "zh" else f"All of {year}"
    if part.startswith("Q"):
        months = span(int(part[1:]), language)
        return f"{year}年{months}" if language == "zh" else f"{months} {year}"
    return f"{year}年{int(part)}月" if language == "zh" else f"{MONTHS[int(part) - 1]} {year}"


def stretch(quarters: Sequence[str], language: str) -> str:
    """Say from when to when quarters reach; one that is late is published with the next."""
    if len(quarters) == 1:
        return said(quarters[0], language)
    first, last = months_of(min(quarters))[0], months_of(max(quarters))[-1]
    between = "到" if language == "zh" else " to "
    return between.join(said(month, language) for month in (first, last))


def months_of(quarter: str) -> tuple[str, ...]:
    last = 3 * int(quarter[-1])
    return tuple(f"{quarter[:4]}-{month:02}" for month in range(last - 2, last + 1))
