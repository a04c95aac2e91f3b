"""What goes into a version from the checkout: the commit's files, and what was built of them."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

TAKEN: Final = ("admin", "site", "content", "mkdocs.yml", "LICENSE*", "NOTICE*", "CHANGELOG*.md")
_BUILT: Final = ("build/browser", "admin/translations")
"""What git does not hold: the bundles, and beside each catalogue the compiled one."""
_LEFT: Final = (".built", ".po")


class CannotMake(Exception):
    """A release can't be made here. The message says what to do."""


@dataclass(frozen=True)
class Commit:
    """Of what a release is made."""

    id: str
    seconds: int
    """When it was committed: the time of every file."""

    @property
    def day(self) -> str:
        return f"{datetime.fromtimestamp(self.seconds, ZoneInfo('Asia/Shanghai')):%Y-%m-%d}"


def read_commit(root: Path, *, may_differ: bool) -> Commit:
    """Read what is checked out. What is not committed stops it, or marks it with a plus."""
    differs = bool(_git(root, "status", "--porcelain", "--untracked-files=no").strip())
    if differs and not may_differ:
        raise CannotMake("Commit first: a release says of which commit it is made.")
    commit = _git(root, "rev-parse", "HEAD").strip()
    seconds = int(_git(root, "show", "-s", "--format=%ct", "HEAD"))
    return Commit(commit + ("+" if differs else ""), seconds)


def copy_app(root: Path, target: Path) -> None:
    """Copy what is committed, and the bundles and catalogues that were built of it."""
    for name, is_executable in [*_committed(root), *_built(root)]:
        path = target / name
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(root / name, path)
        path.chmod(0o755 if is_executable else 0o644)


def _committed(root: Path) -> Iterator[tuple[str, bool]]:
    for entry in _git(root, "ls-files", "-s", "-z", "--", *TAKEN).split("\0"):
        if entry:
            facts, _, name = entry.partition("\t")
            yield name, facts.startswith("100755")


def _built(root: Path) -> Iterator[tuple[str, bool]]:
    tracked = {name for name, _ in _committed(root)}
    for folder in _BUILT:
        if not (root / folder).is_dir():
            raise CannotMake(f"{folder} is missing: run it by `make release`.")
        for path in sorted((root / folder).rglob("*")):
            name = path.relative_to(root).as_posix()
            if path.is_file() and not name.endswith(_LEFT) and name not in tracked:
                yield name, False


def _git(root: Path, *arguments: str) -> str:
    command = ["git", "-C", os.fspath(root), *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout
