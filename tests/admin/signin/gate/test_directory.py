"""The gate by a directory: a real slapd takes names and passwords, and is asked by TLS alone."""

from dataclasses import replace

import pytest
from sqlalchemy import text

from admin.db import db
from admin.settings.gate import Ldap
from admin.signin.gate.directory import Directory
from admin.signin.gate.faults import GateDown, NotPassed
from tests.ports import free_port
from tests.slapd import BASE, PEOPLE, READER, READER_PASSWORD, SLAPD, Slapd

from .conftest import lines, press

pytestmark = [
    pytest.mark.table,
    pytest.mark.skipif(SLAPD is None, reason="slapd is absent: make system installs it"),
]
FORM = Ldap("", f"uid={{}},ou=people,{BASE}", "", "", "", "")
SEARCH = Ldap("", "", BASE, "(&(objectClass=inetOrgPerson)(uid={}))", READER, READER_PASSWORD)


@pytest.fixture(scope="module")
def slapd(tmp_path_factory):
    running = Slapd(tmp_path_factory.mktemp("slapd"))
    yield running
    running.stop()


@pytest.fixture(params=["ldaps", "ldap"])
def url(slapd, request):
    """By TLS from the start, and by STARTTLS."""
    return f"{request.param}://localhost:{slapd.ports[request.param == 'ldap']}"


@pytest.fixture(params=[FORM, SEARCH], ids=["by a form", "by a search"])
def directory(slapd, url, request):
    return Directory(replace(request.param, url=url), slapd.ca)


def test_each_person_passes_with_their_own_password(directory):
    assert directory.is_there()
    for name, password in PEOPLE.items():
        assert directory.who(name, password) == name


REFUSED = {
    "a wrong password": ("zhang.san", "county"),
    "no password": ("zhang.san", ""),
    "no name": ("", "county pass"),
    "nobody": ("nobody", "county pass"),
    "everybody": ("*", "county pass"),
    "a filter": ("zhang.san)(uid=*", "county pass"),
    "a filter that ends": ("zhang.san))(|(uid=*", "county pass"),
    "another place": ("zhang.san,ou=people", "county pass"),
    "the reader": (f"x,{READER}", READER_PASSWORD),
    "a name of two parts": ("zhang.san+cn=zhang.san", "county pass"),
    "a name with a zero": ("zhang.san\0", "county pass"),
    "a long name": ("z" * 201, "county pass"),
    "a long password": ("zhang.san", "p" * 501),
}


@pytest.mark.parametrize(("name", "password"), REFUSED.values(), ids=REFUSED)
def test_nothing_typed_reaches_another_entry(slapd, name, password):
    for form in (FORM, SEARCH):
        directory = Directory(replace(form, url=f"ldaps://localhost:{slapd.ports[0]}"), slapd.ca)
        with pytest.raises(NotPassed, match="password"):
            directory.who(name, password)


def test_a_form_of_a_domain_takes_no_other_domain_along():
    directory = Directory(replace(FORM, url="ldaps://localhost:1", user="{}@county"), None)
    for name in ("zhang@evil", "evil\\zhang", "a b@", "zhang;x"):
        with pytest.raises(NotPassed):
            directory.who(name, "x")


def down(slapd, **changes):
    return replace(FORM, **({"url": f"ldaps://localhost:{slapd.ports[0]}"} | changes))


def test_no_password_is_sent_where_the_directory_is_not_the_countys(slapd):
    by_number = down(slapd, url=f"ldaps://127.0.0.1:{slapd.ports[0]}")
    nobody = down(slapd, url=f"ldaps://localhost:{free_port()}")
    no_tls = down(slapd, url=f"ldaps://localhost:{slapd.ports[1]}")
    reader = replace(SEARCH, url=down(slapd).url, reader_password="wrong")
    for settings, ca in (
        (down(slapd), None),
        (by_number, slapd.ca),
        (nobody, slapd.ca),
        (no_tls, slapd.ca),
        (reader, slapd.ca),
    ):
        with pytest.raises(GateDown):
            Directory(settings, ca).who("zhang.san", "county pass")
    assert not Directory(down(slapd), None).is_there()


@pytest.fixture
def environ(environ, slapd):
    own = {name: words for name, words in environ.items() if "OIDC" not in name}
    return own | {
        "DENGSHAO_GATE": "ldap",
        "DENGSHAO_GATE_CA": str(slapd.ca),
        "DENGSHAO_LDAP_URL": f"ldaps://localhost:{slapd.ports[0]}",
        "DENGSHAO_LDAP_USER": FORM.user,
    }


def test_a_name_and_a_password_lead_to_the_sign_in_page(app, desk):
    page = desk.get("/desk/gate/")
    assert "不要写灯哨的口令" in page.text

    wrong = press(desk, "/desk/gate/check", account="zhang.san", password="county")
    right = press(desk, "/desk/gate/check", account=" zhang.san ", password="county pass")

    assert wrong.status_code == 403
    assert "账号或认证密码不对" in wrong.text
    assert "zhang.san" not in wrong.text
    assert right.location == "/desk/sign-in"
    assert "zhang.san" in desk.get("/desk/sign-in").text
    assert lines(app) == [("gate_refused", "-", "gate_password")]


def test_who_guesses_waits_and_a_right_password_in_time_forgets_the_failures(app, desk):
    def tried(password):
        return press(desk, "/desk/gate/check", account="zhang.san", password=password)

    assert [tried("x").status_code for _ in range(4)] == [403] * 4
    assert tried("county pass").status_code == 303
    assert [tried("x").status_code for _ in range(5)] == [403] * 5
    assert tried("county pass").status_code == 429
    assert press(desk, "/desk/gate/check", account="ZHANG.SAN", password="x").status_code == 429


def test_nothing_that_was_typed_is_kept(app, desk, capfd):
    press(desk, "/desk/gate/check", account="zhang.san", password="county pass")
    press(desk, "/desk/gate/check", account="my passphrase", password="another word")

    with app.app_context():
        kept = [
            str([bytes(cell) if isinstance(cell, memoryview) else cell for cell in row])
            for table in ("audit_event", "sign_in_failure", "setting", "staff_session")
            for row in db.session.execute(text(f"SELECT * FROM {table}"))
        ]
    said = "".join(kept) + "".join(capfd.readouterr())
    assert kept
    assert not [
        word for word in ("zhang", "county pass", "passphrase", "another word") if word in said
    ]
