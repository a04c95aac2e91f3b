"""A tip that was taken up, and a member who refers it."""

import pytest
from sqlalchemy import select

from admin.db import db
from admin.models import UnitKey
from admin.tip.status import TipStatus
from tests.admin.desk.transfer.passing import Passer

from .referring import Referrer


@pytest.fixture
def passer(app, units):
    with app.app_context():
        keys = {row.unit_id: str(row.id) for row in db.reading.scalars(select(UnitKey))}
    return Passer(units, keys)


@pytest.fixture
def drugs(sign_in):
    return sign_in("drugs-1")


@pytest.fixture
def referrer(units):
    return Referrer(units)


@pytest.fixture
def accepted(make_tip, change, fresh):
    """Make a tip of the police that was taken up."""

    def made(**values):
        tip = make_tip(**values)
        change(tip, status=TipStatus.ACCEPTED)
        return fresh(tip)

    return made
