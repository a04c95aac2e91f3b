"""The one writer: puts what was made of the answers beneath a root, and keeps what it replaces.

A file that says the same already is not touched, so that a second setup changes what differs.
"""

import os
import pwd
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from ...reading.keys_file import replace_file

KEPT: Final = "var/backups/dengshao"


@dataclass
class Writer:
    """Writes beneath `root`; `stamp` names the folder of what is replaced."""

    root: Path
    stamp: str
    user: str | None
    """The service's user, to whom its own files are given; none where there is no such user."""
    written: list[Path] = field(default_factory=list)
    kept: list[Path] = field(default_factory=list)
    made: list[Path] = field(default_factory=list)
    """Folders that this setup itself made: nothing in them was anybody's before."""

    @property
    def kept_in(self) -> Path:
        """The folder of what this setup replaced."""
        return self.at(KEPT) / f"setup-{self.stamp}"

    def at(self, place: str | Path) -> Path:
        """Give the path beneath the root of one that is meant to be absolute."""
        return self.root / str(place).lstrip("/")

    def read(self, place: str | Path) -> str:
        """Read a file; empty where there is none."""
        path = self.at(place)
        return path.read_text("utf-8") if path.exists() else ""

    def folder(self, place: str, mode: int = 0o755, *, is_users: bool = False) -> Path:
        """Make a folder where there is none."""
        path = self.at(place)
        if not path.exists():
            path.mkdir(parents=True, mode=mode)
            path.chmod(mode)
        if is_users:
            self._give(path)
        return path

    def put(
        self, place: str | Path, content: str | bytes, mode: int = 0o644, *, owner: str = ""
    ) -> None:
        """Write a file whole. `owner`: `user` gives it to the service, `group` lets it read it."""
        path = self.at(place)
        data = content.encode() if isinstance(content, str) else content
        if not path.exists() or path.read_bytes() != data:
            self._keep(path)
            path.parent.mkdir(parents=True, exist_ok=True)
            if not path.exists():
                # Never wider than it shall be, not for a moment.
                os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode))
            replace_file(path, data)
            self.written.append(path)
        path.chmod(mode)
        if owner:
            self._give(path, is_groups=owner == "group")

    def take_away(self, place: str | Path) -> None:
        path = self.at(place)
        if path.exists():
            self._keep(path)
            path.unlink()
            self.written.append(path)

    def copy_absent(self, source: Path, place: str) -> None:
        """Copy a folder where there is none; it is the service's user's, whoever brought it."""
        target = self.at(place)
        is_new = not target.exists()
        if is_new:
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
            self.made.append(target)
            self.written.append(target)
        for path in (target, *target.rglob("*")):
            if is_new:
                path.chmod(0o755 if path.is_dir() else 0o644)
            self._give(path)

    def _keep(self, path: Path) -> None:
        """Copy what is about to be replaced to a folder that root alone reads."""
        if not path.exists() or any(path.is_relative_to(folder) for folder in self.made):
            return
        target = self.kept_in / path.relative_to(self.root)
        target.parent.mkdir(parents=True, exist_ok=True)
        self.kept_in.chmod(0o700)
        shutil.copy2(path, target)
        self.kept.append(target)

    def _give(self, path: Path, *, is_groups: bool = False) -> None:
        if self.user is None or os.geteuid():
            return
        found = pwd.getpwnam(self.user)
        os.chown(path, 0 if is_groups else found.pw_uid, found.pw_gid)
