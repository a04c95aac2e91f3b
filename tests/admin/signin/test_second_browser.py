"""Signing in with two factors in Chromium, as in production: one-time codes and passkeys."""

import json
import time

import pyotp
import pytest
from playwright.sync_api import expect

from admin.config import SecondFactor
from tests.axe import broken_rules

pytestmark = pytest.mark.browser


AUTHENTICATOR = {
    "protocol": "ctap2",
    "ctap2Version": "ctap2_1",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "hasPrf": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def required(live):
    object.__setattr__(live.config, "second_factor", SecondFactor.REQUIRED)
    return live


@pytest.fixture
def page(visit):
    """A page that fails the test when its scripts or its headers' policy complain."""
    page = visit(viewport={"width": 360, "height": 780})
    complaints = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: complaints.append(said.text) if "Refused" in said.text else 0)
    yield page
    assert complaints == []


def faults(page):
    """What axe and a narrow screen complain of."""
    found = broken_rules(page)
    wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
    return found + (["wider than the screen"] if wide else [])


def first_step(page, live, member, *, code=True):
    """Show passphrase and member code, by keyboard."""
    page.goto(f"{live.desk}/desk/sign-in")
    page.fill("#name", member.name)
    if code:
        page.fill("#code", member.code)
    page.fill("#passphrase", member.passphrase)
    page.press("#passphrase", "Enter")


def sign_out(page):
    page.click("#desk-sign-out button")
    page.wait_for_url("**/desk/sign-in")


def store(page):
    return page.evaluate("JSON.stringify([{...sessionStorage}, {...localStorage}])")


def at_the_desk(page):
    page.wait_for_url("**/desk/")
    assert "dengshao.keyring" in store(page)


def codes_of(page):
    page.locator("#second-codes").wait_for()
    return page.locator("#recovery-codes li").all_inner_texts()


def test_one_time_codes_from_the_first_sign_in_to_the_recovery_code(page, required, demo):
    live, member = required, demo["police-1"]
    first_step(page, live, member)
    page.locator("#second-set-up").wait_for()
    assert page.evaluate("document.activeElement.id") == "second-set-up-title"
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.locator("#totp").wait_for()
    picture = page.locator("#totp-picture")
    expect(picture).to_have_js_property("complete", True)
    assert picture.evaluate("image => image.naturalWidth") > 100
    assert faults(page) == []
    totp = pyotp.TOTP(page.inner_text("#totp-secret").replace(" ", ""))
    now = time.time()
    page.keyboard.type(totp.at(now))
    page.keyboard.press("Enter")
    codes = codes_of(page)
    assert len(codes) == 10
    assert faults(page) == []
    page.focus("#codes-kept")
    page.keyboard.press("Enter")
    at_the_desk(page)
    sign_out(page)

    first_step(page, live, member)
    page.locator("#second-code").wait_for()
    assert page.evaluate("document.activeElement.id") == "second-digits"
    assert faults(page) == []
    page.keyboard.type(totp.at(now))
    page.keyboard.press("Enter")
    expect(page.locator("#second-ask [role=alert]")).to_contain_text("已经用过")
    # Never one that was used: later than the first, and of now where all this took long.
    page.fill("#second-digits", totp.at(max(now + 30, time.time())))
    page.keyboard.press("Enter")
    at_the_desk(page)
    sign_out(page)

    first_step(page, live, member)
    page.click("#second-ask summary")
    page.fill("#second-recovery-code", codes[6].upper())
    page.press("#second-recovery-code", "Enter")
    at_the_desk(page)
    page.goto(f"{live.desk}/desk/account/")
    expect(page.locator("#codes-left")).to_have_text("剩 9 个，用了 1 个")
    assert faults(page) == []
    assert totp.secret not in page.content() + store(page)


def test_who_loads_the_page_anew_between_the_steps_is_still_asked_and_then_unlocks(
    page, required, demo
):
    live, member = required, demo["police-1"]
    first_step(page, live, member)
    page.locator("#second-set-up").wait_for()

    page.goto(f"{live.desk}/desk/")
    page.wait_for_url("**/desk/sign-in/second")
    assert faults(page) == []
    page.click("#start-totp")
    page.locator("#totp").wait_for()
    page.fill("#totp-digits", pyotp.TOTP(page.inner_text("#totp-secret").replace(" ", "")).now())
    page.press("#totp-digits", "Enter")
    codes_of(page)
    page.click("#codes-kept")

    page.wait_for_url("**/desk/unlock")
    page.fill("#passphrase", member.passphrase)
    page.fill("#code", member.code)
    page.press("#passphrase", "Enter")
    at_the_desk(page)


@pytest.fixture
def authenticator(page):
    """Chromium's own virtual authenticator, whose passkeys give a secret (PRF)."""
    cdp = page.context.new_cdp_session(page)
    cdp.send("WebAuthn.enable")
    made = cdp.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    return cdp, made["authenticatorId"]


@pytest.fixture
def posted(page):
    """The bodies of all that the page posts."""
    bodies = []
    page.on("request", lambda sent: bodies.append(sent.post_data) if sent.post_data else None)
    return bodies


def test_a_passkey_and_its_secret_that_locks_the_remembered_code(
    page, required, demo, authenticator, posted
):
    live, member = required, demo["police-1"]
    page.goto(f"{live.desk}/desk/sign-in")
    page.check("#remember")
    page.fill("#name", member.name)
    page.fill("#passphrase", member.passphrase)
    page.fill("#code", member.code)
    page.click("#sign-in button[type=submit]")
    page.click("#start-passkey")
    page.fill("#passkey-name", "办公室电脑")
    assert faults(page) == []
    page.press("#passkey-name", "Enter")
    assert len(codes_of(page)) == 10
    page.click("#codes-kept")
    at_the_desk(page)
    sign_out(page)
    # So far the code rests in clear: no passkey has given its secret yet.
    assert page.input_value("#code").replace("-", "") == member.code.replace("-", "").lower()

    page.fill("#passphrase", member.passphrase)
    page.click("#sign-in button[type=submit]")
    page.click("#second-passkey button")
    at_the_desk(page)
    sealed = json.loads(page.evaluate("localStorage.getItem('dengshao.codes')"))["codes"]
    assert set(sealed[member.name]) == {"credential", "iv", "sealed"}
    sign_out(page)

    assert page.input_value("#code") == ""
    expect(page.locator("#code-sealed")).to_be_visible()
    assert faults(page) == []
    page.fill("#passphrase", member.passphrase)
    page.click("#sign-in button[type=submit]")
    page.click("#second-passkey button")
    at_the_desk(page)
    assert member.code not in store(page)

    proofs = [body for body in posted if "authenticatorData" in body]
    assert len(proofs) == 2
    for body in proofs + [body for body in posted if "attestationObject" in body]:
        assert json.loads(body)["credential"]["clientExtensionResults"] == {}
    assert not any("prf" in body for body in posted)

    page.goto(f"{live.desk}/desk/account/")
    expect(page.locator("#remembered-sealed")).to_be_visible()
    assert faults(page) == []
    sign_out(page)
    # Whoever has the computer and the passphrase, and not the passkey, has no code.
    cdp, authenticator_id = authenticator
    cdp.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": authenticator_id})
    cdp.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    page.fill("#passphrase", member.passphrase)
    page.click("#sign-in button[type=submit]")
    expect(page.locator("#sign-in-error")).to_contain_text("成员码没有取出来")


def prove(page):
    """Show the old factor: nothing on the page changes one before."""
    assert page.locator("[data-remove], #new-codes, #second-set-up").count() == 0
    page.click("#start-proving")
    assert faults(page) == []
    page.click("#second-passkey button")
    page.wait_for_selector("#proved")
    assert faults(page) == []


def test_the_account_page_locks_a_code_that_rests_in_clear_and_adds_and_removes_factors(
    page, live, demo, authenticator
):
    member = demo["police-1"]
    page.goto(f"{live.desk}/desk/sign-in")
    page.check("#remember")
    page.fill("#name", member.name)
    page.fill("#passphrase", member.passphrase)
    page.fill("#code", member.code)
    page.click("#sign-in button[type=submit]")
    at_the_desk(page)
    page.goto(f"{live.desk}/desk/account/")
    expect(page.locator("#seal-code")).to_be_hidden()
    page.click("#start-passkey")
    page.press("#passkey-name", "Enter")
    codes_of(page)
    page.click("#codes-kept")
    page.wait_for_selector("text=通行密钥 1")

    page.click("#seal-code")
    expect(page.locator("#remembered-says")).to_have_text("成员码已经用通行密钥加密。")
    assert "sealed" in store(page)

    prove(page)
    page.click("#new-codes")
    page.click("#new-codes")
    assert len(codes_of(page)) == 10
    page.click("#codes-kept")
    # One change: for the next one the old factor is asked for anew.
    expect(page.locator("#start-proving")).to_be_visible()
    page.wait_for_selector("text=剩 10 个")
    prove(page)
    page.click("[data-remove]")
    page.click("[data-remove]")
    page.wait_for_selector("text=还没有设")
