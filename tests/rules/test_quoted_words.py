"""A button's words are the pages' words: what pages for residents quote in 「」 is said just so.

By the form, the mailbox, the site's own theme or a data file; the rest of the line may follow.
"""

import re

import pytest
import yaml

from admin.config import ROOT

PAGES = sorted(
    path
    for folder in ("report", "help", "topics")
    for path in (ROOT / "content" / folder).glob("*.md")
)
CHINESE = r"[\u4e00-\u9fff]"
STRING = re.compile(r""""([^"\n]*)"|'([^'\n]*)'""")
BETWEEN_TAGS = re.compile(rf">([^<>]*{CHINESE}[^<>]*)<")
# What people type is said by nobody, and so is what the jargon's list refuses.
UNSAID = {"asked", "crisis", "synonyms", "jargon"}


def values(data):
    if isinstance(data, str):
        yield data
    elif isinstance(data, dict | list):
        for value in data.values() if isinstance(data, dict) else data:
            yield from values(value)


@pytest.fixture(scope="module")
def said():
    """Every string of app and theme that holds a Chinese word, and every value of data, by line."""
    found = set()
    for folder, kind in (
        ("admin", "*.py"),
        ("admin/templates", "*.html"),
        ("site/theme", "*.html"),
    ):
        for path in (ROOT / folder).rglob(kind):
            words = path.read_text("utf-8")
            found |= {one or other for one, other in STRING.findall(words)}
            found |= {words.strip() for words in BETWEEN_TAGS.findall(words)}
    for path in (ROOT / "content" / "data").glob("*.yml"):
        if path.stem not in UNSAID:
            found |= set(values(yaml.load(path.read_text("utf-8"), yaml.CSafeLoader)))
    return "\n".join(found)


def is_said(quoted, said):
    """Whole, or with nothing but a sign behind it: 未能清理（为什么）."""
    return bool(re.search(rf"^{re.escape(quoted)}(?!{CHINESE})", said, re.M))


def test_what_a_page_quotes_is_said_by_app_site_or_data(said):
    strays = {
        f"{path.parent.name}/{path.name}": quoted
        for path in PAGES
        for quoted in re.findall("「([^」]+)」", path.read_text("utf-8"))
        if not is_said(quoted, said)
    }
    assert strays == {}


@pytest.mark.parametrize(
    ("quoted", "expected"),
    [("发出这条线索", True), ("发送", False), ("未能清理", True), ("我有危险", True)],
)
def test_a_button_that_is_not_there_is_found(said, quoted, expected):
    assert is_said(quoted, said) is expected
