"""The auditor's pages and the counter's, as they are asked for over HTTP."""

import csv
import io
import re
from datetime import datetime, timedelta

import pytest
from sqlalchemy import delete, text, update

from admin.audit import log as audit
from admin.audit.log import record
from admin.auditor import reading as audit_reading
from admin.auditor import views as audit_views
from admin.auditor.reading import Wanted
from admin.auditor.words import (
    ACT,
    DONE,
    FAILED,
)
from admin.config import ROOT
from admin.db import SHANGHAI, db, today
from admin.models import AuditEvent, DutyShift, Member
from tests.support import desk_client

# A Monday, at noon and at three in the night, in Shanghai.
NOON = int(datetime(2026, 11, 23, 12, tzinfo=SHANGHAI).timestamp())
NIGHT = NOON - 9 * 3_600


@pytest.fixture
def member(app):
    """Add a member of one role; gives their id."""

    def add(name, role, unit_id=None):
        values = {"recipient": "age1pq1", "salt": b"s" * 16, "auth_hash": b"h" * 32}
        with app.app_context():
            row = Member(
                name=name,
                roles=[role],
                unit_id=unit_id,
                made_on=today(),
                sealed_identity=b"",
                **values,
            )
            db.session.add(row)
            db.session.commit()
            return row.id

    return add


@pytest.fixture
def auditor(app, member):
    return desk_client(app).enter(member("auditor", "auditor"))


@pytest.fixture
def write(app, monkeypatch):
    """Write lines into the log, each a tuple of act, member, reference, detail."""

    def written(*lines, at=NOON):
        monkeypatch.setattr(audit, "now", lambda: at)
        with app.app_context():
            for act, by, reference, detail in lines:
                record(db.session, act, by=by, unit_id="police", reference=reference, detail=detail)
            db.session.commit()

    return written


def rows(page):
    """The lines that a page shows: number and reference."""
    return [int(number) for number in re.findall(r'audit__number">(\d+)<', page.text)]


def opened(count, by="ada", detail="own"):
    return [("opened", by, f"AAAAA-{number:05}", detail) for number in range(count)]


def test_the_log_is_shown_newest_first_and_paged_without_loss(auditor, write):
    write(*opened(120))

    first = auditor.get("/desk/audit/")
    second = auditor.get(re.search(r'rel="next" href="([^"]+)"', first.text)[1])
    third = auditor.get(re.search(r'rel="next" href="([^"]+)"', second.text)[1])

    assert rows(first) + rows(second) + rows(third) == list(range(120, 0, -1))
    assert 'rel="next"' not in third.text


NARROWED = {
    "by=bo": [2, 4],
    "act=refused": [4],
    "kind=failed": [3, 4],
    "reference=aaaaa-00002": [2],
    "unit=police": [1, 2, 3, 4],
    "unit=drugs": [],
    "first=2026-11-24": [],
    "last=2026-11-22": [],
    "first=2026-01-01&last=2026-01-01": [],
    "last=2026-11-23": [1, 2, 3, 4],
    "first=2026-11-23": [1, 2, 3, 4],
    "kind=marked": [2],
    "by=bo&act=opened": [2],
}


@pytest.mark.parametrize("query", NARROWED)
def test_the_log_is_narrowed(auditor, write, query):
    write(
        ("opened", "ada", "AAAAA-00001", "own"),
        ("opened", "bo", "AAAAA-00002", "unsaid"),
        ("sign_in_failed", "-", None, ""),
        ("refused", "bo", None, "open GET"),
    )

    page = auditor.get(f"/desk/audit/?{query}")

    assert [number for number in rows(page) if number <= 4] == NARROWED[query][::-1]


INDEX_OF = {
    "unit_id": (Wanted(unit_id="drugs"), "ix_audit_event_unit_id"),
    "act": (Wanted(act="refused"), "ix_audit_event_act"),
    "failed": (Wanted(kind="failed"), "ix_audit_event_act"),
    "by": (Wanted(by="bo"), "ix_audit_event_by"),
    "reference": (Wanted(reference="AAAAA-00001"), "ix_audit_event_reference"),
}


def test_what_is_rare_in_a_long_log_is_found_by_an_index(app, write):
    write(*[("opened", "ada", f"BBBBB-{number:05}", "own") for number in range(2_000)])
    with app.app_context():
        if db.engine.dialect.name == "postgresql":
            db.session.execute(text("ANALYZE audit_event"))
        plans = {name: plan_of(wanted) for name, (wanted, _) in INDEX_OF.items()}

    for name, (_, index) in INDEX_OF.items():
        assert index in plans[name], (name, plans[name])


def plan_of(wanted):
    statement = audit_reading.page_statement(db.session, wanted)
    compiled = statement.compile(db.engine, compile_kwargs={"literal_binds": True})
    explain = "EXPLAIN QUERY PLAN" if db.engine.dialect.name == "sqlite" else "EXPLAIN"
    return "\n".join(str(row) for row in db.session.execute(text(f"{explain} {compiled}")))


def test_the_words_say_what_was_done_and_why_it_is_marked(auditor, write):
    write(
        ("opened", "ada", "AAAAA-00001", "unsaid"),
        ("refused", "bo", None, "decide POST"),
        ("sign_in_failed", "-", None, ""),
    )

    page = auditor.get("/desk/audit/").text

    assert "打开同事领办的线索，没有说明原因" in page
    assert "没有权限，被拒绝" in page
    assert "作出决定，提交" in page
    assert "没有登录的人" in page
    assert "公安承办组" in page


def test_who_is_on_duty_may_open_tips_at_night(app, auditor, write, member):
    ada = member("ada", "analyst", "police")
    write(("opened", "ada", "AAAAA-00001", "own"), at=NIGHT)
    assert "夜里打开线索" in auditor.get("/desk/audit/").text

    with app.app_context():
        day = datetime.fromtimestamp(NIGHT, SHANGHAI).date() - timedelta(days=1)
        db.session.add(DutyShift(unit_id="police", day=day, member_id=ada))
        db.session.commit()

    assert "夜里打开线索" not in auditor.get("/desk/audit/").text


def without_triggers(session):
    if session.get_bind().dialect.name == "sqlite":
        for verb in ("update", "delete"):
            session.execute(text(f"DROP TRIGGER audit_event_no_{verb}"))
    else:
        session.execute(text("ALTER TABLE audit_event DISABLE TRIGGER ALL"))


@pytest.mark.table
@pytest.mark.parametrize("query", ["reference=x", "first=never", "kind=all", "unit=mars"])
def test_a_filter_that_can_not_be_read_narrows_nothing_and_says_so(auditor, write, query):
    write(*opened(3))

    page = auditor.get(f"/desk/audit/?{query}")

    assert rows(page) == [3, 2, 1]
    assert "有的筛选条件看不懂" in page.text


def post(auditor, path, **fields):
    return auditor.post(path, data={"csrf_token": auditor.token(), **fields})


def test_marked_lines_are_found_however_far_back_they_lie(auditor, write, monkeypatch):
    monkeypatch.setattr(audit_reading, "SCAN", 20)
    write(("opened", "ada", "AAAAA-00001", "unsaid"), *opened(30, by="bo", detail="triage"))

    page = auditor.get("/desk/audit/?kind=marked&by=ada")
    assert rows(page) == [1]
    seen, path = [], "/desk/audit/?kind=marked"
    while path:
        page = auditor.get(path.replace("&amp;", "&"))
        seen += [number for number in rows(page) if number == 1]
        found = re.search(r'rel="next" href="([^"]+)"', page.text)
        path = found and found[1]

    assert seen == [1]


def test_the_page_verifies_the_log_and_writes_down_that_it_did(auditor, write):
    write(*opened(5))

    page = post(auditor, "/desk/audit/verify")

    assert "记录完整：共 5 行，都对得上。" in page.text
    assert rows(page)[0] == 6
    assert "核对了整个记录" in page.text
    assert "上次核对：" in auditor.get("/desk/audit/").text


def test_the_page_names_a_changed_line(app, auditor, write):
    write(*opened(9))
    with app.app_context():
        without_triggers(db.session)
        db.session.execute(update(AuditEvent).where(AuditEvent.number == 7).values(by="eve"))
        db.session.execute(delete(AuditEvent).where(AuditEvent.number == 1))
        db.session.commit()

    page = post(auditor, "/desk/audit/verify")

    assert "第 1 行：少了行（SHA-256、SM3 对不上）。" in page.text
    assert "第 7 行（eve：打开了线索）：被改过（SHA-256、SM3 对不上）。" in page.text
    assert "有不对的" in auditor.get("/desk/audit/").text


def test_a_log_too_long_for_the_page_is_left_to_the_command(auditor, write, monkeypatch):
    monkeypatch.setattr(audit_views, "PAGE_LINES", 4)
    write(*opened(5))

    page = post(auditor, "/desk/audit/verify")

    assert page.status_code == 422
    assert "dengshao audit verify" in page.text


def test_a_printed_checkpoint_is_compared_on_the_page(auditor, write):
    write(*opened(5))
    answer = post(auditor, "/desk/audit/checkpoint")
    assert answer.location == "/desk/audit/checkpoint/5"
    paper = auditor.get(answer.location).text
    code = re.search(r'id="checkpoint-code">([0-9a-f ]+)<', paper)[1]

    right = post(auditor, "/desk/audit/verify", checkpoint=f"5 {code}")
    wrong = post(auditor, "/desk/audit/verify", checkpoint=f"5 {code[::-1]}")
    short = post(auditor, "/desk/audit/verify", checkpoint="5 7f3a")

    assert "都对得上" in right.text
    assert "和纸上的核对点不一样" in wrong.text
    assert short.status_code == 422
    assert "核对点不完整" in short.text


def test_an_empty_log_has_no_checkpoint(auditor):
    assert post(auditor, "/desk/audit/checkpoint").status_code == 404
    assert auditor.get("/desk/audit/checkpoint/1").status_code == 404


def test_the_export_is_a_table_of_what_was_asked_for_and_stands_in_the_log(app, auditor, write):
    write(("opened", "=cmd", "AAAAA-00001", "unsaid"), ("opened", "bo", "AAAAA-00002", "own"))

    answer = post(auditor, "/desk/audit/export.csv", by="=cmd")

    (titles, row) = csv.reader(io.StringIO(answer.data.decode("utf-8-sig")))
    assert titles[0] == "行号"
    assert row[0] == "1"
    assert row[2:] == ["'=cmd", "公安承办组", "打开了线索", "AAAAA-00001", "没有说明原因"]
    assert "导出了审计记录" in auditor.get("/desk/audit/").text


def test_an_export_that_is_too_long_says_what_to_do(auditor, write, monkeypatch):
    monkeypatch.setattr(audit_views, "EXPORT_LINES", 2)
    write(*opened(3))

    assert "请先缩短日期" in post(auditor, "/desk/audit/export.csv").text


def test_every_code_that_is_written_into_the_log_has_a_word():
    sources = [path.read_text("utf-8") for path in (ROOT / "admin").rglob("*.py")]
    calls = (
        r'(?:record|record_at_commit|_audit|_record)\(\s*(?:db\.session|session)?,?\s*"([a-z_]+)"'
    )
    codes = {code for source in sources for code in re.findall(calls, source)}

    assert len(codes) > 15
    words = {**DONE, **FAILED, **{act.value: word for act, word in ACT.items()}}
    assert codes - set(words) == set()


def test_the_counter_sees_totals_alone(app, member):
    browser = desk_client(app).enter(member("counter", "counter"))

    page = browser.get("/desk/counts/").text

    assert "还没有过完的月" in page
    assert "不到 10 条" in page
    assert not any(unit in page for unit in ("公安承办组", "禁毒承办组", "police"))
