"""Two heads of the police beside the unit's members: a hold takes two people."""

import pytest

from admin.access.roles import Staff
from admin.db import db
from tests.support import add_bare_member


@pytest.fixture
def second_head(app, members):
    """Another head of the police beside `police-head`; gives their name."""
    with app.app_context():
        row = add_bare_member(db.session, "police-head-2", "police", ["reviewer"])
        members[row.name] = Staff(row.id, row.name, row.unit_id, tuple(row.roles))
        db.session.commit()
        return row.name
