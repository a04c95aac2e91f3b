"""The doctor's look at the way in by IPv6: a real TLS server on ::1, and what is said of it."""

import socket
import ssl
import threading

import pytest

from admin.doctor import reach
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


@pytest.mark.skipif(not has_six(), reason="this machine has no IPv6 loopback address")
def test_it_answers_by_ipv6_where_the_certificate_is_of_its_name(tmp_path, monkeypatch):
    write_certificate(tmp_path)
    certificate = tmp_path / f"{PUBLIC}.pem"
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, tmp_path / f"{PUBLIC}.key")
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
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
        hands.join(20)
    assert not reach.answers("::1", PUBLIC, free_port())
    assert reach.six_addresses("::1") == ["::1"]
    assert reach.six_addresses("127.0.0.1") == []
