"""Who found a receipt, or copied one, takes no room that the words of others need."""

import re
from dataclasses import replace

import pytest

from admin.mailbox.shares import Shares
from admin.networks import HOUR
from admin.vault import store
from admin.vault.store import DAY_MAX

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


def taken(shares, address, times, tip=1):
    return sum(shares.take(tip, address, None) for _ in range(times))


def test_one_network_takes_half_of_a_days_room_and_leaves_the_other_half(shares):
    assert taken(shares, JUNK, 299) == DAY_MAX // 2
    assert taken(shares, OWN, DAY_MAX) == DAY_MAX // 2


def test_a_hundred_networks_take_nothing_from_who_wrote_first(shares):
    assert taken(shares, OWN, 1) == 1
    junk = sum(taken(shares, f"10.8.{number}.1", 5) for number in range(100))

    assert junk == DAY_MAX // 2
    assert taken(shares, OWN, DAY_MAX) == DAY_MAX // 2 - 1


def test_a_network_has_a_budget_over_all_tips(config):
    shares = Shares(replace(config, tips_per_group_hour=20), Clock())

    assert sum(taken(shares, JUNK, 1, tip) for tip in range(100)) == 60
    assert taken(shares, OWN, 1, 1) == 1


def test_all_is_forgotten_with_the_hour(shares, clock):
    taken(shares, JUNK, 299)
    clock.now = HOUR

    assert taken(shares, OWN, 1) == 1
    assert taken(shares, JUNK, 299) == DAY_MAX // 2


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
    assert "您补充的话收到了" in page.text
    refused = send(client, reporter, "还有一句", JUNK)
    assert "过一小时再发" in refused.text
    assert "还有一句" in refused.text


@pytest.mark.parametrize("bound", ["DAY_MAX", "TALK_MAX"])
def test_a_full_talk_refuses_words_and_still_takes_the_mark_of_danger(
    client, reporter, monkeypatch, bound
):
    monkeypatch.setattr(store, bound, 1)
    for room in ("DAY_DANGER_ROOM", "DANGER_ROOM"):
        monkeypatch.setattr(store, room, 0)
    send(client, reporter, "第一句", OWN)

    refused = send(client, reporter, "第二句", OWN)
    page = send(client, reporter, "有人来了", OWN, "danger", confirm="yes")

    said = {"DAY_MAX": "请明天再写", "TALK_MAX": "这条线索下的话太多了"}
    assert said[bound] in refused.text
    assert "已标为最急。您写的字没有存" in page.text
    assert "有人来了" in page.text
    assert reporter.tip().urgency == "P0"
