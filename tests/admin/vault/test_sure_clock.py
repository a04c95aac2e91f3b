"""A clock that jumps deletes nothing early, and is believed again once something else agrees."""

import random
import time
from datetime import datetime, timedelta

import pytest
from flask.cli import ScriptInfo
from sqlalchemy import update

from admin import clock
from admin.clock.judging import DAY, SLACK, Clock, Kept, Moment, judge
from admin.commands.running import publish, sweep
from admin.db import SHANGHAI, db, today
from admin.models import SpentChallenge, Tip
from admin.serving.sweeper import sweep_now
from admin.signin import guard
from admin.tip.status import TipStatus
from admin.wire.form_tokens import FormTokens

HOUR = 3600.0
NOON = datetime(2026, 12, 2, 12, tzinfo=SHANGHAI).timestamp()


def at(seconds, *, jump=0.0, boot="a"):
    """What a machine sees so many seconds after noon, with its clock wrong by `jump`."""
    return Moment(NOON + seconds + jump, boot, 1000.0 + seconds)


KEPT = Kept(at(0))
JUDGED = {
    "an hour later": (at(HOUR), None, Clock.GOOD),
    "a week later, having run all the time": (at(7 * DAY), None, Clock.GOOD),
    "put right by a minute": (at(HOUR, jump=60), None, Clock.GOOD),
    "put back by a minute": (at(30, jump=-60), None, Clock.GOOD),
    "a day forth": (at(HOUR, jump=DAY), None, Clock.AHEAD),
    "a year forth": (at(HOUR, jump=365 * DAY), None, Clock.AHEAD),
    "a day back": (at(HOUR, jump=-DAY), None, Clock.BACK),
    "another start, an hour later": (at(HOUR, boot="b"), None, Clock.GOOD),
    "another start, a weekend later": (at(3 * DAY, boot="b"), None, Clock.AHEAD),
    "the same, and the database agrees": (at(3 * DAY, boot="b"), 3 * DAY, Clock.GOOD),
    "a day forth of a database's clock": (at(HOUR, jump=DAY), HOUR, Clock.AHEAD),
    "a day forth with the database": (at(HOUR, jump=DAY), HOUR + DAY, Clock.GOOD),
    "a day back, and the database agrees": (at(HOUR, jump=-DAY), HOUR - DAY, Clock.GOOD),
    "a day back of a database's clock": (at(HOUR, jump=-DAY), HOUR, Clock.BACK),
}


@pytest.mark.table
@pytest.mark.parametrize(("now", "elsewhere", "clock"), JUDGED.values(), ids=JUDGED)
def test_a_clock_is_believed_as_far_as_something_else_bears_it_out(now, elsewhere, clock):
    found = judge(KEPT, now, None if elsewhere is None else NOON + elsewhere)
    assert found.clock is clock
    assert Kept.parse(found.kept.write()) == found.kept


def test_a_first_moment_is_believed_unless_the_database_says_an_earlier_one():
    assert judge(None, at(0)).clock is Clock.GOOD
    assert judge(None, at(0, jump=DAY), NOON).clock is Clock.AHEAD


@pytest.mark.parametrize(("days", "clock"), [(9, Clock.AHEAD), (-9, Clock.BACK)])
def test_a_clock_that_went_on_evenly_for_a_day_is_believed_and_one_that_wavers_is_not(days, clock):
    kept = judge(KEPT, at(HOUR, jump=days * DAY)).kept
    for hour in range(2, 25):
        found = judge(kept, at(hour * HOUR, jump=days * DAY))
        assert found.clock is clock
        kept = found.kept
    assert judge(kept, at(25 * HOUR, jump=(days - 1) * DAY)).clock is clock
    assert judge(kept, at(25 * HOUR, jump=days * DAY)).clock is Clock.GOOD
    # Not where the database's clock says another time.
    assert judge(kept, at(25 * HOUR, jump=days * DAY), NOON + 25 * HOUR).clock is clock


def seen_hourly(kept, stretches):
    """Look each hour of each stretch: (start of the machine, its first hour, its last, days wrong).

    Return what was kept, and after how many hours from noon the clock was first believed again.
    """
    for boot, first, last, jump in stretches:
        for hour in range(first, last + 1):
            moment = Moment(NOON + hour * HOUR + jump * DAY, boot, 60.0 + (hour - first) * HOUR)
            found = judge(kept, moment)
            if found.clock is Clock.GOOD:
                return found.kept, hour
            kept = Kept.parse(found.kept.write())
    return kept, None


def test_a_clock_that_starts_wrong_and_is_put_right_after_hours_is_believed_at_once():
    kept, _ = seen_hourly(KEPT, [("b", 1, 9, 365)])
    assert judge(kept, Moment(NOON + 10 * HOUR, "b", 60 + 9 * HOUR)).clock is Clock.GOOD


BELIEVED = {
    "it runs on": ([("b", 60, 100, 0)], 84),
    # Between the last look and the next one nobody knows how long it ran: an hour goes each time.
    "it starts anew each day": ([("b", 60, 79, 0), ("c", 80, 99, 0)], 86),
    "it is off each night": ([("b", 60, 70, 0), ("c", 84, 94, 0), ("d", 108, 118, 0)], 114),
    "it starts a year wrong for five hours": (
        [("b", 60, 83, 0), ("c", 90, 95, 365), ("d", 96, 130, 0)],
        120,
    ),
    "it wavers within one start": ([("b", 60, 83, 0), ("b", 83, 90, 365)], None),
    "it is further back at the next start": ([("b", 60, 83, 9), ("c", 84, 95, 5)], None),
    "it was back and is ahead": ([("b", 60, 83, -9), ("c", 84, 95, 9)], None),
}


@pytest.mark.table
@pytest.mark.parametrize(("stretches", "hour"), BELIEVED.values(), ids=BELIEVED)
def test_a_machine_that_never_runs_for_a_day_is_believed_after_a_day_of_running(stretches, hour):
    assert seen_hourly(KEPT, stretches)[1] == hour


@pytest.mark.parametrize("seed", range(60))
def test_whatever_a_clock_does_within_a_day_nothing_is_deleted_early_and_the_latest_never_goes_back(
    seed,
):
    """Jumps of every size, hours apart; the machine starts anew now and then.

    True time is what the tests count. Each wrong spell ends within a day.
    """
    chance, true, boot, kept = random.Random(seed), 0.0, 0, Kept(Moment(NOON, "0", 0.0))
    jump, left, ran_from = 0.0, 0, 0.0
    for _turn in range(400):
        true += chance.choice((60.0, HOUR, HOUR, HOUR))
        if left == 0:
            was_right, jump = not jump, 0.0
            if was_right and chance.random() < 0.1:
                sizes = (DAY, -DAY, 3 * HOUR, 40 * DAY, -40 * DAY, 3650 * DAY)
                jump, left = chance.choice(sizes), chance.randrange(1, 20)
        else:
            left -= 1
        # Not right after a wrong spell: then it is in doubt for a day.
        if chance.random() < 0.02 and not jump and kept.doubt is None:
            boot, ran_from = boot + 1, true
        found = judge(kept, Moment(NOON + true + jump, str(boot), true - ran_from))
        assert found.clock is Clock.AHEAD or jump <= SLACK
        assert found.kept.latest.wall >= kept.latest.wall
        if not jump:
            assert found.clock is Clock.GOOD
        kept = found.kept


@pytest.mark.parametrize("seed", range(60))
def test_however_a_machine_is_off_and_on_a_clock_wrong_for_some_hours_is_never_believed_ahead(seed):
    """As above, but it starts anew at any time, after days too; no wrong spell lasts six hours.

    Whoever lets it run on is believed in the end, though it never runs for a day.
    """
    chance, true, kept = random.Random(seed), 0.0, Kept(Moment(NOON, "0", 0.0))
    good = 0
    for boot in range(1, 200):
        true += chance.choice((60.0, 600.0, HOUR, 15 * HOUR, 60 * HOUR))
        wrong = chance.choice((0, 0, 0, 1, 5)) * HOUR
        jump = chance.choice((DAY, -DAY, 3 * HOUR, 40 * DAY, -40 * DAY, 3650 * DAY))
        began, ends = true, true + chance.choice((HOUR, 7 * HOUR, 9 * HOUR, 20 * HOUR))
        while true < ends:
            true += chance.choice((60.0, 600.0, HOUR))
            off = jump if true - began < wrong else 0.0
            found = judge(kept, Moment(NOON + true + off, str(boot), true - began))
            assert found.clock is Clock.AHEAD or off <= SLACK
            assert found.kept.latest.wall >= kept.latest.wall
            good += found.clock is Clock.GOOD
            kept = Kept.parse(found.kept.write())
    assert good > 200


@pytest.fixture
def set_clock(monkeypatch):
    """Let the machine's clock run wrong by so many days, for all that asks it."""
    real = time.time
    yield lambda days: monkeypatch.setattr(time, "time", lambda: real() + days * DAY)
    clock.release()


def test_a_sweep_under_a_clock_that_jumped_deletes_nothing_early_and_goes_on_afterwards(
    app, tip_id, set_clock, caplog
):
    with app.app_context():
        day = today() + timedelta(days=1)
        closed = {"status": TipStatus.CLOSED, "is_open": False, "expires_on": day}
        db.session.execute(update(Tip).values(closed))
        db.session.add(SpentChallenge(challenge_hash=b"h" * 32, day=day - timedelta(days=1)))
        db.session.commit()
    assert sweep_now(app)["tips"] == 0
    for days in (1, 400):
        set_clock(days)
        assert sweep_now(app) == {}
        assert "the clock is ahead" in caplog.text
    set_clock(-1)
    counts = sweep_now(app)
    assert (counts["tips"], counts["challenges"]) == (0, 0)

    set_clock(0)
    with app.app_context():
        db.session.execute(update(Tip).values(expires_on=today()))
        db.session.commit()
    assert sweep_now(app)["tips"] == 1


def test_a_clock_set_back_by_a_day_makes_nothing_good_again(app, set_clock):
    """What ran out stays so: the day, a form's token, the moment by which sign-ins are judged."""
    tokens = FormTokens(b"k" * 32)
    set_clock(-1.5)
    old = tokens.new()
    set_clock(0)
    assert not tokens.read(old)[1]
    # Before the sweep, whose moment is what a later start believes: whole seconds may turn between.
    now, day, began = clock.seconds(), today(), time.monotonic()
    sweep_now(app)

    set_clock(-1)
    assert not tokens.read(old)[1]
    assert today() == day
    assert now <= guard.clock() <= now + 1 + time.monotonic() - began
    # A start while it is wrong believes what was believed before it.
    clock.release()
    assert guard.clock() < now - HOUR
    sweep_now(app)
    assert guard.clock() >= now
    # What stands days further back was wrong before, and is followed.
    set_clock(-40)
    assert abs(clock.now() - time.time()) < 1


def test_a_command_says_that_the_clock_is_wrong_and_does_nothing(app, set_clock):
    sweep_now(app)
    set_clock(2)
    for command, said in ((sweep, "这次什么都没有删"), (publish, "这次没有公布")):
        done = app.test_cli_runner().invoke(command, obj=ScriptInfo(create_app=lambda: app))
        assert (done.exit_code, said in done.output) == (1, True), (done.output, done.exception)
