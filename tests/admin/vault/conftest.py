import secrets

import pytest
from sqlalchemy import select

from admin.models import UnitKey
from admin.sealing import payload
from admin.tip.urgency import Urgency
from admin.vault.store import SealedTip, store_tip


def new_tip(session):
    """Store a tip of the unit police; gives its id."""
    key = session.scalars(select(UnitKey.id).where(UnitKey.unit_id == "police")).one()
    tip = SealedTip(
        reference=payload.new_reference(),
        lookup=secrets.token_bytes(32),
        unit_id="police",
        unit_key_id=key,
        urgency=Urgency.P3,
        label=b"label",
        sealed=b"sealed",
    )
    tip_id = store_tip(session, tip)
    session.commit()
    return tip_id


@pytest.fixture
def tip_id(session, units):
    return new_tip(session)


@pytest.fixture
def other_id(session, units):
    return new_tip(session)


@pytest.fixture
def unit(session):
    """A unit that renewed its key, with tips that hang on the old one."""
    from tests.admin.vault.key_change.test_resealing import Unit

    return Unit(session)
