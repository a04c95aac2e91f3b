"""What the server hands a member's browser of the keys: in use and older, theirs alone."""

from admin.db import today
from admin.keys import issuing, keyring


def test_grants_are_of_the_member_alone_and_carry_the_roster(session, unit):
    (grant,) = keyring.read_grants(session, unit.first.id)

    assert grant.unit_key is unit.key
    assert grant.roster == [("", unit.key.recovery), ("ada", unit.first.recipient)]
    assert keyring.read_grants(session, unit.second.id) == []


def test_a_retired_key_is_given_after_the_one_in_use_and_says_so(session, unit):
    unit.key.retired_on = today()
    session.flush()
    newer, _recovery = issuing.make_unit_key(session, unit.first)

    found = [keyring.grant_json(grant) for grant in keyring.read_grants(session, unit.first.id)]

    assert [row["recipient"] for row in found] == [newer.recipient, unit.key.recipient]
    assert [row["retired"] for row in found] == [False, True]
