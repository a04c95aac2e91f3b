"""Scanning the queue in Chromium: rows kept, the next tip by key, news that loads nothing."""

import re

import pytest
from playwright.sync_api import expect

from admin.tip.urgency import Urgency
from tests.axe import broken_rules
from tests.signing_in import signed_in

pytestmark = pytest.mark.browser

FOCUSED = "document.activeElement.closest('tr')?.dataset.row"
WORDS = [
    "旧砖厂里有人夜里卸货。",
    "码头上有人收钱。",
    "桥头有人拦车收过路费，一次二十，不给就砸车，已经好几个月了。",
]


@pytest.fixture
def page(live, visit, demo, sealed_tip):
    page = visit(viewport={"width": 1280, "height": 500})
    complaints = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    for words in WORDS:
        sealed_tip(live.app, what=words)
    signed_in(page, live, demo["police-1"])
    page.goto(f"{live.desk}/desk/?lane=free")
    loaded(page)
    yield page
    assert complaints == []


def loaded(page):
    page.wait_for_selector("#queue[data-opened=yes]")


def references(page):
    return page.eval_on_selector_all("[data-row]", "rows => rows.map((row) => row.dataset.row)")


def on_tip(page, reference):
    page.wait_for_selector(f"#tip[data-reference='{reference}'][data-opened=yes]")


def faults(page):
    return broken_rules(page)


def test_one_key_leads_to_the_next_tip_and_one_back_to_the_row(page):
    """After `q` the queue loses its row: staff.md, minors."""
    first, second, third = references(page)[:3]
    press = page.keyboard.press
    press("j")
    press("o")
    on_tip(page, first)
    assert page.inner_text("#in-queue") == f"1 / {len(references_of(page))}"
    assert page.is_hidden("#to-previous")

    press("j")
    on_tip(page, second)
    press("j")
    on_tip(page, third)
    press("k")
    on_tip(page, second)
    assert faults(page) == []
    press("q")
    loaded(page)

    assert page.url.endswith("/desk/?lane=free")
    assert page.evaluate(FOCUSED) == second
    box = page.locator(f"[data-row='{second}']").bounding_box()
    assert 0 <= box["y"] < 500


def references_of(page):
    return page.evaluate("JSON.parse(sessionStorage.getItem('dengshao.place')).rows")


def test_a_row_that_left_the_lane_leaves_the_focus_to_the_one_behind_it(page):
    first, second = references(page)[:2]
    page.click(f"text={first}")
    on_tip(page, first)
    with page.expect_navigation():
        page.keyboard.press("c")
    on_tip(page, first)
    page.click("#to-queue")
    loaded(page)

    assert first not in references(page)
    assert page.evaluate(FOCUSED) == second


def test_the_browsers_own_way_back_finds_the_row_too_and_a_reload_leaves_it(page):
    third = references(page)[2]
    page.click(f"text={third}")
    on_tip(page, third)
    page.go_back()
    loaded(page)
    assert page.evaluate(FOCUSED) == third

    page.reload()
    loaded(page)
    assert page.evaluate(FOCUSED) is None


def test_who_came_from_no_queue_is_led_to_no_other_tip(page, live):
    first = references(page)[0]
    page.evaluate("sessionStorage.removeItem('dengshao.place')")
    page.goto(f"{live.desk}/desk/tips/{first}")
    on_tip(page, first)

    assert page.is_hidden("#to-next")
    assert page.is_hidden("#to-previous")
    page.keyboard.press("j")
    on_tip(page, first)


def test_the_first_words_stand_in_the_row_once_the_tip_was_opened_here(page):
    assert page.locator(".queue__first").count() == 0
    first = references(page)[0]
    page.click(f"text={first}")
    on_tip(page, first)
    page.keyboard.press("q")
    loaded(page)
    assert page.locator(".queue__first").count() == 1
    assert not re.search("没打开过", page.inner_text(f"[data-row='{first}']"))

    page.click("#find summary")
    page.click("#find-open")
    page.wait_for_selector("#find-said:has-text('打开过')")
    shown = page.locator(".queue__first").all_inner_texts()
    assert sorted(shown) == sorted(
        [*WORDS[:2], "桥头有人拦车收过路费，一次二十，不给就砸车，已经好几个月了。"]
    )
    page.evaluate("window.dispatchEvent(new PageTransitionEvent('pagehide'))")
    assert page.locator(".queue__first").count() == 0


def test_news_is_told_and_the_rows_stay_until_the_member_asks(page, live, sealed_tip):
    page.clock.install()
    page.reload()
    loaded(page)
    before = references(page)
    page.keyboard.press("j")
    standing = page.evaluate(FOCUSED)
    sent = []
    page.on("request", lambda request: sent.append(request.url))
    with page.expect_response("**/pulse.json*"):
        page.clock.run_for(76_000)
    assert page.is_hidden("#news")
    count = page.inner_text("[data-count=all]")

    came = sealed_tip(live.app, what="新来的一条。", urgency=Urgency.P0).reference
    with page.expect_response("**/pulse.json*"):
        page.clock.run_for(76_000)
    expect(page.locator("#news")).to_contain_text("队列有变化")
    assert page.inner_text("[data-count=all]") == str(int(count) + 1)
    # Nothing was loaded by itself: whoever watches the line learns nothing.
    assert {url.split("/desk/")[1] for url in sent} == {"pulse.json?lane=free"}
    assert references(page) == before
    assert page.evaluate(FOCUSED) == standing
    assert faults(page) == []

    page.keyboard.press("r")
    page.wait_for_selector(f"[data-row='{came}']")
    loaded(page)
    assert page.evaluate(FOCUSED) == standing


def test_a_page_that_nobody_sees_asks_nothing(page):
    page.clock.install()
    page.reload()
    loaded(page)
    sent = []
    page.on("request", lambda request: sent.append(request.url))
    page.evaluate("Object.defineProperty(document, 'hidden', { value: true, configurable: true })")
    page.clock.run_for(300_000)
    assert [url for url in sent if "pulse" in url] == []

    page.evaluate("delete document.hidden")
    with page.expect_response("**/pulse.json*"):
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        page.clock.run_for(76_000)


def test_a_locked_tab_asks_nothing_more(page, live):
    page.clock.install()
    page.reload()
    loaded(page)
    page.evaluate("sessionStorage.removeItem('dengshao.keyring')")
    sent = []
    page.on("request", lambda request: sent.append(request.url))
    page.clock.run_for(200_000)
    assert [url for url in sent if "pulse" in url] == []


def test_behind_the_last_row_stands_the_queues_next_page(page, live):
    first, second = references(page)[:2]
    page.click(f"text={first}")
    on_tip(page, first)
    page.evaluate(
        "rows => { const place = JSON.parse(sessionStorage.getItem('dengshao.place'));"
        " Object.assign(place, { rows, next: '?lane=all' });"
        " sessionStorage.setItem('dengshao.place', JSON.stringify(place)); }",
        [first, second],
    )
    page.keyboard.press("j")
    on_tip(page, second)
    page.keyboard.press("j")
    loaded(page)

    assert page.url.endswith("/desk/?lane=all")
    assert page.evaluate(FOCUSED) == references(page)[0]


def test_where_a_member_stood_goes_with_them(page, live):
    page.click(f"text={references(page)[0]}")
    page.wait_for_selector("#tip[data-opened=yes]")
    assert references_of(page)
    page.click("#desk-sign-out button")
    page.wait_for_url("**/desk/sign-in")

    assert page.evaluate("sessionStorage.getItem('dengshao.place')") is None


def test_a_line_that_is_cut_stops_no_later_question(page):
    page.clock.install()
    page.reload()
    loaded(page)
    page.route("**/pulse.json*", lambda route: route.abort())
    with page.expect_request("**/pulse.json*"):
        page.clock.run_for(76_000)
    assert page.is_hidden("#news")
    page.unroute("**/pulse.json*")
    with page.expect_response("**/pulse.json*"):
        page.clock.run_for(76_000)
