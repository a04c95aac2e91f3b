"""Faults in the words of a page, each with its line and what to do about it (used by checks.py)."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import Any, NamedTuple
from urllib.parse import unquote

from blocks import BLOCK, Block, blocks, clean
from deadlines import time_of
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import Files
from statements import SOURCE, unsourced

from admin.reading.scope import forms

LIMIT = 40
# （禁毒法第六十二条） counts for nothing: it is for whoever wants to look it up.
BRACKET = re.compile(r"（[^（）]*）")
# 处置（处理掉）、处置，就是处理掉
MEANING = re.compile(r"（[^（）]*）|，?(?:也?就)?是")
# Beside the ends of a sentence, those of a cell and of a step in the trail of a path.
SENTENCE = re.compile(r"[^。！？；|›]+")
PIECE = re.compile(rf"[。！？；|›]|{BLOCK.pattern}")
SPACE = re.compile(r"\s+")
LINK = re.compile(r"\]\(([^()\s]+)(?:\s[^()]*)?\)")
ANCHOR = re.compile(r"\]\(([^()\s#]*)#([^()\s]+)\)")
ELSEWHERE = re.compile(r"[a-z]+:|#")
QUOTED = "《[^》]*》"

NUMBER = re.compile(
    r"(?=[19])(?<!打了)(?<!打了 )(?<![0-9A-Za-z:/._#“-])"
    r"(1[12]\d|12\d{3}|9[56]\d{3})(?![0-9A-Za-z._/”-])"
    r"(?!\s?[个次天元人条页万亿斤克米年月日次种株户名件项字岁毫厘公小分秒%％])"
)
RINGING = re.compile(r"(?:[打拨]|电话|热线|号码)[^\n]{0,3}$")
# On paper nothing is pressed, and pages made from data carry buttons for their numbers.
PRESSED = re.compile(r"(?!posters/|q/|learn/|help/path/|places/)")
# Where a link cannot stand: a heading, the words of another link, an element with its own number.
CLOSED = re.compile(r"#|.*\[[^\]]*$|.*<(?:a|button|summary|label|legend)\b(?:(?!</).)*$")
# An article's page and its law's chapters are that law; each question carries its source; a 通报
# says what was done, and names no article (admin/district/bulletins.py refuses it).
THE_LAW = re.compile(
    r"law/(?:\d\d|ch/\d|for/.*)\.md|learn/.*/.*|learn/(?:cards|quiz|drugs|topic)"
    r"|news/[\d-]+-bulletin-"
)

Data = dict[str, Any]


class Fault(NamedTuple):
    """`words` are looked for in the data file of a page that no editor writes, at least `core`."""

    line: int
    words: str
    say: str
    core: str = ""


class Rules:
    """What the data files say of words and numbers, made ready once for all pages."""

    def __init__(self, data: Data) -> None:
        self.deadlines: Data = data["deadlines"]
        self.never = forms(data["scope"], "zh")
        self.instead: Data = {item["zh"]: item["say"] for item in data["jargon"]["items"]}
        explained = [
            word
            for item in data["glossary"]["items"]
            for word in (item["zh"], *item.get("also", ()), *item.get("not", ()))
        ]
        spared = [word for item in data["jargon"]["items"] for word in item.get("not", ())]
        for word in explained:
            self.instead.pop(word, None)
        longer = [word for word in explained if any(hard in word for hard in self.instead)]
        ordered = sorted((*self.instead, *longer, *spared), key=len, reverse=True)
        begin = "".join(sorted({word[0] for word in ordered}))
        every = "|".join([QUOTED, *map(re.escape, ordered)])
        self.hard = re.compile(f"(?=[《{begin}])(?:{every})")
        items = data["hotlines"]["items"]
        self.phones = {item["number"] for item in items if item["kind"] == "phone"}
        self.known = set(
            re.findall(r"\d{3,5}", " ".join(f"{i['number']} {i['zh']}" for i in items))
        )

    def shown(self, mark: str, argument: str) -> str:
        """Give what a mark will say among the words; buttons, tables and drawings say nothing."""
        if mark == "tel":
            return argument
        if mark == "scope":
            return self.never.get(argument, "")
        try:
            return time_of(argument, self.deadlines, "zh") if mark == "deadline" else ""
        except PluginError:
            return ""


def faults(markdown: str, uri: str, rules: Rules, files: Files) -> Iterator[Fault]:
    yield from broken_links(markdown, uri, files)
    yield from loose_numbers(markdown, uri, rules)
    yield from spoken(clean(markdown, rules.shown), rules, is_law=bool(THE_LAW.match(uri)))


def spoken(words: str, rules: Rules, *, is_law: bool = False) -> Iterator[Fault]:
    """Look at cleaned words: of a page, or of data that a mark will show."""
    # Most pages have no long piece at all: only the others are divided with care.
    if any(len(piece) > LIMIT for piece in PIECE.split(BRACKET.sub("", words))):
        for part in blocks(words):
            yield from long_sentences(words, part)
    yield from hard_words(words, rules)
    if not is_law:
        yield from bare_statements(words)


def line_at(words: str, position: int) -> int:
    return words.count("\n", 0, position) + 1


def anchors(markdown: str, uri: str) -> Iterator[tuple[int, str, str, str]]:
    """Find the links to a place on a page: line, link, page, place."""
    for link in ANCHOR.finditer(markdown):
        path, anchor = unquote(link[1]), unquote(link[2])
        target = posixpath.normpath(posixpath.join(posixpath.dirname(uri), path)) if path else uri
        if not ELSEWHERE.match(link[1]):
            yield line_at(markdown, link.start()), f"{link[1]}#{link[2]}", target, anchor


def broken_links(markdown: str, uri: str, files: Files) -> Iterator[Fault]:
    for link in LINK.finditer(markdown):
        href = link[1]
        path = unquote(href.partition("#")[0])
        if ELSEWHERE.match(href):
            continue
        target = posixpath.normpath(posixpath.join(posixpath.dirname(uri), path))
        if href.startswith("/"):
            say = f"链接（{href}）要从这一页写起，像 ../help/index.md"
        elif files.get_file_from_path(target) is None:
            say = f"链接（{href}）打不开，没有 content/{target}"
        else:
            continue
        yield Fault(line_at(markdown, link.start()), href, say)


def loose_numbers(markdown: str, uri: str, rules: Rules) -> Iterator[Fault]:
    """Find numbers to ring that hotlines.yml does not know, and those that cannot be pressed."""
    for found in NUMBER.finditer(markdown):
        number = found[1]
        before = markdown[markdown.rfind("\n", 0, found.start()) + 1 : found.start()]
        if number in rules.phones:
            if not PRESSED.match(uri) or CLOSED.match(before):
                continue
            say = f"{number} 请写成 {{tel:{number}}}，手机上一按就能打"
        elif number not in rules.known and (len(number) > 3 or RINGING.search(before)):
            say = f"{number} 不在 content/data/hotlines.yml 里，先核实，再写进去"
        else:
            continue
        yield Fault(line_at(markdown, found.start()), before[-12:] + number, say, number)


def long_sentences(words: str, part: Block) -> Iterator[Fault]:
    text = BRACKET.sub(lambda source: "\n" * source[0].count("\n"), part.text)
    for sentence in SENTENCE.finditer(text):
        length = len(SPACE.sub("", sentence[0]))
        if length > LIMIT:
            begin = sentence.start() + len(sentence[0]) - len(sentence[0].lstrip())
            line = line_at(words, part.start) + text.count("\n", 0, begin)
            say = f"这一句有 {length} 个字，超过 {LIMIT} 个，请拆成两句"
            yield Fault(line, sentence[0].strip()[:30], say)


def hard_words(words: str, rules: Rules) -> Iterator[Fault]:
    """Find words of offices; one that is explained in brackets once is explained on the page."""
    found = [match for match in rules.hard.finditer(words) if match[0] in rules.instead]
    explained = {match[0] for match in found if is_explained(words, match.end())}
    for match in found:
        word = match[0]
        if word not in explained:
            say = f"「{word}」不好懂，{rules.instead[word]}"
            around = words[max(match.start() - 8, 0) : match.end() + 8]
            yield Fault(line_at(words, match.start()), around, say, word)


def is_explained(words: str, end: int) -> bool:
    found = MEANING.match(words, end)
    return found is not None and not (found[0][0] == "（" and SOURCE.search(found[0]))


def bare_statements(words: str) -> Iterator[Fault]:
    for part in unsourced(words):
        text = part.text.strip()
        say = f"「{text[:16]}」说到法律，请写明哪部法、第几条，或者文件的名字"
        begin = part.start + len(part.text) - len(part.text.lstrip())
        yield Fault(line_at(words, begin), text[:30], say)
