"""The mail server's certificate: vouched for by a CA of the district's own, and by no other."""

import ssl
from dataclasses import replace

import pytest
from aiosmtpd.controller import Controller

from admin.config import ConfigError, load_config
from admin.mail.outbox import Letter, send_letter
from tests.ports import free_port
from tests.private_ca import Authority


class Inbox:
    def __init__(self):
        self.letters = []

    async def handle_DATA(self, _server, _session, envelope):
        self.letters.append(envelope)
        return "250 kept"


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority.made(tmp_path_factory.mktemp("ca"))


@pytest.fixture(scope="module")
def other(tmp_path_factory):
    return Authority.made(tmp_path_factory.mktemp("other"))


@pytest.fixture
def mail(authority):
    """Start a mail server with a certificate for some names: `mail(scheme, host, *names)`."""
    started = []

    def start(scheme, host, *names):
        context, inbox = authority.context(*names), Inbox()
        ways = {
            "smtps": {"ssl_context": context},
            "smtp": {"tls_context": context, "require_starttls": True},
        }
        server = Controller(inbox, hostname=host, port=free_port(), **ways[scheme])
        server.start()
        started.append(server)
        address = f"[{host}]" if ":" in host else host
        return inbox, f"{scheme}://{address}:{server.port}"

    yield start
    for server in started:
        server.stop()


def send(tmp_path, url, ca):
    """Hand one letter to a mail server, as this installation is set to."""
    config = replace(load_config({"DENGSHAO_DATA": str(tmp_path)}), smtp_url=url, smtp_ca=ca)
    send_letter(config, Letter("one", "zhiban@example.cn", "s", "b"))


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
@pytest.mark.parametrize("scheme", ["smtps", "smtp"])
def test_a_letter_goes_out_where_the_districts_own_ca_vouches(
    mail, tmp_path, authority, scheme, host
):
    inbox, url = mail(scheme, host, host)

    send(tmp_path, url, authority.path)

    assert [letter.rcpt_tos for letter in inbox.letters] == [["zhiban@example.cn"]]


UNPROVED = {
    "by the system's": (None, "127.0.0.1"),
    "by another": ("other", "127.0.0.1"),
    "for another name": ("authority", "mail.example.cn"),
}


@pytest.mark.parametrize("scheme", ["smtps", "smtp"])
@pytest.mark.parametrize("case", UNPROVED)
def test_no_letter_is_handed_to_a_server_for_which_nobody_vouches(
    mail, tmp_path, request, scheme, case
):
    by, name = UNPROVED[case]
    inbox, url = mail(scheme, "127.0.0.1", name)

    with pytest.raises(ssl.SSLCertVerificationError):
        send(tmp_path, url, request.getfixturevalue(by).path if by else None)

    assert inbox.letters == []


REFUSED = {
    "nothing there": (None, "cannot read"),
    "no certificate": (b"words", "holds no certificate"),
    "a private key": (b"-----BEGIN PRIVATE KEY-----", "holds a private key"),
}


@pytest.mark.parametrize("name", ["DENGSHAO_SMTP_CA", "DENGSHAO_BLOBS_CA"])
@pytest.mark.parametrize("case", REFUSED)
def test_a_file_that_vouches_for_nobody_stops_the_start_with_a_sentence(tmp_path, name, case):
    words, sentence = REFUSED[case]
    path = tmp_path / "ca.pem"
    if words is not None:
        path.write_bytes(words)

    with pytest.raises(ConfigError, match=f"{name}: .*{sentence}"):
        load_config({name: str(path), "DENGSHAO_DATA": str(tmp_path)})


def test_several_certificates_may_stand_in_the_file(tmp_path, authority, other):
    path = tmp_path / "both.pem"
    path.write_bytes(authority.path.read_bytes() + other.path.read_bytes())

    config = load_config({"DENGSHAO_SMTP_CA": str(path), "DENGSHAO_DATA": str(tmp_path)})

    assert config.smtp_ca == path
