"""Opens a package into a new folder: all of it, checked, or nothing."""

import os
import shutil
import tempfile
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Final
from zipfile import ZipFile

from ..sealing.age import Identity, NoMatch, PassphraseIdentity, Reader, parse_identity
from ..sealing.age.header import HeaderError, read_header
from ..sealing.age.passphrase import STANZA
from ..sealing.errors import SealingError
from .faults import Fault, NotOpened
from .reading import MALFORMED, MANIFEST, Manifest, checked_pieces, read_manifest

_DIGITS: Final = 24
_GROUP: Final = 4
_NEW: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0)


def takes_passphrase(file: Path) -> bool:
    """Tell whether a package is locked by a passphrase, or else by a key. Raises `NotOpened`."""
    try:
        with file.open("rb") as source:
            header = read_header(source)
    except HeaderError:
        raise NotOpened(Fault.NOT_SEALED) from None
    except OSError as error:
        raise NotOpened(Fault.NOT_WRITTEN, str(error)) from None
    return any(stanza.type == STANZA for stanza in header.stanzas)


def passphrase_identity(typed: str) -> PassphraseIdentity:
    """Make a key of a passphrase as somebody has typed it: the groups may be parted in any way."""
    text = unicodedata.normalize("NFKC", typed).strip()
    digits = "".join(sign for sign in text if sign.isdigit())
    is_ours = len(digits) == _DIGITS and all(s.isdigit() or s in " -—–.,、" for s in text)
    groups = [digits[at : at + _GROUP] for at in range(0, _DIGITS, _GROUP)]
    return PassphraseIdentity("-".join(groups) if is_ours else text)


def read_keys(file: Path) -> list[Identity]:
    """Read a key file as `age-keygen` writes it: a key a line, remarks after #."""
    try:
        lines = [line.strip() for line in file.read_text("utf-8").splitlines()]
        keys: list[Identity] = [parse_identity(line) for line in lines if line and line[0] != "#"]
    except (SealingError, ValueError):
        keys = []
    except OSError as error:
        raise NotOpened(Fault.NOT_WRITTEN, str(error)) from None
    if not keys:
        raise NotOpened(Fault.BAD_KEY_FILE, str(file))
    return keys


def open_package(file: Path, identities: Sequence[Identity], out: Path) -> Manifest:
    """Open a package into a folder that is not there yet; returns its list. Raises `NotOpened`.

    All is written beside the folder first, for its owner alone, and gets its name once every sum
    was right: what stands under that name was checked.
    """
    try:
        with tempfile.TemporaryDirectory(prefix=".dengshao-", dir=out.parent) as made:
            zipped, folder = Path(made, "zip"), Path(made, "open")
            _unseal(file, identities, zipped)
            manifest = _unpack(zipped, folder)
            _name(folder, out)
    except OSError as error:
        raise NotOpened(Fault.NOT_WRITTEN, str(error)) from None
    return manifest


def _name(folder: Path, out: Path) -> None:
    # Made first: a folder that is there, empty or not, stays what it is.
    try:
        out.mkdir(mode=0o700)
    except FileExistsError:
        raise NotOpened(Fault.EXISTS, str(out)) from None
    try:
        for path in folder.iterdir():
            os.rename(path, out / path.name)
    except OSError:
        shutil.rmtree(out)
        raise


def _unseal(file: Path, identities: Sequence[Identity], target: Path) -> None:
    is_passphrase = isinstance(identities[0], PassphraseIdentity)
    try:
        with file.open("rb") as source:
            _write(target, Reader(source, identities))
    except NoMatch:
        wrong = Fault.WRONG_PHRASE if is_passphrase else Fault.WRONG_KEY
        raise NotOpened(wrong) from None
    except SealingError:
        raise NotOpened(Fault.DAMAGED) from None


def _unpack(zipped: Path, folder: Path) -> Manifest:
    folder.mkdir(mode=0o700)
    try:
        with ZipFile(zipped) as package:
            manifest = read_manifest(package)
            for listed in manifest.files:
                path = folder / listed.name
                path.parent.mkdir(mode=0o700, exist_ok=True)
                _write(path, checked_pieces(package, listed))
            _write(folder / MANIFEST, [package.read(MANIFEST)])
    except MALFORMED:
        raise NotOpened(Fault.NO_PACKAGE) from None
    return manifest


def _write(path: Path, pieces: Iterable[bytes]) -> None:
    """Write a file that is not there yet, for its owner alone."""
    with os.fdopen(os.open(path, _NEW, 0o600), "wb") as target:
        write: Callable[[bytes], object] = target.write
        for piece in pieces:
            write(piece)
