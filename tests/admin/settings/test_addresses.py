"""Addresses among the settings, of IPv4 and of IPv6."""

import pytest
from sqlalchemy.engine import make_url

from admin.config import AddressHints, ConfigError, load_config
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
PROXY = AddressHints.PROXY


@pytest.mark.parametrize("peer", ["::1", "127.0.0.1", "::ffff:127.0.0.1"])
def test_a_proxy_on_either_loopback_is_taken_at_its_word(peer):
    told = {"X-Forwarded-For": "6.6.6.6, 2001:db8:1:2::3"}
    assert sender_network(PROXY, peer, told.get) == network_of("2001:db8:1:2::3")


@pytest.mark.parametrize("peer", ["2001:db8::1", "::2", "fe80::1%eth0", "10.0.0.1", "", None])
def test_no_other_machine_is(peer):
    assert sender_network(PROXY, peer, {"X-Forwarded-For": "2001:db8:1:2::3"}.get) is None


def test_one_network_is_what_one_line_brings():
    assert network_of("2001:db8:1:2::3") == network_of("2001:db8:1:ffff:a:b:c:d")
    assert network_of("2001:db8:1::1") != network_of("2001:db8:2::1")
    assert network_of("192.0.2.1") == network_of("192.0.2.254") == network_of("::ffff:192.0.2.7")
    assert network_of("192.0.2.1") != network_of("192.0.3.1")
    for text in ("", None, "[::1]", "2001:db8::1:80:x", "unknown"):
        assert network_of(text) is None
