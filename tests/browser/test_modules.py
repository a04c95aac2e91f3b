"""The modules of the form's script, each under node's own test runner."""

import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parent


@pytest.mark.parametrize(
    "script",
    [
        "routes_cases.mjs",
        "session_test.mjs",
        "sealing_test.mjs",
        "reseal_test.mjs",
        "canvas_test.mjs",
        "files_test.mjs",
        "field_test.mjs",
        "upload_test.mjs",
        "cleaning_test.mjs",
        "draft_test.mjs",
        "staff_test.mjs",
        "lib_test.mjs",
        "form_test.mjs",
        "page_test.mjs",
        "keeping_test.mjs",
        "workshop_test.mjs",
    ],
)
def test_the_modules_hold_in_node(node, script):
    done = subprocess.run(
        [node, "--test", HERE / script], capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stdout
