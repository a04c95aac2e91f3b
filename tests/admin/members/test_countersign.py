"""Who is the last of a guarded unit, and who may be the second person: every role and unit."""

from itertools import product

import pytest
from sqlalchemy import select

from admin.access.roles import ROLES, WITHOUT_UNIT, Staff
from admin.app_state import app_state
from admin.db import today
from admin.members import countersign, suspension
from admin.members.countersign import Kind, NeedsSecond, NobodyToAsk, NotSecond, Settled
from admin.models import AuditEvent, Countersign, Member

UNITS = ("supervision", "upper", "police")
# The unit whose heads agree to a suspension there, and to an early end of a tip there.
ASKED = {"supervision": ("upper", "upper"), "upper": ("supervision", "upper")}


@pytest.fixture
def add(session):
    """Add a member: `add(name, roles, unit)`."""

    def added(name, roles, unit_id="supervision", *, is_out=False):
        roles = roles.split()
        member = Member(
            name=name,
            unit_id=None if set(roles) & WITHOUT_UNIT else unit_id,
            roles=roles,
            recipient="age1pq1",
            salt=b"s" * 16,
            auth_hash=b"h" * 32,
            made_on=today(),
            sealed_identity=b"",
            suspended_on=today() if is_out else None,
        )
        session.add(member)
        session.flush()
        return member

    return added


@pytest.fixture
def district(session):
    return app_state().district


def is_last(session, district, member):
    found = countersign.is_last(session, district, member)
    assert countersign.is_last(session, district, member, is_held=True) is found
    return found


# A member's roles, those of the only colleague, and whether the unit would be left without a head
# or without a custodian.
LAST = [
    ("custodian", "", True),
    ("custodian", "custodian", False),
    ("custodian", "reviewer", True),
    ("custodian", "analyst", True),
    ("custodian reviewer", "custodian", False),
    ("reviewer", "", True),
    ("reviewer", "reviewer", False),
    ("reviewer", "custodian", False),
    ("reviewer", "analyst", True),
    ("reviewer", "dispatcher", True),
    ("analyst", "", False),
    ("registrar", "analyst", False),
    ("dispatcher", "", False),
]


@pytest.mark.table
@pytest.mark.parametrize(("roles", "others", "last"), LAST)
@pytest.mark.parametrize("unit", UNITS)
def test_the_last_head_or_custodian_of_a_guarded_unit_is_told(
    session, add, district, unit, roles, others, last
):
    member = add("ada", roles, unit)
    add("out", "custodian reviewer", unit, is_out=True)
    add("elsewhere", "custodian reviewer", "trade")
    if others:
        add("bo", others, unit)

    assert is_last(session, district, member) is (last and unit != "police")


def test_who_is_shut_out_already_and_who_has_no_unit_is_the_last_of_nothing(session, add, district):
    assert not is_last(session, district, add("out", "custodian", is_out=True))
    assert not is_last(session, district, add("admin", "administrator"))


def staff(name, role, unit_id):
    return Staff(1, name, None if role in WITHOUT_UNIT else unit_id, (role,))


@pytest.fixture
def asked(session, add):
    """Something that a head of a unit asked for."""

    def ask(kind, unit_id):
        member = add(f"member of {unit_id}", "reviewer", unit_id)
        row = Countersign(
            kind=kind,
            unit_id=unit_id,
            member_id=member.id,
            why="left",
            asked_by="asker",
            asked_on=today(),
        )
        session.add(row)
        session.flush()
        return row

    return ask


@pytest.mark.parametrize("kind", [Kind.SUSPEND, Kind.CLOSE])
@pytest.mark.parametrize("unit", ASKED)
def test_the_second_person_is_a_head_of_one_unit_and_not_who_asked(
    session, district, asked, kind, unit
):
    row = asked(kind, unit)
    seconds = ASKED[unit][kind is Kind.CLOSE]
    tried = [*product(("asker", "bo"), ROLES, UNITS)]

    found = {
        (name, role, of)
        for name, role, of in tried
        if row in countersign.open_for(session, district, staff(name, role, of))
    }

    assert found == {("bo", role, seconds) for role in ("reviewer", "custodian")}
    for name, of in product(("asker", "bo"), UNITS):
        by = staff(name, "reviewer", of)
        if (name, of) == ("bo", seconds):
            assert countersign.take(session, district, row.id, by=by) is row
        else:
            with pytest.raises(NotSecond):
                countersign.take(session, district, row.id, by=by)


@pytest.mark.parametrize("is_granted", [True, False])
def test_what_was_settled_is_open_to_nobody_and_told_with_who_asked(
    session, district, asked, is_granted
):
    row, by = asked(Kind.SUSPEND, "supervision"), staff("bo", "reviewer", "upper")
    assert countersign.open_members(session) == {row.member_id}

    countersign.settle(session, row, is_granted=is_granted, by=by)

    assert (row.settled_by, row.settled_on, row.is_granted) == ("bo", today(), is_granted)
    assert countersign.open_members(session) == set()
    assert countersign.open_for(session, district, by) == []
    with pytest.raises(Settled):
        countersign.take(session, district, row.id, by=by)
    line = session.scalars(select(AuditEvent)).one()
    act = "second_given" if is_granted else "second_refused"
    assert (line.act, line.by, line.unit_id) == (act, "bo", "supervision")
    assert line.detail == "suspend left asker"


@pytest.mark.parametrize("why", [*countersign.WHY, "张三说的"])
def test_a_request_needs_a_head_beside_the_asker_and_holds_a_reason_of_ours(
    session, add, district, why
):
    member, by = add("ada", "custodian"), staff("asker", "administrator", None)
    add("out", "reviewer", "upper", is_out=True)
    add("analyst", "analyst", "upper")
    add("asker", "reviewer", "upper")
    with pytest.raises(NobodyToAsk):
        countersign.ask_to_suspend(session, district, member, why=why, by=by)
    add("head", "reviewer", "upper")

    row = countersign.ask_to_suspend(session, district, member, why=why, by=by)
    again = countersign.ask_to_suspend(
        session, district, member, why="leak", by=staff("other", "administrator", None)
    )

    assert again is row
    assert (row.why, row.asked_by, row.unit_id) == ("leak", "other", "supervision")
    lines = session.scalars(select(AuditEvent).order_by(AuditEvent.number)).all()
    kept = why if why in countersign.WHY else "other"
    assert [(line.act, line.by, line.detail) for line in lines] == [
        ("second_asked", "asker", f"suspend {kept} ada"),
        ("second_asked", "other", "suspend leak ada"),
    ]


def test_the_least_days_of_an_early_end_are_thirty():
    assert countersign.LEAST_DAYS == 30
    assert set(countersign.WHY) == {"left", "lost", "leak", "other"}


def test_nobody_shuts_out_themselves_the_last_administrator_or_anybody_twice(session, add):
    one, analyst = add("one", "administrator"), add("ada", "analyst", "police")
    add("old", "administrator", is_out=True)
    add("counter", "counter")
    with pytest.raises(suspension.OwnAccount):
        suspension.suspend(session, one, by="one")
    with pytest.raises(suspension.LastAdministrator):
        suspension.suspend(session, one, by="ada")
    with pytest.raises(suspension.LastAdministrator):
        suspension.retire_replaced(session, one, by="ada")
    suspension.suspend(session, analyst, by="one")
    with pytest.raises(suspension.AlreadySuspended):
        suspension.suspend(session, analyst, by="one")
    assert analyst.suspended_on == today()

    two = add("two", "administrator")
    suspension.suspend(session, one, by="two")
    assert one.suspended_on == today()
    with pytest.raises(suspension.LastAdministrator):
        suspension.suspend(session, two, by="ada")


@pytest.mark.parametrize("seconded", [False, True])
def test_the_last_custodian_takes_a_second_person(session, add, seconded):
    member = add("ada", "custodian")
    if seconded:
        suspension.suspend(session, member, by="one", seconded=True)
    else:
        with pytest.raises(NeedsSecond):
            suspension.suspend(session, member, by="one")

    acts = session.execute(select(AuditEvent.act, AuditEvent.by, AuditEvent.detail)).all()
    assert [tuple(row) for row in acts] == [("suspended", "one", "ada")] * seconded
    assert bool(member.suspended_on) is seconded


def test_who_is_replaced_is_shut_out_and_told_once(session, add):
    add("one", "administrator")
    member = add("ada", "analyst", "police")

    suspension.retire_replaced(session, member, by="one")
    suspension.retire_replaced(session, member, by="one")

    lines = session.scalars(select(AuditEvent)).all()
    told = [(line.act, line.by, line.unit_id, line.detail) for line in lines]
    assert told == [("replaced", "one", "police", "ada")]
    assert member.suspended_on == today()


# The unit of a new member, which units have heads, and whose head speaks the code.
SPEAKS = [
    ("police", "supervision upper police", None),
    ("supervision", "supervision upper", None),
    ("supervision", "upper", "upper"),
    ("supervision", "supervision", None),
    ("supervision", "", None),
    ("upper", "supervision", "supervision"),
    ("upper", "upper supervision", None),
    (None, "supervision upper", None),
]


@pytest.mark.parametrize(("unit", "heads", "speaks"), SPEAKS)
def test_the_code_is_spoken_by_the_guardians_head_where_the_unit_has_none(
    session, add, district, unit, heads, speaks
):
    for name in heads.split():
        add(f"head of {name}", "reviewer", name)

    assert countersign.speaking_unit(session, district, unit, None) == speaks


def test_the_guardians_head_speaks_where_the_last_custodian_is_replaced(session, add, district):
    for name in ("supervision", "upper"):
        add(f"head of {name}", "reviewer", name)
    last = add("ada", "custodian")
    assert countersign.speaking_unit(session, district, "supervision", last) == "upper"

    add("bo", "custodian")

    assert countersign.speaking_unit(session, district, "supervision", last) is None
