"""The auditor's pages: who did what, whether the log is whole, checkpoints for paper.

Nothing here holds a tip's words or a key. The page of a queue is not in the log, whoever turns it:
it shows covers alone. Each opening of a tip is.
"""

import csv
import io
from datetime import datetime
from typing import Any, Final

from flask import Blueprint, Response, abort, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from ..access.permissions import Act, may
from ..app_state import app_state
from ..audit.chain import read_checkpoint, verify
from ..audit.faults import Checkpoint, Report
from ..audit.log import NOBODY, record
from ..audit.macs import both
from ..db import SHANGHAI, db
from . import words as audit_words
from .forms import FilterForm
from .reading import (
    last_line,
    last_number,
    read_all,
    read_page,
)

bp = Blueprint("audit", __name__, url_prefix="/desk/audit")

PAGE_LINES: Final = 50_000
"""Lines that the page verifies while the auditor waits; a longer log is for the command."""
EXPORT_LINES: Final = 20_000


@bp.get("/")
@may(Act.AUDIT)
def show_log() -> str:
    """Show the log, newest first."""
    return _show()


def _show(error: str = "", report: Report | None = None) -> str:
    form = FilterForm(app_state().district, request.args)
    notice = "" if form.validate() else _("有的筛选条件看不懂，没有用上。")
    before = request.args.get("before", type=int)
    return render_template(
        "auditor/audit.html",
        form=form,
        page=read_page(db.reading, form.wanted(before)),
        is_first=before is None,
        notice=notice,
        error=error,
        report=report,
        verified=last_line(db.reading, "verified"),
        checkpoint=last_line(db.reading, "checkpoint"),
        last=last_number(db.reading),
        say=Sayings(),
    )


class Sayings:
    """Words for a line's codes, made ready once for a page."""

    def __init__(self) -> None:
        district = app_state().district
        # Codes of the district's own lists; the audit log knows no more of them than their ids.
        self._codes = {
            **{row.id: row.zh for row in district.outcomes.values()},
            **{row.id: row.zh for row in district.labels.values()},
            **audit_words.hold_codes(district.holds.reasons),
            **{f"extend_{row.id}": row.zh for row in district.clocks.extension.reasons},
            **audit_words.transfer_codes(district),
            **audit_words.referral_codes(district),
        }
        self._units = {unit.id: unit.zh for unit in district.units.values()}
        self.act = audit_words.act_word
        self.finding = audit_words.finding_words
        self.sm3 = audit_words.sm3_words
        self.failed = audit_words.FAILED.keys()

    def detail(self, detail: str) -> str:
        return audit_words.detail_words(detail, self._codes) if detail else ""

    def unit(self, unit_id: str | None) -> str:
        return self._units.get(unit_id or "", unit_id or "")

    def who(self, by: str) -> str:
        return _("没有登录的人") if by == NOBODY else by

    def moment(self, at: int) -> str:
        return f"{datetime.fromtimestamp(at, SHANGHAI):%Y-%m-%d %H:%M:%S}"


@bp.post("/verify")
@may(Act.AUDIT)
def verify_log() -> str | tuple[str, int]:
    """Walk the whole chain, and hold it against a checkpoint from paper where one was typed."""
    if last_number(db.reading) > PAGE_LINES:
        return _show(_("记录太长，请运维人员用命令核对：dengshao audit verify。")), 422
    try:
        points = [Checkpoint.parse(text)] if (text := request.form.get("checkpoint", "")) else []
    except ValueError:
        return _show(_("核对点不完整。请照纸上抄：行号，再 6 组字符。")), 422
    report = verify(db.reading, both(app_state()), points)
    _record("verified", f"ok {report.last}" if report.is_whole else f"faults {report.last}")
    db.session.commit()
    # This request's read began before that line.
    db.reading.rollback()
    return _show(report=report)


@bp.post("/export.csv")
@may(Act.AUDIT)
def export_log() -> Response | tuple[str, int]:
    """Give the lines that the page is narrowed to as a table for a spreadsheet."""
    form = FilterForm(app_state().district, request.form)
    form.validate()
    lines = read_all(db.reading, form.wanted(), EXPORT_LINES)
    if len(lines) > EXPORT_LINES:
        return _show(_("超过 %(n)s 行。请先缩短日期，再导出。", n=EXPORT_LINES)), 422
    _record("exported", str(len(lines)))
    db.session.commit()
    headers = {"Content-Disposition": "attachment; filename=audit.csv"}
    return Response(_csv(lines), mimetype="text/csv", headers=headers)


def _csv(lines: list[Any]) -> str:
    say, file = Sayings(), io.StringIO()
    writer = csv.writer(file)
    titles = (_("行号"), _("时间"), _("成员"), _("单位"), _("做了什么"), _("线索编号"), _("细节"))
    writer.writerow(titles)
    for line in lines:
        cells = (say.who(line.by), say.unit(line.unit_id), say.act(line.act), line.reference or "")
        row = (line.number, say.moment(line.at), *cells, say.detail(line.detail))
        writer.writerow([_plain_cell(str(cell)) for cell in row])
    # Spreadsheets take a table for UTF-8 only behind this mark.
    return "\ufeff" + file.getvalue()


def _plain_cell(text: str) -> str:
    """Keep a spreadsheet from taking a name for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


@bp.post("/checkpoint")
@may(Act.CHECKPOINT)
def make_checkpoint() -> BaseResponse:
    """Write down that a checkpoint of the last line is printed, and show it."""
    point = read_checkpoint(db.session)
    if point is None:
        abort(404)
    _record("checkpoint", str(point.number))
    db.session.commit()
    return redirect(url_for("audit.show_checkpoint", number=point.number), 303)


@bp.get("/checkpoint/<int:number>")
@may(Act.CHECKPOINT)
def show_checkpoint(number: int) -> str:
    """Show a line's checkpoint, to be printed and signed."""
    point = read_checkpoint(db.reading, number)
    if point is None:
        abort(404)
    day = datetime.now(SHANGHAI).date()
    return render_template("auditor/checkpoint.html", point=point, day=day)


def _record(act: str, detail: str) -> None:
    record(db.session, act, by=g.staff.name, detail=detail)
