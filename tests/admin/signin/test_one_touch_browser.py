"""A day that begins with one touch, in Chromium with its own virtual authenticator."""

import base64
import json

import pytest
from playwright.sync_api import expect
from sqlalchemy import select, update

from admin.config import SecondFactor
from admin.db import db
from admin.models import Member, Passkey
from tests.admin.desk.conftest import FIELDS, store_sealed
from tests.admin.signin.test_second_browser import AUTHENTICATOR, faults, store
from tests.admin.signin.touching import sealed_file
from tests.signing_in import cleared, signed_in, typed_in

pytestmark = pytest.mark.browser

GIVES_NONE = "这把通行密钥给不出解锁用的密钥，不能一触解锁。可以只用于两步验证。"


@pytest.fixture
def page(visit):
    """A page that fails the test when its scripts or its headers' policy complain."""
    page = visit(viewport={"width": 360, "height": 780})
    complaints = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: complaints.append(said.text) if "Refused" in said.text else 0)
    yield page
    assert complaints == []


@pytest.fixture
def posted(page):
    """The bodies of all that the page posts."""
    bodies = []
    page.on("request", lambda sent: bodies.append(sent.post_data) if sent.post_data else None)
    return bodies


@pytest.fixture
def plug_in(page):
    """Give the page an authenticator of its own; takes the last one away."""
    cdp = page.context.new_cdp_session(page)
    cdp.send("WebAuthn.enable")
    there = []

    def plugged(**other):
        if there:
            cdp.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": there.pop()})
        made = cdp.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR | other})
        there.append(made["authenticatorId"])

    def credentials():
        named = {"authenticatorId": there[0]}
        return cdp.send("WebAuthn.getCredentials", named)["credentials"]

    plugged.credentials = credentials
    return plugged


HEAR = """const ask = navigator.credentials.get.bind(navigator.credentials);
navigator.credentials.get = async (options) => {
  const used = await ask(options);
  const { results } = used.getClientExtensionResults().prf;
  Object.values(results).forEach((one) => heard([...new Uint8Array(one)]));
  return used;
};"""


@pytest.fixture
def secrets(page):
    """What the authenticator gave the page's scripts, as texts that it could be posted as."""
    heard = []
    page.expose_function("heard", lambda numbers: heard.append(bytes(numbers)))
    page.add_init_script(HEAR)
    ways = (bytes.hex, lambda one: base64.b64encode(one).decode(), lambda one: list(one))
    return lambda: [str(way(one[:12])).strip("[]") for one in heard for way in ways]


def account(page, live):
    page.goto(f"{live.desk}/desk/account/")


def set_up(page, live, member):
    """Make a passkey that opens, on the account page, by keyboard."""
    account(page, live)
    page.fill("#touch-passphrase", member.passphrase)
    page.fill("#touch-code", member.code)
    page.fill("#touch-name", "办公室电脑")
    page.press("#touch-name", "Enter")
    page.locator("#second-codes").wait_for()
    page.click("#codes-kept")
    page.wait_for_selector("#opening >> text=办公室电脑")


def tomorrow(page, live):
    """Come back to this computer: nobody is signed in, and no tab is left from the day before."""
    page.context.clear_cookies()
    page.goto(f"{live.desk}/desk/sign-in")
    page.evaluate("sessionStorage.clear()")
    page.goto(f"{live.desk}/desk/sign-in")


def at_the_desk(page):
    page.wait_for_url("**/desk/")
    assert "dengshao.keyring" in store(page)


def sealed_in(live, name):
    with live.app.app_context():
        query = select(Passkey.sealed_identity).join(Member, Member.id == Passkey.member_id)
        return db.session.scalars(query.where(Member.name == name)).one()


def test_a_day_begins_with_one_touch_and_nothing_that_opens_is_posted(
    page, live, demo, plug_in, posted, secrets
):
    tip, member = store_sealed(live.app), demo["police-1"]
    signed_in(page, live, member)
    plug_in()
    account(page, live)
    assert page.input_value("#touch-code") == ""
    assert faults(page) == []
    page.fill("#touch-passphrase", "not the passphrase")
    page.fill("#touch-code", member.code)
    page.click("#touch-form button")
    expect(page.locator("#touch-error")).to_contain_text("口令或成员码不对")
    assert plug_in.credentials() == []
    set_up(page, live, member)
    assert faults(page) == []

    # As in production: two factors are shown, and a touch is both.
    object.__setattr__(live.config, "second_factor", SecondFactor.REQUIRED)
    tomorrow(page, live)
    assert page.evaluate("document.activeElement.id") == "touch-open"
    assert faults(page) == []
    page.keyboard.press("Enter")
    at_the_desk(page)
    page.goto(f"{live.desk}/desk/tips/{tip.reference}")
    expect(cleared(page).locator("#opened dl")).to_contain_text(FIELDS["what"])

    # What the passkey signed went to the server, and nothing of what it opened.
    proofs = [json.loads(body) for body in posted if "clientDataJSON" in body]
    parts = [proof[name] for proof in proofs for name in ("credential", "proof") if name in proof]
    assert [part["clientExtensionResults"] for part in parts] == [{}, {}, {}]
    # Two outputs at the trial, and two this morning, each in three spellings.
    told = secrets()
    assert len(told) == 12
    assert not any(text in body for text in [*told, "prf", "AGE-SECRET-KEY"] for body in posted)
    assert not any(text in store(page) for text in [*told, "AGE-SECRET-KEY"])
    assert member.passphrase not in "".join(posted) + store(page)

    page.click("#desk-lock button")
    page.wait_for_url("**/desk/unlock")
    assert faults(page) == []
    page.click("#touch-open")
    page.wait_for_url(f"**/desk/tips/{tip.reference}")
    expect(page.locator("#opened dl")).to_contain_text(FIELDS["what"])

    # It is lost: where it was taken away, the passphrase opens as ever.
    object.__setattr__(live.config, "second_factor", SecondFactor.OPTIONAL)
    account(page, live)
    page.click("#start-proving")
    page.click("#second-passkey button")
    page.wait_for_selector("#proved")
    page.click("#opening [data-remove]")
    page.click("#opening [data-remove]")
    page.wait_for_selector("#opening", state="detached")
    tomorrow(page, live)
    page.click("#touch-open")
    expect(page.locator("#touch-error")).to_contain_text("它已经去掉")
    assert "dengshao.keyring" not in store(page)
    typed_in(page, live, member)
    at_the_desk(page)


@pytest.mark.parametrize(
    ("kind", "sentence"),
    [
        ({"hasPrf": False}, GIVES_NONE),
        ({"defaultBackupEligibility": True}, "这把通行密钥会存到云上，不能用来解锁。"),
    ],
    ids=["no secret", "travels"],
)
def test_who_has_no_such_passkey_is_told_plainly_and_keeps_it_as_a_second_factor(
    page, live, demo, plug_in, kind, sentence
):
    member = demo["police-1"]
    signed_in(page, live, member)
    plug_in(**kind)
    account(page, live)
    page.fill("#touch-passphrase", member.passphrase)
    page.fill("#touch-code", member.code)
    page.click("#touch-form button")

    expect(page.locator("#touch-error")).to_contain_text(sentence)
    assert faults(page) == []
    assert page.evaluate("document.activeElement.id") == "touch-second"
    page.keyboard.press("Enter")
    page.locator("#second-codes").wait_for()
    page.click("#codes-kept")
    page.wait_for_selector("#factors >> text=通行密钥 1")
    assert sealed_in(live, member.name) is None
    # Nothing on this computer says that a touch would open anything.
    tomorrow(page, live)
    expect(page.locator("#touch-elsewhere")).to_be_visible()
    expect(page.locator("#touch")).to_be_hidden()


def test_a_server_that_lies_about_what_a_passkey_opens_is_told_of_loudly(page, live, demo, plug_in):
    member = demo["police-1"]
    signed_in(page, live, member)
    plug_in()
    set_up(page, live, member)
    with live.app.app_context():
        # Sealed for somebody else's passkey: no server can seal to this one.
        db.session.execute(update(Passkey).values(sealed_identity=sealed_file()))
        db.session.commit()
    tomorrow(page, live)
    page.click("#touch-open")

    expect(page.locator("#touch-error")).to_contain_text("打不开，或者不是您的")
    assert "dengshao.keyring" not in store(page)
    account(page, live)
    assert page.url.endswith("/desk/sign-in")
