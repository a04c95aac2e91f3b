"""One thing done to many chosen rows of the queue: first what will happen is shown, then it is."""

from typing import Any, Final

from flask import g, render_template, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from ...access.permissions import (
    Act,
    is_allowed,
    may,
    refuse,
)
from ...app_state import app_state
from ...db import db
from ...models import Member
from ...tip.status import TipStatus
from ...tip.urgency import Urgency
from .. import words
from ..blueprint import Answer, bp
from .bulk import (
    ACT_OF,
    SPAM,
    BadOrder,
    BulkAction,
    Doing,
    Order,
    Problem,
    Result,
    carry_out,
    preview,
    read_chosen,
)
from .listing import PAGE
from .search import read_wanted
from .words import script_words

_MISSING: Final = {
    "tip": _l("请先在队列里选线索，一次最多 50 条。"),
    "bulk_action": _l("请选要做什么。"),
    "to": _l("请选分派给谁。"),
    "label": _l("请选一个标记。"),
    "urgency": _l("请选紧急程度。"),
}
_PROBLEMS: Final = {
    Problem.GONE: _l("这里没有这条线索。"),
    Problem.CHANGED: _l("刚刚有人动过。请回队列看一下，再决定。"),
    Problem.HELD: _l("同事领着，还没有到期。"),
    Problem.NOT_NOW: _l("已经办结或删除，不能这样处理。"),
    Problem.UNLABELLED: _l("专管线索不加标记。"),
    Problem.NOT_TO_THEM: _l("不能分派给这个人：不在本单位，或者不能打开线索。"),
    Problem.SUPERVISORY: _l("专管线索不能成批这样办。请打开它，一条一条办。"),
    Problem.DANGER: _l("可能有人有危险，不能成批结束。请打开它，一条一条办。"),
    Problem.UNREAD: _l("您还没有打开看过，或者后来又有新的话。请先打开看。"),
    Problem.BY_BROWSER: _l("理由要在您的浏览器里加密，没有提。请从队列重新来一次。"),
    Problem.NOBODY: _l("本单位没有第二个人能同意。请先找负责人。"),
    Problem.ALREADY: _l("已经是这样，不用再做。"),
    Problem.NOT_TAKEN: _l("别的单位转来的，还没有接收。请打开它，先接收或者退回。"),
}
DEEDS: Final = {
    BulkAction.CLAIM: _l("领办"),
    BulkAction.ASSIGN: _l("分派"),
    BulkAction.LABEL: _l("加标记"),
    BulkAction.UNLABEL: _l("去标记"),
    BulkAction.URGENCY: _l("改紧急程度"),
    BulkAction.SPAM: _l("提请当垃圾信息办结"),
}


@bp.post("/bulk")
@may(Act.BULK)
def preview_bulk() -> Answer:
    """Show what would happen to each chosen tip, and what can't be done, and why."""
    return _preview(".do_bulk")


@bp.post("/bulk/done")
@may(Act.BULK)
def do_bulk() -> Answer:
    """Do it to each, and say which were done."""
    return _carry_out()


@bp.post("/assign")
@may(Act.ASSIGN)
def preview_assigning() -> Answer:
    """Show to whom each chosen tip would go: for who assigns and reads nothing."""
    return _preview(".do_assigning", only=BulkAction.ASSIGN)


@bp.post("/assign/done")
@may(Act.ASSIGN)
def do_assigning() -> Answer:
    return _carry_out(only=BulkAction.ASSIGN)


def _preview(act: str, only: BulkAction | None = None) -> Answer:
    try:
        doing, chosen = _order(only)
    except BadOrder as error:
        return _page(problem=str(_MISSING[str(error)])), 422
    return _page(doing, preview(db.session, chosen, doing), act=act)


def _carry_out(only: BulkAction | None = None) -> Answer:
    try:
        doing, chosen = _order(only)
    except BadOrder as error:
        return _page(problem=str(_MISSING[str(error)])), 422
    return _page(doing, carry_out(db.session, chosen, doing))


def _order(only: BulkAction | None) -> tuple[Doing, Any]:
    district = app_state().district
    chosen = read_chosen(request.form.getlist("tip"), PAGE)
    order = Order.read(request.form, district.labels)
    if only is not None and order.bulk_action is not only:
        raise BadOrder("bulk_action")
    if not is_allowed(ACT_OF[order.bulk_action], g.staff.roles):
        refuse(ACT_OF[order.bulk_action])
    return Doing(order, g.staff, district), chosen


def _page(
    doing: Doing | None = None,
    results: list[Result] | None = None,
    act: str = "",
    problem: str = "",
) -> str:
    """Render the preview, or without `act` what was done."""
    results = results or []
    wanted, _faults = read_wanted(request.form, app_state().district.labels)
    return render_template(
        "desk/queue/bulk.html",
        problem=problem,
        act=act,
        order=doing.order if doing else None,
        title=str(DEEDS[doing.order.bulk_action]) if doing else _("成批处理"),
        good=[row for row in results if row.problem is None],
        bad=[row for row in results if row.problem is not None],
        what={row.chosen.reference: _what(doing, row) for row in results} if doing else {},
        problems=_PROBLEMS,
        wanted=wanted,
        asks=doing is not None and doing.order.bulk_action is BulkAction.SPAM,
        end={"move_to": TipStatus.CLOSED.value, "reason": SPAM},
        script_words=script_words(app_state().district),
    )


def _what(doing: Doing, row: Result) -> str:
    """Say what is done to one tip, from what to what."""
    district, order = doing.district, doing.order
    match order.bulk_action:
        case BulkAction.CLAIM:
            said = _("%(old)s → 您", old=row.holder or _("没人领"))
        case BulkAction.ASSIGN:
            said = f"{row.holder or _('没人领')} → {_name_of(order.to)}"
        case BulkAction.URGENCY:
            said = f"{_level(row.urgency)} → {_level(order.urgency)}"
        case BulkAction.SPAM:
            outcome = district.outcomes[SPAM]
            said = _("提请办结：%(why)s。另一个人看过、同意了才算。", why=outcome.zh)
        case BulkAction.LABEL:
            said = _("加上“%(label)s”", label=district.labels[order.label or ""].zh)
        case BulkAction.UNLABEL:
            said = _("去掉“%(label)s”", label=district.labels[order.label or ""].zh)
    is_leaving = row.is_machine and order.bulk_action not in (BulkAction.LABEL, BulkAction.UNLABEL)
    return f"{said}{_('；移出疑似机器发送') if is_leaving else ''}"


def _level(urgency: Urgency | None) -> str:
    return f"{urgency} {words.URGENCY[urgency]}" if urgency else ""


def _name_of(member_id: int | None) -> str:
    """Name a member of the unit; another's name is not told."""
    member = db.reading.get(Member, member_id)
    return member.name if member and member.unit_id == g.staff.unit_id else "?"
