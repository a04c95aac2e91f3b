"""Where a node may tell what it measured: on this machine, or in a network of the house's own."""

import pytest

from admin.settings.faults import ConfigError
from admin.settings.measures import Measures, read_measures


@pytest.mark.parametrize(
    ("bind", "host", "port"),
    [
        ("127.0.0.1:9469", "127.0.0.1", 9469),
        ("[::1]:9469", "::1", 9469),
        ("10.78.0.2:80", "10.78.0.2", 80),
        ("192.168.1.9:65535", "192.168.1.9", 65535),
        ("[fd00::2]:9469", "fd00::2", 9469),
    ],
)
def test_this_machine_and_inner_networks_are_listened_on(bind, host, port):
    found = read_measures({"DENGSHAO_METRICS": "yes", "DENGSHAO_METRICS_BIND": bind})
    assert found == Measures(is_on=True, host=host, port=port)


def test_nothing_is_measured_unasked_and_nothing_is_told_but_here():
    assert read_measures({}) == Measures(is_on=False, host="127.0.0.1", port=9469)


@pytest.mark.parametrize(
    "bind",
    [
        *("0.0.0.0:9469", "[::]:9469", "8.8.8.8:9469", "[2001:db8::1]:9469", "169.254.1.1:9469"),
        *("localhost:9469", "desk.example:9469", "127.0.0.1", ":9469", "127.0.0.1:0", "a:b"),
        *("127.0.0.1:65536", "::1:9469", "[127.0.0.1]:9469", "172.32.0.1:9469"),
    ],
)
def test_every_other_address_stops_the_start(bind):
    with pytest.raises(ConfigError, match="DENGSHAO_METRICS_BIND: "):
        read_measures({"DENGSHAO_METRICS_BIND": bind})


def test_yes_and_no_are_the_only_answers():
    with pytest.raises(ConfigError, match="DENGSHAO_METRICS: write yes or no"):
        read_measures({"DENGSHAO_METRICS": "on"})
