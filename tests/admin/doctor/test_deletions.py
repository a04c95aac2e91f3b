"""What the doctor says of the journal of deletions: a table, and journals that lie there."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import delete, insert, select

from admin.db import db, today
from admin.doctor.deletions import JournalState, check_deletions, look
from admin.doctor.findings import State
from admin.models import RetentionLine, Setting
from admin.vault.retention.deletions import END, note_held, write_out

GOOD, BAD, UNKNOWN = State.GOOD, State.BAD, State.UNKNOWN
NOW, DAY = 1_800_000_000, 86_400
WELL = JournalState(
    is_writable=True,
    is_there=True,
    was_written=True,
    broken_at=None,
    has_last=True,
    unknown=0,
    is_apart=True,
    newest=NOW - 3 * DAY,
    waiting_since=None,
)


@pytest.mark.parametrize(
    ("changes", "state", "told"),
    [
        ({}, GOOD, "最近一笔在 3 天前"),
        ({"newest": NOW}, GOOD, "最近一笔在今天"),
        ({"newest": None, "was_written": False, "is_there": False}, GOOD, "还没有记过"),
        # An old line is no fault by itself: where nothing is deleted, nothing is written.
        ({"newest": NOW - 400 * DAY}, GOOD, "400 天前"),
        ({"is_apart": None}, GOOD, "3 天前"),
        ({"is_apart": False}, UNKNOWN, "同一块盘"),
        ({"is_writable": False}, BAD, "写不进去"),
        ({"is_there": False, "has_last": False}, BAD, "不见了"),
        ({"broken_at": 7}, BAD, "第 7 行"),
        ({"waiting_since": NOW - 7_200}, GOOD, "3 天前"),
        ({"waiting_since": NOW - 7_201}, BAD, "已经等了 2 小时"),
        ({"has_last": False}, UNKNOWN, "不在这一本里"),
        ({"unknown": 2}, BAD, "后面的 2 行，数据库不知道"),
    ],
)
def test_the_journal_is_told_with_what_it_lacks(changes, state, told):
    found = check_deletions(replace(WELL, **changes), now=NOW)

    assert (found.state, bool(found.todo)) == (state, state is not GOOD)
    assert told in found.words


@pytest.fixture
def journal(app, config):
    """A journal with two lines, of holds, as the sweep writes them."""
    for number in (1, 2):
        with app.app_context():
            note_held(db.session, bytes([number]) * 32, today() + timedelta(days=9))
            db.session.commit()
            write_out(db.session)
    return config.deletions_file


def state_of(app, config):
    with app.app_context():
        return look(db.reading, config)


def test_a_journal_as_the_sweep_leaves_it_is_well(app, config, journal):
    found = state_of(app, config)

    assert found == replace(WELL, newest=found.newest, is_apart=found.is_apart)
    assert found.newest is not None


def test_another_nodes_journal_and_a_cut_off_end_show(app, config, journal):
    whole = journal.read_bytes()
    journal.write_bytes(b"".join(whole.splitlines(keepends=True)[:-1]))
    assert not state_of(app, config).has_last

    # The other node writes a line into a file of its own; this one has all of its own lines.
    journal.write_bytes(whole)
    with app.app_context():
        db.session.merge(Setting(name=END, value="0" * 64))
        db.session.commit()
    assert not state_of(app, config).has_last


def test_a_database_of_an_earlier_moment_knows_less_than_its_journal(app, config, journal):
    first = journal.read_text().splitlines()[1].split(" ")[-1]
    with app.app_context():
        db.session.merge(Setting(name=END, value=first))
        db.session.commit()

    found = state_of(app, config)

    assert (found.has_last, found.unknown) == (True, 1)


def test_a_journal_that_is_gone_broken_or_closed_shows(app, config, journal):
    journal.write_bytes(journal.read_bytes().replace(b"2 ", b"3 ", 1))
    assert state_of(app, config).broken_at is not None
    journal.unlink()
    found = state_of(app, config)
    assert (found.is_there, found.was_written, found.is_writable) == (False, True, True)


def test_lines_that_wait_show_and_a_new_house_has_none(app, config):
    with app.app_context():
        db.session.execute(delete(Setting).where(Setting.name == END))
        db.session.commit()
    assert (state_of(app, config).waiting_since, state_of(app, config).has_last) == (None, True)
    with app.app_context():
        row = {"id": 1, "at": NOW, "tag": b"t" * 32, "until": None}
        db.session.execute(insert(RetentionLine).values(row))
        db.session.commit()
        assert db.session.scalars(select(RetentionLine.at)).all() == [NOW]
    assert state_of(app, config).waiting_since == NOW
