"""A unit's key is taken back: who may, with what proof, and what is refused; without a request."""

import pytest
from sqlalchemy import select

from admin.keys import issuing, keyring
from admin.members import suspension
from admin.models import AuditEvent, KeyGrant, LabelReader, Member, StaffSession, UnitKey
from admin.renewal import services as renewal
from admin.renewal.riddles import WrongProof
from admin.signin.services import hash_token
from tests.admin.renewal.renewing import (
    KEY,
    TOKEN,
    label_reader,
    posted_by,
    proof_of,
    renewed,
    staff_of,
)


@pytest.fixture
def held(session, unit, made):
    """A unit of two holders, ada and bo."""
    issuing.hand_on(session, holder=unit.first, identity=made[0].identity, to=unit.second)
    session.commit()
    return unit


@pytest.fixture
def old_identity(session, held, made):
    return issuing.open_grant(session, held.key, held.first, made[0].identity)


def renew(session, held, posted, by=None):
    by = staff_of(by or held.first)
    return renewal.renew(session, posted, by=by, token=TOKEN, key=KEY, old_id=held.key.id)


def recover(session, held, posted, by=None):
    by = staff_of(by or held.second)
    return renewal.recover(session, posted, by=by, token=TOKEN, key=KEY, old_id=held.key.id)


def audited(session):
    return [(row.act, row.by, row.unit_id) for row in session.scalars(select(AuditEvent))]


def test_a_key_that_a_suspended_member_holds_must_be_renewed_by_who_remains(session, held):
    assert not renewal.read_standing(session, "police").needs_renewal

    suspension.suspend(session, held.second, by="管理员甲")

    standing = renewal.read_standing(session, "police")
    assert standing.needs_renewal
    assert (standing.suspended, standing.remaining) == (("bo",), ("ada",))
    assert ("suspended", "管理员甲", "police") in audited(session)


def test_the_new_key_is_handed_to_who_remains_and_the_old_one_is_out_of_use(
    session, held, made, old_identity
):
    suspension.suspend(session, held.second, by="管理员甲")

    session.add(label_reader(held))

    key, identity, _sheet = renewed(session, held.first, made[0].identity, [held.first])

    # Who left could have vouched for anybody.
    assert session.scalars(select(LabelReader)).all() == []
    assert issuing.current_key(session, "police").id == key.id
    assert held.key.retired_on is not None
    assert (key.made_by, key.succeeds_id, key.confirmed_by) == ("ada", held.key.id, None)
    opened = issuing.open_grant(session, key, held.first, made[0].identity)
    assert str(opened) == str(identity)
    issuing.check_roster(session, key, opened)
    assert issuing.roster(session, key) == [("", key.recovery), ("ada", held.first.recipient)]
    with pytest.raises(issuing.UnitHasNoKey):
        issuing.open_grant(session, key, held.second, made[1].identity)
    assert not renewal.read_standing(session, "police").needs_renewal
    assert ("key_renewed", "ada", "police") in audited(session)


def test_the_keyring_then_holds_the_new_key_and_the_old_one_with_its_proof(session, held, made):
    suspension.suspend(session, held.second, by="管理员甲")
    key, _identity, _sheet = renewed(session, held.first, made[0].identity, [held.first])

    rows = [keyring.grant_json(row) for row in keyring.read_grants(session, held.first.id)]

    assert [row["id"] for row in rows] == [str(key.id), str(held.key.id)]
    assert (rows[0]["succeeds"], rows[0]["vouch"]) == (str(held.key.id), key.vouch)


def test_the_same_renewal_posted_twice_is_stored_once(session, held, old_identity):
    suspension.suspend(session, held.second, by="管理员甲")
    holders = [("ada", held.first.recipient)]
    posted, *_ = posted_by("police", holders, old_identity.seed, proof_of(held.key, old_identity))

    first, second = renew(session, held, posted), renew(session, held, posted)

    assert first.id == second.id
    assert session.query(UnitKey).count() == 2


def suspend_bo(session, held):
    suspension.suspend(session, held.second, by="管理员甲")


def suspend_nobody(_session, _held):
    pass


def suspend_both(session, held):
    suspend_bo(session, held)
    suspension.suspend(session, held.first, by="管理员甲")


ADA, BO, ADMIN = "first", "second", "admin"
REFUSED_RENEWALS = {
    "nobody was suspended": (suspend_nobody, ADA, {}, [ADA, BO], renewal.NotNeeded),
    "by the suspended": (suspend_bo, BO, {}, [ADA], renewal.NotYours),
    "by an administrator": (suspend_bo, ADMIN, {}, [ADA], renewal.NotYours),
    "no proof": (suspend_bo, ADA, {"proof": "0" * 64}, [ADA], WrongProof),
    "the suspended keeps it": (suspend_bo, ADA, {}, [ADA, BO], renewal.WrongHolders),
    "handed to a stranger": (suspend_bo, ADA, {}, [ADA, ADMIN], renewal.WrongHolders),
    "handed to nobody": (suspend_bo, ADA, {"grants": {}}, [ADA], renewal.WrongHolders),
}


@pytest.mark.table
@pytest.mark.parametrize("name", REFUSED_RENEWALS)
def test_a_renewal_is_refused_and_changes_nothing(session, held, old_identity, name):
    before, by, changes, holders, error = REFUSED_RENEWALS[name]
    before(session, held)
    people = [getattr(held, who) for who in holders]
    proof = proof_of(held.key, old_identity)
    pairs = [(person.name, person.recipient) for person in people]
    posted, *_ = posted_by("police", pairs, old_identity.seed, proof, changes)

    with pytest.raises(error):
        renew(session, held, posted, by=getattr(held, by))

    assert held.key.retired_on is None
    assert session.query(UnitKey).count() == 1


def test_a_renewal_with_the_old_recipients_is_refused(session, held, old_identity):
    suspend_bo(session, held)
    proof = proof_of(held.key, old_identity)
    pairs = [("ada", held.first.recipient)]
    for same in ({"recipient": held.key.recipient}, {"recovery": held.key.recovery}):
        posted, *_ = posted_by("police", pairs, old_identity.seed, proof, same)
        with pytest.raises(renewal.BadRenewal):
            renew(session, held, posted)


def test_the_riddle_of_one_session_is_of_no_use_in_another(session, held, old_identity):
    suspend_bo(session, held)
    stolen = proof_of(held.key, old_identity, token="another-session")
    pairs = [("ada", held.first.recipient)]
    posted, *_ = posted_by("police", pairs, old_identity.seed, stolen)

    with pytest.raises(WrongProof):
        renew(session, held, posted)


def test_the_second_of_two_browsers_is_told_that_it_is_done(session, held, made, old_identity):
    suspend_bo(session, held)
    pairs = [("ada", held.first.recipient)]
    late, *_ = posted_by("police", pairs, old_identity.seed, proof_of(held.key, old_identity))
    renewed(session, held.first, made[0].identity, [held.first])

    with pytest.raises(renewal.NotNeeded):
        renew(session, held, late)


@pytest.fixture
def newcomer(session, held, made):
    """Both holders are gone; cy joined the unit and waits without a key."""
    suspend_both(session, held)
    row = Member(
        name="cy",
        unit_id="police",
        roles=["reviewer"],
        recipient=made[2].recipient,
        salt=made[2].salt,
        auth_hash=made[2].auth_hash,
        made_on=held.key.made_on,
        sealed_identity=made[2].sealed_identity,
    )
    session.add(row)
    session.flush()
    return row


def test_a_newcomer_with_the_sheet_makes_a_new_key_and_holds_it_alone(
    session, held, newcomer, made
):
    proof = proof_of(held.key, held.recovery, recovery=True)
    pairs = [("cy", newcomer.recipient)]
    posted, identity, _sheet = posted_by("police", pairs, held.recovery.seed, proof)

    key = recover(session, held, posted, by=newcomer)

    assert str(issuing.open_grant(session, key, newcomer, made[2].identity)) == str(identity)
    assert session.scalars(select(KeyGrant.member_id).filter_by(unit_key_id=key.id)).all() == [
        newcomer.id
    ]
    assert ("key_recovered", "cy", "police") in audited(session)


def test_a_recovery_without_the_sheet_is_refused(session, held, newcomer, old_identity):
    pairs = [("cy", newcomer.recipient)]
    # The old key itself is not the sheet: who left must not come back by it.
    for proof in ("0" * 64, proof_of(held.key, old_identity)):
        posted, *_ = posted_by("police", pairs, held.recovery.seed, proof)
        with pytest.raises(WrongProof):
            recover(session, held, posted, by=newcomer)
    assert held.key.retired_on is None


def test_a_recovery_is_refused_while_somebody_holds_the_key(session, held):
    suspend_bo(session, held)
    proof = proof_of(held.key, held.recovery, recovery=True)
    pairs = [("ada", held.first.recipient)]
    posted, *_ = posted_by("police", pairs, held.recovery.seed, proof)

    with pytest.raises(renewal.HoldersLeft):
        recover(session, held, posted, by=held.first)


def test_a_recovery_hands_the_key_to_its_maker_alone(session, held, newcomer):
    proof = proof_of(held.key, held.recovery, recovery=True)
    pairs = [("cy", newcomer.recipient), ("bo", held.second.recipient)]
    posted, *_ = posted_by("police", pairs, held.recovery.seed, proof)

    with pytest.raises(renewal.WrongHolders):
        recover(session, held, posted, by=newcomer)


def test_after_a_renewal_the_colleagues_tabs_must_unlock_again_and_the_makers_not(session, held):
    for token, member in ((TOKEN, held.first), ("bo-1", held.second), ("admin-1", held.admin)):
        session.add(
            StaffSession(
                token_hash=hash_token(token), member_id=member.id, wrap_key=b"w" * 32, last_seen=1
            )
        )
    session.flush()

    renewal.lock_others(session, "police", TOKEN)
    session.expire_all()

    kept = {
        token: session.get_one(StaffSession, hash_token(token)).wrap_key == b"w" * 32
        for token in (TOKEN, "bo-1", "admin-1")
    }
    assert kept == {TOKEN: True, "bo-1": False, "admin-1": True}


REFUSED_SUSPENSIONS = {
    "oneself": ("admin", "管理员甲", suspension.OwnAccount),
    "the last administrator": ("admin", "ada", suspension.LastAdministrator),
}


@pytest.mark.parametrize("name", REFUSED_SUSPENSIONS)
def test_a_suspension_is_refused(session, held, name):
    who, by, error = REFUSED_SUSPENSIONS[name]

    with pytest.raises(error):
        suspension.suspend(session, getattr(held, who), by=by)

    assert getattr(held, who).suspended_on is None


def test_nobody_is_suspended_twice(session, held):
    suspend_bo(session, held)

    with pytest.raises(suspension.AlreadySuspended):
        suspend_bo(session, held)


def test_a_replaced_account_is_shut_out_and_its_unit_must_renew(session, held):
    suspension.retire_replaced(session, held.second, by="管理员甲")
    suspension.retire_replaced(session, held.second, by="管理员甲")

    assert renewal.read_standing(session, "police").suspended == ("bo",)
    assert [act for act, *_ in audited(session)] == ["replaced"]
