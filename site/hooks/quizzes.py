"""Cards, ten-question sets and chapter tests from content/data/quizzes.yml, for no scripts at all.

A test shows whether a choice was right by the style sheet alone; a card is a `<details>`. Nothing
is a form: nothing can be sent, and no browser offers to keep the answers.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from typing import Any

import laws
from generated import line_of, page
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import Files

from admin.reading.numerals import ordinal

# What a page holds so that it stays light on a slow line.
QUESTIONS, CARDS = 8, 12
LETTERS = "ABCD"
TOLD = {True: "对", False: "错"}
ARTICLE = re.compile(r"第[一二三四五六七八九十百]+条")

KEPT = "什么都不发送，也不保存。"
TEST = f"选一个答案，马上看到对不对。{KEPT}"
FLIP = f"先想一想，这句话对还是错。再点开看。{KEPT}"
BARE = "条文前面没写法律名字的，是反有组织犯罪法。"

Data = dict[str, Any]


@dataclass(frozen=True)
class Deck:
    """Questions that belong together, on as many pages as they need."""

    address: str
    title: str
    short: str
    words: tuple[str, ...]
    parts: list[list[Data]]
    cards: bool = False
    about: tuple[str, str] | None = None
    """A page to read, and the words of the link to it."""

    def uri(self, part: int) -> str:
        return f"{self.address}/{part + 1}.md" if part else f"{self.address}.md"


def on_files(files: Files, *, config: MkDocsConfig) -> Files:
    quizzes, law = (config.extra["data"][name] for name in ("quizzes", "law"))
    check(quizzes, law, config)
    for deck in decks(quizzes, law):
        for part in range(len(deck.parts)):
            front, body = front_of(deck, part, quizzes), body_of(deck, part)
            # Only a deck's first page stands in the site map and the search.
            address = deck.uri(part).removesuffix(".md")
            files.append(page(config, address, front, body, listed=not part))
    return files


def decks(quizzes: Data, law: Data) -> Iterator[Deck]:
    items = quizzes["items"]
    yield flip_cards(items)
    yield sets_of_ten(quizzes)
    for chapter in law["items"]:
        yield exam_of(chapter, items)
    about = ("drugs/index.md", "禁毒：怎么认，怎么戒")
    yield exam("learn/drugs", "禁毒测验：戒毒和防毒", ("禁毒题", "答题"), of(items, "drugs"), about)
    about = ("help/path/index.md", "遇到这种事怎么办")
    title = "办事测验：报警、求助、举报"
    yield exam("learn/topic", title, ("举报题", "答题"), of(items, "topic"), about)


def flip_cards(items: list[Data]) -> Deck:
    flat = [item for item in items if item["kind"] == "truefalse"]
    # Every n-th card, so that a page mixes the chapters.
    count = -(-len(flat) // CARDS)
    cards = [flat[first::count] for first in range(count)]
    words = ("判断题", "对错", "卡片", "学法")
    return Deck("learn/cards", "这句话对不对：判断卡片", "判断卡片", words, cards, cards=True)


def sets_of_ten(quizzes: Data) -> Deck:
    by_id = {item["id"]: item for item in quizzes["items"]}
    sets = [[by_id[key] for key in chosen] for chosen in quizzes["sets"]]
    words = ("测验", "考试", "答题", "题目")
    return Deck("learn/quiz", "十道题，考一考自己", "十道题", words, sets)


def exam_of(chapter: Data, items: list[Data]) -> Deck:
    number, name = ordinal(chapter["id"], "章"), chapter["zh"]
    about = (f"law/ch/{chapter['id']}.md", f"{number}的大白话")
    words = (f"{number}测验", name, "答题")
    questions = of(items, chapter["id"])
    return exam(f"learn/ch/{chapter['id']}", f"{number}测验：{name}", words, questions, about)


def of(items: list[Data], chapter: int | str) -> list[Data]:
    return [item for item in items if item["chapter"] == chapter]


def exam(
    address: str, title: str, words: tuple[str, ...], questions: list[Data], about: tuple[str, str]
) -> Deck:
    """Share the questions out evenly: two pages of seven, not one of eight and one of six."""
    size = -(-len(questions) // (-(-len(questions) // QUESTIONS) or 1)) or 1
    parts = [questions[first : first + size] for first in range(0, len(questions), size)]
    return Deck(address, title, title.partition("：")[0], words, parts, about=about)


def front_of(deck: Deck, part: int, quizzes: Data) -> Data:
    nth = f"（第{part + 1}组）" if part else ""
    return {
        "title": deck.title + nth,
        "short": deck.short + nth,
        "description": f"{deck.title}{nth}。答完马上看到解释，不用登录。",
        "keywords": list(deck.words),
        "reviewed": quizzes["checked"],
        "styles": ["learn"],
    }


def body_of(deck: Deck, part: int) -> str:
    nth = f"（第{part + 1}组）" if part else ""
    start = 1 + (0 if deck.address == "learn/quiz" else sum(map(len, deck.parts[:part])))
    rows = [
        card(question) if deck.cards else asked(question, number)
        for number, question in enumerate(deck.parts[part], start)
    ]
    intro = (FLIP if deck.cards else TEST) + ("" if deck.about else BARE)
    # One block of raw HTML: no blank line, or Markdown would read what follows.
    questions = "\n".join(rows)
    return (
        f"# {deck.title}{nth}\n\n{intro}\n\n<div>\n{questions}\n</div>\n\n"
        f"{turn(deck, part)}\n\n{ways_on(deck, part)}"
    )


def card(question: Data) -> str:
    verdict = TOLD[question["answer"]]
    sign = "✓" if question["answer"] else "✗"
    return (
        f'<details class="flip"><summary>{escape(question["zh"])}</summary>'
        f"<p><b>{sign} 这句话{verdict}。</b>{because(question)}</p></details>"
    )


def asked(question: Data, number: int) -> str:
    name = f"q{number}"
    rows = "".join(option(name, *row) for row in options(question))
    letter = right(question)
    return (
        f'<fieldset class="quiz"><legend>{number}. {escape(question["zh"])}</legend>{rows}'
        f'<div aria-live="polite"><p class="yes"><b>✓ 答对了。</b></p>'
        f'<p class="no"><b>✗ 不对。答案是{letter}。</b></p>'
        f'<p class="why">{because(question)}</p></div></fieldset>'
    )


def option(name: str, key: str, words: str, good: bool) -> str:
    return (
        f'<input type="radio" name="{name}" id="{name}{key}" class="{"r" if good else "w"}"'
        f' autocomplete="off"><label for="{name}{key}">{words}</label>'
    )


def options(question: Data) -> list[tuple[str, str, bool]]:
    """Give each option's letter, its words, and whether it is the right one."""
    answer = question["answer"]
    if question["kind"] == "truefalse":
        return [("A", TOLD[True], answer is True), ("B", TOLD[False], answer is False)]
    return [
        (letter, f"{letter}. {escape(words)}", letter == answer)
        for letter, words in zip(LETTERS, question["options"], strict=False)
    ]


def right(question: Data) -> str:
    answer = question["answer"]
    return f"「{TOLD[answer]}」" if question["kind"] == "truefalse" else f" {answer}"


def because(question: Data) -> str:
    """Explain, with the source in the last sentence, where an article becomes a link."""
    why = escape(question["why"]).removesuffix("。")
    return f"{why}（{escape(question['source'])}）。"


def turn(deck: Deck, part: int) -> str:
    """Lead to the next group; after the last one to the first again."""
    if len(deck.parts) == 1:
        return ""
    following = (part + 1) % len(deck.parts)
    words = "换一组" if following else "回到第一组"
    link = relative(deck.uri(following), deck.uri(part))
    return f"第 {part + 1} 组，共 {len(deck.parts)} 组。\n\n[{words}]({link}){{: .button }}"


def ways_on(deck: Deck, part: int) -> str:
    targets = [*([deck.about] if deck.about else []), ("learn/index.md", "全部测验和卡片")]
    here = deck.uri(part)
    rows = "\n".join(f"- [{words}]({relative(uri, here)})" for uri, words in targets)
    return f'<div class="list" markdown>\n\n{rows}\n\n</div>'


def relative(target: str, here: str) -> str:
    return posixpath.relpath(target, posixpath.dirname(here))


def check(quizzes: Data, law: Data, config: MkDocsConfig) -> None:
    """Refuse what a schema cannot see: ids used twice, answers and sources that do not exist."""
    chapters = chapters_of(law)
    named, reader = {item["source"] for item in quizzes["items"]}, laws.reader(config)
    sources = {*quizzes["others"], *filter(reader.only_cites, named)}
    seen: set[str] = set()
    faults = []
    for item in quizzes["items"]:
        found = list(faults_of(item, sources, chapters))
        found += ["这个 id 用了两次"] if item["id"] in seen else []
        found += ["这个 id 用过，退了，换一个新的"] if item["id"] in quizzes["retired"] else []
        seen.add(item["id"])
        if found:
            where = line_of(config, "quizzes.yml", f"id: {item['id']}")
            faults += [f"{where}（{item['id']}）：{fault}" for fault in found]
    faults += [f"content/data/quizzes.yml，sets：{fault}" for fault in set_faults(quizzes)]
    if faults:
        raise PluginError("\n".join(faults))


def faults_of(item: Data, sources: set[str], chapters: dict[str, int]) -> Iterator[str]:
    if item["kind"] == "choice" and item["answer"] not in LETTERS[: len(item["options"])]:
        yield f"答案是 {item['answer']}，选项里没有"
    if ARTICLE.search(item["zh"] + "".join(item.get("options", []))):
        yield "题目和选项里不要写第几条，写进 source"
    if item["source"] not in sources:
        yield f"没有这个出处：{item['source']}"
    elif isinstance(item["chapter"], int) and chapters.get(item["source"]) != item["chapter"]:
        yield f"{item['source']}不在第 {item['chapter']} 章"


def chapters_of(law: Data) -> dict[str, int]:
    return {
        ordinal(article["id"], "条"): chapter["id"]
        for chapter in law["items"]
        for article in chapter["articles"]
    }


def set_faults(quizzes: Data) -> Iterator[str]:
    ids = {item["id"] for item in quizzes["items"]}
    chosen = [key for group in quizzes["sets"] for key in group]
    for key in dict.fromkeys(chosen):
        if key not in ids:
            yield f"没有 {key} 这道题"
        if chosen.count(key) > 1:
            yield f"{key} 用了两次，换一组就会再遇到"
