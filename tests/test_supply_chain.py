"""Every byte that `make run` and `make test` install has its hash, and no install script runs."""

import json
import re
import subprocess

import pytest

from admin.config import ROOT

LOCKS = ("requirements.lock", "requirements-dev.lock", "requirements-node.lock")
REGISTRY = "https://registry.npmjs.org/"


@pytest.mark.parametrize("name", LOCKS)
def test_each_pinned_package_has_a_hash(name):
    words = (ROOT / name).read_text("utf-8").replace("\\\n", " ")
    pins = [line for line in words.splitlines() if line.strip() and not line.startswith(("#", " "))]

    assert pins
    for pin in pins:
        assert re.match(r"[\w.\[\],-]+==\S+", pin), pin
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", pin), pin


def test_each_package_for_the_browser_has_its_digest_and_comes_from_the_registry():
    packages = json.loads((ROOT / "package-lock.json").read_text("utf-8"))["packages"]
    installed = {name: found for name, found in packages.items() if name}

    assert installed
    for name, found in installed.items():
        assert found["integrity"].startswith("sha512-"), name
        # None comes from a repository or an address of its own.
        assert found.get("resolved", REGISTRY).startswith(REGISTRY), name


def commands(target):
    """What a target would run, without running it."""
    made = subprocess.run(
        ["make", "-n", "-B", target], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return made.stdout.replace("\\\n", " ").splitlines()


@pytest.mark.parametrize("target", ["run", "test"])
def test_nothing_is_installed_without_its_hash_and_no_script_of_a_package_runs(target):
    lines = commands(target)
    pips = [line for line in lines if "pip install" in line]
    npms = [line for line in lines if re.search(r"\bnpm (ci|install|i)\b", line)]

    assert pips
    assert npms
    for line in pips:
        # Our own code, from this folder, by the setuptools that the lock names.
        is_own = "--no-deps --no-build-isolation -e ." in line
        is_locked = "--require-hashes" in line and "--only-binary :all:" in line
        assert is_own or is_locked, line
    assert all("npm ci --ignore-scripts" in line for line in npms)
