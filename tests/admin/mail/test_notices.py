"""Content-free letters: when they go, that they are equal, and that none is lost or doubled."""

import threading
from dataclasses import replace
from datetime import datetime
from email import message_from_bytes

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import not_, select, text

from admin import create_app
from admin.config import ConfigError, load_config
from admin.db import SHANGHAI, db, today
from admin.desk.claims import is_held
from admin.mail.notices import (
    DAILY,
    PAGE,
    is_lane_slot,
    p0_statement,
    tick,
)
from admin.mail.outbox import (
    KEPT_SECONDS,
    RETRY_SECONDS,
    Letter,
    queue_letter,
)
from admin.models import LaneRank, Member, NoticeAddress, OutboxMail, Tip, UnitKey
from admin.signin import services
from admin.tip.status import TipStatus
from admin.tip.urgency import Urgency
from admin.vault.calls import CALLS_MAX, UNPROVEN, waiting_statement
from tests.ports import free_port
from tests.support import add_bare_member

MORNING = int(datetime(2026, 11, 24, 8, 0, tzinfo=SHANGHAI).timestamp())
SLOT = 15 * 60


class Inbox:
    """A mail server that keeps what it gets, or refuses while it is told to."""

    def __init__(self):
        self.letters = []
        self.refuses = False

    async def handle_DATA(self, _server, _session, envelope):
        if self.refuses:
            return "451 later"
        self.letters.append(envelope)
        return "250 kept"

    @property
    def to(self):
        return sorted(letter.rcpt_tos[0] for letter in self.letters)

    @property
    def words(self):
        parsed = [message_from_bytes(letter.content) for letter in self.letters]
        return [one.get_payload(decode=True).decode() for one in parsed]


@pytest.fixture
def inbox():
    kept = Inbox()
    kept.port = free_port()
    server = Controller(kept, hostname="127.0.0.1", port=kept.port)
    server.start()
    yield kept
    server.stop()


@pytest.fixture
def environ(environ, inbox):
    return environ | {"DENGSHAO_SMTP_URL": f"smtp+plain://127.0.0.1:{inbox.port}"}


@pytest.fixture
def ring(app, units):
    """Addresses of the police desk: one for each kind of letter."""
    with app.app_context():
        for kind in (DAILY, PAGE):
            db.session.add(NoticeAddress(unit_id="police", kind=kind, address=f"{kind}@example.cn"))
        db.session.commit()


def add_p0(app, unit_id="police", reference="ABCDE-FGHJK", lookup=b"l" * 32, **values):
    facts = {"status": TipStatus.RECEIVED, "received_on": today(), "urgency": Urgency.P0} | values
    with app.app_context():
        key_id = db.session.scalars(select(UnitKey.id).filter_by(unit_id="police")).one()
        db.session.add(
            Tip(
                reference=reference,
                lookup=lookup,
                unit_id=unit_id,
                unit_key_id=key_id,
                sealed=b"x",
                **facts,
            )
        )
        db.session.commit()


def at(hour, minute=0):
    return int(datetime(2026, 11, 24, hour, minute, tzinfo=SHANGHAI).timestamp())


def test_the_daily_letter_goes_out_at_its_hour_once_whether_or_not_anything_came(app, ring, inbox):
    tick(app, at(7, 59))
    assert "daily@example.cn" not in inbox.to

    for minute in (0, 1, 30):
        tick(app, at(8, minute))

    assert inbox.to.count("daily@example.cn") == 1


@pytest.mark.parametrize("hour", [0, 7, 9, 23])
def test_a_daily_letter_goes_out_at_no_other_hour(app, ring, inbox, hour):
    tick(app, at(hour))

    assert "daily@example.cn" not in inbox.to


def test_yesterdays_letter_is_given_up_when_the_mail_server_was_away(app, ring, inbox):
    inbox.refuses = True
    tick(app, MORNING)
    inbox.refuses = False
    tick(app, MORNING + 24 * 3600)

    assert inbox.to.count("daily@example.cn") == 1


def test_what_was_sent_is_forgotten_after_a_week(app, ring, inbox):
    tick(app, MORNING)
    tick(app, MORNING + KEPT_SECONDS + 3600)

    with app.app_context():
        rows = db.session.scalars(select(OutboxMail.once)).all()
    assert [once for once in rows if once.startswith(DAILY)] == []


QUESTIONS = {
    "all": p0_statement("police", MORNING),
    "proven": p0_statement("police", MORNING).where(not_(UNPROVEN)),
    "unproven": p0_statement("police", MORNING).where(UNPROVEN).limit(CALLS_MAX),
    "places": waiting_statement("police"),
}


@pytest.mark.parametrize("question", QUESTIONS)
def test_whether_p0_waits_is_asked_of_the_units_own_urgent_tips_alone(app, database, question):
    with app.app_context():
        statement = QUESTIONS[question].compile(db.engine, compile_kwargs={"literal_binds": True})
        if database == "postgresql":
            # An empty table is read whole; ask for the plan of a large one.
            db.session.execute(text("SET LOCAL enable_seqscan = off"))
        explain = "EXPLAIN QUERY PLAN" if database == "sqlite" else "EXPLAIN"
        plan = str(db.session.execute(text(f"{explain} {statement}")).all())

    assert "ix_tip_open" in plan
    assert "SCAN tip" not in plan


def test_a_heartbeat_goes_out_every_slot_and_says_whether_p0_waits(app, ring, inbox):
    tick(app, MORNING)
    add_p0(app)
    tick(app, MORNING + SLOT)
    tick(app, MORNING + SLOT + 60)

    words = [text for text in inbox.words if text.startswith("危急")]
    assert [text[:4] for text in words] == ["危急：无", "危急：有"]


def test_letters_of_one_kind_are_equal_in_size_and_tell_nothing_of_a_tip(app, ring, inbox):
    tick(app, MORNING)
    add_p0(app)
    tick(app, MORNING + SLOT)

    pages = [one.content for one in inbox.letters if one.rcpt_tos == ["page@example.cn"]]
    assert len(pages) == 2
    assert len({len(content) for content in pages}) == 1
    assert not any("ABCDE" in text or "police" in text for text in inbox.words)


@pytest.mark.parametrize(
    "values",
    [
        {"machine_unit": "police"},
        {"is_open": False, "status": TipStatus.CLOSED},
        {"urgency": Urgency.P1},
    ],
)
def test_what_is_no_waiting_p0_does_not_ring(app, ring, inbox, values):
    add_p0(app, **values)
    tick(app, MORNING)

    assert "危急：无" in "".join(inbox.words)


def test_a_flood_in_the_lane_rings_twice_in_a_night_and_a_call_in_the_queue_at_once(
    app, ring, inbox
):
    add_p0(app, machine_unit="police", danger_on=today(), lane_rank=LaneRank.CALLING)
    evening = at(22, 15)

    for slot in range(32):
        tick(app, evening + slot * SLOT)

    night = [text[:4] for text in inbox.words if text.startswith("危急")]
    assert (len(night), night.count("危急：有")) == (32, 2)
    add_p0(app, reference="ABCDE-FGHJM", lookup=b"m" * 32)
    tick(app, evening + 32 * SLOT + SLOT)
    assert inbox.words[-1].startswith("危急：有")


@pytest.mark.parametrize("minutes", [7, 15, 60, 240, 300])
def test_the_lane_has_no_more_than_one_heartbeat_in_four_hours(config, minutes):
    beats = replace(config, heartbeat_minutes=minutes)
    slots = range(MORNING, MORNING + 5 * 24 * 3600, minutes * 60)

    ringing = [slot for slot in slots if is_lane_slot(beats, slot)]

    assert len(ringing) <= 5 * 6
    assert len(ringing) >= min(5 * 6, len(slots)) - 1


@pytest.fixture
def holder(app, units):
    """A member's number; nobody signs in by it."""
    with app.app_context():
        number = add_bare_member(db.session).id
        db.session.commit()
        return number


HELD = {
    "by a member at work": ({}, False),
    "until a moment that came": ({"claimed_until": MORNING}, True),
    "without an end": ({"claimed_until": None}, False),
    "by who was shut out": ({"suspended": True}, True),
}


@pytest.mark.parametrize("case", HELD)
def test_a_p0_rings_unless_a_member_at_work_holds_it(app, ring, holder, inbox, case):
    values, rings = HELD[case]
    held = {"claimed_by_id": holder, "claimed_until": MORNING + 1}
    add_p0(app, **held | {k: v for k, v in values.items() if k != "suspended"})
    with app.app_context():
        if values.get("suspended"):
            db.session.get_one(Member, holder).suspended_on = today()
        db.session.commit()
        assert is_held(db.session.scalars(select(Tip)).one(), MORNING) is not rings

    tick(app, MORNING)

    assert ("危急：有" in "".join(inbox.words)) is rings


def test_what_a_member_held_is_free_when_they_are_shut_out(app, ring, holder, inbox):
    add_p0(app, claimed_by_id=holder, claimed_until=MORNING + 1)
    with app.app_context():
        before = db.session.scalars(select(Tip.version)).one()
        services.suspend(db.session, db.session.get_one(Member, holder))
        db.session.commit()
        tip = db.session.scalars(select(Tip)).one()

    assert (tip.claimed_by_id, tip.claimed_until, tip.version) == (None, None, before)


def test_a_unit_for_practice_is_never_rung(app, units, inbox):
    with app.app_context():
        db.session.add(NoticeAddress(unit_id="practice", kind=PAGE, address="p@example.cn"))
        db.session.commit()
    add_p0(app, unit_id="practice")

    tick(app, MORNING)

    assert inbox.letters == []


def test_a_letter_that_the_server_refuses_is_tried_again_later(app, ring, inbox):
    inbox.refuses = True
    tick(app, MORNING)
    inbox.refuses = False
    tick(app, MORNING + 30)
    assert inbox.letters == []

    tick(app, MORNING + RETRY_SECONDS[0])

    assert inbox.to == ["daily@example.cn", "page@example.cn"]


def test_a_heartbeat_that_came_too_late_is_given_up_and_the_next_one_goes(app, ring, inbox):
    inbox.refuses = True
    tick(app, MORNING)
    inbox.refuses = False
    tick(app, MORNING + SLOT)

    assert inbox.to.count("page@example.cn") == 1


def test_several_nodes_at_once_send_each_letter_once(app, config, ring, inbox):
    nodes = [create_app(config) for _ in range(4)]
    threads = [threading.Thread(target=tick, args=(node, MORNING)) for node in nodes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert inbox.to == ["daily@example.cn", "page@example.cn"]
    for node in nodes:
        with node.app_context():
            db.dispose()


def test_a_letter_that_was_sent_keeps_neither_address_nor_words(app, ring, inbox):
    tick(app, MORNING)

    with app.app_context():
        rows = db.session.scalars(select(OutboxMail)).all()
    assert {(row.address, row.body) for row in rows} == {("", "")}


def test_a_failure_is_logged_without_the_address(app, ring, inbox, caplog):
    inbox.refuses = True

    tick(app, MORNING)

    assert "letter not sent" in caplog.text
    assert "example.cn" not in caplog.text


def test_without_a_mail_server_nothing_is_queued(tmp_path, environ, database_url, inbox):
    quiet = create_app(load_config({**environ, "DENGSHAO_SMTP_URL": ""}))

    assert tick(quiet, MORNING) == 0
    with quiet.app_context():
        db.dispose()


def test_the_same_letter_is_queued_once(app):
    letter = Letter("one", "a@example.cn", "s", "b")
    with app.app_context():
        assert queue_letter(db.session, letter, 1)
        assert not queue_letter(db.session, letter, 2)
        db.session.commit()


@pytest.mark.parametrize(
    "address", ["smtp+plain://mail.example.cn", "http://localhost", "mail.example.cn", "ftp://x"]
)
def test_a_mail_server_is_never_spoken_to_in_clear_over_a_network(address):
    with pytest.raises(ConfigError, match="DENGSHAO_SMTP_URL"):
        load_config({"DENGSHAO_SMTP_URL": address})
