"""A page from before the unit's renewal sends nothing that the one who left could still open."""

import pytest
from sqlalchemy import func, select

from admin.db import db
from admin.models import Message, Note, UnitKey


@pytest.fixture
def key_of(app):
    def read(unit_id):
        with app.app_context():
            query = select(UnitKey.id).filter_by(unit_id=unit_id, retired_on=None)
            return str(db.reading.scalars(query).one())

    return read


def count(app, table):
    with app.app_context():
        return db.reading.execute(select(func.count()).select_from(table)).scalar_one()


def test_words_sealed_to_the_key_in_use_are_taken(app, desk, tip, message, key_of):
    answer = desk.post(tip, "messages", **message, key=key_of("police"))

    assert answer.status_code == 303
    assert count(app, Message) == 1


@pytest.mark.table
@pytest.mark.parametrize("act", ["messages", "notes"])
@pytest.mark.parametrize("key", ["1", "", "undefined", "drugs"])
def test_words_sealed_to_another_key_are_sent_back(app, desk, tip, message, key_of, act, key):
    named = key_of(key) if key == "drugs" else key

    answer = desk.post(tip, act, **message, key=named)

    assert answer.status_code == 423
    assert "刚换了新密钥" in answer.json["error"]
    assert (count(app, Message), count(app, Note)) == (0, 0)
