"""A flood that calls for protection, on the budgets as they are where nobody sets any."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from admin import create_app
from admin.db import db, today
from admin.desk.claims import clock
from admin.desk.queue.lanes import Lane, Viewer
from admin.desk.queue.listing import read_queue
from admin.desk.queue.search import Wanted
from admin.intake.flood import HOUR, Flood
from admin.mail.notices import lane_waits, waits_p0
from admin.models import LaneRank, Tip
from admin.tip.urgency import Urgency
from admin.vault.calls import CALLS_MAX
from admin.vault.expiry import sweep
from admin.vault.lane import KEPT_DAYS, MACHINE_DAYS, leave_lane

from .conftest import Reporter
from .test_lane_danger import call

DEFAULTS = {"tips_per_minute": 60, "tips_per_group_hour": 20, "lane_tips": 5000, "workers": 1}


@pytest.fixture
def environ(environ):
    """The form, and the mailbox in which its tips call."""
    return {**environ, "DENGSHAO_ROOMS": "intake,mailbox"}


class Night:
    """Nodes on one database, a clock of their own, and what stands there afterwards."""

    def __init__(self, apps, config):
        self.now, self.apps = 0.0, apps
        for app in apps:
            defaults = replace(config, **DEFAULTS)
            app.extensions["dengshao.flood"] = Flood(defaults, clock=lambda: self.now)
        self.clients = [app.test_client() for app in apps]

    def client(self, number, network="10.0.0.1"):
        client = self.clients[number % len(self.clients)]
        client.environ_base["REMOTE_ADDR"] = network
        return client

    def read(self, question):
        with self.apps[0].app_context():
            db.reading.rollback()
            return question(db.reading)

    def count(self, *where):
        query = select(func.count()).select_from(Tip).where(*where)
        return self.read(lambda session: session.execute(query).scalar_one())

    @property
    def calls_in_queue(self):
        return self.count(Tip.machine_unit.is_(None), Tip.danger_on.is_not(None))

    @property
    def urgent_in_queue(self):
        return self.count(Tip.machine_unit.is_(None), Tip.urgency == Urgency.P0)

    @property
    def rings(self):
        return self.read(lambda session: waits_p0(session, "police", clock()))

    @property
    def rings_in_four_hours(self):
        return self.read(lambda session: lane_waits(session, "police", clock()))


@pytest.fixture
def night(app, config, units, request):
    apps = [app, *(create_app(config) for _ in range(getattr(request, "param", 1) - 1))]
    yield Night(apps, config)
    for other in apps[1:]:
        with other.app_context():
            db.dispose()


WAYS = {"press": {}, "answer": {"category": "A1", "when": "now"}}
# Nodes, tips, networks, seconds in the middle, and how each tip calls.
FLOODS = [
    pytest.param(2, 60, 8, HOUR, "press", id="two nodes, eight networks, over the hour"),
    pytest.param(1, 150, 1, 0, "press", id="one network"),
    pytest.param(1, 40, 8, 0, "press", id="eight networks"),
    pytest.param(2, 40, 1, 0, "press", id="two nodes"),
    pytest.param(1, 30, 1, HOUR, "answer", id="answers, over the hour"),
    pytest.param(2, 30, 8, 0, "answer", id="answers, two nodes, eight networks"),
]


# The first stands for all on PostgreSQL: tip after tip, all are counted by the same statements.
@pytest.mark.table
@pytest.mark.parametrize(("night", "tips", "networks", "pause", "way"), FLOODS, indirect=["night"])
def test_150_calls_neither_ring_each_quarter_of_an_hour_nor_fill_the_queue(
    night, tips, networks, pause, way
):
    for number in range(tips):
        night.now += 0.06 + pause * (number == tips // 2)
        client = night.client(number, f"10.{number % networks}.1.1")
        page = Reporter(client).tip(**WAYS[way])
        if way == "press":
            call(client, page.receipt)

    assert night.urgent_in_queue == CALLS_MAX
    assert night.calls_in_queue == (CALLS_MAX if way == "press" else 0)
    assert not night.rings
    assert night.rings_in_four_hours
    assert night.count(Tip.machine_unit.is_not(None), Tip.urgency == Urgency.P0) == (
        tips - CALLS_MAX
    )


@pytest.mark.parametrize("night", [2], indirect=True)
def test_presses_at_two_nodes_at_one_moment_share_the_places(night):
    receipts = [Reporter(night.client(number)).tip().receipt for number in range(8)]

    def press(number):
        return call(night.apps[number % 2].test_client(), receipts[number]).status_code

    with ThreadPoolExecutor(8) as pool:
        codes = list(pool.map(press, range(8)))

    assert codes == [200] * 8
    assert night.urgent_in_queue == CALLS_MAX
    assert night.count(Tip.danger_on.is_not(None)) == 8


def test_words_added_under_the_form_count_as_a_call(night):
    reporters = [Reporter(night.client(0)) for _ in range(CALLS_MAX + 2)]
    for one in reporters:
        one.tip()
        one.send(category="A1", when="now", what="现在就在村口")

    assert night.urgent_in_queue == CALLS_MAX
    assert night.count(Tip.machine_unit.is_not(None), Tip.urgency == Urgency.P0) == 2


def test_so_few_calls_ring_at_once(night):
    for number in range(CALLS_MAX - 1):
        call(night.client(number), Reporter(night.client(number)).tip().receipt)
        assert night.rings

    assert night.urgent_in_queue == CALLS_MAX - 1


def test_who_calls_one_too_many_is_told_and_found_first_in_the_lane_and_kept_for_thirty_days(
    app, night
):
    client = night.client(0)
    receipts = [Reporter(client).tip().receipt for _ in range(CALLS_MAX + 1)]
    pages = [call(client, receipt) for receipt in receipts]

    assert 'data-slot="apart-danger"><strong>' in pages[-1].text
    assert "请马上打 110" in pages[-1].text
    viewer = Viewer("police", 1, today(), clock())
    rows = night.read(
        lambda session: read_queue(session, viewer, Wanted(lane=Lane.MACHINE), None).rows
    )
    assert [row.urgency for row in rows] == [Urgency.P0]
    with app.app_context():
        for day, left in ((MACHINE_DAYS, CALLS_MAX + 1), (KEPT_DAYS - 1, CALLS_MAX + 1)):
            sweep(db.session, today() + timedelta(days=day))
            db.session.commit()
            assert night.count(Tip.sealed.is_not(None)) == left
        sweep(db.session, today() + timedelta(days=KEPT_DAYS))
        db.session.commit()
    assert night.count(Tip.sealed.is_not(None)) == CALLS_MAX


@pytest.mark.parametrize("by", ["proof", "person"])
def test_a_call_for_which_somebody_vouches_rings_among_a_flood(app, night, scripted, by):
    client = night.client(0)
    for _ in range(CALLS_MAX + 5):
        call(client, Reporter(client).tip().receipt)
    assert not night.rings

    with app.app_context():
        if by == "proof":
            assert scripted.post(scripted.parcel() | {"urgency": "P0"}).json["lane"] == ""
        else:
            tip = db.session.scalars(select(Tip).where(Tip.machine_unit.is_not(None))).first()
            leave_lane(tip)
            db.session.commit()

    assert night.rings
    assert night.urgent_in_queue == CALLS_MAX + 1
    assert night.count(Tip.machine_unit.is_(None), Tip.lane_rank == LaneRank.PROVEN) == 1


def test_what_a_person_has_acted_on_in_the_queue_frees_its_place_and_rings(app, night):
    client = night.client(0)
    for _ in range(CALLS_MAX):
        call(client, Reporter(client).tip().receipt)
    with app.app_context():
        tip = db.session.scalars(select(Tip)).first()
        before = tip.version
        leave_lane(tip)
        db.session.commit()
        assert (tip.version, tip.urgency) == (before, Urgency.P0)
    assert night.rings

    call(client, Reporter(client).tip().receipt)

    assert night.count(Tip.machine_unit.is_not(None)) == 0
    assert night.urgent_in_queue == CALLS_MAX + 1


def test_of_ten_villagers_at_once_each_is_found_by_the_lanes_hours(night):
    for number in range(10):
        client = night.client(number, f"10.0.{number}.1")
        call(client, Reporter(client).tip().receipt)

    assert night.count(Tip.urgency == Urgency.P0) == 10
    assert night.rings_in_four_hours
