"""A backup's smallest parts: each kind of value, each byte of a line, each bound of a part."""

import io
import json
import tarfile
from datetime import date

import pytest

from admin.backup import archive
from admin.backup.archive import ArchiveWriter, Manifest, Total
from admin.backup.checking import Inspection
from admin.backup.files import _lies_something_in
from admin.backup.rows import (
    LEFT_OUT,
    BadLine,
    _plain,
    from_line,
    to_line,
    to_values,
)
from admin.vault.files.blobs import PART

# A value of the database, and how a line says it.
VALUES = {
    "text": ("字\"'\n\u2028", "字\"'\n\u2028"),
    "number": (2**62, 2**62),
    "nothing": (None, None),
    "yes": (True, True),
    "bytes": (b"\0\xff", {"base64": "AP8="}),
    "a view": (memoryview(b"\0\xff"), {"base64": "AP8="}),
    "a day": (date(2026, 2, 28), {"day": "2026-02-28"}),
    "a list": (["a", {"b": 1}], {"json": ["a", {"b": 1}]}),
    "an object": ({"day": "not a day"}, {"json": {"day": "not a day"}}),
}


@pytest.mark.parametrize("name", VALUES)
def test_each_kind_of_value_is_said_in_a_line_and_comes_back(name):
    value, said = VALUES[name]

    line = to_line("tip", {"id": 1, "value": _plain(value)})

    assert json.loads(line[65:]) == {"id": 1, "value": said}
    assert to_values(from_line("tip", line)) == {"id": 1, "value": value}


LINE = to_line("tip", {"id": 7, "words": "字"})


def test_a_line_is_its_sum_a_space_its_words_and_an_end():
    total, space, words = LINE[:64], LINE[64:65], LINE[65:]

    assert space == b" "
    assert words == '{"id":7,"words":"字"}\n'.encode()
    assert set(total) <= set(b"0123456789abcdef")


def test_no_byte_of_a_line_can_be_changed_or_be_absent():
    for place in range(len(LINE)):
        flipped = bytearray(LINE)
        flipped[place] ^= 1
        for damaged in (bytes(flipped), LINE[:place] + LINE[place + 1 :], LINE[:place]):
            with pytest.raises(BadLine):
                from_line("tip", damaged)


@pytest.mark.parametrize("damaged", [b"", b"\n", LINE + b"\n", LINE + LINE, b" " + LINE])
def test_nothing_stands_before_or_behind_a_line(damaged):
    with pytest.raises(BadLine):
        from_line("tip", damaged)


def test_a_line_of_another_table_is_none_of_this_one():
    with pytest.raises(BadLine) as told:
        from_line("note", LINE)

    assert told.value.key == "7"


@pytest.mark.parametrize(
    ("words", "key"),
    [(b'{"id":12}', "12"), (b'{"id":12,"x"', "12"), (b"{}", ""), (b"[1]", ""), (b"\xff", "")],
)
def test_a_damaged_row_is_named_as_far_as_it_can_be_read(words, key):
    with pytest.raises(BadLine) as told:
        from_line("tip", b"0" * 64 + b" " + words + b"\n")

    assert told.value.key == key


def test_a_row_is_named_by_sixty_characters_at_most():
    for words in (b'{"id":"%b"}' % (b"x" * 99), b'{"id":"%b",' % (b"x" * 99)):
        with pytest.raises(BadLine) as told:
            from_line("tip", b"0" * 64 + b" " + words + b"\n")
        assert len(told.value.key) <= 60


def test_what_no_backup_holds_is_named_table_by_table():
    assert set(LEFT_OUT) == {
        *("staff_session", "day_key", "spent_nonce", "spent_challenge"),
        *("sign_in_failure", "invitation", "outbox_mail", "retention_line", "bulletin"),
    }


def written(add):
    target = io.BytesIO()
    writer = ArchiveWriter(target)
    total = add(writer)
    writer.finish(Manifest("2026-11-24", "sqlite", "1", "s", []))
    with tarfile.open(fileobj=io.BytesIO(target.getvalue())) as tar:
        parts = {info.name: tar.extractfile(info).read() for info in tar}
        assert {info.mode for info in tar} == {0o600}
    assert parts.pop("manifest.json")
    return total, parts


# The lengths of a table's lines, and those of the parts in which they are written, of 10 each.
PARTS = {
    (): [0],
    (4,): [4],
    (4, 5): [9],
    (4, 6): [10, 0],
    (4, 7): [11, 0],
    (10, 10): [10, 10, 0],
    (4, 6, 1): [10, 1],
}


@pytest.mark.parametrize("lengths", PARTS)
def test_a_table_is_written_in_parts_that_are_full_or_the_last(lengths, monkeypatch):
    monkeypatch.setattr(archive, "_PART", 10)
    lines = [b"x" * length for length in lengths]

    total, parts = written(lambda writer: writer.add_table("tip", lines))

    assert list(parts) == [f"rows/tip/{n:06}.lines" for n in range(len(PARTS[lengths]))]
    assert [len(part) for part in parts.values()] == PARTS[lengths]
    assert b"".join(parts.values()) == b"".join(lines)
    assert total.count == len(lines)


def test_a_file_is_written_part_by_part_and_summed_up():
    total, parts = written(lambda writer: writer.add_blob("ab", [b"one", b"two"]))

    assert parts == {"blobs/ab/00000": b"one", "blobs/ab/00001": b"two"}
    assert total.count == 6
    assert total == written(lambda writer: writer.add_blob("ab", [b"onetwo"]))[0]


MANIFEST = Manifest(
    day="2026-11-24",
    database="sqlite",
    revision="0010",
    site_id="s",
    left_out=["day_key"],
    tables={"tip": Total(1, "a")},
    blobs={"b": Total(2, "c")},
    missing=["d"],
    mac="e",
)


def test_a_manifest_comes_back_and_all_but_its_mac_is_covered():
    assert Manifest.from_line(MANIFEST.to_line()) == MANIFEST
    for name, value in vars(MANIFEST).items():
        changed = Manifest(**vars(MANIFEST) | {name: {} if isinstance(value, dict) else "x"})
        assert (changed.covered() == MANIFEST.covered()) is (name == "mac"), name


@pytest.mark.parametrize("lines", [0, 1, 19, 20, 21, 30])
def test_twenty_damages_are_named_and_no_more(lines):
    walk, taken = Inspection(), []

    walk._rows("tip", io.BytesIO(b"no line of ours\n" * lines + LINE))
    Inspection(lambda *row: taken.append(row))._rows("tip", io.BytesIO(LINE + b"x\n" + LINE))

    assert len(walk.damages) == min(lines, 20)
    assert taken == [("tip", {"id": 7, "words": "字"})] * 2


# A part of a file: its number, its length; whether it is in its place after one part before it.
IN_PLACE = {(1, 1): True, (1, PART): True, (1, PART + 1): False, (0, 1): False, (2, 1): False}


@pytest.mark.parametrize(("number", "length"), IN_PLACE)
def test_a_part_of_a_file_comes_next_and_is_no_longer_than_a_part(number, length):
    taken = []
    walk = Inspection(take_part=lambda *part: taken.append(part))
    walk._part("ab", 0, io.BytesIO(b"x"))

    walk._part("ab", number, io.BytesIO(bytes(length)))

    is_in_place = IN_PLACE[number, length]
    assert [part[:2] for part in taken] == [("ab", 0), ("ab", 1)][: 1 + is_in_place]
    assert walk.damages == [f"文件 ab 第 {number + 1} 段不在它的位置"] * (not is_in_place)


# What lies in a folder: paths, a link as "name ->", a folder with a slash; and whether it counts.
LYING = {
    (): False,
    ("empty/",): False,
    ("empty/deeper/",): False,
    ("file",): True,
    ("folder/file",): True,
    ("folder/deeper/file",): True,
    ("folder/link ->",): True,
    ("link ->",): True,
    ("restoring.tmp/file",): False,
    ("restoring.tmp/file", "file"): True,
}


@pytest.mark.parametrize("names", LYING, ids=" ".join)
def test_empty_folders_and_a_half_done_restore_are_nothing(tmp_path, names):
    root = tmp_path / "blobs"
    root.mkdir()
    for name in names:
        path = root / name.removesuffix(" ->")
        path.parent.mkdir(parents=True, exist_ok=True)
        if name.endswith("->"):
            path.symlink_to(tmp_path)
        elif name.endswith("/"):
            path.mkdir(parents=True)
        else:
            path.write_bytes(b"x")

    assert _lies_something_in(root) is LYING[names]


def test_a_file_or_a_link_in_the_folders_place_is_something_and_no_folder_is_nothing(tmp_path):
    (tmp_path / "file").write_bytes(b"x")
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")

    assert _lies_something_in(tmp_path / "file")
    assert _lies_something_in(tmp_path / "link")
    assert not _lies_something_in(tmp_path / "absent")
