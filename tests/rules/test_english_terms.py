"""One English word for one thing: `en_never` of terms.yml, held against all English."""

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from babel.messages.pofile import read_po

from admin.reading.data_files import load_file

ROOT = Path(__file__).parents[2]
TERMS = load_file(ROOT / "content", "terms")
# What people type in the search box, where a link leads, and marks that the build fills.
UNSEEN = re.compile(r"^keywords:.*?$|\]\([^)]*\)|\{[a-z]+:[^}]*\}", re.M)
# What the site says in English of its own: 'en': {…} of the theme's words.
THEME = re.compile(r"^  'en': \{(.*?)\n\}", re.S | re.M)

Words = Iterator[tuple[str, str]]


def page(path: Path) -> Words:
    yield "", UNSEEN.sub(" ", path.read_text("utf-8"))


def theme(path: Path) -> Words:
    yield "", THEME.search(path.read_text("utf-8"))[1]  # type: ignore[index]


def catalogue(path: Path) -> Words:
    with path.open("rb") as file:
        for message in read_po(file):
            texts = message.string if isinstance(message.string, tuple) else (message.string,)
            yield from ((f"：{message.id}", text) for text in texts if message.id)


def hook(path: Path) -> Words:
    """Yield what stands under "en" in a dict of the code."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                if isinstance(key, ast.Constant) and key.value == "en":
                    yield from ((f":{value.lineno}", text) for text in constants(value))


def constants(node: ast.AST) -> list[str]:
    found = [part.value for part in ast.walk(node) if isinstance(part, ast.Constant)]
    return [value for value in found if isinstance(value, str)]


def data(path: Path) -> Words:
    # The list of words itself says what is never said.
    if path.stem != "terms":
        yield from (
            (f" {text[:20]}", text) for text in english_of(load_file(path.parents[1], path.stem))
        )


def english_of(value: Any, is_english: bool = False) -> Iterator[str]:
    """Find every text under `en:`, however deep."""
    if isinstance(value, dict):
        for key, below in value.items():
            yield from english_of(below, is_english or key == "en")
    elif isinstance(value, list):
        for below in value:
            yield from english_of(below, is_english)
    elif is_english:
        yield str(value)


READ: dict[str, Callable[[Path], Words]] = {
    ".md": page,
    ".html": theme,
    ".po": catalogue,
    ".py": hook,
    ".yml": data,
}


@pytest.fixture(scope="module")
def shown() -> list[tuple[str, str]]:
    """Gather all English that somebody reads, each with where it stands."""
    found = []
    for place in TERMS["english"]:
        root = ROOT / place
        for path in [root] if root.is_file() else sorted(root.rglob("*")):
            if path.suffix in READ:
                named = path.relative_to(ROOT)
                found += [(f"{named}{more}", text) for more, text in READ[path.suffix](path)]
    return found


def spelled(word: str) -> str:
    return r"\s+".join(map(re.escape, word.split()))


def matches(words: list[str]) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w-])(?:{'|'.join(map(spelled, words))})(?![\w-])", re.I)


@pytest.mark.parametrize(
    "item", [item for item in TERMS["items"] if "en_never" in item], ids=lambda item: item["id"]
)
def test_english_has_one_word_for_one_thing(
    item: dict[str, Any], shown: list[tuple[str, str]]
) -> None:
    never = matches(item["en_never"])
    spared = matches(item["en_not"]) if "en_not" in item else None
    wrong = [
        f"{where}: “{found[0]}”, here it is “{item['en']}”"
        for where, text in shown
        for found in never.finditer(spared.sub("", text) if spared else text)
    ]
    assert not wrong, "\n".join(wrong)


def test_each_place_gives_english(shown: list[tuple[str, str]]) -> None:
    for place in TERMS["english"]:
        assert any(text for where, text in shown if where.startswith(place)), place
    # Each kind of source is read: pages, messages, the theme's words, the code's and the data's.
    assert len(shown) > 700
