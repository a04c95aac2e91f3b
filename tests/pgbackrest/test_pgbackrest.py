"""A database that is lost and brought back to a moment: `make pgbackrest`, half a minute."""

import os
from datetime import timedelta

import pytest
from click.testing import CliRunner
from sqlalchemy import delete, func, select, update

from admin.audit.chain import read_checkpoint
from admin.audit.log import NOBODY, record
from admin.cli import main
from admin.db import db, today
from admin.doctor.deletions import look
from admin.models import AuditEvent, Member, StaffSession, Tip
from admin.serving.sweeper import sweep_now
from tests.admin.backup.conftest import hand_in

from .place import PROGRAM

pytestmark = [
    pytest.mark.skipif("DENGSHAO_PGBACKREST" not in os.environ, reason="make pgbackrest runs it"),
    pytest.mark.skipif(PROGRAM is None, reason="pgbackrest is absent: apt-get installs it"),
    pytest.mark.timeout(300),
]
DELETED, UNKNOWN = "已过保存期，内容已删除", 'id="unknown"'


@pytest.fixture
def database():
    """The server's, in the place of the two kinds that other tests run on."""
    return "postgresql"


@pytest.fixture
def run(app, environ):
    def typed(*words):
        leave(app)
        return CliRunner().invoke(main, words, env=environ)

    return typed


def leave(app):
    """Close this process's own connections: the server dies, or a command wants to be alone."""
    with app.app_context():
        db.session.close()
        db.reading.close()
        db.dispose()


def act(app, *statements):
    with app.app_context():
        for statement in statements:
            db.session.execute(statement)
        record(db.session, "verified", by=NOBODY, detail="ok 0")
        db.session.commit()


def read(app, query):
    with app.app_context():
        return db.session.scalar(query)


def mailbox(client, receipt):
    return client.post("/mailbox/", data={"receipt": receipt}).text


def add_member(app):
    with app.app_context():
        keys = {"recipient": "age1", "salt": bytes(16), "sealed_identity": b"s"}
        kept = {"auth_hash": bytes(32), "made_on": today()} | keys
        db.session.add(Member(id=1, name="ada", unit_id="police", roles=["analyst"], **kept))
        db.session.flush()
        token = {"token_hash": bytes(32), "wrap_key": bytes(32), "last_seen": 2**40}
        db.session.add(StaffSession(member_id=1, **token))
        db.session.commit()


def test_what_came_back_with_a_moment_is_put_right(app, units, client, server, run, config):
    gone, due = hand_in(client), {"status": "closed", "is_open": False, "expires_on": today()}
    act(app, update(Tip).values(due))
    assert sweep_now(app)["tips"] == 1
    doomed, ended = hand_in(client), read(app, select(Tip.id).where(Tip.is_open))
    kept = hand_in(client)
    add_member(app)
    server.pgbackrest("--type=full", "backup")
    later = due | {"expires_on": today() + timedelta(days=9)}
    act(app, update(Tip).where(Tip.id == ended).values(later))
    server.pgbackrest("--type=diff", "backup")
    moment = server.moment()
    # After that moment: a tip comes, another is deleted, somebody leaves, and a line is printed.
    lost = hand_in(client)
    act(app, update(Tip).where(Tip.id == ended).values(due))
    assert sweep_now(app)["tips"] == 1
    act(app, update(Member).values(suspended_on=today()), delete(StaffSession))
    with app.app_context():
        paper = str(read_checkpoint(db.session))
    leave(app)
    server.pgbackrest("check")

    server.lose()
    server.restore(moment)

    assert UNKNOWN not in mailbox(client, kept)
    assert DELETED in mailbox(client, gone)
    assert UNKNOWN in mailbox(client, lost)
    # All looks well from inside, and nothing of this is due by its own day.
    assert run("audit", "verify").exit_code == 0
    assert run("audit", "verify", "--checkpoint", paper).exit_code == 1
    assert sweep_now(app)["tips"] == 0
    assert DELETED not in mailbox(client, doomed)
    with app.app_context():
        assert look(db.session, config).unknown == 1
        db.session.close()

    done = run("database", "rewound", "--yes")

    assert done.exit_code == 0, done.output
    assert "又删掉内容的线索 1 条" in done.output
    assert DELETED in mailbox(client, doomed)
    assert read(app, select(func.count()).select_from(StaffSession)) == 0
    # No file knows that: people do it again (operating-pgbackrest.md).
    assert read(app, select(Member.suspended_on)) is None
    assert run("audit", "verify").exit_code == 0
    assert read(app, select(AuditEvent.act).where(AuditEvent.act == "rewound")) == "rewound"


def test_what_was_deleted_right_after_a_full_backup_goes_with_the_second_after_it(server):
    """Kept are two: by weekly ones fourteen days, and longer where one was not made."""
    server.tell("CREATE TABLE said AS SELECT 'the-seventh-tree' AS word")
    server.pgbackrest("--type=full", "backup")
    moment = server.moment()
    server.tell("DELETE FROM said")
    first = server.backups()

    server.pgbackrest("--type=full", "backup")
    assert server.backups()[:1] == first
    server.lose()
    server.restore(moment)
    assert server.ask("SELECT word FROM said") == "the-seventh-tree"

    for kind in ("full", "diff", "full"):
        server.pgbackrest(f"--type={kind}", "backup")
    assert first[0] not in server.backups()
    server.lose()
    with pytest.raises(AssertionError, match="unable to find backup set"):
        server.restore(moment)
