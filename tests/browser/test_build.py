"""The bundler of the pages' scripts, on a small tree of its own."""

import gzip
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.node import NODE

ROOT = Path(__file__).parents[2]


@pytest.fixture
def tree(tmp_path):
    """A checkout that holds the bundler, the libraries and no page yet."""
    browser = tmp_path / "admin/browser"
    (browser / "page/entries").mkdir(parents=True)
    shutil.copy(ROOT / "admin/browser/build.mjs", browser)
    shutil.copytree(ROOT / "admin/browser/shared", browser / "shared")
    shutil.copy(ROOT / "package.json", tmp_path)
    (tmp_path / "node_modules").symlink_to(ROOT / "node_modules")
    return tmp_path


def write_entry(tree, name, words):
    (tree / "admin/browser/page/entries" / name).write_text(words)


def build(tree, *arguments):
    command = [NODE, tree / "admin/browser/build.mjs", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=120)


def test_each_entry_becomes_one_file_with_its_licences(tree):
    seal = "import { sealTo } from '../../shared/sealing/age.js'; globalThis.seal = sealTo;"
    write_entry(tree, "one.js", seal + "globalThis.灯 = '灯哨';")
    write_entry(tree, "two.js", "globalThis.two = async () => 2n ** 64n;")
    done = build(tree)
    assert done.returncode == 0, done.stderr
    names = [line.split()[0] for line in done.stdout.splitlines()]
    assert names == ["one.js", "two.js"]
    out = tree / "build/browser"
    assert "灯哨" in (out / "one.js").read_text()
    assert "age-encryption\n" in (out / "LICENSES.txt").read_text()
    # Licence comments stand apart, so that they weigh nothing on a phone.
    assert "Paul Miller" not in (out / "one.js").read_text()
    assert "Paul Miller" in (out / "one.js.LEGAL.txt").read_text()


def test_the_folder_for_the_bundles_can_be_named(tree, tmp_path):
    write_entry(tree, "one.js", "globalThis.one = 1;")
    assert build(tree, str(tmp_path / "elsewhere")).returncode == 0
    assert (tmp_path / "elsewhere/one.js").exists()


@pytest.mark.parametrize(
    "page",
    [
        "import '../../shared/absent.js';",
        "this is no script",
        "import 'no-such-package';",
        "const one = 1; one = 2;",
    ],
    ids=["absent file", "no script", "absent package", "a warning of esbuild"],
)
def test_what_does_not_bundle_fails_loudly(tree, page):
    write_entry(tree, "one.js", page)
    done = build(tree)
    assert done.returncode != 0
    assert done.stderr


def test_no_script_at_all_fails_too(tree):
    done = build(tree)
    assert done.returncode != 0
    assert "no entry point" in done.stderr


# Gzipped, in bytes: what a phone on a slow line has to fetch.
BUDGETS = {
    "seal.js": 2 * 1024,
    "seal-send.js": 6 * 1024,
    "seal-worker.js": 70 * 1024,
    "steps.js": 2 * 1024,
    "files.js": 12 * 1024,
    "files-worker.js": 70 * 1024,
}


@pytest.mark.parametrize("name", BUDGETS)
def test_the_forms_scripts_stay_small(bundles, name):
    assert len(gzip.compress((bundles / name).read_bytes(), 9)) <= BUDGETS[name]


# Playwright itself asks for it, so no browser without it can be played.
@pytest.mark.parametrize("name", ["seal.js", "seal-send.js", "steps.js", "files.js", "mailbox.js"])
def test_what_tells_an_old_browser_that_it_cannot_seal_runs_there(bundles, name):
    assert "globalThis" not in (bundles / name).read_text("utf-8")
