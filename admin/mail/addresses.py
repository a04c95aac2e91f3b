"""Where the units' content-free notices go: the administrator's page."""

import re
import time
from typing import Any, Final

from flask import Blueprint, abort, g, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from sqlalchemy import delete, select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse
from wtforms import RadioField, SelectField, StringField
from wtforms.validators import InputRequired, Length, Regexp

from ..access.permissions import Act, may
from ..app_state import app_state
from ..audit.log import record
from ..db import db
from ..district.data import Unit
from ..models import NoticeAddress
from .notices import (
    DAILY,
    DAILY_BODY,
    PAGE,
    SUBJECT,
)
from .outbox import Letter, queue_letter

bp = Blueprint("addresses", __name__, url_prefix="/desk/admin/addresses")

_MAX: Final = 10
"""Addresses of one kind that a unit may have: these letters go out day and night."""
# Only a plain address of one recipient: nothing that could add a header or a second one.
_ADDRESS: Final = re.compile(r"^[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})*$")

_KINDS: Final = {DAILY: _l("每天一封的提醒"), PAGE: _l("危急线索的值班信")}


class TooManyAddresses(Exception):
    """The unit has as many addresses of this kind as it may have."""


class AddressForm(FlaskForm):  # type: ignore[misc]
    """One address of one unit."""

    unit = SelectField(_l("单位"), [InputRequired(_l("请选一个单位。"))])
    kind = RadioField(_l("收哪一种信"), [InputRequired(_l("请选收哪一种信。"))])
    address = StringField(
        _l("邮箱地址"),
        [
            InputRequired(_l("请写邮箱地址。")),
            Length(max=200, message=_l("地址太长。")),
            Regexp(_ADDRESS, message=_l("请写一个邮箱地址，比如 zhiban@example.cn。")),
        ],
    )

    def __init__(self, **values: Any) -> None:
        super().__init__(**values)
        self.unit.choices = [(unit.id, unit.zh) for unit in _units()]
        self.kind.choices = list(_KINDS.items())


@bp.get("/")
@may(Act.ADDRESSES)
def show_addresses() -> BaseResponse | str:
    """List the addresses of all units."""
    return _page(AddressForm(data={"kind": DAILY}))


@bp.post("/add")
@may(Act.ADDRESSES)
def add_address() -> BaseResponse | str | tuple[str, int]:
    """Add an address."""
    form = AddressForm()
    if not form.validate_on_submit():
        return _page(form), 422
    try:
        add(
            db.session,
            form.unit.data,
            kind=form.kind.data,
            address=(form.address.data or "").strip(),
        )
    except TooManyAddresses:
        form.address.errors = [_("这个单位的地址已经够多了。请先去掉一个。")]
        return _page(form), 422
    return _done("address_added", form.unit.data)


@bp.post("/<int:address>/remove")
@may(Act.ADDRESSES)
def remove_address(address: int) -> BaseResponse:
    """Remove an address."""
    row = db.session.get(NoticeAddress, address) or abort(404)
    db.session.execute(delete(NoticeAddress).where(NoticeAddress.id == row.id))
    return _done("address_removed", row.unit_id)


@bp.post("/<int:address>/try")
@may(Act.ADDRESSES)
def try_address(address: int) -> BaseResponse:
    """Queue one letter, as the daily one, to see whether it arrives."""
    row = db.session.get(NoticeAddress, address) or abort(404)
    now = int(time.time())
    letter = Letter(f"try {now} {row.id}", row.address, SUBJECT, DAILY_BODY)
    queue_letter(db.session, letter, now)
    return _done("address_tried", row.unit_id)


def add(session: Session, unit_id: str, *, kind: str, address: str) -> None:
    """Add an address; a no-op where it stands. Raises `TooManyAddresses`. The caller commits."""
    there = session.scalars(
        select(NoticeAddress.address).filter_by(unit_id=unit_id, kind=kind)
    ).all()
    if address in there:
        return
    if len(there) >= _MAX:
        raise TooManyAddresses
    session.add(NoticeAddress(unit_id=unit_id, kind=kind, address=address))
    session.flush()


def _done(act: str, unit_id: str) -> BaseResponse:
    # The unit, never the address.
    record(db.session, act, by=g.staff.name, unit_id=unit_id)
    db.session.commit()
    return redirect(url_for("addresses.show_addresses"), 303)


def _units() -> list[Unit]:
    """Give the units that can be rung: those for practice can't."""
    return [unit for unit in app_state().district.units.values() if not unit.practice]


def _page(form: AddressForm) -> str:
    rows = db.reading.scalars(select(NoticeAddress)).all()
    return render_template(
        "mail/addresses.html",
        form=form,
        units=_units(),
        rows={
            (unit.id, kind): [row for row in rows if (row.unit_id, row.kind) == (unit.id, kind)]
            for unit in _units()
            for kind in (DAILY, PAGE)
        },
        kinds=_KINDS,
        is_sending=bool(app_state().config.smtp_url),
        hour=app_state().config.notice_hour,
        minutes=app_state().config.heartbeat_minutes,
    )
