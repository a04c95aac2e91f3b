"""A file's kind is told by its content; what it is called has no say."""

import mmap
import os

import pytest

from admin.cleaning import sniff
from admin.tip.media import DOCX, OLE
from tests.evidence_files import (
    deep_pdf,
    docx,
    gif_with_script,
    html,
    odt,
    picture_with_page,
    svg,
)

UNKNOWN = "application/octet-stream"


def boxes(*brands, tracks=()):
    """The head of a film: brands, then the handler of each track."""
    body = brands[0] + b"\0\0\0\0" + b"".join(brands[1:])
    handlers = b"".join(b"\0\0\0\x21hdlr" + b"\0" * 8 + kind + b"\0" * 13 for kind in tracks)
    return (len(body) + 8).to_bytes(4, "big") + b"ftyp" + body + handlers


KINDS = [
    (b"", UNKNOWN),
    (b"\0" * 64, UNKNOWN),
    (b"\xff", UNKNOWN),
    (b"plain words of a witness", UNKNOWN),
    (b"\xff\xd8\xff\xe0", "image/jpeg"),
    (b"\xff\xfb\x90\x64" + b"\0" * 60, "audio/mpeg"),
    (b"\xff\xf1\x50\x80" + b"\0" * 60, "audio/aac"),
    (b"\xff\xff\xff\xff", UNKNOWN),
    (b"ID3\x03\0", "audio/mpeg"),
    (b"#!AMR\n", "audio/amr"),
    (b"#!AMR-WB\n", "audio/amr"),
    (b"fLaC\0", "audio/flac"),
    (b"RIFF\x10\0\0\0WAVE", "audio/wav"),
    (b"RIFF\x10\0\0\0AVI ", "video/x-msvideo"),
    (b"RIFF\x10\0\0\0WEBP", "image/webp"),
    (b"RIFF\x10\0\0\0ACON", UNKNOWN),
    (b"\x1a\x45\xdf\xa3\x01\x42\x82\x84webm", "video/webm"),
    (b"\x1a\x45\xdf\xa3\x01\x42\x82\x88matroska", "video/x-matroska"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", OLE),
    (boxes(b"heic", b"mif1"), "image/heic"),
    (boxes(b"mif1", b"heic"), "image/heic"),
    (boxes(b"mif1", b"avif"), "image/avif"),
    (boxes(b"avif"), "image/avif"),
    (boxes(b"qt  "), "video/quicktime"),
    (boxes(b"M4A ", tracks=[b"soun"]), "audio/mp4"),
    (boxes(b"isom", tracks=[b"vide", b"soun"]), "video/mp4"),
    (boxes(b"mp42", tracks=[b"soun"]), "audio/mp4"),
    (boxes(b"3gp4", tracks=[]), "video/mp4"),
    (b"\0\0\0\x08wide\0\0\0\0mdat", "video/quicktime"),
    # A PDF must begin as one: what stands before it would be another file to another program.
    (b"<html>%PDF-1.7", UNKNOWN),
    (b"PK\x03\x04 a plain archive", "application/zip"),
    (b"PK\x05\x06", UNKNOWN),
]
MADE = [
    (docx, DOCX),
    (odt, "application/vnd.oasis.opendocument.text"),
    (svg, UNKNOWN),
    (html, UNKNOWN),
    (picture_with_page, "image/jpeg"),
    (gif_with_script, "image/gif"),
    (deep_pdf, "application/pdf"),
]


@pytest.mark.parametrize(("data", "kind"), KINDS)
def test_first_bytes_tell_the_kind(data, kind):
    assert sniff(data) == kind


@pytest.mark.parametrize(("make", "kind"), MADE)
def test_a_whole_file_tells_its_kind(make, kind):
    assert sniff(make()) == kind


def test_a_file_on_the_disk_is_told_without_being_read_whole(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(docx())

    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        assert sniff(data) == DOCX
        assert len(data) == os.stat(path).st_size
