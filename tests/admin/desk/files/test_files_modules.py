"""What the desk's browser makes of a sealed file, its name and its kind, run under Node.

The files are sealed by Python; that browsers seal them alike is tested where browsers seal.
"""

import io
import json
from base64 import b64decode, b64encode
from hashlib import sha256
from pathlib import Path

import pytest
from PIL import Image

from admin.sealing.age import HybridIdentity, seal
from admin.sealing.files import FileEntry
from admin.sealing.padme import blob_size
from tests import evidence_files as made
from tests.node import ask_jobs

HERE = Path(__file__).parent
CHUNK, PART = 64 * 1024, 2 * 1024 * 1024
KEY = HybridIdentity(b"k" * 32)


def run(*jobs):
    return ask_jobs(HERE / "files_jobs.mjs", jobs)


def b64(data):
    return b64encode(data).decode()


def noise(size):
    return (b"0123456789abcdef-" * (size // 17 + 1))[:size]


def entry_of(data, **changed):
    facts = {"name": "a.bin", "type": "application/octet-stream", "size": len(data)}
    place = {"sha256": sha256(data).hexdigest(), "blob": "b" * 32, "key": str(KEY), "offset": 0}
    return FileEntry(**(facts | place | {"state": "kept"} | changed)).to_dict()


@pytest.fixture(scope="module")
def sealed(tmp_path_factory):
    """Seal clear bytes, filled up with zeros; gives the path."""
    folder = tmp_path_factory.mktemp("sealed")

    def make(data, clear_size=None):
        size = blob_size(len(data)) if clear_size is None else clear_size
        path = folder / f"{len(list(folder.iterdir()))}.age"
        path.write_bytes(seal(data + bytes(size - len(data)), [KEY.recipient]))
        return str(path)

    return make


# Around the ends of a chunk and of a part, where a reader that miscounts is found.
SIZES = [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, PART - 1700, PART, PART + CHUNK, 3 * PART + 5]


def test_files_of_all_sizes_are_read_whole(sealed):
    files = [noise(size) for size in SIZES]

    found = run(*({"act": "read", "path": sealed(data), "entry": entry_of(data)} for data in files))

    assert [b64decode(one["clear"]) == data for one, data in zip(found, files, strict=True)] == [
        True
    ] * len(SIZES)


def test_a_blob_that_ends_with_a_chunk_and_one_that_is_its_file_are_read(sealed):
    jobs = []
    for size in (CHUNK, 2 * CHUNK, 2 * CHUNK + 7):
        data = noise(size)
        jobs.append({"act": "read", "path": sealed(data, size), "entry": entry_of(data)})

    assert all("clear" in one for one in run(*jobs))


def test_any_stretch_of_a_pack_is_read_and_no_part_far_from_it_is_asked_for(sealed):
    pack = noise(16 * PART)
    path = sealed(pack, len(pack))
    stretches = [(0, 5), (CHUNK - 1, 2), (9 * PART + 17, PART), (16 * PART - 3, 3)]
    jobs = [
        {"act": "read", "path": path, "entry": entry_of(pack[at : at + size], offset=at)}
        for at, size in stretches
    ]

    found = run(*jobs)

    for one, (at, size) in zip(found, stretches, strict=True):
        assert b64decode(one["clear"]) == pack[at : at + size]
    assert set(found[2]["asked"]) <= {0, 1, 2, 9, 10, 11, 12}
    assert len(found[3]["asked"]) <= 5


DAMAGED = {
    "another key": ({"key": str(HybridIdentity(b"x" * 32))}, {}, "Changed"),
    "another hash": ({"sha256": "0" * 64}, {}, "Changed"),
    "more than there is": ({"size": 10 * PART}, {}, "Changed"),
    "behind its end": ({"offset": 10 * PART}, {}, "Changed"),
    "a part that is too short": ({}, {"cut": 9}, "Missing"),
    "another size of the whole": ({}, {"size": 3 * PART}, "Missing"),
}


@pytest.mark.parametrize(("entry", "job", "error"), DAMAGED.values(), ids=DAMAGED)
def test_what_is_not_as_it_was_sent_is_found(sealed, entry, job, error):
    data = noise(PART + 9)

    [found] = run({"act": "read", "path": sealed(data), "entry": entry_of(data) | entry} | job)

    assert found == {"error": error}


@pytest.mark.parametrize("at", [30, 1640, 1650, 70_000, PART + 5])
def test_a_turned_bit_is_found_wherever_it_is(sealed, at):
    data = noise(PART + CHUNK)
    path = Path(sealed(data))
    spoilt = bytearray(path.read_bytes())
    spoilt[at] ^= 1
    path.write_bytes(spoilt)

    assert run({"act": "read", "path": str(path), "entry": entry_of(data)}) == [
        {"error": "Changed"}
    ]


def test_chunks_that_changed_places_are_found(sealed):
    data = noise(4 * CHUNK)
    path = Path(sealed(data, len(data)))
    whole = path.read_bytes()
    start, step = len(whole) - 4 * (CHUNK + 16), CHUNK + 16
    one, two = whole[start : start + step], whole[start + step : start + 2 * step]
    path.write_bytes(whole[:start] + two + one + whole[start + 2 * step :])

    assert run({"act": "read", "path": str(path), "entry": entry_of(data)}) == [
        {"error": "Changed"}
    ]


NAMES = [
    ("照片1.jpg", "照片1.jpg"),
    ("../../etc/passwd", "etc_passwd.bin"),
    ("C:\\Users\\x.png", "C_Users_x.png"),
    ("a\u202egpj.exe", "agpj.exe.bin"),
    ("x.html", "x.html.bin"),
    ("x.SVG", "x.SVG.bin"),
    ("合同.PDF", "合同.PDF"),
    ("con.jpg", "_con.jpg"),
    ("LPT1", "_LPT1.bin"),
    ("...", "附件1.bin"),
    ("", "附件1.bin"),
    ("\u200b \ufeff", "附件1.bin"),
    ("a\0b\r\nc.mp4", "abc.mp4"),
    ("-rf.jpg", "-rf.jpg"),
    (".htaccess", "htaccess.bin"),
    ("trailing. . ", "trailing.bin"),
    ("\ud800x.jpg", "x.jpg"),
    ("长" * 400 + ".jpg", "长" * 116 + ".jpg"),
    ("a." + "b" * 300, ("a." + "b" * 300)[:116] + ".bin"),
    ("&lt;b&gt;.png", "lt_b_gt_.png"),
]


def test_names_are_made_harmless():
    found = run(*({"act": "name", "name": name} for name, _safe in NAMES))

    assert found == [safe for _name, safe in NAMES]


def webm():
    return b"\x1a\x45\xdf\xa3\x42\x82\x84webm" + bytes(60)


def matroska():
    return b"\x1a\x45\xdf\xa3\x42\x82\x88matroska" + bytes(60)


KINDS = [
    (made.photo_with_gps, "image/jpeg"),
    (made.png, "image/png"),
    (made.webp, "image/webp"),
    (made.gif, "image/gif"),
    (made.heic, ""),
    (made.pdf_with_author, ""),
    (made.docx, ""),
    (made.svg, ""),
    (made.html, ""),
    (lambda: b"", ""),
    (lambda: b"\xff\xfb\x90\x00" + bytes(60), "audio/mpeg"),
    (lambda: b"\xff\xfe\x00\x00" + bytes(60), ""),
    (lambda: b"RIFF\0\0\0\0AVI " + bytes(60), ""),
    (lambda: b"\0\0\0\x18ftypM4A " + bytes(60), "audio/mp4"),
    (lambda: b"\0\0\0\x14ftypqt  " + bytes(60), "video/quicktime"),
    (lambda: b"#!AMR\n" + bytes(60), ""),
    (webm, "video/webm"),
    (matroska, "video/x-matroska"),
]


def test_a_kind_is_told_by_the_first_bytes_alone():
    found = run(*({"act": "sniff", "data": b64(make()[:64])} for make, _kind in KINDS))

    assert found == [kind for _make, kind in KINDS]


def pillow(kind, size, **options):
    out = io.BytesIO()
    Image.new("RGB", size, (9, 90, 200)).save(out, kind, **options)
    return out.getvalue()


SHAPES = [
    ("JPEG", {}),
    ("JPEG", {"progressive": True}),
    ("PNG", {}),
    ("GIF", {}),
    ("WEBP", {}),
    ("WEBP", {"lossless": True}),
    ("WEBP", {"exif": b"Exif\0\0MM\0*\0\0\0\x08\0\0\0\0\0\0"}),
]


@pytest.mark.parametrize(("kind", "options"), SHAPES)
def test_the_size_of_a_picture_is_read_without_decoding_it(kind, options):
    job = {"act": "dimensions", "type": f"image/{kind.lower()}"}

    found = run(*(job | {"data": b64(pillow(kind, size, **options))} for size in SIDES))

    assert found == [list(size) for size in SIDES]


SIDES = [(1, 1), (300, 70), (17, 999)]


def test_floods_and_broken_heads_are_not_drawn():
    jobs = [(made.pixel_flood(), "image/png"), (made.png()[:20], "image/png")]
    jobs += [(b"\xff\xd8\xff", "image/jpeg"), (bytes(40), "image/webp"), (b"", "image/gif")]

    found = run(*({"act": "drawable", "data": b64(data), "type": kind} for data, kind in jobs))

    assert found == [False] * len(jobs)


def test_a_copy_is_bared_of_words_profiles_and_whatever_stands_behind_its_end():
    photo, drawing = made.photo_with_gps(), made.png()

    jpeg, png, tail, half, other = run(
        {"act": "bare", "data": b64(photo), "type": "image/jpeg"},
        {"act": "bare", "data": b64(drawing), "type": "image/png"},
        {"act": "bare", "data": b64(made.picture_with_page()), "type": "image/jpeg"},
        {"act": "bare", "data": b64(drawing[:-20]), "type": "image/png"},
        {"act": "bare", "data": b64(made.html()), "type": "text/html"},
    )

    for bare, whole in ((jpeg, photo), (png, drawing)):
        bytes_ = b64decode(bare)
        assert not any(mark.encode() in bytes_ for mark in made.MARKS)
        pixels = [Image.open(io.BytesIO(one)).convert("RGB").tobytes() for one in (bytes_, whole)]
        assert pixels[0] == pixels[1]
    assert (tail, half, other) == (None, None, None)


STRANGE = [
    None,
    [],
    "x",
    {},
    {"size": -1},
    {"size": 1.5},
    {"size": True},
    {"size": "9"},
    {"offset": None},
    {"blob": "../" * 10},
    {"blob": "B" * 32},
    {"key": "AGE-SECRET-KEY-1ABC"},
    {"sha256": "x"},
    {"type": "text/html\r\nX: y"},
    {"state": "perfect"},
    {"name": {"a": 1}},
]


def test_what_is_no_entry_is_none_and_the_others_stay():
    good = entry_of(b"x")
    jobs = [good | one if isinstance(one, dict) and one else one for one in STRANGE]

    found = run(*({"act": "entry", "file": file} for file in [*jobs, good]))

    assert found == [None] * len(STRANGE) + [good]


def test_files_of_a_tip_and_of_believed_letters_are_listed_and_no_more_than_twenty_of_each():
    body = json.dumps({"what": "x", "files": [entry_of(b"b")]})
    letter = {"number": 2, "direction": "reporter", "day": "2026-11-27", "body": body}
    talk = [
        {"number": 1, "direction": "staff", "day": "2026-11-26", "body": body},
        letter,
        letter | {"number": 3, "body": None},
        letter | {"number": 4, "body": "没有附件"},
        {"number": None, "direction": "staff", "day": "", "body": None},
    ]
    uploads = {"b" * 32: 70_000}

    many, strange = run(
        {"act": "list", "tip": {"files": [entry_of(b"a")] * 40}, "talk": talk, "uploads": uploads},
        {"act": "list", "tip": {"files": "none"}, "talk": [], "uploads": {}},
    )

    assert len(many) == 21
    assert many[20]["message"] == 2
    assert {row["sealedSize"] for row in many} == {70_000}
    assert strange == []


def test_sizes_are_said_as_people_say_them():
    sizes = [0, 1023, 1024, 1_000_000, 5_300_000, 2 * 2**30]

    assert run(*({"act": "size", "bytes": size} for size in sizes)) == [
        *("0 B", "1023 B", "1 KB", "977 KB", "5.1 MB", "2.00 GB")
    ]
