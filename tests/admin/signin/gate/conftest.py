"""The members of one unit behind a gate, and a provider that can be told to lie."""

import re
from html import unescape

import pytest
from sqlalchemy import select

from admin.db import db
from admin.models import AuditEvent
from tests.oidc_provider import CLIENT, SECRET, Provider

WAY = re.compile(r'id="gate-on" href="([^"]+)"')


@pytest.fixture(scope="session")
def one_provider(tmp_path_factory):
    provider = Provider(tmp_path_factory.mktemp("provider"))
    yield provider
    provider.stop()


@pytest.fixture
def provider(one_provider):
    """A provider that tells the truth until a test says otherwise."""
    one_provider.reset()
    return one_provider


@pytest.fixture
def environ(environ, provider, tmp_path):
    """The accounts alone, behind the provider."""
    secret = tmp_path / "client-secret"
    secret.write_text(f"{SECRET}\n")
    return environ | {
        "DENGSHAO_ROOMS": "accounts",
        "DENGSHAO_GATE": "oidc",
        "DENGSHAO_GATE_CA": str(provider.ca),
        "DENGSHAO_OIDC_ISSUER": provider.issuer,
        "DENGSHAO_OIDC_CLIENT_ID": CLIENT,
        "DENGSHAO_OIDC_SECRET_FILE": str(secret),
    }


def press(desk, path, **fields):
    return desk.post(path, data={"csrf_token": desk.token(), **fields})


def way_of(desk):
    """Press the button, and give the address of the provider that the page leads to."""
    page = press(desk, "/desk/gate/way")
    assert page.status_code == 200, page.text
    return unescape(WAY.search(page.text)[1])


def path_of(address):
    return address[address.index("/desk/") :]


def pass_gate(desk, provider):
    """Go to the provider and back."""
    return desk.get(path_of(provider.log_in(way_of(desk))))


def lines(app):
    """What the audit log says of the gate: (act, by, detail)."""
    with app.app_context():
        rows = db.session.scalars(select(AuditEvent).order_by(AuditEvent.number))
        return [(row.act, row.by, row.detail) for row in rows if row.act.startswith("gate")]
