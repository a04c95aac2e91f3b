"""A reporter's name of a file can be shown on a page and saved on any system."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from admin.cleaning import neutral_name, safe_name
from tests.evidence_files import BAD_NAMES

UNKNOWN = "application/octet-stream"
NAMED = [
    ("照片 (2).JPG", "image/jpeg", "照片 (2).JPG"),
    ("../../etc/passwd", UNKNOWN, "passwd"),
    ("C:\\Users\\Zhang\\a.jpg", "image/jpeg", "a.jpg"),
    ("a/b/", UNKNOWN, "b"),
    ("zhaopian\u202egpj.exe", UNKNOWN, "zhaopiangpj.exe.bin"),
    ("x.exe", "image/jpeg", "x.exe.jpg"),
    ("x.docm", "application/zip", "x.docm.zip"),
    ("page.HTML", UNKNOWN, "page.HTML.bin"),
    ("picture.svg", UNKNOWN, "picture.svg.bin"),
    ("x.exe.bin", UNKNOWN, "x.exe.bin"),
    ("x.bin", UNKNOWN, "x.bin"),
    (".bashrc", UNKNOWN, "bashrc"),
    ("...", UNKNOWN, "文件"),
    ("", "image/png", "文件.png"),
    ("con", UNKNOWN, "_con"),
    ("CON.jpg", "image/jpeg", "_CON.jpg"),
    ("com1.tar.gz", UNKNOWN, "_com1.tar.gz"),
    ("name. ", UNKNOWN, "name"),
    ("one\r\ntwo\tthree.pdf", "application/pdf", "one two three.pdf"),
    ("camera.dav", UNKNOWN, "camera.dav"),
    ('a"b<c>|d?*.png', "image/png", "a_b_c__d__.png"),
    ("长" * 400 + ".jpg", "image/jpeg", "长" * 116 + ".jpg"),
    ("x." + "y" * 300, UNKNOWN, "x." + "y" * 118),
    ("half\ud800.jpg", "image/jpeg", "half_.jpg"),
]
FORBIDDEN = set('/\\:*?"<>|')


@pytest.mark.parametrize(("name", "kind", "safe"), NAMED)
def test_a_name_becomes_a_safe_one(name, kind, safe):
    assert safe_name(name, kind) == safe


def is_safe(name):
    hidden = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
    return (
        0 < len(name) <= 120
        and not FORBIDDEN & set(name)
        and not hidden & {unicodedata.category(letter) for letter in name}
        and name == name.strip(" .")
        and not name.lower().endswith((".exe", ".html", ".svg", ".js", ".lnk"))
    )


@pytest.mark.parametrize("name", BAD_NAMES.values(), ids=BAD_NAMES)
def test_a_bad_name_is_made_harmless(name):
    assert is_safe(safe_name(name, UNKNOWN))


@given(
    st.text(max_size=300) | st.from_regex(r"[a-z./\\ ]{0,20}\.(exe|svg|jpg|)[. ]*", fullmatch=True),
    st.sampled_from([UNKNOWN, "image/jpeg", "application/zip", "audio/mp4", ""]),
)
def test_any_name_becomes_a_safe_one_and_stays_so(name, kind):
    safe = safe_name(name, kind)

    assert is_safe(safe)
    assert safe_name(safe, kind) == safe


def test_a_cleaned_files_name_can_carry_a_number():
    assert neutral_name("image/jpeg") == "照片.jpg"
    assert neutral_name("audio/mp4", 2) == "录音2.m4a"
    assert neutral_name(UNKNOWN) == "文件.bin"
