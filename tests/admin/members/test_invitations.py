"""An invitation needs two people: who sends the link, and who speaks the code."""

import time

import pytest

from admin.access.roles import BadRoles
from admin.keys import issuing
from admin.members import (
    invitations,
    joining,
    suspension,
)
from admin.models import AuditEvent, Invitation, Member
from admin.signin import services
from tests.admin.staff import UNIT

NOW = 1_800_000_000
KEY = b"k" * 32
BY = "管理员甲"


@pytest.fixture
def head(session, unit):
    """A unit whose member `ada` can speak codes."""
    unit.first.roles = ["analyst", "reviewer"]
    session.commit()
    return unit


def asked(session, **other):
    values = {"name": "新人", "unit_id": UNIT, "roles": ["analyst"], "by": BY, "now": NOW}
    return invitations.invite(session, **{**values, **other})


def acts(session):
    return [event.act for event in session.query(AuditEvent).order_by(AuditEvent.number)]


def test_an_invitation_to_a_unit_with_a_head_has_one_link_and_no_code(session, head):
    links = asked(session)

    assert links.head_token is None
    assert links.invitation.code_hash is None
    assert acts(session) == ["invite"]


def test_the_database_keeps_hashes_of_links_and_code(session, head):
    links = asked(session, name="无单位", unit_id=None, roles=["auditor"])
    code = invitations.speak_by_link(
        session, links.invitation, typed="局长", signed_in=None, key=KEY
    )
    session.flush()
    row = session.get(Invitation, links.invitation.id)
    kept = [getattr(row, column.key) for column in Invitation.__table__.columns]

    stored = b"".join(v if isinstance(v, bytes) else str(v).encode() for v in kept)
    for secret in (links.token, links.head_token, code):
        assert secret.encode() not in stored
    # Nor does a hash of the eight digits alone, which could be tried out.
    assert invitations._code_hash(b"x" * 32, row, code) != row.code_hash


REFUSED = {
    "an unknown role": ({"roles": ["boss"]}, BadRoles),
    "a reader without unit": ({"unit_id": None}, BadRoles),
    "an administrator who reads": ({"roles": ["administrator", "analyst"]}, BadRoles),
    "a name that is a member's": ({"name": "ada"}, issuing.NameTaken),
    "the inviter": ({"name": BY}, issuing.NameTaken),
    "no name": ({"name": " "}, issuing.BadName),
    "the log's own sign": ({"name": "-"}, issuing.BadName),
    "a first member who is no head": ({"unit_id": "drugs"}, invitations.FirstIsHead),
}


@pytest.mark.table
@pytest.mark.parametrize("case", REFUSED)
def test_what_can_be_no_member_is_not_invited(session, head, case):
    values, refusal = REFUSED[case]

    with pytest.raises(refusal):
        asked(session, **values)

    session.rollback()
    assert session.query(Invitation).count() == 0


@pytest.mark.parametrize(
    ("unit_id", "roles"), [("drugs", ["reviewer"]), (None, ["administrator"]), (None, ["auditor"])]
)
def test_without_a_head_a_second_link_goes_to_a_second_person(session, head, unit_id, roles):
    links = asked(session, unit_id=unit_id, roles=roles)

    found = invitations.find_for_head(session, links.head_token, NOW)

    assert found is links.invitation
    with pytest.raises(invitations.NoInvitation):
        invitations.find_for_head(session, links.token, NOW)
    with pytest.raises(invitations.NoInvitation):
        invitations.find(session, links.head_token, NOW)


def test_a_suspended_head_speaks_no_codes(session, head):
    services.suspend(session, head.first)

    with pytest.raises(invitations.FirstIsHead):
        asked(session)
    assert asked(session, roles=["reviewer"]).head_token is not None


def test_a_second_invitation_of_a_name_ends_the_first(session, head):
    first, second = asked(session), asked(session)

    with pytest.raises(invitations.NoInvitation):
        invitations.find(session, first.token, NOW)
    assert invitations.find(session, second.token, NOW) is second.invitation


def test_the_code_of_a_head_opens_and_a_new_one_takes_its_place(session, head):
    links = asked(session)
    old = invitations.speak_code(session, links.invitation, by="ada", key=KEY)
    new = invitations.speak_code(session, links.invitation, by="ada", key=KEY)

    invitations.try_code(session, links.invitation, f"{new[:4]} {new[4:]}", key=KEY)
    if old != new:
        with pytest.raises(invitations.WrongCode):
            invitations.try_code(session, links.invitation, old, key=KEY)
    assert links.invitation.code_by == "ada"
    assert acts(session)[:3] == ["invite", "invite_code", "invite_code"]


@pytest.mark.parametrize("by", [BY, "新人"])
def test_neither_the_inviter_nor_the_invited_speaks_the_code(session, head, by):
    links = asked(session)

    with pytest.raises(invitations.OwnInvitation):
        invitations.speak_code(session, links.invitation, by=by, key=KEY)
    assert links.invitation.code_hash is None


BY_LINK = {
    "the inviter by name": ({"typed": BY, "signed_in": None}, invitations.OwnInvitation),
    "the inviter signed in": ({"typed": "局长", "signed_in": BY}, invitations.OwnInvitation),
    "the invited": ({"typed": "新人", "signed_in": None}, invitations.OwnInvitation),
    "another's name": ({"typed": "ada", "signed_in": None}, issuing.NameTaken),
    "no name": ({"typed": "", "signed_in": None}, issuing.BadName),
}


@pytest.mark.parametrize("case", BY_LINK)
def test_the_second_link_gives_no_code_to(session, head, case):
    who, refusal = BY_LINK[case]
    links = asked(session, unit_id="drugs", roles=["reviewer"])

    with pytest.raises(refusal):
        invitations.speak_by_link(session, links.invitation, key=KEY, **who)

    assert links.invitation.code_hash is None


def test_the_second_link_gives_its_code_once(session, head):
    links = asked(session, unit_id="drugs", roles=["reviewer"])
    invitations.speak_by_link(session, links.invitation, typed="局长", signed_in=None, key=KEY)

    with pytest.raises(invitations.CodeMade):
        invitations.speak_by_link(session, links.invitation, typed="局长", signed_in=None, key=KEY)


def test_five_wrong_codes_end_an_invitation_and_a_new_code_gives_no_new_tries(session, head):
    links = asked(session)
    code = invitations.speak_code(session, links.invitation, by="ada", key=KEY)
    wrong = f"{(int(code) + 1) % 10**8:08d}"
    for _ in range(3):
        with pytest.raises(invitations.WrongCode):
            invitations.try_code(session, links.invitation, wrong, key=KEY)
    code = invitations.speak_code(session, links.invitation, by="ada", key=KEY)
    wrong = f"{(int(code) + 1) % 10**8:08d}"
    for _ in range(2):
        with pytest.raises(invitations.WrongCode):
            invitations.try_code(session, links.invitation, wrong, key=KEY)

    with pytest.raises(invitations.NoInvitation):
        invitations.find(session, links.token, NOW)
    assert acts(session).count("invite_wrong_code") == 5


def test_a_code_that_nobody_made_is_not_guessed(session, head):
    links = asked(session)

    with pytest.raises(invitations.NoCodeYet):
        invitations.try_code(session, links.invitation, "", key=KEY)
    assert links.invitation.wrong_codes == 0


ENDED = {
    "72 hours later": lambda _s, _i: NOW + invitations.VALID_SECONDS,
    "ended by the administrator": lambda s, i: invitations.end(s, i, by=BY, now=NOW) or NOW,
    "used": lambda s, i: (setattr(i, "used_on", issuing.today()), s.flush()) and NOW,
}


@pytest.mark.parametrize("case", ENDED)
def test_an_invitation_that_is_over_is_found_by_nobody(session, head, case):
    links = asked(session)
    now = ENDED[case](session, links.invitation) or NOW

    with pytest.raises(invitations.NoInvitation):
        invitations.find(session, links.token, now)
    assert invitations.open_invitations(session, now) == []


@pytest.mark.parametrize(
    ("who", "unit_id", "roles"),
    [("admin", None, ["administrator"]), ("second", "drugs", ["reviewer"])],
)
def test_nobody_replaces_the_inviter_or_a_member_of_another_unit(
    session, head, who, unit_id, roles
):
    with pytest.raises(invitations.BadReplaced):
        asked(session, replaces=getattr(head, who), unit_id=unit_id, roles=roles)


def test_the_account_of_who_forgot_ends_as_the_new_one_begins(session, head, made):
    links = asked(session, replaces=head.second)
    code = invitations.speak_code(session, links.invitation, by="ada", key=KEY)
    assert head.second.suspended_on is None

    member = joining.join(session, links.invitation, made[0], code=code, signed_in=None, key=KEY)

    assert head.second.suspended_on == issuing.today()
    assert member.suspended_on is None
    assert acts(session)[-2:] == ["replaced", "joined"]


def test_for_the_only_head_who_forgot_a_second_link_gives_the_code(session, head):
    links = asked(session, replaces=head.first, roles=["reviewer"])

    assert links.head_token is not None
    assert links.heads == ()
    with pytest.raises(invitations.FirstIsHead):
        asked(session, name="另一个", replaces=head.first)


def spoken(session, head, **other):
    """An invitation by the administrator, with the code that `ada` made."""
    links = asked(session, **other)
    return links, invitations.speak_code(session, links.invitation, by="ada", key=KEY)


@pytest.mark.parametrize("who", ["admin", "first"])
def test_what_a_suspended_member_invited_or_spoke_for_is_no_way_back_in(session, head, made, who):
    links, code = spoken(session, head)

    services.suspend(session, getattr(head, who))

    session.refresh(links.invitation)
    assert links.invitation.ends_at <= time.time()
    with pytest.raises(invitations.NoInvitation):
        invitations.find(session, links.token, int(time.time()))
    with pytest.raises(invitations.NoInvitation):
        joining.join(session, links.invitation, made[0], code=code, signed_in=None, key=KEY)


def test_a_suspension_leaves_the_invitations_of_others(session, head):
    links, _code = spoken(session, head)

    services.suspend(session, head.second)

    assert invitations.find(session, links.token, NOW) is links.invitation


@pytest.mark.parametrize("who", ["admin", "first"])
def test_joining_asks_again_whether_both_behind_it_are_members_still(session, head, made, who):
    links, code = spoken(session, head)
    # As where the suspension is written between finding the invitation and joining by it.
    getattr(head, who).suspended_on = issuing.today()
    session.flush()

    with pytest.raises(invitations.NoInvitation):
        joining.join(session, links.invitation, made[0], code=code, signed_in=None, key=KEY)
    assert session.query(Member).filter_by(name="新人").count() == 0


def test_the_second_link_of_a_suspended_inviter_gives_no_code(session, head):
    links = asked(session, unit_id="drugs", roles=["reviewer"])
    head.admin.suspended_on = issuing.today()
    session.flush()

    with pytest.raises(invitations.NoInvitation):
        invitations.speak_by_link(session, links.invitation, typed="局长", signed_in=None, key=KEY)


@pytest.mark.parametrize(("roles", "is_kept"), [(["auditor"], True), (["administrator"], False)])
def test_the_last_administrator_is_replaced_by_an_administrator_alone(
    session, head, made, roles, is_kept
):
    links = asked(session, by="bo", unit_id=None, roles=roles, replaces=head.admin)
    code = invitations.speak_code(session, links.invitation, by="ada", key=KEY)
    session.commit()

    def join():
        joining.join(session, links.invitation, made[0], code=code, signed_in=None, key=KEY)

    if is_kept:
        with pytest.raises(suspension.LastAdministrator):
            join()
        session.rollback()
    else:
        join()
    assert (head.admin.suspended_on is None) is is_kept


def test_a_name_that_somebody_typed_stands_in_no_line_of_the_log(session, head, made):
    links = asked(session, unit_id="drugs", roles=["reviewer"])
    code = invitations.speak_by_link(
        session, links.invitation, typed="局长", signed_in=None, key=KEY
    )
    joining.join(session, links.invitation, made[0], code=code, signed_in=None, key=KEY)

    lines = session.query(AuditEvent).order_by(AuditEvent.number).all()
    assert [(line.act, line.by, line.detail) for line in lines][1:] == [
        ("invite_code", "-", "新人 link"),
        ("joined", "新人", f"{BY} link"),
    ]
    assert links.invitation.code_by == "局长"


def test_who_is_signed_in_stands_in_the_log_by_name(session, head, made):
    links = asked(session, unit_id="drugs", roles=["reviewer"])
    invitations.speak_by_link(session, links.invitation, typed="", signed_in="bo", key=KEY)

    last = session.query(AuditEvent).order_by(AuditEvent.number.desc()).first()
    assert (last.act, last.by, last.detail) == ("invite_code", "bo", "新人")
