"""The practice unit: invented tips that no other unit, count or notice ever meets."""

import pytest
import yaml
from sqlalchemy import func, select

from admin.config import ROOT
from admin.db import db, today
from admin.models import AuditEvent, Member, Note, Tally, Tip, UnitKey
from admin.sealing import age, member, payload
from admin.tip.routing import Circumstances, choose_unit


@pytest.fixture
def practice_key(app, units):
    """The practice unit's key, and a member of it."""
    identity, recovery = age.HybridIdentity.generate(), age.HybridIdentity.generate()
    keys = identity.recipient.text, recovery.recipient.text
    with app.app_context():
        fingerprint = member.fingerprint("practice", *keys)
        db.session.add(
            UnitKey(
                unit_id="practice",
                recipient=keys[0],
                recovery=keys[1],
                fingerprint=fingerprint,
                roster_mac="",
                made_on=today(),
            )
        )
        db.session.commit()
    return identity


@pytest.fixture
def trainee(app, members, sign_in):
    with app.app_context():
        db.session.get_one(Member, members["police-2"].member_id).unit_id = "practice"
        db.session.commit()
    return sign_in("police-2")


def press(desk, act):
    fields = {"csrf_token": desk.token()}
    return desk.client.post(f"/desk/practice/{act}", data=fields, base_url=desk.base_url)


def samples():
    return yaml.safe_load((ROOT / "content/data/practice.yml").read_text("utf-8"))["items"]


def test_a_trainee_fills_the_queue_with_tips_that_open_with_the_practice_key(
    app, practice_key, trainee
):
    page = press(trainee, "fill")

    assert page.status_code == 200
    with app.app_context():
        rows = db.session.execute(select(Tip.unit_id, Tip.reference, Tip.sealed)).all()
    assert {row.unit_id for row in rows} == {"practice"}
    opened = [payload.Tip.parse(age.open_sealed(row.sealed, [practice_key])) for row in rows]
    assert {tip.fields["what"] for tip in opened} == {one["fields"]["what"] for one in samples()}
    assert all(row.reference in page.text for row in rows)


def test_a_practice_receipt_opens_the_mailbox(app, client, practice_key, trainee):
    page = press(trainee, "fill").text
    receipt = page.split("<code>")[1].split("</code>")[0]

    answer = client.post("/mailbox/", data={"receipt": receipt})

    assert "已收到" in answer.text


def test_clearing_removes_practice_tips_alone_and_leaves_the_audit(
    app, practice_key, trainee, make_tip
):
    real = make_tip()
    press(trainee, "fill")
    with app.app_context():
        tip_id = db.session.scalars(select(Tip.id).where(Tip.unit_id == "practice")).first()
        note = {"kind": "note", "by": "police-2", "written_at": 1, "sealed": b"x"}
        db.session.add(Note(tip_id=tip_id, number=1, **note))
        db.session.commit()

    assert press(trainee, "clear").status_code == 303

    with app.app_context():
        assert list(db.session.scalars(select(Tip.reference))) == [real.reference]
        assert db.session.scalar(select(func.count()).select_from(Note)) == 0
        acts = list(db.session.scalars(select(AuditEvent.act)))
    assert "practice_filled" in acts
    assert "practice_cleared" in acts


def test_without_a_key_nothing_is_stored_and_the_page_says_what_to_do(app, trainee):
    page = press(trainee, "fill")

    assert page.status_code == 409
    assert "练习组还没有密钥" in page.text
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Tip)) == 0


@pytest.mark.parametrize("act", ["fill", "clear"])
def test_no_other_unit_is_ever_filled_or_cleared(app, desk, tip, act):
    assert press(desk, act).status_code == 404
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Tip)) == 1


def test_no_tip_of_the_form_goes_to_the_practice_unit(app):
    district = app.extensions["dengshao"].district
    offices = [office for office in district.offices.values() if office.unit]
    for category in district.categories:
        for exclude in [(), *[(office.id,) for office in offices], tuple(o.id for o in offices)]:
            facts = Circumstances(category, "no", exclude, "now", "no")
            assert choose_unit(district, facts, set(district.units)) != "practice"


@pytest.mark.parametrize("act", ["fill", "clear"])
def test_a_unit_that_was_counted_is_not_cleared_for_being_marked(app, practice_key, trainee, act):
    with app.app_context():
        key = {"family": "received", "part": "form", "unit_id": "practice", "slot": 0}
        db.session.add(Tally(period="2026-11", count=1, **key))
        db.session.commit()

    assert press(trainee, act).status_code == 404
