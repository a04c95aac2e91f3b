"""Searches a closed browser's whole profile for what was typed, unpacked where it is packed."""

import zlib
from collections.abc import Iterator
from pathlib import Path

from tests.canary import spellings

MOZ_LZ4 = b"mozLz40\0"
GZIP = b"\x1f\x8b\x08"


def found_in(profile: Path, marks: dict[str, str]) -> set[str]:
    """Name the marks that some file of the profile holds in some spelling."""
    wanted = [(name, spelt) for name, mark in marks.items() for spelt in spellings(mark).values()]
    found = set()
    for _name, data in contents(profile):
        found |= {name for name, spelt in wanted if spelt in data}
    return found


def contents(profile: Path) -> Iterator[tuple[str, bytes]]:
    """Every file of a profile, and again what is packed in it."""
    for path in sorted(profile.rglob("*")):
        if path.is_file() and not path.is_symlink():
            data = path.read_bytes()
            yield path.name, data
            yield from ((f"{path.name}, unpacked", part) for part in unpacked(data))


def unpacked(data: bytes) -> Iterator[bytes]:
    if data.startswith(MOZ_LZ4):
        yield lz4_block(data[len(MOZ_LZ4) + 4 :])
    at = data.find(GZIP)
    while at >= 0:
        # Three bytes stand anywhere by chance: what is no gzip ends at once.
        yield gzip_member(data[at:])
        at = data.find(GZIP, at + 1)


def gzip_member(data: bytes) -> bytes:
    reader, parts = zlib.decompressobj(wbits=31), []
    for start in range(0, len(data), 4096):
        try:
            parts.append(reader.decompress(data[start : start + 4096]))
        except zlib.error:
            break
        if reader.eof:
            break
    return b"".join(parts)


def lz4_block(data: bytes) -> bytes:
    """Unpack one block of LZ4, as Firefox packs its session files: literals and repetitions."""
    out, at = bytearray(), 0
    while at < len(data):
        token = data[at]
        size, at = _length(data, at + 1, token >> 4)
        out += data[at : at + size]
        at += size
        if at >= len(data):
            break
        back = int.from_bytes(data[at : at + 2], "little")
        size, at = _length(data, at + 2, token & 15)
        for _ in range(size + 4):
            out.append(out[-back])
    return bytes(out)


def _length(data: bytes, at: int, size: int) -> tuple[int, int]:
    if size < 15:
        return size, at
    while True:
        size, more, at = size + data[at], data[at], at + 1
        if more < 255:
            return size, at
