"""Ports of this machine for servers that tests start, each given once to one process of tests."""

import os
import socket
from itertools import cycle
from pathlib import Path

_FIRST = 11_000  # Above the ports that Chromium refuses to open
_LAST = 32_768
_SLICE = 2_000
_RANGE = Path("/proc/sys/net/ipv4/ip_local_port_range")


def _slice() -> range:
    """Give the ports of this process of tests, all below those that the system draws from.

    A port that the system chose may be chosen again, by a test beside this one, before the server
    is there that it is meant for.
    """
    end = int(_RANGE.read_text().split()[0]) if _RANGE.exists() else _LAST
    slices = ((end if _FIRST + 4 * _SLICE < end < _LAST else _LAST) - _FIRST) // _SLICE
    number = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % slices
    return range(_FIRST + number * _SLICE, _FIRST + (number + 1) * _SLICE)


def _rotated(ports: range) -> list[int]:
    # Another run on the same machine begins elsewhere.
    start = os.getpid() * 37 % len(ports)
    return [*ports[start:], *ports[:start]]


_ports = cycle(_rotated(_slice()))


def free_port() -> int:
    """Give a port on which nobody listens, and which was not given for two thousand calls."""
    for port in _ports:
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise AssertionError


def has_six():
    """Tell whether this machine has IPv6's loopback address."""
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True
