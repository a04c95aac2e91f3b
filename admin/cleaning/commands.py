"""What `dengshao clean` does: for the copy that is passed on. Needs no server, no network."""

import hashlib
import json
import os
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import click

from ..db import today
from ..tip.media import MEDIA
from .cleaner import can_clean, clean_file
from .words import REASON_WORDS, NotCleaned

LOG: Final = "clean-log.jsonl"
_NO_SANDBOX: Final = (
    "这台电脑上用不了 bubblewrap，什么也没有清理。请先装好（apt install bubblewrap）。"
)
_LOOK: Final = "交出去之前，请自己打开看一遍：画面和声音里的人、地方、窗外，不会被清理掉。"


@dataclass(frozen=True, slots=True)
class CleanedLine:
    """What the log keeps of a copy. No name: a name may tell what the copy no longer does."""

    day: str
    type: str
    before: str
    """SHA-256 of the file as it was, in hexadecimal letters."""
    after: str
    size: int
    """Bytes of the clean copy."""


def clean_files(files: Sequence[Path], out: Path | None) -> None:
    if not can_clean():
        raise click.ClickException(_NO_SANDBOX)
    cleaned = [_clean_one(path, out or path.parent) for path in files]
    if any(cleaned):
        click.echo(_LOOK)
    if not all(cleaned):
        raise click.exceptions.Exit(1)


def _clean_one(path: Path, folder: Path) -> bool:
    """Clean one file and say so; a fault is a sentence, and the next file has its turn."""
    try:
        copy, line = write_copy(path, folder)
    except NotCleaned as error:
        click.echo(f"{path}：未能清理（{REASON_WORDS[error.reason]}）。没有写副本。", err=True)
    except FileExistsError as error:
        click.echo(f"{path}：{error.filename} 已经有了，没有改动。", err=True)
    except OSError as error:
        click.echo(f"{path}：没有写成（{error.strerror}）。", err=True)
    else:
        click.echo(
            f"{path} -> {copy}\n  原文件 SHA-256 {line.before}\n  副本   SHA-256 {line.after}"
        )
        return True
    return False


def write_copy(path: Path, folder: Path) -> tuple[Path, CleanedLine]:
    """Write a clean copy of a file into a folder, durably, and a line into the folder's log.

    Raises `NotCleaned`; `FileExistsError` for a copy that is there already; `OSError`. Then
    nothing new stands in the folder.
    """
    descriptor, made = tempfile.mkstemp(prefix=".clean-", dir=folder)
    try:
        with os.fdopen(descriptor, "rb+") as target, path.open("rb") as source:
            media_type = clean_file(source.fileno(), target.fileno())
            os.fsync(target.fileno())
        line = CleanedLine(
            day=today().isoformat(),
            type=media_type,
            before=_sha256(path),
            after=_sha256(Path(made)),
            size=Path(made).stat().st_size,
        )
        copy = folder / f"{path.stem}-已清理{MEDIA[media_type].endings[0]}"
        # Ours from here on: what stood under this name before would have been refused.
        copy.touch(mode=0o600, exist_ok=False)
        os.replace(made, copy)
    finally:
        with suppress(FileNotFoundError):
            os.unlink(made)
    _log(folder / LOG, line)
    return copy, line


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _log(path: Path, line: CleanedLine) -> None:
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(file, "a", encoding="utf-8") as log:
        log.write(json.dumps(asdict(line)) + "\n")
