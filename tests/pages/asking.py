"""Ask a built site's search without a browser: its own scripts, run by Node (ask.mjs)."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

ASK = Path(__file__).with_name("ask.mjs")
NODE = shutil.which("node")
needs_node = pytest.mark.skipif(not NODE, reason="Node is not installed")


def rows_of(name):
    """Give the columns of a file of queries beside the tests."""
    lines = Path(__file__).with_name(name).read_text("utf-8").splitlines()
    return [line.split("\t") for line in lines if "\t" in line and not line.startswith("#")]


def answers(site, queries, language="zh"):
    """Give for each query what the box of help shows and what is found."""
    result = subprocess.run(
        [NODE, str(ASK), str(site), language],
        input="\n".join(queries),
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    found = [json.loads(line) for line in result.stdout.splitlines()]
    assert len(found) == len(queries)
    return found


def leads_to(urls, pages):
    """Tell whether one of the addresses is one of the pages, Chinese or English."""
    wanted = {page.removesuffix(".md").removesuffix("index").rstrip("/") for page in pages}
    return any(url.removeprefix("en/").rstrip("/") in wanted for url in urls)
