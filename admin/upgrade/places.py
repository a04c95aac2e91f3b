"""Where an installation keeps what: versions, settings, words, and the upgrade's own journal."""

import hashlib
import json
import os
import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

_VERSION: Final = re.compile(r"\d{1,4}(\.\d{1,4}){1,3}")
_RELEASE: Final = "RELEASE.json"
_SUMS: Final = "SHA256SUMS"


class NotInstalled(Exception):
    """There is no installation of the shape that can be upgraded; the message says what lacks."""


@dataclass(frozen=True)
class Release:
    """What a version says of itself."""

    version: str
    arch: str
    database: str
    """The newest migration that it knows."""

    @classmethod
    def parse(cls, content: bytes | str) -> "Release":
        """Read RELEASE.json. Raises ValueError."""
        try:
            found = json.loads(content)
            made = cls(*(str(found[name]) for name in ("version", "arch", "database")))
        except (KeyError, TypeError, UnicodeDecodeError):
            raise ValueError(_RELEASE) from None
        if not _VERSION.fullmatch(made.version):
            raise ValueError(_RELEASE)
        return made

    @property
    def order(self) -> tuple[int, ...]:
        return tuple(int(part) for part in self.version.split("."))


@dataclass(frozen=True)
class Places:
    """The folders of one installation; other ones in tests."""

    home: Path = Path("/opt/dengshao")
    settings: Path = Path("/etc/dengshao/dengshao.env")
    backups: Path = Path("/var/backups/dengshao")
    user: str | None = "dengshao"
    """Who runs the programs; None where that is whoever upgrades."""

    @property
    def versions(self) -> Path:
        return self.home / "versions"

    @property
    def current(self) -> Path:
        return self.home / "current"

    @property
    def work(self) -> Path:
        """Journal and copies of an upgrade: beside the versions, for root alone."""
        return self.home / "upgrade"

    @cached_property
    def values(self) -> Mapping[str, str]:
        """Settings as the service has them: lines of NAME=VALUE, quoted or not."""
        try:
            lines = self.settings.read_text("utf-8").splitlines()
        except OSError as error:
            raise NotInstalled(f"读不了 {self.settings}（{error.strerror}）。") from None
        pairs = (line.partition("=") for line in lines if line.strip() and line[0] not in "#;")
        return {name.strip(): "".join(shlex.split(value)) for name, _, value in pairs}

    @property
    def content(self) -> Path:
        return Path(self.values.get("DENGSHAO_CONTENT", "/srv/dengshao/content"))

    @property
    def site(self) -> Path:
        return Path(self.values.get("DENGSHAO_SITE", "/srv/dengshao/site"))

    @property
    def data(self) -> Path:
        return Path(self.values.get("DENGSHAO_DATA", "/var/lib/dengshao"))

    def version(self, name: str) -> Path:
        return self.versions / name

    def installed(self) -> Release:
        """Tell which version serves. Raises `NotInstalled`."""
        try:
            return self.release(os.readlink(self.current).rstrip("/").rpartition("/")[2])
        except OSError:
            raise NotInstalled(f"{self.current} 不是指向版本的链接。") from None

    def release(self, name: str) -> Release:
        path = self.version(name) / _RELEASE
        try:
            return Release.parse(path.read_bytes())
        except (OSError, ValueError):
            raise NotInstalled(f"{path} 没有，或者读不懂。") from None

    def others(self) -> list[Release]:
        """List the versions that lie beside the one that serves, the newest first."""
        names = {path.parent.name for path in self.versions.glob(f"*/{_RELEASE}")}
        found = [self.release(name) for name in names - {self.installed().version}]
        return sorted(found, key=lambda release: release.order, reverse=True)

    def point_to(self, name: str) -> None:
        """Let the link lead to a version: at one moment to the old one, at the next to the new."""
        aside = self.home / "current.new"
        aside.unlink(missing_ok=True)
        aside.symlink_to(Path("versions") / name)
        aside.replace(self.current)
        sync_folder(self.home)


def sums_of(text: str) -> dict[str, str]:
    """Read a list of sums, as `sha256sum` writes it, by path. Raises ValueError."""
    found = {}
    for line in text.splitlines():
        total, _, path = line.partition("  ")
        if not re.fullmatch(r"[0-9a-f]{64}", total) or not path:
            raise ValueError(_SUMS)
        found[path.removeprefix("./")] = total
    return found


def digest_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
