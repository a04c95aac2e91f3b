"""Ties a tip to another of the same event, unties them, and merges a duplicate."""

from collections.abc import Callable
from functools import partial

from flask import abort, g, request
from flask_babel import gettext as _
from sqlalchemy import select

from ...access.permissions import Act, may
from ...db import db
from ...models import Tip
from ...renewal.guard import standings
from ...vault.readers import shown_to
from ..answers import refused
from ..blueprint import Answer, bp
from ..loading import back_to, not_here
from ..seconding import merge_or_ask
from ..services import ChangedMeanwhile, expect_version
from .forms import OtherTipForm, ReasonForm
from .links import link, unlink
from .tip_links import lock_tips

Tie = Callable[..., None]


@bp.post("/tips/<string:reference>/links")
@may(Act.LINK)
def link_tip(reference: str) -> Answer:
    """Tie a tip to another of the unit."""
    return _tie(reference, link)


@bp.post("/tips/<string:reference>/links/remove")
@may(Act.LINK)
def unlink_tip(reference: str) -> Answer:
    """Undo such a tie."""
    return _tie(reference, unlink)


@bp.post("/tips/<string:reference>/merge")
@may(Act.MERGE)
def merge_tip(reference: str) -> Answer:
    """End a tip as a duplicate of another, or of the tip into which that one was merged."""
    reason = ReasonForm()
    if not reason.validate_on_submit():
        return refused(reason)
    return _tie(reference, partial(merge_or_ask, reason=reason.end_reason()), to_head=True)


def _tie(reference: str, act: Tie, *, to_head: bool = False) -> Answer:
    form = OtherTipForm()
    if not form.validate_on_submit():
        return refused(form)
    pair = _pair_as_seen(reference, form.other.data or "", to_head=to_head)
    if pair is None:
        form.other.errors = [_("本单位没有这个编号的线索。请核对编号。")]
        return refused(form)

    act(db.session, *pair, actor=g.staff)
    db.session.commit()
    standings().forget()
    return back_to(reference)


def _pair_as_seen(reference: str, other: str, *, to_head: bool) -> tuple[Tip, Tip] | None:
    """Lock the page's tip, as its page showed it, and another of the unit; None without that."""
    version = request.form.get("version", type=int)
    if version is None:
        abort(400)
    found = {
        row.reference: row
        for row in db.session.execute(
            select(Tip.id, Tip.reference, Tip.merged_into_id).where(
                Tip.unit_id == g.staff.unit_id,
                Tip.reference.in_({reference.upper(), other}),
                shown_to(g.staff.member_id),
            )
        )
    }
    mine, theirs = found.get(reference.upper()), found.get(other)
    if mine is None:
        not_here(db.session, reference)
    if theirs is None:
        return None
    wanted = (to_head and theirs.merged_into_id) or theirs.id
    locked = lock_tips(db.session, {mine.id, wanted})
    if locked[wanted].unit_id != g.staff.unit_id:
        # A colleague passed it on at this moment.
        return None
    expect_version(locked[mine.id], version)
    if to_head and locked[wanted].merged_into_id is not None:
        raise ChangedMeanwhile
    return locked[mine.id], locked[wanted]
