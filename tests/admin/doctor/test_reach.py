"""The doctor's look at the way in by IPv6: a real TLS server on ::1, and what is said of it."""

import socket
import ssl
import threading

import pytest

from admin.config import load_config
from admin.doctor import front, reach
from admin.doctor.findings import State
from tests.journeys.proxied import PUBLIC, write_certificate
from tests.ports import free_port, has_six


@pytest.mark.parametrize(
    ("addresses", "silent", "state"),
    [
        (["2001:db8::1"], [], State.GOOD),
        (["2001:db8::1", "2001:db8::2"], ["2001:db8::2"], State.BAD),
        ([], [], State.UNKNOWN),
    ],
)
def test_a_way_by_ipv6_that_leads_nowhere_is_worse_than_none(addresses, silent, state):
    assert reach.check_six(addresses, silent).state is state


PEERS = [
    # DENGSHAO_ADDRESS_HINTS, DENGSHAO_BIND, DENGSHAO_EDGE_PEERS
    ("edge", "127.0.0.1:8000", "127.0.0.1,::1", [State.GOOD]),
    ("edge", "[::1]:8000", "10.78.0.2", [State.BAD]),
    ("proxy", "127.0.0.1:8000", "10.78.0.0/24", [State.BAD]),
    ("edge", "0.0.0.0:8000", "127.0.0.0/8,::1", [State.UNKNOWN]),
    ("edge", "10.78.0.1:8000", "10.78.0.2", [State.GOOD]),
    ("peer", "127.0.0.1:8000", "10.78.0.2", []),
    ("off", "127.0.0.1:8000", "10.78.0.2", []),
]


@pytest.mark.parametrize(("hints", "bind", "peers", "states"), PEERS)
def test_a_proxy_whose_word_can_never_count_is_told(tmp_path, hints, bind, peers, states):
    said = {"ADDRESS_HINTS": hints, "BIND": bind, "EDGE_PEERS": peers, "DATA": str(tmp_path)}
    config = load_config({f"DENGSHAO_{name}": text for name, text in said.items()})

    assert [found.state for found in front.check_peers(config)] == states


@pytest.mark.skipif(not has_six(), reason="this machine has no IPv6 loopback address")
def test_it_answers_by_ipv6_where_the_certificate_is_of_its_name(tmp_path, monkeypatch):
    write_certificate(tmp_path)
    certificate = tmp_path / f"{PUBLIC}.pem"
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, tmp_path / f"{PUBLIC}.key")
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    # Whoever is there answers in the end, on a busy machine too.
    monkeypatch.setattr(reach, "_SECONDS", 60)
    with socket.create_server(("::1", 0), family=socket.AF_INET6) as server:
        port = server.getsockname()[1]

        def shake_hands():
            for _ in range(2):
                plain, _peer = server.accept()
                try:
                    context.wrap_socket(plain, server_side=True).close()
                except OSError:
                    plain.close()

        hands = threading.Thread(target=shake_hands)
        hands.start()
        assert reach.answers("::1", PUBLIC, port)
        assert not reach.answers("::1", "other.example", port)
        hands.join(60)
    assert not reach.answers("::1", PUBLIC, free_port())
    assert reach.six_addresses("::1") == ["::1"]
    assert reach.six_addresses("127.0.0.1") == []
