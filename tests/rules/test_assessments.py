"""Each claim of an assessment names what proves it, and that is still there.

Nothing is run here: a test is looked for by its name, a setting in the code, a file on its path,
with the words in it that matter.
"""

import ast
import re
from collections import Counter
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

from admin.reading.data_files import DataError, load_file

ROOT = Path(__file__).parents[2]
CONTENT = ROOT / "content"
FILES = sorted((CONTENT / "about" / "assessments").glob("*.yml"))
DOCUMENTS = {path.stem: load_file(CONTENT, "assessment", path=path) for path in FILES}
CLAIMS = [
    (f"{name} {item['clause']}", item)
    for name, document in DOCUMENTS.items()
    for part in document["pages"]
    for item in part["items"]
]


@lru_cache
def names_in(path: Path) -> set[str]:
    """Name the tests of a file, those of its classes too."""
    tree = ast.parse(path.read_text("utf-8")) if path.exists() else ast.Module([], [])
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


@lru_cache
def settings_in_code() -> set[str]:
    words = "".join(path.read_text("utf-8") for path in (ROOT / "admin").rglob("*.py"))
    return set(re.findall(r"""["'](DENGSHAO_[A-Z_]+[A-Z])["']""", words))


def is_there(proof: str) -> bool:
    place, _, words = proof.partition("::")
    path = ROOT / place
    if proof.startswith("DENGSHAO_"):
        return proof in settings_in_code()
    if place.startswith("tests/") and words.startswith("test_"):
        return words in names_in(path)
    return path.is_file() and words in path.read_text("utf-8")


def proofs_of(item: dict[str, Any]) -> list[str]:
    return [*item.get("tests", ()), *item.get("settings", ())]


def test_what_proves_a_claim_is_still_there() -> None:
    gone = [(name, one) for name, item in CLAIMS for one in proofs_of(item) if not is_there(one)]
    assert gone == []


OURS = "tests/rules/test_assessments.py"


@pytest.mark.parametrize(
    ("proof", "expected"),
    [
        (f"{OURS}::test_what_proves_a_claim_is_still_there", True),
        (f"{OURS}::test_that_nobody_wrote", False),
        ("tests/rules/test_gone.py::test_what_proves_a_claim_is_still_there", False),
        ("DENGSHAO_SECOND_FACTOR", True),
        ("DENGSHAO_NOBODY_READS_THIS", False),
        ("admin/deploy/nginx.conf::client_max_body_size", True),
        ("admin/deploy/nginx.conf::words that do not stand there", False),
        ("admin/deploy/gone.conf", False),
        ("admin/deploy", False),
    ],
)
def test_a_proof_that_is_gone_is_found(proof: str, expected: bool) -> None:
    assert is_there(proof) is expected


def test_no_clause_stands_twice_in_a_document() -> None:
    twice = [name for name, times in Counter(name for name, _ in CLAIMS).items() if times > 1]
    assert twice == []


CLAIM = "clause: '1', name: 名, duty: software, how: 做了"


@pytest.mark.parametrize(
    ("claim", "is_taken"),
    [
        ("state: met, tests: [tests/a.py::test_b]", True),
        ("state: met, settings: [DENGSHAO_ENV]", True),
        ("state: met", False),
        ("state: met, tests: []", False),
        ("state: met, tests: [tests/a.py]", False),
        ("state: partial, settings: [DENGSHAO_ENV]", False),
        ("state: partial, settings: [DENGSHAO_ENV], left: 还差一样", True),
        ("state: open", True),
        ("state: na", True),
        ("state: perhaps", False),
    ],
)
def test_what_is_called_met_names_what_proves_it(
    tmp_path: Path, claim: str, is_taken: bool
) -> None:
    path = tmp_path / "one.yml"
    head = "order: 1\ntitle: 表\nshort: 表\nsource: 无\nchecked: 2026-12-02\nabout: [看]\n"
    claims = f"pages:\n  - {{id: one, title: 一, items: [{{{CLAIM}, {claim}}}]}}\n"
    path.write_text(head + claims, "utf-8")
    try:
        load_file(CONTENT, "assessment", path=path)
    except DataError:
        assert not is_taken
    else:
        assert is_taken
