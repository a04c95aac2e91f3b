"""The audit log: what is written, that it only grows, and that its chain names what was done to it.

An attacker with the rights of the database takes the triggers away first; one with the server's key
writes the whole log anew.
"""

import re
import threading

import pytest
from flask.cli import ScriptInfo
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import DBAPIError

from admin.app_state import app_state
from admin.audit import chain as audit_chain
from admin.audit.chain import read_checkpoint, verify
from admin.audit.faults import Checkpoint, Fault, Finding, Report
from admin.audit.log import (
    END,
    announce,
    is_reference,
    record,
    record_at_commit,
)
from admin.audit.macs import FIRST_MAC, EndMark, both, sha256, sm3
from admin.commands.people import audit as command
from admin.db import db
from admin.models import AuditEvent, Setting

LINES = 40


@pytest.fixture
def log(session):
    """A log of forty lines of three members."""
    for number in range(LINES):
        record(session, "opened", by=f"m{number % 3}", unit_id="police", detail="own")
    session.commit()
    return session


def judge(session, *checkpoints):
    """What the walk finds: kind, number, and the number that belongs to it."""
    session.rollback()
    findings = verify(session, both(app_state()), checkpoints).findings
    # What is done to a line's words or place, both chains find: a test that means one says so.
    on_paper = {Fault.CHECKPOINT} | ({Fault.CUT} if checkpoints else set())
    assert all(len(found.by_macs) == 2 for found in findings if found.fault not in on_paper)
    return [(found.fault.value, found.number, found.also) for found in findings]


def without_triggers(session):
    """What an owner of the database does first."""
    if session.get_bind().dialect.name == "sqlite":
        for verb in ("update", "delete"):
            session.execute(text(f"DROP TRIGGER audit_event_no_{verb}"))
    else:
        session.execute(text("ALTER TABLE audit_event DISABLE TRIGGER ALL"))


def change(session, line, /, **values):
    session.execute(update(AuditEvent).where(AuditEvent.number == line).values(**values))


def remove(session, *numbers):
    session.execute(delete(AuditEvent).where(AuditEvent.number.in_(numbers)))


def shift_from(session, first, by):
    """Move the numbers of all later lines, from the end that keeps them apart."""
    query = select(AuditEvent.number).where(AuditEvent.number >= first)
    for number in sorted(session.scalars(query), reverse=by > 0):
        change(session, number, number=number + by)


def insert(session, number, like):
    row = session.execute(
        text(
            "INSERT INTO audit_event (number, at, act, by, unit_id, reference, detail, mac, sm3) "
            "SELECT :number, at, act, 'eve', unit_id, reference, detail, mac, sm3 FROM audit_event "
            "WHERE number = :like"
        ),
        {"number": number, "like": like},
    )
    assert row.rowcount == 1


def insert_between(session):
    shift_from(session, 10, 1)
    insert(session, 10, like=9)


def remove_and_close(session):
    remove(session, 10)
    shift_from(session, 11, -1)


def swap(session, one, other):
    for old, new in ((one, 10_000), (other, one), (10_000, other)):
        change(session, old, number=new)


def replace_mark(session, value):
    session.execute(update(Setting).where(Setting.name == END).values(value=value))


TAMPERED = {
    "a changed name": (lambda s: change(s, 10, by="eve"), [("changed", 10, 0)]),
    "a changed time": (lambda s: change(s, 10, at=1), [("changed", 10, 0)]),
    "a changed reason": (lambda s: change(s, 10, detail="review"), [("changed", 10, 0)]),
    "changed MACs": (
        lambda s: change(s, 10, mac="f" * 64, sm3="f" * 64),
        [("changed", 10, 0), ("unproved", 11, 0)],
    ),
    "the first line changed": (lambda s: change(s, 1, by="eve"), [("changed", 1, 0)]),
    "the last line changed": (lambda s: change(s, LINES, by="eve"), [("changed", LINES, 0)]),
    "two lines changed": (
        lambda s: (change(s, 10, by="eve"), change(s, 20, act="refused")),
        [("changed", 10, 0), ("changed", 20, 0)],
    ),
    "a line removed": (lambda s: remove(s, 10), [("removed", 10, 10)]),
    "the last but one removed": (
        lambda s: remove(s, LINES - 1),
        [("removed", LINES - 1, LINES - 1)],
    ),
    "the last two but one removed": (
        lambda s: remove(s, LINES - 2, LINES - 1),
        [("removed", LINES - 2, LINES - 1)],
    ),
    "all but the last removed": (
        lambda s: remove(s, *range(1, LINES)),
        [("removed", 1, LINES - 1)],
    ),
    "lines removed": (lambda s: remove(s, *range(10, 31)), [("removed", 10, 30)]),
    "the first lines removed": (lambda s: remove(s, 1, 2, 3), [("removed", 1, 3)]),
    "a line removed and the numbers closed": (remove_and_close, [("removed", 10, 10)]),
    "a line inserted": (insert_between, [("inserted", 10, 0)]),
    "a line appended": (lambda s: insert(s, LINES + 1, like=9), [("inserted", LINES + 1, 0)]),
    "a line put before the first": (lambda s: insert(s, 0, like=9), [("inserted", 0, 0)]),
    "neighbours swapped": (lambda s: swap(s, 10, 11), [("moved", 11, 10)]),
    "lines swapped": (lambda s: swap(s, 10, 20), [("moved", 10, 20), ("moved", 20, 10)]),
    "the tail cut off": (lambda s: remove(s, *range(31, LINES + 1)), [("cut", 31, LINES)]),
    "the end mark removed": (
        lambda s: s.execute(delete(Setting).where(Setting.name == END)),
        [("end_mark", LINES, 0)],
    ),
    "the tail cut off and the mark set back without the key": (
        lambda s: (remove(s, *range(31, LINES + 1)), replace_mark(s, f"30 {'a' * 64}")),
        [("end_mark", 30, 0)],
    ),
    "a line changed where one was removed": (
        lambda s: (remove(s, 10), change(s, 12, by="eve")),
        [("removed", 10, 10), ("changed", 11, 0), ("unproved", 12, 0)],
    ),
    "all of it at once": (
        lambda s: (change(s, 5, by="eve"), remove(s, 15), swap(s, 25, 26)),
        [("changed", 5, 0), ("removed", 15, 15), ("moved", 26, 25)],
    ),
}


@pytest.mark.parametrize("name", TAMPERED)
def test_what_was_done_to_the_log_is_named(log, name):
    tamper, expected = TAMPERED[name]
    assert judge(log) == []

    without_triggers(log)
    tamper(log)
    log.commit()

    assert judge(log) == expected


# All that a line tells; the numbers and the codes themselves are moved in TAMPERED.
TOLD = sorted({*AuditEvent.__table__.columns.keys()} - {"number", "mac", "sm3"})
OTHER = {"at": 1, "detail": "review", "reference": "ABCDE-FGHJK"}


@pytest.mark.parametrize("column", TOLD)
def test_no_column_of_a_line_can_be_changed_or_emptied_unseen(log, column):
    before = log.scalar(select(getattr(AuditEvent, column)).where(AuditEvent.number == 10))
    without_triggers(log)
    change(log, 10, **{column: OTHER.get(column, "eve")})
    if column in ("unit_id", "reference"):
        # No unit, and a unit without a name, are two things.
        change(log, 20, **{column: "" if before is None else None})
    log.commit()

    expected = [("changed", 10, 0), ("changed", 20, 0)]
    assert judge(log) == expected[: 2 if column in ("unit_id", "reference") else 1]


def test_a_long_log_is_walked_in_batches_and_a_fault_on_their_edge_is_named(log, monkeypatch):
    monkeypatch.setattr(audit_chain, "BATCH", 7)
    monkeypatch.setattr(audit_chain, "WINDOW", 5)
    assert judge(log) == []
    without_triggers(log)
    change(log, 7, by="eve")
    remove(log, 21)
    log.commit()

    assert judge(log) == [("changed", 7, 0), ("removed", 21, 21)]


def write_anew(session, *, by):
    """What who holds the server's keys can do: change a line and all MACs after it."""
    by_sha256, by_sm3 = both(app_state())
    first = second = FIRST_MAC
    for line in session.scalars(select(AuditEvent).order_by(AuditEvent.number)).all():
        line.by = by if line.number == 10 else line.by
        first = line.mac = by_sha256.of(line, line.number, first)
        second = line.sm3 = by_sm3.of(line, line.number, second)
        session.flush()
    mark = EndMark.of((by_sha256, by_sm3), line.number, (first, second), 1)
    replace_mark(session, str(mark))


def test_a_log_written_anew_with_the_servers_key_is_found_by_the_paper_alone(log):
    early, late = read_checkpoint(log, 9), read_checkpoint(log)
    assert judge(log, early, late) == []
    without_triggers(log)
    write_anew(log, by="eve")
    log.commit()

    assert judge(log) == []
    assert judge(log, early) == []
    assert judge(log, late) == [("checkpoint", LINES, 0)]


def test_a_log_set_back_with_its_old_end_mark_is_found_by_the_paper_alone(log):
    mark = log.scalar(select(Setting.value).where(Setting.name == END))
    record(log, "opened", by="m1")
    log.commit()
    point = read_checkpoint(log)
    without_triggers(log)
    remove(log, LINES + 1)
    replace_mark(log, mark)
    log.commit()

    assert judge(log) == []
    assert judge(log, point) == [("cut", LINES + 1, LINES + 1)]


def test_a_log_under_another_key_stops_the_walk_and_ends(log):
    log.rollback()

    report = verify(log, (sha256(b"other" * 8), sm3(b"other" * 8)))

    assert not report.is_whole
    assert report.lines == LINES


@pytest.mark.parametrize(("faults", "stops"), [(199, False), (200, True), (201, True)])
def test_the_walk_stops_at_the_two_hundredth_fault(faults, stops):
    report = Report(findings=[Finding(Fault.CHANGED, 1)] * faults)

    assert report.is_stopped is stops
    assert not report.is_whole
    assert Report().is_whole


def test_an_empty_log_is_whole_unless_its_end_mark_says_that_there_was_one(log):
    without_triggers(log)
    remove(log, *range(1, LINES + 1))
    log.commit()
    assert judge(log) == [("cut", 1, LINES)]

    log.execute(delete(Setting).where(Setting.name == END))
    log.commit()

    assert judge(log) == []


CHANGES = ["UPDATE audit_event SET by = 'x'", "DELETE FROM audit_event", "TRUNCATE audit_event"]


@pytest.mark.parametrize("change", CHANGES)
def test_the_database_lets_no_code_of_ours_change_a_line(log, change, database):
    if change.startswith("TRUNCATE") and database == "sqlite":
        pytest.skip("SQLite has no TRUNCATE")

    with pytest.raises(DBAPIError, match="append-only"):
        log.execute(text(change))

    assert judge(log) == []


def test_writers_at_once_leave_no_gap_and_no_fork(app):
    start = threading.Barrier(4)

    def write(name):
        with app.app_context():
            start.wait()
            for turn in range(12):
                record(db.session, "opened", by=name, detail=str(turn))
                if turn % 4 == 3:
                    db.session.rollback()
                else:
                    db.session.commit()

    threads = [threading.Thread(target=write, args=(f"m{number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with app.app_context():
        numbers = db.session.scalars(select(AuditEvent.number).order_by(AuditEvent.number)).all()
        assert numbers == list(range(1, 4 * 9 + 1))
        assert judge(db.session) == []


def acts(session):
    return list(session.scalars(select(AuditEvent.act).order_by(AuditEvent.number)))


def test_a_line_for_the_commit_is_written_with_it_and_lost_with_a_rollback(session):
    record_at_commit(session, "acted", by="ada")
    session.execute(select(1))
    assert acts(session) == []
    session.commit()
    assert acts(session) == ["acted"]

    session.execute(select(1))
    record_at_commit(session, "acted", by="ada")
    session.rollback()
    session.commit()

    assert acts(session) == ["acted"]


def test_a_line_told_in_a_savepoint_goes_with_it(session):
    record_at_commit(session, "kept", by="ada")
    with session.begin_nested() as savepoint:
        record_at_commit(session, "lost", by="ada")
        savepoint.rollback()
    with session.begin_nested():
        record_at_commit(session, "kept_too", by="ada")
    session.commit()

    assert acts(session) == ["kept", "kept_too"]


def test_an_act_that_left_a_line_of_its_own_gets_no_second_one(session):
    announce(session, "claim", by="ada")
    record(session, "opened", by="ada")
    session.commit()
    announce(session, "label", by="ada")
    session.commit()
    session.commit()

    assert acts(session) == ["opened", "label"]


@pytest.mark.parametrize("typed", ["张三李-四王五赵六", "", "ABCDE-1234", "ILOUX-12345", None])
def test_nothing_typed_but_a_reference_is_kept_as_one(typed):
    assert not is_reference(typed)
    assert is_reference("ABCDE-12345")


NO_CHECKPOINTS = ["", "12", "x 7f3a 7f3a 7f3a 7f3a 7f3a 7f3a", "12 7f3a 7f3a", "12 " + "zzzz " * 6]


@pytest.mark.parametrize(
    "typed", [*NO_CHECKPOINTS, "12 " + "7f3a " * 7, "9" * 19 + " " + "7f3a" * 6]
)
def test_a_checkpoint_that_is_none_is_refused(typed):
    with pytest.raises(ValueError, match="not a checkpoint"):
        Checkpoint.parse(typed)


@pytest.mark.parametrize("form", ["{} {}", "{} 2026-11-24 {}", "  {}.{} ", "{}-{}", "{}\n{}"])
def test_a_checkpoint_is_read_as_people_copy_it(form):
    point = Checkpoint(4821, "7f3a91c0" * 3)

    typed = form.format(point.number, "7F3A 91C0 7f3a-91c0 7f3a 91c0")

    assert Checkpoint.parse(typed) == point == Checkpoint.parse(str(point))


@pytest.fixture
def run(app):
    """Run `dengshao audit`."""

    def run_command(*arguments):
        obj = ScriptInfo(create_app=lambda: app)
        return app.test_cli_runner().invoke(command, arguments, obj=obj)

    return run_command


def test_the_command_says_that_the_log_is_whole_and_leaves_a_line(log, run):
    result = run("verify")

    assert result.exit_code == 0
    assert "审计记录完整：共 40 行，最后是第 40 行。" in result.output
    assert acts(log)[-1] == "verified"


def test_the_command_names_a_changed_line_and_ends_with_a_fault(log, run):
    without_triggers(log)
    change(log, 10, by="eve")
    log.commit()

    result = run("verify")

    assert result.exit_code == 1
    assert "第 10 行（eve：打开了线索）：被改过（SHA-256、SM3 对不上）。" in result.output
    assert "马上告诉安全审计员" in result.output


def test_a_printed_checkpoint_is_compared_by_the_command(log, run):
    printed = run("checkpoint").output
    typed = re.search('--checkpoint "([^"]+)"', printed)[1]
    assert "行号：40" in printed
    assert run("verify", "--checkpoint", typed).exit_code == 0

    wrong = run("verify", "--checkpoint", "40" + typed[2:-1] + ("0" if typed[-1] != "0" else "1"))

    assert wrong.exit_code == 1
    assert "第 40 行（m0：打开了线索）：和纸上的核对点不一样" in wrong.output
    assert "照纸上抄" in run("verify", "--checkpoint", "40").output
