"""What a sealed payload says of each file that came with it.

`admin/browser/reporter/files/file_entry.js` does the same.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Final, Literal, Self, get_args

from admin.sealing.payload import BadContent

State = Literal["cleaned", "kept", "original"]
"""cleaned: what it told of its maker was taken out; kept: could not be, and was sent as it is;
original: the untouched one, beside its clean copy in the entry before it."""
MOST_ENTRIES: Final = 20
MOST_NAME: Final = 120
OCTETS: Final = "application/octet-stream"
LARGEST: Final = 2304 * 1024 * 1024
"""Clear bytes that one blob holds at most."""
_BLOB = re.compile(r"[0-9a-f]{32}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_KEY = re.compile(r"AGE-SECRET-KEY-PQ-1[02-9AC-HJ-NP-Z]{58}")
_TYPE = re.compile(r"[a-z]{1,20}/[a-z0-9][a-z0-9.+-]{0,80}")


@dataclass(frozen=True, slots=True)
class FileEntry:
    """One file: what it is, in which blob it lies, and the key that opens the blob."""

    name: str = field(repr=False)
    type: str
    size: int
    sha256: str = field(repr=False)
    """Of the clear bytes."""
    blob: str
    key: str = field(repr=False)
    """The identity to whom the blob is sealed, and nothing else."""
    offset: int
    """Where it begins in the blob's clear bytes: 0, unless several were packed into one."""
    state: State

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def parse(cls, content: object) -> Self:
        """Read an entry. Raises `BadContent`: whoever seals a tip can write into it what he will.

        The name may still hold anything: who shows it or gives it to a disk makes it safe.
        """
        names = {one.name for one in fields(cls)}
        if not isinstance(content, Mapping) or set(content) != names:
            raise BadContent("a malformed file entry")
        if not (_texts_fit(content) and _numbers_fit(content)):
            raise BadContent("a malformed file entry")
        return cls(**content)


def parse_entries(content: object) -> tuple[FileEntry, ...]:
    """Read the list `files` of a tip or a message. Raises `BadContent`."""
    if not isinstance(content, Sequence) or isinstance(content, str | bytes):
        raise BadContent("a malformed list of files")
    if len(content) > MOST_ENTRIES:
        raise BadContent("too many files")
    return tuple(FileEntry.parse(entry) for entry in content)


def _texts_fit(content: Mapping[str, Any]) -> bool:
    patterns = {"type": _TYPE, "sha256": _SHA256, "blob": _BLOB, "key": _KEY}
    texts = (content[name] for name in (*patterns, "name", "state"))
    if not all(isinstance(text, str) for text in texts):
        return False
    if not all(pattern.fullmatch(content[name]) for name, pattern in patterns.items()):
        return False
    return 0 < len(content["name"]) <= MOST_NAME and content["state"] in get_args(State)


def _numbers_fit(content: Mapping[str, Any]) -> bool:
    size, offset = content["size"], content["offset"]
    # bool is an int in Python; JSON keeps them apart.
    if type(size) is not int or type(offset) is not int:
        return False
    return size >= 0 and offset >= 0 and size + offset <= LARGEST
