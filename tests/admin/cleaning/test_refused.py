"""What cannot be cleaned is told so, with the reason; nothing is half cleaned."""

import errno
import io
import subprocess
import sys
import zipfile
import zlib

import pikepdf
import pytest
from PIL import Image

from admin.cleaning import REASON_WORDS, NotCleaned, Uncleanable, can_clean, clean, cleaner, sandbox
from tests.admin.cleaning.conftest import needs
from tests.evidence_files import (
    deep_pdf,
    docx,
    film_mov,
    half_film,
    html,
    pdf_with_author,
    pdf_with_password,
    photo_with_gps,
    pixel_flood,
    png,
    sound_m4a,
    svg,
    zip_bomb,
)
from tests.support import open_files


def many_points():
    """A true picture, of more points than any telephone takes."""
    out = io.BytesIO()
    Image.new("1", (12_000, 10_000)).save(out, "PNG")
    return out.getvalue()


def bomb_within_a_pdf():
    """A PDF of a few hundred kilobytes; a photo in it unfolds to hundreds of megabytes."""
    pdf = pikepdf.new()
    page = pdf.add_blank_page()
    photo = pdf.make_stream(zlib.compress(b"\xff\xd8" + b"\0" * 140 * 2**20, 9))
    photo.Filter = pikepdf.Array([pikepdf.Name("/FlateDecode"), pikepdf.Name("/DCTDecode")])
    page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(P=photo))
    out = io.BytesIO()
    pdf.save(out)
    return out.getvalue()


def docx_with(name, content=b"x"):
    out = io.BytesIO(docx())
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr(name, content)
    return out.getvalue()


def many_parts():
    out = io.BytesIO(docx())
    with zipfile.ZipFile(out, "a") as archive:
        for number in range(10_000):
            archive.writestr(f"word/{number}.xml", b"")
    return out.getvalue()


def encrypted_office():
    """A Word file with a password is no archive but an older kind of container."""
    return (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504 + "EncryptedPackage".encode("utf-16-le")
    )


REFUSED = {
    "nothing": (lambda: b"", Uncleanable.BROKEN),
    "plain words": (lambda: b"words", Uncleanable.UNKNOWN_KIND),
    "a drawing that can run": (svg, Uncleanable.UNKNOWN_KIND),
    "a page": (html, Uncleanable.UNKNOWN_KIND),
    "an archive": (lambda: b"PK\x03\x04" + b"\0" * 60, Uncleanable.UNKNOWN_KIND),
    "a picture said to be of 3.6 billion points": (pixel_flood, Uncleanable.TOO_LARGE),
    "a picture of 120 million points": (many_points, Uncleanable.TOO_LARGE),
    "half a photo": (lambda: photo_with_gps()[:4000], Uncleanable.BROKEN),
    "half a PNG": (lambda: png()[:2000], Uncleanable.BROKEN),
    "the head of a photo": (lambda: b"\xff\xd8\xff\xe0" + b"\0" * 40, Uncleanable.BROKEN),
    "half a PDF": (lambda: pdf_with_author()[:1500], Uncleanable.BROKEN),
    "a PDF of lists within lists": (deep_pdf, Uncleanable.BROKEN),
    "a PDF with a password": (pdf_with_password, Uncleanable.ENCRYPTED),
    "a PDF that unfolds": (bomb_within_a_pdf, Uncleanable.TOO_LARGE),
    "a Word file with a password": (encrypted_office, Uncleanable.ENCRYPTED),
}
OF_FFMPEG = {
    "a film cut in half": half_film,
    "a film whose end is missing": lambda: film_mov()[:-20_000],
    "half a sound": lambda: sound_m4a()[:9000],
    "the head of a film": lambda: b"\0\0\0\x14ftypisom\0\0\0\0isom",
    "a sound without a frame": lambda: b"ID3\x03\0\0\0\0\0\x0a" + b"\0" * 400,
}
OF_MAT2 = {
    "a Word file that unfolds": (zip_bomb, Uncleanable.TOO_LARGE),
    "half a Word file": (lambda: docx()[:3000], Uncleanable.BROKEN),
    "macros": (lambda: docx_with("word/vbaProject.bin"), Uncleanable.UNKNOWN_KIND),
    "a file in the file": (lambda: docx_with("word/embeddings/a.xlsx"), Uncleanable.UNKNOWN_KIND),
    "ten thousand parts": (many_parts, Uncleanable.TOO_LARGE),
    "a part that climbs out": (
        lambda: docx_with("../../up.xml", b"<a/>"),
        Uncleanable.UNKNOWN_KIND,
    ),
}

here = pytest.mark.skipif(not can_clean(), reason="no bubblewrap on this machine")


def reason_of(data):
    with pytest.raises(NotCleaned) as caught:
        clean(data, name="anything.jpg")
    return caught.value.reason


@here
@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_cleaned_is_told_so(name):
    make, reason = REFUSED[name]

    assert reason_of(make()) is reason


@here
@needs("ffmpeg")
@pytest.mark.parametrize("name", OF_FFMPEG)
def test_a_film_or_sound_that_is_not_whole_is_told_so(name):
    assert reason_of(OF_FFMPEG[name]()) is Uncleanable.BROKEN


@here
@needs("mat2")
@pytest.mark.parametrize("name", OF_MAT2)
def test_an_office_file_that_cannot_be_cleaned_is_told_so(name):
    make, reason = OF_MAT2[name]

    assert reason_of(make()) is reason


def test_without_a_sandbox_nothing_is_cleaned(monkeypatch, tmp_path):
    monkeypatch.setattr(sandbox, "_PATH", str(tmp_path))
    sandbox._works.cache_clear()

    assert not can_clean()
    assert reason_of(photo_with_gps()) is Uncleanable.NO_SANDBOX


@here
@pytest.mark.parametrize("seconds", [-1, 0, 0.01])
def test_a_file_for_which_there_is_no_time_is_told_so(seconds):
    with pytest.raises(NotCleaned) as caught:
        clean(photo_with_gps(), name="x", seconds=seconds)

    assert caught.value.reason is Uncleanable.TOOK_TOO_LONG


SHORT = {
    "no process": (sandbox.subprocess, "Popen", BlockingIOError(errno.EAGAIN, "fork")),
    "no memory for a process": (sandbox.subprocess, "Popen", MemoryError()),
    "no open file": (sandbox.os, "memfd_create", OSError(errno.EMFILE, "memfd")),
    "no memory for a file": (sandbox.os, "write", OSError(errno.ENOMEM, "write")),
}


@here
@pytest.mark.parametrize("name", SHORT)
def test_a_machine_that_is_short_of_something_cleans_nothing_and_says_so(name, monkeypatch):
    place, function, error = SHORT[name]
    assert can_clean()
    open_before = open_files()

    def fail(*_args, **_more):
        raise error

    with monkeypatch.context() as patched:
        patched.setattr(place, function, fail)
        assert reason_of(photo_with_gps()) is Uncleanable.NO_SANDBOX

    assert open_files() <= open_before
    assert clean(photo_with_gps(), name="x").type == "image/jpeg"


@here
def test_files_are_cleaned_one_after_another_and_who_waits_in_vain_is_told_so():
    with cleaner._turn, pytest.raises(NotCleaned) as caught:
        clean(photo_with_gps(), name="x", seconds=0.1)

    assert caught.value.reason is Uncleanable.TOOK_TOO_LONG
    assert clean(photo_with_gps(), name="x").type == "image/jpeg"


def test_every_reason_has_words_for_people():
    assert set(REASON_WORDS) == set(Uncleanable)
    assert all(0 < len(str(words)) < 40 for words in REASON_WORDS.values())


def test_a_reason_tells_nothing_of_the_file():
    assert str(NotCleaned(Uncleanable.BROKEN)) == "broken"


def test_the_app_loads_no_library_that_reads_files():
    said = subprocess.run(
        [
            sys.executable,
            "-c",
            "import admin.commands.serving, admin.doctor.command, admin.cleaning.commands, sys;"
            "print({'PIL', 'pikepdf', 'pillow_heif'} & set(sys.modules))",
        ],
        check=True,
        capture_output=True,
        text=True,
    )

    assert said.stdout == "set()\n"
