"""What was deleted after a backup stays deleted in what is restored, and what was held is held."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, select, update

from admin.config import load_config
from admin.db import db, today
from admin.models import (
    Decision,
    HoldStep,
    LabelCopy,
    Message,
    Note,
    RetentionLine,
    Tally,
    Tip,
    TipLabel,
    TipOpening,
    Transfer,
    TransferFile,
    Upload,
)
from admin.serving.sweeper import sweep_now
from admin.tip.status import TipStatus
from admin.vault.events import SYSTEM
from admin.vault.expiry import sweep
from admin.vault.retention import deletions
from admin.vault.retention.deletions import (
    COPY,
    BrokenJournal,
    append,
    merged,
    read_journal,
    write_out,
)
from tests.live import dispose

from .conftest import FILES, app_on, files_of

KINDS = ["sqlite", "postgresql"]
WORDS = ("sealed", "label", "marks", "seen")


def in_days(number):
    return today() + timedelta(days=number)


@pytest.fixture
def ours(environ):
    """The options that name the journal of the installation that is lost: it lay elsewhere."""
    return "--deletions", str(Path(environ["DENGSHAO_DATA"]) / "deletions.log")


@pytest.fixture
def change(app):
    """Change the one tip that came by the form, past the pages."""

    def changed(**values):
        with app.app_context():
            db.session.execute(update(Tip).where(Tip.unit_id == "police").values(**values))
            db.session.commit()

    return changed


@pytest.fixture
def delete(app, change):
    """End the tip and let its day come; the sweep deletes its words and writes it down."""

    def deleted():
        change(status="closed", is_open=False, expires_on=today())
        return sweep_now(app)

    return deleted


def all_of(url, table):
    engine = create_engine(url)
    with engine.connect() as connection:
        rows = connection.execute(select(table.__table__)).mappings().all()
    engine.dispose()
    return rows


def tip_in(environ):
    rows = all_of(environ["DENGSHAO_DATABASE_URL"], Tip)
    return next(row for row in rows if row["unit_id"] == "police")


def test_nobody_waits_to_take_over_what_is_gone(app, operator, one, empty, delete, ours):
    with app.app_context():
        waits = {"settled_on": None, "is_taken": None}
        db.session.execute(update(Transfer).values(waits))
        db.session.commit()
    assert operator.backup().exit_code == 0
    delete()
    target = empty("sqlite")

    assert operator.restore(target, *ours).exit_code == 0

    [row] = all_of(target["DENGSHAO_DATABASE_URL"], Transfer)
    assert (row["settled_on"], row["settled_by"]) == (today(), SYSTEM)


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_deleted_since_the_backup_is_not_brought_back_by_it(
    operator, one, empty, delete, kind, ours, environ
):
    assert operator.backup().exit_code == 0
    assert delete()["tips"] == 1
    target = empty(kind)
    numbers = all_of(environ["DENGSHAO_DATABASE_URL"], Tally)

    result = operator.restore(target, *ours)

    assert result.exit_code == 0, result.output
    # The numbers come as they were: neither the tip nor its deletion is counted again.
    assert all_of(target["DENGSHAO_DATABASE_URL"], Tally) == numbers
    assert [(row["family"], row["count"]) for row in numbers] == [("received", 1)]
    assert "备份以后删过的线索 1 条" in result.output
    tip = tip_in(target)
    assert (tip["status"], tip["is_open"]) == (TipStatus.PURGED, False)
    assert [tip[name] for name in WORDS] == [None] * len(WORDS)
    assert tip["talk_length"] == 0
    url = target["DENGSHAO_DATABASE_URL"]
    # What it was at another unit before goes with it.
    assert all_of(url, TransferFile) == []
    for table in (LabelCopy, Message, Note, TipLabel, Upload, TipOpening):
        assert tip["id"] not in {row["tip_id"] for row in all_of(url, table)}, table
    lines = [row for row in all_of(url, Decision) if row["tip_id"] == tip["id"]]
    assert max(lines, key=lambda row: row["step"])["kind"] == "expired"
    # Its files never reached the new store, and came back where nothing was deleted.
    assert files_of(target) == {}


def test_words_that_are_gone_are_never_written_to_the_new_disk(
    operator, one, empty, delete, app, ours
):
    with app.app_context():
        sealed = db.reading.execute(select(Tip.sealed).filter_by(unit_id="police")).scalar_one()
    operator.backup()
    before = empty("sqlite", "before")
    operator.restore(before)
    assert sealed[200:260] in on_disk(before)
    assert files_of(before).keys() == FILES.keys()
    delete()
    target = empty("sqlite")
    operator.restore(target, *ours)

    assert sealed[200:260] not in on_disk(target)


def on_disk(environ):
    folder = Path(environ["DENGSHAO_DATA"])
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def test_a_receipt_of_what_was_deleted_reads_so_after_a_restore_too(
    operator, one, empty, delete, environ, ours
):
    operator.backup()
    delete()
    target = empty("sqlite")
    operator.restore(target, *ours)

    app = app_on(target, Path(environ["DENGSHAO_DATA"]) / "keys.yml")
    host = app.extensions["dengshao"].config.public_host
    page = app.test_client().post("/mailbox/", data={"receipt": one}, base_url=f"http://{host}")
    assert "已过保存期，内容已删除" in page.text
    # What the new installation needs for its own next restore stands in its own journal.
    config = app.extensions["dengshao"].config
    assert len(read_journal(config, config.deletions_file)) == 1
    dispose(app)


def test_a_hold_that_was_set_since_the_backup_keeps_the_words_that_it_would_let_go(
    operator, one, empty, change, app, environ, ours
):
    """The backup knows the day on which they go, and not that they are held."""
    change(status="closed", is_open=False, expires_on=in_days(1))
    operator.backup()
    with app.app_context():
        tip = db.session.scalars(select(Tip).filter_by(unit_id="police")).one()
        tip.held_until = in_days(60)
        deletions.note_held(db.session, tip.lookup, in_days(90))
        deletions.note_held(db.session, tip.lookup, in_days(60))
        db.session.commit()
        write_out(db.session)
    target = empty("sqlite")

    assert "保全 1 条" in operator.restore(target, *ours).output

    assert tip_in(target)["held_until"] == in_days(60)
    [step] = [
        row
        for row in all_of(target["DENGSHAO_DATABASE_URL"], HoldStep)
        if row["tip_id"] == tip_in(target)["id"] and row["until"] == in_days(60)
    ]
    assert (step["is_granted"], step["asked_by"], step["settled_by"]) == (
        *(True, "dengshao", "dengshao"),
    )
    again = app_on(target, Path(environ["DENGSHAO_DATA"]) / "keys.yml")
    with again.app_context():
        assert sweep(db.session, in_days(60))["tips"] == 0
        assert sweep(db.session, in_days(61))["tips"] >= 1
    dispose(again)


def test_without_a_journal_nothing_is_restored_unless_it_is_said_to_be_lost(
    operator, one, empty, delete
):
    operator.backup()
    delete()
    (operator.folder / COPY).unlink()
    target = empty("sqlite")

    refused = operator.restore(target)

    assert refused.exit_code == 1
    assert "没有找到删除账" in refused.output
    assert not Path(target["DENGSHAO_DATA"], "dengshao.sqlite3").exists()
    done = operator.restore(target, "--without-deletions")
    assert done.exit_code == 0, done.output
    # What a lost journal means: the words are there again, and the tip is as it was.
    assert tip_in(target)["sealed"] is not None


def test_each_backup_lays_the_newest_journal_beside_itself_for_all_older_ones(
    operator, one, empty, delete
):
    """Who lost everything but the folder of backups, and takes an older one of them."""
    operator.backup()
    delete()
    assert operator.backup(operator.folder / "next.age").exit_code == 0
    target = empty("sqlite")

    assert operator.restore(target).exit_code == 0

    assert tip_in(target)["sealed"] is None


DAMAGE = {
    "a line was changed": lambda lines: [lines[0], lines[1].replace(b"1", b"2", 1), *lines[2:]],
    "a line was taken out": lambda lines: [lines[0], *lines[2:]],
    "two lines changed places": lambda lines: [lines[0], lines[2], lines[1], *lines[3:]],
    "a line was put in": lambda lines: [*lines[:2], lines[1], *lines[2:]],
    "it has another start": lambda lines: [b"dengshao deletions 2 00\n", *lines[1:]],
    "it is empty": lambda lines: [],
}


@pytest.fixture
def journal(app):
    """A journal of three lines; gives the configuration and the file."""
    config = app.extensions["dengshao"].config
    append(config, [(n, bytes([n]) * 32, in_days(n) if n == 2 else None) for n in (1, 2, 3)])
    return config, config.deletions_file


@pytest.mark.parametrize("kind", DAMAGE)
def test_what_was_done_to_a_journal_shows(journal, operator, one, empty, kind):
    config, path = journal
    operator.backup()
    lines = path.read_bytes().splitlines(keepends=True)
    damaged = b"".join(DAMAGE[kind](lines))
    assert damaged != path.read_bytes()
    (operator.folder / COPY).write_bytes(damaged)

    with pytest.raises(BrokenJournal):
        read_journal(config, operator.folder / COPY)
    target = empty("sqlite")
    result = operator.restore(target)
    assert "对不上，没有恢复" in result.output
    assert operator.restore(target, "--without-deletions").exit_code == 0


def test_a_backup_tells_of_a_journal_that_was_changed_and_of_one_moved_aside_no_more(
    journal, operator, one
):
    """An operator hears of it on the day, and not when they restore."""
    _config, path = journal
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([lines[0], *lines[2:]]))

    told = operator.backup()

    assert told.exit_code == 1
    assert "第 2 行对不上" in told.output
    assert operator.file.exists()
    path.rename(path.with_name("aside"))
    assert operator.backup().exit_code == 0


def test_another_installations_journal_is_refused(journal, tmp_path, environ):
    _config, path = journal
    other = tmp_path / "secret"
    other.write_text("ab" * 32)

    with pytest.raises(BrokenJournal):
        read_journal(load_config(environ | {"DENGSHAO_SECRET_FILE": str(other)}), path)


def test_a_last_line_that_was_not_finished_is_passed_over_and_written_anew(journal):
    config, path = journal
    whole = path.read_bytes()
    path.write_bytes(whole + b"4 1799")

    assert len(read_journal(config, path)) == 3
    append(config, [(4, b"d" * 32, None)])

    assert path.read_bytes().startswith(whole)
    assert [entry.number for entry in read_journal(config, path)] == [1, 2, 3, 4]


def test_of_copies_each_fact_counts_once_and_of_a_hold_the_last_day(journal):
    config, path = journal
    entries = read_journal(config, path)
    tag = entries[1].tag
    append(config, [(9, tag, in_days(50)), (5, tag, in_days(70))])

    found = merged([entries, read_journal(config, path)])

    assert found.held == {tag: in_days(50)}
    assert found.deleted == {entries[0].tag: 1, entries[2].tag: 3}


def test_a_journal_tells_nothing_without_the_secret(app, one, delete, environ):
    with app.app_context():
        tip = db.reading.execute(
            select(Tip.lookup, Tip.reference, Tip.id).filter_by(unit_id="police")
        ).one()
    delete()

    path = Path(environ["DENGSHAO_DATA"]) / "deletions.log"
    told = path.read_bytes()
    assert path.stat().st_mode & 0o777 == 0o600
    assert len(told.splitlines()) == 2, told
    for secret in (tip.lookup.hex(), tip.lookup, tip.reference.encode(), str(tip.id)):
        assert (secret if isinstance(secret, bytes) else secret.encode()) not in told


def test_what_no_disk_took_waits_and_is_written_at_the_next_turn(app, one, delete, caplog):
    config = app.extensions["dengshao"].config
    config.deletions_file.parent.mkdir(exist_ok=True)
    config.deletions_file.mkdir()

    assert delete()["tips"] == 1

    assert "journal of deletions not written: IsADirectoryError" in caplog.text
    with app.app_context():
        assert len(db.reading.scalars(select(RetentionLine)).all()) == 1
    config.deletions_file.rmdir()
    sweep_now(app)
    assert read_journal(config, config.deletions_file)


def test_a_deletion_stands_in_no_journal_where_it_was_rolled_back(app, one, change):
    change(status="closed", is_open=False, expires_on=today())
    with app.app_context():
        assert sweep(db.session)["tips"] == 1
        db.session.rollback()
        assert db.session.scalars(select(RetentionLine.id)).all() == []
