"""A clock that jumps deletes nothing early, and is believed again once something else agrees."""

import random
import time
from datetime import datetime, timedelta

import pytest
from flask.cli import ScriptInfo
from sqlalchemy import update

from admin import clock
from admin.commands.running import publish, sweep
from admin.db import SHANGHAI, db, today
from admin.models import SpentChallenge, Tip
from admin.serving.sweeper import sweep_now
from admin.signin import guard
from admin.tip.status import TipStatus
from admin.vault.retention.sure_clock import DAY, SLACK, Clock, Kept, Moment, judge
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
