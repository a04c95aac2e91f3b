"""One installation: which version serves, which lie beside it, and its settings."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

from ..release.layout import ABOUT, Places, Release, read_release
from ..settings.installed import read_settings

DATABASE: Final = "DENGSHAO_DATABASE_URL"
_PARTS: Final = re.compile(r"\d+|[A-Za-z]+")


class NotInstalled(Exception):
    """There is no installation of the shape that can be upgraded; the message says what lacks."""


def order(version: str) -> tuple[tuple[int, int, str], ...]:
    """Give what versions are compared by: numbers as numbers, 1.0rc1 before 1.0."""
    found = _PARTS.findall(version.partition("+")[0])
    key = [(1, int(part), "") if part.isdigit() else (0, 0, part) for part in found]
    return (*key, (1, -1, ""))


@dataclass(frozen=True)
class Installation:
    """The folders of one installation, and what is written down in them."""

    places: Places

    @property
    def work(self) -> Path:
        """Journal and copies of an upgrade: beside the versions, for root alone."""
        return self.places.current.with_name("upgrade")

    @cached_property
    def settings(self) -> Mapping[str, str]:
        """Settings as the service has them."""
        path = self.places.environment
        try:
            return read_settings(path.read_text("utf-8"))
        except OSError as error:
            raise NotInstalled(f"读不了 {path}（{error.strerror}）。") from None

    @property
    def content(self) -> Path:
        return Path(self.settings.get("DENGSHAO_CONTENT", self.places.content))

    @property
    def data(self) -> Path:
        return Path(self.settings.get("DENGSHAO_DATA", self.places.data))

    @property
    def owner(self) -> Mapping[str, str]:
        """Give what is laid over the settings where tables are changed: the owner's address.

        It stands in no file of the service; whoever upgrades a database whose tables are another
        login's gives it to this command alone.
        """
        given = os.environ.get(DATABASE, "")
        return {DATABASE: given} if given and given != self.settings.get(DATABASE) else {}

    @property
    def nodes(self) -> int:
        """How many nodes serve from the one database, as the settings say."""
        told = self.settings.get("DENGSHAO_NODES", "")
        return int(told) if told.strip().isdecimal() else 1

    def version(self, name: str) -> Path:
        return self.places.version(name)

    def app(self, name: str) -> Path:
        return self.version(name) / "app"

    def serving(self) -> Release:
        """Tell which version the link leads to. Raises `NotInstalled`."""
        try:
            target = os.readlink(self.places.current)
        except OSError:
            raise NotInstalled(f"{self.places.current} 不是指向版本的链接。") from None
        return self.release(Path(target).name)

    def release(self, name: str) -> Release:
        found = read_release(self.version(name))
        if found is None:
            raise NotInstalled(f"{self.version(name) / ABOUT} 没有，或者读不懂。")
        return found

    def others(self) -> list[Release]:
        """List the versions that lie beside the one that serves, the newest first."""
        names = {path.parent.name for path in self.places.versions.glob(f"*/{ABOUT}")}
        found = [self.release(name) for name in names - {self.serving().version}]
        return sorted(found, key=lambda release: order(release.version), reverse=True)

    def point_to(self, name: str) -> None:
        """Let the link lead to a version: at one moment to the old one, at the next to the new."""
        current = self.places.current
        aside = current.with_name("current.new")
        aside.unlink(missing_ok=True)
        aside.symlink_to(Path(self.places.versions.name) / name)
        aside.replace(current)
        sync_folder(current.parent)


def sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
