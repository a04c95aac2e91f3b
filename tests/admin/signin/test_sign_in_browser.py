"""Sign-in in Chromium against a running server: what the scripts do, seen from outside."""

import pytest
from playwright.sync_api import expect
from sqlalchemy import update

from admin.db import db
from admin.models import UnitKey
from admin.signin import guard
from tests.live import IDLE_MS, pass_idle_minutes
from tests.signing_in import signed_in, typed_in

pytestmark = pytest.mark.browser


@pytest.fixture
def page(visit):
    """A page that fails the test when its scripts or its headers' policy complain."""
    page = visit()
    complaints = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: complaints.append(said.text) if "Refused" in said.text else 0)
    yield page
    assert complaints == []


def fill(page, member, **other):
    page.fill("#passphrase", other.get("passphrase", member.passphrase))
    page.fill("#code", other.get("code", member.code))


def account(page, live):
    page.goto(f"{live.desk}/desk/account/")
    return page


def store(page):
    return page.evaluate("JSON.stringify([{...sessionStorage}, {...localStorage}])")


def test_a_member_signs_in_and_the_tab_holds_sealed_keys_only(page, live, demo):
    typed_in(page, live, demo["police-1"])

    kept = store(page)
    assert "dengshao.keyring" in kept
    assert "AGE-SECRET-KEY" not in kept
    assert demo["police-1"].passphrase not in kept
    assert demo["police-1"].code not in kept


def test_a_wrong_passphrase_is_told_and_typed_words_stay(page, live, demo):
    page.goto(f"{live.desk}/desk/sign-in")
    page.fill("#name", "police-1")
    fill(page, demo["police-1"], passphrase="not the passphrase")
    page.click("#sign-in button[type=submit]")

    expect(page.locator("#sign-in-error")).to_have_text(
        "姓名、口令或成员码不对。请对照成员卡再输一次。"
    )
    assert page.input_value("#code") == demo["police-1"].code
    assert "dengshao.keyring" not in store(page)


@pytest.mark.parametrize(
    ("name", "passphrase", "code", "sentence"),
    [
        ("", "x", "x", "请写姓名。"),
        ("ada", "", "x", "请写口令。"),
        ("ada", "x", "2q2qc", "成员码不完整。成员码是 26 个字符，请对照成员卡再看一遍。"),
    ],
)
def test_what_is_missing_is_named_before_anything_is_sent(
    page, live, name, passphrase, code, sentence
):
    page.goto(f"{live.desk}/desk/sign-in")
    for field, text in (("#name", name), ("#passphrase", passphrase), ("#code", code)):
        page.fill(field, text)
    page.click("#sign-in button[type=submit]")

    expect(page.locator("#sign-in-error")).to_have_text(sentence)


def test_a_choice_of_a_demo_member_fills_the_form_in(page, live, demo):
    page.goto(f"{live.desk}/desk/sign-in")
    page.select_option("#demo-member", label="drugs-1")
    page.click("#sign-in button[type=submit]")
    page.wait_for_url("**/desk/")

    assert "drugs-1" in account(page, live).text_content("#main")


def test_the_code_is_kept_only_where_the_box_was_ticked(page, live, demo):
    page.goto(f"{live.desk}/desk/sign-in")
    page.fill("#name", "police-1")
    fill(page, demo["police-1"])
    page.check("#remember")
    page.click("#sign-in button[type=submit]")
    page.wait_for_url("**/desk/")
    account(page, live).click("#desk-sign-out button")

    page.wait_for_url("**/sign-in")
    assert page.input_value("#name") == "police-1"
    assert page.input_value("#code") == demo["police-1"].code
    assert demo["police-1"].passphrase not in store(page)

    page.fill("#passphrase", demo["police-1"].passphrase)
    page.uncheck("#remember")
    page.click("#sign-in button[type=submit]")
    page.wait_for_url("**/desk/")
    assert "dengshao.codes" not in store(page)


def test_the_account_page_forgets_the_code(page, live, demo):
    page.goto(f"{live.desk}/desk/sign-in")
    page.fill("#name", "police-1")
    fill(page, demo["police-1"])
    page.check("#remember")
    page.click("#sign-in button[type=submit]")
    page.wait_for_url("**/desk/")

    account(page, live).click("#forget-code")

    expect(page.locator("#remembered")).to_be_hidden()
    assert "dengshao.codes" not in store(page)


def test_lock_and_unlock_lead_back_to_the_same_page(page, live, demo):
    signed_in(page, live, demo["police-1"])
    account(page, live).click("#desk-lock button")
    page.wait_for_url("**/desk/unlock")
    assert "dengshao.keyring" not in store(page)

    fill(page, demo["police-1"], passphrase="not the passphrase")
    page.click("#unlock button[type=submit]")
    expect(page.locator("#sign-in-error")).to_have_text(
        "口令或成员码不对，打不开。请对照成员卡再输一次。"
    )
    fill(page, demo["police-1"])
    page.click("#unlock button[type=submit]")

    page.wait_for_url("**/desk/account/")
    assert "dengshao.keyring" in store(page)


def test_the_next_member_at_the_same_window_goes_their_own_way(page, live, demo):
    signed_in(page, live, demo["police-1"])
    account(page, live).click("#desk-lock button")
    page.wait_for_url("**/desk/unlock")
    page.click("#desk-sign-out button")
    page.wait_for_url("**/desk/sign-in")

    typed_in(page, live, demo["admin"])

    assert page.url.endswith("/desk/admin/")


def test_a_lock_reaches_the_other_tabs_of_the_browser(page, live, demo):
    signed_in(page, live, demo["police-1"])
    account(page, live)
    other = page.context.new_page()
    account(other, live)

    page.click("#desk-lock button")

    other.wait_for_url("**/desk/unlock")


def test_what_rests_in_the_tab_is_useless_once_another_tab_locked(page, live, demo):
    signed_in(page, live, demo["police-1"])
    account(page, live)
    kept = page.evaluate("sessionStorage.getItem('dengshao.keyring')")
    page.click("#desk-lock button")
    page.wait_for_url("**/desk/unlock")
    page.evaluate("kept => sessionStorage.setItem('dengshao.keyring', kept)", kept)

    page.reload()

    expect(page.locator("#unlock")).to_be_visible()
    assert "dengshao.keyring" not in store(page)


def test_15_idle_minutes_by_the_wall_clock_lock_the_tab(page, live, demo):
    signed_in(page, live, demo["police-1"])
    account(page, live)
    pass_idle_minutes(page)

    page.wait_for_url("**/desk/unlock")
    assert "dengshao.keyring" not in store(page)


def test_the_first_key_after_a_long_pause_does_not_count_as_activity(page, live, demo):
    signed_in(page, live, demo["police-1"])
    account(page, live)
    page.evaluate(f"localStorage.setItem('dengshao.touched', String(Date.now() - {IDLE_MS}))")

    page.keyboard.press("a")

    page.wait_for_url("**/desk/unlock")


def test_an_ended_session_leads_to_the_sign_in_page(page, live, demo, monkeypatch):
    signed_in(page, live, demo["police-1"])
    now = guard.clock()
    monkeypatch.setattr(guard, "clock", lambda: now + 900)

    page.goto(f"{live.desk}/desk/unlock")

    page.wait_for_url("**/desk/sign-in")


def test_a_forged_roster_is_refused_loudly_and_the_session_ended(page, live, demo):
    with live.app.app_context():
        db.session.execute(update(UnitKey).values(roster_mac="0" * 64))
        db.session.commit()
    page.goto(f"{live.desk}/desk/sign-in")
    page.fill("#name", "police-1")
    fill(page, demo["police-1"])
    page.click("#sign-in button[type=submit]")

    expect(page.locator("#sign-in-error")).to_contain_text("被人改动过")
    assert "dengshao.keyring" not in store(page)
    page.goto(f"{live.desk}/desk/account/")
    assert page.url.endswith("/desk/sign-in")


def test_without_scripts_the_page_says_that_they_are_needed(visit, live):
    page = visit(java_script_enabled=False)
    page.goto(f"{live.desk}/desk/sign-in")

    assert page.locator("#sign-in").is_hidden()
    expect(page.locator(".notice--danger:visible")).to_contain_text("JavaScript")


def test_the_unlock_page_has_chosen_the_demo_member_whose_window_it_is(page, live, demo):
    signed_in(page, live, demo["police-1"])
    account(page, live).click("#desk-lock button")
    page.wait_for_url("**/desk/unlock")

    expect(page.locator("#demo-member option:checked")).to_have_text("police-1")
    page.click("#unlock button[type=submit]")

    page.wait_for_url("**/desk/account/")


def test_lock_and_sign_out_stand_side_by_side_on_a_phone_for_the_longest_bar(visit, live, demo):
    page = signed_in(visit(viewport={"width": 360, "height": 780}), live, demo["supervision-1"])
    account(page, live)

    tops = [page.locator(f"#desk-{act} button").bounding_box()["y"] for act in ("lock", "sign-out")]

    assert tops[0] == tops[1]
    assert page.evaluate("document.documentElement.scrollWidth") == 360
