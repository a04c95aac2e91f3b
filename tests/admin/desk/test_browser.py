"""The desk in Chromium: what is opened, what is refused loudly, and what is left behind."""

import pytest
from playwright.sync_api import expect
from sqlalchemy import delete

from admin.db import db
from admin.models import StaffSession
from tests.signing_in import signed_in

pytestmark = pytest.mark.browser

SEND = "#message button:has-text('加密并发出')"
WHAT = "<img src=x onerror=document.title=1> 桥头有人收钱"


@pytest.fixture
def tip(live, sealed_tip):
    return sealed_tip(live.app, what=WHAT)


@pytest.fixture
def page(live, visit, demo):
    """A member's page that fails the test when its scripts or its headers' policy complain."""
    page = visit(viewport={"width": 360, "height": 780})
    complaints = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: complaints.append(said.text) if "Refused" in said.text else 0)
    yield signed_in(page, live, demo["police-1"])
    assert complaints == []


@pytest.fixture
def open_tip(live, tip):
    def opened(page):
        page.goto(f"{live.desk}/desk/tips/{tip.reference}")
        page.wait_for_selector("#tip[data-opened]")

    return opened


def ask(page, words):
    page.fill("#body", words)
    page.check("[name=ask][value=yes]")
    page.click(SEND)


def test_the_queues_labels_are_opened_in_the_browser(page, live, tip):
    page.goto(f"{live.desk}/desk/")

    row = page.locator(f"tr:has-text('{tip.reference}')")
    row.locator(".label__category").wait_for()

    assert "霸占沙石" in row.inner_text()
    assert "示例镇" in row.inner_text()
    assert "未成年人" in row.inner_text()


def test_words_of_strangers_stay_words(page, open_tip):
    open_tip(page)

    assert WHAT in page.inner_text("#opened")
    assert page.locator("#opened img").count() == 0
    assert page.title() == "一条线索"


def test_nothing_opened_is_stored_and_a_locked_tab_shows_nothing(page, open_tip, live, tip):
    open_tip(page)
    expect(page.locator("#alike-place")).to_be_visible()
    stored = page.evaluate("JSON.stringify([{...sessionStorage}, {...localStorage}])")
    assert "桥头" not in stored

    # A tab without the keys, whose session is open.
    page.evaluate("sessionStorage.clear()")
    page.goto(f"{live.desk}/desk/tips/{tip.reference}")
    page.wait_for_selector("#locked:not([hidden])")
    assert "桥头" not in page.content()
    assert page.locator("#acts").is_hidden()

    page.click("#desk-lock button")
    page.wait_for_url("**/desk/unlock")
    # A locked session is led nowhere else.
    page.goto(f"{live.desk}/desk/tips/{tip.reference}")
    assert page.url.split("?")[0].endswith("/desk/unlock")
    assert "桥头" not in page.content()


def test_the_page_is_blank_once_it_is_left(page, open_tip):
    open_tip(page)

    page.evaluate("window.dispatchEvent(new PageTransitionEvent('pagehide'))")

    assert page.inner_text("#opened") == ""
    assert "桥头" not in page.content()


VANISHED = {
    "the first": (slice(1, None), "第 1 条对不上", 1),
    "the last": (slice(None, 1), "第 2 条对不上", 1),
    "all": (slice(0), "第 1 条对不上", 2),
}


@pytest.mark.parametrize("name", VANISHED)
def test_a_message_that_vanished_on_the_server_is_noticed_loudly(page, open_tip, name):
    left, sentence, broken = VANISHED[name]
    open_tip(page)
    for number in (1, 2):
        ask(page, f"第{number}个问题？")
        page.wait_for_selector(f"#thread li:nth-child({number}) :text('第{number}个问题')")

    def without_some(route):
        answer = route.fetch()
        sent = answer.json()
        route.fulfill(response=answer, json=sent | {"messages": sent["messages"][left]})

    page.route("**/sealed.json", without_some)
    open_tip(page)

    assert sentence in page.inner_text("#alarm")
    assert ("可是问的话不见了" in page.inner_text("#alarm")) == (name == "all")
    assert page.locator(".message--broken").count() == broken
    assert page.locator("#message").is_visible()


def test_words_of_another_tip_under_this_number_are_not_shown(page, tip, live, sealed_tip):
    other = sealed_tip(live.app, what="另一件事")

    def swapped(route):
        answer = route.fetch(url=f"{live.desk}/desk/tips/{other.reference}/sealed.json")
        route.fulfill(response=answer, json=answer.json() | {"reference": "as asked"})

    page.route("**/sealed.json", swapped)
    page.goto(f"{live.desk}/desk/tips/{tip.reference}")
    page.wait_for_selector("#alarm:not([hidden])")

    assert "打开的内容不是这个编号的" in page.inner_text("#alarm")
    assert "另一件事" not in page.content()


def test_a_session_that_ended_keeps_the_typed_words_and_goes_on_after_a_new_sign_in(
    page, open_tip, live, demo
):
    open_tip(page)
    with live.app.app_context():
        db.session.execute(delete(StaffSession))
        db.session.commit()
    ask(page, "写到一半的问题？")
    page.wait_for_selector("#message [data-error]:has-text('登录已经结束')")
    assert page.input_value("#body") == "写到一半的问题？"

    signed_in(page.context.new_page(), live, demo["police-1"])
    # The first try meets the new session with the old one's token, and fetches the new one.
    page.click(SEND)
    page.wait_for_selector("#message [data-error]:not([hidden])")
    page.wait_for_function("() => !document.querySelector('#message').dataset.busy")
    page.click(SEND)

    page.wait_for_selector("[data-cover=status]:has-text('等举报人补充')")
