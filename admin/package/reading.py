"""What is inside a package: its list, its files, and whether each is what the list says.

Whoever has an organ's public key can make a package, so nothing in one is believed before it was
looked at: no name, no length, no way of packing but the plain one.
"""

import hashlib
import json
import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final
from zipfile import ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from .faults import Fault, NotOpened

MANIFEST: Final = "manifest.json"
"""As in admin/browser/desk/package/manifest.js."""
FACTS: Final = ("reference", "number", "from", "to", "day")
MALFORMED: Final = (
    *(BadZipFile, EOFError, NotImplementedError, RuntimeError, ValueError),
    struct.error,
)
"""What `zipfile` raises at bytes that are no ZIP, or none that it reads."""

_NAME: Final = re.compile(r"(?:files/)?[a-z0-9][a-z0-9_-]{0,60}\.[a-z0-9]{1,5}")
# Windows takes these for devices, whatever their ending.
_DEVICE: Final = re.compile(r"(?:files/)?(?:con|prn|aux|nul|com[0-9]|lpt[0-9])\..*")
_SUM: Final = re.compile(r"[0-9a-f]{64}")
_MOST_FILES: Final = 200
_LONGEST_LIST: Final = 1 << 20
_ENCRYPTED: Final = 1
_PIECE: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Listed:
    """A file as the list names it."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """The list of a package."""

    facts: dict[str, str]
    files: tuple[Listed, ...]


def read_manifest(package: ZipFile) -> Manifest:
    """Read the list and hold it against what is there. Raises `NotOpened`."""
    held = _held(package)
    if MANIFEST not in held or held[MANIFEST].file_size > _LONGEST_LIST:
        raise NotOpened(Fault.NO_PACKAGE)
    manifest = _parsed(package.read(MANIFEST))
    named = {one.name for one in manifest.files}
    for one in manifest.files:
        if one.name not in held:
            raise NotOpened(Fault.MISSING, one.name)
        if held[one.name].file_size != one.size:
            raise NotOpened(Fault.CHANGED, one.name)
    for name in held:
        if name != MANIFEST and name not in named:
            raise NotOpened(Fault.UNLISTED, name)
    return manifest


def _held(package: ZipFile) -> dict[str, ZipInfo]:
    """Return what lies in the ZIP by its name; each is safe, plain, and there once."""
    entries = package.infolist()
    if len(entries) > _MOST_FILES:
        raise NotOpened(Fault.NO_PACKAGE)
    held: dict[str, ZipInfo] = {}
    for entry in entries:
        # What stands behind a NUL `zipfile` hides from `filename`.
        if not is_safe(entry.orig_filename) or entry.filename in held:
            raise NotOpened(Fault.BAD_NAME, shown(entry.orig_filename))
        # Nothing is packed small, so nothing can grow.
        if entry.compress_type != ZIP_STORED or entry.flag_bits & _ENCRYPTED:
            raise NotOpened(Fault.NO_PACKAGE)
        held[entry.filename] = entry
    return held


def is_safe(name: str) -> bool:
    """Tell whether a name is one that we give: no path leads out of the folder by it."""
    return bool(_NAME.fullmatch(name)) and not _DEVICE.fullmatch(name)


def shown(text: str) -> str:
    """Return a stranger's text as a terminal may show it."""
    return "".join(sign if sign.isprintable() else "�" for sign in text[:120])


def _parsed(data: bytes) -> Manifest:
    try:
        found = json.loads(data.decode())
    except (ValueError, RecursionError):
        raise NotOpened(Fault.NO_PACKAGE) from None
    if not isinstance(found, dict) or (found.get("v"), found.get("kind")) != (1, "referral"):
        raise NotOpened(Fault.NO_PACKAGE)
    facts = {name: found.get(name) for name in FACTS}
    files = found.get("files")
    if not all(isinstance(fact, str) for fact in facts.values()) or not isinstance(files, list):
        raise NotOpened(Fault.NO_PACKAGE)
    listed = tuple(map(_listed, files))
    if len({one.name for one in listed}) < len(listed):
        raise NotOpened(Fault.NO_PACKAGE)
    return Manifest({name: shown(str(fact)) for name, fact in facts.items()}, listed)


def _listed(row: Any) -> Listed:
    """Read one row of the list, or raise `NotOpened`."""
    row = row if isinstance(row, dict) else {}
    name, size, sum_ = row.get("name"), row.get("size"), row.get("sha256")
    if not isinstance(name, str) or type(size) is not int or not isinstance(sum_, str):
        raise NotOpened(Fault.NO_PACKAGE)
    if not is_safe(name) or name == MANIFEST:
        raise NotOpened(Fault.BAD_NAME, shown(name))
    if size < 0 or not _SUM.fullmatch(sum_):
        raise NotOpened(Fault.NO_PACKAGE)
    return Listed(name, size, sum_)


def checked_pieces(package: ZipFile, listed: Listed) -> Iterator[bytes]:
    """Yield a file piece by piece; raises `NotOpened` at its end where its sum is another."""
    digest = hashlib.sha256()
    with package.open(listed.name) as source:
        while piece := source.read(_PIECE):
            digest.update(piece)
            yield piece
    if digest.hexdigest() != listed.sha256:
        raise NotOpened(Fault.CHANGED, listed.name)
