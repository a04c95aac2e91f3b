"""A holder was shut out at once: where tips for their unit go until its new key is published."""

import pytest
from sqlalchemy import select

from admin.db import db, today
from admin.models import KeyGrant, Tip, UnitKey
from admin.sealing import member
from tests.admin.intake.conftest import LEAST
from tests.support import add_bare_member

ALL = ("police", "drugs", "trade", "supervision", "upper")


@pytest.fixture
def rest(app, units):
    """Shut a holder of each of these units' keys out."""

    def resting(*unit_ids):
        with app.app_context():
            for unit_id in unit_ids:
                key = db.session.scalars(select(UnitKey).filter_by(unit_id=unit_id)).one()
                name = f"gone {unit_id}"
                gone = add_bare_member(db.session, name, unit_id, suspended_on=today())
                db.session.add(KeyGrant(unit_key_id=key.id, member_id=gone.id, sealed=b""))
            db.session.commit()
        app.extensions["dengshao.vault"].units._until = 0.0

    return resting


def where(app):
    with app.app_context():
        return db.reading.scalars(select(Tip.unit_id)).one_or_none()


NO = {"official": "no"}
# Which units rest, what is sent, and which unit then has it; None: it is refused, and nothing lost.
WAYS = {
    "police rest": (["police"], NO, "upper"),
    "drugs rest": (["drugs"], {"category": "B2", **NO}, "police"),
    "drugs rest, and police are excluded": (
        *(["drugs"], {"category": "B2", "exclude": ["bureau"], **NO}, "upper"),
    ),
    "drugs and police rest": (["drugs", "police"], {"category": "B2", **NO}, "upper"),
    "police rest, and an official is part of it": (["police"], {"official": "yes"}, "supervision"),
    "supervision rests": (["supervision"], {"official": "yes"}, "upper"),
    "supervision rests, an exclusion and an unclear official": (
        *(["supervision"], {"official": "unclear", "exclude": ["station"]}, "upper"),
    ),
    "supervision and the one above rest": (["supervision", "upper"], {"official": "yes"}, None),
    "supervision is excluded and the one above rests": (
        *(["upper"], {"official": "yes", "exclude": ["discipline"]}, None),
    ),
    "all rest": (ALL, NO, None),
}


@pytest.mark.table
@pytest.mark.parametrize("name", WAYS)
def test_a_tip_for_a_unit_that_rests_goes_where_its_route_says(app, reporter, rest, name):
    resting, answers, unit = WAYS[name]
    reporter.open_form()
    rest(*resting)

    page = reporter.send(status=200 if unit else 422, **LEAST | answers)

    assert where(app) == unit
    if unit is None:
        assert "没有保存" in page.text or "没有能看" in page.text


def test_the_form_says_who_takes_it_meanwhile_and_offers_all_as_before(reporter, rest):
    before = reporter.open_form().text
    rest("police")
    page = reporter.open_form().text

    assert "「公安承办组」正在换锁，先由「上一级承办组」收。" in page
    assert 'id="stood-in"' not in before
    assert 'value="A4"' in page
    assert "这些事现在没有单位能看" not in page
    assert "is changing its lock" in reporter.open_form("/en/tip/").text


def test_the_sealed_way_stays_open_where_the_one_above_stands_in(reporter, rest):
    rest("supervision")

    page = reporter.open_form("/tip/?official=yes").text

    assert "「监督承办组」正在换锁，先由「上一级承办组」收。" in page
    assert "监督单位现在还不能收" not in page


def test_a_browser_is_told_the_same_and_every_key_it_gets_is_published(client, rest):
    rest("drugs")

    routes, published = client.get("/tip/routes.json").json, client.get("/keys.json").json

    told = {
        name: (unit["resting"], len(unit["recipients"])) for name, unit in routes["units"].items()
    }
    assert told == {name: (name == "drugs", 0 if name == "drugs" else 2) for name in ALL}
    assert routes["stands_in"] is True
    for name, unit in routes["units"].items():
        if unit["recipients"]:
            found = member.fingerprint(name, *unit["recipients"])
            assert {"unit": name, "fingerprint": found} in published["keys"]


def test_a_tip_that_was_sealed_to_the_old_key_a_moment_ago_is_sealed_anew(scripted, rest):
    parcel = scripted.parcel()
    rest("police")

    answer = scripted.post(parcel)

    # No sentence of a false lock: the browser asks for the routes again, and seals once more.
    assert (answer.status_code, answer.json["error"]) == (409, "unit_closed")
