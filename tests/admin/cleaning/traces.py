"""Looks for planted traces in a file: by bytes, also packed ones, and by what exiftool reads."""

import io
import json
import re
import struct
import subprocess
import zipfile
import zlib
from contextlib import suppress
from pathlib import Path

import pikepdf

from tests.evidence_files import MARKS

# What exiftool reads of any file of the kind: its build, not its history. `System` is the disk's.
_OF_THE_DISK = {"SourceFile", "ExifTool", "System"}
_TELLING = re.compile(
    r"gps|location|author|artist|creator|byline|owner|serial|\bmake|model|software|comment|title|"
    r"(?<!Group)description|thumbnail|preview(?!Time|Duration)|xmp|iptc|producer|company|lastmodifiedby|"
    r"keyword|copyright(?!Flag)|historywhen|chapter",
    re.IGNORECASE,
)
# What ffmpeg and zip write of their own accord, the same in every file.
_NOTHING = {"", 0, "0000:00:00 00:00:00", "1980:01:01 00:00:00"}
_HANDLERS = {"VideoHandler", "SoundHandler", "DataHandler"}


def traces(data: bytes) -> set[str]:
    """Names of the MARKS that stand in any layer of a file, in any common writing."""
    found = list(layers(data))
    return {
        name
        for name, mark in MARKS.items()
        if any(written in layer for layer in found for written in _writings(mark))
    }


def _writings(mark: str) -> list[bytes]:
    plain = mark.encode()
    return [plain, mark.encode("utf-16-le"), mark.encode("utf-16-be"), plain.hex().encode()]


def layers(data: bytes):
    """A file, and what is packed in it: parts of an archive, streams of a PDF, chunks of a PNG."""
    yield data
    if data[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            yield "\n".join(archive.namelist()).encode()
            for name in archive.namelist():
                yield from layers(archive.read(name))
    elif data[:5] == b"%PDF-":
        yield from _of_pdf(data)
    elif data[:8] == b"\x89PNG\r\n\x1a\n":
        yield from _of_png(data)


def _of_pdf(data: bytes):
    with pikepdf.open(io.BytesIO(data)) as pdf:
        for thing in [*pdf.objects, pdf.trailer]:
            # Strings as they are meant: a PDF may write them as UTF-16 or hexadecimal.
            yield thing.unparse(resolved=True)
            yield str(repr(thing)).encode()
            if isinstance(thing, pikepdf.Stream):
                yield from layers(thing.read_raw_bytes())
                # A photo is not unpacked further.
                with suppress(pikepdf.PdfError):
                    yield from layers(thing.read_bytes())


def _of_png(data: bytes):
    at = 8
    while at + 8 <= len(data):
        (size,), kind = struct.unpack_from(">I", data, at), data[at + 4 : at + 8]
        body = data[at + 8 : at + 8 + size]
        yield body
        if kind in {b"zTXt", b"iTXt"}:
            for start in range(min(len(body), 90)):
                try:
                    yield zlib.decompress(body[start:])
                except zlib.error:
                    continue
        at += 12 + size


def by_exiftool(path: Path) -> dict[str, object]:
    """All that exiftool reads in a file, but what it says of the disk."""
    said = subprocess.run(
        ["exiftool", "-json", "-a", "-U", "-ee3", "-G1", "-s", str(path)],
        check=True,
        capture_output=True,
        timeout=60,
    )
    read = json.loads(said.stdout)[0]
    return {name: value for name, value in read.items() if name.split(":")[0] not in _OF_THE_DISK}


def telling(read: dict[str, object]) -> dict[str, object]:
    """Of what exiftool read, all that tells of a person, a place, a device, a program or a time."""
    return {name: value for name, value in read.items() if _tells(name, value)}


def _tells(name: str, value: object) -> bool:
    if any(mark in str(value) for mark in MARKS.values()):
        return True
    tag = name.split(":")[-1]
    if re.search(r"date|time(?!scale)", tag, re.IGNORECASE) and re.search(
        r"\d{4}:\d\d", str(value)
    ):
        return value not in _NOTHING
    return bool(_TELLING.search(tag)) and value not in _NOTHING | _HANDLERS
