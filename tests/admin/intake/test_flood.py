"""When a tip goes to the lane, and when the machine must rest: all by a clock of the test's own."""

import itertools
import threading
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from admin.config import AddressHints, ConfigError, Env, load_config
from admin.intake import flood as flood_module
from admin.intake.flood import HOUR, LANE_SECONDS, LEAST_NUMBER, MOST_NUMBER, Flood, Verdict
from admin.wire.networks import network_of

NORMAL, MACHINE, REST = Verdict
ONE, OTHER = b"1" * 16, b"2" * 16
PLAIN, PROVEN = {"proven": False}, {"proven": True}


class Clock:
    """A clock that stands until it is told to go on."""

    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now

    def wait(self, seconds):
        self.now += seconds


class Street:
    """The budgets of one process, with a database whose lane is a number."""

    def __init__(self, config, **budgets):
        self.clock = Clock()
        self.flood = Flood(replace(config, **budgets), self.clock)
        self.stored = 0
        self.counts = 0

    def size(self):
        self.counts += 1
        return self.stored

    def send(self, times=1, *, proven=False, group=None, decoy=False):
        """Send so many tips at one moment; gives what became of each."""
        verdicts = []
        for _ in range(times):
            verdict = self.flood.judge(proven=proven, group=group, decoy=decoy, lane_size=self.size)
            self.stored += verdict is MACHINE
            verdicts.append(verdict)
        return verdicts

    def normal(self, *args, **kwargs):
        return self.send(*args, **kwargs).count(NORMAL)


@pytest.fixture(scope="session")
def plain_config(tmp_path_factory):
    """The budgets as they are where nobody sets any."""
    return load_config({"DENGSHAO_DATA": str(tmp_path_factory.mktemp("flood"))})


@pytest.fixture
def street(plain_config):
    return Street(plain_config)


@pytest.mark.parametrize(
    ("kind", "burst", "a_minute"), [(PLAIN, 120, 60), (PROVEN, 600, 300)], ids=["plain", "proven"]
)
def test_a_budget_lets_a_burst_through_and_then_so_many_a_minute(street, kind, burst, a_minute):
    assert street.send(burst + 1, **kind) == [NORMAL] * burst + [MACHINE]

    street.clock.wait(60)

    assert street.send(a_minute + 1, **kind) == [NORMAL] * a_minute + [MACHINE]


def test_a_budget_that_rested_for_long_holds_no_more_than_its_burst(street):
    street.clock.wait(100 * HOUR)

    assert street.normal(500) == 120


def test_each_kind_of_tip_draws_from_a_budget_of_its_own(street):
    street.send(1000)

    assert street.normal(600, proven=True) == 600


def test_a_network_has_twenty_an_hour_and_over_it_is_heard_in_the_lane(street):
    assert street.send(21, group=ONE) == [NORMAL] * 20 + [MACHINE]

    street.clock.wait(HOUR / 2)

    assert street.normal(20, group=ONE) == 10


def test_a_flood_from_one_network_takes_nothing_from_the_others(street):
    street.send(5000, group=ONE)

    assert street.normal(20, group=OTHER) == 20
    # All but the first network's own twenty, and the second's, is left for those without one.
    assert street.normal(500) == 120 - 20 - 20


def test_a_flood_from_many_networks_meets_the_budget_for_all(street):
    groups = [bytes([number]) * 16 for number in range(100)]

    assert sum(street.normal(20, group=group) for group in groups) == 120


def test_a_tip_with_a_proof_is_never_judged_by_its_network(street):
    street.send(600, group=ONE)

    assert street.normal(600, proven=True, group=ONE) == 600


@pytest.mark.parametrize("kind", [PLAIN, PROVEN], ids=["plain", "proven"])
def test_what_fills_in_the_decoy_goes_to_the_lane_and_draws_from_no_budget(street, kind):
    assert set(street.send(200, decoy=True, **kind)) == {MACHINE}

    assert street.normal(20, group=ONE, **kind) == 20


LANE = [
    # Tips in the lane of 100, kind, verdict: the last tenth is for tips with a proof.
    (0, PLAIN, MACHINE),
    (89, PLAIN, MACHINE),
    (90, PLAIN, REST),
    (90, PROVEN, MACHINE),
    (99, PROVEN, MACHINE),
    (100, PROVEN, REST),
    (100, PLAIN, REST),
]


@pytest.mark.parametrize(("stored", "kind", "verdict"), LANE)
def test_the_lane_takes_what_it_has_room_for(plain_config, stored, kind, verdict):
    street = Street(plain_config, lane_tips=100)
    street.stored = stored

    assert street.send(decoy=True, **kind) == [verdict]


def test_a_full_lane_does_not_touch_what_is_within_its_budget(plain_config):
    street = Street(plain_config, lane_tips=0)

    assert street.send(21, group=ONE) == [NORMAL] * 20 + [REST]


def test_one_network_fills_a_tenth_of_the_lane_at_most(plain_config):
    street = Street(plain_config, lane_tips=100)

    verdicts = street.send(50, group=ONE)

    assert verdicts == [NORMAL] * 20 + [MACHINE] * 10 + [REST] * 20
    assert street.send(decoy=True, group=OTHER) == [MACHINE]


def test_the_lane_is_counted_once_in_a_few_seconds_and_what_came_since_is_added(plain_config):
    street = Street(plain_config, lane_tips=100)

    assert street.send(100, decoy=True).count(MACHINE) == 90
    assert street.counts == 1
    street.stored = 0
    assert street.send(decoy=True) == [REST]
    street.clock.wait(LANE_SECONDS + 0.1)
    assert street.send(decoy=True) == [MACHINE]
    assert street.counts == 2


def test_the_processes_together_keep_within_the_lane(plain_config):
    streets = [Street(plain_config, lane_tips=100, workers=4) for _ in range(4)]

    stored = 0
    for _ in range(100):
        for street in streets:
            stored += street.send(decoy=True).count(MACHINE)

    assert 80 <= stored <= 100


def test_each_process_has_its_share_of_every_budget(plain_config):
    street = Street(plain_config, workers=4)

    assert street.normal(100, group=ONE) == 5
    assert street.normal(100) == 30 - 5
    assert street.normal(300, proven=True) == 150


def test_a_share_below_one_still_lets_somebody_through(plain_config):
    street = Street(plain_config, workers=8, tips_per_group_hour=4)

    assert street.normal(5, group=ONE) == 1


def test_a_budget_of_nothing_sends_all_to_the_lane(plain_config):
    street = Street(plain_config, tips_per_minute=0, proven_per_minute=0)

    assert street.send() + street.send(proven=True) == [MACHINE, MACHINE]
    assert street.flood.max_number() == LEAST_NUMBER


STEPS = st.tuples(
    st.floats(0, 40), st.integers(1, 90), st.booleans(), st.sampled_from([None, ONE, OTHER])
)


@given(st.lists(STEPS, max_size=30), st.integers(1, 5))
@settings(max_examples=150)
def test_no_stretch_of_time_sees_more_than_burst_and_rate_allow(plain_config, steps, workers):
    street = Street(plain_config, workers=workers, lane_tips=10**9)
    passed = {True: [], False: []}
    for wait, times, proven, group in steps:
        street.clock.wait(wait)
        count = street.normal(times, proven=proven, group=group)
        passed[proven].append((street.clock.now, count))

    for proven, a_minute in ((False, 60), (True, 300)):
        for first, last in itertools.combinations_with_replacement(range(len(passed[proven])), 2):
            stretch = passed[proven][first : last + 1]
            seconds = stretch[-1][0] - stretch[0][0]
            allowed = (2 * a_minute + a_minute / 60 * seconds) / workers
            assert sum(count for _, count in stretch) <= allowed + 1e-6


def test_threads_at_once_draw_no_more_than_there_is(street):
    verdicts = []

    def send():
        verdicts.extend(street.send(100))

    threads = [threading.Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (len(verdicts), verdicts.count(NORMAL)) == (800, 120)


WORK = [
    # Proven tips at one moment, and how much the next proof costs: a quarter of the budget is 75.
    (0, 1),
    (75, 1),
    (149, 1),
    (151, 2),
    (301, 4),
    (601, 8),
    (2401, 32),
    (9999, 32),
]


@pytest.mark.parametrize(("tips", "times"), WORK)
def test_the_work_doubles_with_the_pace_of_proven_tips(street, tips, times):
    street.send(tips, proven=True)

    assert street.flood.max_number() == LEAST_NUMBER * times


def test_the_work_is_at_most_what_an_old_phone_can_do_and_falls_again(street):
    street.send(20_000, proven=True)

    assert street.flood.max_number() == MOST_NUMBER
    street.clock.wait(10 * 60)
    assert street.flood.max_number() == LEAST_NUMBER


def test_tips_without_a_proof_make_nobody_elses_work_harder(street):
    street.send(5000)

    assert street.flood.max_number() == LEAST_NUMBER


def test_the_work_follows_the_pace_of_all_processes(plain_config):
    street = Street(plain_config, workers=2)
    street.send(151, proven=True)

    assert street.flood.max_number() == LEAST_NUMBER * 4


SAME = [
    ("192.0.2.1", "192.0.2.254"),
    ("192.0.2.1", "::ffff:192.0.2.77"),
    ("2001:db8:1::1", "2001:db8:1:ffff::2"),
]
APART = [
    ("192.0.2.1", "192.0.3.1"),
    ("2001:db8:1::1", "2001:db8:2::1"),
    ("192.0.2.1", "c000:200::"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_addresses_of_one_network_are_one_group(street, one, other):
    group = street.flood.sender(one, {}.get)

    assert group is not None
    assert street.flood.sender(other, {}.get) == group


@pytest.mark.parametrize(("one", "other"), APART)
def test_addresses_of_two_networks_are_two_groups(street, one, other):
    assert street.flood.sender(one, {}.get) != street.flood.sender(other, {}.get)


@pytest.mark.parametrize(
    "address", [None, "", "unix:", "192.0.2", "192.0.2.1, 192.0.2.2", "x" * 999]
)
def test_what_is_no_address_is_of_no_group(street, address):
    assert street.flood.sender(address, {}.get) is None


def test_the_groups_are_forgotten_with_their_key_every_hour(street):
    before = street.flood.sender("192.0.2.1", {}.get)
    street.send(30, group=before)

    street.clock.wait(HOUR - 1)
    assert street.flood.sender("192.0.2.1", {}.get) == before
    street.clock.wait(1)

    after = street.flood.sender("192.0.2.1", {}.get)
    assert after != before
    assert street.normal(20, group=after) == 20


def test_two_processes_know_one_network_under_two_names(plain_config):
    one, other = Flood(plain_config), Flood(plain_config)

    assert one.sender("192.0.2.1", {}.get) != other.sender("192.0.2.1", {}.get)


def test_nothing_that_is_kept_shows_an_address(street):
    street.send(40, group=street.flood.sender("198.51.100.77", {}.get))

    assert "198.51.100" not in f"{street.flood!r} {vars(street.flood)!r}"


def test_beyond_so_many_networks_the_budgets_for_all_hold_alone(street, monkeypatch):
    monkeypatch.setattr(flood_module, "GROUPS_MAX", 1)
    street.send(20, group=ONE)

    assert street.normal(500, group=OTHER) == 100
    assert len(street.flood._groups) == 1


SENDERS = [
    # hints, connection, X-Forwarded-For, whose group
    ("peer", "192.0.2.1", None, "192.0.2.1"),
    ("peer", "127.0.0.1", "192.0.2.1", "127.0.0.1"),
    ("proxy", "127.0.0.1", "192.0.2.1", "192.0.2.1"),
    ("proxy", "::1", "192.0.2.1", "192.0.2.1"),
    ("proxy", "::ffff:127.0.0.1", "192.0.2.1", "192.0.2.1"),
    # What stands before the last one is what the sender wrote.
    ("proxy", "127.0.0.1", "203.0.113.9, 192.0.2.1", "192.0.2.1"),
    ("proxy", "127.0.0.1", "192.0.2.1, nonsense", None),
    ("proxy", "127.0.0.1", None, None),
    ("proxy", "127.0.0.1", "", None),
    # Not from our proxy: its word does not count, and its own network may be everybody's.
    ("proxy", "192.0.2.1", "203.0.113.9", None),
    ("off", "192.0.2.1", "203.0.113.9", None),
    ("off", "127.0.0.1", "203.0.113.9", None),
]


@pytest.mark.parametrize(("hints", "peer", "forwarded", "whose"), SENDERS)
def test_whose_network_counts_is_configured(plain_config, hints, peer, forwarded, whose):
    flood = Street(plain_config, address_hints=AddressHints(hints)).flood

    sent = {"X-Forwarded-For": forwarded} if forwarded is not None else {}
    told = flood.sender(peer, sent.get)

    assert told == (flood._keyed(network_of(whose)) if whose else None)


TOKEN = "0123456789abcdef" * 2
AT_THE_EDGE = [
    # Dengshao-Group, whether it is one
    (TOKEN, True),
    (TOKEN.upper(), False),
    (TOKEN[1:], False),
    ("192.0.2.1", False),
    ("", False),
    (None, False),
]


@pytest.mark.parametrize(("sent", "counts"), AT_THE_EDGE)
def test_behind_the_edge_its_token_counts_and_no_address_does(plain_config, sent, counts):
    flood = Street(plain_config, address_hints=AddressHints.EDGE).flood
    headers = {"X-Forwarded-For": "192.0.2.1"} | ({"Dengshao-Group": sent} if sent else {})

    told = flood.sender("127.0.0.1", headers.get)

    assert told == (flood._keyed(sent.encode()) if counts else None)


def test_a_request_reaches_the_budgets_with_its_group_alone(app):
    with app.test_request_context(environ_base={"REMOTE_ADDR": "192.0.2.9"}):
        found = flood_module.flood()
        assert flood_module.sender_group() == found.sender("192.0.2.1", {}.get)


@pytest.mark.parametrize(("env", "hints"), [("development", "peer"), ("production", "edge")])
def test_in_production_the_edges_word_counts_where_nothing_is_said(tmp_path, env, hints):
    config = load_config(_environ(tmp_path, DENGSHAO_ENV=env))

    assert (config.env, config.address_hints) == (Env(env), AddressHints(hints))


WRONG = [
    ("DENGSHAO_ADDRESS_HINTS", "all", "write edge, proxy, peer or off"),
    ("DENGSHAO_TIPS_PER_MINUTE", "many", "write a whole number"),
    ("DENGSHAO_PROVEN_PER_MINUTE", "-1", "write a whole number"),
    ("DENGSHAO_TIPS_PER_GROUP_HOUR", "1.5", "write a whole number"),
    ("DENGSHAO_LANE_TIPS", "", "write a whole number"),
]


@pytest.mark.parametrize(("name", "value", "sentence"), WRONG)
def test_a_budget_that_cannot_be_read_stops_the_start(tmp_path, name, value, sentence):
    with pytest.raises(ConfigError, match=f"{name}: {sentence}"):
        load_config(_environ(tmp_path, **{name: value}))


def _environ(folder, **values):
    (folder / "secret").write_text("ab" * 32)
    hosts = {"DENGSHAO_PUBLIC_HOST": "tip.example", "DENGSHAO_DESK_HOST": "desk.example"}
    return {"DENGSHAO_DATA": str(folder), **hosts, **values}


def test_what_was_no_new_tip_gets_its_place_back(street):
    for _retry in range(200):
        assert street.send(group=ONE) == [NORMAL]
        street.flood.undo(NORMAL, ONE)

    assert street.send(21, group=ONE) == [NORMAL] * 20 + [MACHINE]


def test_what_was_no_new_tip_leaves_the_lane_as_it_was(plain_config):
    street = Street(plain_config, lane_tips=20)
    street.send(20, group=ONE)

    for _retry in range(50):
        assert street.flood.judge(proven=False, group=ONE, decoy=False, lane_size=int) is MACHINE
        street.flood.undo(MACHINE, ONE)

    assert street.send(3, group=ONE) == [MACHINE, MACHINE, REST]
