"""What a query is about that stands in no list: learnt from the lines of content/data/asked.yml.

The evidence is characters and pairs of them (words, in English). For each it is counted which kinds
of danger and which pages its lines belong to, and learnt how much it tells of danger at all. A
browser reads all of it whatever is searched, so that a log tells nothing of the words:
assets/search/asked.js, read by search-asked.js. Nothing is learnt from what anybody types.
"""

from __future__ import annotations

import math
import random
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

from codes import code, letter
from mkdocs.exceptions import PluginError

# Signs for what a line is about, in search-asked.js too: three for each kind of danger, by how much
# of the evidence is of that kind, then one for each page.
LEVELS = 3
# How much evidence tells of danger, in steps: m is nothing, n a little, a very much against.
STEP, NOTHING, MOST = 0.3, ord("m"), 12
# What is typed for more pages than this leads to none of them; a page or a kind of danger that has
# less than such a share of the lines of the first one has them by chance.
MANY, CHANCE = 12, 0.34
# So many of the pages that answer a group of synonyms are asked for by its words.
SYNONYM_PAGES = 2
ROUNDS, RATE, DECAY = 14, 0.3, 0.001
# These pages answer people in danger, and people who only ask: their lines tell neither.
UNTOLD = re.compile(r"help/(despair|overdose|violence|assault|held|child|threats)\.md")
HAN = re.compile(r"[\u3400-\u9fff]")

Data = dict[str, Any]
Lines = list[tuple[str, str]]
Evidence = Callable[[str], list[str]]


def parts(asked: Data, kinds: list[str], groups: list[Data]) -> tuple[Data, Data]:
    """Give the evidence of characters and of words, and what search-asked.js needs to weigh it."""
    if wrong := sorted(set(asked["dangers"]) ^ set(kinds)):
        raise PluginError(
            f"content/data/asked.yml：dangers 和 crisis.yml 对不上：{'、'.join(wrong)}"
        )
    signs = signs_of(kinds, pages_of(asked, groups))
    lines = list(said(asked))
    chinese = [line for line in lines if HAN.search(line[0])]
    english = [line for line in lines if not HAN.search(line[0]) and words(line[0])]
    more = [line for line in synonyms(groups) if HAN.search(line[0])]
    by_character, bias = learn(chinese, more, characters, signs)
    by_word, english_bias = learn(english, [], words, signs)
    said_in_english = " ".join(f"{key}={told}" for key, told in sorted(by_word.items()))
    made = {"asked": in_columns(by_character), "asked-english": said_in_english}
    return made, {"bias": bias, "english": english_bias, "step": STEP}


def said(asked: Data) -> Iterator[tuple[str, str]]:
    """Give each line with what it is about: a kind of danger, nothing, or a page."""
    for name, lines in [*asked["dangers"].items(), ("", asked["calm"]), *asked["pages"].items()]:
        yield from ((line.lower(), name) for line in lines.split("\n") if line.strip())


def synonyms(groups: list[Data]) -> Iterator[tuple[str, str]]:
    """Give what the groups of synonyms.yml say: each word is a line for the pages that answer."""
    for item in groups:
        for word in item["words"]:
            for line in samples(word):
                yield from ((line, page) for page in item.get("pages", [])[:SYNONYM_PAGES])


def samples(pattern: str) -> list[str]:
    """Write a pattern out, so often that each of its alternatives stands in one line at least."""
    parts = [part for part in re.split(r"[()]", pattern.replace("…", "").replace("*", "")) if part]
    choices = [part.lstrip("?").split("|") for part in parts]
    count = max(map(len, choices))
    return sorted({"".join(some[at % len(some)] for some in choices) for at in range(count)})


def pages_of(asked: Data, groups: list[Data]) -> list[str]:
    """Give every page that a line asks for, in an order that both sides keep."""
    more = {page for item in groups for page in item.get("pages", [])[:SYNONYM_PAGES]}
    return [*asked["pages"], *sorted(more - set(asked["pages"]))]


def signs_of(kinds: list[str], pages: list[str]) -> dict[str, int]:
    signs = {kind: LEVELS * at for at, kind in enumerate(kinds)}
    return signs | {page: LEVELS * len(kinds) + at for at, page in enumerate(pages)}


def characters(line: str) -> list[str]:
    run = HAN.findall(line)
    return list(dict.fromkeys([*run, *(a + b for a, b in pairwise(run))]))


def words(line: str) -> list[str]:
    run = re.findall("[a-z]+", re.sub("['’`]", "", line))
    return list(dict.fromkeys([*run, *(f"{a}_{b}" for a, b in pairwise(run))]))


def learn(
    lines: Lines, more: Lines, evidence: Evidence, signs: dict[str, int]
) -> tuple[dict[str, str], float]:
    """Give for each piece of evidence how much it tells of danger, and what it is about.

    `more` are words for what pages are about: of danger they tell nothing.
    """
    seen = [(evidence(line), name) for line, name in lines]
    about: dict[str, Counter[str]] = defaultdict(Counter)
    for found, name in [*seen, *((evidence(line), name) for line, name in more)]:
        for one in found:
            about[one][name] += 1
    # A pair that stands in one line only is chance, and half of the weight.
    known = {one for one, names in about.items() if is_single(one) or names.total() > 1}
    weights, bias = weigh(seen, known)
    told = {one: told_by(weights[one], about[one], signs) for one in known}
    return {one: text for one, text in told.items() if text != chr(NOTHING)}, round(bias, 3)


def is_danger(name: str) -> bool:
    """Tell a kind of danger from a page, and from what is calm."""
    return bool(name) and not name.endswith(".md")


def is_single(one: str) -> bool:
    """Tell one character or one word of English from pairs of them."""
    return len(one) == 1 or bool(re.fullmatch("[a-z]+", one))


def weigh(seen: list[tuple[list[str], str]], known: set[str]) -> tuple[dict[str, float], float]:
    """Learn by logistic regression, step by step: the same lines always give the same weights.

    Each piece of evidence has a number here: lists are twice as quick as what is looked up by name,
    and this is a fifth of what the site takes to build.
    """
    numbers = {one: at for at, one in enumerate(sorted(known))}
    taught = [
        (
            [numbers[one] for one in found if one in known],
            len(found) ** -0.5,
            float(is_danger(name)),
        )
        for found, name in seen
        if not UNTOLD.fullmatch(name)
    ]
    weights, squares = [0.0] * len(numbers), [0.01] * len(numbers)
    bias, square, order = 0.0, 0.01, random.Random(0)  # noqa: S311
    for _ in range(ROUNDS):
        order.shuffle(taught)
        for found, scale, danger in taught:
            sum_ = bias + scale * sum([weights[at] for at in found])
            error = 1 / (1 + math.exp(-max(-30, min(30, sum_)))) - danger
            square += error * error
            bias -= RATE * error / math.sqrt(square)
            scaled = error * scale
            for at in found:
                weight = weights[at]
                step = scaled + DECAY * weight
                squares[at] += step * step
                weights[at] = weight - RATE * step / math.sqrt(squares[at])
    return {one: weights[at] for one, at in numbers.items()}, bias


def told_by(weight: float, about: Counter[str], signs: dict[str, int]) -> str:
    """Write how much a piece of evidence tells of danger, then what it is about."""
    step = max(-MOST, min(MOST, round(weight / STEP)))
    dangers = Counter({name: count for name, count in about.items() if is_danger(name)})
    pages = Counter({name: count for name, count in about.items() if name.endswith(".md")})
    numbers = [
        # One line more, so that what was seen once tells less.
        signs[name] + math.ceil(LEVELS * dangers[name] / (dangers.total() + 1)) - 1
        for name in not_by_chance(dangers)
    ]
    meant = not_by_chance(pages)
    numbers += [signs[name] for name in meant if len(meant) <= MANY]
    return chr(NOTHING + step) + "".join(letter(number) for number in sorted(numbers))


def not_by_chance(counts: Counter[str]) -> list[str]:
    return [name for name, count in counts.items() if count >= CHANCE * max(counts.values())]


def in_columns(told: dict[str, str]) -> Data:
    """Give like with like, which packs best: the characters, what follows each, weights, signs.

    For each character in turn weights and signs tell what it says alone, then what its pairs say.
    """
    counts = Counter(one[1:] for one in told)
    characters = sorted({one for some in told for one in some}, key=lambda one: (-counts[one], one))
    number = {one: at for at, one in enumerate(characters)}
    seconds: dict[str, list[str]] = {one: [""] for one in characters}
    for pair in sorted(told, key=lambda pair: (told[pair][0], number[pair[-1]])):
        if len(pair) > 1:
            seconds[pair[0]].append(pair[1])
    entries = [told.get(a + b, chr(NOTHING)) for a, row in seconds.items() for b in row]
    return {
        "characters": "".join(characters),
        "seconds": " ".join(
            "".join(code(number[one]) for one in row[1:]) for row in seconds.values()
        ),
        "weights": "".join(entry[0] for entry in entries),
        "signs": " ".join(entry[1:] for entry in entries),
    }
