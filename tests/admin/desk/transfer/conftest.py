"""A member who passes tips on, and those who get them."""

import pytest
from sqlalchemy import func, select

from admin.db import db
from admin.models import KeyGrant, TransferFile, UnitKey

from .passing import Passer


@pytest.fixture
def passer(app, units):
    with app.app_context():
        keys = {row.unit_id: str(row.id) for row in db.reading.scalars(select(UnitKey))}
    return Passer(units, keys)


@pytest.fixture
def drugs(sign_in):
    return sign_in("drugs-1")


@pytest.fixture
def passed(passer, desk, tip, fresh):
    """A tip of the police that was passed on to the drugs unit, as it is now."""
    assert passer.pass_on(desk, tip, "drugs").json == {"passed": True}
    return fresh(tip)


@pytest.fixture
def holders(app, units, members):
    """Let the members of the police and of the drugs unit hold their units' keys."""
    with app.app_context():
        keys = {row.unit_id: row.id for row in db.session.scalars(select(UnitKey))}
        for staff in members.values():
            if staff.unit_id in ("police", "drugs"):
                grant = {"unit_key_id": keys[staff.unit_id], "member_id": staff.member_id}
                db.session.add(KeyGrant(**grant, sealed=b"x"))
        db.session.commit()


@pytest.fixture
def kept(app):
    """Count the old files that are kept of transfers."""

    def counted():
        with app.app_context():
            return db.reading.execute(select(func.count()).select_from(TransferFile)).scalar_one()

    return counted
