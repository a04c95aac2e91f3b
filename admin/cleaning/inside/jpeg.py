"""Takes the segments that are not picture out of a JPEG, and leaves its points as they are."""

from typing import Final

# The colour transform of Adobe's programs: without it the colours turn.
_KEPT_APP: Final = 0xEE
_START, _END, _SCAN, _COMMENT = 0xD8, 0xD9, 0xDA, 0xFE
_APPS: Final = range(0xE0, 0xF0)
_NOT_WHOLE: Final = "no JPEG, or not a whole one"


def strip(data: bytes) -> bytes:
    """Give the JPEG without Exif, XMP, thumbnails, comments, or anything behind its end.

    Raises `ValueError` where it is none, or not whole.
    """
    if data[:2] != b"\xff\xd8":
        raise ValueError(_NOT_WHOLE)
    kept, at = [data[:2]], 2
    while True:
        marker, at = _next_marker(data, at)
        if marker == _END:
            return b"".join([*kept, b"\xff\xd9"])
        end = at + int.from_bytes(data[at : at + 2], "big")
        if end < at + 2 or end > len(data):
            raise ValueError(_NOT_WHOLE)
        if marker == _SCAN:
            end = _scan_end(data, end)
        if marker != _COMMENT and (marker not in _APPS or marker == _KEPT_APP):
            kept.append(bytes((0xFF, marker)) + data[at:end])
        at = end


def _next_marker(data: bytes, at: int) -> tuple[int, int]:
    """Give the marker at a place, past its filling, and where its length stands."""
    if data[at : at + 1] != b"\xff":
        raise ValueError(_NOT_WHOLE)
    while data[at : at + 1] == b"\xff":
        at += 1
    if at >= len(data):
        raise ValueError(_NOT_WHOLE)
    return data[at], at + 1


def _scan_end(data: bytes, at: int) -> int:
    """Find the marker that ends a scan: stuffed zeros and restarts belong to it."""
    while True:
        at = data.find(b"\xff", at)
        if at < 0 or at + 1 >= len(data):
            raise ValueError(_NOT_WHOLE)
        if data[at + 1] and not 0xD0 <= data[at + 1] <= 0xD7:
            return at
        at += 2
