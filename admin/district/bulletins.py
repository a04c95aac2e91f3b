"""What a 办结通报 must not hold: content/data/bulletins.yml and surnames.yml, made into patterns.

Pure. The writer's browser gets the same patterns (`for_browser`) and the same order, so what is
written here is what Python's `re` and JavaScript read alike: no lookbehind, no flags. A letter that
a rule has found is hidden from the later ones, so that a date is no number besides.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from ..reading.data_files import load_file

HIDDEN: Final = "□"
_H: Final = "㐀-鿿"
_CHINESE: Final = "一二三四五六七八九十"
_UNITS: Final = "个天元人条页万亿斤克米年月日次种株户名件项字岁毫厘公小分秒%"
_PROVINCES: Final = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使领"
_DATES: Final = (
    "[0-9]{4}[-/.年][0-9]{1,2}[-/.月][0-9]{1,2}[日号]?",
    f"[0-9]{{1,2}}月[0-9]{{1,2}}(?:[日号]|(?![0-9台起千辆家处{_UNITS}]))",
    f"(?:[0-9]{{1,2}}|[{_CHINESE}廿卅]{{1,3}})[日号](?![楼院门铺店房])",
    "[0-9]{1,4}[-/][0-9]{1,2}(?:[-/][0-9]{1,4})?(?![0-9])",
    "[0-9]{4}[.][0-9]{1,2}(?![0-9])",
    "[0-9]{1,2}[.][0-9]{1,2}[.][0-9]{2,4}",
    "[0-9]{1,2}(?::[0-9]{2}|[点时])",
    f"[{_CHINESE}两]{{1,3}}点(?:[半整多钟]|左右|[{_CHINESE}])",
    "(?:星期|礼拜|周)[一二三四五六日天]",
    f"初[{_CHINESE}]|农历",
)
_PLATES: Final = (f"[{_PROVINCES}][A-Za-z][-·•.]?[A-Za-z0-9]{{4,6}}",)
_NUMBERS: Final = (
    # A tip's number, a receipt, a telephone, a card, a paper: any five digits in a row.
    "[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}",
    "[0-9](?:[-.]?[0-9]){4,}[Xx]?",
    "[〇零○一二三四五六七八九幺]{5,}",
)
# As the site's build knows them: there each would have to be a button.
_HOTLINES: Final = (f"(?:^|[^0-9])1[12][0-9](?![0-9{_UNITS}])",)
_CONTACTS: Final = (
    "[A-Za-z0-9._-]+@|[Ww]{3}[.]",
    "[A-Za-z0-9_-]*[A-Za-z][A-Za-z0-9_-]{3,}",
    "(?:微信|QQ|抖音|快手|支付宝|电话|手机)(?:号|:)",
)
_SIGNS: Final = (
    f"[^{_H}{HIDDEN}〇○0-9A-Za-z,。、;:?!()“”‘’\"'《》—….%·•・‧\n-]",
    # What would begin a list or a heading.
    "(?:^|\n)(?:[-:]|[0-9]+[.)])",
)
_DOORS: Final = (f"[0-9{_CHINESE}百]+(?:号[楼院门铺店房]?|组|栋|幢|单元|室|楼|队|弄|巷)",)
_LAWS: Final = (f"第[0-9零{_CHINESE}百]+条", "《[^》]*》?", "》")
_LONG: Final = "[^。;?!\n]{41,}"
_COUNTS: Final = "[0-9]+(?:人|名|个|台|部|辆|起|次|户|家|处|元)"
_SHOWN: Final = 16


@dataclass(frozen=True)
class BulletinRule:
    id: str
    zh: str
    say: str
    """What to write instead."""
    is_warning: bool
    pattern: str
    unless: str = ""
    """Where this stands in the text, the rule asks nothing."""
    says: Mapping[str, str] = field(default_factory=dict)
    """What to write instead of one word."""
    is_whole: bool = False
    """It looks at the text as it is, and hides nothing."""

    def told(self, words: str) -> str:
        return self.says.get(words, self.say)


@dataclass(frozen=True)
class Objection:
    rule: str
    words: str
    say: str
    is_warning: bool


@dataclass(frozen=True)
class BulletinRules:
    plain: str
    """What looks like something that is refused, and is not."""
    rules: tuple[BulletinRule, ...]
    refusals: Mapping[str, str]
    """Why a second person says no, by id."""

    def check(self, text: str) -> list[Objection]:
        """Find what must not stand in a text, in the order of the rules."""
        whole = normal(text)
        open_text = _hide(self._plain, whole)
        findings: list[Objection] = []
        for rule, pattern, unless in self._compiled:
            if unless is not None and unless.search(whole):
                continue
            looked_at = whole if rule.is_whole else open_text
            for found in pattern.finditer(looked_at):
                words = _shown(whole[found.start() : found.end()])
                findings.append(Objection(rule.id, words, rule.told(words), rule.is_warning))
            if not rule.is_whole:
                open_text = _hide(pattern, open_text)
        return findings

    def refused(self, text: str) -> list[Objection]:
        """Find what other words alone can answer."""
        return [found for found in self.check(text) if not found.is_warning]

    def named(self, rule_id: str) -> str:
        """Say what a rule looks for."""
        return next(rule.zh for rule in self.rules if rule.id == rule_id)

    def for_browser(self) -> dict[str, Any]:
        """Give the patterns as the writer's browser reads them."""
        rules = [
            {
                "id": rule.id,
                "zh": rule.zh,
                "say": rule.say,
                "says": dict(rule.says),
                "warns": rule.is_warning,
                "pattern": rule.pattern,
                "unless": rule.unless,
                "whole": rule.is_whole,
            }
            for rule in self.rules
        ]
        return {"plain": self.plain, "rules": rules}

    @cached_property
    def _plain(self) -> re.Pattern[str]:
        return re.compile(self.plain)

    @cached_property
    def _compiled(self) -> list[tuple[BulletinRule, re.Pattern[str], re.Pattern[str] | None]]:
        return [
            (rule, re.compile(rule.pattern), re.compile(rule.unless) if rule.unless else None)
            for rule in self.rules
        ]


def normal(text: str) -> str:
    """Write a text one way: half-width signs, no spaces but line breaks, nothing unseen."""
    return "".join(
        letter
        for letter in unicodedata.normalize("NFKC", text)
        if letter == "\n" or not (letter.isspace() or unicodedata.category(letter) == "Cf")
    )


def _hide(pattern: re.Pattern[str], text: str) -> str:
    return pattern.sub(lambda found: HIDDEN * len(found[0]), text)


def _shown(words: str) -> str:
    words = words.strip("\n")
    return words if len(words) <= _SHOWN else f"{words[:_SHOWN]}…"


def load_bulletins(content: Path) -> BulletinRules:
    """Read the list. Raises `DataError`."""
    listed, names = load_file(content, "bulletins"), load_file(content, "surnames")
    places = load_file(content, "places")["items"]
    jargon = load_file(content, "jargon")["items"]
    towns = [row["zh"] for row in places if row["parent"] is None]
    spared = [word for row in jargon for word in row.get("not", ())]
    return BulletinRules(
        plain=_literal([*listed["plain"], *names["plain"], *towns, *spared]),
        rules=tuple(_rules(listed, names, places, jargon)),
        refusals={row["id"]: row["zh"] for row in listed["refusals"] if not row.get("retired")},
    )


class _Maker:
    """Makes rules of the files' words."""

    def __init__(self, listed: Mapping[str, Any]) -> None:
        self.said = {row["id"]: row for row in listed["items"]}
        self.words: Mapping[str, list[str]] = listed["words"]

    def rule(self, name: str, *patterns: str, **more: Any) -> BulletinRule:
        """Make one of patterns and, unless it asks about a court, of the words of its name."""
        row = self.said[name]
        own = () if more.get("unless") else self.words.get(name, ())
        joined = _one_of([*patterns, *own])
        return BulletinRule(name, row["zh"], row["say"], row["mark"] == "warn", joined, **more)


def _rules(
    listed: Mapping[str, Any], names: Mapping[str, Any], places: Any, jargon: Any
) -> Iterable[BulletinRule]:
    made = _Maker(listed)
    yield made.rule("date", *_DATES)
    yield made.rule("plate", *_PLATES)
    yield made.rule("number", *_NUMBERS)
    yield made.rule("contact", *_CONTACTS)
    yield made.rule("hotline", *_HOTLINES)
    yield made.rule("law", *_LAWS)
    yield made.rule("place", *_small(places), *_DOORS, _named_place(listed))
    yield made.rule("origin")
    yield made.rule("guilt")
    untried = made.words["until_judged"]
    yield made.rule("guilt", *untried, "罪(?!嫌)", unless=_one_of(listed["judged"]))
    yield made.rule("trait")
    instead = {row["zh"]: row["say"] for row in jargon}
    yield made.rule("name", *_persons(names))
    yield made.rule("hard", _literal(instead), says=instead)
    yield made.rule("sign", *_SIGNS)
    yield from _warnings(made, names)
    yield made.rule("long", _LONG, is_whole=True)


def _warnings(made: _Maker, names: Mapping[str, Any]) -> Iterable[BulletinRule]:
    alone = f"(?:^|[^{_H}])[{names['doubtful']}](?!某)[{_H}]{{1,2}}(?=[^{_H}]|$)"
    yield made.rule("maybe", alone)
    yield made.rule("surname", f"[{_everyone(names)}]某")
    yield made.rule("exact", _COUNTS)


def _small(places: Any) -> list[str]:
    return [re.escape(name) for name in _longest(row["zh"] for row in places if row["parent"])]


def _everyone(names: Mapping[str, Any]) -> str:
    return str(names["certain"] + names["doubtful"])


def _named_place(listed: Mapping[str, Any]) -> str:
    return f"(?![{listed['before_place']}])[{_H}]{_one_of(_longest(listed['places']))}"


def _persons(names: Mapping[str, Any]) -> Iterable[str]:
    """Tell by what surrounds it that a letter is a person's name."""
    everyone = _everyone(names)
    follows = f"(?=[^{_H}]|$|[{names['rest']}])"
    yield f"[{_H}]{{1,8}}[·•・‧][{_H}]{{1,8}}"
    yield f"{_one_of(names['before'])}:?[{everyone}](?!某)[{_H}]{{1,2}}?{follows}"
    yield f"[{everyone}]{_one_of(_longest(names['after']))}"
    yield f"{_one_of(names['compound'])}(?!某)[{_H}]{{1,2}}"
    yield f"[老小阿][{everyone}]{follows}"
    yield f"姓(?![名氏])[{_H}]|[{everyone}]姓(?!名)"
    yield f"[{names['certain']}](?!某)[{_H}]{{1,2}}"


def _one_of(patterns: Iterable[str]) -> str:
    return f"(?:{'|'.join(patterns)})"


def _literal(words: Iterable[str]) -> str:
    return _one_of(re.escape(word) for word in _longest(words))


def _longest(words: Iterable[str]) -> list[str]:
    return sorted(set(words), key=lambda word: (-len(word), word))
