"""An invented picture and sound for the demo, made by rule: nobody took them anywhere."""

import io
import math
import struct
import wave
import zlib
from collections.abc import Callable, Mapping
from typing import Final

WIDTH, HEIGHT = 320, 240
RATE = 8000
"""Samples a second."""
Colour = tuple[int, int, int]

_SKY, _WALL, _ROAD = (196, 214, 228), (188, 172, 148), (110, 112, 116)
# Left, top, right, bottom, colour; later ones lie on top. A van before a block of flats.
_SHAPES: Final[tuple[tuple[int, int, int, int, Colour], ...]] = (
    (0, 0, 320, 60, _SKY),
    (0, 60, 320, 180, _WALL),
    (0, 180, 320, 240, _ROAD),
    *((x, y, x + 24, y + 30, (86, 104, 122)) for x in range(16, 300, 56) for y in (72, 122)),
    (90, 130, 250, 196, (202, 206, 210)),
    (104, 138, 160, 164, (60, 78, 96)),
    (172, 138, 238, 164, (60, 78, 96)),
    (182, 146, 228, 156, (236, 236, 214)),
    (112, 186, 140, 206, (36, 36, 38)),
    (200, 186, 228, 206, (36, 36, 38)),
)


def picture() -> bytes:
    """Draw the picture as PNG; by hand, so that the server needs no drawing library in memory."""
    rows = [bytearray(b"\0" * (1 + 3 * WIDTH)) for _ in range(HEIGHT)]
    for left, top, right, bottom, colour in _SHAPES:
        for row in rows[top:bottom]:
            row[1 + 3 * left : 1 + 3 * right] = bytes(colour) * (right - left)
    head = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"".join(rows), 9)
    chunks = (_chunk(b"IHDR", head), _chunk(b"IDAT", pixels), _chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def _chunk(kind: bytes, body: bytes) -> bytes:
    check = zlib.crc32(kind + body)
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", check)


def sound() -> bytes:
    """Make three knocks on a door, as WAV."""
    samples = bytes(round(128 + 100 * _knocks(step / RATE)) for step in range(2 * RATE))
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(1)
        file.setframerate(RATE)
        file.writeframes(samples)
    return out.getvalue()


def _knocks(seconds: float) -> float:
    """Give the sound's strength, -1 to 1, at a moment."""
    since = seconds % 0.6
    return math.exp(-24 * since) * math.sin(2 * math.pi * 110 * since) if seconds < 1.8 else 0.0


EVIDENCE: Final[Mapping[str, tuple[str, Callable[[], bytes]]]] = {
    "picture": ("照片1.png", picture),
    "sound": ("敲门.wav", sound),
}
"""What a tip of `tips.yml` may name under `files`: the name that is shown, and the maker."""
