"""What the two commands say of each fault: a sentence for the operator, and no traceback."""

import sqlite3
from dataclasses import replace
from datetime import date
from pathlib import Path

import click
import pytest
from sqlalchemy.exc import OperationalError

from admin.backup import commands
from admin.backup.archive import Manifest, Total
from admin.backup.files import NotEmpty, filling
from admin.backup.making import BackupRuns, ReadsOtherwise
from admin.backup.restoring import Damaged, OtherSecret, TooNew
from admin.config import ConfigError
from admin.db import set_today
from admin.sealing.age import HybridIdentity, NoMatch, X25519Identity
from admin.sealing.errors import SealingError
from admin.serving.server import AlreadyRunning
from admin.vault.files.blobs import BlobsAway, BlobsRefused, PartSpoilt

SAID = {
    BackupRuns: "另一个备份正在进行",
    ReadsOtherwise: "读回来的和写进去的不一样",
    BlobsAway: "没有应答或者写不下",
    BlobsRefused: "不让读或写",
    PartSpoilt: "读出来和写进去的不一样",
    NotEmpty: "目标不是空的",
    OtherSecret: "不是做备份时的那一份",
    TooNew: "先升级程序",
    NoMatch: "这把密钥打不开",
    AlreadyRunning: "服务正在这个数据目录上运行",
    PermissionError: "备份文件读不了，或者数据目录写不了",
}
FULL = OSError(28, "No space left on device")
MAKING = [
    *(
        (kind(), SAID[kind])
        for kind in (BackupRuns, ReadsOtherwise, BlobsAway, BlobsRefused, PartSpoilt)
    ),
    (FULL, "写不下去（No space left on device）"),
    (sqlite3.OperationalError("full"), "写不下去（OperationalError）"),
    (OperationalError("", {}, Exception()), "写不下去（OperationalError）"),
]
RESTORING = [
    *((kind(), said) for kind, said in SAID.items()),
    (Damaged(["表 tip 和清单不符", "清单损坏"]), "  表 tip 和清单不符\n  清单损坏"),
    (ConfigError("no secret"), "no secret"),
    (SealingError(), "不是备份文件"),
]


def failing(error):
    def fail(*_args, **_more):
        raise error

    return fail


@pytest.mark.parametrize(("error", "said"), MAKING)
def test_each_fault_of_a_backup_is_told(operator, monkeypatch, error, said):
    monkeypatch.setattr(commands, "write_backup", failing(error))

    result = operator.backup()

    assert (result.exit_code, type(result.exception)) == (1, SystemExit)
    assert said in result.output
    assert "已备份" not in result.output


@pytest.mark.parametrize(("error", "said"), RESTORING)
def test_each_fault_of_a_restore_is_told(operator, monkeypatch, error, said):
    monkeypatch.setattr(commands, "_run", failing(error))
    operator.file.write_bytes(b"x")

    result = operator.restore(operator.environ)

    assert (result.exit_code, type(result.exception)) == (1, SystemExit)
    assert said in result.output
    assert "已恢复" not in result.output


def test_every_sentence_is_tried():
    assert set(SAID) == set(commands.SENTENCES)


MANIFEST = Manifest(
    "2026-11-24", "sqlite", "0010", "s", ["甲", "乙"], tables={"tip": Total(3, "x")}
)


@pytest.mark.parametrize("count", [0, 1, 20, 21])
def test_what_the_store_lacked_is_named_up_to_twenty_and_ends_with_a_fault(
    operator, monkeypatch, count
):
    names = [f"{number:032}" for number in range(count)]
    manifest = replace(MANIFEST, missing=names)
    monkeypatch.setattr(commands, "write_backup", lambda *_: (manifest, "f" * 64))

    result = operator.backup()

    assert result.exit_code == (1 if count else 0)
    assert f"SHA-256 {'f' * 64}" in result.output
    assert "日期 2026-11-24，数据库 sqlite，版本 0010" in result.output
    assert "行数：tip 3；证据文件 0 个" in result.output
    assert "没有放进去的：甲、乙" in result.output
    if count:
        assert f"有 {count} 个证据文件在存放处缺了" in result.output
        assert [name in result.output for name in names] == [True] * min(count, 20) + [False] * (
            count - 20
        )


def test_a_backup_is_named_by_its_day_in_a_folder_and_else_as_it_was_given(tmp_path):
    set_today(date(2026, 11, 24))
    try:
        assert commands._named(tmp_path) == tmp_path / "dengshao-2026-11-24.age"
    finally:
        set_today(None)
    assert commands._named(tmp_path / "x.age") == tmp_path / "x.age"
    with pytest.raises(click.ClickException, match="没有目录"):
        commands._named(tmp_path / "nowhere" / "x.age")


HYBRID = HybridIdentity.generate()
KEYS = {
    "alone": (f"{HYBRID}\n", True),
    "among comments": (f"# kept in the safe\n\n  {HYBRID}  \n", True),
    "the first of two": (f"{HYBRID}\n{HybridIdentity.generate()}\n", True),
    "cut": (f"{str(HYBRID)[:-1]}\n", False),
    "a cut one before a whole": (f"{str(HYBRID)[:-1]}\n{HYBRID}\n", False),
    "classic": (f"{X25519Identity.generate()}\n", False),
    "public": (f"{HYBRID.recipient}\n", False),
    "nothing": ("", False),
}


@pytest.mark.parametrize("name", KEYS)
def test_an_operators_key_is_read_off_its_file_or_refused(tmp_path, name):
    text, is_read = KEYS[name]
    path: Path = tmp_path / "operator.key"
    path.write_text(text)

    if is_read:
        assert str(commands._identity(path)) == str(HYBRID)
    else:
        with pytest.raises(click.ClickException, match="备份私钥不对"):
            commands._identity(path)


class Bad(Exception):
    pass


def test_a_store_that_knows_no_folders_is_filled_and_emptied_after_a_bad_end(config, monkeypatch):
    kept = {}

    class Store:
        def put(self, blob, number, data):
            kept[blob, number] = data

        def remove(self, blob):
            for key in [key for key in kept if key[0] == blob]:
                del kept[key]

    monkeypatch.setattr("admin.backup.files.open_blobs", lambda *_place: Store())

    def fill(end=None):
        with filling(config) as put:
            put("a", 0, b"x")
            put("a", 1, b"y")
            put("b", 0, b"z")
            if end:
                raise end

    with pytest.raises(Bad):
        fill(Bad())
    assert kept == {}
    fill()

    assert kept == {("a", 0): b"x", ("a", 1): b"y", ("b", 0): b"z"}
