"""A folder as one file, the same bytes for the same files: sorted, root's, of one time."""

import os
import shutil
import subprocess
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final

from .source import CannotMake

# More threads make other bytes than none, but any number of them the same: one is asked for always.
_ZSTD: Final = ("zstd", "-q", "-f", "-10", "-T1")


def write_tar(folder: Path, name: str, seconds: int, file: IO[bytes]) -> None:
    """Write what lies in a folder under another name."""
    with tarfile.open(fileobj=file, mode="w|", format=tarfile.GNU_FORMAT) as archive:
        for path in sorted(_all(folder)):
            entry = _entry(path, name + path.relative_to(folder).as_posix(), seconds)
            if entry.isreg():
                with path.open("rb") as content:
                    archive.addfile(entry, content)
            else:
                archive.addfile(entry)


def write_tar_zst(folder: Path, name: str, seconds: int, target: Path) -> None:
    """Compress it as well. Another version of zstd may write other bytes, and the same files."""
    if shutil.which("zstd") is None:
        raise CannotMake("zstd is missing: apt-get install zstd.")
    partial = target.with_name(target.name + ".new")
    with partial.open("wb") as out:
        packing = subprocess.Popen([*_ZSTD, "-c"], stdin=subprocess.PIPE, stdout=out)
        if packing.stdin is None:
            raise CannotMake("zstd takes no input.")
        with packing.stdin as file:
            write_tar(folder, name, seconds, file)
        if packing.wait():
            raise CannotMake("zstd failed.")
    partial.replace(target)


def _all(folder: Path) -> Iterator[Path]:
    for parent, folders, files in os.walk(folder):
        yield from (Path(parent, name) for name in [*folders, *files])


def _entry(path: Path, name: str, seconds: int) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.uname = entry.gname = "root"
    entry.mtime = seconds
    if path.is_symlink():
        entry.type, entry.mode, entry.linkname = tarfile.SYMTYPE, 0o777, os.readlink(path)
    elif path.is_dir():
        entry.type, entry.mode = tarfile.DIRTYPE, 0o755
    else:
        stat = path.stat()
        entry.size, entry.mode = stat.st_size, 0o755 if stat.st_mode & 0o100 else 0o644
    return entry
