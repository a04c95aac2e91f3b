"""`dengshao open`: a package checked and taken out whole, or a sentence and nothing."""

import hashlib
import io
import json
import os
import stat
import subprocess
import sys
import zipfile
from pathlib import Path

import pyrage
import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from admin.cli import main
from admin.package.faults import SENTENCES, Fault, NotOpened
from admin.package.opening import open_package, passphrase_identity
from admin.package.reading import MANIFEST, is_safe
from admin.sealing.age import HybridIdentity, X25519Identity, seal, seal_with_passphrase

KEY = HybridIdentity.generate()
PHRASE = "1234-5678-9012-3456-7890-1234"
FILES = {
    "files/01.jpg": b"\xff\xd8\xff picture",
    "text.txt": "﻿线索编号：ABCDE-FGHJK\r\n".encode(),
    "letter.html": "<!doctype html><p>函".encode(),
    "manifest.txt": b"# sums\n",
}
FACTS = {
    "reference": "ABCDE-FGHJK",
    "number": "灯转〔2026〕3号",
    "from": "公安承办组",
    "to": "示例市公安局",
    "day": "2026-12-01",
}


def listed(files):
    return [
        {"name": name, "size": len(data), "sha256": hashlib.sha256(data).hexdigest()}
        for name, data in files.items()
    ]


def zipped(files, manifest=None, compression=zipfile.ZIP_STORED):
    """A ZIP of these files and their list; `manifest` is what stands in the list instead."""
    told = {"v": 1, "kind": "referral", **FACTS, "files": listed(files)} | (manifest or {})
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", compression) as package:
        for name, data in files.items():
            package.writestr(zipfile.ZipInfo(name), data, compression)
        package.writestr(MANIFEST, json.dumps(told))
    return whole.getvalue()


@pytest.fixture
def place(tmp_path):
    """A folder with a key file, and with what a test lays into it as a package."""
    (tmp_path / "key.txt").write_text(f"# created: today\n# public key: x\n{KEY}\n", "utf-8")
    (tmp_path / "other.txt").write_text(f"{HybridIdentity.generate()}\n", "utf-8")
    return tmp_path


def lay(place, data, name="A-3.age"):
    path = place / name
    path.write_bytes(data)
    return path


def run(place, *typed, said=""):
    done = CliRunner().invoke(main, ["open", *map(str, typed)], input=said)
    return done.exit_code, done.output


def found(folder):
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_a_package_is_taken_out_whole_for_its_owner_alone(place):
    path = lay(place, seal(zipped(FILES), [KEY.recipient]))

    code, said = run(place, path, "--key", place / "key.txt")

    assert code == 0, said
    out = place / "A-3"
    assert {name: data for name, data in found(out).items() if name != MANIFEST} == FILES
    assert json.loads((out / MANIFEST).read_text("utf-8"))["number"] == FACTS["number"]
    modes = {stat.S_IMODE(one.stat().st_mode) for one in out.rglob("*") if one.is_file()}
    assert modes == {0o600}
    assert stat.S_IMODE(out.stat().st_mode) == stat.S_IMODE((out / "files").stat().st_mode) == 0o700
    for wanted in (
        "灯转〔2026〕3号",
        "files/01.jpg",
        hashlib.sha256(FILES["text.txt"]).hexdigest(),
    ):
        assert wanted in said
    assert "校验值都对" in said
    assert "All sums are right" in said
    assert list(place.glob(".dengshao-*")) == []


def test_the_key_file_is_asked_for_where_none_is_named(place):
    path = lay(place, seal(zipped(FILES), [KEY.recipient]))

    code, said = run(place, path, said=f"{place / 'key.txt'}\n")

    assert code == 0, said


def test_a_classic_key_opens_what_was_sealed_to_one(place):
    classic = X25519Identity.generate()
    (place / "classic.txt").write_text(str(classic), "utf-8")
    path = lay(place, seal(zipped(FILES), [classic.recipient]))

    assert run(place, path, "--key", place / "classic.txt")[0] == 0


@pytest.mark.parametrize(
    "typed",
    [
        PHRASE,
        PHRASE.replace("-", " "),
        PHRASE.replace("-", ""),
        f" {PHRASE} ",
        "１２３４" + PHRASE[4:],
    ],
)
def test_a_passphrase_opens_however_its_groups_are_typed(place, typed):
    path = lay(place, seal_with_passphrase(zipped(FILES), PHRASE, log_n=10))

    code, said = run(place, path, "--out", place / "here", said=f"{typed}\n")

    assert code == 0, said
    assert (place / "here/text.txt").read_bytes() == FILES["text.txt"]
    assert PHRASE not in said


def test_other_passphrases_are_taken_as_they_are():
    assert passphrase_identity("灯 lamp")._passphrase == "灯 lamp"
    assert passphrase_identity("1234-5678")._passphrase == "1234-5678"


@pytest.mark.skipif(not Path("/usr/bin/unzip").exists(), reason="no unzip here")
def test_plain_age_and_unzip_open_it_too(place):
    sealed = seal_with_passphrase(zipped(FILES), PHRASE, log_n=10)
    path = lay(place, pyrage.passphrase.decrypt(sealed, PHRASE), "plain.zip")

    subprocess.run(["/usr/bin/unzip", "-q", path, "-d", place / "unzipped"], check=True)

    assert found(place / "unzipped").keys() == {*FILES, MANIFEST}


# What is wrong, and the sentence for it.

SEALED = seal(zipped(FILES), [KEY.recipient])
CUT = {name: data for name, data in FILES.items() if name != "files/01.jpg"}
WRONG = {
    "no seal": (b"PK\x03\x04", Fault.NOT_SEALED),
    "empty": (b"", Fault.NOT_SEALED),
    "header changed": (SEALED.replace(b"--- ", b"--- A", 1), Fault.NOT_SEALED),
    "header's MAC changed": (SEALED.replace(b"\n-> ", b"\n-> extra\n\n-> ", 1), Fault.DAMAGED),
    "cut short": (SEALED[:-20], Fault.DAMAGED),
    "one bit changed": (SEALED[:-1] + bytes([SEALED[-1] ^ 1]), Fault.DAMAGED),
    "something after it": (SEALED + b"x", Fault.DAMAGED),
    "no ZIP": (seal(b"words", [KEY.recipient]), Fault.NO_PACKAGE),
    "half a ZIP": (seal(zipped(FILES)[:-30], [KEY.recipient]), Fault.NO_PACKAGE),
}
LISTS = {
    "a file is missing": (CUT, {"files": listed(FILES)}, Fault.MISSING, "files/01.jpg"),
    "a file too many": (FILES, {"files": listed(CUT)}, Fault.UNLISTED, "files/01.jpg"),
    "another sum": (
        FILES,
        {"files": [one | {"sha256": "0" * 64} for one in listed(FILES)]},
        Fault.CHANGED,
        "files/01.jpg",
    ),
    "another size": (
        FILES,
        {"files": [one | {"size": one["size"] + 1} for one in listed(FILES)]},
        Fault.CHANGED,
        "files/01.jpg",
    ),
    "another kind": (FILES, {"kind": "tip"}, Fault.NO_PACKAGE, ""),
    "another version": (FILES, {"v": 2}, Fault.NO_PACKAGE, ""),
    "no facts": (FILES, {"number": None}, Fault.NO_PACKAGE, ""),
    "no list": (FILES, {"files": "all"}, Fault.NO_PACKAGE, ""),
    "a row of no shape": (FILES, {"files": [*listed(FILES), 7]}, Fault.NO_PACKAGE, ""),
    "a size of no kind": (
        FILES,
        {"files": [one | {"size": True} for one in listed(FILES)]},
        Fault.NO_PACKAGE,
        "",
    ),
    "listed twice": (FILES, {"files": listed(FILES) * 2}, Fault.NO_PACKAGE, ""),
    "the list lists itself": (
        FILES,
        {"files": [*listed(FILES), listed({MANIFEST: b""})[0]]},
        Fault.BAD_NAME,
        MANIFEST,
    ),
}


def is_told(fault, said):
    """Both sentences stand there, whatever is named in them."""
    return all(part in said for one in SENTENCES[fault] for part in one.split("%s"))


def nothing_new(place, path):
    return {one.name for one in place.iterdir()} == {"key.txt", "other.txt", path.name}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_damaged_is_told_and_nothing_is_left(place, case):
    data, fault = WRONG[case]
    path = lay(place, data)

    code, said = run(place, path, "--key", place / "key.txt")

    assert code == 1
    assert is_told(fault, said), said
    assert nothing_new(place, path)


@pytest.mark.parametrize("case", LISTS)
def test_what_the_list_does_not_fit_is_told_and_nothing_is_left(place, case):
    files, manifest, fault, about = LISTS[case]
    path = lay(place, seal(zipped(files, manifest), [KEY.recipient]))

    code, said = run(place, path, "--key", place / "key.txt")

    assert code == 1
    assert is_told(fault, said), said
    assert about in said
    assert nothing_new(place, path)


def test_a_wrong_passphrase_is_refused(place):
    path = lay(place, seal_with_passphrase(zipped(FILES), PHRASE, log_n=10))

    code, said = run(place, path, said=f"{PHRASE[:-1]}5\n")

    assert code == 1
    assert is_told(Fault.WRONG_PHRASE, said)
    assert nothing_new(place, path)


def test_another_key_and_a_file_without_a_key_are_told_apart(place):
    path = lay(place, SEALED)

    assert is_told(Fault.WRONG_KEY, run(place, path, "--key", place / "other.txt")[1])
    assert is_told(Fault.BAD_KEY_FILE, run(place, path, "--key", path)[1])
    assert is_told(Fault.NOT_WRITTEN, run(place, path, said=f"{place / 'none.txt'}\n")[1])
    assert nothing_new(place, path)


def test_what_is_there_already_is_left_alone(place):
    path = lay(place, SEALED)
    for made in ("full", "empty"):
        (place / made).mkdir()
    (place / "full/text.txt").write_text("mine", "utf-8")
    (place / "file").write_text("mine", "utf-8")

    for name in ("full", "empty", "file"):
        code, said = run(place, path, "--key", place / "key.txt", "--out", place / name)
        assert (code, is_told(Fault.EXISTS, said)) == (1, True), said

    assert (place / "full/text.txt").read_text("utf-8") == "mine"
    assert list((place / "empty").iterdir()) == []
    assert list(place.glob(".dengshao-*")) == []


def test_a_folder_that_is_not_there_to_write_into_is_told(place):
    path = lay(place, SEALED)

    code, said = run(place, path, "--key", place / "key.txt", "--out", place / "no/such")

    assert code == 1
    assert is_told(Fault.NOT_WRITTEN, said)


def test_what_is_packed_small_is_refused_before_it_grows(place):
    files = {"text.txt": bytes(1 << 20)}
    data = zipped(files, compression=zipfile.ZIP_DEFLATED)
    path = lay(place, seal(data, [KEY.recipient]))

    assert is_told(Fault.NO_PACKAGE, run(place, path, "--key", place / "key.txt")[1])


def test_signs_that_a_terminal_would_obey_are_not_printed(place):
    path = lay(place, seal(zipped(FILES, {"number": "\x1b[2J\x07灯"}), [KEY.recipient]))

    code, said = run(place, path, "--key", place / "key.txt")

    assert code == 0
    assert "\x1b" not in said
    assert "灯" in said


HOSTILE = [
    "../evil.txt",
    "/etc/evil.txt",
    "files/../../evil.txt",
    "files/a/b.txt",
    "..",
    ".",
    "C:\\evil.txt",
    "..\\evil.txt",
    "a.txt/",
    "con.txt",
    "files/aux.jpg",
    "EVIL.txt",
    ".evil",
    "evil",
    "a b.txt",
    "a.txt\n",
    "图.jpg",
    "-rf.txt",
    "a\u202e.txt",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_that_is_not_ours_is_refused(place, name):
    path = lay(place, seal(zipped(FILES | {name: b"x"}), [KEY.recipient]))

    code, said = run(place, path, "--key", place / "key.txt")

    assert code == 1
    assert is_told(Fault.BAD_NAME, said), said
    assert nothing_new(place, path)


def test_a_name_cut_off_by_a_nul_is_refused(place):
    data = zipped({"text_txt.txt": b"x"}).replace(b"text_txt.txt", b"text.txt\0txt")
    path = lay(place, seal(data, [KEY.recipient]))

    assert is_told(Fault.BAD_NAME, run(place, path, "--key", place / "key.txt")[1])


def test_the_same_name_twice_is_refused(place):
    data = zipped({"text.txt": b"x", "tex1.txt": b"y"}).replace(b"tex1.txt", b"text.txt")
    path = lay(place, seal(data, [KEY.recipient]))

    assert is_told(Fault.BAD_NAME, run(place, path, "--key", place / "key.txt")[1])


PARTS = st.sampled_from(
    ["..", ".", "", "files", "a", "con", "a.txt", "0.jpg", "~", "C:", "\\", "\0", "é", "A", " "]
)
NAMES = st.lists(PARTS, min_size=1, max_size=4).map("/".join) | st.text(max_size=20)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(names=st.lists(NAMES, min_size=1, max_size=3, unique_by=lambda one: one.partition("\0")[0]))
def test_whatever_names_a_package_has_nothing_is_written_outside_of_its_folder(
    tmp_path_factory, names
):
    place = tmp_path_factory.mktemp("names")
    (place / "in").mkdir()
    files = {name: name.encode("utf-8", "replace") for name in names}
    try:
        data = zipped(files)
    except (UnicodeEncodeError, ValueError):
        return
    phrase = passphrase_identity("x")
    path = lay(place, seal_with_passphrase(data, "x", log_n=1))
    out = place / "in/out"

    try:
        open_package(path, [phrase], out)
    except NotOpened:
        assert list((place / "in").iterdir()) == []
    else:
        assert all(map(is_safe, names))
        assert found(out).keys() == {*names, MANIFEST}
        assert list((place / "in").iterdir()) == [out]
    assert {one.name for one in place.iterdir()} == {"in", "A-3.age"}


@settings(max_examples=150)
@given(st.data())
def test_a_zip_spoilt_anywhere_is_a_sentence_or_opens_as_it_was(tmp_path_factory, data):
    """Under the seal of who has only the public key: nothing but our own refusal comes out."""
    place = tmp_path_factory.mktemp("spoilt")
    whole = bytearray(zipped(FILES))
    for at in data.draw(st.lists(st.integers(0, len(whole) - 1), min_size=1, max_size=3)):
        whole[at] = data.draw(st.integers(0, 255))
    path = lay(place, seal_with_passphrase(bytes(whole), "x", log_n=1))

    try:
        open_package(path, [passphrase_identity("x")], place / "out")
    except NotOpened:
        assert {one.name for one in place.iterdir()} == {"A-3.age"}
    else:
        assert all(found(place / "out")[name] == FILES[name] for name in FILES)


def test_opening_needs_neither_server_nor_database(place):
    path = lay(place, SEALED)
    asks = (
        "import sys\n"
        "from admin.cli import main\n"
        "try:\n    main(sys.argv[1:], prog_name='dengshao')\n"
        "except SystemExit as end:\n    assert not end.code\n"
        "print('LOADED', sorted({n.partition('.')[0] for n in sys.modules}"
        " & {'flask', 'sqlalchemy', 'werkzeug', 'jinja2', 'yaml'}))\n"
    )
    environ = {name: text for name, text in os.environ.items() if "DENGSHAO" not in name}

    done = subprocess.run(
        [sys.executable, "-c", asks, "open", str(path), "--key", str(place / "key.txt")],
        cwd=place,
        env=environ | {"PYTHONPATH": str(Path(__file__).parents[3])},
        capture_output=True,
        text=True,
    )

    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "LOADED []"
