"""Who may do what, written down a second time by hand: no cell of the table changes alone.

tests/rules/test_roles.py tries the table over HTTP; it would follow whatever stands there.
"""

from itertools import product

import pytest

from admin.access.permissions import ALLOWED, HELD_BY_KEY, Act, is_allowed
from admin.access.roles import (
    ROLES,
    WITHOUT_CONTENT,
    WITHOUT_UNIT,
    BadRoles,
    Staff,
    check_roles,
)

READERS = "registrar analyst reviewer custodian"
# Each act, and the roles that may do it.
TABLE = """
queue        registrar analyst reviewer custodian dispatcher
search       registrar analyst reviewer custodian dispatcher
open         registrar analyst reviewer custodian
claim        registrar analyst reviewer custodian
release      registrar analyst reviewer custodian
label        registrar analyst reviewer custodian
urgency      registrar analyst reviewer custodian
write        registrar analyst reviewer custodian
note         registrar analyst reviewer custodian
link         registrar analyst reviewer custodian
enter        registrar analyst reviewer custodian
contact      registrar analyst reviewer custodian
handover     registrar analyst reviewer custodian
confirm_key  registrar analyst reviewer custodian
renew_key    registrar analyst reviewer custodian
reseal       registrar analyst reviewer custodian
recover      registrar analyst reviewer custodian
grade        analyst reviewer custodian
decide       analyst reviewer custodian
merge        analyst reviewer custodian
transfer     analyst reviewer custodian
take_over    registrar analyst reviewer custodian
hand_back    analyst reviewer custodian
fetch_back   reviewer custodian
refer        analyst reviewer custodian
chase        registrar analyst reviewer custodian
ready        reviewer custodian
backlog      reviewer custodian dispatcher
bulk         analyst reviewer custodian
hold         analyst reviewer custodian
case_file    analyst reviewer custodian
bulletin     registrar analyst reviewer custodian
agree_bulletin reviewer custodian
reward       analyst reviewer custodian
grant_reward reviewer custodian
grant_hold   reviewer custodian
assign       reviewer custodian dispatcher
extend       reviewer custodian
roster       reviewer custodian
speak_code   reviewer custodian
countersign  analyst reviewer custodian
recuse       registrar analyst reviewer custodian dispatcher
recusals     reviewer custodian
vouch        reviewer custodian
unvouch      reviewer custodian
copy_label   registrar analyst reviewer custodian
see_label    dispatcher
hand_on      reviewer custodian
invite       administrator
suspend      administrator
depart       reviewer custodian administrator
addresses    administrator
audit        auditor
checkpoint   auditor
counts       counter
pay          payer
workload     reviewer custodian counter
publish      counter
"""
EXPECTED = {act: set(roles) for act, *roles in map(str.split, TABLE.strip().splitlines())}


def test_the_table_names_every_act_and_every_role():
    assert set(EXPECTED) == {str(act) for act in Act} == {str(act) for act in ALLOWED}
    assert set().union(*EXPECTED.values()) == set(ROLES) == set().union(*ALLOWED.values())


@pytest.mark.parametrize("act", Act)
def test_an_act_is_for_the_roles_of_the_table_and_for_no_other(act):
    assert {role for role in ROLES if is_allowed(act, [role])} == EXPECTED[act]
    assert is_allowed(act, READERS.split()) is bool(EXPECTED[act] & set(READERS.split()))
    assert not is_allowed(act, [])


def test_what_hangs_on_a_key_is_named_act_by_act():
    assert {str(act) for act in HELD_BY_KEY} == {
        *("open", "write", "contact", "case_file", "hand_on", "renew_key", "reseal", "recover"),
        *("transfer", "vouch", "see_label", "reward", "grant_reward"),
    }


def test_who_belongs_to_no_unit_and_who_reads_no_tips_are_named_role_by_role():
    lookers = {"auditor", "counter", "administrator", "payer"}
    assert set(ROLES) == {*READERS.split(), "dispatcher", *lookers}
    assert lookers == WITHOUT_UNIT
    assert lookers | {"dispatcher"} == WITHOUT_CONTENT


def may_stand_together(roles, unit_id):
    """Say the rule in other words: readers among themselves in a unit, the others without one.

    Who pays is of an office outside, and nothing else.
    """
    readers, lookers = set(READERS.split()), {"auditor", "counter", "administrator"}
    if unit_id is None:
        return roles <= lookers or roles == {"payer"}
    return roles <= readers or roles == {"dispatcher"}


def is_refused(roles, unit_id):
    try:
        check_roles(roles, unit_id)
    except BadRoles:
        return True
    return False


@pytest.mark.parametrize("unit_id", ["police", None])
def test_each_pair_of_roles_stands_together_or_is_refused(unit_id):
    pairs = {frozenset(pair) for pair in product(ROLES, repeat=2)}

    refused = {pair for pair in pairs if is_refused(pair, unit_id)}

    assert refused == {pair for pair in pairs if not may_stand_together(pair, unit_id)}


@pytest.mark.parametrize("roles", [[], ["nobody"], ["analyst", "nobody"]])
def test_no_role_and_an_unknown_one_are_refused(roles):
    with pytest.raises(BadRoles, match="角色请从这些里选"):
        check_roles(roles, "police")


@pytest.mark.parametrize("role", ROLES)
def test_a_member_has_their_own_roles_alone(role):
    staff = Staff(1, "m", None, (role,))

    assert [name for name in ROLES if staff.has_role(name)] == [role]
