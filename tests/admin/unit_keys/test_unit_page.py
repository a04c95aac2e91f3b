"""A unit's key by pages: who may make, confirm and hand it on; refusals are written down."""

import pytest
import yaml
from sqlalchemy import select

from admin.app_state import app_state
from admin.db import db
from admin.keys import issuing
from admin.keys.posted import BadKeys
from admin.members import invitations
from admin.models import AuditEvent, KeyGrant, Member, UnitKey
from admin.reading.keys_file import read_lines
from admin.sealing import age
from admin.sealing.age.hybrid import HybridIdentity
from admin.sealing.check_code import check_code
from admin.sealing.member import fingerprint, roster_mac
from admin.signin import services
from admin.unit_keys import services as unit_keys
from tests.admin.staff import UNIT


def told(app):
    with app.app_context():
        rows = db.session.execute(select(AuditEvent.act, AuditEvent.by, AuditEvent.detail))
        return [tuple(row) for row in rows]


def grant(identity, recipient):
    return age.seal(str(identity).encode(), [age.parse_recipient(recipient)]).hex()


def new_key(maker, unit_id="drugs"):
    """A unit's first key as a browser posts it, and its identity."""
    identity, recovery = HybridIdentity.generate(), HybridIdentity.generate()
    roster = [("", recovery.recipient.text), (maker.name, maker.recipient)]
    return identity, {
        "recipient": identity.recipient.text,
        "recovery": recovery.recipient.text,
        "roster_mac": roster_mac(identity.seed, roster),
        "sealed": grant(identity, maker.recipient),
    }


def handed(unit, made, **other):
    """What a holder's browser posts to hand the unit's key on to `bo`."""
    to = unit.second
    identity = issuing.open_grant(db.session, unit.key, unit.first, made[0].identity)
    roster = [*issuing.roster(db.session, unit.key), (to.name, to.recipient)]
    return {
        "name": to.name,
        "recipient": to.recipient,
        "old_mac": unit.key.roster_mac,
        "new_mac": roster_mac(identity.seed, roster),
        "sealed": grant(identity, to.recipient),
        **other,
    }


def hand_on(unit, made, **other):
    posted = unit_keys.read_grant(handed(unit, made, **other))
    return unit_keys.hand_on(db.session, unit.first, posted)


# The first key


@pytest.fixture
def maker(session, unit, made):
    """The first member of a unit without a key."""
    unit.second.unit_id = "drugs"
    unit.second.roles = ["reviewer"]
    session.commit()
    return unit.second


def test_the_first_member_makes_the_key_and_holds_it(session, maker, made):
    identity, posted = new_key(maker)

    key = unit_keys.make_first_key(session, maker, unit_keys.read_key(posted))

    assert key.made_by == maker.name
    assert key.fingerprint == fingerprint("drugs", posted["recipient"], posted["recovery"])
    assert issuing.open_grant(session, key, maker, made[1].identity).seed == identity.seed
    issuing.check_roster(session, key, identity)


def test_a_unit_makes_its_first_key_once(session, unit, maker):
    for who in (unit.first, maker):
        _identity, posted = new_key(who, who.unit_id)
        if who is maker:
            unit_keys.make_first_key(session, who, unit_keys.read_key(posted))
        with pytest.raises(issuing.UnitHasKey):
            unit_keys.make_first_key(session, who, unit_keys.read_key(posted))


def test_a_unit_whose_key_was_retired_makes_no_first_key_again(session, unit):
    unit.key.retired_on = issuing.today()
    _identity, posted = new_key(unit.first, UNIT)

    with pytest.raises(issuing.UnitHasKey):
        unit_keys.make_first_key(session, unit.first, unit_keys.read_key(posted))


@pytest.mark.parametrize("roles", [["dispatcher"], ["administrator"]])
def test_who_reads_no_tips_makes_no_key(session, maker, roles):
    maker.roles = roles

    with pytest.raises(unit_keys.Unfit):
        unit_keys.make_first_key(session, maker, unit_keys.read_key(new_key(maker)[1]))


BAD_KEYS = {
    "nothing": lambda key: {},
    "one key for both": lambda key: key | {"recovery": key["recipient"]},
    "no recipient": lambda key: key | {"recipient": "age1pq1"},
    "no MAC": lambda key: key | {"roster_mac": "0" * 63},
    "a grant for two": lambda key: (
        key
        | {
            "sealed": age.seal(
                b"x" * 77,
                [HybridIdentity.generate().recipient, HybridIdentity.generate().recipient],
            ).hex()
        }
    ),
    "a grant of something else": lambda key: (
        key | {"sealed": age.seal(b"x" * 76, [HybridIdentity.generate().recipient]).hex()}
    ),
    "no grant": lambda key: key | {"sealed": ""},
}


@pytest.mark.table
@pytest.mark.parametrize("case", BAD_KEYS)
def test_what_no_browser_of_ours_posts_is_no_key(unit, case):
    with pytest.raises(BadKeys):
        unit_keys.read_key(BAD_KEYS[case](new_key(unit.first)[1]))


# Confirming


def test_a_second_reader_confirms_what_the_maker_reads_out(session, unit):
    typed = unit.key.fingerprint.upper().replace(" ", "-")

    unit_keys.confirm(session, unit.key, unit.second, typed)

    assert unit.key.confirmed_by == "bo"
    with pytest.raises(unit_keys.AlreadyConfirmed):
        unit_keys.confirm(session, unit.key, unit.second, typed)


def other_unit(roles):
    def change(_session, unit):
        unit.second.unit_id, unit.second.roles = "drugs", roles
        return unit.second

    return change


def third_reader(session, unit):
    """The unit has two readers; the head of another unit is not needed."""
    unit.second.unit_id, unit.second.roles = "drugs", ["reviewer"]
    unit.admin.unit_id, unit.admin.roles = UNIT, ["analyst"]
    return unit.second


def suspended(session, unit):
    services.suspend(session, unit.second)
    return unit.second


def role(name):
    def change(_session, unit):
        unit.second.roles = [name]
        return unit.second

    return change


NOT_SECOND = {
    "the maker": (lambda _s, unit: unit.first, unit_keys.OwnKey),
    "the administrator": (lambda _s, unit: unit.admin, unit_keys.NotYourUnit),
    "a dispatcher": (role("dispatcher"), unit_keys.NotYourUnit),
    "an analyst of another unit": (other_unit(["analyst"]), unit_keys.NotYourUnit),
    "a head elsewhere, not needed": (third_reader, unit_keys.NotYourUnit),
    "somebody suspended": (suspended, unit_keys.NotYourUnit),
}


@pytest.mark.table
@pytest.mark.parametrize("case", NOT_SECOND)
def test_nobody_else_is_the_second_person(session, unit, case):
    change, refusal = NOT_SECOND[case]
    who = change(session, unit)
    session.flush()

    with pytest.raises(refusal):
        unit_keys.confirm(session, unit.key, who, unit.key.fingerprint)
    assert unit.key.confirmed_by is None


def test_while_a_unit_has_one_reader_a_head_of_another_confirms(session, unit):
    who = other_unit(["reviewer"])(session, unit)
    session.flush()

    unit_keys.confirm(session, unit.key, who, unit.key.fingerprint)

    assert unit.key.confirmed_by == "bo"


@pytest.mark.parametrize("swap", [False, True], ids=["typed wrong", "row changed in part"])
def test_another_fingerprint_confirms_nothing(session, unit, swap):
    typed = unit.key.fingerprint
    if swap:
        unit.key.recipient = unit.second.recipient
    else:
        typed = typed[:-1] + ("0" if typed[-1] != "0" else "1")

    with pytest.raises(unit_keys.WrongFingerprint):
        unit_keys.confirm(session, unit.key, unit.second, typed)
    assert unit.key.confirmed_by is None


def test_in_development_a_confirmed_unit_opens_at_once(app, people, desk):
    with app.app_context():
        assert (UNIT, people.key.fingerprint) not in app_state().district.fingerprints
    desk.enter(people.second.id)

    wrong = desk.send("/desk/unit/confirm", {"unit": UNIT, "fingerprint": "0000"})
    right = desk.send("/desk/unit/confirm", {"unit": UNIT, "fingerprint": people.key.fingerprint})

    assert (wrong.status_code, right.status_code) == (422, 200)
    with app.app_context():
        assert (UNIT, people.key.fingerprint) in app_state().district.fingerprints
        written = yaml.safe_load((app_state().config.data / "keys.yml").read_text())
    ids = [row["id"] for row in written["items"]]
    # The other units' lines stay; the unit's own old line is gone.
    assert sorted(ids) == ["drugs", "police", "supervision", "trade", "upper"]
    assert [row[:2] for row in told(app) if row[0].startswith("key_confirm")] == [
        ("key_confirm_wrong", "bo"),
        ("key_confirmed", "bo"),
    ]


# Handing on


def test_the_server_stores_what_a_holder_sealed_and_the_new_roster(session, unit, made):
    hand_on(unit, made)

    opened = issuing.open_grant(session, unit.key, unit.second, made[1].identity)
    issuing.check_roster(session, unit.key, opened)


def swapped_row(session, unit):
    unit.second.recipient = HybridIdentity.generate().recipient.text


def roster_moved(session, unit):
    unit.key.roster_mac = "0" * 64


def has_it_already(session, unit):
    session.add(KeyGrant(unit_key_id=unit.key.id, member_id=unit.second.id, sealed=b"-"))


def to_another_unit(session, unit):
    unit.second.unit_id = "drugs"


def to_a_dispatcher(session, unit):
    unit.second.roles = ["dispatcher"]


def to_a_suspended(session, unit):
    services.suspend(session, unit.second)


def giver_without_key(session, unit):
    session.query(KeyGrant).delete()


HAND_ONS = {
    swapped_row: unit_keys.Stale,
    roster_moved: unit_keys.Stale,
    has_it_already: unit_keys.Unfit,
    to_another_unit: unit_keys.Unfit,
    to_a_dispatcher: unit_keys.Unfit,
    to_a_suspended: unit_keys.Unfit,
    giver_without_key: issuing.UnitHasNoKey,
}


@pytest.mark.table
@pytest.mark.parametrize("change", HAND_ONS)
def test_a_key_is_handed_on_only_to_who_waits_and_on_the_roster_as_it_stands(
    session, unit, made, change
):
    posted = unit_keys.read_grant(handed(unit, made))
    change(session, unit)
    session.flush()
    before = session.query(KeyGrant).count()

    with pytest.raises(HAND_ONS[change]):
        unit_keys.hand_on(session, unit.first, posted)

    assert session.query(KeyGrant).count() == before


def test_an_administrator_is_given_nothing_by_name(session, unit, made):
    with pytest.raises(unit_keys.Unfit):
        hand_on(unit, made, name=unit.admin.name, recipient=unit.admin.recipient)


# Over HTTP: roles


@pytest.fixture
def head(app, people):
    """`ada` is the head of the unit and holds its key."""
    with app.app_context():
        db.session.get_one(Member, people.first.id).roles = ["analyst", "reviewer"]
        db.session.commit()
    return people


def test_a_head_hands_the_key_on_and_a_stale_roster_is_told(app, desk, head, made):
    with app.app_context():
        body = handed(head, made)
    desk.enter(head.first.id)

    first = desk.send("/desk/unit/hand-on", body)
    second = desk.send("/desk/unit/hand-on", body)

    assert (first.status_code, second.status_code) == (200, 409)
    assert ("key_handed", "ada", "bo") in told(app)
    assert ("handover_refused", "ada", "recipient") in told(app)


ASKED = [
    ("GET", "/desk/unit/roster.json", "second"),
    ("POST", "/desk/unit/hand-on", "second"),
    ("POST", "/desk/unit/refused", "second"),
    ("POST", "/desk/unit/code", "second"),
    ("POST", "/desk/unit/code", "admin"),
    ("POST", "/desk/unit/key", "admin"),
    ("POST", "/desk/unit/confirm", "admin"),
    ("GET", "/desk/admin/", "second"),
    ("POST", "/desk/admin/invitations", "second"),
    ("POST", "/desk/admin/invitations/end", "first"),
]


@pytest.mark.table
@pytest.mark.parametrize(("method", "path", "who"), ASKED)
def test_who_may_not_is_refused_and_written_down(app, desk, head, method, path, who):
    member = getattr(head, who)
    desk.enter(member.id)

    answer = desk.send(path) if method == "POST" else desk.ask(path)

    assert answer.status_code == 403
    assert [row for row in told(app) if row[:2] == ("refused", member.name)]


def test_the_maker_cannot_be_the_second_person_over_http_either(app, desk, people):
    desk.enter(people.first.id)

    answer = desk.send("/desk/unit/confirm", {"unit": UNIT, "fingerprint": people.key.fingerprint})

    assert answer.status_code == 403
    assert ("refused", "ada", "confirm_key POST") in told(app)


def test_a_refusal_of_the_browser_is_written_down_by_a_code_of_ours(app, desk, head):
    desk.enter(head.first.id)

    for what in ("fingerprint", "roster", "打字的人写的"):
        assert desk.send("/desk/unit/refused", {"what": what}).status_code == 200

    found = [row[2] for row in told(app) if row[0] == "handover_refused"]
    assert found == ["fingerprint", "roster", "unknown"]


def test_a_head_speaks_codes_for_their_own_unit_alone(app, desk, head):
    with app.app_context():
        for name, unit_id, roles in (("甲", UNIT, ["analyst"]), ("乙", "drugs", ["reviewer"])):
            invitations.invite(
                db.session,
                name=name,
                unit_id=unit_id,
                roles=roles,
                by="管理员甲",
                now=services.today().toordinal() * 86400,
            )
        db.session.commit()
    desk.enter(head.first.id)

    page = desk.get("/desk/unit/").text
    own = desk.send("/desk/unit/code", {"name": "甲"})
    other = desk.send("/desk/unit/code", {"name": "乙"})
    none = desk.send("/desk/unit/code", {"name": "丙"})

    assert 'data-name="甲"' in page
    assert 'data-name="乙"' not in page
    assert len(own.json["code"]) == 9
    assert (other.status_code, none.status_code) == (403, 409)


def test_the_administrator_invites_and_ends_an_invitation(app, desk, head):
    desk.enter(head.admin.id)
    form = {"name": "新人", "unit": UNIT, "roles": ["analyst"], "csrf_token": desk.token()}

    made = desk.post("/desk/admin/invitations", data=form)
    shown = desk.get("/desk/admin/").text
    ended = desk.post("/desk/admin/invitations/end", data=form)

    assert "/desk/join#" in made.text
    assert "ada" in made.text
    assert "新人" in shown
    assert "/desk/join#" not in shown
    assert ended.status_code == 303
    assert "新人" not in desk.get("/desk/admin/").text
    assert [row[0] for row in told(app)] == ["invite", "invite_end"]


@pytest.mark.table
@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"name": "", "unit": UNIT, "roles": ["analyst"]}, "请写姓名。"),
        ({"name": "ada", "unit": UNIT, "roles": ["analyst"]}, "已经有这个姓名的成员"),
        ({"name": "管理员甲", "unit": "", "roles": ["administrator"]}, "不能邀请自己"),
        ({"name": "新", "unit": UNIT, "roles": []}, "请至少勾选一个角色。"),
        ({"name": "新", "unit": UNIT, "roles": ["boss"]}, "请至少勾选一个角色。"),
        (
            {"name": "新", "unit": UNIT, "roles": ["analyst"], "replaces": "eve"},
            "请从表里选一个成员",
        ),
        ({"name": "新", "unit": "", "roles": ["auditor"], "replaces": "bo"}, "不在这个单位"),
        ({"name": "新", "unit": "mars", "roles": ["analyst"]}, "请从表里选一个单位。"),
        ({"name": "新", "unit": UNIT, "roles": ["administrator"]}, "不属于承办单位"),
        ({"name": "新", "unit": "drugs", "roles": ["analyst"]}, "还没有负责人"),
    ],
)
def test_a_wrong_invitation_is_told_in_a_sentence_and_keeps_what_was_typed(
    app, desk, head, form, sentence
):
    desk.enter(head.admin.id)

    page = desk.post("/desk/admin/invitations", data=form | {"csrf_token": desk.token()})

    assert page.status_code == 422
    assert sentence in page.text
    assert f'value="{form["name"]}"' in page.text


@pytest.fixture
def by_command(app):
    """As in production, unless DENGSHAO_KEYS_BY_DESK says otherwise."""
    object.__setattr__(app.extensions["dengshao"].config, "keys_by_desk", False)


def confirmed(app, people):
    with app.app_context():
        db.session.get_one(UnitKey, people.key.id).confirmed_by = "bo"
        db.session.commit()


def lines_of(app):
    with app.app_context():
        here = app_state().config
        lines = read_lines(here.content, here.keys_path)
    return [line.fingerprint for line in lines if line.unit == UNIT]


@pytest.mark.usefixtures("by_command")
def test_where_the_desk_may_not_publish_the_page_names_the_command_and_publishes_nothing(
    app, desk, head
):
    before = lines_of(app)
    desk.enter(head.second.id)
    posted = {"unit": UNIT, "fingerprint": head.key.fingerprint}
    assert desk.send("/desk/unit/confirm", posted).status_code == 200
    assert desk.send("/desk/unit/confirm", posted).status_code == 409
    desk.enter(head.first.id)

    page = desk.get("/desk/unit/").text

    assert "<code>dengshao keys apply</code>" in page
    assert "不用重启" in page
    assert "keys.yml" not in page
    assert lines_of(app) == before != [head.key.fingerprint]


def test_where_the_desk_may_publish_whoever_types_it_once_more_does(app, desk, head):
    confirmed(app, head)
    desk.enter(head.second.id)
    page = desk.get("/desk/unit/").text
    assert "核对过了，请您公布" in page
    assert head.key.fingerprint not in page
    posted = {"unit": UNIT, "fingerprint": head.key.fingerprint}

    wrong = desk.send("/desk/unit/confirm", posted | {"fingerprint": "0a1b " * 8})
    assert (wrong.status_code, lines_of(app) == [head.key.fingerprint]) == (422, False)
    right = desk.send("/desk/unit/confirm", posted)

    assert (right.status_code, lines_of(app)) == (200, [head.key.fingerprint])
    assert ("key_published", "bo", head.key.fingerprint) in told(app)
    # Its maker reads it out, and never publishes it.
    desk.enter(head.first.id)
    assert desk.send("/desk/unit/confirm", posted).status_code == 403


def test_a_list_that_can_not_be_written_is_told_and_the_confirmation_stays(
    app, desk, people, monkeypatch
):
    def full(*_told):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("admin.unit_keys.key_lines.replace_file", full)
    desk.enter(people.second.id)

    answer = desk.send("/desk/unit/confirm", {"unit": UNIT, "fingerprint": people.key.fingerprint})

    assert answer.status_code == 503
    assert "dengshao keys apply" in answer.json["error"]
    with app.app_context():
        assert db.session.get_one(UnitKey, people.key.id).confirmed_by == "bo"


def test_a_fingerprint_that_is_to_be_heard_does_not_stand_on_the_hearers_page(desk, people):
    desk.enter(people.second.id)

    page = desk.get("/desk/unit/").text

    assert "听到的核对码" in page
    assert people.key.fingerprint not in page
    assert check_code(people.key.fingerprint) not in page
