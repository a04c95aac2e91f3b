"""A database that something else brought back to an earlier moment is put right first."""

import shutil
import time
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import func, insert, select, update

from admin.audit.log import NOBODY, record
from admin.backup.rewinding import REVIVED
from admin.cli import main
from admin.db import db, today
from admin.doctor.deletions import look
from admin.models import (
    AuditEvent,
    Base,
    Bulletin,
    DayKey,
    HoldStep,
    Invitation,
    LabelCopy,
    Member,
    Note,
    OutboxMail,
    RetentionLine,
    Reward,
    Setting,
    SpentNonce,
    StaffSession,
    Tip,
    TipLabel,
    TipOpening,
    Transfer,
    TransferFile,
    Upload,
)
from admin.serving.server import hold_lock
from admin.serving.sweeper import sweep_now
from admin.tip.status import TipStatus
from admin.vault.retention import deletions
from admin.vault.retention.deletions import read_journal
from admin.vault.retention.sure_clock import LATEST, Kept, Moment

WORDS = ("sealed", "label", "marks", "seen")
YES = ("database", "rewound", "--yes")


# The log can't be taken back by statements; tests/pgbackrest takes all of it back.
OF_ONE_CHAIN = ("audit_event", "setting")
MEMBER = {
    "id": 1,
    "name": "ada",
    "unit_id": "police",
    "roles": ["registrar"],
    "recipient": "age1",
    "salt": bytes(16),
    "auth_hash": bytes(32),
    "sealed_identity": b"s",
    "made_on": today(),
}


def revived():
    """A session, an invitation, a draft and a letter, as they stood at that moment."""
    yield StaffSession(
        token_hash=bytes(32), member_id=1, wrap_key=bytes(32), last_seen=1, opened_at=1, browser="-"
    )
    yield Invitation(
        id=1,
        token_hash=bytes(32),
        code_hash=bytes(32),
        name="eva",
        unit_id="police",
        roles=["registrar"],
        made_by="ada",
        ends_at=2**40,
    )
    yield Bulletin(id=1, slug="a", unit_id="police", month="2026-12", by="ada", title="t", body="b")
    yield OutboxMail(id=1, once="a", address="a@example.cn", subject="s", body="b", next_try=1)


@pytest.fixture
def rewind(app, one, config):
    """A store with what must not come back; gives what brings its rows back as they stand now."""
    with app.app_context():
        db.session.add(Member(**MEMBER))
        db.session.flush()
        for row in revived():
            db.session.add(row)
        record(db.session, "verified", by=NOBODY, detail="ok 0")
        deletions.append(config, [])
        db.session.commit()
        with db.engine.connect() as connection:
            held = {
                table: [dict(row) for row in connection.execute(select(table)).mappings()]
                for table in Base.metadata.sorted_tables
                if table.name not in OF_ONE_CHAIN
            }

    def back():
        with app.app_context(), db.engine.begin() as connection:
            for table in reversed(held):
                connection.execute(table.delete())
            for table, rows in held.items():
                if rows:
                    connection.execute(insert(table), rows)

    return back


@pytest.fixture
def run(app, environ):
    def typed(*arguments):
        with app.app_context():
            db.session.close()
            db.dispose()
        return CliRunner().invoke(main, arguments, env=environ)

    return typed


def change(app, **values):
    with app.app_context():
        db.session.execute(update(Tip).where(Tip.unit_id == "police").values(**values))
        db.session.commit()


def read(app, query):
    with app.app_context():
        return db.session.scalars(query).all()


def tip_of(app):
    """The one tip's row, with what its queries else leave for later."""
    with app.app_context():
        found = select(Tip.__table__).where(Tip.unit_id == "police")
        return db.session.execute(found).one()


def delete_and(rewind, app):
    change(app, status="closed", is_open=False, expires_on=today())
    assert sweep_now(app)["tips"] >= 1
    rewind()
    assert tip_of(app).sealed is not None


def test_what_was_deleted_since_that_moment_is_deleted_again(app, rewind, run):
    delete_and(rewind, app)

    result = run(*YES)

    assert result.exit_code == 0, result.output
    assert "又删掉内容的线索 1 条" in result.output
    tip = tip_of(app)
    assert (tip.status, tip.is_open) == (TipStatus.PURGED, False)
    assert [getattr(tip, name) for name in WORDS] == [None] * len(WORDS)
    # Its receipt is told so from the day on which it was deleted.
    assert tip.expires_on == today()
    for table in (LabelCopy, Note, TipLabel, TipOpening):
        assert read(app, select(table.tip_id)) == [], table
    assert read(app, select(TransferFile.transfer_id)) == []
    assert set(read(app, select(Upload.is_released).where(Upload.tip_id == tip.id))) <= {True}
    assert None not in read(app, select(Transfer.settled_on).where(Transfer.tip_id == tip.id))


def test_done_twice_it_deletes_nothing_more(app, rewind, run, config):
    delete_and(rewind, app)
    run(*YES)
    before = tip_of(app).version, read_journal(config, config.deletions_file)

    assert "又删掉内容的线索 0 条" in run(*YES).output

    assert (tip_of(app).version, read_journal(config, config.deletions_file)) == before


def test_it_waits_for_no_clock_that_the_sweep_does_not_believe_yet(app, rewind, run):
    """After another start of the machine, hours behind that moment, nothing is due for a day."""
    delete_and(rewind, app)
    then = Moment(time.time() - 3 * 3_600, "another-start", 9.0)
    with app.app_context():
        db.session.merge(Setting(name=LATEST, value=Kept(then).write()))
        db.session.commit()
    change(app, status="closed", is_open=False, expires_on=today())
    assert sweep_now(app) == {}

    assert "又删掉内容的线索 1 条" in run(*YES).output

    assert tip_of(app).sealed is None


def test_a_hold_of_since_then_holds_again(app, rewind, run):
    until = today() + timedelta(days=60)
    with app.app_context():
        deletions.note_held(db.session, tip_of(app).lookup, until)
        db.session.commit()
        deletions.write_out(db.session)
    rewind()

    assert "保全 1 条" in run(*YES).output

    tip = tip_of(app)
    assert tip.held_until == until
    steps = read(app, select(HoldStep).where(HoldStep.tip_id == tip.id, HoldStep.until == until))
    assert [step.is_granted for step in steps] == [True]
    assert "保全 0 条" in run(*YES).output


def test_a_hold_that_waited_to_be_written_counts_as_the_later_one(app, rewind, run):
    with app.app_context():
        tip = tip_of(app)
        days = [today() + timedelta(days=number) for number in (30, 90)]
        deletions.note_held(db.session, tip.lookup, days[0])
        deletions.write_out(db.session)
        later = insert(RetentionLine).values(id=1, at=2**33, until=days[1])
        db.session.execute(later.values(tag=deletions.tag_of(key_of(app), tip.lookup)))
        db.session.commit()
    change(app, held_until=days[1])

    assert "保全 0 条" in run(*YES).output
    assert tip_of(app).held_until == days[1]


def key_of(app):
    return deletions.tag_key(app.extensions["dengshao"].config)


def test_sessions_invitations_drafts_and_letters_of_then_are_gone(app, rewind, run):
    rewind()
    assert all(read(app, select(func.count()).select_from(table)) > [0] for table in REVIVED)

    run(*YES)

    for table in REVIVED:
        assert read(app, select(func.count()).select_from(table)) == [0], table
    # A form that is sent once more is still known by these.
    for table in (DayKey, SpentNonce):
        assert read(app, select(func.count()).select_from(table)) > [0], table


def test_no_code_is_paid_before_the_office_has_looked_into_its_ledger(app, rewind, run):
    with app.app_context():
        db.session.add(Reward(key=b"k" * 32, sum=500, until=today()))
        db.session.commit()

    run(*YES)

    assert read(app, select(Reward.is_stopped).where(Reward.key == b"k" * 32)) == [True]


def test_the_log_says_where_it_was_joined(app, rewind, run):
    last = read(app, select(func.max(AuditEvent.number)))[0]

    result = run(*YES)

    assert f"只到第 {last} 行" in result.output
    line = read(app, select(AuditEvent).where(AuditEvent.number == last + 1))[0]
    assert (line.act, line.by) == ("rewound", "-")


def test_doctor_sees_that_the_database_is_older_until_it_is_put_right(app, rewind, run, config):
    with app.app_context():
        deletions.note_held(db.session, b"another", today())
        db.session.commit()
        deletions.write_out(db.session)
        known = db.session.get(Setting, deletions.END).value
    delete_and(rewind, app)
    with app.app_context():
        db.session.merge(Setting(name=deletions.END, value=known))
        db.session.commit()
        assert look(db.session, config).unknown == 1

    run(*YES)

    with app.app_context():
        found = look(db.session, config)
    assert (found.has_last, found.unknown) == (True, 0)


def test_without_a_journal_nothing_is_done_unless_it_is_said_to_be_lost(app, rewind, run, config):
    delete_and(rewind, app)
    aside = shutil.move(config.deletions_file, Path(config.data) / "aside")
    sessions = select(func.count()).select_from(REVIVED[0])

    refused = run(*YES)

    assert (refused.exit_code, read(app, sessions) > [0]) == (1, True)
    assert "没有找到删除账" in refused.output
    assert not config.deletions_file.exists()
    assert "又删掉内容的线索 0 条" in run(*YES, "--without-deletions").output
    # Found after all: named, it is taken up into the one that was begun.
    assert "又删掉内容的线索 1 条" in run(*YES, "--deletions", str(aside)).output
    assert len(read_journal(config, config.deletions_file)) == 1


def test_while_somebody_serves_nothing_is_done(app, rewind, run, config):
    with hold_lock(config):
        refused = run(*YES)

    assert refused.exit_code == 1
    assert "服务正在这个数据目录上运行" in refused.output


def test_it_asks_first(app, rewind, run):
    refused = run("database", "rewound")

    assert refused.exit_code == 1
    assert "继续吗" in refused.output
    assert read(app, select(AuditEvent).where(AuditEvent.act == "rewound")) == []
