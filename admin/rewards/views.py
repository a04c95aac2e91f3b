"""The paying office's page: a typed code gives its sum, once, and nothing else.

The office's browser makes the hash of what is typed: no code comes here. The office sees no list,
no other code, no tip.
"""

import re
import secrets
from datetime import datetime, time
from typing import Final

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from ..access.permissions import Act, may
from ..audit.log import record
from ..db import SHANGHAI, db, today
from ..models import AuditEvent
from . import book
from .book import Found, State

bp = Blueprint("rewards", __name__, url_prefix="/desk/paying")

Answer = str | tuple[str, int] | BaseResponse

MOST_WRONG: Final = 20
"""Wrong codes that one member may type in a day: nobody finds one by trying, or keeps at it."""
_KEY: Final = re.compile(r"[0-9a-f]{64}")
_MARK: Final = re.compile(r"[0-9a-f]{32}")
_SLIP: Final = re.compile(rf"[0-9a-f]{{{book.SLIP}}}")
_WRONG: Final = "reward_unknown"
_TOO_MANY: Final = _l("今天输错的太多了，明天再试。不是您输的，请告诉系统管理员。")


@bp.get("/")
@may(Act.PAY)
def show_paying() -> Answer:
    """Ask for a code; after a restore, first for what was paid since the backup."""
    return _page()


@bp.post("/check")
@may(Act.PAY)
def check_code() -> Answer:
    """Tell how a code stands, and its sum where it is good."""
    key = _sent(_KEY, "listed")
    if key is None:
        return _page(problem=_("没有收到领取码。请刷新这一页，再输一次。")), 422
    if _has_tried_enough(db.session):
        return _page(problem=str(_TOO_MANY)), 429
    found = book.look_up(db.session, key)
    _note(_WRONG if found.state is State.UNKNOWN else "reward_checked")
    db.session.commit()
    return _page(found, key=key, mark=secrets.token_hex(16))


@bp.post("/paid")
@may(Act.PAY)
def strike_out() -> Answer:
    """Strike a code out, before the money is handed over; of two counters one does."""
    key, mark = _sent(_KEY, "listed"), _sent(_MARK, "mark")
    if key is None or mark is None:
        return _page(problem=_("没有收到领取码。请刷新这一页，再输一次。")), 422
    if _has_tried_enough(db.session):
        return _page(problem=str(_TOO_MANY)), 429
    found = book.strike_out(db.session, key, mark)
    is_paid = found.state is State.GOOD
    # A page that is loaded anew presses once more: what was paid once is noted once.
    if found.is_new or found.state is State.UNKNOWN:
        _note("reward_paid" if found.is_new else _WRONG)
        db.session.commit()
    else:
        db.session.rollback()
    return _page(found, key=key, is_paid=is_paid), 200 if is_paid else 409


@bp.post("/resume")
@may(Act.PAY)
def resume() -> Answer:
    """Strike out what was paid since the backup that was restored, and pay again."""
    slips = re.split(r"[\s,，、;；]+", request.form.get("slips", "").strip().lower())
    slips = [slip for slip in slips if slip]
    if any(not _SLIP.fullmatch(slip) for slip in slips):
        return _page(problem=_("核销号是 12 位，只有数字和 a 到 f。请对着台账再看一遍。")), 422
    if request.form.get("sure") != "y":
        return _page(problem=_("请先勾上：台账对完了。")), 422
    book.resume(db.session, slips, secrets.token_bytes(16))
    _note("reward_resumed")
    db.session.commit()
    return redirect(url_for(".show_paying"), 303)


def _sent(form: re.Pattern[str], name: str) -> bytes | None:
    text = request.form.get(name, "")
    return bytes.fromhex(text) if form.fullmatch(text) else None


def _note(act: str) -> None:
    record(db.session, act, by=g.staff.name)


def _has_tried_enough(session: Session) -> bool:
    """Tell by the log whether this member typed too many wrong codes today."""
    since = int(datetime.combine(today(), time(), SHANGHAI).timestamp())
    wrong = AuditEvent.by == g.staff.name, AuditEvent.act == _WRONG, AuditEvent.at >= since
    count = select(func.count()).select_from(AuditEvent).where(*wrong)
    return session.execute(count).scalar_one() >= MOST_WRONG


def _page(
    found: Found | None = None,
    *,
    key: bytes = b"",
    mark: str = "",
    is_paid: bool = False,
    problem: str = "",
) -> str:
    return render_template(
        "rewards/paying.html",
        found=found,
        key=key.hex(),
        mark=mark,
        is_paid=is_paid,
        slip=book.slip_of(key),
        is_stopped=book.is_stopped(db.session),
        lost=book.lost_slips(db.session),
        problem=problem,
    )
