"""The district's own words and data, brought to a new version: what it changed stays its own.

Three texts of each file are held against each other: the old version's, the new version's, and the
district's. What the district never touched takes the new words; what both changed stays, and the
new text is laid beside it under a name that neither the site nor the app reads.
"""

import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from ..reading.keys_file import replace_file
from ..release.sums import sum_of
from .installation import sync_folder

NEW: Final = ".dengshao-new"
"""Ends the name of the new version's text beside one that both sides changed."""
MERGED: Final = ".dengshao-merged"
"""Ends the name of a text that the district has made of both: the upgrade puts it in place."""
OLD: Final = ".dengshao-old"
"""Ends the name of a schema as the district had changed it."""
_OURS: Final = (NEW, MERGED, OLD)
_SCHEMA: Final = "data/schema/"
_DATA: Final = "data/"


class Act(StrEnum):
    """What is done with one file."""

    WRITE = "write"
    """Take the new text: the district never changed the old one."""
    REMOVE = "remove"
    """The new version has it no more, and the district never changed it."""
    BESIDE = "beside"
    """Both changed it: it stays, the new text is laid beside."""
    MERGE = "merge"
    """Both changed it, and the district has made one text of both."""
    STAYS = "stays"
    """The new version has it no more, but the district had changed it."""
    GONE = "gone"
    """The district removed it, and the new version changed it: it stays away."""
    SCHEMA = "schema"
    """A schema is the program's: the new one is taken, the district's laid beside."""


@dataclass(frozen=True)
class Change:
    path: str
    act: Act
    is_loud: bool = False
    """A data file whose schema changed as well: it may not be readable any more."""

    def told(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def written(self) -> tuple[str, ...]:
        """Name what it writes or removes, so that it can be put back."""
        match self.act:
            case Act.WRITE | Act.REMOVE:
                return (self.path,)
            case Act.BESIDE:
                return (self.path + NEW,)
            case Act.MERGE:
                return (self.path, self.path + MERGED)
            case Act.SCHEMA:
                return (self.path, self.path + OLD)
            case _:
                return ()


def digests(folder: Path) -> dict[str, str]:
    """Sum up every file of a folder of content by path; hidden ones and our own are passed over."""
    return {path.relative_to(folder).as_posix(): _digest(path) for path in _files(folder)}


def _files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        if any(part.startswith(".") for part in parts) or path.name.endswith(_OURS):
            continue
        if path.is_symlink() or path.is_file():
            yield path


def _digest(path: Path) -> str:
    # A link is the district's own, whatever it leads to.
    return f"-> {os.readlink(path)}" if path.is_symlink() else sum_of(path)


def compare(
    old: Mapping[str, str], new: Mapping[str, str], ours: Mapping[str, str], merged: set[str]
) -> list[Change]:
    """Decide what is done with each file; what needs nothing is not named."""
    found = []
    for path in sorted(old.keys() | new.keys()):
        act = _act(path, old.get(path), new.get(path), ours.get(path), path in merged)
        if act:
            found.append(Change(path, act, is_loud=_is_loud(path, act, old, new)))
    return found


def _act(path: str, old: str | None, new: str | None, ours: str | None, merged: bool) -> Act | None:
    if new in (old, ours):
        return None
    if ours == old:
        return Act.WRITE if new else Act.REMOVE
    if path.startswith(_SCHEMA):
        return Act.SCHEMA if new else Act.STAYS
    if ours is None:
        return Act.GONE
    if new is None:
        return Act.STAYS
    return Act.MERGE if merged else Act.BESIDE


def _is_loud(path: str, act: Act, old: Mapping[str, str], new: Mapping[str, str]) -> bool:
    if act not in (Act.BESIDE, Act.GONE, Act.STAYS) or not path.startswith(_DATA):
        return False
    schema = f"{_SCHEMA}{Path(path).stem}.json"
    return old.get(schema) != new.get(schema)


def merged_in(folder: Path) -> set[str]:
    """Name the files of which the district has made one text out of both."""
    found = folder.rglob("*" + MERGED)
    return {path.relative_to(folder).as_posix().removesuffix(MERGED) for path in found}


def keep(changes: list[Change], content: Path, kept: Path) -> None:
    """Copy what will be written over or removed, so that it can be put back to the byte."""
    shutil.rmtree(kept, ignore_errors=True)
    kept.mkdir(parents=True, mode=0o700)
    for path in (path for change in changes for path in change.written):
        source = content / path
        if source.exists() or source.is_symlink():
            target = kept / path
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target, follow_symlinks=False)
    sync_folder(kept)


def apply(changes: list[Change], content: Path, new: Path) -> None:
    """Bring a folder of content to the new version. Can be done again after half of it."""
    for change in changes:
        target = content / change.path
        match change.act:
            case Act.WRITE:
                _put(target, new / change.path)
            case Act.REMOVE:
                target.unlink(missing_ok=True)
            case Act.BESIDE:
                _put(target.with_name(target.name + NEW), new / change.path)
            case Act.MERGE:
                _merge(target)
            case Act.SCHEMA:
                _keep_schema(target, new / change.path)
            case Act.STAYS | Act.GONE:
                continue


def _merge(target: Path) -> None:
    ready = target.with_name(target.name + MERGED)
    if ready.exists():
        _put(target, ready)
        ready.unlink()


def _keep_schema(target: Path, new: Path) -> None:
    beside = target.with_name(target.name + OLD)
    if target.exists() and sum_of(target) != sum_of(new):
        _put(beside, target)
    _put(target, new)


def put_back(changes: list[Change], content: Path, kept: Path) -> None:
    """Undo `apply`, however much of it was done."""
    for path in (path for change in changes for path in change.written):
        source, target = kept / path, content / path
        if source.exists():
            _put(target, source)
        else:
            target.unlink(missing_ok=True)


def _put(target: Path, source: Path) -> None:
    _make_folder(target.parent)
    if target.is_symlink():
        target.unlink()
    replace_file(target, source.read_bytes())


def _make_folder(folder: Path) -> None:
    """Make a folder with the owner and rights of the one that it lies in."""
    if folder.is_dir():
        return
    _make_folder(folder.parent)
    above = folder.parent.stat()
    folder.mkdir()
    folder.chmod(above.st_mode & 0o7777)
    if os.geteuid() == 0:
        os.chown(folder, above.st_uid, above.st_gid)
