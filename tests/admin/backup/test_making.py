"""A backup that cannot be made leaves the one that was there before, and nothing half done."""

import fcntl
import hashlib
import os
import resource
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from flask.cli import ScriptInfo
from sqlalchemy import update

from admin.commands.copies import backup
from admin.config import ROOT
from admin.db import db
from admin.models import Tip
from admin.sealing.age import X25519Identity

DENGSHAO = Path(sys.executable).with_name("dengshao")


@pytest.fixture
def backed_up(operator, store):
    assert operator.backup().exit_code == 0
    return operator


RECIPIENTS = ["", "age1pq1qqqq", str(X25519Identity.generate().recipient), "nonsense"]


@pytest.mark.table
@pytest.mark.parametrize("recipient", RECIPIENTS, ids=["none", "cut", "classic", "nonsense"])
def test_a_recipient_that_a_quantum_computer_opens_or_that_is_none_is_refused(
    operator, app, recipient
):
    arguments = [str(operator.file), "--to", recipient]
    info = ScriptInfo(create_app=lambda: app)
    result = app.test_cli_runner().invoke(backup, arguments, obj=info)

    assert result.exit_code == 1
    assert "备份公钥" in result.output
    assert not operator.file.exists()


def fill(app, tips):
    """Make the store large: the tip that is there, again and again."""
    with app.app_context():
        row = db.session.execute(Tip.__table__.select().limit(1)).mappings().one()
        many = [
            dict(row)
            | {
                "id": number,
                "reference": f"{number:05}-AAAAA",
                "lookup": number.to_bytes(32),
                "sealed": os.urandom(16_000),
            }
            for number in range(1, tips + 1)
        ]
        db.session.execute(Tip.__table__.insert(), many)
        db.session.execute(update(Tip).values(merged_into_id=None))
        db.session.commit()


def start(operator, program=(DENGSHAO,), **options):
    command = [*program, "backup", str(operator.file), "--to", str(operator.identity.recipient)]
    environ = os.environ | operator.environ
    return subprocess.Popen(
        command, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options
    )


def limit(size):
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


@pytest.mark.parametrize("size", [1_000, 60_000, 1_200_000])
def test_a_full_disk_leaves_the_old_backup_and_no_half_one(backed_up, app, size):
    old = backed_up.file.read_bytes()
    fill(app, 300)

    process = start(backed_up, preexec_fn=limit(size))
    output = process.communicate()[0]

    assert process.returncode == 1, output
    assert "原来的备份没有动" in output
    assert backed_up.file.read_bytes() == old
    assert not backed_up.file.with_name("store.age.part").exists()
    assert not (Path(backed_up.environ["DENGSHAO_DATA"]) / "backup.tmp").exists()


def test_a_kill_in_the_middle_leaves_the_old_backup_whole_and_the_next_one_tidies_up(
    backed_up, app, empty
):
    old = hashlib.sha256(backed_up.file.read_bytes()).digest()
    fill(app, 1_500)
    part = backed_up.file.with_name("store.age.part")

    process = start(backed_up, [sys.executable, "-m", "tests.admin.backup.dying_backup"], cwd=ROOT)
    process.communicate()

    assert process.returncode == -signal.SIGKILL
    assert hashlib.sha256(backed_up.file.read_bytes()).digest() == old
    assert part.exists()

    assert backed_up.backup().exit_code == 0
    assert not part.exists()
    assert not (Path(backed_up.environ["DENGSHAO_DATA"]) / "backup.tmp").exists()
    assert backed_up.restore(empty("sqlite")).exit_code == 0


def test_two_backups_at_once_do_not_meet(backed_up, environ):
    with open(Path(environ["DENGSHAO_DATA"]) / "backup.lock", "a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert "另一个备份正在进行" in backed_up.backup().output
