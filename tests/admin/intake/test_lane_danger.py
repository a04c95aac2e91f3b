"""A flood whose every tip calls for protection stays in the lane, and hides nobody there."""

import dataclasses
import re

import pytest
from sqlalchemy import select

from admin.db import db, today
from admin.desk.claims import clock
from admin.desk.queue.lanes import Lane, Viewer
from admin.desk.queue.listing import read_queue
from admin.desk.queue.search import Wanted
from admin.desk.queue.side import read_around
from admin.intake.flood import Flood
from admin.models import Decision, LaneRank, Tip
from admin.tip.urgency import Urgency
from admin.vault import history
from admin.vault.calls import CALLS_MAX
from admin.vault.lane import leave_lane
from tests.tip_events import codes, event

from .conftest import FormReader, Reporter

FLOOD = 30
CALL_110 = "请马上打 110"


@pytest.fixture
def environ(environ):
    """The form, and the mailbox in which its tips call."""
    return {**environ, "DENGSHAO_ROOMS": "intake,mailbox"}


@pytest.fixture
def flooded(app, config, client, units):
    """A flood without scripts: most of it stands apart, and each of its tips calls."""
    narrow = dataclasses.replace(config, tips_per_minute=2)
    app.extensions["dengshao.flood"] = Flood(narrow, clock=lambda: 0.0)
    receipts = [Reporter(client).tip().receipt for _ in range(FLOOD)]
    return [call(client, receipt) for receipt in receipts]


def call(client, receipt, words=""):
    """Open the mailbox and press 我有危险, both steps."""
    shown = client.post("/mailbox/", data={"receipt": receipt})
    token = FormReader(shown.text).values["token"]
    fields = {"receipt": receipt, "token": token, "words": words, "confirm": "yes"}
    return client.post("/mailbox/danger", data=fields)


@pytest.fixture
def queue(app):
    def read(lane, **wanted):
        viewer = Viewer("police", 1, today(), clock())
        with app.app_context():
            counts = read_around(db.reading, viewer, with_load=False)[0]
            return read_queue(db.reading, viewer, Wanted(lane=lane, **wanted), None).rows, counts

    return read


def test_no_call_of_a_flood_enters_the_queue_and_the_lane_counts_them(flooded, queue):
    lane, counts = queue(Lane.MACHINE)

    # Four came into the queue within their budget; only so many may call there.
    assert len(queue(Lane.URGENT)[0]) == CALLS_MAX
    assert len(lane) == FLOOD - CALLS_MAX
    assert counts.by_lane[Lane.URGENT] == CALLS_MAX
    assert (counts.machine_urgent, counts.machine_danger) == (FLOOD - CALLS_MAX, FLOOD - CALLS_MAX)
    assert all(row.is_danger and row.urgency is Urgency.P0 for row in lane)


def test_each_who_calls_is_told_to_call_110_and_that_the_tip_stands_apart(flooded):
    for page in flooded:
        assert page.status_code == 200
        assert CALL_110 in page.text
    told = re.compile(r'data-slot="apart-danger"><strong>.*请马上打 110')
    assert sum(bool(told.search(page.text)) for page in flooded) == FLOOD - CALLS_MAX
    # Who pressed is not told to press; and 110 is where the thumb is.
    pressed = [page.text for page in flooded if told.search(page.text)]
    assert all('data-slot="apart-call" hidden' in text for text in pressed)
    first_call = re.compile(r'data-slot="happens-danger">\s*<h2>[^<]*</h2>\s*<p><a [^>]*tel:110')
    assert all(first_call.search(page.text) for page in flooded)


def test_who_proved_and_calls_stands_before_a_flood_that_calls(app, flooded, queue):
    with app.app_context():
        rows = db.session.scalars(select(Tip).where(Tip.machine_unit.is_not(None))).all()
        rows[17].lane_rank = LaneRank.CALLING_PROVEN
        rows[3].danger_on, rows[3].lane_rank = None, LaneRank.PROVEN
        rows[4].danger_on, rows[4].lane_rank = None, LaneRank.PLAIN
        honest, proven, plain = rows[17].reference, rows[3].reference, rows[4].reference
        db.session.commit()

    shown = [row.reference for row in queue(Lane.MACHINE)[0]]

    assert shown[0] == honest
    assert shown[-2:] == [proven, plain]
    assert queue(Lane.MACHINE, urgency=Urgency.P0)[0][0].reference == honest


def test_an_act_of_staff_takes_a_calling_tip_out(app, flooded):
    with app.app_context():
        tip = db.session.scalars(select(Tip).where(Tip.machine_unit.is_not(None))).first()
        leave_lane(tip)
        history.record(db.session, tip, event("claimed"), by="ada")
        db.session.commit()
        assert (tip.machine_unit, tip.expires_on, tip.lane_rank) == (None, None, LaneRank.PROVEN)
        assert tip.due_on is not None
        calls = codes(db.session, Decision.tip_id == tip.id)
    assert calls == ["danger", "claimed"]
