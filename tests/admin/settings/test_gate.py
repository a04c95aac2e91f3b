"""The settings of the gate: what is whole, and what is refused with one sentence."""

import pytest

from admin.config import ConfigError, load_config
from admin.settings.gate import GateKind, WhenDown

HOSTS = {"DENGSHAO_PUBLIC_HOST": "a.example", "DENGSHAO_DESK_HOST": "b.example"}
OIDC = {
    "DENGSHAO_GATE": "oidc",
    "DENGSHAO_OIDC_ISSUER": "https://sso.county.example/realms/county",
    "DENGSHAO_OIDC_CLIENT_ID": "dengshao",
}
LDAP = {
    "DENGSHAO_GATE": "ldap",
    "DENGSHAO_LDAP_URL": "ldaps://[2001:db8::389]:1636",
    "DENGSHAO_LDAP_USER": "uid={},ou=people,dc=county,dc=example",
}


@pytest.fixture
def load(tmp_path):
    (tmp_path / "secret").write_text("ab" * 32)
    (tmp_path / "word").write_text("a word\n")
    own = {"DENGSHAO_ENV": "production", "DENGSHAO_DATA": str(tmp_path), **HOSTS}
    return lambda values: load_config(
        own | {name: text.replace("FOLDER", str(tmp_path)) for name, text in values.items()}
    )


SEARCH = {
    "DENGSHAO_LDAP_USER": "",
    "DENGSHAO_LDAP_BASE": "dc=county",
    "DENGSHAO_LDAP_FILTER": "(uid={})",
    "DENGSHAO_LDAP_READER": "cn=reader",
    "DENGSHAO_LDAP_READER_PASSWORD_FILE": "FOLDER/word",
}


def test_there_is_no_gate_unless_one_is_set(load):
    assert load({}).gate.kind is GateKind.NONE
    assert not load({}).gate.is_set
    # Settings of a gate that is not chosen set none up.
    assert load(OIDC | {"DENGSHAO_GATE": "none"}).gate.oidc is None


def test_a_whole_gate_is_read_and_shut_when_down_unless_said(load):
    assert load(OIDC).gate.oidc.claim == "sub"
    assert load(OIDC).gate.when_down is WhenDown.SHUT
    assert load(OIDC | {"DENGSHAO_OIDC_SECRET_FILE": "FOLDER/word"}).gate.oidc.secret == "a word"
    assert load(LDAP).gate.ldap.user.startswith("uid={}")
    assert load(LDAP | SEARCH).gate.ldap.reader_password == "a word"
    assert load(LDAP | {"DENGSHAO_GATE_WHEN_DOWN": "open"}).gate.when_down is WhenDown.OPEN


BAD = {
    "an unknown kind": {"DENGSHAO_GATE": "saml"},
    "an unknown rule": OIDC | {"DENGSHAO_GATE_WHEN_DOWN": "maybe"},
    "a file that is not there": OIDC | {"DENGSHAO_GATE_CA": "/nowhere/ca.pem"},
    "a secret that is not there": OIDC | {"DENGSHAO_OIDC_SECRET_FILE": "/nowhere/secret"},
    "no client": OIDC | {"DENGSHAO_OIDC_CLIENT_ID": ""},
    "no issuer": OIDC | {"DENGSHAO_OIDC_ISSUER": ""},
    "an issuer in clear": OIDC | {"DENGSHAO_OIDC_ISSUER": "http://sso.county.example"},
    "one in clear on this machine": OIDC | {"DENGSHAO_OIDC_ISSUER": "http://127.0.0.1:8443"},
    "an issuer with a query": OIDC | {"DENGSHAO_OIDC_ISSUER": "https://sso.example/?a=b"},
    "an issuer with a password": OIDC | {"DENGSHAO_OIDC_ISSUER": "https://a:b@sso.example"},
    "an issuer that is no address": OIDC | {"DENGSHAO_OIDC_ISSUER": "https://[::1"},
    "no directory": LDAP | {"DENGSHAO_LDAP_URL": ""},
    "a directory by the web": LDAP | {"DENGSHAO_LDAP_URL": "https://dir.example"},
    "IPv6 without brackets": LDAP | {"DENGSHAO_LDAP_URL": "ldaps://2001:db8::389"},
    "no place for the name": LDAP | {"DENGSHAO_LDAP_USER": "uid=x,dc=county"},
    "neither form nor search": LDAP | {"DENGSHAO_LDAP_USER": ""},
    "both": LDAP | SEARCH | {"DENGSHAO_LDAP_USER": LDAP["DENGSHAO_LDAP_USER"]},
    "a search without its reader": LDAP | SEARCH | {"DENGSHAO_LDAP_READER": ""},
}


@pytest.mark.parametrize("values", BAD.values(), ids=BAD)
def test_half_a_gate_stops_the_start(load, values):
    with pytest.raises(ConfigError, match="DENGSHAO_"):
        load(values)
