"""Addresses among the settings, of IPv4 and of IPv6."""

import pytest
from sqlalchemy.engine import make_url

from admin.config import AddressHints, ConfigError, load_config
from admin.settings.addresses import read_peers
from admin.vault.files.opening import _is_on_this_machine
from admin.wire.networks import network_of, sender_network


def load(tmp_path, **values):
    (tmp_path / "secret").write_text("ab" * 32)
    return load_config({"DENGSHAO_DATA": str(tmp_path), **values})


@pytest.mark.parametrize(
    ("bind", "public", "desk"),
    [
        ("127.0.0.1:8000", "127.0.0.1:8000", "localhost:8000"),
        ("[::1]:8000", "[::1]:8000", "localhost:8000"),
        ("[::]:8000", "127.0.0.1:8000", "localhost:8000"),
        ("0.0.0.0:80", "127.0.0.1:80", "localhost:80"),
        ("localhost:8000", "127.0.0.1:8000", "localhost:8000"),
    ],
)
def test_the_server_listens_on_either_kind_of_address(tmp_path, bind, public, desk):
    config = load(tmp_path, DENGSHAO_BIND=bind)
    assert (config.bind, config.public_host, config.desk_host) == (bind, public, desk)


@pytest.mark.parametrize(
    "bind",
    [
        *("::1:8000", "[::1]", "[::1]:", "[::g]:8000", "8000", ":8000", "127.0.0.1", "a b:1"),
        *("a:0", "127.0.0.1:65536", "[127.0.0.1]:8000", "http://localhost:8000"),
    ],
)
def test_what_is_no_address_and_port_stops_the_start(tmp_path, bind):
    with pytest.raises(ConfigError, match=r"DENGSHAO_BIND: .*\[::1\]:8000"):
        load(tmp_path, DENGSHAO_BIND=bind)


@pytest.mark.parametrize(
    "url",
    [
        *("smtps://a:b@[2001:db8::25]:465", "smtp://[2001:db8::25]", "smtp+plain://[::1]:2525"),
        *("smtps://mail.example", "smtp+plain://localhost:25"),
    ],
)
def test_a_mail_server_has_an_address_of_either_kind(tmp_path, url):
    assert load(tmp_path, DENGSHAO_SMTP_URL=url).smtp_url == url


@pytest.mark.parametrize(
    "url",
    ["smtp://2001:db8::25", "smtp://[::1", "smtp+plain://[2001:db8::1]", "smtps://", "smtps://a:x"],
)
def test_half_an_address_of_a_mail_server_stops_the_start(tmp_path, url):
    with pytest.raises(ConfigError, match="DENGSHAO_SMTP_URL"):
        load(tmp_path, DENGSHAO_SMTP_URL=url)


def test_a_database_and_a_store_of_files_have_addresses_of_ipv6(tmp_path, monkeypatch):
    url = make_url(load(tmp_path, DENGSHAO_DATABASE_URL=PG).database_url)
    arguments = url.get_dialect()().create_connect_args(url)[1]
    assert (arguments["host"], arguments["port"]) == ("2001:db8::5432", 5433)
    for endpoint, is_here in (("http://[::1]:8333", True), ("http://[2001:db8::1]:8333", False)):
        monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
        assert _is_on_this_machine() is is_here


PG = "postgresql+psycopg://a:b@[2001:db8::5432]:5433/dengshao"
TOKEN = "0123456789abcdef" * 2
TOLD = {"Dengshao-Group": TOKEN, "X-Forwarded-For": "6.6.6.6, 2001:db8:1:2::3"}
# DENGSHAO_EDGE_PEERS (none: as it comes), the connection's other end, whether its word counts.
PEERS = [
    *[(None, peer, True) for peer in ("::1", "127.0.0.1", "::ffff:127.0.0.1", "127.0.0.2")],
    *[(None, peer, False) for peer in ("2001:db8::1", "::2", "fe80::1%eth0", "10.0.0.1", "", None)],
    ("10.78.0.2, 2001:db8:9::/48", "10.78.0.2", True),
    ("10.78.0.2, 2001:db8:9::/48", "::ffff:10.78.0.2", True),
    ("10.78.0.2, 2001:db8:9::/48", "2001:db8:9:1::1", True),
    ("10.78.0.2, 2001:db8:9::/48", "10.78.0.3", False),
    ("10.78.0.2, 2001:db8:9::/48", "127.0.0.1", False),
]


@pytest.mark.parametrize(("named", "peer", "counts"), PEERS)
def test_a_header_counts_from_the_proxies_that_are_named_and_from_nobody_else(named, peer, counts):
    peers = read_peers({"DENGSHAO_EDGE_PEERS": named} if named else {})

    told = [
        sender_network(hints, peers, peer, TOLD.get)
        for hints in (AddressHints.EDGE, AddressHints.PROXY)
    ]

    meant = [TOKEN.encode(), network_of("2001:db8:1:2::3")]
    assert told == (meant if counts else [None, None])


@pytest.mark.parametrize(
    "text",
    [
        *("", ",", "127.0.0.1,", "localhost", "[::1]", "10.78.0.1/24", "127.0.0.1:8000", "unix"),
        *("0.0.0.0/0", "::/0", "127.0.0.1,0.0.0.0/0"),
        # Everybody, in pieces.
        *("0.0.0.0/1,128.0.0.0/1", "::/1,8000::/1", "11.0.0.0/8", "10.0.0.0/7", "203.0.0.0/15"),
        *("2001::/31", "fc00::/7", "127.0.0.1,2000::/3"),
    ],
)
def test_proxies_that_cannot_be_read_or_are_everybody_stop_the_start(tmp_path, text):
    with pytest.raises(ConfigError, match="DENGSHAO_EDGE_PEERS: "):
        load(tmp_path, DENGSHAO_EDGE_PEERS=text)


@pytest.mark.parametrize(
    "text",
    [
        "127.0.0.0/8,::1",
        "10.0.0.0/8",
        "172.16.0.0/12",
        "203.0.0.0/16",
        "2001:db8::/32",
        "fd00::/48",
    ],
)
def test_a_network_of_an_offices_own_is_taken(text):
    assert len(read_peers({"DENGSHAO_EDGE_PEERS": text})) == text.count(",") + 1


def test_one_network_is_what_one_line_brings():
    assert network_of("2001:db8:1:2::3") == network_of("2001:db8:1:ffff:a:b:c:d")
    assert network_of("2001:db8:1::1") != network_of("2001:db8:2::1")
    assert network_of("192.0.2.1") == network_of("192.0.2.254") == network_of("::ffff:192.0.2.7")
    assert network_of("192.0.2.1") != network_of("192.0.3.1")
    for text in ("", None, "[::1]", "2001:db8::1:80:x", "unknown"):
        assert network_of(text) is None
