"""Citations of laws in words: which law and which articles, or why that cannot be told.

Pure. The build, its links and `dengshao law check` read pages and data by this alone. 第六十一条
without a name is of our own law; a name directly before (禁毒法第六十二条) holds for all that is
strung together behind it (第八十三条第二款、第八十四条). What might be of another law is never taken
for ours in silence: it comes with a `fault`, and the editor writes the name.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from .numerals import NUMERAL, article_name, number_of

OURS: Final = "aocl"
"""The law of which this site explains every article: one that is cited without a name is of it."""

UNCITED: Final = frozenset({"laws.yml", "asked.yml", "crisis.yml", "synonyms.yml"})
"""Data files that cite nothing: the entries themselves, and what residents type into the search."""

# Numerals as people miswrite them, too: what cannot be read must be told.
_ANY: Final = r"[零〇○一二三四五六七八九十百千两0-9０-９]{1,9}"
_SUB: Final = r"之[一二三四五六七八九十]{1,3}"
_JOINED: Final = rf"{_ANY}(?:\s?[、和及与至到—-]\s?{_ANY})*"
CHINESE: Final = rf"第\s?({_JOINED})({_SUB})?\s?条({_SUB})?(?!例)"
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
_SPLIT: Final = re.compile(r"[、和及与至到—-]")

_ITEM: Final = rf"第\s?(?:{_JOINED})\s?条(?:{_SUB})?"
_CN: Final = "[一二三四五六七八九十]+"
_PART: Final = rf"(?:第{_CN}款)?(?:第?[（(]?{_CN}[)）]?项)?"
_AND: Final = r"(?:、|和|及|与|或者?|至|到|以及)"
_STRUNG: Final = rf"(?:{_ITEM}{_PART}\s?{_AND}\s?)*"
# 第二十五条到第二十八条: the articles between are cited as well.
_UP_TO: Final = re.compile(rf"{_PART}\s?[至到]\s?")
_ENDS: Final = "法|法典|条例|规定|办法|解释|意见|决定|细则|规则|通知|纪要|公约|章程|批复"
_TAIL: Final = rf"\s?(?:[（(][^（()）]{{1,30}}[)）])?(?:里的|中的|的|里|中)?\s?{_STRUNG}$"
_MAY_BE_NAMED: Final = tuple("法典例定释见则知要约程案复》）)的里中、和及与或者至到（(")
_TITLED: Final = re.compile(rf"《([^《》]{{1,80}})》{_TAIL}")
_NAMED: Final = re.compile(rf"([\u4e00-\u9fff]{{0,20}}(?:{_ENDS})){_TAIL}")
# 刑法（第 … ）: in front of a bracket only what is surely a law; 别违法（第五条） names none.
_SURE: Final = re.compile("(?:刑法|讼法|察法|护法|禁毒法|罚法|罪法|宪法|法典|条例)$")
# A text without one of these names no law.
_HINT: Final = re.compile("[法例定见》则知要]")
_SENTENCE: Final = re.compile(r"[。；！？]")
# Any word with 法 may be one, but for those in which 法 is no law: 违法, 办法, 司法, 法院, 法律 …
_WORD: Final = (
    "违了依合非犯守执司立普懂讲释高枉不无没设办方做说写想看用手打玩算疗书学叫入政检与和有的按照"
)
_AFTER_WORD: Final = "院律官制庭治人网宝子医学盲纪定条警"
_ANY_LAW: Final = (
    rf"《[^《》]{{1,80}}(?:{_ENDS})(?:[（(][^（()）]{{1,20}}[)）])?》"
    r"|[\u4e00-\u9fff]{0,20}?(?:条例|法典"
    rf"|[\u4e00-\u9fff](?<![{_WORD}])法(?![{_AFTER_WORD}]|规(?!定)))"
)
# 禁毒法规定（第六十二条）, 看禁毒法：第六十二条: what may stand between a law and its article.
_RULES: Final = re.compile(
    r"》?(?:[（(][^（()）]{1,30}[)）])?(?:里面?|当中|中)?的?(?:规定|说|写明|写着)?的?[，：、\s（(]*"
    rf"{_STRUNG}"
)
_OWN: Final = ("本法", "本条例", "这部法", "这个法", "这部法律")
_HAN: Final = re.compile("[\u4e00-\u9fff]")
# What may stand right before a law's name. After any other word a longer name begins: 军事刑法.
_LEADS: Final = frozenset(
    "见看是按照依据和与及或者对在从由用的了到跟同有反犯合以并也又且国新旧把像如查读翻叫说即里中于给"
    "让被讲懂知着定出过用为"
)

_STATUTE: Final = (
    r"(?:[A-Z][\w’'-]*(?:[ -][\w’'-]+){0,8}? (?:Law|Act|Code|Regulations?|Rules|Opinions?|Measures)"
    r"|Constitution)"
)
_STATUTE_WORD: Final = re.compile(
    r"\b(?:Laws?|Act|Code|Regulations?|Rules|Opinions?|Measures|Constitution)\b"
)
_OUR_WORD: Final = re.compile(r"Organi[sz]ed Crime Law")
_AFTER: Final = re.compile(rf"(?:\([0-9]+\))?,? of (?:(?:the |this )?({_STATUTE}|law\b|Law\b)|(.))")
_BEFORE: Final = re.compile(rf"({_STATUTE})(?:’s|'s|,)?\s(?:\([^()]*\),?\s)?\(?$")
_ENGLISH_SENTENCE: Final = re.compile(r"[.;!?:]\s")
_ENGLISH_TAIL: Final = re.compile(r"(?:’s|'s|,)?\s?(?:\([^()]*\),?\s?)?\(?$")
_IN_BRACKET: Final = re.compile(r"\(([^()]*)$")
_ENGLISH_LEADS: Final = frozenset({"The", "Under", "See", "Chinese", "China’s", "By", "In", "And"})

# Of Markdown, YAML and HTML: what begins a block of its own, and what is no word.
_BLOCK: Final = re.compile(
    r".*(?:\n[ \t>]*\n|\n[ \t>]*(?:[-+*#|:]|\d+\.[ \t])|\n\s*[a-z_]+:\s|[,{]\s?[a-z_]+:\s|\|"
    r"|</?(?:p|[uod]l|li|t[dh]|d[td]|h[1-6]|div|br|summary|legend|label)\b[^>]*>)",
    re.S,
)
TAG: Final = re.compile(r"<[^>]*>|^[^<>]*>(?!=)|\]\([^()\n]*\)|[*\[\]`]|\n[ \t>]*")
# Characters of the source before a citation in which the name of its law is looked for.
REACH: Final = 800
AHEAD: Final = 160
# Over several lines nobody sees; within one line `_unseen` looks.
_HIDDEN: Final = re.compile(r"<!--.*?-->|^(```|~~~).*?^\1|<(code|pre)\b[^>]*>.*?</\2>", re.M | re.S)
_COMMAND: Final = re.compile(r"(?: {4,}|\t)[a-z$]")
# What opens and closes something that is no word: an address, a tag, an attribute.
_PAIRS: Final = (("](", ")"), ("<", ">"), ("{:", "}"))


@dataclass(frozen=True)
class Citation:
    """`law` is an id of laws.yml, or None where `fault` says why it cannot be told."""

    start: int
    end: int
    law: str | None
    articles: tuple[str, ...]
    words: str
    fault: str = ""


@dataclass(frozen=True)
class Law:
    """An entry of laws.yml."""

    id: str
    zh: str
    title: str
    names: tuple[str, ...]
    english: tuple[str, ...]
    articles: Mapping[str, str | None]
    """Those that pages may cite, as 第五十条, each with a few of its words where somebody read it."""
    last: int | None
    gone: tuple[int, ...]
    official: str | None
    version: str | None
    in_force: str | None


def laws_of(items: Iterable[dict[str, Any]]) -> dict[str, Law]:
    """Make the laws of laws.yml, by id and in their order."""
    return {row["id"]: _law(row) for row in items}


def _law(row: dict[str, Any]) -> Law:
    quoted = {
        name: quote if isinstance(quote, str) else None for name, quote in row["articles"].items()
    }
    return Law(
        id=row["id"],
        zh=row["zh"],
        title=row["title"],
        names=(row["zh"], *row.get("also", ())),
        english=tuple(row["en"]),
        articles=quoted,
        last=row.get("last"),
        gone=tuple(row.get("gone", ())),
        official=row.get("official"),
        version=row.get("version"),
        in_force=row.get("in_force"),
    )


def bare_title(title: str) -> str:
    """Drop what titles carry besides the name: 中华人民共和国, and a version in brackets."""
    plain = re.sub(r"\s|[（(][^（()）]*[)）]$", "", title)
    return plain.removeprefix("中华人民共和国")


class Reader:
    """Knows the laws by their names, and tells of each citation which law it is of."""

    def __init__(self, laws: Mapping[str, Law]) -> None:
        self.laws = laws
        self.by_name = {name: law.id for law in laws.values() for name in law.names}
        self.by_title = {bare_title(law.title): law.id for law in laws.values()} | self.by_name
        self.by_english = {name: law.id for law in laws.values() for name in law.english}
        longest = sorted(self.by_name, key=len, reverse=True)
        self.names = tuple(longest)
        every = "|".join(map(re.escape, longest))
        self.any_law = re.compile(f"{_ANY_LAW}|(?:{every})|这部法律?|这个法")
        # Read from the end, where the name stands: a search would begin at every letter.
        self.backward = re.compile("|".join(re.escape(name[::-1]) for name in longest))
        english = sorted(self.by_english, key=len, reverse=True)
        self.english_backward = re.compile("|".join(re.escape(one[::-1]) for one in english))

    def find(self, text: str, *, here: str = OURS, data: bool = False) -> list[Citation]:
        """Find the citations of a page or a data file; `here` is the law that it explains itself."""
        found: list[Citation] = []
        if "条" in text:
            found += self._chinese(text, here)
        if "rticle" in text or _may_be_short(text):
            found += self._english(text)
        return [one for one in found if not _unseen(text, one.start, data=data)]

    def faults_of(self, one: Citation) -> Iterator[str]:
        """Say what is wrong with a citation: no law, or articles that its entry does not list."""
        if one.law is None:
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
        """Tell whether words are citations strung together and nothing else, each of them listed."""
        name = rf"(?:《?(?:{'|'.join(map(re.escape, self.names))})》?)?"
        one = rf"{name}{_ITEM}{_PART}"
        return bool(re.fullmatch(rf"{one}(?:、{one})*", words)) and not any(
            fault for cited in self.find(words) for fault in self.faults_of(cited)
        )

    def _chinese(self, text: str, here: str) -> Iterator[Citation]:
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
            law, fault = self.law_of(before(text, match.start()), here)
            between = last and text[last[0] : match.start()]
            if last and law == last[1] and between and _UP_TO.fullmatch(between):
                numbers = [*((number, 0) for number in range(last[2] + 1, numbers[0][0])), *numbers]
            last = match.end(), law, numbers[-1][0]
            names = tuple(article_name(*number) for number in numbers)
            yield Citation(match.start(), match.end(), law, names, match[0], fault)

    def law_of(self, words: str, here: str = OURS) -> tuple[str | None, str]:
        """Tell by the words of its block before a citation which law it is of, or why not."""
        sentence = _SENTENCE.split(words)[-1].rstrip()
        if sentence.endswith(("（", "(")):
            head = sentence[:-1].rstrip()
            if head.endswith("》") or self.backward.match(head[::-1]) or _SURE.search(head[-24:]):
                return self._attached(head, here)
        elif sentence.endswith(_MAY_BE_NAMED):
            if self.backward.match(sentence[::-1]):
                return self._named(sentence[-44:], here)
            if titled := _TITLED.search(sentence[-160:]):
                return self._titled(titled[1])
            if named := _NAMED.search(sentence[-120:]):
                return self._named(named[1], here)
        return self._ruling(sentence, words, here)

    def _attached(self, head: str, here: str) -> tuple[str | None, str]:
        titled = _TITLED.search(head[-120:]) if head.endswith("》") else None
        return self._titled(titled[1]) if titled else self._named(head[-44:].rstrip("》"), here)

    def _titled(self, title: str) -> tuple[str | None, str]:
        law = self.by_title.get(bare_title(title))
        return (law, "") if law else (None, _unknown(f"《{title}》"))

    def _named(self, name: str, here: str) -> tuple[str | None, str]:
        for words in (name, name.removesuffix("规定").removesuffix("的")):
            if words.endswith(_OWN):
                return here, ""
            plain = words.replace("中华人民共和国", "")
            for known in self.names:
                if plain.endswith(known):
                    lead = plain[: -len(known)][-1:]
                    if not _HAN.match(lead) or lead in _LEADS:
                        return self.by_name[known], ""
                    return None, _unknown(name[-(len(known) + 4) :])
        return None, _unknown(name[-14:])

    def _ruling(self, sentence: str, words: str, here: str) -> tuple[str | None, str]:
        """Tell which law the sentence speaks of; ours where it has named none."""
        named = [*self.any_law.finditer(sentence)] if _HINT.search(sentence) else []
        if not named:
            return self._carried_on(words[: len(words) - len(sentence)])
        last = named[-1]
        name = last[0]
        law, fault = (
            self._titled(name.strip("《》")) if name[0] == "《" else self._named(name, here)
        )
        ours = self.laws[OURS].zh if OURS in self.laws else ""
        if name.strip("《》").endswith((ours, *_OWN)) or _RULES.fullmatch(sentence, last.end()):
            return law, fault
        # Any further words may be of anything: better told than taken for another law's.
        return None, f"前面说到{name[-14:]}，看不出这一条是哪部法的，请把法名写在条号前面"

    def _carried_on(self, earlier: str) -> tuple[str | None, str]:
        """Look at the sentences above: a law named there without an article may be meant here."""
        last = None
        if _HINT.search(earlier):
            for last in self.any_law.finditer(earlier):
                pass
        if last is None or self._is_ours(last[0]):
            return OURS, ""
        rest = earlier[last.end() :]
        if re.match(rf"》?[^。；！？]{{0,30}}?{_ITEM}", rest):
            return OURS, ""
        return None, f"前一句说到{last[0][-14:]}，看不出这一条是哪部法的，请把法名写在条号前面"

    def _is_ours(self, name: str) -> bool:
        return (
            name.strip("《》").endswith((*self.laws[OURS].names, *_OWN))
            if OURS in self.laws
            else False
        )

    def _english(self, text: str) -> Iterator[Citation]:
        for match in _SHORT.finditer(text) if _may_be_short(text) else ():
            say = f"「{match[0]}」要写成 article 加号"
            yield Citation(match.start(), match.end(), None, (), match[0], say)
        for match in _ENGLISH_PATTERN.finditer(text):
            law, fault = self.english_law_of(
                before(text, match.start()), TAG.sub("", text[match.end() : match.end() + AHEAD])
            )
            try:
                articles = english_articles(match[1] + match[2])
            except ValueError:
                articles, law, fault = (), None, f"「{match[0]}」的号读不懂"
            yield Citation(match.start(), match.end(), law, articles, match[0], fault)

    def english_law_of(self, words: str, after: str) -> tuple[str | None, str]:
        """Tell by the words before and after an English citation which law it is of, or why not."""
        if told := _AFTER.match(after):
            if told[2]:
                return None, "of 后面不是 laws.yml 里的英文法名"
            return (OURS, "") if told[1] in ("law", "Law") else self._called(told[1])
        sentence = _ENGLISH_SENTENCE.split(words)[-1]
        head = _ENGLISH_TAIL.sub("", sentence)
        if known := self.english_backward.match(head[::-1]):
            return self._called(known[0][::-1], head[: -len(known[0])])
        others = _STATUTE_WORD.search(_OUR_WORD.sub("", sentence))
        if others and (named := _BEFORE.search(sentence[-160:])):
            return self._called(named[1])
        bracket = _IN_BRACKET.search(sentence)
        if bracket and re.search(r"\w", bracket[1]):
            return None, f"括号里的「{bracket[1].strip(' ,')[-30:]}」不是 laws.yml 里的英文法名"
        if others:
            return None, f"前面说到 {others[0]}，看不出这一条是哪部法的，请写法名"
        return OURS, ""

    def _called(self, name: str, lead: str = "") -> tuple[str | None, str]:
        plain = name
        while plain.split(" ")[0] in _ENGLISH_LEADS:
            plain = plain.partition(" ")[2]
        # 「Military Criminal Law」 is no Criminal Law.
        longer = re.search(r"[A-Z][\w’'-]*[ -]$", lead)
        if longer and longer[0].strip() not in _ENGLISH_LEADS:
            plain = longer[0] + plain
        law = self.by_english.get(plain)
        return (law, "") if law else (None, _unknown(plain))


def _unknown(name: str) -> str:
    return (
        f"「{name}」不是 content/data/laws.yml 里的法名，先在那里写好这部法，或者看看是不是写错了"
    )


def _may_be_short(text: str) -> bool:
    return "rt." in text or "rts." in text or "§" in text


def _unseen(text: str, at: int, *, data: bool) -> bool:
    """Tell what no reader sees: a comment, code, an address, an attribute."""
    line = text[text.rfind("\n", 0, at) + 1 : at]
    if data:
        return line.lstrip().startswith("#")
    if line.count("`") % 2 or _COMMAND.match(line):
        return True
    if any(line.rfind(opened) > line.rfind(closed) for opened, closed in _PAIRS):
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
