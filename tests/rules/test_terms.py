"""What each reader calls a thing: content/data/terms.yml, held against all that they read."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from admin.reading.data_files import load_file

ROOT = Path(__file__).parents[2]

TERMS = load_file(ROOT / "content", "terms")
READERS = [row["id"] for row in TERMS["readers"]]
PLACES = {place: row["id"] for row in TERMS["readers"] for place in row["where"]}
READ = (".py", ".js", ".html", ".md", ".yml")
# What people type in the search box, and what no reader sees.
UNSEEN = re.compile(r"\{#.*?#\}|^keywords:.*?$|^\s*//.*?$", re.S | re.M)


def reader_of(path: Path) -> str | None:
    """Tell who reads a file: the longest of the places that lead to it says."""
    named = str(path.relative_to(ROOT))
    found = [place for place in PLACES if named == place or named.startswith(f"{place}/")]
    return PLACES[max(found, key=len)] if found else None


def words_of(path: Path) -> Iterator[tuple[int, str]]:
    """Yield what is shown of a file, with its line: no comments and no docstrings."""
    text = path.read_text("utf-8")
    if path.suffix != ".py":
        yield from enumerate(UNSEEN.sub(blank, text).splitlines(), 1)
        return
    tree = ast.parse(text)
    told = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told:
            yield node.lineno, node.value


def blank(found: re.Match[str]) -> str:
    return "\n" * found[0].count("\n")


def forbidden(reader: str) -> list[tuple[str, list[str], list[str]]]:
    """List each word that is not this reader's: with what is said, and where it may stand."""
    listed = []
    for item in TERMS["items"]:
        own = item[reader]
        if not own:
            continue
        others = [word for one in READERS if one != reader for word in item[one]]
        spared = [*own, *item.get("not", ())]
        listed += [
            (word, own, [longer for longer in spared if word in longer])
            for word in {*others, *item.get("never", ())} - set(own)
        ]
    return listed


@pytest.fixture(scope="module")
def shown() -> dict[str, list[tuple[str, str]]]:
    """Gather what each reader is shown, line by line."""
    found: dict[str, list[tuple[str, str]]] = {reader: [] for reader in READERS}
    roots = [ROOT / "admin", ROOT / "content", ROOT / "README.zh.md"]
    paths = [path for root in roots for path in ([root] if root.is_file() else root.rglob("*"))]
    for path in paths:
        if path.suffix in READ and (reader := reader_of(path)):
            named = path.relative_to(ROOT)
            found[reader] += [(f"{named}:{line}", words) for line, words in words_of(path)]
    return found


@pytest.mark.parametrize("reader", READERS)
def test_each_reader_meets_one_word_for_one_thing(
    reader: str, shown: dict[str, list[tuple[str, str]]]
) -> None:
    wrong = []
    for word, own, longer in forbidden(reader):
        for where, words in shown[reader]:
            left = words
            for spared in longer:
                left = left.replace(spared, "")
            if word in left:
                wrong.append(f"{where}：「{word}」，{reader} 读到的是「{'、'.join(own) or '——'}」")
    assert shown[reader]
    assert not wrong, "\n".join(sorted(wrong))


def test_every_place_where_somebody_reads_is_there() -> None:
    assert not [place for place in PLACES if not (ROOT / place).exists()]
