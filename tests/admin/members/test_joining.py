"""Setup and joining over HTTP: who may come in, and who is turned away and written down."""

import time

import pytest
from sqlalchemy import event, select, update

from admin.db import db, today
from admin.keys import issuing
from admin.members import invitations, joining
from admin.models import AuditEvent, Invitation, Member
from admin.sealing.age.hybrid import HybridIdentity
from admin.sealing.age.x25519 import X25519Identity
from admin.sealing.member import sign_in_secret
from admin.signin import guard
from tests.admin.staff import PASSPHRASE, UNIT
from tests.support import desk_client


def posted(keys):
    """What a browser posts of a member's keys."""
    return {
        "recipient": keys.recipient,
        "salt": keys.salt.hex(),
        "auth_hash": keys.auth_hash.hex(),
        "sealed_identity": keys.sealed_identity.hex(),
    }


@pytest.fixture(scope="session")
def newcomer():
    """The keys of somebody who is no member yet."""
    return issuing.new_member_keys(PASSPHRASE)


@pytest.fixture
def invited(app, people):
    """An invitation by the administrator, whose code `ada` speaks: token and code."""
    with app.app_context():
        ada = db.session.get_one(Member, people.first.id)
        ada.roles = ["analyst", "reviewer"]
        db.session.commit()
        links = invitations.invite(
            db.session,
            name="新人",
            unit_id=UNIT,
            roles=["analyst"],
            by=people.admin.name,
            now=int(time.time()),
        )
        key = app.extensions["dengshao"].config.key("spoken code")
        code = invitations.speak_code(db.session, links.invitation, by="ada", key=key)
        db.session.commit()
        return {"token": links.token, "code": code}


def send(desk, path, body):
    """POST as the page's script does, signed in or not."""
    headers = {"Accept": "application/json", "X-CSRFToken": desk.token("/desk/join")}
    return desk.post(path, json=body, headers=headers)


def told(app):
    with app.app_context():
        rows = db.session.execute(select(AuditEvent.act, AuditEvent.by, AuditEvent.detail))
        return [tuple(row) for row in rows]


def test_link_and_code_make_a_member_who_can_sign_in(app, desk, invited, newcomer):
    shown = send(desk, "/desk/join/invitation", {"token": invited["token"]})
    tried = send(desk, "/desk/join/code", invited)
    made = send(desk, "/desk/join", invited | posted(newcomer))

    assert shown.json["name"] == tried.json["name"] == "新人"
    assert made.json == {"done": True}
    auth = sign_in_secret(PASSPHRASE, newcomer.code, newcomer.salt).hex()
    signed = send(desk, "/desk/sign-in", {"name": "新人", "auth": auth})
    assert signed.status_code == 200
    assert ("joined", "新人", "管理员甲 ada") in told(app)


def test_an_invitation_is_used_once(app, desk, invited, newcomer):
    send(desk, "/desk/join", invited | posted(newcomer))

    again = send(desk, "/desk/join", invited | posted(newcomer))

    assert again.status_code == 404
    assert "不能用了" in again.json["error"]


def test_a_wrong_code_is_counted_told_and_kept(app, desk, invited, newcomer):
    wrong = invited | {"code": f"{(int(invited['code']) + 1) % 10**8:08d}"}
    answers = [send(desk, "/desk/join/code", wrong) for _ in range(4)]
    answers += [send(desk, "/desk/join", wrong | posted(newcomer))]

    assert [answer.status_code for answer in answers] == [403] * 4 + [404]
    assert "还可以试 1 次" in answers[3].json["error"]
    assert "作废" in answers[4].json["error"]
    assert send(desk, "/desk/join", invited | posted(newcomer)).status_code == 404
    assert len([row for row in told(app) if row[0] == "invite_wrong_code"]) == 5


def test_an_invitation_that_ran_out_is_told_so(desk, invited, newcomer, monkeypatch):
    later = guard.clock() + invitations.VALID_SECONDS + 1
    monkeypatch.setattr(guard, "clock", lambda: later)

    assert send(desk, "/desk/join", invited | posted(newcomer)).status_code == 404


@pytest.mark.table
@pytest.mark.parametrize("who", ["admin", "first", "second"])
@pytest.mark.parametrize("path", ["/desk/join/invitation", "/desk/join/code", "/desk/join"])
def test_nobody_who_is_signed_in_accepts_an_invitation(
    app, desk, people, invited, newcomer, who, path
):
    member = getattr(people, who)
    desk.enter(member.id)

    answer = send(desk, path, invited | posted(newcomer))

    assert answer.status_code == 403
    assert "已记入日志" in answer.json["error"]
    assert ("refused", member.name, "join own") in told(app)
    with app.app_context():
        assert db.session.scalar(select(Member).where(Member.name == "新人")) is None


@pytest.mark.parametrize("column", ["made_by", "code_by"])
def test_the_two_behind_an_invitation_accept_it_under_no_name(app, desk, invited, newcomer, column):
    with app.app_context():
        row = db.session.scalars(select(Invitation)).one()
        setattr(row, column, "新人")
        db.session.commit()

    answer = send(desk, "/desk/join", invited | posted(newcomer))

    assert answer.status_code == 403
    assert ("refused", "-", "join own") in told(app)


def test_the_inviter_gets_no_code_by_the_second_link(app, desk, people):
    with app.app_context():
        links = invitations.invite(
            db.session,
            name="新负责人",
            unit_id="drugs",
            roles=["reviewer"],
            by=people.admin.name,
            now=int(time.time()),
        )
        db.session.commit()
        token = links.head_token
    desk.enter(people.admin.id)

    shown = send(desk, "/desk/join/head/invitation", {"token": token})
    given = send(desk, "/desk/join/head/code", {"token": token, "name": "局长"})

    assert (shown.status_code, given.status_code) == (403, 403)
    assert told(app).count(("refused", people.admin.name, "join_head own")) == 2
    stranger = desk_client(app)
    good = send(stranger, "/desk/join/head/code", {"token": token, "name": "局长"})
    assert len(good.json["code"]) == 9
    assert ("invite_code", "-", "新负责人 link") in told(app)
    assert "局长（自称）" in desk.get("/desk/admin/").text


@pytest.mark.parametrize("path", ["", "/code", "/invitation", "/head/code", "/head/invitation"])
def test_a_stranger_who_tries_tokens_finds_nothing_and_holds_no_writer_back(
    app, desk, invited, newcomer, path
):
    body = {"token": "x" * 43, "code": "0" * 8, "name": "eve"} | posted(newcomer)
    desk.token("/desk/join")
    asked = []
    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", lambda *args: asked.append(args[2]))

    answer = send(desk, f"/desk/join{path}", body)

    assert answer.status_code == 404
    assert asked == []


BAD_KEYS = {
    "nothing": lambda keys: {},
    "a classic recipient": lambda keys: (
        keys | {"recipient": str(X25519Identity.generate().recipient)}
    ),
    "a recipient in capitals": lambda keys: keys | {"recipient": keys["recipient"].upper()},
    "a secret for a recipient": lambda keys: keys | {"recipient": str(HybridIdentity.generate())},
    "a short salt": lambda keys: keys | {"salt": "00"},
    "a short hash": lambda keys: keys | {"auth_hash": "00" * 31},
    "no age file": lambda keys: keys | {"sealed_identity": "00" * 300},
    "odd hexadecimal": lambda keys: keys | {"sealed_identity": "abc"},
    "an identity cheap to guess at": lambda keys: (
        keys | {"sealed_identity": keys["sealed_identity"].replace(b" 17\n".hex(), b" 10\n".hex())}
    ),
    "a very long identity": lambda keys: (
        keys | {"sealed_identity": keys["sealed_identity"] + "00" * 2000}
    ),
}


@pytest.mark.table
@pytest.mark.parametrize("case", BAD_KEYS)
def test_what_no_browser_of_ours_posts_makes_no_member(app, desk, invited, newcomer, case):
    keys = BAD_KEYS[case](posted(newcomer))

    answer = send(desk, "/desk/join", invited | keys)

    assert answer.status_code == 400
    with app.app_context():
        assert db.session.scalars(select(Invitation)).one().used_on is None


# Setting up


@pytest.fixture
def fresh(app):
    """A visitor of an installation without members, and its setup code."""
    with app.app_context():
        path = joining.write_setup_code(db.session, app.extensions["dengshao"].config.data)
    return desk_client(app), path


def set_up(desk, body, path="/desk/setup"):
    headers = {"Accept": "application/json", "X-CSRFToken": desk.token("/desk/join")}
    return desk.post(path, json=body, headers=headers)


def test_the_first_administrator_comes_in_by_the_code_that_lies_on_the_server(app, fresh, newcomer):
    desk, path = fresh
    assert path.stat().st_mode & 0o777 == 0o600
    body = {"code": path.read_text().lower().replace("-", " "), "name": " 甲 "}

    tried = set_up(desk, body, "/desk/setup/code")
    made = set_up(desk, body | posted(newcomer))

    assert tried.json["name"] == "甲"
    assert made.json == {"done": True}
    assert not path.exists()
    with app.app_context():
        member = db.session.scalars(select(Member)).one()
        assert (member.name, member.roles, member.unit_id) == ("甲", ["administrator"], None)
    assert ("setup", "甲", "") in told(app)


def test_setup_is_no_page_once_there_is_a_member(app, people, desk, newcomer):
    data = app.extensions["dengshao"].config.data
    (data / "setup-code").write_text("00000-00000-00000-00000")
    body = {"code": "0" * 20, "name": "eve"} | posted(newcomer)

    assert desk.get("/desk/setup").status_code == 404
    assert set_up(desk, body).status_code == 404
    assert set_up(desk, body, "/desk/setup/code").status_code == 404
    with app.app_context():
        assert joining.write_setup_code(db.session, data) is None
    assert not (data / "setup-code").exists()


@pytest.mark.table
@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"code": "", "name": "eve"}, 403),
        ({"code": "0" * 20, "name": "eve"}, 403),
        ({}, 403),
        ({"code": None, "name": 7}, 403),
        ({"code": True, "name": " "}, 400),
    ],
)
def test_setup_without_code_or_name_makes_nobody(app, fresh, newcomer, body, status):
    desk, path = fresh
    if body.get("code") is True:
        body = body | {"code": path.read_text()}

    answer = set_up(desk, body | posted(newcomer))

    assert answer.status_code == status
    assert answer.json["error"]
    with app.app_context():
        assert not joining.has_members(db.session)


def test_a_restart_leaves_the_setup_code_as_it_was_copied(app, fresh):
    _desk, path = fresh
    before = path.read_text()
    with app.app_context():
        again = joining.write_setup_code(db.session, path.parent)

    assert (again, path.read_text()) == (path, before)


def test_the_second_of_two_setups_at_once_is_turned_away(session, config, newcomer):
    path = joining.write_setup_code(session, config.data)
    code = path.read_text()
    joining.set_up(session, newcomer, name="one", code=code, data=config.data)

    with pytest.raises(joining.SetupDone):
        joining.set_up(session, newcomer, name="two", code=code, data=config.data)


# What is read out and read back while somebody joins


HEARD = {"name": "新人", "code": "012345678901234567890123", "mac": "ef" * 32}


def test_who_joins_is_told_of_the_units_key_to_hold_it_against_what_they_heard(
    desk, people, invited
):
    shown = send(desk, "/desk/join/invitation", invited).json["unit_key"]

    key = people.key
    assert shown == {"id": key.unit_id, "recipient": key.recipient, "recovery": key.recovery}


@pytest.mark.parametrize("values", [{"roles": ["dispatcher"]}, {"unit_id": "drugs"}])
def test_who_is_to_hold_no_key_is_told_of_none(app, desk, invited, values):
    with app.app_context():
        db.session.execute(update(Invitation).values(values))
        db.session.commit()

    assert send(desk, "/desk/join/invitation", invited).json["unit_key"] is None


def test_what_was_read_back_reaches_a_holders_browser_once_they_joined(
    app, desk, people, invited, newcomer
):
    desk.enter(people.first.id)
    assert desk.send("/desk/unit/heard", HEARD).status_code == 200
    desk.send("/desk/sign-out")
    send(desk, "/desk/join", invited | posted(newcomer))
    desk.enter(people.first.id)

    waiting = {row["name"]: row for row in desk.ask("/desk/unit/roster.json").json["waiting"]}

    assert waiting["新人"]["heard"] == {"code": HEARD["code"], "mac": HEARD["mac"]}
    assert waiting["bo"]["heard"] is None


def test_another_code_makes_what_was_read_back_worthless(app, desk, people, invited):
    desk.enter(people.first.id)
    desk.send("/desk/unit/heard", HEARD)

    desk.send("/desk/unit/code", {"name": "新人"})

    with app.app_context():
        assert db.session.scalars(select(Invitation.heard_code)).all() == [None]


BAD_HEARD = {
    "a code of twenty-three": {"code": "0" * 23},
    "letters": {"code": "a" * 24},
    "no MAC": {"mac": None},
    "a short MAC": {"mac": "ef" * 31},
}


@pytest.mark.table
@pytest.mark.parametrize("case", BAD_HEARD)
def test_what_no_holders_browser_posts_is_not_kept(app, desk, people, invited, case):
    desk.enter(people.first.id)

    assert desk.send("/desk/unit/heard", HEARD | BAD_HEARD[case]).status_code == 400
    with app.app_context():
        assert db.session.scalars(select(Invitation.heard_mac)).all() == [None]


NOT_THEIRS = {
    "a head without the key": ("second", {}, 403),
    "of another unit": ("first", {"unit_id": "drugs", "code_unit_id": "police"}, 403),
    "an administrator": ("admin", {}, 403),
    "an invitation that was used": ("first", {"used_on": today()}, 409),
}


@pytest.mark.table
@pytest.mark.parametrize("case", NOT_THEIRS)
def test_only_a_holder_keeps_what_the_new_member_of_their_unit_read_back(
    app, desk, people, invited, case
):
    who, values, status = NOT_THEIRS[case]
    with app.app_context():
        db.session.execute(update(Member).where(Member.name == "bo").values(roles=["reviewer"]))
        if values:
            db.session.execute(update(Invitation).values(values))
        db.session.commit()
    desk.enter(getattr(people, who).id)

    assert desk.send("/desk/unit/heard", HEARD).status_code == status
    with app.app_context():
        assert db.session.scalars(select(Invitation.heard_mac)).all() == [None]
