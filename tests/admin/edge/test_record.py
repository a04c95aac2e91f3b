"""An opening that was brought back: one line of the audit log, with a number and counts in it."""

from datetime import datetime

import pytest
from flask.cli import ScriptInfo
from sqlalchemy import select

from admin.auditor.words import act_word, detail_words
from admin.commands.edge_log import edge_log
from admin.edge.lines import CHINA
from admin.edge.opening import record_text
from admin.edge.request import read_request
from admin.models import AuditEvent

from .test_opening import FORM


@pytest.fixture
def run(app):
    def invoke(path):
        obj = ScriptInfo(create_app=lambda: app)
        return app.test_cli_runner().invoke(edge_log, ["record", str(path)], obj=obj)

    return invoke


def test_a_record_becomes_a_line_without_address_names_or_paper_and_once(
    run, session, tmp_path, app
):
    opened = datetime(2026, 12, 3, 10, 0, tzinfo=CHINA)
    text, record = record_text(read_request(FORM), [], 7, opened)
    path = tmp_path / "opening.json"
    path.write_text(text, "utf-8")

    first, second = run(path), run(path)

    assert (first.exit_code, second.exit_code) == (0, 1)
    assert "已经登记过" in second.output
    (line,) = session.scalars(select(AuditEvent).filter_by(act="edge_log_opened"))
    assert line.detail == f"opening={record.number} hours=0 lines=7 sum={record.sum}"
    with app.test_request_context():
        assert act_word(line.act) == "登记了持有人打开网络日志"
        told = f"打开记录 {record.number}，0 个小时，7 行，校验值 {record.sum}"
        assert detail_words(line.detail, {}) == told


def test_a_record_that_was_changed_is_not_entered(run, session, tmp_path):
    text, _ = record_text(read_request(FORM), [], 7, datetime(2026, 12, 3, tzinfo=CHINA))
    path = tmp_path / "opening.json"
    path.write_text(text.replace('"lines": 7', '"lines": 6'), "utf-8")

    done = run(path)

    assert done.exit_code == 1
    assert "校验值对不上" in done.output
    assert not session.scalar(select(AuditEvent).filter_by(act="edge_log_opened"))
