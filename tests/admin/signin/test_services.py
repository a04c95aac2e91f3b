"""Sign-in and sessions, without a request."""

import time

import pytest
from sqlalchemy import event, select

from admin.models import StaffSession
from admin.sealing.member import sign_in_secret
from admin.serving.server import prepare
from admin.signin import services, throttle
from tests.admin.staff import PASSPHRASE

KEY = b"k" * 32
NOW = 1_000_000


@pytest.fixture
def auth(made, unit):
    return sign_in_secret(PASSPHRASE, made[0].code, unit.first.salt)


def check(session, name, auth, now=NOW):
    tried = services.Try(name, auth, now)
    brakes = throttle.Brakes()
    return services.check_sign_in(session, tried, reading=session, key=KEY, brakes=brakes)


@pytest.fixture
def token(session, unit):
    return services.open_session(session, unit.first, now=NOW, old=None)


def test_the_right_secret_finds_the_member(session, unit, auth):
    assert check(session, "ada", auth) is unit.first


@pytest.mark.parametrize("name", ["bo", "nobody", ""])
def test_a_secret_opens_its_own_name_only(session, unit, auth, name):
    with pytest.raises(services.WrongSignIn):
        check(session, name, auth)


def test_a_suspended_member_is_refused_like_a_wrong_secret(session, unit, auth):
    services.suspend(session, unit.first)

    with pytest.raises(services.WrongSignIn):
        check(session, "ada", auth)


def test_an_unknown_name_costs_the_same_work_as_a_known_one(session, unit, monkeypatch):
    def work(name):
        statements, hashes = [], []
        monkeypatch.setattr(services, "sha256", lambda data: hashes.append(data) or real(data))
        session.execute(select(1))
        listener = lambda *args: statements.append(args[2])  # noqa: E731
        event.listen(session.get_bind(), "before_cursor_execute", listener)
        with pytest.raises(services.WrongSignIn):
            check(session, name, b"a" * 32)
        event.remove(session.get_bind(), "before_cursor_execute", listener)
        return statements, len(hashes)

    real = services.sha256
    work("somebody")  # the first line of the audit log costs more than those that follow

    assert work("ada") == work("nobody")


@pytest.mark.parametrize("name", ["ada", "nobody"])
def test_five_failures_slow_who_guesses_down_and_not_the_owner(session, unit, auth, name):
    for _ in range(throttle.FREE_FAILURES):
        with pytest.raises(services.WrongSignIn):
            check(session, name, b"wrong" * 8)

    with pytest.raises(throttle.TooFast):
        check(session, name, b"wrong" * 8)
    assert check(session, "ada", auth) is unit.first


def test_a_slowed_unknown_name_costs_the_same_work_as_a_slowed_known_one(session, unit):
    def work(name):
        statements = []
        listener = lambda *args: statements.append(args[2])  # noqa: E731
        event.listen(session.get_bind(), "before_cursor_execute", listener)
        with pytest.raises(throttle.TooFast):
            check(session, name, b"a" * 32)
        event.remove(session.get_bind(), "before_cursor_execute", listener)
        return statements

    for name in ("ada", "nobody"):
        for _ in range(throttle.FREE_FAILURES):
            with pytest.raises(services.WrongSignIn):
                check(session, name, b"wrong" * 8)

    assert work("ada") == work("nobody")
    assert not any(word in str(work("ada")) for word in ("INSERT", "UPDATE", "DELETE"))


def test_a_success_ends_the_row_of_failures(session, unit, auth):
    for _ in range(3):
        for _ in range(throttle.FREE_FAILURES - 1):
            with pytest.raises(services.WrongSignIn):
                check(session, "ada", b"wrong" * 8)
        check(session, "ada", auth)


def test_a_known_name_gets_its_salts_and_an_unknown_one_gets_false_ones_that_stay(session, unit):
    known = services.find_salts(session, "ada", KEY)
    unknown = services.find_salts(session, "nobody", KEY)

    assert known.sign_in == unit.first.salt
    assert unknown == services.find_salts(session, "nobody", KEY)
    assert unknown != services.find_salts(session, "somebody", KEY)
    assert unknown != services.find_salts(session, "nobody", b"l" * 32)
    assert len(unknown.sign_in) == len(unknown.seal) == len(known.seal) == 16


def test_a_session_is_found_by_its_token_and_kept_as_a_hash(session, unit, token):
    seen = services.find_session(session, token, NOW + 1)

    assert (seen.staff.name, seen.staff.unit_id) == ("ada", "police")
    assert seen.staff.roles == ("analyst", "registrar")
    assert token.encode() not in session.query(StaffSession).one().token_hash


@pytest.mark.parametrize(("idle", "is_in"), [(899, True), (900, False), (100_000, False)])
def test_a_session_ends_after_15_idle_minutes(session, token, idle, is_in):
    assert (services.find_session(session, token, NOW + idle) is not None) is is_in


def test_idle_sessions_are_deleted_with_their_keys(session, unit, token):
    other = services.open_session(session, unit.second, now=NOW + 600, old=None)

    assert services.clear_idle(session, NOW + 900) == 1
    assert services.find_session(session, other, NOW + 900) is not None


def test_being_seen_prolongs_a_session(session, token):
    services.touch(session, token, NOW + 800)

    assert services.find_session(session, token, NOW + 1_600) is not None


def test_a_new_sign_in_ends_the_old_session(session, unit, token):
    services.open_session(session, unit.first, now=NOW, old=token)

    assert services.find_session(session, token, NOW) is None


def test_suspension_ends_a_members_sessions_and_no_others(session, unit, token):
    other = services.open_session(session, unit.second, now=NOW, old=None)

    services.suspend(session, unit.first)

    assert services.find_session(session, token, NOW) is None
    assert services.find_session(session, other, NOW) is not None


def test_a_suspended_member_with_a_session_left_is_out(session, unit, token):
    unit.first.suspended_on = unit.first.made_on
    session.flush()

    assert services.find_session(session, token, NOW) is None


def test_locking_replaces_the_key_of_what_rests_in_the_browser(session, token):
    before = services.read_wrap_key(session, token)

    services.lock(session, token)

    after = services.read_wrap_key(session, token)
    assert after != before
    assert len(before) == len(after) == 32


@pytest.mark.parametrize(("age", "is_in"), [(43_199, True), (43_200, False), (100_000, False)])
def test_a_session_ends_after_12_hours_however_busy_it_was(session, token, age, is_in):
    services.touch(session, token, NOW + age)

    assert (services.find_session(session, token, NOW + age) is not None) is is_in
    assert services.clear_idle(session, NOW + age) == (0 if is_in else 1)


def test_a_start_ends_what_has_run_out_and_nothing_that_another_node_serves(app, session, unit):
    now = int(time.time())
    ages = {"good": (60, 60), "idle": (901, 901), "long": (60, 43_201)}
    tokens = {}
    for name, (seen, opened) in ages.items():
        tokens[name] = services.open_session(session, unit.first, now=now - opened, old=None)
        services.touch(session, tokens[name], now - seen)
    session.commit()

    prepare(app)

    assert [name for name, token in tokens.items() if services.has_row(session, token)] == ["good"]
