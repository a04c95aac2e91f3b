"""No script of ours goes unchecked by tsc."""

import re
import subprocess

import pytest

from admin.config import ROOT
from tests.node import NODE
from tests.typescript import TSC

SCRIPTS = [
    *(ROOT / "admin" / "browser").rglob("*.js"),
    *(ROOT / "site" / "theme" / "assets").glob("*.js"),
]


@pytest.fixture(scope="module")
def checked():
    found = set()
    for config in ("tsconfig.json", "tsconfig.old.json"):
        command = [NODE, TSC, "--project", ROOT / config, "--listFilesOnly"]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        found |= set(done.stdout.splitlines())
    return found


def test_every_script_is_checked(checked):
    assert len(SCRIPTS) > 100
    assert [path for path in SCRIPTS if str(path) not in checked] == []


def test_no_script_is_let_off():
    let_off = re.compile(r"@ts-(?:ignore|nocheck|expect-error)")
    assert [path for path in SCRIPTS if let_off.search(path.read_text("utf-8"))] == []
