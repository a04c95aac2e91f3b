"""SM3 beside SHA-256 in the audit log: each chain finds what was done to the other.

The attacker here is one for whom SHA-256, or SM3, is no hindrance any more: they have that one key.
"""

import threading

import pytest
from alembic import command
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from sqlalchemy import select, text, update

from admin import create_app
from admin.app_state import app_state
from admin.audit import chain, macs
from admin.audit.chain import verify
from admin.audit.log import END, record
from admin.audit.macs import FIRST_MAC, EndMark, NoSm3, both
from admin.auditor.words import finding_words, sm3_words
from admin.db import db
from admin.migrate import alembic_config, migrate_within
from admin.models import AuditEvent, Setting

from .test_log import change, log, replace_mark, without_triggers  # noqa: F401

# The two examples of GB/T 32905-2016, annex A.
STANDARD = {
    b"abc": "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0",
    b"abcd" * 16: "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732",
}


@pytest.mark.parametrize("words", STANDARD, ids=["example 1", "example 2"])
def test_sm3_is_the_one_of_the_standard(words):
    digest = hashes.Hash(hashes.SM3())
    digest.update(words)

    assert digest.finalize().hex() == STANDARD[words]


def test_a_mac_by_sm3_is_the_hmac_over_the_standards_function():
    def sm3(data):
        digest = hashes.Hash(hashes.SM3())
        digest.update(data)
        return digest.finalize()

    key, data = b"k" * 32, "一行".encode()
    inner, outer = (bytes(byte ^ pad for byte in key.ljust(64, b"\0")) for pad in (0x36, 0x5C))

    assert macs.sm3_hmac(key, data) == sm3(outer + sm3(inner + data))


def found(session):
    session.rollback()
    report = verify(session, both(app_state()))
    return [(one.fault.value, one.number, *one.by_macs) for one in report.findings]


def forge(session, one):
    """Change the tenth line, and write one of the two chains and its end anew with its key."""
    pair, column = both(app_state()), ("mac", "sm3")[one]
    before = FIRST_MAC
    for line in session.scalars(select(AuditEvent).order_by(AuditEvent.number)).all():
        line.by = "eve" if line.number == 10 else line.by
        before = pair[one].of(line, line.number, before)
        setattr(line, column, before)
    mark = EndMark.parse(session.scalar(select(Setting.value).where(Setting.name == END)))
    ends = [mark.sha256, mark.sm3]
    ends[one] = pair[one].end(mark.number, before, mark.sm3_from)
    replace_mark(session, str(EndMark(mark.number, ends[0], mark.sm3_from, ends[1])))


@pytest.mark.parametrize(("broken", "finds"), [(0, "SM3"), (1, "SHA-256")])
def test_who_can_forge_one_chain_is_found_by_the_other_and_it_is_named(log, broken, finds):  # noqa: F811
    without_triggers(log)
    forge(log, broken)
    log.commit()

    assert found(log) == [("changed", 10, finds)]
    (finding,) = verify(log, both(app_state())).findings
    assert finding_words(finding) == f"第 10 行（eve：打开了线索）：被改过（{finds} 对不上）。"


TAKEN = {
    "of one line": (
        lambda s: change(s, 10, sm3=None),
        [("changed", 10, "SM3"), ("unproved", 11, "SM3")],
    ),
    "of the last line": (
        lambda s: change(s, 40, sm3=None),
        [("changed", 40, "SM3"), ("end_mark", 40, "SM3")],
    ),
    "of all": (
        lambda s: s.execute(update(AuditEvent).values(sm3=None)),
        [("no_sm3", 1)],
    ),
    "of all, and out of the end mark": (
        lambda s: (
            s.execute(update(AuditEvent).values(sm3=None)),
            replace_mark(s, " ".join(mark_of(s).split(" ")[:2])),
        ),
        [("end_mark", 40, "SHA-256")],
    ),
}


def mark_of(session):
    return session.scalar(select(Setting.value).where(Setting.name == END))


@pytest.mark.parametrize("what", TAKEN)
def test_macs_by_sm3_cant_be_taken_away_unseen(log, what):  # noqa: F811
    take, expected = TAKEN[what]
    without_triggers(log)
    take(log)
    log.commit()

    assert found(log) == expected


def bring(session, revision):
    """Bring the store to a revision within the session's own transaction."""
    config, connection = alembic_config(), session.connection()
    config.attributes["connection"] = connection
    if revision == "0020":
        migrate_within(connection, revision)
    else:
        command.downgrade(config, revision)
    session.commit()


def as_before_sm3(session, count):
    """A log as the program of the nineteenth revision wrote it."""
    by_sha256, _sm3 = both(app_state())
    before = FIRST_MAC
    for number in range(1, count + 1):
        line = AuditEvent(number=number, at=number, act="opened", by="ada", detail="own")
        before = by_sha256.of(line, number, before)
        session.execute(
            text(
                "INSERT INTO audit_event (number, at, act, by, detail, mac)"
                f" VALUES ({number}, {number}, 'opened', 'ada', 'own', '{before}')"
            )
        )
    mark = f"{count} {by_sha256.end(count, before, None)}"
    session.execute(
        text("INSERT INTO setting (name, value) VALUES (:n, :v)"), {"n": END, "v": mark}
    )
    session.commit()


@pytest.fixture
def grown(session):
    """A log that was ten lines long when SM3 came, and got five more."""
    bring(session, "0019")
    as_before_sm3(session, 10)
    bring(session, "0020")
    assert found(session) == []
    for _ in range(5):
        record(session, "opened", by="bo")
    session.commit()
    return session


def test_a_log_of_before_is_whole_with_the_new_program_and_goes_on_with_both(session):
    bring(session, "0019")
    as_before_sm3(session, 10)
    bring(session, "0020")
    report = verify(session, both(app_state()))
    assert (report.is_whole, report.sm3_from) == (True, None)
    assert "还没有开始" in sm3_words(report)

    record(session, "opened", by="bo")
    record(session, "opened", by="bo")
    session.commit()

    report = verify(session, both(app_state()))
    assert (report.is_whole, report.sm3_from) == (True, 11)
    assert sm3_words(report) == "SHA-256 从第 1 行起，SM3 从第 11 行起。"


GROWN = {
    "an old line": (lambda s: change(s, 5, by="eve"), [("changed", 5, "SHA-256")]),
    "a new line": (lambda s: change(s, 12, by="eve"), [("changed", 12, "SHA-256", "SM3")]),
    "the line on which SM3 hangs": (
        lambda s: change(s, 10, mac="f" * 64),
        [("changed", 10, "SHA-256"), ("unproved", 11, "SHA-256"), ("changed", 11, "SM3")],
    ),
    "the first with SM3": (
        lambda s: change(s, 11, sm3=None),
        [("removed", 11, "SM3")],
    ),
    "all SM3": (lambda s: s.execute(update(AuditEvent).values(sm3=None)), [("no_sm3", 11)]),
}


@pytest.mark.parametrize("what", GROWN)
def test_in_a_log_that_began_without_sm3_each_chain_judges_what_it_covers(grown, what):
    tamper, expected = GROWN[what]
    without_triggers(grown)
    tamper(grown)
    grown.commit()

    assert sorted(found(grown)) == sorted(expected)


def test_back_in_the_old_form_the_lines_stand_and_forward_again_sm3_begins_anew(grown):
    before = [tuple(row) for row in grown.execute(select(AuditEvent.number, AuditEvent.mac))]
    bring(grown, "0019")
    rows = grown.execute(text("SELECT number, mac FROM audit_event ORDER BY number")).all()
    assert [tuple(row) for row in rows] == sorted(before)
    # The old program writes its own end mark with its next line. Until then this one finds what
    # without the keys can't be undone: that SM3 was there.
    bring(grown, "0020")
    assert found(grown) == [("no_sm3", 11)]
    last = sorted(before)[-1]
    replace_mark(grown, f"{last[0]} {both(app_state())[0].end(*last, None)}")
    grown.commit()
    assert found(grown) == []

    record(grown, "opened", by="bo")
    grown.commit()

    report = verify(grown, both(app_state()))
    assert (report.is_whole, report.sm3_from) == (True, 16)


def test_a_line_that_is_written_meanwhile_is_no_fault(app, log, monkeypatch):  # noqa: F811
    """The end mark is read first: on PostgreSQL each statement saw what was newest by then."""
    read_mark = EndMark.parse

    def write():
        with app.app_context():
            record(db.session, "opened", by="bo")
            db.session.commit()

    def then_write(told):
        monkeypatch.undo()
        writer = threading.Thread(target=write)
        writer.start()
        writer.join()
        return read_mark(told)

    log.rollback()
    monkeypatch.setattr(chain.EndMark, "parse", then_write)

    report = verify(db.reading, both(app_state()))

    assert (report.is_whole, report.lines) == (True, 40)
    assert verify(log, both(app_state())).lines == 41


@pytest.fixture
def without_sm3(monkeypatch):
    """An OpenSSL that was built without it."""

    def refuse(*_arguments):
        raise UnsupportedAlgorithm("no SM3")

    monkeypatch.setattr(macs, "HMAC", refuse)


def test_where_openssl_has_no_sm3_nothing_starts_and_the_sentence_says_why(config, without_sm3):
    with pytest.raises(NoSm3, match="lacks: install the package"):
        create_app(config)


def test_a_line_that_can_have_no_sm3_is_not_written(app, without_sm3):
    with app.app_context():
        with pytest.raises(NoSm3):
            record(db.session, "opened", by="ada")
        db.session.rollback()
        assert db.session.scalars(select(AuditEvent.number)).all() == []
