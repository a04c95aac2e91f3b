"""Members and units' keys are made so that the database holds nothing to open them with."""

import pytest

from admin.access.roles import BadRoles
from admin.keys import issuing
from admin.keys.passphrases import WeakPassphrase, propose
from admin.models import KeyGrant, Member
from admin.sealing import age
from admin.sealing.age.hybrid import HybridIdentity
from admin.sealing.member import BadCode, fingerprint, grouped_code, sign_in_secret, stored_secret
from admin.signin import services
from tests.admin.staff import PASSPHRASE, READER, UNIT


def test_a_member_opens_the_unit_key_that_they_made(session, unit, made):
    identity = issuing.open_identity(unit.first, PASSPHRASE, grouped_code(made[0].code).upper())

    opened = issuing.open_grant(session, unit.key, unit.first, identity)

    assert opened.recipient.text == unit.key.recipient
    issuing.check_roster(session, unit.key, opened)


def test_the_fingerprint_is_of_both_recipients_and_the_unit(unit):
    assert unit.key.fingerprint == fingerprint(UNIT, unit.key.recipient, unit.key.recovery)
    assert unit.recovery.recipient.text == unit.key.recovery


def test_the_row_keeps_the_hash_of_what_the_browser_posts(unit, made):
    auth = sign_in_secret(PASSPHRASE, made[0].code, unit.first.salt)

    assert unit.first.auth_hash.hex() == stored_secret(auth)


def test_no_secret_of_a_member_stands_in_a_row(unit, made):
    row = b"".join(
        value if isinstance(value, bytes) else str(value).encode()
        for value in (getattr(unit.first, column.key) for column in Member.__table__.columns)
    )
    secrets = [made[0].code, PASSPHRASE, str(made[0].identity), str(made[0].identity.seed)]

    assert not any(secret.encode() in row for secret in secrets)
    assert made[0].identity.seed not in row


@pytest.mark.parametrize(
    ("passphrase", "code", "refusal"),
    [
        ("another passphrase", None, issuing.WrongSecret),
        (PASSPHRASE, "0" * 26, issuing.WrongSecret),
        (PASSPHRASE, "too-short", BadCode),
    ],
)
def test_a_wrong_passphrase_or_code_opens_nothing(unit, made, passphrase, code, refusal):
    with pytest.raises(refusal):
        issuing.open_identity(unit.first, passphrase, code or made[0].code)


def test_a_grant_opens_with_its_own_member_only(session, unit, made):
    sealed = session.query(KeyGrant).filter_by(member_id=unit.first.id).one().sealed

    for other in (made[1].identity, made[2].identity, unit.recovery, HybridIdentity.generate()):
        with pytest.raises(age.NoMatch):
            age.open_sealed(sealed, [other])


def test_a_holder_hands_the_key_on_and_vouches_for_both(session, unit, made):
    issuing.hand_on(session, holder=unit.first, identity=made[0].identity, to=unit.second)

    opened = issuing.open_grant(session, unit.key, unit.second, made[1].identity)
    issuing.check_roster(session, unit.key, opened)
    assert issuing.roster(session, unit.key) == [
        ("", unit.key.recovery),
        ("ada", unit.first.recipient),
        ("bo", unit.second.recipient),
    ]


def test_only_a_holder_hands_the_key_on(session, unit, made):
    with pytest.raises(issuing.UnitHasNoKey):
        issuing.hand_on(session, holder=unit.second, identity=made[1].identity, to=unit.first)


def test_the_key_never_leaves_its_unit(session, unit, made):
    unit.second.unit_id = "drugs"

    with pytest.raises(issuing.UnitHasNoKey):
        issuing.hand_on(session, holder=unit.first, identity=made[0].identity, to=unit.second)


def test_a_suspended_holder_hands_nothing_on(session, unit, made):
    services.suspend(session, unit.first)

    with pytest.raises(issuing.HolderSuspended):
        issuing.hand_on(session, holder=unit.first, identity=made[0].identity, to=unit.second)


FORGERIES = {
    "a recipient swapped": lambda s, u: setattr(u.first, "recipient", u.second.recipient),
    "a name swapped": lambda s, u: setattr(u.first, "name", "eve"),
    "a holder slipped in": lambda s, u: s.add(
        KeyGrant(unit_key_id=u.key.id, member_id=u.second.id, sealed=b"-")
    ),
    "another recovery sheet": lambda s, u: setattr(u.key, "recovery", u.second.recipient),
    "another MAC": lambda s, u: setattr(u.key, "roster_mac", "0" * 64),
}


@pytest.mark.table
@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_forged_roster_is_refused_and_handed_on_by_nobody(session, unit, made, forgery):
    FORGERIES[forgery](session, unit)
    session.flush()

    with pytest.raises(issuing.RosterChanged):
        issuing.hand_on(session, holder=unit.first, identity=made[0].identity, to=unit.second)


def test_a_unit_key_swapped_in_its_row_is_noticed(session, unit, made):
    unit.key.recipient = unit.second.recipient

    with pytest.raises(issuing.KeyMismatch):
        issuing.open_grant(session, unit.key, unit.first, made[0].identity)


def test_an_identity_swapped_in_its_row_is_noticed(unit, made):
    unit.first.recipient = unit.second.recipient

    with pytest.raises(issuing.KeyMismatch):
        issuing.open_identity(unit.first, PASSPHRASE, made[0].code)


def test_a_unit_has_one_key_at_a_time(session, unit):
    with pytest.raises(issuing.UnitHasKey):
        issuing.make_unit_key(session, unit.second)


def test_an_administrator_makes_no_key(session, unit):
    with pytest.raises(issuing.UnitHasNoKey):
        issuing.make_unit_key(session, unit.admin)


def test_a_name_belongs_to_one_member(session, unit, made):
    with pytest.raises(issuing.NameTaken):
        issuing.add_member(session, made[1], name=" ａｄａ ", unit_id=UNIT, roles=READER)


@pytest.mark.parametrize("name", ["", "  ", "a\tb", "a\nb", "a" * 81])
def test_a_name_that_would_break_a_list_is_refused(name):
    with pytest.raises(issuing.BadName):
        issuing.clean_name(name)


@pytest.mark.table
@pytest.mark.parametrize(
    ("roles", "unit_id"),
    [
        ([], UNIT),
        (["emperor"], UNIT),
        (["analyst"], None),
        (["administrator"], UNIT),
        (["auditor"], UNIT),
        (["administrator", "analyst"], UNIT),
        (["counter", "custodian"], None),
    ],
)
def test_roles_that_do_not_go_together_are_refused(session, made, roles, unit_id):
    with pytest.raises(BadRoles):
        issuing.add_member(session, made[0], name="eve", unit_id=unit_id, roles=roles)


def test_a_short_passphrase_is_refused():
    with pytest.raises(WeakPassphrase):
        issuing.new_member_keys(" eleven-char ")


def test_a_proposed_passphrase_is_long_enough_and_new():
    proposed = {propose() for _ in range(50)}

    assert len(proposed) == 50
    assert all(len(text.split("-")) == 7 for text in proposed)
