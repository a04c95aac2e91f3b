"""Who guesses waits longer and longer, under a known name as under an unknown one."""

import pytest

from admin.models import SignInFailure
from admin.signin import throttle

NAME = throttle.hash_name(b"k" * 32, "ada")


def fail(session, times, now):
    """Fail `times` times, each as soon as it is judged; returns the waits on the way."""
    waits = []
    for _ in range(times):
        try:
            throttle.count_try(session, NAME, now)
        except throttle.TooFast as error:
            waits.append(error.seconds)
            now += error.seconds
            throttle.count_try(session, NAME, now)
    return waits


def test_five_failures_are_free_and_each_further_one_waits_twice_as_long(session):
    waits = fail(session, 13, now=1_000)

    assert waits == [30, 60, 120, 240, 480, 900, 900, 900]


def test_a_try_during_the_wait_is_not_judged_and_not_counted(session):
    fail(session, 5, now=1_000)

    for now in (1_000, 1_010, 1_029):
        with pytest.raises(throttle.TooFast) as refusal:
            throttle.count_try(session, NAME, now)
        assert refusal.value.seconds == 1_030 - now
    assert session.query(SignInFailure).one().count == 5


def test_a_success_clears_the_count(session):
    fail(session, 5, now=1_000)

    throttle.forget(session, NAME)

    assert fail(session, 5, now=1_001) == []


def test_names_do_not_slow_each_other_down(session):
    fail(session, 5, now=1_000)

    throttle.count_try(session, throttle.hash_name(b"k" * 32, "bo"), 1_001)


def test_failures_of_yesterday_are_forgotten(session):
    fail(session, 4, now=1_000)

    throttle.count_try(session, NAME, 1_001 + throttle.FORGET_AFTER)

    assert session.query(SignInFailure).one().count == 1


def test_the_table_holds_no_name(session):
    fail(session, 1, now=1_000)

    assert session.query(SignInFailure).one().name_hash == NAME
    assert throttle.hash_name(b"l" * 32, "ada") != NAME
