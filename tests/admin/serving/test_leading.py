"""Which of several processes does what only one should, and what becomes of it when it dies."""

import asyncio
import os
import secrets
import signal
import threading
import time
from datetime import date

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import func, select, text

from admin import create_app
from admin.config import load_config
from admin.db import db, set_today
from admin.leading import LeadLost, Work, lead, lead_in_turn
from admin.mail.notices import PAGE, tick
from admin.mail.outbox import RETRY_SECONDS
from admin.models import ClockEvent, Decision, NoticeAddress, Tip, UnitKey
from admin.sealing import payload
from admin.serving.hours import MADE, MINUTE, turn_of, was_made
from admin.serving.sweeper import delete_due_at_start, sweep_now
from admin.tip.urgency import Urgency
from admin.vault.deadlines.reminders import keep_setting
from admin.vault.store import SealedTip, store_tip
from tests.forked import Forked
from tests.ports import free_port

CAME, LATE = date(2026, 9, 24), date(2026, 9, 29)
TIPS = 5
SWEEPING = "tests.admin.serving.sweeping"
HOUR = 3600
DAY = "1440"


@pytest.fixture
def late(session, units):
    """As many tips as make three batches, all of them late on a later day."""
    key = session.scalars(select(UnitKey).filter_by(unit_id="police")).one().id
    set_today(CAME)
    for _ in range(TIPS):
        words = payload.new_reference(), secrets.token_bytes(32), "police", key, Urgency.P3
        store_tip(session, SealedTip(*words, b"", b"words", is_machine=False))
    session.commit()
    set_today(None)


def until(is_so):
    deadline = time.monotonic() + 60
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def sweeping(environ, folder, *file):
    return Forked(SWEEPING, str(LATE), *map(str, file), env=os.environ | environ, output=folder)


def told():
    """Count the events of each tip, waiting for no writer."""
    query = select(func.count()).select_from(ClockEvent).group_by(ClockEvent.tip_id)
    found = db.reading.scalars(query).all()
    db.reading.rollback()
    return found


def test_a_leader_is_killed_in_the_middle_and_the_one_that_waited_does_what_is_left(
    environ, session, late, tmp_path
):
    stands, folders = tmp_path / "stands", [tmp_path / str(number) for number in range(3)]
    for folder in folders:
        folder.mkdir()
    leader = sweeping(environ, folders[0], stands)
    until(stands.exists)
    other = sweeping(environ, folders[1])
    time.sleep(1)
    # Of the batch that stands nothing is kept yet, and nobody else begins meanwhile.
    assert (told(), other.poll()) == ([1, 1], None)

    leader.send_signal(signal.SIGKILL)

    assert (leader.wait(60), other.wait(60)) == (-signal.SIGKILL, 0)
    assert told() == [1] * TIPS
    lines = select(func.count()).select_from(Decision).where(Decision.rule == "first_read")
    assert session.scalar(lines) == session.scalar(select(func.count()).select_from(Tip)) == TIPS
    assert was_made(session, turn_of(time.time())) or was_made(session, turn_of(time.time()) - 1)
    session.rollback()
    assert (folders[1] / "1").read_text() == str(TIPS - 2)


def test_what_was_made_this_hour_is_not_made_again_but_by_hand_it_is(app, session, units):
    assert sweep_now(app, unless_made=True) is not None
    assert sweep_now(app, unless_made=True) is None
    assert sweep_now(app) is not None


def test_a_clock_that_went_ahead_and_came_back_keeps_no_sweep_from_its_work(app, session, units):
    keep_setting(session, MADE, str(turn_of(time.time()) + 24))
    session.commit()

    assert sweep_now(app, unless_made=True) is not None


TURNS = [(0, -1), (MINUTE * 60 - 1, -1), (MINUTE * 60, 0), (HOUR, 0), (HOUR + MINUTE * 60, 1)]


@pytest.mark.parametrize(("now", "turn"), TURNS)
def test_a_turn_begins_at_its_minute_and_lasts_until_the_next(now, turn):
    assert turn_of(now) == turn


def test_a_start_waits_for_nobody_who_sweeps(app, session, units):
    with lead(db.engine, Work.SWEEP) as leader:
        assert leader
        delete_due_at_start(app)
        with lead(db.engine, Work.LETTERS) as other, lead(db.engine, Work.SWEEP) as second:
            assert (other is None, second) == (False, None)


def test_whose_lock_is_lost_stops_before_the_next_step(app, session, database):
    with lead_in_turn(db.engine, Work.SWEEP) as leader:
        leader.go_on()
        if database == "postgresql":
            end = text(
                "SELECT pg_terminate_backend(pid, 10000) FROM pg_locks WHERE locktype = 'advisory'"
            )
            session.execute(end)
            session.commit()
            with pytest.raises(LeadLost):
                leader.go_on()
            with lead(db.engine, Work.SWEEP) as next_one:
                assert next_one


class Halting:
    """A mail server that says nothing more within its second letter, until it may go on."""

    def __init__(self):
        self.to, self.halts, self.has_halted = [], True, threading.Event()

    async def handle_DATA(self, _server, _session, envelope):
        if self.to and self.halts:
            self.has_halted.set()
            while self.halts:
                await asyncio.sleep(0.1)
            return "451 later"
        self.to += envelope.rcpt_tos
        return "250 kept"


def test_letters_of_a_killed_sender_are_sent_once_by_another(environ, session, units):
    addresses = [f"{name}@example.org" for name in ("ada", "bo", "cy")]
    for address in addresses:
        session.add(NoticeAddress(unit_id="police", kind=PAGE, address=address))
    session.commit()
    server, port = Halting(), free_port()
    controller = Controller(server, "127.0.0.1", port)
    controller.start()
    mail = {
        "DENGSHAO_SMTP_URL": f"smtp+plain://127.0.0.1:{port}",
        "DENGSHAO_HEARTBEAT_MINUTES": DAY,
    }
    app = create_app(load_config(environ | mail))
    try:
        sender = Forked(SWEEPING, env=os.environ | environ | mail)
        assert server.has_halted.wait(60)
        now = int(time.time())
        assert tick(app, now + RETRY_SECONDS[0] + 1) == 0
        sender.kill()
        sender.wait(60)
        server.halts = False

        assert [tick(app, now + RETRY_SECONDS[0] + 1) for _ in range(2)] == [2, 0]
    finally:
        controller.stop()
        with app.app_context():
            db.dispose()
    assert sorted(server.to) == addresses
