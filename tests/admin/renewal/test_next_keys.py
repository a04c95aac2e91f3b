"""A unit's next key: made before a member leaves, in use from its publication, and never a gap."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from admin.access.roles import Staff
from admin.app_state import app_state
from admin.db import today
from admin.keys import issuing, keyring
from admin.members import suspension
from admin.members.leaving import services as departure
from admin.models import AuditEvent, LabelReader, NextGrant, StaffSession
from admin.reading.keys_file import read_lines, replace_file, written
from admin.renewal import next_keys
from admin.renewal import services as renewal
from admin.renewal.riddles import WrongProof
from admin.signin.services import hash_token
from admin.unit_keys import key_lines
from admin.unit_keys import services as unit_keys
from admin.vault.units import open_units
from tests.admin.renewal.renewing import KEY, TOKEN, label_reader, posted_by, proof_of, staff_of
from tests.support import add_bare_member

ADMIN = Staff(1, "管理员甲", None, ("administrator",))


@pytest.fixture
def held(session, unit, made):
    """A unit of two holders, ada and bo; bo is about to leave."""
    issuing.hand_on(session, holder=unit.first, identity=made[0].identity, to=unit.second)
    departure.begin(session, unit.second.id, today(), by=ADMIN)
    session.commit()
    return unit


@pytest.fixture
def old_identity(session, held, made):
    return issuing.open_grant(session, held.key, held.first, made[0].identity)


def prepare(session, held, posted, by=None):
    by = staff_of(by or held.first)
    return next_keys.prepare(session, posted, by=by, token=TOKEN, key=KEY, old_id=held.key.id)


@pytest.fixture
def make(session, held, old_identity):
    """Make the next key as ada's browser does; gives its row, and its identity."""

    def made(changes=None):
        pairs = [("ada", held.first.recipient)]
        proof = proof_of(held.key, old_identity)
        posted, identity, _sheet = posted_by("police", pairs, old_identity.seed, proof, changes)
        return prepare(session, held, posted), identity

    return made


def audited(session):
    return [row.act for row in session.scalars(select(AuditEvent).order_by(AuditEvent.number))]


def test_the_next_key_is_made_and_nothing_is_sealed_to_it_yet(session, held, make, made):
    key, _identity = make()

    assert issuing.current_key(session, "police").id == held.key.id
    assert (key.succeeds_id, key.made_by, key.confirmed_by) == (held.key.id, "ada", None)
    assert next_keys.holders(session, key) == ("ada",)
    standing = renewal.read_standing(session, "police")
    assert (standing.needs_next, standing.has_next, standing.leaving) == (False, True, ("bo",))
    assert (standing.staying, standing.needs_renewal) == (("ada",), False)
    assert "next_key_made" in audited(session)


def nothing(_session, _held):
    pass


def stays(session, held):
    departure.call_off(session, departure.open_of(session, held.second.id), by=ADMIN)


def shut_out(session, held):
    suspension.suspend(session, held.second, by="管理员甲")


ADA, BO, BOSS = "first", "second", "admin"
REFUSED = {
    "nobody leaves": (stays, ADA, {}, [ADA], renewal.NotNeeded),
    "who left is shut out: the key is renewed instead": (
        shut_out,
        ADA,
        {},
        [ADA],
        renewal.NotNeeded,
    ),
    "by who leaves": (nothing, BO, {}, [ADA], renewal.NotYours),
    "by an administrator": (nothing, BOSS, {}, [ADA], renewal.NotYours),
    "no proof": (nothing, ADA, {"proof": "0" * 64}, [ADA], WrongProof),
    "given to who leaves": (nothing, ADA, {}, [ADA, BO], renewal.WrongHolders),
    "given to nobody": (nothing, ADA, {"grants": {}}, [ADA], renewal.WrongHolders),
    "given to a stranger": (nothing, ADA, {}, [ADA, BOSS], renewal.WrongHolders),
}


@pytest.mark.table
@pytest.mark.parametrize("name", REFUSED)
def test_a_next_key_is_refused_and_changes_nothing(session, held, old_identity, name):
    before, by, changes, holders, error = REFUSED[name]
    before(session, held)
    pairs = [(getattr(held, who).name, getattr(held, who).recipient) for who in holders]
    proof = proof_of(held.key, old_identity)
    posted, *_ = posted_by("police", pairs, old_identity.seed, proof, changes)

    with pytest.raises(error):
        prepare(session, held, posted, by=getattr(held, by))

    assert next_keys.find(session, "police") is None
    assert issuing.current_key(session, "police").id == held.key.id


def test_the_same_posted_twice_is_stored_once_and_another_is_refused(session, held, old_identity):
    pairs = [("ada", held.first.recipient)]
    proof = proof_of(held.key, old_identity)
    first, late = (posted_by("police", pairs, old_identity.seed, proof)[0] for _ in range(2))

    ids = {prepare(session, held, first).id for _ in range(2)}

    assert len(ids) == 1
    with pytest.raises(renewal.NotNeeded):
        prepare(session, held, late)


@pytest.fixture
def publish(app, session):
    """Type a fingerprint as the operator does; gives what became of keys.yml."""

    def published(key, **more):
        config = app_state().config
        return key_lines.apply(session, config, {key.unit_id: key.fingerprint}, **more)

    return published


@pytest.fixture
def is_open(session, held, publish):
    """Publish the key in use, so that its unit is open."""
    publish(held.key)
    session.commit()
    return lambda: open_units(session, app_state().district).get("police")


def test_from_its_publication_on_the_next_key_is_in_use_and_the_form_never_closed(
    session, held, make, made, publish, is_open
):
    assert is_open().key_id == held.key.id
    key, identity = make()
    session.commit()
    assert is_open().key_id == held.key.id
    key.confirmed_by = "cy"
    session.commit()
    assert is_open().key_id == held.key.id
    session.add(label_reader(held))

    change = publish(key)
    # The file is written and the transaction is not committed: as another node sees it.
    assert (key.id, held.key.retired_on) == (key.id, today())
    session.commit()

    # Who leaves could have vouched for anybody under the old key.
    assert session.scalars(select(LabelReader)).all() == []
    assert is_open().key_id == key.id
    new = issuing.current_key(session, "police")
    assert (new.fingerprint, new.succeeds_id, new.made_by) == (key.fingerprint, held.key.id, "ada")
    assert (new.confirmed_by, new.vouch) == ("cy", key.vouch)
    opened = issuing.open_grant(session, new, held.first, made[0].identity)
    assert str(opened) == str(identity)
    issuing.check_roster(session, new, opened)
    assert next_keys.find(session, "police") is None
    assert session.scalars(select(NextGrant)).all() == []
    (old,) = change.retiring
    assert (old.fingerprint, (old.overlap - today()).days) == (held.key.fingerprint, 1)
    assert (old.retiring - today()).days == key_lines.RETIRING_DAYS
    assert audited(session)[-1] == "key_switched"


def test_between_the_file_and_the_commit_the_old_key_still_takes_tips(
    app, session, held, make, publish, is_open
):
    """keys.yml names the next key, the database does not yet: a line cut there closes nothing."""
    key, _identity = make()
    key.confirmed_by = "cy"
    session.commit()
    publish(key)
    session.rollback()

    assert issuing.current_key(session, "police").id == held.key.id
    assert is_open().key_id == held.key.id
    # Typed once more, it is done.
    publish(next_keys.find(session, "police"))
    session.commit()
    assert is_open().key_id == key.id


@pytest.fixture
def line_of(config):
    """The line of a key in keys.yml, or None."""

    def found(key):
        lines = read_lines(config.content, config.keys_path)
        return next((line for line in lines if line.fingerprint == key.fingerprint), None)

    return found


def test_the_old_line_overlaps_for_a_day_and_goes_where_nothing_hangs_on_it(
    session, held, make, publish, is_open, config, line_of
):
    key, _identity = make()
    publish(key)
    session.commit()
    old = line_of(held.key)

    # Nothing hangs on it, and it stays as long as a form may have been told of it.
    assert key_lines.apply(session, config, {}).removed == ()
    assert line_of(held.key) == old
    past = replace(old, overlap=today() - timedelta(days=1))
    replace_file(config.keys_path, written([past, line_of(key)], source="t", checked=today()))
    done = key_lines.apply(session, config, {})

    assert line_of(held.key) is None
    assert [line.fingerprint for line in done.removed] == [held.key.fingerprint]


def test_where_who_left_was_shut_out_first_the_old_line_does_not_overlap(
    session, held, make, publish, is_open, line_of, monkeypatch
):
    key, _identity = make()
    shut_out(session, held)
    session.commit()
    # It rests until then, and the next key is not made a second time.
    assert is_open() is None
    monkeypatch.setattr(key_lines, "tips_on", lambda _session, _line: 1)

    publish(key)
    session.commit()

    assert is_open().key_id == key.id
    assert (line_of(held.key).overlap, line_of(held.key).is_open) == (None, False)


def test_a_key_in_the_hands_of_one_who_leaves_is_never_published(
    session, held, make, publish, is_open
):
    key, _identity = make()
    # A line cut between: the row came about before the other departure was written.
    session.add(NextGrant(next_key_id=key.id, member_id=held.second.id, sealed=b""))
    session.commit()

    with pytest.raises(key_lines.NotClean):
        publish(key)
    session.rollback()

    assert issuing.current_key(session, "police").id == held.key.id
    assert is_open().key_id == held.key.id


def to_stay(session, _held):
    """Nothing: the next key stays."""


def leave_too(session, held):
    departure.begin(session, held.first.id, today(), by=ADMIN)


def be_shut_out(session, held):
    suspension.suspend(session, held.first, by="管理员甲")


@pytest.mark.parametrize(
    ("what", "is_there"),
    [(to_stay, True), (leave_too, False), (be_shut_out, False), (stays, False)],
)
def test_a_next_key_that_one_who_leaves_was_given_is_undone(session, held, make, what, is_there):
    make()

    what(session, held)

    assert (next_keys.find(session, "police") is not None) is is_there
    assert ("next_key_dropped" in audited(session)) is not is_there


def test_a_renewal_undoes_a_next_key(session, held, make, old_identity, made):
    make()
    shut_out(session, held)
    pairs = [("ada", held.first.recipient)]
    proof = proof_of(held.key, old_identity)
    posted, *_ = posted_by("police", pairs, old_identity.seed, proof)

    renewal.renew(
        session, posted, by=staff_of(held.first), token=TOKEN, key=KEY, old_id=held.key.id
    )

    assert next_keys.find(session, "police") is None


def test_who_leaves_is_handed_no_key_and_confirms_none(session, held, make, publish, is_open):
    key, _identity = make()
    assert not unit_keys.may_confirm(session, key, held.second)
    publish(key)
    session.commit()
    new = issuing.current_key(session, "police")

    assert "bo" not in [row.name for row in unit_keys.waiting(session, new)]
    stays(session, held)
    assert [row.name for row in unit_keys.waiting(session, new)] == ["bo"]


def test_where_one_reader_stays_a_head_of_another_unit_is_the_second_person(session, held, make):
    key, _identity = make()
    head = add_bare_member(session, "heidi", "drugs", ["reviewer"])
    reader = add_bare_member(session, "rob", "drugs", ["analyst"])

    assert unit_keys.may_confirm(session, key, head)
    assert not unit_keys.may_confirm(session, key, reader)
    other = add_bare_member(session, "cy", "police", ["analyst"])
    assert unit_keys.may_confirm(session, key, other)
    assert not unit_keys.may_confirm(session, key, head)


def test_the_next_key_is_in_the_keyring_of_who_was_given_it_alone(session, held, make):
    key, _identity = make()

    found = keyring.read_next(session, held.first)

    assert (found["id"], found["succeeds"]) == (str(key.id), str(held.key.id))
    assert found["roster"] == [("", key.recovery), ("ada", held.first.recipient)]
    assert keyring.read_next(session, held.second) is None


def test_at_the_change_everybodys_tab_unlocks_again(session, held, make, publish, is_open):
    key, _identity = make()
    for token, member in (("a", held.first), ("b", held.second), ("c", held.admin)):
        row = {"member_id": member.id, "wrap_key": b"w" * 32, "last_seen": 1}
        session.add(StaffSession(token_hash=hash_token(token), **row))
    session.flush()

    publish(key)
    session.expire_all()

    wraps = [session.get_one(StaffSession, hash_token(t)).wrap_key == b"w" * 32 for t in "abc"]
    assert wraps == [False, False, True]


def test_what_is_not_the_waiting_key_is_not_put_in_use(session, held, make):
    make()

    assert next_keys.promote(session, "police", "other", by="-") is None
    assert next_keys.promote(session, "drugs", held.key.fingerprint, by="-") is None
    assert issuing.current_key(session, "police").id == held.key.id
