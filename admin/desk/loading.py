"""Loads the tip that a page or an act is about, and leads back to its page."""

from typing import NoReturn

from flask import abort, g, redirect, request, url_for
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session
from sqlalchemy.sql.base import ExecutableOption
from werkzeug.wrappers import Response as BaseResponse

from ..access.permissions import not_there
from ..db import db
from ..models import Tip
from ..vault.key_change.transfers import has_left
from ..vault.readers import shown_to
from .services import expect_version


class TipLeft(Exception):
    """The tip went from the member's unit to another one since their page was made."""


def own_tip(session: Session, reference: str, *options: ExecutableOption) -> Tip:
    """Load a tip of the member's unit; another unit's is as unknown as one that never was.

    So is one in which the member has a part.
    """
    query = select(Tip).where(*_own(reference)).options(*options)
    return session.scalars(query).one_or_none() or not_here(session, reference)


def locked_tip(reference: str) -> Tip:
    """Load a tip of the unit, which no other writer changes until this request has committed."""
    found = select(Tip).where(*_own(reference))
    tip = db.session.scalars(found.with_for_update(of=Tip)).one_or_none()
    return tip or not_here(db.session, reference)


def not_here(session: Session, reference: str) -> NoReturn:
    """Tell who passed a tip on where it is; to all others it is as unknown as none."""
    if has_left(session, reference.upper(), g.staff.unit_id, g.staff.member_id):
        raise TipLeft(reference.upper())
    not_there(reference)


def _own(reference: str) -> tuple[ColumnElement[bool], ...]:
    own = Tip.unit_id == g.staff.unit_id
    return Tip.reference == reference.upper(), own, shown_to(g.staff.member_id)


def tip_as_seen(reference: str) -> Tip:
    """Load a tip to change it, provided that it still is as the member's page showed it."""
    tip = own_tip(db.session, reference)
    version = request.form.get("version", type=int)
    if version is None:
        abort(400)
    expect_version(tip, version)
    return tip


def back_to(reference: str) -> BaseResponse:
    # Not asked of the tip: after the commit that would be a query, under the writers' lock.
    return redirect(url_for("desk.show_tip", reference=reference.upper()), code=303)
