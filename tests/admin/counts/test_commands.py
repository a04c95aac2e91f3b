"""`dengshao counts check` says what agrees and what does not, and never how large a number is."""

import re

import pytest
from flask.cli import ScriptInfo
from sqlalchemy import insert, update

from admin.commands.counting import counts
from admin.db import db, today
from admin.models import Tally
from admin.tip.counted import month_of
from tests.admin.vault.conftest import new_tip


@pytest.fixture
def check(app):
    def checked():
        return app.test_cli_runner().invoke(
            counts, ["check"], obj=ScriptInfo(create_app=lambda: app)
        )

    return checked


def test_what_was_counted_agrees_and_what_was_changed_by_hand_is_found(app, units, check):
    with app.app_context():
        for _ in range(7):
            new_tip(db.session)
        db.session.close()

    whole = check()
    with app.app_context():
        key = {"family": "accepted", "part": "", "unit_id": "police", "slot": 0}
        db.session.execute(insert(Tally).values(period=month_of(today()), count=4, **key))
        db.session.commit()
    differs = check()

    assert whole.exit_code == 0, whole.output
    assert "收到：对得上（全部）" in whole.output
    assert differs.exit_code == 1
    assert f"受理：对不上（{month_of(today())}）" in differs.output
    assert "没有改任何数" in differs.output
    # Neither seven nor four: what is small is told to nobody.
    for answer in (whole, differs):
        told = answer.output.replace(month_of(today()), "").replace("operating-counts", "")
        assert not re.findall(r"\d", told), told


def test_more_than_is_left_may_be_right_and_less_is_not(app, units, check):
    with app.app_context():
        new_tip(db.session)
        db.session.execute(update(Tally).values(count=5))
        db.session.commit()
    more = check()
    with app.app_context():
        db.session.execute(update(Tally).values(count=0))
        db.session.commit()
    less = check()

    assert more.exit_code == 0
    assert "收到：有的线索已经不在" in more.output
    assert less.exit_code == 1
    assert "收到：对不上" in less.output
