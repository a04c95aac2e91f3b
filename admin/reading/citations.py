"""Citations of laws in words: which law, which articles, or why that cannot be told.

Pure. The build, its links and `dengshao law check` read pages and data by this alone. 第六十一条
without a name is of our own law. What might be of another is not taken for ours in silence: it
comes with a `fault`, and so does a number that nobody can read; the editor writes the name, or the
number.
"""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from .cited_law import CHINESE, PART, Names
from .laws import OURS
from .numerals import NUMERAL, article_name, number_of

_CHINESE_PATTERN: Final = re.compile(CHINESE)
_ENGLISH_NUMBER: Final = r"[0-9]{1,4}(?:-[0-9]{1,4})?"
ENGLISH: Final = (
    rf"\b[Aa]rticles?\s({_ENGLISH_NUMBER})"
    rf"((?:(?:,? and |,? or |, | to |–){_ENGLISH_NUMBER}\b(?!\s[a-z]+s\b))*)"
)
_ENGLISH_PATTERN: Final = re.compile(ENGLISH)
# Other ways of writing one, which nobody could follow up.
_SHORT: Final = re.compile(r"\b[Aa]rts?\.\s?[0-9]+|§+\s?[0-9]+")
# 刑法294条: no number of an article stands so.
_LOOSE: Final = re.compile(rf"(?<=[法例定见])》?\s?(?:{NUMERAL})\s?条(?![例件款约])")
# What may stand around a law's name in a source: its part, and what strings it to the next.
_JOINT: Final = re.compile(rf"^{PART}、?《?|》$")
_SPLIT: Final = re.compile(r"[、和及与至到—-]")

# 第二十五条到第二十八条: the articles between are cited as well.
_UP_TO: Final = re.compile(rf"{PART}\s?[至到]\s?")
# Of Markdown, YAML and HTML: what begins a block of its own, and what is no word.
_BLOCK: Final = re.compile(
    r".*(?:\n[ \t>]*\n|\n[ \t>]*(?:[-+*#|:]|\d+\.[ \t])|\n\s*[a-z_]+:\s|[,{]\s?[a-z_]+:\s|\|"
    r"|</?(?:p|[uod]l|li|t[dh]|d[td]|h[1-6]|div|br|summary|legend|label)\b[^>]*>)",
    re.S,
)
TAG: Final = re.compile(r"<[^>]*>|^[^<>]*>(?!=)|\]\([^()\n]*\)|[*\[\]`]|\n[ \t>]*")
_ITEM_LINE: Final = re.compile(r"[ \t>]*(?:[-+*]|\d+\.)[ \t]")
_KEY: Final = re.compile(r"[\n,{]\s*[a-z_]+:\s*$")
# Characters of the source before a citation in which the name of its law is looked for.
REACH: Final = 800
AHEAD: Final = 160
# Over several lines nobody sees; within one line `_unseen` looks.
_HIDDEN: Final = re.compile(r"<!--.*?-->|^(```|~~~).*?^\1|<(code|pre)\b[^>]*>.*?</\2>", re.M | re.S)


class Citation(NamedTuple):
    """`law` is an id of laws.yml. Where it is None or doubtful, `fault` says why."""

    start: int
    end: int
    law: str | None
    articles: tuple[str, ...]
    words: str
    fault: str = ""


class Reader(Names):
    """Finds the citations of a text, and tells what is wrong with one."""

    def find(self, text: str, *, here: str = OURS, data: bool = False) -> list[Citation]:
        """Find the citations of a page or a data file; `here` is the law that it explains."""
        found: list[Citation] = []
        if "条" in text:
            found += self._chinese(text, here, data)
        if "rticle" in text or _may_be_short(text):
            found += self._english(text, data)
        return [one for one in found if not _unseen(text, one.start, data=data)]

    def faults_of(self, one: Citation) -> Iterator[str]:
        """Say what is wrong with a citation: no law, or articles that its entry does not list."""
        if one.law is None or one.fault:
            yield f"{one.words}：{one.fault}"
            return
        law = self.laws[one.law]
        for name in one.articles:
            if name not in law.articles:
                yield (
                    f"{law.zh}{name}不在 content/data/laws.yml 里。"
                    "先对现行的条文，再在那部法的 articles 下面加上这一条"
                )

    def only_cites(self, words: str) -> bool:
        """Tell whether words are listed citations, strung together, and nothing else."""
        found = self.find(words)
        starts = [0, *(one.end for one in found)]
        ends = [*(one.start for one in found), len(words)]
        between = [
            _JOINT.sub("", words[start:end]) for start, end in zip(starts, ends, strict=True)
        ]
        return bool(found) and not (
            set(between) - {"", *self.by_name}
            or between[-1]
            or any(fault for one in found for fault in self.faults_of(one))
        )

    def _chinese(self, text: str, here: str, data: bool) -> Iterator[Citation]:
        for match in _LOOSE.finditer(text):
            if self.backward.match(text[max(match.start() - 40, 0) : match.start()][::-1]):
                say = "条号要写成「第几条」，紧跟在法名后面"
                yield Citation(match.start(), match.end(), None, (), match[0], say)
        last: tuple[int, str | None, int] | None = None
        for match in _CHINESE_PATTERN.finditer(text):
            try:
                numbers = numbers_in(match)
            except ValueError:
                say = f"「{match[0]}」的号读不懂，要写成「第几条」或者「第几条之几」"
                yield Citation(match.start(), match.end(), None, (), match[0], say)
                continue
            law, fault = self.law_of(
                before(text, match.start()), here, above(text, match.start(), data=data)
            )
            between = last and text[last[0] : match.start()]
            if last and law == last[1] and between and _UP_TO.fullmatch(between):
                numbers = [*((number, 0) for number in range(last[2] + 1, numbers[0][0])), *numbers]
            last = match.end(), law, numbers[-1][0]
            names = tuple(article_name(*number) for number in numbers)
            yield Citation(match.start(), match.end(), law, names, match[0], fault)

    def _english(self, text: str, data: bool) -> Iterator[Citation]:
        for match in _SHORT.finditer(text) if _may_be_short(text) else ():
            say = f"「{match[0]}」要写成 article 加号"
            yield Citation(match.start(), match.end(), None, (), match[0], say)
        for match in _ENGLISH_PATTERN.finditer(text):
            law, fault = self.english_law_of(
                before(text, match.start()),
                TAG.sub("", text[match.end() : match.end() + AHEAD]),
                above(text, match.start(), data=data),
            )
            try:
                articles = english_articles(match[1] + match[2])
            except ValueError:
                articles, law, fault = (), None, f"「{match[0]}」的号读不懂"
            yield Citation(match.start(), match.end(), law, articles, match[0], fault)


def _may_be_short(text: str) -> bool:
    return "rt." in text or "rts." in text or "§" in text


def _unseen(text: str, at: int, *, data: bool) -> bool:
    """Tell what no reader sees: a comment, code, the address of a link."""
    line = text[text.rfind("\n", 0, at) + 1 : at]
    if data:
        return line.lstrip().startswith("#")
    if line.count("`") % 2 or line.rfind("](") > line.rfind(")"):
        return True
    if "<!--" in text or "```" in text or "~~~" in text or "<code" in text or "<pre" in text:
        return any(found.start() <= at < found.end() for found in _HIDDEN.finditer(text))
    return False


def before(text: str, at: int) -> str:
    """Give the words of a citation's own block before it, without tags and marks."""
    source = text[max(0, at - REACH) : at]
    if block := _BLOCK.match(source):
        source = source[block.end() :]
    return TAG.sub("", source)


def above(text: str, at: int, *, data: bool) -> Iterator[str]:
    """Give what rules over a citation's block: its heading, a lead into a list, the cell before.

    Made only when asked for: most citations have their law beside them.
    """
    source = text[max(0, at - REACH) : at]
    block = _BLOCK.match(source)
    start = at - len(source) + (block.end() if block else 0)
    heading = text.rfind("\n#", 0, start) + 1
    if not data and (heading or text.startswith("#")):
        yield TAG.sub("", text[heading : text.find("\n", heading)])
    if not data and (lead := _lead(text[max(0, start - REACH) : at])):
        yield TAG.sub("", lead)
    if not TAG.sub("", text[start:at]).strip(" （("):
        # 刑法 | 第二十条: the law in one cell or entry, its article in the next.
        cell = _KEY.sub("", text[max(0, start - 60) : start]).rstrip(" |\n-").rpartition("\n")[2]
        if cell.endswith(("法", "典", "例", "》", "定", "见", "w", "s")):
            yield cell


def _lead(text: str) -> str:
    """Give the line that leads into the list of which the last line is an item."""
    lines = text.splitlines()
    if not lines or not _ITEM_LINE.match(lines[-1]):
        return ""
    for line in reversed(lines[:-1]):
        if line.strip() and not _ITEM_LINE.match(line) and not line.startswith((" ", "\t")):
            return line if line.rstrip(" *").endswith(("：", ":")) else ""
    return ""


def numbers_in(match: re.Match[str]) -> list[tuple[int, int]]:
    """Read the numbers of a Chinese citation. Raises `ValueError`."""
    pieces = [piece.strip() for piece in _SPLIT.split(match[1])]
    numbers = [number_of(piece) for piece in pieces]
    if match[2] or None in numbers:
        raise ValueError(match[0])
    found = [(number, 0) for number in numbers if number is not None]
    if len(found) == 2 and re.search("[至到—-]", match[1]):
        found = [(number, 0) for number in range(found[0][0], found[1][0] + 1)]
    if match[3]:
        found[-1] = found[-1][0], number_of(match[3][1:]) or 0
    return found


def english_articles(words: str) -> tuple[str, ...]:
    """Read 「7, 8 and 11 to 13」 or 「293-1」. Raises `ValueError`."""
    names: list[str] = []
    last = 0
    for joint, number, sub in re.findall(r"(to |–)?([0-9]+)(?:-([0-9]+))?", words):
        if joint:
            names += [article_name(one) for one in range(last + 1, int(number))]
        names.append(article_name(int(number), int(sub or 0)))
        last = int(number)
    return tuple(names)
