"""A member who passes tips on, and those who get them."""

import pytest
from sqlalchemy import select

from admin.db import db
from admin.models import UnitKey

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
