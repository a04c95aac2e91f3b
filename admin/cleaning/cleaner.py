"""Cleans one file, by its kind, in the sandbox."""

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from mmap import ACCESS_READ, mmap
from time import monotonic
from typing import Final

from ..tip.media import MEDIA, Job
from .films import clean_film
from .kinds import sniff
from .names import neutral_name
from .sandbox import (
    MB,
    Limits,
    memory_file,
    python_inside,
    run,
    system_python_inside,
    works,
)
from .words import Cleaned, NotCleaned, Uncleanable

_WHOLE: Final = frozenset({Job.PICTURE, Job.PAPER, Job.OFFICE})
"""Jobs that hold a whole file in memory."""
# A paper or picture above this is none that a person made; films have no bound of their own.
_MOST_BYTES: Final = 256 * MB
_ENCRYPTED_OFFICE: Final = "EncryptedPackage".encode("utf-16-le")

# Memory is what is short: each process cleans one file at a time, the next one waits.
_turn = threading.BoundedSemaphore(1)
SECONDS: Final = 120.0
"""For one file, waiting included."""


def can_clean() -> bool:
    """Tell whether files can be cleaned on this machine."""
    return works()


def clean(
    data: bytes, *, name: str, seconds: float = SECONDS, output: int = sys.maxsize
) -> Cleaned:
    """Take what tells of its sender out of a file held in memory; nothing of it meets a disk.

    `name` is the reporter's, and deliberately has no say: the content tells what a file is, and
    the new name tells that alone. `seconds` are all the time there is, waiting for others
    included; `output` is how many bytes may come out. Raises `NotCleaned` with the reason, and
    nothing else: a machine that is short of memory, processes or open files has no sandbox to
    offer just now.
    """
    del name
    if not works():
        raise NotCleaned(Uncleanable.NO_SANDBOX)
    try:
        with _closing(memory_file(data)) as source, _closing(memory_file()) as target:
            media_type = clean_file(source, target, seconds=seconds, output=output)
            return Cleaned(_read(target), media_type, neutral_name(media_type))
    except (OSError, MemoryError):
        raise NotCleaned(Uncleanable.NO_SANDBOX) from None


@contextmanager
def _closing(file: int) -> Iterator[int]:
    try:
        yield file
    finally:
        os.close(file)


def clean_file(
    source: int, target: int, *, seconds: float = SECONDS, output: int = sys.maxsize
) -> str:
    """Clean from one open file into another, new one, and give the new media type.

    Raises `NotCleaned`; what then stands in `target` is worth nothing.
    """
    media_type = _kind(source)
    if not works():
        raise NotCleaned(Uncleanable.NO_SANDBOX)
    until = monotonic() + seconds
    if not _turn.acquire(timeout=max(seconds, 0)):
        raise NotCleaned(Uncleanable.TOOK_TOO_LONG)
    try:
        return _clean_in_turn(media_type, source, target, until=until, output=output)
    finally:
        _turn.release()


def _clean_in_turn(media_type: str, source: int, target: int, *, until: float, output: int) -> str:
    media = MEDIA[media_type]
    if media.job is Job.FILM:
        return clean_film(media_type, source, target, until=until, output=output)
    limits = Limits(until, output=min(output, _MOST_BYTES))
    _run_job(str(media.job), media_type, source, target, limits)
    return media.becomes or media_type


def _run_job(job: str, media_type: str, source: int, target: int, limits: Limits) -> None:
    if job == Job.OFFICE:
        # It unpacks the whole archive, twice, into the folder in memory.
        limits = replace(limits, folder=512 * MB)
        run(system_python_inside(job, media_type), source, target, limits)
    else:
        run(python_inside(job, media_type), source, target, limits)


def _kind(source: int) -> str:
    """Tell the kind of a file that can be cleaned. Raises `NotCleaned` for one that cannot."""
    size = os.fstat(source).st_size
    if size == 0:
        raise NotCleaned(Uncleanable.BROKEN)
    with mmap(source, size, access=ACCESS_READ) as data:
        media_type = sniff(data)
        job = MEDIA[media_type].job if media_type in MEDIA else None
        if data.find(_ENCRYPTED_OFFICE) >= 0 and job not in _WHOLE:
            raise NotCleaned(Uncleanable.ENCRYPTED)
    if job is None:
        raise NotCleaned(Uncleanable.UNKNOWN_KIND)
    if job in _WHOLE and size > _MOST_BYTES:
        raise NotCleaned(Uncleanable.TOO_LARGE)
    return media_type


def _read(file: int) -> bytes:
    os.lseek(file, 0, os.SEEK_SET)
    with os.fdopen(os.dup(file), "rb") as content:
        return content.read()
