"""Without scripts, too, no row tells by its length to whom a tip went, or what it brought."""

from itertools import product

import pytest
from sqlalchemy import text

from admin.db import db

CATEGORIES = {"police": "A1", "drugs": "B1", "trade": "D"}
LENGTHS = text("SELECT unit_id, length(sealed), length(label), length(marks) FROM tip")


@pytest.fixture
def database_url(sqlite_url):
    """One database is enough: bytes are bytes."""
    return sqlite_url


def test_every_first_tip_has_a_row_of_one_length(app, reporter):
    words = ("一", "字" * 1200)
    for category, official, contact, what in product(
        CATEGORIES.values(), ("yes", "no", "unclear"), ("", "微信号铁算盘七三九"), words
    ):
        reporter.tip(category=category, official=official, contact=contact, what=what)
    reporter.tip(category="B1", official="yes", exclude=["discipline"])

    with app.app_context():
        rows = db.reading.execute(LENGTHS).all()
    assert {row.unit_id for row in rows} == {*CATEGORIES, "supervision", "upper"}
    assert len(rows) == 37
    assert len({tuple(row)[1:] for row in rows}) == 1
