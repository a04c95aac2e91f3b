"""Which law a citation is of, told by the words around it, or why that cannot be told. Pure.

A name directly before (禁毒法第六十二条) holds for all that is strung together behind it
(第八十三条第二款、第八十四条). Without a name it is our own law's, unless what stands before it
speaks of another: then it is never taken for ours in silence.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Final

from .laws import OURS, Law, bare_title

# Numerals as people miswrite them, too: what cannot be read must be told.
_ANY: Final = r"[零〇○一二三四五六七八九十百千两0-9０-９]{1,9}"
_SUB: Final = r"之[一二三四五六七八九十]{1,3}"
_JOINED: Final = rf"{_ANY}(?:\s?[、和及与至到—-]\s?{_ANY})*"
CHINESE: Final = rf"第\s?({_JOINED})({_SUB})?\s?条({_SUB})?(?!例)"
ITEM: Final = rf"第\s?(?:{_JOINED})\s?条(?:{_SUB})?"
_CN: Final = "[一二三四五六七八九十]+"
PART: Final = rf"(?:第{_CN}款)?(?:第?[（(]?{_CN}[)）]?项)?"
_AND: Final = r"(?:、|和|及|与|或者?|至|到|以及)"
_STRUNG: Final = rf"(?:{ITEM}{PART}\s?{_AND}\s?)*"
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
# What was named with its article ends there.
_CITED: Final = re.compile(rf"》?[^。；！？]{{0,30}}?{ITEM}")
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
_ANY_STATUTE: Final = re.compile(_STATUTE)
_CITED_IN_ENGLISH: Final = re.compile(r"[^.;!?]{0,12}?[Aa]rticle|[^.;!?]{0,4}\)")
_WORDS: Final = re.compile(r"\w")
_SEE: Final = re.compile(r"\b(?:see|also|and|or|by|under|in|but)\b")
_OUR_WORD: Final = re.compile(r"Organi[sz]ed Crime Law")
_AFTER: Final = re.compile(rf"(?:\([0-9]+\))?,? of (?:(?:the |this )?({_STATUTE}|law\b|Law\b)|(.))")
_BEFORE: Final = re.compile(rf"({_STATUTE})(?:’s|'s|,)?\s(?:\([^()]*\),?\s)?\(?$")
_ENGLISH_SENTENCE: Final = re.compile(r"[.;!?:]\s")
_ENGLISH_TAIL: Final = re.compile(r"(?:’s|'s|,)?\s?(?:\([^()]*\),?\s?)?\(?$")
_IN_BRACKET: Final = re.compile(r"\(([^()]*)$")
_ENGLISH_LEADS: Final = frozenset({"The", "Under", "See", "Chinese", "China’s", "By", "In", "And"})


class Names:
    """Knows the laws by their names."""

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

    def law_of(
        self, words: str, here: str = OURS, above: Iterable[str] = ()
    ) -> tuple[str | None, str]:
        """Tell by the words of its block before a citation which law it is of, or why not.

        `above` are the words that rule over the block: its heading, what leads into its list.
        """
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
        return self._ruling(sentence, words, here, above)

    def _attached(self, head: str, here: str) -> tuple[str | None, str]:
        titled = _TITLED.search(head[-120:]) if head.endswith("》") else None
        return self._titled(titled[1]) if titled else self._named(head[-44:].rstrip("》"), here)

    def _titled(self, title: str) -> tuple[str | None, str]:
        law = self.by_title.get(bare_title(title))
        return (law, "") if law else (None, _unknown(f"《{title}》"))

    def _named(self, name: str, here: str) -> tuple[str | None, str]:
        for words in (name, name.removesuffix("规定").removesuffix("的")):
            if words.endswith(_OWN):
                # 本条例 is said of none that is called 法.
                kind = "条例" if words.endswith("条例") else "法"
                fits = self.laws[here].zh.endswith(kind)
                return (here, "") if fits else (None, _unknown(words[-3:]))
            plain = words.replace("中华人民共和国", "")
            if match := self.backward.match(plain[::-1]):
                known = match[0][::-1]
                lead = plain[: -len(known)][-1:]
                if not _HAN.match(lead) or lead in _LEADS:
                    return self.by_name[known], ""
                return None, _unknown(name[-(len(known) + 4) :])
        return None, _unknown(name[-14:])

    def _ruling(
        self, sentence: str, words: str, here: str, above: Iterable[str]
    ) -> tuple[str | None, str]:
        """Tell which law the sentence speaks of; ours where it has named none."""
        named = [*self.any_law.finditer(sentence)] if _HINT.search(sentence) else []
        if not named:
            return OURS, self._doubt([*above, words[: len(words) - len(sentence)]])
        last = named[-1]
        name = last[0]
        law, fault = (
            self._titled(name.strip("《》")) if name[0] == "《" else self._named(name, here)
        )
        if self._is_ours(name) or _RULES.fullmatch(sentence, last.end()):
            return law, fault
        # Any further words may be of anything: better told than taken for another law's.
        return None, f"前面说到{name[-14:]}，看不出这一条是哪部法的，请把法名写在条号前面"

    def _doubt(self, earlier: Iterable[str]) -> str:
        """Say where a law that was named above, without an article, may be meant below."""
        for words in earlier:
            named = [*self.any_law.finditer(words)] if _HINT.search(words) else []
            if (
                named
                and not self._is_ours(named[-1][0])
                and not _CITED.match(words, named[-1].end())
            ):
                return f"前面说到{named[-1][0][-14:]}，看不出这一条是哪部法的，请把法名写在条号前面"
        return ""

    def _is_ours(self, name: str) -> bool:
        return name.strip("《》").endswith((*self.laws[OURS].names, *_OWN))

    def english_law_of(
        self, words: str, after: str, above: Iterable[str] = ()
    ) -> tuple[str | None, str]:
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
        if bracket and _WORDS.search(_SEE.sub("", bracket[1])):
            return None, f"括号里的「{bracket[1].strip(' ,')[-30:]}」不是 laws.yml 里的英文法名"
        if others:
            return None, f"前面说到 {others[0]}，看不出这一条是哪部法的，请写法名"
        return OURS, self._english_doubt([*above, words[: len(words) - len(sentence)]])

    def _english_doubt(self, earlier: Iterable[str]) -> str:
        for words in earlier:
            named = [*_ANY_STATUTE.finditer(words)]
            if not named or _OUR_WORD.search(named[-1][0]):
                continue
            if not _CITED_IN_ENGLISH.match(words, named[-1].end()):
                return f"前面说到 {named[-1][0]}，看不出这一条是哪部法的，请写法名"
        return ""

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
