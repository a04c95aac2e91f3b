"""第N条 in the words becomes a link to the page that explains that article.

A bare 第六十一条 is of the Anti-Organized Crime Law; 禁毒法第六十二条 and 戒毒条例第九条 lead to
their guides; after another law's name an article stays plain. On English pages "article 61" leads
to its English lines, and only where there are none to the Chinese page.
"""

from __future__ import annotations

import re
from typing import Any

from law_index import LawIndex, guide_of
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.pages import Page
from mkdocs.utils import get_relative_url

from admin.reading.numerals import number_of

NUMERAL = r"[零一二三四五六七八九十百]{1,9}|[0-9]{1,3}"
# Nothing is linked in what is a link or a heading already, in code, or within a tag.
LEAVE = r"<(h[1-6]|a|code|pre|script|style|summary|button|svg)\b[^>]*>.*?</\1>|<!--.*?-->|<[^>]*>"
CHINESE = re.compile(rf"{LEAVE}|第\s?({NUMERAL})\s?条(?!例)", re.S)
ENGLISH = re.compile(
    rf"{LEAVE}|\b[Aa]rticles?\s([0-9]{{1,3}})((?:(?:,? and |, | to |–)[0-9]{{1,3}})*)", re.S
)
# A page without one of these cites no article and leads to none.
OF_LAW = re.compile(r'条|["/]law/')
HREF = re.compile(r'<a\b[^>]*?href="([^"]*)"')
FURTHER = re.compile(r"[0-9]+")
TAG = re.compile(r"<[^>]*>|^[^<>]*>")
# What ends with one of these is another paragraph, and names no law for this one.
BLOCK = re.compile(r".*</?(?:p|[uod]l|li|t[dh]|d[td]|h[1-6]|div|br|summary)\b[^>]*>", re.S)
# Characters of the source before a citation in which the name of its law is looked for.
REACH = 800

ITEM = rf"第\s?(?:{NUMERAL})\s?条(?:之[一二三四五六七八九十])?"
PART = r"(?:第[一二三四五六七八九十]+款)?(?:第?[（(]?[一二三四五六七八九十]+[)）]?项)?"
# 刑法第二百九十四条、第 … : a name holds for all items that are strung together after it.
MAY_BE_NAMED = tuple("法典例定释见则知要约程案》）)的里中、和及与或者至到（(")
NAMED = re.compile(
    r"(?:([\u4e00-\u9fff]{0,20}(?:法|法典|条例|规定|办法|解释|意见|决定|细则|规则|通知|纪要|公约|章程))》?|(》))"
    r"\s?(?:[（(][^（()）]{1,30}[)）])?(?:里的|中的|的|里|中)?\s?"
    rf"(?:{ITEM}{PART}\s?(?:、|和|及|与|或者?|至|到|以及)\s?)*$"
)
# 刑法（第 … ）: in front of a bracket only what is surely a law; 别违法（第五条） names none.
BRACKETED = re.compile(
    r"(?:([\u4e00-\u9fff]{0,20}(?:刑法|讼法|察法|护法|禁毒法|罚法|罪法|宪法|法典|条例))》?|(》))\s?[（(]$"
)
# A law that the sentence has named rules on, until it ends or names our own.
SENTENCE = re.compile(r"[。；！？]")
# Any word with 法 may be one, but for those in which 法 is no law: 违法, 办法, 司法, 法院, 法律 …
WORD = "违了依合非犯守执司立普懂讲释高枉不无没设办方做说写想看用手打玩算疗书学叫入政检与和有的按照"
AFTER_WORD = "院律官制庭治人网宝子医学盲纪定条警"
ANY_LAW = re.compile(
    r"《[^《》]{1,40}(?:法|法典|条例|规定|办法|解释|意见|决定|细则|规则|通知|纪要|公约|章程|批复)"
    r"(?:[（(][^（()）]{1,20}[)）])?》"
    r"|[\u4e00-\u9fff]{0,20}?(?:条例|法典"
    rf"|[\u4e00-\u9fff](?<![{WORD}])法(?![{AFTER_WORD}]|规(?!定)))"
)
# 禁毒法规定（第六十二条）, 看禁毒法：第六十二条: what may stand between a law and its article.
RULES = re.compile(
    r"(?:[（(][^（()）]{1,30}[)）])?(?:里面?|当中|中)?的?(?:规定|说|写明|写着)?的?[，：、\s（(]*"
    rf"(?:{ITEM}{PART}\s?(?:、|和|及|与|或者?|至|到|以及)\s?)*"
)
OWN = ("本法", "这部法", "这个法")
OUR_NAME = "反有组织犯罪法"
LAWS = {OUR_NAME: "aocl", "禁毒法": "drugs", "戒毒条例": "treatment"}

STATUTE = (
    r"(?:[A-Z][\w’'-]*(?:[ -][\w’'-]+){0,8}? (?:Law|Act|Code|Regulations?|Rules|Opinions?|Measures)"
    r"|Constitution)"
)
BEFORE = re.compile(rf"({STATUTE})(?:’s|'s|,)?\s(?:\([^()]*\),?\s)?\(?$")
AFTER = re.compile(rf"(?:\([0-9]+\))?,? of (?:the |this )?({STATUTE}|law\b)")
STATUTES = {
    "Organized Crime": "aocl",
    "Organised Crime": "aocl",
    "Drug Rehabilitation": "treatment",
    "Drug Treatment": "treatment",
    "Narcotics": "drugs",
    "Drug": "drugs",
}


def on_page_content(html: str, *, page: Page, config: MkDocsConfig, **_: Any) -> str:
    if "/decisions/" in page.file.src_uri:
        return html
    if page.meta.get("lang") == "en":
        return English(html, page, config.extra["law"]).linked()
    if not OF_LAW.search(html):
        return html
    return Chinese(html, page, config.extra["law"]).linked()


class Chinese:
    """The words of one page, looked at once."""

    pattern = CHINESE
    language = ""

    def __init__(self, html: str, page: Page, index: LawIndex) -> None:
        self.html, self.page, self.index = html, page, index

    def linked(self) -> str:
        return self.pattern.sub(self.replace, self.html)

    def replace(self, found: re.Match[str]) -> str:
        if found[2] is None:
            self.note_link(found)
            return found[0]
        law = self.law_of(found)
        return self.link(law, found[2], found[0]) if law else found[0]

    def note_link(self, found: re.Match[str]) -> None:
        """Count a link that the author made."""
        if found[1] == "a" and (href := HREF.match(found[0])):
            number = self.index.article_at(href[1], self.page)
            if number is not None:
                self.index.note(number, self.page)

    def law_of(self, found: re.Match[str]) -> str | None:
        """Tell which law a citation is of, by the name before it; None where we explain it not."""
        before = SENTENCE.split(self.before(found))[-1]
        named = None
        if before.rstrip().endswith(MAY_BE_NAMED):
            named = BRACKETED.search(before[-40:]) or NAMED.search(before[-80:])
        if not named:
            return self.ruling(before)
        return self.law_called((named[1] or "").removesuffix("规定").removesuffix("的"))

    def ruling(self, before: str) -> str | None:
        """Tell which law the sentence speaks of; ours where it has named none."""
        named = [*ANY_LAW.finditer(before)]
        if not named:
            return "aocl"
        last = named[-1]
        law = self.law_called(last[0].strip("《》"))
        if last[0].endswith((OUR_NAME, *OWN)):
            return law
        # Any further words may be of anything: better no link than one to another law.
        return law if RULES.fullmatch(before, last.end()) else None

    def law_called(self, name: str) -> str | None:
        if name.endswith(OWN):
            return guide_of(self.page) or "aocl"
        return next((law for title, law in LAWS.items() if name.endswith(title)), None)

    def before(self, found: re.Match[str]) -> str:
        source = self.html[max(0, found.start() - REACH) : found.start()]
        return TAG.sub("", BLOCK.sub("", source))

    def link(self, law: str, numeral: str, words: str) -> str:
        number = number_of(numeral)
        target = self.index.find(law, number) if number else None
        if not target or target[0] is self.page.file:
            return words
        if law == "aocl":
            self.index.note(number, self.page)
        href = get_relative_url(target[0].url, self.page.url) + target[1]
        return f'<a href="{href}"{self.language}>{words}</a>'


class English(Chinese):
    pattern = ENGLISH
    # Where it leads, the words are Chinese.
    language = ' hreflang="zh"'

    def replace(self, found: re.Match[str]) -> str:
        if found[2] is None:
            self.note_link(found)
            return found[0]
        law = self.law_of(found)
        if not law:
            return found[0]
        head = found[0][: found.end(2) - found.start()]
        rest = FURTHER.sub(lambda one: self.link(law, one[0], one[0]), found[3])
        return self.link(law, found[2], head) + rest

    def law_of(self, found: re.Match[str]) -> str | None:
        after = TAG.sub("", self.html[found.end() : found.end() + REACH])
        named = AFTER.match(after) or BEFORE.search(self.before(found)[-120:])
        if not named or named[1] == "law":
            return "aocl"
        return next((law for title, law in STATUTES.items() if title in named[1]), None)

    def link(self, law: str, numeral: str, words: str) -> str:
        """Lead to the English lines on an article where there are some."""
        target = self.index.english.get(int(numeral)) if law == "aocl" else None
        if not target or target[0] is self.page.file:
            return super().link(law, numeral, words)
        return f'<a href="{get_relative_url(target[0].url, self.page.url)}{target[1]}">{words}</a>'
