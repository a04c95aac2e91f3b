"""Who found a receipt, or copied one, takes no room that the words of others need."""

import re
from collections import Counter
from dataclasses import replace

import pytest
from sqlalchemy import update

from admin import create_app
from admin.db import db
from admin.mailbox.shares import Shares
from admin.models import Tip
from admin.vault import store
from admin.vault.store import DAY_MAX
from admin.wire.networks import HOUR

OWN, JUNK = "10.1.1.7", "10.9.9.9"


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def shares(config, clock):
    return Shares(config, clock)


class Day:
    """The places that the database counts of each tip, whichever node gave them out."""

    def __init__(self):
        self.given = Counter()

    def take(self, shares, tip, address):
        left = DAY_MAX - self.given[tip]
        fits = left > 0 and shares.take(tip, address, {}.get, left)
        self.given[tip] += fits
        return fits


@pytest.fixture
def taken():
    day = Day()
    return lambda shares, address, times, tip=1: sum(
        day.take(shares, tip, address) for _ in range(times)
    )


def test_one_network_takes_half_of_a_days_room_and_leaves_the_other_half(shares, taken):
    assert taken(shares, JUNK, 299) == DAY_MAX // 2
    assert taken(shares, OWN, DAY_MAX) == DAY_MAX // 2


def test_a_hundred_networks_take_nothing_from_who_wrote_first(shares, taken):
    assert taken(shares, OWN, 1) == 1
    junk = sum(taken(shares, f"10.8.{number}.1", 5) for number in range(100))

    assert junk == DAY_MAX // 2
    assert taken(shares, OWN, DAY_MAX) == DAY_MAX // 2 - 1


def test_a_network_has_a_budget_over_all_tips(config, taken):
    shares = Shares(replace(config, tips_per_group_hour=20), Clock())

    assert sum(taken(shares, JUNK, 1, tip) for tip in range(100)) == 60
    assert taken(shares, OWN, 1, 1) == 1


def test_networks_are_forgotten_with_the_hour_and_what_is_left_is_not(shares, clock, taken):
    assert taken(shares, JUNK, 299) == DAY_MAX // 2
    clock.now = HOUR

    assert taken(shares, OWN, 1) == 1
    # The first of this hour keeps half of the ten that were left.
    assert taken(shares, JUNK, 299) == 5
    assert taken(shares, OWN, 299) == 4


def test_a_network_that_comes_every_hour_halves_what_is_left_and_never_takes_the_last(
    shares, clock, taken
):
    took = []
    for hour in range(24):
        clock.now = hour * HOUR
        took.append(taken(shares, JUNK, 299))

    assert took[:6] == [10, 5, 2, 1, 1, 0]
    assert sum(took) == DAY_MAX - 1
    assert taken(shares, OWN, 1) == 1


@pytest.mark.parametrize("nodes", [2, 3, 8])
def test_a_network_that_writes_to_several_nodes_at_once_leaves_its_share_to_others(
    config, taken, nodes
):
    each = [Shares(config, Clock()) for _ in range(nodes)]
    junk = sum(taken(shares, JUNK, 1) for _ in range(DAY_MAX) for shares in each)

    assert junk < DAY_MAX
    assert taken(each[0], OWN, DAY_MAX) == DAY_MAX - junk


def send(client, reporter, words, address, act="words", **more):
    def post(path, data):
        return client.post(f"/mailbox/{path}", data=data, environ_base={"REMOTE_ADDR": address})

    page = post("", {"receipt": reporter.typed})
    token = re.search(r'name="token" value="([^"]+)"', page.text)[1]
    return post(act, {"receipt": reporter.typed, "token": token, "words": words, **more})


def test_junk_under_a_found_receipt_ends_and_the_reporters_words_still_arrive(client, reporter):
    junk = [send(client, reporter, f"junk {n}", JUNK).status_code for n in range(DAY_MAX)]

    page = send(client, reporter, "我才是写这条的人", OWN)

    assert junk == [200] * (DAY_MAX // 2) + [422] * (DAY_MAX // 2)
    assert "您补充的内容已收到" in page.text
    refused = send(client, reporter, "还有一句", JUNK)
    assert "过一小时再发" in refused.text
    assert "还有一句" in refused.text


@pytest.mark.parametrize("bound", ["DAY_MAX", "TALK_MAX"])
def test_a_full_talk_refuses_words_and_still_takes_the_mark_of_danger(
    client, reporter, monkeypatch, bound
):
    monkeypatch.setattr(store, bound, 2)
    for room in ("DAY_DANGER_ROOM", "DANGER_ROOM"):
        monkeypatch.setattr(store, room, 0)
    for words, network in (("第一句", OWN), ("第二句", JUNK)):
        assert "您补充的内容已收到" in send(client, reporter, words, network).text

    refused = send(client, reporter, "第三句", OWN)
    page = send(client, reporter, "有人来了", OWN, "danger", confirm="yes")

    said = {"DAY_MAX": "请明天再写", "TALK_MAX": "这条线索下的话太多了"}
    assert said[bound] in refused.text
    assert "已标为最急。您写的字没有存" in page.text
    assert "有人来了" in page.text
    assert reporter.tip().urgency == "P0"


@pytest.fixture
def two_nodes(app, config):
    """A second node on the same database, and who sends to which."""
    other = create_app(config)
    yield [app.test_client(), other.test_client()]
    with other.app_context():
        db.dispose()


JUNK_FLOODS = {
    # Whether the tip stands in the lane, hours in which the junk comes, and nodes.
    "in one hour": (False, 1, 1),
    "before and after the hour's change": (False, 2, 1),
    "at two nodes at once": (False, 1, 2),
    "at two nodes, over the hour": (False, 2, 2),
    "in the lane": (True, 1, 1),
    "in the lane, over the hour, at two nodes": (True, 2, 2),
}


@pytest.mark.parametrize("case", JUNK_FLOODS)
def test_junk_of_a_network_never_uses_up_the_reporters_room(app, config, reporter, two_nodes, case):
    in_lane, hours, nodes = JUNK_FLOODS[case]
    clock = Clock()
    for client in two_nodes:
        client.application.extensions["dengshao.shares"] = Shares(config, clock)
    with app.app_context():
        if in_lane:
            db.session.execute(update(Tip).values(machine_unit="police"))
            db.session.commit()

    for hour in range(hours):
        clock.now = hour * HOUR
        for number in range(12 * nodes):
            send(two_nodes[number % nodes], reporter, f"junk {hour} {number}", JUNK)
    clock.now = (hours - 1) * HOUR + 1

    page = send(two_nodes[0], reporter, "我才是写这条的人", OWN)
    assert "您补充的内容已收到" in page.text
    assert "我才是写这条的人" in [envelope.body for envelope in reporter.opened()]
    page = send(two_nodes[0], reporter, "在粮站后面", OWN, "danger", confirm="yes")
    assert "您写的字没有存" not in page.text
