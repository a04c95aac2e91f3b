"""The words of the pages: short sentences in the language of every day."""

import re

import pytest

from .conftest import ROOT

PAGES = sorted(
    path
    for path in (ROOT / "content").rglob("*.md")
    if not {"en", "decisions"} & set(path.relative_to(ROOT / "content").parts)
)


def sentences_of(markdown):
    """Sentences as a reader meets them: without front matter, tags, links' addresses and marks."""
    words = re.sub(r"\A---\n.*?\n---\n", "", markdown, flags=re.S)
    words = re.sub(r"<[^>]+>|\{[^}]*\}|\]\([^)]*\)|（[^）]*）|[*\[#]", "", words)
    return [part.strip() for part in re.split(r"[。！？；：|]|\n", words)]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_no_sentence_is_longer_than_forty_characters(path):
    for sentence in sentences_of(path.read_text("utf-8")):
        assert len(sentence) <= 40, sentence


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_the_reader_is_addressed_as_nin_and_a_child_as_ni(path):
    words = path.read_text("utf-8")
    if path.stem == "minors":
        assert "您" not in words
    elif path.parts[-2:] != ("drugs", "help.md"):
        # That page quotes what a family may say to one of their own.
        assert "你" not in words
