"""Two heads of the police, and the words of a text that the list lets pass."""

import pytest

from admin.access.roles import Staff
from admin.db import db
from tests.support import add_bare_member

TITLE = "示例镇查处拦路收费"
BODY = "2026年下半年，示例镇有人拦路收费。钱已经退还，几个人受了处罚。"


@pytest.fixture
def second_head(app, members, sign_in):
    """Another head of the police beside `police-head`."""
    with app.app_context():
        row = add_bare_member(db.session, "police-head-2", "police", ["reviewer"])
        members[row.name] = Staff(row.id, row.name, row.unit_id, tuple(row.roles))
        db.session.commit()
    return sign_in("police-head-2")


@pytest.fixture
def head(sign_in):
    return sign_in("police-head")
