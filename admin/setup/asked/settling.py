"""Makes an answer of what was typed, or of what a file says; both are held to the same. Pure."""

import re
from typing import Final

from pypinyin import lazy_pinyin

from . import checks
from .answers import Answer, Answers, Row
from .checks import Refused
from .question import Kind, Question

_YES: Final = {"yes": True, "y": True, "是": True, "no": False, "n": False, "否": False}
_MOST_ROWS: Final = 200


def settle(question: Question, raw: Answer, answers: Answers) -> Answer:
    """Give the answer as it is kept. Raises `Refused`."""
    if question.kind is Kind.YES:
        return _yes(raw)
    if question.kind is Kind.CHOICE:
        return _choice(question, raw)
    if question.kind is Kind.ROWS:
        return _rows(question, raw)
    if question.kind is Kind.NAMES:
        return _named(question, raw)
    return _line(question, raw, answers)


def _line(question: Question, raw: Answer, answers: Answers) -> str:
    if not isinstance(raw, str):
        raise Refused("要写一行字。")
    text = raw.strip()
    if not text and not question.may_lack:
        raise Refused("这一项要写。")
    return question.check(text, answers) if text else ""


def _yes(raw: Answer) -> bool:
    found = raw if isinstance(raw, bool) else _YES.get(str(raw).strip().lower())
    if found is None:
        raise Refused("请写 yes 或者 no。")
    return found


def _choice(question: Question, raw: Answer) -> str:
    names = list(question.choices)
    text = str(raw).strip()
    if text.isascii() and text.isdigit() and 0 < int(text) <= len(names):
        return names[int(text) - 1]
    if text not in names:
        raise Refused(f"请从这几个里选：{'、'.join(names)}。")
    return text


def _rows(question: Question, raw: Answer) -> list[Row]:
    if not isinstance(raw, list) or not 0 < len(raw) <= _MOST_ROWS:
        raise Refused(f"至少写一个，最多 {_MOST_ROWS} 个。")
    before = {row["zh"]: row for row in question.rows}
    found: list[Row] = []
    for row in raw:
        zh = checks.name(row.get("zh", "").strip())
        known = before.get(zh, {})
        taken = {one["id"] for one in found}
        place = row.get("id") or known.get("id") or _new_id(zh, taken)
        if place in taken or zh in {one["zh"] for one in found}:
            raise Refused(f"「{zh}」写了两次。")
        found.append(
            {"id": place, "zh": zh, "en": row.get("en") or known.get("en") or in_latin(zh)}
        )
    return found


def _named(question: Question, raw: Answer) -> list[Row]:
    if not isinstance(raw, list):
        raise Refused("要写成一串，每个有 id 和 zh。")
    given = {row.get("id", ""): row for row in raw}
    known = [row["id"] for row in question.rows]
    if astray := sorted(set(given) - set(known)):
        raise Refused(f"routes.yml 里没有 {'、'.join(astray)}。有的是：{'、'.join(known)}。")
    return [_renamed(row, given.get(row["id"], row)) for row in question.rows]


def _renamed(before: Row, given: Row) -> Row:
    zh = checks.name(given.get("zh", before["zh"]).strip())
    usual = before["en"] if zh == before["zh"] else in_latin(zh)
    return {"id": before["id"], "zh": zh, "en": given.get("en", "").strip() or usual}


def typed_row(line: str) -> Row:
    """Read `名字 | English`."""
    zh, _, en = line.partition("|")
    return {"zh": zh.strip(), "en": en.strip()} if en.strip() else {"zh": zh.strip()}


def in_latin(zh: str) -> str:
    """Write a Chinese name in pinyin, as English pages name a place."""
    return "".join(lazy_pinyin(zh)).capitalize()


def _new_id(zh: str, taken: set[str]) -> str:
    stem = re.sub(r"[^a-z0-9]", "", "".join(lazy_pinyin(zh)).lower())[:30] or "place"
    stem = stem if stem[0].isalpha() else f"p{stem}"
    numbers = (stem if number == 1 else f"{stem}-{number}" for number in range(1, _MOST_ROWS + 2))
    return next(name for name in numbers if name not in taken and name != "unclear")
