"""The file of a new version: looked through to the last byte before any of it is unpacked."""

import hashlib
import json
import os
import posixpath
import shutil
import stat
import subprocess
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

from ..config import ROOT
from ..release.layout import ABOUT, SUMS, Release
from ..release.sums import NotGenuine, check_tree, parse_sums
from .installation import sync_folder

_NOTES: Final = "app/CHANGELOG.zh.md"
_ZSTD: Final = ROOT.parent / "python" / "bin" / "zstd"
"""What a version brings, for a machine that has none."""
_PIECE: Final = 1024 * 1024
_MOST: Final = 4 * 1024**3
"""Bytes that a version may have unpacked: a bomb stops here."""


class NoVersion(Exception):
    """The file is no version of this program, or not a whole one. The message is a sentence."""


@dataclass(frozen=True)
class Artefact:
    """What was found in the file, none of it on a disk yet."""

    release: Release
    sums: dict[str, str]
    """Of every file in it, by its path in the version's folder."""
    notes: str
    """What is new, for operators."""
    size: int
    """Bytes that it takes unpacked."""

    def content(self) -> dict[str, str]:
        """Give the sums of the words and data that come with it, by path."""
        start = "app/content/"
        return {
            path.removeprefix(start): total
            for path, total in self.sums.items()
            if path.startswith(start) and not path.rpartition("/")[2].startswith(".")
        }


def look_through(file: Path) -> Artefact:
    """Read all of a file and hold each part against its sum. Raises `NoVersion`."""
    found: dict[str, str] = {}
    texts: dict[str, bytes] = {}
    size = 0
    for member, name, content in _members(file):
        size += member.size
        if size > _MOST:
            raise NoVersion("解开以后太大，不像是灯哨的版本。")
        if content is None:
            continue
        data = content.read() if name in (ABOUT, SUMS, _NOTES) else None
        found[name] = hashlib.sha256(data).hexdigest() if data is not None else _sum(content)
        if data is not None:
            texts[name] = data
    return _checked(found, texts, size)


def _checked(found: dict[str, str], texts: dict[str, bytes], size: int) -> Artefact:
    if not {ABOUT, SUMS} <= texts.keys():
        raise NoVersion(f"里面没有 {ABOUT} 或者 {SUMS}。")
    try:
        wanted = parse_sums(texts[SUMS].decode(), SUMS)
        release = Release(**json.loads(texts[ABOUT]))
    except (NotGenuine, ValueError, TypeError):
        raise NoVersion(f"{ABOUT} 或者 {SUMS} 读不懂。") from None
    have = {name: total for name, total in found.items() if name != SUMS}
    wrong = sorted(
        name for name in have.keys() | wanted.keys() if have.get(name) != wanted.get(name)
    )
    if wrong:
        raise NoVersion(f"{len(wrong)} 个文件和校验和对不上，第一个是 {wrong[0]}。")
    return Artefact(release, wanted, texts.get(_NOTES, b"").decode("utf-8", "replace"), size)


def _sum(content: IO[bytes]) -> str:
    total = hashlib.sha256()
    while piece := content.read(_PIECE):
        total.update(piece)
    return total.hexdigest()


def unpack(file: Path, artefact: Artefact, target: Path) -> None:
    """Unpack a file that was looked through, beside its final name, and hold it to its sums again.

    Raises `NoVersion` where it changed meanwhile.
    """
    part = target.with_name(f".{target.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(mode=0o755, parents=True)
    for member, name, content in _members(file):
        _put(member, part / name, content)
    try:
        check_tree(part)
    except NotGenuine as error:
        shutil.rmtree(part)
        raise NoVersion(str(error)) from None
    # All of it is on the disk before the folder gets its name: a power cut leaves no half version.
    os.sync()
    part.replace(target)
    sync_folder(target.parent)


def _put(member: tarfile.TarInfo, target: Path, content: IO[bytes] | None) -> None:
    target.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    if member.issym():
        target.symlink_to(member.linkname)
    elif content is None:
        target.mkdir(mode=0o755, exist_ok=True)
    else:
        with target.open("xb") as file:
            shutil.copyfileobj(content, file, _PIECE)
        # Nobody but root writes there, and nothing runs as somebody else.
        target.chmod(0o755 if member.mode & stat.S_IXUSR else 0o644)


def _members(file: Path) -> Iterator[tuple[tarfile.TarInfo, str, IO[bytes] | None]]:
    """Yield each part by its path in the version's folder. Raises `NoVersion` for a strange one."""
    try:
        with open_tar(file) as tar:
            for member in tar:
                if name := _name_of(member):
                    yield member, name, tar.extractfile(member) if member.isreg() else None
    except (tarfile.TarError, EOFError, OSError) as error:
        raise NoVersion(f"读不到底（{type(error).__name__}），文件可能没有传完。") from None


def _name_of(member: tarfile.TarInfo) -> str:
    """Return the path below the one folder that all lies in; empty for that folder itself."""
    path = member.name.removeprefix("./")
    parts = path.split("/")
    is_plain = member.isreg() or member.isdir() or (member.issym() and _stays_within(member, path))
    if not is_plain or path.startswith("/") or ".." in parts or "\0" in path:
        raise NoVersion(f"里面有不该有的东西：{member.name[:80]!r}。")
    return "/".join(parts[1:])


def _stays_within(member: tarfile.TarInfo, path: str) -> bool:
    """Tell whether a link leads to something in the same version."""
    top = path.split("/", maxsplit=1)[0]
    led = posixpath.normpath(posixpath.join(posixpath.dirname(path), member.linkname))
    return not member.linkname.startswith("/") and led.startswith(f"{top}/")


@contextmanager
def open_tar(file: Path) -> Iterator[tarfile.TarFile]:
    """Open a .tar.zst as a stream; Python can do that by itself from 3.14 on."""
    tool = str(_ZSTD) if _ZSTD.exists() else shutil.which("zstd")
    if tool is None:
        raise NoVersion("这台机器上没有 zstd，请先装上它。")
    with subprocess.Popen(  # noqa: S603 (a tool by its full path, a file that was named to us)
        [tool, "-dcq", "--", str(file)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as unpacking:
        source: Any = unpacking.stdout
        with tarfile.open(fileobj=source, mode="r|") as tar:
            yield tar
        while source.read(_PIECE):
            pass
        if unpacking.wait():
            raise tarfile.ReadError(os.fsdecode(file))
