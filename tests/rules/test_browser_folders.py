"""The browser's scripts lie by who uses them, and import one way: see admin/browser/build.mjs."""

import re
from collections import Counter
from pathlib import Path

import pytest

BROWSER = Path(__file__).parents[2] / "admin/browser"
SCRIPTS = sorted(BROWSER.rglob("*.js"))
IMPORT = re.compile(r"""\b(?:from|import)\s*\(?\s*["'](\.[^"']+)["']""")
# Whoever is at the desk has signed in; what both halves of the house share knows neither.
MAY_USE = {
    "reporter": {"shared"},
    "mailbox": {"shared"},
    "desk": {"shared", "signin"},
    "signin": {"shared"},
    "shared": set(),
}


def folder_of(script):
    return script.relative_to(BROWSER).parts[0]


@pytest.mark.parametrize("folder", MAY_USE)
def test_a_script_imports_only_what_its_folder_may_use(folder):
    wrong = [
        f"{script.relative_to(BROWSER)}: {name}"
        for script in SCRIPTS
        if folder_of(script) == folder
        for name in IMPORT.findall(script.read_text("utf-8"))
        if folder_of((script.parent / name).resolve()) not in MAY_USE[folder] | {folder}
    ]
    assert wrong == []


def test_no_script_imports_an_entry():
    wrong = [
        f"{script.relative_to(BROWSER)}: {name}"
        for script in SCRIPTS
        for name in IMPORT.findall(script.read_text("utf-8"))
        if (script.parent / name).resolve().parent.name == "entries"
    ]
    assert wrong == []


def test_scripts_lie_only_in_these_folders_and_at_most_fifteen_side_by_side():
    assert {folder_of(script) for script in SCRIPTS} == set(MAY_USE)
    crowded = Counter(script.parent.relative_to(BROWSER) for script in SCRIPTS)
    assert {str(folder): count for folder, count in crowded.items() if count > 15} == {}
