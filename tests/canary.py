"""Searches everything that was written for planted marks, however they are spelt in bytes."""

import base64
import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote


def spellings(mark: str) -> dict[str, bytes]:
    """The ways in which a mark can stand in a file."""
    found = {
        "utf-8": mark.encode(),
        "utf-16-le": mark.encode("utf-16-le"),
        "utf-16-be": mark.encode("utf-16-be"),
        "gb18030": mark.encode("gb18030"),
        "json": mark.encode("ascii", "backslashreplace").lower(),
        "percent": quote(mark, safe="").encode(),
        "percent, lower case": quote(mark, safe="").lower().encode(),
        "hex": mark.encode().hex().encode(),
    }
    for shift in range(3):
        found[f"base64, shifted by {shift}"] = base64_core(mark.encode(), shift)
        found[f"base64 for URLs, shifted by {shift}"] = base64_core(mark.encode(), shift).translate(
            bytes.maketrans(b"+/", b"-_")
        )
    return found


def base64_core(data: bytes, shift: int) -> bytes:
    """The part of a mark's base64 that does not hang on what stands around it."""
    whole = base64.b64encode(b"\0" * shift + data + b"\0" * 3)
    first = -(-shift * 4 // 3) if shift else 0
    # Each full group of three bytes of the mark makes four characters; the rest mixes with others.
    last = (shift + len(data)) // 3 * 4
    return whole[first + (1 if shift else 0) : last]


def find_marks(files: Iterable[Path], marks: dict[str, str]) -> list[str]:
    """Name each mark that some file holds, with the file and the spelling."""
    wanted = [
        (name, how, spelt) for name, mark in marks.items() for how, spelt in spellings(mark).items()
    ]
    found = []
    for path in files:
        data = path.read_bytes()
        found += [f"{name} in {path} ({how})" for name, how, spelt in wanted if spelt in data]
    return found


def written_since(folders: Iterable[Path], moment_ns: int) -> Iterator[Path]:
    """All files below the folders that were written since a moment (st_mtime_ns)."""
    for folder in folders:
        for path in files_below(folder):
            with suppress(FileNotFoundError):
                if path.is_file() and path.stat().st_mtime_ns >= moment_ns:
                    yield path


def files_below(folder: Path) -> Iterator[Path]:
    """All files below a folder, of which a test beside this one may take some away meanwhile."""
    for place, _, names in os.walk(folder, onerror=unless_gone):
        yield from (Path(place, name) for name in names)


def unless_gone(error: OSError) -> None:
    if not isinstance(error, FileNotFoundError):
        raise error
