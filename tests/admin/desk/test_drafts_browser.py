"""Words that were typed and not sent outlive a lock, as ciphertext, for their member alone."""

import time

import pytest
from playwright.sync_api import expect
from sqlalchemy import update

from admin.db import db
from admin.models import StaffSession
from admin.signin.services import SESSION_SECONDS
from tests.live import pass_idle_minutes
from tests.signing_in import signed_in, typed_in

pytestmark = pytest.mark.browser

TYPED = "桥头那天您看到的车，往哪边开走的？"
RESTORED = "#drafts-restored:has-text('已把没发出的字放回来了。')"


@pytest.fixture
def page(live, visit, demo):
    page = visit()
    return signed_in(page, live, demo["police-1"])


@pytest.fixture
def tip(live, sealed_tip):
    return sealed_tip(live.app, what="桥头有人收钱")


@pytest.fixture
def typing(page, live, tip):
    """The tip's page with a question half written."""
    open_tip(page, live, tip)
    page.fill("#body", TYPED)
    return page


def open_tip(page, live, tip):
    page.goto(f"{live.desk}/desk/tips/{tip.reference}")
    page.wait_for_selector("#tip[data-opened]")


def unlock(page, member):
    page.wait_for_url("**/desk/unlock")
    page.fill("#passphrase", member.passphrase)
    page.fill("#code", member.code)
    page.click("#unlock button[type=submit]")


def kept(page):
    return page.evaluate("JSON.stringify([{...sessionStorage}, {...localStorage}])")


def assert_sealed(page):
    """What rests in the browser is an age file, and no word of what was typed."""
    page.wait_for_url("**/desk/unlock")
    stored = kept(page)
    assert "dengshao.drafts" in stored
    assert not any(TYPED[at : at + 3] in stored for at in range(len(TYPED) - 2))
    sealed = page.evaluate(
        "Object.values(JSON.parse(sessionStorage.getItem('dengshao.drafts')).pages).map(atob)"
    )
    assert [words.split("\n")[0] for words in sealed] == ["age-encryption.org/v1"]


def by_button(page):
    page.click("#desk-lock button")


def from_another_tab(page):
    other = page.context.new_page()
    other.goto(page.url.split("/desk/")[0] + "/desk/account/")
    other.click("#desk-lock button")
    other.wait_for_url("**/desk/unlock")


@pytest.mark.parametrize("lock", [by_button, pass_idle_minutes, from_another_tab])
def test_typed_words_are_sealed_at_a_lock_and_put_back_after_it(typing, live, tip, demo, lock):
    lock(typing)
    assert_sealed(typing)

    unlock(typing, demo["police-1"])
    typing.wait_for_url(f"**/desk/tips/{tip.reference}")
    typing.wait_for_selector("#tip[data-opened]")

    expect(typing.locator("#body")).to_have_value(TYPED)
    expect(typing.locator(RESTORED)).to_have_count(1)
    assert "dengshao.drafts" not in kept(typing)


def test_a_decision_half_made_is_put_back_with_its_reason_and_its_panel_open(page, live, tip, demo):
    open_tip(page, live, tip)
    page.click("[aria-controls=decision]")
    page.check("#decision [name=move_to][value=closed]")
    reason = page.locator("#decision select[name=reason] option:not([value=''])").nth(1)
    chosen = reason.get_attribute("value")
    page.select_option("#decision select[name=reason]", chosen)

    by_button(page)
    page.wait_for_url("**/desk/unlock")
    assert chosen not in kept(page)
    unlock(page, demo["police-1"])
    page.wait_for_selector(RESTORED)

    expect(page.locator("#decision")).to_be_visible()
    expect(page.locator("#decision [name=move_to][value=closed]")).to_be_checked()
    expect(page.locator("#decision select[name=reason]")).to_have_value(chosen)


def test_nothing_is_kept_of_an_untouched_page(page, live, tip):
    open_tip(page, live, tip)
    by_button(page)
    page.wait_for_url("**/desk/unlock")

    assert "dengshao.drafts" not in kept(page)


def test_a_draft_waits_for_its_own_page(typing, live, tip, demo, sealed_tip):
    other = sealed_tip(live.app, what="另一件事")
    by_button(typing)
    unlock(typing, demo["police-1"])
    typing.wait_for_selector(RESTORED)
    by_button(typing)
    unlock(typing, demo["police-1"])
    typing.wait_for_selector("#tip[data-opened]")
    expect(typing.locator("#body")).to_have_value(TYPED)

    open_tip(typing, live, other)

    assert typing.input_value("#body") == ""
    assert typing.locator(RESTORED).count() == 0


def test_nothing_is_left_of_words_that_were_sent(typing, live, tip, demo):
    by_button(typing)
    unlock(typing, demo["police-1"])
    typing.wait_for_selector(RESTORED)
    typing.wait_for_selector("#tip[data-opened]")
    typing.check("[name=ask][value=yes]")
    typing.click("#message button:has-text('加密并发出')")
    typing.wait_for_selector(f"#thread :text('{TYPED}')")

    assert "dengshao.drafts" not in kept(typing)
    assert typing.input_value("#body") == ""


def test_signing_out_leaves_no_draft_in_any_tab(typing, live, tip, demo):
    by_button(typing)
    typing.wait_for_url("**/desk/unlock")
    assert "dengshao.drafts" in kept(typing)

    typing.click("#desk-sign-out button")
    typing.wait_for_url("**/desk/sign-in")

    assert "dengshao.drafts" not in kept(typing)


def test_another_member_at_this_window_finds_nothing(typing, live, tip, demo):
    by_button(typing)
    typing.wait_for_url("**/desk/unlock")
    draft = typing.evaluate("sessionStorage.getItem('dengshao.drafts')")
    typing.click("#desk-sign-out button")
    typing.wait_for_url("**/desk/sign-in")
    # Even where the browser had kept it.
    typing.evaluate("draft => sessionStorage.setItem('dengshao.drafts', draft)", draft)

    typed_in(typing, live, demo["police-2"])

    assert "dengshao.drafts" not in kept(typing)
    open_tip(typing, live, tip)
    assert typing.input_value("#body") == ""


def signed_in_before(live, seconds):
    with live.app.app_context():
        opened = int(time.time()) - seconds
        db.session.execute(update(StaffSession).values(opened_at=opened))
        db.session.commit()


def test_a_sign_in_that_ends_is_told_before_and_takes_no_typed_words_along(page, live, tip, demo):
    signed_in_before(live, SESSION_SECONDS - 840)
    open_tip(page, live, tip)
    expect(page.locator("#session-ends")).to_contain_text("分钟后要重新登录，写好的字会留着")
    page.fill("#body", TYPED)

    signed_in_before(live, SESSION_SECONDS)
    # Fourteen minutes later, by this page's clock; it looks by itself too, every few seconds.
    page.evaluate(
        "const was = Date.now; Date.now = () => was.call(Date) + 839000;"
        "window.dispatchEvent(new Event('focus'))"
    )
    page.wait_for_url("**/desk/sign-in")
    assert "dengshao.drafts" in kept(page)
    assert TYPED not in kept(page)
    signed_in_again(page, demo["police-1"])
    page.wait_for_url(f"**/desk/tips/{tip.reference}")

    expect(page.locator("#body")).to_have_value(TYPED)


def signed_in_again(page, member):
    page.fill("#name", member.name)
    page.fill("#passphrase", member.passphrase)
    page.fill("#code", member.code)
    page.click("#sign-in button[type=submit]")
