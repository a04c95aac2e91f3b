"""A law's text taken apart: title, how it was passed, day of effect, chapters, articles.

It either is whole, article by article without a gap, or `Damaged` says in plain words what is
wrong with it, every fault at once.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any, Final

from .numerals import NUMERAL, article_name, number_of, to_number

_SUB: Final = "(?:之([一二三四五六七八九十]{1,3}))?"
_ARTICLE: Final = re.compile(rf"第({NUMERAL})条{_SUB}(\s|$)(.*)")
# Some copies lost the space after the number; a sentence that speaks of an article goes on so.
_BARE: Final = re.compile(rf"第({NUMERAL})条{_SUB}()(?![的、，和及与或至到规所第中之])(.+)")
# No heading holds a stop: 「第二章规定的机关，应当……。」 is a sentence of its article.
_HEADING: Final = re.compile(rf"第({NUMERAL})([编章节])\s*([^。，；：]{{0,60}})")
_CONTENTS: Final = re.compile(r"目\s*录")
_DAY: Final = re.compile(r"(\d{4})\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*日")
_EFFECT: Final = re.compile(r"自(公布之日|[^，。]{0,20}?日)起施行")
_IN_FORCE_LINE: Final = re.compile(r"[（(]?(\d{4}年\d{1,2}月\d{1,2}日)[起]?\s*施行[）)]?")
# 戒毒条例(2018-09-18), 戒毒条例_20180918: only so does a name tell a version. Any other day in it
# is that of a download, or of nobody knows what.
_NAMED_DAY: Final = re.compile(r"\D+[(（_](\d{4})-?(\d{2})-?(\d{2})[)）]?(?:\s?[(（]\d{1,2}[)）])?")


class Damaged(Exception):
    """The text is no whole law. The message names each fault on a line of its own."""


@dataclass(frozen=True)
class Article:
    number: int
    sub: int
    """Of 第二百九十三条之一 it is 1; of an article that was there from the first, 0."""
    chapter: str
    """Its chapter, and section where there is one, as the law writes them."""
    paragraphs: tuple[str, ...]

    @property
    def key(self) -> tuple[int, int]:
        return self.number, self.sub

    @property
    def name(self) -> str:
        return article_name(self.number, self.sub)


@dataclass(frozen=True)
class LawText:
    title: str
    passed: str
    """Who passed, published or changed it, and when: the lines under the title."""
    told: date | None
    """The last day that stands under the title."""
    named: date | None
    """The day in the file's name, where it is later: a copy may not tell of its last changes."""
    in_force: date | None
    articles: tuple[Article, ...] = field(repr=False)

    @property
    def version(self) -> date | None:
        """The day of these words."""
        return self.named or self.told

    def rows(self) -> list[dict[str, Any]]:
        return [asdict(article) for article in self.articles]


def parse(lines: Sequence[str], *, filename: str = "") -> LawText:
    """Take a text apart. Raises `Damaged` where it is no law, or holds an article without words."""
    head, body = _split(lines)
    articles = _articles(body)
    title, passed = _title(head)
    published = [line for line in passed if not _IN_FORCE_LINE.fullmatch(line)]
    told, named = max(_days(published), default=None), _name_day(filename)
    return LawText(
        title=title,
        passed=" ".join(published),
        told=told,
        named=named if named and (told is None or named > told) else None,
        in_force=_in_force(passed, published, articles),
        articles=articles,
    )


def _split(lines: Sequence[str]) -> tuple[list[str], list[str]]:
    """Part what stands above the first chapter or article from the rest; skip the contents."""
    first = next((at for at, line in enumerate(lines) if _begins_body(line)), len(lines))
    if first == len(lines):
        raise Damaged("没有找到一条法条。每一条要用「第一条」这样开头，单独成段。")
    return list(lines[:first]), list(lines[first:])


def _begins_body(line: str) -> bool:
    whole = _CONTENTS.fullmatch(line) or _HEADING.fullmatch(line)
    return bool(whole or _ARTICLE.match(line) or _BARE.match(line))


def _title(head: Sequence[str]) -> tuple[str, list[str]]:
    """Read the title, which may be broken over lines, and the dated lines under it."""
    ends = next((at for at, line in enumerate(head) if _DAY.search(line)), len(head))
    if not (title := "".join(head[:ends]).replace(" ", "")):
        raise Damaged("没有标题。第一行应当是法律的名称。")
    return title, [line.strip("（）() ") for line in head[ends:]]


@dataclass
class _Cut:
    """The body, cut into articles line by line. A table of contents holds none, and falls away."""

    spaced: bool
    """Whether articles have their space; where every one lost it, the number alone must do."""
    done: list[tuple[tuple[int, int], str, list[str]]] = field(default_factory=list)
    """Number, chapter and words of each article."""
    headings: dict[str, str] = field(default_factory=dict)
    inside: bool = False

    def add(self, line: str) -> None:
        if start := _start(line, self._expected() if self.spaced else None):
            self.done.append((start[0], " ".join(self.headings.values()), start[1]))
            self.inside = True
        elif heading := _HEADING.fullmatch(line):
            _enter(self.headings, heading)
            self.inside = False
        elif self.inside:
            self.done[-1][2].append(line)

    def _expected(self) -> set[tuple[int, int]]:
        """Give what may follow: the next number, or the next 之 of this one."""
        number, sub = self.done[-1][0] if self.done else (0, 0)
        return {(number + 1, 0), (number, sub + 1)}


def _articles(body: Sequence[str]) -> tuple[Article, ...]:
    cut = _Cut(spaced=any(_ARTICLE.match(line) for line in body))
    for line in body:
        cut.add(line)
    return tuple(Article(*key, chapter, tuple(words)) for key, chapter, words in cut.done)


def _start(
    line: str, expected: set[tuple[int, int]] | None
) -> tuple[tuple[int, int], list[str]] | None:
    """Read the number and the first words, where a line begins an article."""
    found = _ARTICLE.match(line) or _BARE.match(line)
    if not found:
        return None
    try:
        number = to_number(found[1])
    except ValueError:
        raise Damaged(f"第{found[1]}条：读不懂这个号。") from None
    sub = (number_of(found[2]) or 0) if found[2] else 0
    if found[2] and not sub:
        raise Damaged(f"第{found[1]}条之{found[2]}：读不懂这个号。")
    if found.re is _BARE and expected and (number, sub) not in expected:
        return None
    return (number, sub), [found[4]] if found[4] else []


def _enter(headings: dict[str, str], heading: re.Match[str]) -> None:
    """Note a chapter or section; a new chapter ends the sections of the one before."""
    order = "编章节"
    for smaller in order[order.index(heading[2]) :]:
        headings.pop(smaller, None)
    name = heading[3].replace(" ", "")
    headings[heading[2]] = f"第{heading[1]}{heading[2]} {name}".strip()


def faults(
    articles: Sequence[Article], expected: int | None, gone: Iterable[int] = ()
) -> list[str]:
    """Say all that is wrong: an article that is missing, twice, misplaced, empty or cut off.

    `expected` is the number of the last one, where it is known; `gone` are numbers struck out.
    """
    numbers = [article.key for article in articles]
    found = [*order_faults(numbers), *missing(numbers, gone), *_end_faults(numbers, expected)]
    return [*found, *word_faults(one for one in articles if one.number not in {*gone})]


def word_faults(articles: Iterable[Article]) -> Iterator[str]:
    for article in articles:
        if not article.paragraphs:
            yield f"{article.name}没有字。"
        elif not article.paragraphs[-1].rstrip("”’）)").endswith("。"):
            yield f"{article.name}最后没有句号，像是少了字。"


def order_faults(numbers: Iterable[tuple[int, int]]) -> Iterator[str]:
    seen, last = set[tuple[int, int]](), (0, 0)
    for number in numbers:
        if number in seen:
            yield f"{article_name(*number)}出现了两次。"
        elif number < last:
            yield f"{article_name(*number)}的位置不对：它排在{article_name(*last)}后面。"
        seen.add(number)
        last = max(last, number)


def missing(numbers: Collection[tuple[int, int]], gone: Iterable[int] = ()) -> Iterator[str]:
    """Name the gaps: of whole numbers, and of 之一, 之二 behind one."""
    there = {*numbers, *((number, 0) for number in gone)}
    last = max(there, default=(0, 0))[0]
    for number in range(1, last + 1):
        subs = max((sub for one, sub in there if one == number), default=0)
        for sub in range(subs + 1):
            if (number, sub) not in there:
                yield f"缺{article_name(number, sub)}。"


def _end_faults(numbers: Sequence[tuple[int, int]], expected: int | None) -> Iterator[str]:
    last = max(numbers, default=(0, 0))[0]
    if expected is not None and last != expected:
        yield (
            f"最后是{article_name(last)}，应当是{article_name(expected)}。"
            f"要是新版本真的有 {last} 条，核对后加上 --articles {last}。"
        )


def _in_force(
    passed: Sequence[str], published: Sequence[str], articles: Sequence[Article]
) -> date | None:
    """Find the day of effect: on its own line under the title, or in one of the last articles."""
    for line in passed:
        if _IN_FORCE_LINE.fullmatch(line):
            return next(_days([line]), None)
    for article in reversed(articles[-3:]):
        if said := _EFFECT.search("".join(article.paragraphs)):
            where = published[:1] if said[1] == "公布之日" else [said[1]]
            return next(_days(where), None)
    return None


def _days(lines: Iterable[str]) -> Iterator[date]:
    for line in lines:
        yield from (_day(found) for found in _DAY.finditer(line))


def _name_day(filename: str) -> date | None:
    found = _NAMED_DAY.fullmatch(filename)
    return _day(found) if found else None


def _day(found: re.Match[str]) -> date:
    try:
        return date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        raise Damaged(f"没有这一天：{found[0]}。") from None
