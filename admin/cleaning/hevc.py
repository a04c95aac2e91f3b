"""Blanks the messages (SEI) in the head of an HEVC film, where ffmpeg's filter does not look.

They stand in `moov/trak/mdia/minf/stbl/stsd/<sample entry>/hvcC` (ISO/IEC 14496-15, 8.3.3.1). Each
is overwritten where it stands by a filler of the same length: no size in the file changes.
"""

from collections.abc import Iterator
from mmap import mmap
from typing import Final

_WAY: Final = (b"moov", b"trak", b"mdia", b"minf", b"stbl", b"stsd")
_MESSAGES: Final = {39, 40}
_LONG: Final = 1
# Of the fields before what a box holds: of the list of sample entries, and of one for pictures.
_LIST_HEAD, _ENTRY_HEAD = 8, 78
# Of the settings, before their lists of units.
_SETTINGS_HEAD: Final = 22
_UNIT_HEAD: Final = 2

Span = tuple[int, int]


def blank_messages(file: int) -> None:
    """Blank them in an open file of ISO boxes, in place. A file without them stays as it is."""
    with mmap(file, 0) as data:
        spans: list[Span] = [(0, len(data))]
        for kind in _WAY:
            spans = [inner for span in spans for inner in _boxes(data, span, kind)]
        for start, end in spans:
            for entry in _boxes(data, (start + _LIST_HEAD, end)):
                for settings in _boxes(data, (entry[0] + _ENTRY_HEAD, entry[1]), b"hvcC"):
                    _blank(data, settings)


def _boxes(data: mmap, span: Span, wanted: bytes | None = None) -> Iterator[Span]:
    """Give where the contents of each box begin and end; a broken box ends the search."""
    at, end = span
    while at + 8 <= end:
        size, head = int.from_bytes(data[at : at + 4], "big"), 8
        if size == _LONG:
            size, head = int.from_bytes(data[at + 8 : at + 16], "big"), 16
        if size < head or at + size > end:
            return
        if wanted in {None, data[at + 4 : at + 8]}:
            yield at + head, at + size
        at += size


def _blank(data: mmap, settings: Span) -> None:
    at, end = settings[0] + _SETTINGS_HEAD + 1, settings[1]
    for _ in range(data[at - 1]):
        kind, units = data[at] & 0x3F, int.from_bytes(data[at + 1 : at + 3], "big")
        at += 3
        for _ in range(units):
            length = int.from_bytes(data[at : at + 2], "big")
            at += 2
            if at + length > end:
                return
            if kind in _MESSAGES and length > _UNIT_HEAD:
                data[at + _UNIT_HEAD : at + length] = _filler(length - _UNIT_HEAD)
            at += length
        if at + 3 > end:
            return


def _filler(length: int) -> bytes:
    """Make a message of the kind "nothing" (type 3), which ends as each must, by a single bit."""
    # Its size stands in bytes of 255 and a rest: the longer, the more of them.
    rest = next(most for most in range(length, -1, -1) if most + most // 255 + 3 <= max(length, 3))
    size = b"\xff" * (rest // 255) + bytes((rest % 255,))
    return (b"\x03" + size + b"\xff" * rest + b"\x80").ljust(length, b"\0")[:length]
