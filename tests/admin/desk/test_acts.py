"""The desk's acts over HTTP: what goes through, and every refusal."""

import base64
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from admin.db import db
from admin.desk import loading
from admin.models import Decision, Message, Tip
from admin.tip.status import TipStatus

ACTS = {
    "claim": {},
    "release": {},
    "decision": {"move_to": "accepted", "reason": "in_scope"},
    "urgency": {"urgency": "P0"},
    "messages": {
        "number": "1",
        "digest": "0" * 64,
        "sealed": base64.b64encode(b"age-encryption.org/v1\nx").decode(),
        "ask": "yes",
    },
}
AGE = b"age-encryption.org/v1\n"
LIMIT = 64 * 1024


@pytest.fixture
def unchanged(app, tip):
    """Check that a refusal left the tip and all that hangs on it as they were."""
    before = _everything(app, tip.id)
    return lambda: _everything(app, tip.id) == before


def _everything(app, tip_id):
    with app.app_context():
        row = db.reading.execute(select(*Tip.__table__.columns).filter_by(id=tip_id)).one()
        decisions = db.reading.scalars(select(Decision.id).filter_by(tip_id=tip_id)).all()
        messages = db.reading.scalars(select(Message.id).filter_by(tip_id=tip_id)).all()
        return tuple(row), sorted(decisions), sorted(messages)


def encoded(data):
    return base64.b64encode(data).decode()


@pytest.mark.parametrize("act", [act for act in ACTS if act != "release"])
def test_an_act_leads_back_to_the_tip_and_stands_in_its_history(desk, tip, fresh, act):
    answer = desk.post(tip, act, **ACTS[act])

    assert answer.status_code == 303
    assert answer.location == f"/desk/tips/{tip.reference}"
    [decision] = fresh(tip).decisions
    assert decision.by == "police-1"


def test_a_claimed_tip_can_be_put_back(desk, tip, fresh):
    desk.post(tip, "claim")
    assert fresh(tip).claimed_by_id == desk.staff.member_id

    assert desk.post(fresh(tip), "release").status_code == 303

    assert fresh(tip).claimed_by_id is None


def test_a_question_is_stored_as_it_came_and_the_reporter_is_waited_for(desk, tip, fresh, message):
    assert desk.post(tip, "messages", **message).status_code == 303

    [stored] = fresh(tip).messages
    assert fresh(tip).status is TipStatus.QUESTION
    assert encoded(stored.sealed) == message["sealed"]
    assert stored.digest == message["digest"]


WRONG_FIELDS = [
    ("decision", {"move_to": ""}, "move_to"),
    ("decision", {"move_to": "question", "reason": "in_scope"}, "move_to"),
    ("decision", {"move_to": "purged", "reason": "in_scope"}, "move_to"),
    ("decision", {"move_to": "x", "reason": "in_scope"}, "move_to"),
    ("decision", {"move_to": "accepted", "reason": ""}, "reason"),
    ("decision", {"move_to": "accepted", "reason": "no-such"}, "reason"),
    ("decision", {"move_to": "accepted", "reason": "civil"}, "reason"),
    ("decision", {"move_to": "closed", "reason": "in_scope"}, "reason"),
    ("urgency", {"urgency": ""}, "urgency"),
    ("urgency", {"urgency": "P4"}, "urgency"),
    ("messages", {"number": "0"}, "number"),
    ("messages", {"number": "one"}, "number"),
    ("messages", {"digest": "0" * 63}, "digest"),
    ("messages", {"digest": "G" * 64}, "digest"),
    ("messages", {"digest": "0" * 64 + "\n"}, "digest"),
    ("messages", {"sealed": ""}, "sealed"),
    ("messages", {"sealed": "not base64!"}, "sealed"),
    ("messages", {"sealed": encoded(AGE + b"x")[:-1]}, "sealed"),
    ("messages", {"sealed": encoded(b"plain words")}, "sealed"),
    ("messages", {"sealed": encoded(AGE + b"x" * (LIMIT - len(AGE) + 1))}, "sealed"),
    ("messages", {"ask": ""}, "ask"),
    ("messages", {"ask": "perhaps"}, "ask"),
]


@pytest.mark.table
@pytest.mark.parametrize(("act", "fields", "named"), WRONG_FIELDS)
def test_a_wrong_field_is_named_with_a_sentence_and_nothing_changes(
    desk, tip, unchanged, act, fields, named
):
    answer = desk.post(tip, act, **(ACTS[act] | fields))

    assert answer.status_code == 422
    assert named in answer.json["errors"]
    assert all(sentence for sentence in answer.json["errors"][named])
    assert unchanged()


def test_words_of_just_the_size_allowed_are_stored(desk, tip):
    sealed = encoded(AGE + b"x" * (LIMIT - len(AGE)))

    assert desk.post(tip, "messages", **(ACTS["messages"] | {"sealed": sealed})).status_code == 303


def test_words_far_too_long_are_not_even_read(desk, tip, unchanged):
    sealed = encoded(AGE + b"x" * (4 * LIMIT))

    answer = desk.post(tip, "messages", **(ACTS["messages"] | {"sealed": sealed}))

    assert answer.status_code == 413
    assert unchanged()


@pytest.mark.table
@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("version", ["", "x", "1.0"])
def test_an_act_without_the_version_seen_is_refused(desk, tip, unchanged, act, version):
    assert desk.post(tip, act, **ACTS[act], version=version).status_code == 400
    assert unchanged()


@pytest.mark.parametrize("act", ACTS)
def test_an_act_on_an_older_version_is_told_and_nothing_changes(desk, tip, unchanged, act):
    answer = desk.post(tip, act, **ACTS[act], version=tip.version + 1)

    assert answer.status_code == 409
    assert answer.json["version"] == tip.version
    assert unchanged()


@pytest.mark.table
@pytest.mark.parametrize("act", ACTS)
def test_another_units_tip_cannot_be_acted_on(sign_in, tip, unchanged, act):
    assert sign_in("drugs-1").post(tip, act, **ACTS[act]).status_code == 404
    assert unchanged()


@pytest.mark.table
@pytest.mark.parametrize("act", ACTS)
def test_an_act_needs_a_sign_in(visitor, tip, unchanged, act):
    page = visitor.get("/desk/sign-in")
    token = page.text.partition('csrf-token" content="')[2].partition('"')[0]

    answer = visitor.post_with(token, tip, act, **ACTS[act], version=tip.version)

    assert answer.status_code == 401
    assert unchanged()


@pytest.mark.table
@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("token", ["", "forged"])
def test_an_act_needs_the_sessions_token(desk, tip, unchanged, act, token):
    desk.get()

    assert desk.post_with(token, tip, act, **ACTS[act], version=1).status_code == 400
    assert unchanged()


@pytest.mark.parametrize("path", ["/desk/", "/desk/tips/00000-00000"])
def test_a_page_without_sign_in_leads_to_it(visitor, path):
    page = visitor.get(path)

    assert (page.status_code, page.location) == (302, "/desk/sign-in")


def test_the_second_of_two_is_told_what_the_first_did(desk, colleague, tip, fresh):
    seen = tip.version
    desk.post(tip, "decision", **ACTS["decision"], version=seen)

    answer = colleague.post(tip, "decision", move_to="closed", reason="spam", version=seen)

    assert answer.status_code == 409
    assert answer.json["status"] == "已受理"
    assert answer.json["events"][0]["by"] == "police-1"
    assert answer.json["events"][0]["status"] == "已受理"
    assert fresh(tip).status is TipStatus.ACCEPTED


def test_a_claim_of_what_a_colleague_holds_names_the_colleague(desk, colleague, tip, fresh):
    desk.post(tip, "claim")

    answer = colleague.post(fresh(tip), "claim")

    assert answer.status_code == 409
    assert answer.json["claimed_by"] == "police-1"
    assert answer.json["events"][0]["what"] == "领办"


def test_of_two_messages_with_one_number_the_second_is_refused(
    desk, colleague, tip, fresh, message
):
    message["ask"] = "no"
    desk.post(tip, "messages", **message)

    answer = colleague.post(tip, "messages", **message)

    assert answer.status_code == 409
    assert len(fresh(tip).messages) == 1


@pytest.mark.parametrize("act", ["claim", "decision", "urgency", "messages"])
def test_of_two_at_the_very_same_moment_one_wins_and_one_is_told(
    database, desk, colleague, tip, fresh, monkeypatch, act
):
    if database == "postgresql":
        # Both have read the row before either writes. SQLite's writers stand in line anyway.
        read, both = loading.expect_version, threading.Barrier(2)
        monkeypatch.setattr(loading, "expect_version", lambda *given: (read(*given), both.wait(60)))
    posts = [(desk.token(), desk, act), (colleague.token(), colleague, "urgency")]

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda post: _post(tip, *post), posts))

    assert sorted(answer.status_code for answer in answers) == [303, 409]
    [decision] = fresh(tip).decisions
    [told] = [answer.json for answer in answers if answer.status_code == 409]
    assert told["events"][0]["by"] == decision.by


def _post(tip, token, desk, act):
    return desk.post_with(token, tip, act, **ACTS[act], version=1)
