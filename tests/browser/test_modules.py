"""The browser's modules, each script of tests under node's own test runner."""

import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parent
SCRIPTS = sorted([*HERE.glob("*_test.mjs"), *HERE.glob("*_cases.mjs")])


@pytest.mark.parametrize("script", [script.name for script in SCRIPTS])
def test_the_modules_hold_in_node(node, script):
    # Without `--test`, which would start a second node for each script: it ends in 1 all the same.
    done = subprocess.run([node, HERE / script], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout
