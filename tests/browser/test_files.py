"""Files as the browser's modules make them: Python opens what they seal, part by part."""

import hashlib
from base64 import b64decode, b64encode
from pathlib import Path

import pytest

from admin.sealing import age
from admin.sealing.padme import PACKS, blob_size, pack_size, padme, sealed_size
from tests import evidence_files as evidence
from tests.node import ask_jobs

HERE = Path(__file__).parent
PART = 2**21


@pytest.fixture(scope="module")
def do():
    """Do a job in node: `do("padme", [1, 2])`."""

    def do(job, content):
        return ask_jobs(HERE / "file_jobs.mjs", {"job": job, "content": content})

    return do


def grain(size):
    return hashlib.shake_256(b"grain").digest(size)


def text(data):
    return b64encode(data).decode()


# Around a chunk, around a part's end, and an empty file.
SIZES = [0, 1, 65_535, 65_536, 65_537, 200_000, PART - 3000, PART, PART + 1, 2 * PART + 77]


@pytest.mark.parametrize("size", SIZES)
def test_python_opens_what_was_sealed_in_parts(do, size):
    data = grain(size)
    made = do("seal", {"data": text(data), "length": blob_size(size)})
    sealed = b64decode(made["sealed"])

    assert len(sealed) == made["size"] == sealed_size(blob_size(size))
    clear = age.open_sealed(sealed, [age.parse_identity(made["identity"])])
    assert clear == data + bytes(blob_size(size) - size)
    assert b64decode(made["own"]) == clear
    assert made["sha256"] == hashlib.sha256(data).hexdigest()
    parts = [sealed[at : at + PART] for at in range(0, len(sealed), PART)]
    assert made["digests"] == [hashlib.sha256(part).hexdigest() for part in parts]
    assert made["prefixes"][-1] == made["sha256"]


def test_the_parts_may_be_asked_for_in_any_order(do):
    data = grain(3 * PART)
    made = do(
        "seal", {"data": text(data), "length": blob_size(len(data)), "order": [3, 1, 0, 2, 1]}
    )

    clear = age.open_sealed(b64decode(made["sealed"]), [age.parse_identity(made["identity"])])
    assert clear[: len(data)] == data
    assert made["sha256"] == hashlib.sha256(data).hexdigest()


def test_what_a_page_kept_makes_the_very_same_parts_again(do):
    data = grain(3 * PART)
    job = {"data": text(data), "length": blob_size(len(data)), "done": 2}

    assert do("resume", job) == {"isSame": True, "isEqual": True}


def test_a_file_that_changed_in_what_was_sent_is_noticed(do):
    data = grain(3 * PART)
    job = {"data": text(data), "length": blob_size(len(data)), "done": 2}
    for at in (0, PART, 2 * PART - 4000):
        other = data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
        assert do("resume", {**job, "other": text(other)})["isSame"] is False


def test_lengths_are_padded_as_python_pads_them(do):
    lengths = [*range(300), *(2**n + d for n in range(13, 42) for d in (-1, 0, 1, 977))]

    assert do("padme", lengths) == [padme(length) for length in lengths]
    assert do("padded", lengths) == [blob_size(length) for length in lengths]
    sizes = [0, 1, *(step + d for step in PACKS[:-1] for d in (-1, 0, 1)), PACKS[-1]]
    assert do("stepped", [*sizes, PACKS[-1] + 1]) == [*(pack_size(size) for size in sizes), 0]


NAMES = {
    "录音 1.mp3": "录音 1.mp3",
    "../../etc/passwd": "_.._etc_passwd",
    "a\u202efdp.exe": "afdp.exe",
    "zero\u200bwidth\u0000.txt": "zerowidth.txt",
    ".hidden": "hidden",
    "CON.txt": "_CON.txt",
    'q"<>|?*:.doc': "q_______.doc",
    "half \ud83d.txt": "half _.txt",
    "😀.png": "😀.png",
    "": "file",
    "\u202e...": "file",
}


def test_names_lose_what_hides_or_misleads(do):
    assert do("names", list(NAMES)) == list(NAMES.values())


def test_a_long_name_keeps_its_ending(do):
    [long] = do("names", ["字" * 400 + ".pdf"])

    assert (len(long), long[-5:]) == (120, "字.pdf")


def test_hostile_names_can_stand_in_an_entry(do):
    for name in do("names", list(evidence.BAD_NAMES)):
        assert 0 < len(name) <= 120
        assert not set(name) & set('/\\\0\n\u202e"<>')


def test_kinds_are_known_by_their_bytes(do):
    made = {
        name: make()[:4096] for name, (make, _type) in evidence.MADE.items() if "docx" not in name
    }
    wanted = [kind for name, (_make, kind) in evidence.MADE.items() if name in made]

    assert do("sniff", [text(data) for data in made.values()]) == wanted
    others = [b"", b"<svg xmlns='...'>", b"MZ\0\0", evidence.html()[:100]]
    assert do("sniff", [text(data) for data in others]) == ["application/octet-stream"] * 4


def test_a_pictures_own_size_is_read_before_it_is_decoded(do):
    made = [
        (evidence.photo_with_gps(), "image/jpeg", [640, 480]),
        (evidence.png(), "image/png", [640, 480]),
        (evidence.webp(), "image/webp", [640, 480]),
        (evidence.pixel_flood(), "image/png", [60_000, 60_000]),
        (evidence.photo_with_gps()[:30], "image/jpeg", None),
        (b"\xff\xd8\xff\xe0\xff\xff", "image/jpeg", None),
    ]
    rows = [{"data": text(data), "type": kind} for data, kind, _size in made]

    assert do("sizes", rows) == [size for _data, _kind, size in made]


def test_what_a_tab_keeps_opens_under_its_own_key_alone(do):
    assert do("state", {"open": 1}) == {"a": "字"}
    assert do("state", {"open": 2})["error"]
