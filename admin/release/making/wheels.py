"""The Python packages of a version: wheels by their sums, for either kind of machine."""

import base64
import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from .components import Component, spdx

_PYTHON: Final = "3.13"
# What our own C library (python.py) can load: all up to its age. pip expands no range by itself.
_GLIBC: Final = range(5, 42)
_PROGRAMS: Final = ("bin/", "../bin/", "../../bin/")
_BUILDERS: Final = ("setuptools", "wheel", "pip")


def install_wheels(lock: Path, target: Path, arch: str) -> list[Component]:
    """Unpack the locked packages into a folder. Nothing is compiled, nothing of them is run."""
    with tempfile.TemporaryDirectory() as scratch:
        wanted, report = Path(scratch, "wanted.txt"), Path(scratch, "report.json")
        wanted.write_text(without_builders(lock.read_text("utf-8")), "utf-8")
        command = [sys.executable, "-m", "pip", "install", "-q", "--disable-pip-version-check"]
        command += ["--require-hashes", "--no-deps", "--no-compile", "--target", str(target)]
        command += [*_for_machine(arch), "--report", str(report), "-r", str(wanted)]
        subprocess.run(command, check=True)
        installed = json.loads(report.read_text("utf-8"))["install"]
    # Programs whose first line names this machine's Python; nothing of ours starts them.
    shutil.rmtree(target / "bin", ignore_errors=True)
    _forget_programs(target)
    return sorted(_component(entry) for entry in installed)


def _forget_programs(target: Path) -> None:
    """Strike them from the lists of files: their sums tell in which folder this was made."""
    for record in target.glob("*.dist-info/RECORD"):
        lines = record.read_text("utf-8").splitlines(keepends=True)
        kept = [line for line in lines if not line.startswith(_PROGRAMS)]
        record.write_text("".join(kept), "utf-8")


def without_builders(lock: str) -> str:
    """Leave out what only builds this project: the lock file has it for `make run`."""
    blocks = re.split(r"\n(?=\S)", lock)
    return "\n".join(block for block in blocks if block.split("==")[0] not in _BUILDERS) + "\n"


def _for_machine(arch: str) -> Iterator[str]:
    yield from ("--implementation", "cp", "--python-version", _PYTHON, "--only-binary", ":all:")
    for age in reversed(_GLIBC):
        yield from ("--platform", f"manylinux_2_{age}_{arch}")
    yield from ("--platform", f"manylinux2014_{arch}")


def _component(entry: dict[str, Any]) -> Component:
    about = entry["metadata"]
    licence = spdx(
        about.get("license_expression"), about.get("license"), about.get("classifier", [])
    )
    digest = entry["download_info"]["archive_info"]["hashes"]["sha256"]
    return Component("pypi", about["name"].lower(), about["version"], licence, "SHA-256", digest)


def bundled_components(lock: Path) -> list[Component]:
    """List the browser's packages: what is bundled, and esbuild, which bundles and stays behind."""
    packages = json.loads(lock.read_text("utf-8"))["packages"]
    found = [
        _bundled(name.rpartition("node_modules/")[2], entry)
        for name, entry in packages.items()
        if name and not entry.get("dev") and not entry.get("optional")
    ]
    return sorted(set(found))


def _bundled(name: str, entry: dict[str, Any]) -> Component:
    digest = base64.b64decode(entry["integrity"].removeprefix("sha512-")).hex()
    licence = entry.get("license", "NOASSERTION").strip("()")
    shipped = name != "esbuild"
    return Component("npm", name, entry["version"], licence, "SHA-512", digest, shipped)
