"""What a file is, told from its first bytes alone: a name or a browser's word is never believed."""

import re
from mmap import mmap
from typing import Final

from ..tip.media import (
    AVIF,
    BRANDS,
    DOCX,
    EBML,
    FILM_BOXES,
    FRAMES,
    MATROSKA,
    PPTX,
    QUICKTIME,
    RIFFS,
    SOUND_BOXES,
    STARTS,
    UNKNOWN,
    WEBM,
    XLSX,
    ZIP,
    ZIP_START,
)

# A film of the first QuickTime cameras has no brand; it opens with one of these boxes.
_OLD_QUICKTIME: Final = {b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"}
_ZIPS: Final = (
    (re.compile(rb"word/(?:document|_rels)"), DOCX),
    (re.compile(rb"xl/(?:workbook|_rels)"), XLSX),
    (re.compile(rb"ppt/(?:presentation|_rels)"), PPTX),
)
_ODF_TYPE: Final = re.compile(
    rb"mimetype(application/vnd\.oasis\.opendocument\.(?:text|spreadsheet|presentation))"
)


def sniff(data: bytes | mmap) -> str:
    """Tell the media type by content; `application/octet-stream` for what we do not know."""
    for start, media_type in STARTS:
        if data[: len(start)] == start:
            return media_type
    if data[:4] == b"RIFF":
        return RIFFS.get(data[8:12], UNKNOWN)
    if data[:4] == ZIP_START:
        return _zipped(data)
    if data[:4] == EBML:
        return WEBM if b"webm" in data[:64] else MATROSKA
    return _boxes(data) or _frames(data) or UNKNOWN


def _zipped(data: bytes | mmap) -> str:
    """Tell an Office file: its parts' names stand in clear at both ends of the archive."""
    if odf := _ODF_TYPE.search(data[:200]):
        return odf[1].decode("ascii")
    ends = data[:4096] + data[-65536:]
    if b"[Content_Types].xml" not in ends:
        return ZIP
    return next((kind for part, kind in _ZIPS if part.search(ends)), ZIP)


def _boxes(data: bytes | mmap) -> str | None:
    """Tell a file of ISO boxes: film, sound, or an iPhone's picture."""
    if data[4:8] != b"ftyp":
        return QUICKTIME if data[4:8] in _OLD_QUICKTIME else None
    size = min(int.from_bytes(data[:4], "big"), 256)
    brands = [data[8:12], *(data[at : at + 4] for at in range(16, size, 4))]
    # `mif1` says only "a picture"; a later brand may say which.
    if brands[0] in {b"mif1", b"msf1"} and b"avif" in brands:
        return AVIF
    if known := BRANDS.get(brands[0]):
        return known
    return SOUND_BOXES if _only_sound(data) else FILM_BOXES


def _only_sound(data: bytes | mmap) -> bool:
    """Tell whether the tracks that a film names are sound: many telephones record so."""
    tracks = set(re.findall(rb"hdlr.{8}(vide|soun)", data, re.DOTALL))
    return tracks == {b"soun"}


def _frames(data: bytes | mmap) -> str | None:
    """Tell bare frames of MPEG sound, which have no head of their own."""
    if len(data) < 4 or data[0] != 0xFF:
        return None
    if data[1] & 0xF6 == 0xF0:
        return "audio/aac"
    is_layer_three = data[1] & 0xE6 == 0xE2 and data[1] & 0x18 != 0x08
    is_possible = data[2] >> 4 not in {0, 15} and data[2] >> 2 & 3 != 3
    return FRAMES if is_layer_three and is_possible else None
