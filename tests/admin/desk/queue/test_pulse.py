"""The queue's quiet question: fixed in size, no work of anybody's, and true."""

import re
import time
from types import SimpleNamespace

import pytest
from sqlalchemy import func, select, update

from admin.db import db
from admin.desk.queue import pulse, views
from admin.models import AuditEvent, StaffSession
from admin.tip.status import TipStatus
from admin.tip.urgency import Urgency

ADDRESS = "/desk/pulse.json"


@pytest.fixture(autouse=True)
def waits(monkeypatch):
    """Wait for nothing, and keep for how long an answer would have been held back."""
    found = []
    # A clock of its own: the process has threads that sleep, too; theirs are no waits of a page.
    clock = SimpleNamespace(sleep=found.append, monotonic=time.monotonic)
    monkeypatch.setattr(pulse, "time", clock)
    return found


def mark(desk, **query):
    return re.search(r'data-mark="([0-9a-f]{16})"', desk.get(**query).text)[1]


def size(answer):
    headers = sum(len(name) + len(value) for name, value in answer.headers if name != "Date")
    return len(answer.data), headers


def test_the_answer_is_as_long_whatever_waits(desk, make_tip, app):
    sizes = {size(desk.get(ADDRESS))}
    make_tip(urgency=Urgency.P0)
    sizes.add(size(desk.get(ADDRESS)))
    for _ in range(12):
        make_tip()
    sizes.add(size(desk.get(ADDRESS)))
    sizes.add(size(desk.get(ADDRESS, lane="overdue", after="broken")))

    assert len(sizes) == 1


def test_a_hundred_and_more_take_no_more_room_than_one(desk, monkeypatch):
    alone = desk.get(ADDRESS)
    monkeypatch.setattr(views.words, "counted", lambda _number: "99+")

    assert size(desk.get(ADDRESS)) == size(alone)


def test_it_leaves_no_sooner_than_all_others(desk, waits, monkeypatch):
    monkeypatch.setattr(pulse, "FLOOR", 1_000.0)

    desk.get(ADDRESS)

    assert 900 < waits[0] <= 1_000
    pulse.wait_from(0.0)
    assert waits[1] == 0.0


def test_it_tells_that_the_rows_are_others_as_soon_as_one_is(desk, colleague, make_tip, change):
    tip = make_tip()
    before = mark(desk)
    assert desk.get(ADDRESS).json["mark"] == before

    assert desk.get(f"/desk/tips/{tip.reference}/sealed.json").status_code == 200
    opened = desk.get(ADDRESS).json["mark"]
    colleague.post(tip, "claim")
    claimed = desk.get(ADDRESS).json["mark"]
    make_tip(urgency=Urgency.P1)
    came = desk.get(ADDRESS).json["mark"]
    make_tip("drugs", urgency=Urgency.P0)

    assert len({before, opened, claimed, came}) == 4
    assert desk.get(ADDRESS).json["mark"] == came == mark(desk)


def test_it_asks_as_the_page_was_narrowed(desk, make_tip, change):
    make_tip(urgency=Urgency.P2)
    ended = make_tip(urgency=Urgency.P2)
    change(ended, status=TipStatus.CLOSED, is_open=False)
    narrowed = {"lane": "all", "status": "closed"}
    before = mark(desk, **narrowed)
    make_tip(urgency=Urgency.P2)

    assert desk.get(ADDRESS, **narrowed).json["mark"] == before
    assert desk.get(ADDRESS).json["counts"]["all"] == "  2"


def test_it_keeps_no_session_alive_and_writes_no_line(desk, app):
    with app.app_context():
        db.session.execute(update(StaffSession).values(last_seen=StaffSession.last_seen - 600))
        db.session.commit()
        seen = db.session.scalar(select(StaffSession.last_seen))
        lines = db.session.scalar(select(func.count()).select_from(AuditEvent))

    assert desk.get(ADDRESS).status_code == 200

    with app.app_context():
        assert db.reading.scalar(select(StaffSession.last_seen)) == seen
        assert db.reading.scalar(select(func.count()).select_from(AuditEvent)) == lines
    desk.get()
    with app.app_context():
        assert db.reading.scalar(select(StaffSession.last_seen)) > seen


@pytest.mark.parametrize(("locked", "status"), [(True, 423), (False, 200)])
def test_a_locked_session_gets_none(desk, app, locked, status):
    with app.app_context():
        db.session.execute(update(StaffSession).values(is_locked=locked))
        db.session.commit()
    accept = {"Accept": "application/json"}

    answer = desk.client.get(ADDRESS, headers=accept, base_url=desk.base_url)

    assert answer.status_code == status


@pytest.mark.parametrize(("name", "status"), [("police-desk", 200), ("admin", 403)])
def test_who_sees_the_queue_may_ask(sign_in, name, status):
    assert sign_in(name).get(ADDRESS).status_code == status
