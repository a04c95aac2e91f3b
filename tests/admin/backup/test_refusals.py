"""What is damaged is named, what is not for this place is refused, and nothing is half done."""

import io
import shutil
import tarfile
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner
from sqlalchemy import create_engine, inspect

from admin import create_app
from admin.backup import restoring
from admin.backup.commands import older
from admin.backup.rows import LEFT_OUT, to_line
from admin.cli import main
from admin.config import load_config
from admin.migrate import known_revisions, read_steps
from admin.sealing import age
from admin.sealing.age import HybridIdentity
from admin.vault.retention.deletions import COPY
from tests.installations import migrated_store, new_installation, open_units
from tests.live import dispose
from tests.quick_apps import quick

from .conftest import FILES, Operator, files_of, fill_store, hand_in


def nothing_in(environ):
    """Tell that a refused restore left neither database nor evidence."""
    left = {path.name for path in Path(environ["DENGSHAO_DATA"]).iterdir()} - {"run.lock"}
    if environ["DENGSHAO_DATABASE_URL"].startswith("sqlite"):
        return left == set()
    engine = create_engine(environ["DENGSHAO_DATABASE_URL"])
    with engine.connect() as connection:
        tables = inspect(connection).get_table_names()
    engine.dispose()
    return not left and not tables


def resealed(operator, change):
    """A backup whose plain bytes were changed by somebody who can seal."""
    plain = bytearray(operator.opened())
    change(plain)
    operator.file.write_bytes(age.seal(bytes(plain), [operator.identity.recipient]))


def place_of(plain, name, at):
    """Where a byte of a part stands in the tar."""
    with tarfile.open(fileobj=io.BytesIO(bytes(plain))) as tar:
        return tar.getmember(name).offset_data + at


@pytest.fixture(scope="module")
def prepared(request, database, tmp_path_factory, confirmed_keys, unit_secrets):
    """The operator of a store that was backed up once: no test of this file writes to it."""
    folder = tmp_path_factory.mktemp("prepared")
    with migrated_store(request, database, folder / "data") as url:
        environ = new_installation(folder, url, confirmed_keys)
        app = quick(create_app(load_config(environ)))
        open_units(app, unit_secrets)
        hand_in(app.test_client())
        fill_store(app)
        operator = Operator(app, environ, HybridIdentity.generate(), folder)
        assert operator.backup().exit_code == 0
        dispose(app)
        yield operator


@pytest.fixture
def environ(prepared):
    return prepared.environ


@pytest.fixture
def backed_up(prepared, tmp_path):
    """The operator with a copy of that backup, which a test may damage."""
    operator = replace(prepared, folder=tmp_path)
    shutil.copy(prepared.file, operator.file)
    shutil.copy(prepared.folder / COPY, tmp_path / COPY)
    return operator


@pytest.mark.parametrize("part", [0.001, 0.1, 0.5, 0.9, 0.9999])
def test_a_flipped_byte_in_the_sealed_file_is_found_wherever_it_is(
    backed_up, empty, database, part
):
    data = bytearray(backed_up.file.read_bytes())
    data[int(len(data) * part)] ^= 1
    backed_up.file.write_bytes(data)
    target = empty(database)

    result = backed_up.restore(target)

    assert result.exit_code == 1
    assert "损坏" in result.output
    assert nothing_in(target)


def test_a_flipped_byte_in_the_middle_is_told_with_its_place_and_the_last_row_that_was_whole(
    backed_up, empty
):
    data = bytearray(backed_up.file.read_bytes())
    at = len(data) - 30
    data[at] ^= 1
    backed_up.file.write_bytes(data)

    output = backed_up.restore(empty("sqlite")).output

    place = int(output.partition("约第 ")[2].partition(" 字节")[0])
    assert 0 <= at - place <= 65_552
    assert "读到" in output


CHANGES = [
    ("rows/tip/000000.lines", 200, "表 tip 第 1 行损坏"),
    ("rows/tip/000000.lines", 3, "表 tip 第 1 行损坏"),
    ("rows/unit_key/000000.lines", 4_000, "表 unit_key 第 "),
    ("rows/setting/000000.lines", 70, "表 setting 第 1 行损坏"),
    (f"blobs/{'b2' * 16}/00000", 69_999, f"文件 {'b2' * 16} 和清单不符"),
    (f"blobs/{'d4' * 16}/00001", 9, f"文件 {'d4' * 16} 和清单不符"),
    ("manifest.json", 300, "清单损坏"),
]


@pytest.mark.parametrize(("name", "at", "told"), CHANGES)
def test_a_flipped_byte_in_the_plain_stream_is_named_by_table_and_row(
    backed_up, empty, database, name, at, told
):
    resealed(backed_up, lambda plain: _spoil(plain, place_of(plain, name, at)))
    target = empty(database)

    result = backed_up.restore(target)

    assert result.exit_code == 1
    assert told in result.output
    assert nothing_in(target)


def _spoil(plain, place):
    """Put another byte there: one of random files may be any."""
    plain[place] = ord("!" if plain[place] == ord("~") else "~")


def test_a_damaged_row_is_named_by_its_own_id(backed_up, empty):
    ids = []

    def change(plain):
        place = place_of(plain, "rows/message/000000.lines", 0)
        line = bytes(plain[place : plain.index(b"\n", place)])
        ids.append(line.partition(b'"id":')[2].partition(b",")[0].decode())
        plain[place + len(line) - 3] ^= 1

    resealed(backed_up, change)

    output = backed_up.restore(empty("sqlite")).output
    assert f"表 message 第 1 行损坏（{ids[0]}）" in output


def test_a_row_that_was_taken_out_or_moved_is_seen(backed_up, empty):
    def swap(plain):
        place = place_of(plain, "rows/decision/000000.lines", 0)
        first = plain.index(b"\n", place) + 1
        second = plain.index(b"\n", first) + 1
        plain[place:second] = plain[first:second] + plain[place:first]

    resealed(backed_up, swap)

    assert "表 decision 和清单不符" in backed_up.restore(empty("sqlite")).output


@pytest.mark.table
@pytest.mark.parametrize("kept", [0, 100, 3_000, 70_000, -1])
def test_a_file_that_was_cut_is_refused(backed_up, empty, kept):
    backed_up.file.write_bytes(backed_up.file.read_bytes()[:kept])
    target = empty("sqlite")

    result = backed_up.restore(target)

    assert result.exit_code == 1
    assert "损坏" in result.output
    assert nothing_in(target)


def other_key(operator):
    path = operator.folder / "other.key"
    path.write_text(str(HybridIdentity.generate()))
    return path


def test_another_key_opens_nothing(backed_up, empty):
    target = empty("sqlite")
    result = backed_up.restore(target, identity=other_key(backed_up))

    assert "密钥打不开" in result.output
    assert nothing_in(target)


def test_what_is_no_key_is_refused_before_anything_is_read(backed_up, empty):
    path = backed_up.folder / "wrong.key"
    path.write_text("AGE-SECRET-KEY-PQ-1QQQQ")
    assert "备份私钥不对" in backed_up.restore(empty("sqlite"), identity=path).output


def test_another_secret_file_is_refused_unless_it_is_said_that_the_old_one_is_lost(
    backed_up, empty
):
    target = empty("sqlite")
    other = Path(target["DENGSHAO_DATA"]).with_name("other-secret")
    other.write_text("ab" * 32)
    target |= {"DENGSHAO_SECRET_FILE": str(other)}

    assert "不是做备份时的那一份" in backed_up.restore(target).output
    assert nothing_in(target)
    assert backed_up.restore(target, "--without-secret").exit_code == 0


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_store_that_is_not_empty_is_left_as_it_is(backed_up, empty, kind):
    target = empty(kind)
    assert backed_up.restore(target).exit_code == 0

    assert "目标不是空的" in backed_up.restore(target).output


def test_evidence_that_lies_there_already_is_not_mixed_with_what_is_restored(backed_up, empty):
    target = empty("sqlite")
    blob = Path(target["DENGSHAO_DATA"]) / "blobs" / "old"
    blob.parent.mkdir()
    blob.write_bytes(b"x")

    assert "目标不是空的" in backed_up.restore(target).output
    assert blob.read_bytes() == b"x"


@pytest.mark.parametrize("suffix", ["-wal", "-shm", "-journal"])
def test_what_an_older_sqlite_store_left_beside_it_is_not_played_into_the_restored_one(
    backed_up, empty, suffix
):
    target = empty("sqlite")
    left = Path(target["DENGSHAO_DATA"]) / f"dengshao.sqlite3{suffix}"
    left.write_bytes(b"old")

    result = backed_up.restore(target)

    assert result.exit_code == 1
    assert "-wal、-shm、-journal 文件也要移走" in result.output
    assert left.read_bytes() == b"old"
    assert not left.with_name("dengshao.sqlite3").exists()


def test_empty_folders_that_were_left_lose_no_evidence(backed_up, empty, database):
    target = empty(database)
    blobs = Path(target["DENGSHAO_DATA"]) / "blobs"
    (blobs / ("b2" * 16) / "deeper").mkdir(parents=True)
    (blobs / "z9").mkdir()

    assert backed_up.restore(target).exit_code == 0

    assert files_of(target).keys() == {path.name for path in blobs.iterdir()} == FILES.keys()


def test_where_the_evidence_finds_no_place_no_row_is_seen_either(
    backed_up, empty, database, monkeypatch
):
    target = empty(database)
    blobs = Path(target["DENGSHAO_DATA"]) / "blobs"

    class Late(restoring.Inspection):
        """Somebody puts a file into the folder while the backup is read for the second time."""

        def __init__(self, *takers):
            super().__init__(*takers)
            if takers:
                blobs.mkdir(exist_ok=True)
                (blobs / "late").write_bytes(b"x")

    monkeypatch.setattr(restoring, "Inspection", Late)
    result = backed_up.restore(target)
    (blobs / "late").unlink()
    blobs.rmdir()

    assert result.exit_code == 1
    assert nothing_in(target)


# What somebody who can seal puts in beside the rest; the signed manifest names none of it. A
# session would be a way in.
ADDED = [
    *(
        (f"rows/{table}/000000.lines", to_line(table, {"id": 1}), f"表 {table} 和清单不符")
        for table in sorted({*LEFT_OUT, "alembic_version", "nobodys"})
    ),
    (f"blobs/{'e5' * 16}/00000", b"a file of nobody", f"文件 {'e5' * 16} 和清单不符（应有 0"),
    (f"blobs/{'a1' * 16}/00001", b"more", f"文件 {'a1' * 16} 第 2 段不在它的位置"),
    ("notes.txt", b"read me", "多出一个不认识的部分"),
]


def added(name, data):
    """Put a part before all others."""

    def change(plain):
        info = tarfile.TarInfo(name)
        info.size = len(data)
        padding = b"\0" * (-len(data) % 512)
        plain[0:0] = info.tobuf() + data + padding

    return change


@pytest.mark.table
@pytest.mark.parametrize(("name", "data", "told"), ADDED)
def test_a_part_that_the_signed_manifest_does_not_name_is_not_restored(
    backed_up, empty, name, data, told
):
    resealed(backed_up, added(name, data))
    target = empty("sqlite")

    result = backed_up.restore(target)

    assert result.exit_code == 1
    assert told in result.output
    assert nothing_in(target)


def swapped_parts(plain):
    """Let two parts of one file change their names."""
    one, two = (f"blobs/{'c3' * 16}/0000{number}" for number in range(2))
    places = [place_of(plain, name, 0) - 512 for name in (one, two)]
    for place, name in zip(places, (two, one), strict=True):
        header = tarfile.TarInfo.frombuf(bytes(plain[place : place + 512]), "utf-8", "strict")
        header.name = name
        plain[place : place + 512] = header.tobuf()


def test_parts_of_a_file_that_changed_places_are_seen(backed_up, empty):
    resealed(backed_up, swapped_parts)
    target = empty("sqlite")

    output = backed_up.restore(target).output

    assert f"文件 {'c3' * 16} 第 2 段不在它的位置" in output
    assert nothing_in(target)


def test_a_backup_of_a_newer_program_is_refused_whatever_its_database_let_serve(
    backed_up, empty, monkeypatch
):
    monkeypatch.setattr(restoring, "known_revisions", lambda: known_revisions()[1:])
    target = empty("sqlite")

    assert "先升级程序" in backed_up.restore(target).output
    assert nothing_in(target)


def test_restore_says_which_steps_bring_an_older_backup_to_form():
    newest, before = known_revisions()[:2]

    (title, step) = older(SimpleNamespace(revision=before)).splitlines()

    assert title == "升级要做 1 步："
    assert step.split("\t") == [f"  {newest}", read_steps()[-1].words]
    assert older(SimpleNamespace(revision=newest)) == ""
    assert "旧的备份" in CliRunner().invoke(main, ["restore", "--help"]).output
