"""Nobody who guesses by a habit does better than chance, so that a right answer means knowing.

A guess at a choice gives the options it would take (several share the point), one at a statement
whether it would call it true. Both see only what stands on the page, in the order it stands there.
"""

import re

import pytest

ABSOLUTE = re.compile("只|凡|不用|就|都|必须|一定|一律|全|任何|所有|绝|从来|不得|不能")
HEDGE = re.compile("可以|可能|依法|应当|按|有关")
OFFICIAL = re.compile("机关|部门|政府|法院|报告|依法|及时|规定")
PUT_OFF = re.compile("先|再|等|以后|让")
EVERYDAY = re.compile("先|再|才|等|了|来|自己|的人")
DENIED = re.compile("[不没]")
NUMBER = re.compile("[0-9一二三四五六七八九十百千万]")
STOP = re.compile("[，、；：。]")


def most(measure):
    """Take the options with the most of something; all of them where they have the same."""

    def guess(question):
        found = [measure(option, question) for option in question["options"]]
        return [place for place, value in enumerate(found) if value == max(found)]

    return guess


def counted(pattern, sign=1):
    return most(lambda option, _: sign * len(pattern.findall(option)))


def alike(option, question):
    return sum(len({*option} & {*other}) for other in question["options"])


def middling(option, question):
    return -abs(len(option) - sorted(map(len, question["options"]))[1])


CHOICES = {
    "the longest": most(lambda option, _: len(option)),
    "the shortest": most(lambda option, _: -len(option)),
    "of middle length": most(middling),
    "A": lambda _: [0],
    "B": lambda _: [1],
    "C": lambda _: [2],
    "most stops": counted(STOP),
    "fewest stops": counted(STOP, -1),
    "most hedged": counted(HEDGE),
    "least hedged": counted(HEDGE, -1),
    "like the question": most(lambda option, question: len({*option} & {*question["zh"]})),
    "unlike the question": most(lambda option, question: -len({*option} & {*question["zh"]})),
    "with numbers": counted(NUMBER),
    "without numbers": counted(NUMBER, -1),
    "absolute": counted(ABSOLUTE),
    "not absolute": counted(ABSOLUTE, -1),
    "denying": counted(DENIED),
    "not denying": counted(DENIED, -1),
    "by the authorities": counted(OFFICIAL),
    "not by the authorities": counted(OFFICIAL, -1),
    "putting off": counted(PUT_OFF),
    "not putting off": counted(PUT_OFF, -1),
    "in everyday words": counted(EVERYDAY),
    "in words of the law": counted(EVERYDAY, -1),
    "like the other options": most(alike),
    "the odd one out": most(lambda option, question: -alike(option, question)),
}
STATEMENTS = {
    "true": lambda _: True,
    "false": lambda _: False,
    "false if absolute": lambda words: not ABSOLUTE.search(words),
    "true if absolute": lambda words: bool(ABSOLUTE.search(words)),
    "true if hedged": lambda words: bool(HEDGE.search(words)),
    "false if hedged": lambda words: not HEDGE.search(words),
    "true if it may": lambda words: "可以" in words,
    "true if it must": lambda words: bool(re.search("应当|依法|有权|要", words)),
    "false if denied": lambda words: not DENIED.search(words),
    "true if long": lambda words: len(words) > 24,
    "false if long": lambda words: len(words) <= 24,
    "true if it adds": lambda words: "也" in words,
    "true with a number": lambda words: bool(NUMBER.search(words)),
    "true if listed": lambda words: "、" in words,
    "false of oneself": lambda words: "自己" not in words,
}


def of_kind(items, kind):
    return [item for item in items if item["kind"] == kind]


def point(question, guess):
    """Give what the guess gains, and what a blind one would."""
    if question["kind"] == "truefalse":
        return float(guess(question["zh"]) == question["answer"]), 1 / 2
    taken = guess(question)
    right = "ABCD".index(question["answer"])
    return (right in taken) / len(taken), 1 / len(question["options"])


def above_chance(questions, guess):
    """Give by how many questions the guess beats a blind one."""
    points = [point(question, guess) for question in questions]
    return sum(gained for gained, _ in points) - sum(chance for _, chance in points)


GUESSES = [
    *(pytest.param("choice", guess, id=name) for name, guess in CHOICES.items()),
    *(pytest.param("truefalse", guess, id=name) for name, guess in STATEMENTS.items()),
]


@pytest.mark.parametrize(("kind", "guess"), GUESSES)
def test_a_habit_gains_nothing_over_all_questions(data, kind, guess):
    questions = of_kind(data["quizzes"]["items"], kind)
    gained = above_chance(questions, guess) / len(questions)
    assert abs(gained) <= 0.1, f"{gained:+.0%}"


def each_test(quizzes, data):
    """Give each test that a reader may take: a set of ten by itself, a chapter whole."""
    for deck in quizzes.decks(data["quizzes"], data["law"]):
        if deck.address == "learn/quiz":
            yield from ((deck.uri(part), asked) for part, asked in enumerate(deck.parts))
        else:
            yield deck.uri(0), [question for part in deck.parts for question in part]


def test_a_habit_gains_little_within_any_test(hook, data):
    for address, asked in each_test(hook("quizzes"), data):
        for kind, guesses in (("choice", CHOICES), ("truefalse", STATEMENTS)):
            questions = of_kind(asked, kind)
            for name, guess in guesses.items():
                gained = round(above_chance(questions, guess), 2)
                assert gained <= max(2, 0.2 * len(questions)), f"{address}: {name} {gained:+.1f}"


def test_no_option_stands_out_by_its_length(data):
    for question in of_kind(data["quizzes"]["items"], "choice"):
        lengths = [len(option) for option in question["options"]]
        assert max(lengths) <= min(lengths) + 5, question["id"]
