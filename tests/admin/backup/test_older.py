"""Older backups go by their day, after a whole one, and never the last."""

import shlex
import subprocess

import pytest

from admin.backup.older import delete_older
from admin.config import ROOT
from admin.sealing.age import HybridIdentity
from tests.journeys.served import DENGSHAO
from tests.journeys.test_units import INSTALLED, read

DAYS = ["2026-11-29", "2026-11-30", "2026-12-01", "2026-12-02"]


def name(day):
    return f"dengshao-{day}.age"


@pytest.mark.parametrize(
    ("there", "made", "keep", "gone"),
    [
        (DAYS, DAYS[3], 4, []),
        (DAYS, DAYS[3], 2, DAYS[:2]),
        (DAYS, DAYS[3], 1, DAYS[:3]),
        (DAYS[3:], DAYS[3], 1, []),
        # A clock that ran ahead: the one that was just made stays.
        (DAYS, DAYS[0], 1, DAYS[1:]),
        (DAYS, DAYS[0], 2, DAYS[1:3]),
        # What bears a name of somebody's own is no part of the row.
        (DAYS, "mine", 1, []),
        (DAYS, DAYS[3], 0, []),
    ],
)
def test_the_newest_are_kept_and_what_was_just_made_always(tmp_path, there, made, keep, gone):
    for day in there:
        (tmp_path / name(day)).write_bytes(b"sealed")
    others = ["dengshao-2020-01-01.age.new", "deletions.log", "dengshao-by-hand.age"]
    for other in others:
        (tmp_path / other).write_bytes(b"mine")
    (tmp_path / "dengshao-2020-01-02.age").mkdir()

    told = delete_older(tmp_path / name(made), keep)

    left = {path.name for path in tmp_path.iterdir()}
    assert told == [name(day) for day in gone]
    assert left == {*others, "dengshao-2020-01-02.age", *map(name, set(there) - set(gone))}


def test_the_command_of_the_unit_backs_up_and_clears(tmp_path):
    service = read("dengshao-backup.service")["Service"]
    data, kept = tmp_path / "data", tmp_path / "backups"
    data.mkdir(mode=0o700)
    kept.mkdir()
    old = [kept / name(f"2020-01-0{day}") for day in range(1, 5)]
    for path in old:
        path.write_bytes(b"old")
    environ = {
        "PATH": "/usr/bin:/bin",
        "DENGSHAO_DATA": str(data),
        "DENGSHAO_BACKUP_RECIPIENT": str(HybridIdentity.generate().recipient),
    }
    words = service["ExecStart"][0].replace(INSTALLED, DENGSHAO)
    assert service["ReadWritePaths"] == ["/var/backups/dengshao"]
    words = words.replace("/var/backups/dengshao", str(kept))
    words = words.replace("${DENGSHAO_BACKUP_KEEP}", "3")

    for command in ([DENGSHAO, "migrate"], shlex.split(words)):
        done = subprocess.run(
            command, env=environ, cwd=ROOT, capture_output=True, text=True, timeout=120
        )
        assert done.returncode == 0, done.stderr

    assert "留下最新的 3 份" in done.stdout
    assert [path.exists() for path in old] == [False, False, True, True]
    assert len(list(kept.glob("dengshao-202*.age"))) == 3
