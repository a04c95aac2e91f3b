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


def test_the_three_lines_before_writing_are_the_forms_own():
    template = (ROOT / "admin" / "templates" / "intake" / "parts.html").read_text("utf-8")
    lines = re.findall(r"<li>\{\{ _\('([^']+)'\) \}\}</li>", template.split("before_writing()")[1])
    assert len(lines[:3]) == 3
    words = (ROOT / "content" / "report" / "before-you-write.md").read_text("utf-8")
    numbered = re.findall(r"^[123]\. (.+)$", words, re.M)
    assert numbered[:3] == lines[:3]
