"""What the desk answers to its own scripts when something can't be done."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from flask import Blueprint, Response, g, jsonify, redirect, request, url_for
from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.wrappers import Response as BaseResponse

from ..db import db
from ..members.countersign import NobodyToAsk
from ..members.ending_requests import NobodyHere, NotRead
from ..models import Decision
from ..vault.key_change.transfers import NotTaken
from ..vault.readers import NotCleared
from ..vault.store import NumberTaken
from . import words
from .holds.services import NoOtherHead, Outdated, OwnRequest
from .loading import TipLeft, own_tip
from .queue.assigning import NotToThem
from .referral.services import NotAccepted, StillHere, TooMany, WrongStep
from .seconding import NoReason
from .services import (
    ChangedMeanwhile,
    ClaimedByOther,
    KeptOnly,
    MoveNotAllowed,
    StillOut,
    WrongReason,
)
from .tip.labels import Unlabelled
from .tip.links import (
    HasDuplicates,
    SameTip,
    StillMerged,
)
from .words import STATUS, actor_word, event_word

# However two members come to act at once, on either database, it ends in one of these.
_FIRST_WINS: tuple[type[Exception], ...] = (
    ChangedMeanwhile,
    ClaimedByOther,
    NumberTaken,
    StaleDataError,
    IntegrityError,
)
_NOT_NOW: dict[type[Exception], Any] = {
    MoveNotAllowed: _l("这条线索现在不能这样处理。请刷新页面。"),
    KeptOnly: _l("过了删除日，只因保全留着：举报人已看到内容已删除，不能再办、再问。"),
    StillOut: _l("还有转给外单位的材料没有结果。请先记下退回、结果，或者不再等，再作决定。"),
    NotAccepted: _l("先受理，才能转给外单位。"),
    StillHere: _l("给这个机关的材料已经做好一份，还没有送出。请先送出，或者作废。"),
    TooMany: _l("这条线索转出的材料太多了，不能再做。"),
    WrongStep: _l("这份材料现在不能这样记。请刷新页面。"),
    WrongReason: _l("这条线索现在不能这样处理。请刷新页面。"),
    NobodyToAsk: _l("专管线索这样办，要上一级的另一位负责人同意。那里还没有，请先找系统管理员。"),
    NoOtherHead: _l("本单位没有另一位负责人可以同意。请让不是负责人的同事来提。"),
    OwnRequest: _l("您自己提的，要另一位负责人来答。"),
    Outdated: _l("提的时候和现在不一样了，不能同意。请答不同意，让对方再提。"),
    NobodyHere: _l(
        "这样结束，要本单位另一个人看过、同意。现在没有第二个人：请加一个成员，或者转给别的单位办。"
    ),
    NoReason: _l("请写明为什么这样结束。内容会加密，只有本单位的人看得到。"),
    NotToThem: _l("不能分派给这个人：不在本单位，或者不能打开这条线索。请另选一个人。"),
    Unlabelled: _l("专管线索不加标记。请不要在别处写明它是什么事。"),
    SameTip: _l("两条是同一条，或者已经并在一起了。请写另一条的编号。"),
    HasDuplicates: _l("已经有线索并入这一条。请打开那一条，反过来并。"),
    StillMerged: _l("两条并在一起，不能取消关联。要分开，请重新办理并入的那一条。"),
    NotRead: _l("您还没有看过，或者后来又有新的话。请先打开看，再办。"),
    NotTaken: _l("这条是别的单位转来的。请先接收，或者退回，再办别的。"),
}
EVENTS = 5


def init_answers(bp: Blueprint) -> None:
    """Turn what services refuse into sentences; the request's teardown rolls back."""
    for refusal in _FIRST_WINS:
        bp.register_error_handler(refusal, lambda _error: conflict())
    bp.register_error_handler(NotCleared, not_cleared)
    for refusal, sentence in _NOT_NOW.items():
        bp.register_error_handler(refusal, partial(not_now, sentence))
    bp.register_error_handler(TipLeft, tip_left)


def not_cleared(_error: Exception) -> tuple[Response, int]:
    """Answer who would open a tip before having said to have no part in it."""
    return jsonify(error=_("请先回线索那一页，答有没有关系，再打开。"), errors={}), 422


def refused(form: FlaskForm) -> tuple[Response, int]:
    """Answer a form that needs mending: each field with its sentences."""
    errors = {name: [str(word) for word in words] for name, words in form.errors.items() if name}
    return jsonify(error=_("有几处需要改一下。"), errors=errors), 422


def not_now(sentence: LazyString, _error: Exception) -> tuple[Response, int]:
    """Answer an act that does not fit where the tip stands.

    Where a colleague's act is what it does not fit, that act is told: an act that asks for no
    version (a note, a label) fitted when its page was made; and one that does may have met its
    version and then, on PostgreSQL, have read what a colleague did in the moment between.
    """
    if "reference" in (request.view_args or {}):
        try:
            state = _state_now()
        except TipLeft:
            return _left()
        # What no form holds tells its version apart.
        seen = g.get("seen_version", request.form.get("version", type=int))
        if seen != state["version"]:
            return _told(state)
    return jsonify(error=str(sentence), errors={}), 422


def tip_left(error: Exception) -> tuple[Response, int] | BaseResponse:
    """Tell who comes from an older page that the tip is at another unit by now."""
    db.session.rollback()
    if request.method == "GET" and request.accept_mimetypes.best != "application/json":
        return redirect(url_for("desk.show_transfers", gone=str(error)))
    return _left()


def _left() -> tuple[Response, int]:
    sentence = _("这条线索刚到了别的单位。您写的字还在，要留请先复制。")
    return jsonify(error=sentence, errors={}), 410


def conflict() -> tuple[Response, int]:
    """Tell the second of two members what the first did; the page keeps what was typed."""
    try:
        return _told(_state_now())
    except TipLeft:
        return _left()


def _told(state: dict[str, Any]) -> tuple[Response, int]:
    sentence = _("刚刚有人动过这条线索。您写的字还在，看过之后可以再按一次。")
    return jsonify(error=sentence, **state), 409


def _state_now() -> dict[str, Any]:
    # This request's read began before the other's commit and would still show what was.
    db.reading.rollback()
    return current_state(db.reading, (request.view_args or {})["reference"].upper())


def current_state(session: Session, reference: str) -> dict[str, Any]:
    """Read where a tip stands now, and the last acts that led there, newest first."""
    tip = own_tip(session, reference)
    events = session.scalars(
        select(Decision)
        .where(Decision.tip_id == tip.id)
        .order_by(Decision.step.desc())
        .limit(EVENTS)
    )
    return {
        "version": tip.version,
        "status": str(STATUS[tip.status]),
        "claimed_by": tip.claimed_by.name if tip.claimed_by else None,
        "events": [_event(decision) for decision in _since_it_came(events.all())],
    }


def _since_it_came(newest_first: Sequence[Decision]) -> Sequence[Decision]:
    """Leave out what another unit did with the tip: its page tells it with more care."""
    came_at = words.came_at(newest_first)
    return [decision for decision in newest_first if decision.step >= came_at]


def _event(decision: Decision) -> dict[str, Any]:
    moved = decision.old is not decision.new
    return {
        "step": decision.step,
        "by": actor_word(decision.by),
        "what": event_word(decision),
        "status": str(STATUS[decision.new]) if moved else "",
        "day": decision.decided_on.isoformat(),
    }
