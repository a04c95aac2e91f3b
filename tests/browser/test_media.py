"""A file is of one kind, whoever looks: two sniffers are held to each other."""

from base64 import b64encode
from pathlib import Path

import pytest

from admin.cleaning.kinds import sniff
from admin.tip.media import BRANDS, EBML, MEDIA, RIFFS, STARTS, UNKNOWN, VIEWS, ZIP_START
from tests.node import ask_jobs

HERE = Path(__file__).parent
HEADS = [
    *(start for start, _kind in STARTS),
    *(b"RIFF\0\0\0\0" + mark for mark in [*RIFFS, b"ABCD"]),
    *(b"\0\0\0\x18ftyp" + brand for brand in [*BRANDS, b"isom", b"mp42", b"3gp4", b"HEIC"]),
    ZIP_START,
    EBML + b"\x42\x82\x84webm",
    EBML + b"\x42\x82\x88matroska",
    *(bytes([0xFF, second, third, 0]) for second in range(0xE0, 0x100) for third in range(256)),
    *(b"", b"\0", b"text", b"<html>", b"RIFF", b"ftyp", b"\0\0\0\x18ftyp"),
]
# Sound in ISO boxes, bare ADTS and old QuickTime are told by Python alone, which sees the whole.
BY_PYTHON_ALONE = {"audio/aac"}


def padded(head):
    return head + bytes(64 - len(head)) if len(head) > 8 else head


@pytest.fixture(scope="module")
def browsers_word():
    data = [b64encode(padded(head)).decode() for head in HEADS]
    return dict(
        zip(HEADS, ask_jobs(HERE / "file_jobs.mjs", {"job": "sniff", "content": data}), strict=True)
    )


def test_both_tell_every_head_alike(browsers_word):
    wrong = {
        head: (kind, browsers_word[head])
        for head in HEADS
        if (kind := sniff(padded(head))) != browsers_word[head] and kind not in BY_PYTHON_ALONE
    }
    assert wrong == {}


def test_every_kind_that_begins_with_a_mark_is_told_by_it(browsers_word):
    told = {browsers_word[head] for head in HEADS}
    marked = {kind for kind, media in MEDIA.items() if media.starts or media.riff or media.brands}

    assert marked <= told
    assert UNKNOWN in told


def test_nothing_that_could_be_a_page_or_hold_a_script_is_shown():
    assert {kind.partition("/")[0] for kind in VIEWS} == {"image", "audio", "video"}
    assert not any(word in kind for kind in VIEWS for word in ("svg", "xml", "html", "pdf"))
