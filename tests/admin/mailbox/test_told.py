"""Whoever holds the receipt learns nothing of a legal hold: held and deleted are told alike.

The holder may be the one whom the tip names. Of two tips of one day one is held and one is not.
"""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from admin.db import db, set_today, today
from admin.models import Message, Tip
from admin.tip.status import TipStatus
from admin.vault import store
from admin.vault.expiry import sweep
from admin.vault.retention.told import PURGED_DAYS

ENDED = "withdrawn"


@pytest.fixture(autouse=True)
def true_day_again():
    yield
    set_today(None)


@pytest.fixture
def pair(app, reporter, other_reporter):
    """Two reporters whose tips ended on one day, answered before; the first one's is held."""
    held, free = reporter, other_reporter
    for one in (held, free):
        one.answer("收到了，谢谢。")
        one.move(TipStatus.CLOSED, ENDED, outcome="withdrawn")
    with app.app_context():
        db.session.execute(update(Tip).values(expires_on=today() + timedelta(days=7)))
        db.session.execute(
            update(Tip)
            .where(Tip.id == held.tip_id)
            .values(held_until=today() + timedelta(days=400))
        )
        db.session.commit()
    return held, free


def swept(app, days):
    """Let so many days pass, with a sweep on each of the days that matter."""
    first = today()
    with app.app_context():
        for day in (0, 7, days - 1, days):
            set_today(first + timedelta(days=day))
            sweep(db.session)
            sweep(db.session)
            db.session.commit()


def blanked(text, reporter):
    text = text.replace(reporter.typed, "RECEIPT").replace(reporter.reference, "REF")
    return re.sub(r'(name="token" value|data-draft|"token":)\s*=?"[^"]+"', "", text)


DOORS = ("page", "words", "danger", "withdraw", "thread", "sealed")


@pytest.fixture
def try_door(client):
    """Come with a receipt by one of the doors; gives all that is answered."""

    def tried(reporter, door):
        if door == "page":
            answer = client.post("/mailbox/", data={"receipt": reporter.typed})
        elif door in ("words", "danger", "withdraw"):
            token = re.search(r'name="token" value="([^"]+)"', client.get("/mailbox/").text)[1]
            words = {"words": "还有一句", "confirm": "yes", "token": token}
            answer = client.post(f"/mailbox/{door}", data={"receipt": reporter.typed} | words)
        else:
            lookup = reporter.keys.lookup.hex()
            answer = client.post("/mailbox/thread", json={"lookup": lookup})
            if door == "sealed":
                letter = {"lookup": lookup, "number": 2, "kind": "danger", "digest": "0" * 64}
                more = {"sealed": "", "token": answer.json["token"]}
                answer = client.post("/mailbox/sealed", json=letter | more)
        return answer.status_code, len(answer.data), blanked(answer.text, reporter)

    return tried


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("days", [7, 8, 7 + PURGED_DAYS - 1, 7 + PURGED_DAYS, 399])
def test_from_its_day_on_a_held_tip_is_told_of_by_every_door_as_a_deleted_one(
    app, pair, try_door, door, days
):
    held, free = pair
    swept(app, days)

    first, second = try_door(held, door), try_door(free, door)

    assert first == second
    with app.app_context():
        rows = dict(db.session.execute(select(Tip.id, Tip.sealed)).all())
        assert rows[held.tip_id]
        assert rows[free.tip_id] is None
        # Nothing was added to what is held, and no act of its reporter moved it.
        assert len(db.session.scalars(select(Message).filter_by(tip_id=held.tip_id)).all()) == 1
        assert db.session.get_one(Tip, held.tip_id).danger_on is None


@pytest.mark.parametrize("door", ["page", "thread"])
@pytest.mark.parametrize("days", [0, 6])
def test_before_its_day_a_held_tip_is_told_of_as_any_other(app, pair, try_door, door, days):
    held, free = pair
    set_today(today() + timedelta(days=days))

    (code, size, page), other = try_door(held, door), try_door(free, door)

    assert (code, size) == other[:2]
    assert "已办结" in page
    assert "收到了，谢谢" in page or door == "thread"


@pytest.mark.parametrize("hour", ["before the sweep", "after the sweep"])
def test_the_day_alone_tells_and_not_the_hour_of_the_sweep(app, pair, try_door, hour):
    held, free = pair
    set_today(today() + timedelta(days=7))
    if hour == "after the sweep":
        with app.app_context():
            assert sweep(db.session)["tips"] == 1
            db.session.commit()

    assert try_door(held, "page") == try_door(free, "page")


def test_the_words_say_truly_that_the_law_may_keep_them_and_never_that_it_does(app, pair, try_door):
    held, free = pair
    swept(app, 7)

    for one in (held, free):
        page = try_door(one, "page")[2]
        assert "已过保存期，内容已删除" in page
        assert "按规定要留的除外" in page
        assert not re.search("保全|立案|案件", page.partition("<main")[2])


def test_a_form_that_comes_again_meets_no_words_of_what_is_held(app, pair):
    held, free = pair
    with app.app_context():
        lookups = dict(db.session.execute(select(Tip.id, Tip.lookup)).all())
    swept(app, 7)

    for one in (held, free):
        lookup = lookups[one.tip_id]
        with app.test_request_context("/tip/sent", method="POST"):
            assert store.find_stored(db.session, lookup, b"-") == store.StoredTip(False, False)
        with app.app_context():
            assert store.standing(db.session, lookup) == store.Standing(False, True)
            assert store.find_tip(db.session, lookup).status is TipStatus.PURGED
            assert store.find_tip(db.session, lookup).sealed is None


def test_what_was_merged_into_an_open_case_is_still_spoken_with(app, pair, try_door):
    """Its words stay because its case is open, as everybody is told: it is no hold."""
    held, free = pair
    with app.app_context():
        db.session.execute(
            update(Tip)
            .where(Tip.id == free.tip_id)
            .values(is_open=True, status="accepted", expires_on=None)
        )
        db.session.execute(
            update(Tip)
            .where(Tip.id == held.tip_id)
            .values(held_until=None, merged_into_id=free.tip_id)
        )
        db.session.commit()
    set_today(today() + timedelta(days=30))

    assert "收到了，谢谢" in try_door(held, "page")[2]
