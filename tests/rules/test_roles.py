"""Every role tries every act: over HTTP on all views there are, and with the keys that it holds.

The table in admin/access/permissions.py says what is to come of it. Views are found by walking the
application: a new one either carries its act, or stands below with the reason why it needs none.
"""

from itertools import product

import pytest
from sqlalchemy import LargeBinary, select

from admin.access.permissions import (
    ALLOWED,
    HELD_BY_KEY,
    Act,
    is_allowed,
)
from admin.access.roles import (
    ROLES,
    WITHOUT_CONTENT,
    WITHOUT_UNIT,
)
from admin.audit.log import END
from admin.db import db, today
from admin.keys import issuing
from admin.models import AuditEvent, Base, Member, Setting, Tip
from admin.sealing import age
from admin.sealing.errors import SealingError
from admin.sealing.member import sealing_passphrase
from tests.admin.desk.conftest import store_sealed
from tests.support import desk_client

OPEN_TO_ALL_STAFF = {
    "signin.account": "one's own account",
    "signin.session_json": "the key to what one's own tab keeps",
    "signin.keyring_json": "one's own sealed keys: what opens them is in no database",
    "signin.lock": "locks one's own tab",
    "signin.unlock": "opens one's own tab",
    "signin.do_unlock": "opens one's own session",
    "signin.touch_to_unlock": "opens one's own session",
    "signin.make_recovery_codes": "one's own sign-in",
    "signin.ask_new_touch": "one's own sign-in",
    "signin.add_touch": "one's own sign-in",
    "signin.remove_passkey": "one's own sign-in",
    "signin.remove_totp": "one's own sign-in",
    "signin.end_session": "one's own sign-ins",
    "signin.end_other_sessions": "one's own sign-ins",
    "desk.queue": "who sees no queue is led to their own first page",
    "desk_offered.show_offered": "public keys, compared with the member's own",
    "progress.mine": "whose turn it is in a unit's opening: names that the unit's page has",
    "unit_page.show": "public keys and names of one's own unit",
}
"""Staff views without an act, and why each needs none."""

WITHOUT_VIEW: dict[Act, str] = {}
"""Acts that no view carries yet, and why."""

VALUES = {"reference": "", "handle": "x"}
"""What stands for a view's parameter: the tip's reference, or 1."""
TAILS = ("registrar", "analyst", "reviewer", "custodian", "dispatcher")


def staff_views(app):
    """Each rule and method of the desk for signed-in members, with its act or None."""
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        if getattr(view, "audience", None) != "staff":
            continue
        for method in sorted(rule.methods - {"HEAD", "OPTIONS"}):
            yield rule, method, getattr(view, "act", None)


def acts_with_views(app):
    return {act for _rule, _method, act in staff_views(app) if act is not None}


def address(rule, reference):
    """Fill a rule's parameters in."""
    values = {name: VALUES.get(name, "1") for name in rule.arguments} | {"reference": reference}
    path = rule.rule
    for name in rule.arguments:
        for kind in ("string:", "int:", ""):
            path = path.replace(f"<{kind}{name}>", values[name])
    assert "<" not in path, rule.rule
    return path


@pytest.fixture
def tip(app, units):
    """A sealed tip of the unit to which all these members belong who belong to any."""
    return store_sealed(app)


def add_member(name, role, unit_id):
    member = Member(
        name=name,
        unit_id=None if role in WITHOUT_UNIT else unit_id,
        roles=[role],
        recipient="age1pq1",
        salt=b"s" * 16,
        auth_hash=b"h" * 32,
        made_on=today(),
        sealed_identity=b"",
    )
    db.session.add(member)
    db.session.commit()
    return member.id


@pytest.fixture
def enter(app, units):
    """Sign a member of a role in; gives their browser with the token of its session."""

    def entered(role, unit_id="police"):
        with app.app_context():
            member_id = add_member(f"{role} {unit_id}", role, unit_id)
        browser = desk_client(app).enter(member_id)
        browser.staff_name = f"{role} {unit_id}"
        browser.csrf = browser.token()
        return browser

    return entered


def attempt(browser, path, method):
    """Try a view as a script would, with nothing but the right token."""
    headers = {"X-CSRFToken": browser.csrf, "Accept": "application/json"}
    return browser.open(path, method=method, headers=headers)


def everything(app):
    """All rows of all tables, but for the log itself and when a session was last seen."""
    with app.app_context():
        found = {}
        for table in Base.metadata.sorted_tables:
            if table.name == AuditEvent.__tablename__:
                continue
            columns = [column for column in table.columns if column.name != "last_seen"]
            rows = db.reading.execute(select(*columns)).all()
            found[table.name] = sorted(repr(row) for row in rows if END not in repr(row))
        assert Setting.__tablename__ in found
        return found


def lines_of(app, name):
    """The audit lines of a member: act, detail, reference."""
    with app.app_context():
        query = select(AuditEvent).where(AuditEvent.by == name).order_by(AuditEvent.number)
        return [(line.act, line.detail, line.reference) for line in db.reading.scalars(query)]


def test_every_staff_view_carries_its_act_or_says_why_it_needs_none(app):
    bare = {rule.endpoint for rule, _method, act in staff_views(app) if act is None}

    assert bare == set(OPEN_TO_ALL_STAFF)


def test_every_act_has_a_view_on_which_it_can_be_tried(app):
    assert set(Act) - acts_with_views(app) == set(WITHOUT_VIEW)
    assert set(ALLOWED) == set(Act)


def test_the_table_holds_at_least_120_cells(app):
    cells = set(product(ROLES, acts_with_views(app)))

    assert len(cells) >= 120
    refused = [(role, act) for role, act in cells if not is_allowed(act, [role])]
    assert len(refused) >= 100


@pytest.mark.table
@pytest.mark.parametrize("role", ROLES)
def test_what_a_role_may_not_do_is_refused_audited_and_changes_nothing(app, enter, tip, role):
    browser = enter(role)
    before = everything(app)
    expected, tried = [], set()

    for rule, method, act in staff_views(app):
        if act is None or is_allowed(act, [role]):
            continue
        answer = attempt(browser, address(rule, tip.reference), method)
        assert answer.status_code == 403, (role, method, rule.rule)
        about = tip.reference if "reference" in rule.arguments else None
        expected.append(("refused", f"{act} {method}", about))
        tried.add(act)

    assert tried == {act for act in acts_with_views(app) if not is_allowed(act, [role])}
    assert lines_of(app, browser.staff_name) == expected
    assert everything(app) == before


@pytest.mark.table
@pytest.mark.parametrize("role", ROLES)
def test_what_a_role_may_do_is_not_refused(app, enter, tip, role):
    browser = enter(role)

    for rule, method, act in staff_views(app):
        if act is None or not is_allowed(act, [role]):
            continue
        answer = attempt(browser, address(rule, tip.reference), method)
        assert answer.status_code < 500, (role, method, rule.rule)
        assert answer.status_code not in (401, 403, 405), (role, method, rule.rule)
        assert "sign-in" not in answer.headers.get("Location", ""), (role, method, rule.rule)

    assert not [line for line in lines_of(app, browser.staff_name) if line[0] == "refused"]


@pytest.mark.table
@pytest.mark.parametrize("role", TAILS)
def test_another_units_tip_is_as_unknown_as_one_that_never_was(app, enter, tip, role):
    browser = enter(role, "drugs")
    before = everything(app)
    unknown = 0

    for rule, method, act in staff_views(app):
        if "reference" not in rule.arguments or not is_allowed(act, [role]):
            continue
        theirs, nobodys = (
            attempt(browser, address(rule, reference), method)
            for reference in (tip.reference, "00000-00000")
        )
        # 422: a form that says nothing is sent back before its tip is looked for.
        assert theirs.status_code in (404, 409, 422), (role, method, rule.rule)
        assert (theirs.status_code, theirs.data) == (nobodys.status_code, nobodys.data)
        unknown += 2 * (theirs.status_code == 404)

    lines = lines_of(app, browser.staff_name)
    assert {line[0] for line in lines} == {"not_there"}
    assert len(lines) == unknown > 0
    assert everything(app) == before


@pytest.mark.parametrize("role", sorted(WITHOUT_UNIT))
def test_who_sees_no_queue_begins_at_a_page_of_their_own(app, enter, role):
    browser = enter(role)

    answer = browser.get("/desk/")

    home = {"administrator": "/desk/admin/", "auditor": "/desk/audit/"}
    home |= {"counter": "/desk/counts/", "payer": "/desk/paying/"}
    assert answer.location == home[role]
    assert browser.get(answer.location).status_code == 200


# With the keys.

PASSPHRASE = "shan-hai-yun-feng-lin"
OUTSIDERS = [*sorted(WITHOUT_CONTENT), "a reader of another unit"]


@pytest.fixture(scope="module")
def made():
    """The secrets of a holder of the unit's key, and of somebody who is not."""
    return issuing.new_member_keys(PASSPHRASE), issuing.new_member_keys(PASSPHRASE)


@pytest.fixture
def vault(app, made):
    """A unit whose key one member holds, and a tip of it; gives the printed recovery identity."""
    with app.app_context():
        holder = issuing.add_member(
            db.session, made[0], name="holder", unit_id="police", roles=["analyst"]
        )
        _key, recovery = issuing.make_unit_key(db.session, holder)
        db.session.commit()
    store_sealed(app)
    return recovery


@pytest.fixture
def outsider(app, made, vault):
    """Add somebody without the unit's key, in a role; gives their id."""

    def add(role):
        unit_id = {"dispatcher": "police", OUTSIDERS[-1]: "drugs"}.get(role)
        roles = ["analyst"] if role == OUTSIDERS[-1] else [role]
        with app.app_context():
            member = issuing.add_member(
                db.session, made[1], name="outsider", unit_id=unit_id, roles=roles
            )
            if role == OUTSIDERS[-1]:
                issuing.make_unit_key(db.session, member)
            db.session.commit()
            return member.id

    return add


def stored_bytes(app):
    """Every sealed value in every table of the database."""
    with app.app_context():
        return [
            value
            for table in Base.metadata.sorted_tables
            for column in table.columns
            if isinstance(column.type, LargeBinary)
            for value in db.reading.scalars(select(column))
            if value and value.startswith(b"age-encryption.org/v1\n")
        ]


def opened_by(identity, stored):
    """Open whatever opens, with each identity that comes to light on the way: all that is had."""
    hands, opened, new = [identity], {}, [identity]
    while new:
        trying, new = new, []
        for sealed in stored:
            for key in trying:
                try:
                    clear = age.open_sealed(sealed, [key])
                except SealingError:
                    continue
                opened[sealed] = clear
                if clear.startswith(b"AGE-SECRET-KEY-PQ-1"):
                    new.append(age.parse_identity(clear.decode()))
        new = [key for key in new if str(key) not in {str(hand) for hand in hands}]
        hands += new
    return hands, opened


def the_tip(app):
    with app.app_context():
        return db.reading.execute(select(Tip.sealed, Tip.label)).one()


def test_a_holder_opens_the_tip_with_what_is_in_the_database(app, made, vault):
    hands, opened = opened_by(made[0].identity, stored_bytes(app))

    sealed, label = the_tip(app)
    assert b"what" in opened[sealed]
    assert label in opened
    assert len(hands) == 2


def needs(act, app, hands, opened, recovery):
    """Tell whether what an act needs is among what somebody has in their hands."""
    sealed, label = the_tip(app)
    if act is Act.RECOVER:
        return str(recovery) in {str(hand) for hand in hands}
    # Renewing asks for the answer of a riddle that is sealed to the old key.
    # Sealing anew asks for that of one that is sealed to the new key, and must open the tip first.
    if act in (Act.HAND_ON, Act.CONTACT, Act.RENEW_KEY, Act.RESEAL):
        with app.app_context():
            key = issuing.current_key(db.reading, "police")
            return key.recipient in {hand.recipient.text for hand in hands}
    # Of WRITE the MAC's key stands in the tip.
    return sealed in opened or label in opened


@pytest.mark.table
@pytest.mark.parametrize("role", OUTSIDERS)
def test_no_role_without_the_key_can_do_what_a_key_holds(app, made, vault, outsider, role):
    outsider(role)
    hands, opened = opened_by(made[1].identity, stored_bytes(app))

    within = {act for act in HELD_BY_KEY if needs(act, app, hands, opened, vault)}

    assert within == set()
    with app.app_context():
        holder = issuing.find_member(db.reading, "holder")
        secret = age.PassphraseIdentity(sealing_passphrase(PASSPHRASE, made[1].code))
        with pytest.raises(SealingError):
            # The right passphrase, and another's member code.
            age.open_sealed(holder.sealed_identity, [secret])


def test_only_the_paper_recovers_and_not_a_holder(app, made, vault):
    hands, opened = opened_by(made[0].identity, stored_bytes(app))

    within = {act for act in HELD_BY_KEY if needs(act, app, hands, opened, vault)}

    assert within == HELD_BY_KEY - {Act.RECOVER}
    assert opened_by(vault, stored_bytes(app))[1].keys() >= {the_tip(app).sealed}


@pytest.mark.table
@pytest.mark.parametrize("role", sorted(WITHOUT_CONTENT))
def test_who_reads_no_tips_is_handed_no_key_over_http(app, outsider, role):
    browser = desk_client(app).enter(outsider(role))

    assert browser.ask("/desk/keyring.json").json["units"] == []
