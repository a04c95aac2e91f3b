"""What is asked of a file before any of it is unpacked, and what it will do here."""

import platform
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ..release.layout import PUBLIC_KEY, SIGNATURE, SUMS, parse_artefact
from ..release.sums import NotGenuine, check_artefact, check_file
from . import content
from .artefact import Artefact, NoVersion, look_through
from .installation import Installation, order
from .programs import free_bytes

_SECTION: Final = re.compile(r"^## +v?(\d\S*)", re.MULTILINE)
_SPARE: Final = 200 * 1024**2


class Refused(Exception):
    """The file is not taken; the message says why, and nothing was changed."""


class IsUnsigned(Exception):
    """Nobody vouches for the file, or the installed version knows no key."""


class IsNoNewer(Exception):
    """The file's version is older than what serves."""


@dataclass(frozen=True)
class Plan:
    """What an upgrade by a file would do."""

    artefact: Artefact
    old: str
    changes: list[content.Change]
    notes: str
    database: tuple[str, str]
    """The newest form before and after."""

    @property
    def new(self) -> str:
        return self.artefact.release.version

    @property
    def migrates(self) -> bool:
        return self.database[0] != self.database[1]


def check_signature(installation: Installation, file: Path) -> None:
    """Raise `IsUnsigned`, or `Refused` where a signature is there and does not fit."""
    key = installation.version(installation.serving().version) / PUBLIC_KEY
    beside = file.with_name(SIGNATURE)
    if not key.exists() or not beside.exists():
        raise IsUnsigned(
            f"旁边没有 {SIGNATURE}。" if key.exists() else "装着的版本里没有发布公钥。"
        )
    try:
        check_artefact(file, key)
    except NotGenuine as error:
        raise Refused(str(error)) from None


def check_sum(file: Path) -> None:
    """Hold a file that nobody signed against the sums beside it at least. Raises `Refused`."""
    try:
        check_file(file, file.with_name(SUMS))
    except NotGenuine as error:
        raise Refused(str(error)) from None


def make_plan(installation: Installation, file: Path, *, is_forced: bool) -> Plan:
    """Look through the file, and say what it would do. Raises `Refused`, `IsNoNewer`."""
    named = parse_artefact(file.name)
    if named is None:
        raise Refused(f"{file.name} 不是灯哨安装包的名字。")
    try:
        found = look_through(file)
    except NoVersion as error:
        raise Refused(str(error)) from None
    if named != (found.release.version, found.release.arch):
        raise Refused("文件名和里面写的版本不一样。")
    _check_machine(found)
    serving = installation.serving()
    _check_order(installation, found, is_forced=is_forced)
    folder = installation.app(serving.version) / "content"
    ours = content.digests(installation.content)
    merged = content.merged_in(installation.content)
    return Plan(
        artefact=found,
        old=serving.version,
        changes=content.compare(content.digests(folder), found.content(), ours, merged),
        notes=newer_notes(found.notes, serving.version),
        database=(serving.database, found.release.database),
    )


def _check_machine(found: Artefact) -> None:
    if found.release.arch != platform.machine():
        raise Refused(f"这个文件给 {found.release.arch} 用，这台机器是 {platform.machine()}。")


def _check_order(installation: Installation, found: Artefact, *, is_forced: bool) -> None:
    serving, version = installation.serving(), found.release.version
    if version == serving.version:
        raise Refused(f"现在就是 {version}。")
    if found.release.database < serving.database:
        raise Refused("这个版本不认识现在的数据库。要退回，请用 dengshao upgrade --back。")
    if installation.version(version).exists():
        raise Refused(f"{version} 已经在旁边。请先用 --clean 清掉，或者用 --back 退回它。")
    if order(version) < order(serving.version) and not is_forced:
        raise IsNoNewer(f"{version} 比现在的 {serving.version} 旧。")


def check_room(installation: Installation, found: Artefact, *, node_only: bool) -> None:
    """Raise `Refused` where a disk is too full for what an upgrade lays on it."""
    data = 0 if node_only else _size(installation.data)
    # The database is copied once as text of base64; the words and the site a few times.
    wants = {
        installation.places.versions: found.size + 2 * data + 3 * _size(installation.content),
        installation.places.backups: data,
    }
    for folder, wanted in wants.items():
        free = free_bytes(folder)
        if free < wanted + _SPARE:
            raise Refused(f"{folder} 只剩 {free >> 20} MB，要 {(wanted + _SPARE) >> 20} MB。")


def _size(folder: Path) -> int:
    return sum(path.lstat().st_size for path in folder.rglob("*") if path.is_file())


def newer_notes(text: str, old: str) -> str:
    """Take the sections of a changelog that tell of versions after the one that serves."""
    found = list(_SECTION.finditer(text))
    ends = [*(match.start() for match in found[1:]), len(text)]
    parts = [
        text[match.start() : end].strip()
        for match, end in zip(found, ends, strict=True)
        if order(match[1]) > order(old)
    ]
    return "\n\n".join(parts)
