"""Tips that staff write down for somebody: what the server takes, from whom, and only once."""

import base64
import json
import re

import pytest
from sqlalchemy import func, select

from admin.db import db
from admin.models import AuditEvent, Member, Tip
from admin.sealing import payload, receipt
from admin.sealing.age import seal
from admin.tip.fields import NAMES
from admin.vault.lane import lane_size


def boxed(data):
    return base64.b64encode(data).decode()


@pytest.fixture
def site_id(app):
    with app.app_context():
        return app.extensions["dengshao"].site_id


@pytest.fixture
def parcel(units, site_id):
    """Seal a tip as enter.js does; gives what is posted, and the receipt's digits."""

    def make(to="police", channel="phone", digits=None, **changes):
        unit = to
        digits = digits or receipt.new_digits()
        keys = receipt.derive(digits, site_id)
        recipients = [units[unit].identity.recipient, units[unit].recovery.recipient]
        reference = payload.new_reference()
        fields = {"category": "A4", "what": "来电的人说，桥头有人收钱。", "place": "桥头"}
        tip = payload.Tip(reference, fields, keys.identity.recipient.text, keys.talk)
        label = payload.Label("A4", "unclear")
        posted = {
            "channel": channel,
            "reference": reference,
            "lookup": keys.lookup.hex(),
            "unit": unit,
            "urgency": "P3",
            "label": boxed(seal(label.to_bytes(), recipients[:1])),
            "sealed": boxed(seal(tip.to_bytes(), recipients)),
        }
        return posted | changes, digits

    return make


@pytest.fixture
def post(desk):
    def posted(content, member=desk, token=None):
        headers = {"Accept": "application/json", "X-CSRFToken": token or member.token()}
        path = "/desk/enter/sealed"
        return member.client.post(path, json=content, headers=headers, base_url=member.base_url)

    return posted


def tips(app):
    with app.app_context():
        return db.session.scalars(select(Tip)).all()


def lines(app):
    with app.app_context():
        found = db.session.scalars(select(AuditEvent).where(AuditEvent.act == "entered")).all()
        return [(line.by, line.unit_id, line.reference, line.detail) for line in found]


@pytest.mark.parametrize("channel", ["phone", "letter", "visit"])
def test_a_tip_is_stored_with_its_channel_and_one_line_in_the_log(app, post, parcel, channel):
    content, _digits = parcel(channel=channel)

    answer = post(content)

    assert (answer.status_code, answer.json) == (200, {"stored": True})
    (tip,) = tips(app)
    assert (tip.channel, tip.unit_id, tip.reference) == (channel, "police", content["reference"])
    assert tip.machine_unit is None
    # The line has a time; the reference beside it would date somebody's call.
    assert lines(app) == [("police-1", "police", None, "")]


def test_the_mailbox_answers_to_the_receipt(app, client, post, parcel):
    content, digits = parcel()
    post(content)

    found = client.post("/mailbox/thread", json={"lookup": content["lookup"]})

    assert found.json["status"] == "received"
    assert digits not in found.text


def test_the_same_tip_again_is_answered_the_same_and_stored_once(app, post, parcel):
    content, _digits = parcel()

    answers = [post(content) for _ in range(3)]

    assert [answer.json for answer in answers] == [{"stored": True}] * 3
    assert len(tips(app)) == len(lines(app)) == 1


def test_other_words_under_the_same_receipt_are_refused(app, post, parcel):
    first, digits = parcel()
    second, _digits = parcel(digits=digits)
    post(first)

    answer = post(second)

    assert (answer.status_code, answer.json["error"]) == (409, "other_words")
    assert [tip.reference for tip in tips(app)] == [first["reference"]]


def test_a_reference_that_is_taken_is_told_so_that_the_browser_takes_another(app, post, parcel):
    first, _digits = parcel()
    second, _digits = parcel(reference=first["reference"])
    post(first)

    answer = post(second)

    assert (answer.status_code, answer.json["error"]) == (409, "reference_taken")


def test_a_tip_for_another_unit_goes_there_and_is_not_the_members_to_open(app, desk, post, parcel):
    content, _digits = parcel(to="supervision", unit="supervision", urgency="P1")
    post(content)

    (tip,) = tips(app)
    assert tip.unit_id == "supervision"
    assert desk.show(tip).status_code == 404
    assert tip.reference not in desk.get().text


WRONG = [
    ({"channel": "form"}, 400),
    ({"channel": "chat"}, 400),
    ({"channel": None}, 400),
    ({"unit": "nobody"}, 409),
    ({"unit": "police", "key": "1"}, 409),
    ({"lookup": "00"}, 400),
    ({"urgency": "P9"}, 400),
    ({"reference": "not one"}, 400),
    ({"sealed": "bm90IGFnZQ=="}, 400),
    ({"sealed": "???"}, 400),
    ({"label": ""}, 400),
]


@pytest.mark.table
@pytest.mark.parametrize(("changes", "status"), WRONG)
def test_what_no_browser_of_ours_sends_is_refused(app, post, parcel, changes, status):
    content, _digits = parcel(**changes)

    assert post(content).status_code == status
    assert tips(app) == []
    assert lines(app) == []


def test_a_clear_body_is_refused_and_its_words_are_nowhere_in_the_answer(app, post):
    answer = post({"channel": "phone", "what": "绰号铁算盘", "place": "x"})

    assert answer.status_code == 400
    assert "铁算盘" not in answer.text


def test_a_stranger_and_a_request_without_the_sessions_token_store_nothing(
    app, visitor, desk, post, parcel
):
    content, _digits = parcel()

    assert visitor.get("/desk/enter/").status_code == 302
    assert post(content, token="forged").status_code == 400
    assert tips(app) == []


ROLES = [
    ("registrar", 200),
    ("analyst", 200),
    ("reviewer", 200),
    ("custodian", 200),
    ("dispatcher", 403),
    ("auditor", 403),
    ("counter", 403),
    ("administrator", 403),
]


@pytest.mark.table
@pytest.mark.parametrize(("role", "status"), ROLES)
def test_only_who_reads_tips_enters_them(app, desk, post, parcel, role, status):
    token = desk.token()
    with app.app_context():
        member = db.session.scalars(select(Member).where(Member.name == "police-1")).one()
        member.roles = [role]
        db.session.commit()
    content, _digits = parcel()

    assert post(content, token=token).status_code == status
    assert desk.get("/desk/enter/").status_code == status
    assert desk.get("/desk/enter/routes.json").status_code == status
    assert len(tips(app)) == (status == 200)


def test_no_flood_is_seen_in_what_staff_enter(app, post, parcel):
    for _ in range(5):
        post(parcel()[0])
    with app.app_context():
        assert lane_size(db.session) == 0
        assert db.session.execute(select(func.count()).select_from(Tip)).scalar_one() == 5


def test_the_routes_are_the_public_forms_own(client, desk):
    public = client.get("/tip/routes.json").json

    assert desk.get("/desk/enter/routes.json").json == json.loads(json.dumps(public))


def test_both_hosts_give_the_published_fingerprints(client, desk):
    assert desk.get("/keys.json").json == client.get("/keys.json").json


def test_the_page_asks_the_public_forms_questions_and_has_no_way_to_send_them_in_clear(
    client, desk
):
    page, public = desk.get("/desk/enter/").text, client.get("/tip/").text
    # What stands in its head are no questions; what is told to staff brings no files yet.
    body = public.partition("<body")[2]
    names = set(re.findall(r'name="([a-z]+)"', body)) - {
        *("token", "page", "website", "contact", "group", "files"),
    }

    form = page.partition('<form id="form"')[2].partition("</form>")[0]
    assert names == NAMES
    assert names <= set(re.findall(r'name="([a-z]+)"', form))
    assert re.match(r"[^>]*\bhidden>", form)
    assert "action=" not in form


def test_a_practice_unit_enters_nothing_real(app, desk, post, parcel):
    token = desk.token()
    content, _digits = parcel()
    with app.app_context():
        member = db.session.scalars(select(Member).where(Member.name == "police-1")).one()
        member.unit_id = "practice"
        db.session.commit()

    assert desk.get("/desk/enter/").status_code == 404
    assert post(content, token=token).status_code == 404
