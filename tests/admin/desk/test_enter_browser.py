"""Writing down what somebody tells, in Chromium: from the first question to the slip."""

import json
import re

import pytest
from sqlalchemy import select
from sqlalchemy.orm import undefer

from admin.db import db
from admin.models import Tip
from admin.sealing.member import fingerprint
from tests.axe import violations
from tests.canary import spellings
from tests.signing_in import cleared, signed_in
from tests.steering import FALSE_HASH, publish, steer

pytestmark = pytest.mark.browser

WHAT = "暗渠边的第七棵黄皮树下收钱"
PLACE = "晒谷场的旧石碾旁"


@pytest.fixture
def page(live, visit, demo):
    page = visit(viewport={"width": 360, "height": 780})
    complaints = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: complaints.append(said.text) if "Refused" in said.text else 0)
    page.posted = []
    page.on("request", lambda request: page.posted.append(request) if request.post_data else 0)
    yield signed_in(page, live, demo["police-1"])
    assert complaints == []


def open_form(page, live):
    page.goto(f"{live.desk}/desk/enter/")
    page.wait_for_selector("#enter[data-ready]")


def fill(page, *, channel="phone", category="A4", what=WHAT, place=PLACE):
    page.check(f"[name=channel][value={channel}]")
    page.select_option("#category", category)
    page.fill("#what", what)
    page.fill("#place", place)


def send(page):
    page.click("#form button[type=submit]")
    page.wait_for_selector("#slip:not([hidden])")
    return page.locator("#receipt li").all_inner_texts()


def hand_over(page, groups):
    number = int(page.locator("#group-hint").inner_text().partition("第 ")[2].partition(" 组")[0])
    page.fill("#group", groups[number - 1])
    page.click("#handed button[type=submit]")
    page.wait_for_selector("#done:not([hidden])")


def count_pages(pdf):
    return len(re.findall(rb"/Type\s*/Page[^s]", pdf))


def stored(live):
    with live.app.app_context():
        return db.session.scalars(select(Tip).options(undefer(Tip.sealed))).all()


def test_a_call_becomes_a_sealed_tip_whose_slip_opens_the_mailbox(page, live, visit, tmp_path):
    open_form(page, live)
    assert violations(page) == []
    fill(page)
    assert "就是您的单位" in page.locator("#way").inner_text()
    page.posted.clear()

    groups = send(page)

    assert len(groups) == 6
    assert all(len(group) == 6 for group in groups)
    assert violations(page) == []
    bodies = b"".join(request.post_data_buffer for request in page.posted)
    for mark in (WHAT, PLACE, "".join(groups), " ".join(groups), "".join(g[:5] for g in groups)):
        assert not [how for how, spelt in spellings(mark).items() if spelt in bodies]
    (tip,) = stored(live)
    assert (tip.channel, tip.unit_id) == ("phone", "police")

    assert count_pages(page.pdf(format="A5", prefer_css_page_size=True)) == 1

    page.fill("#group", "000000")
    page.click("#handed button[type=submit]")
    page.wait_for_selector("#error-summary")
    hand_over(page, groups)
    assert violations(page) == []
    assert not any(group in page.content() for group in groups)
    assert WHAT not in page.content()

    reporter = visit()
    reporter.goto(f"{live.public}/mailbox/")
    reporter.fill("#receipt", " ".join(groups))
    reporter.click("form button[type=submit]")
    reporter.wait_for_selector("text=已收到")

    page.goto(f"{live.desk}/desk/tips/{tip.reference}")
    cleared(page).wait_for_selector("#tip[data-opened]")
    assert WHAT in page.inner_text("#opened")


def test_a_tip_about_officials_goes_past_the_member_who_was_told_so_before(page, live):
    open_form(page, live)
    fill(page)
    page.check("[name=official][value=yes]")
    assert "打不开" in page.locator("#way").inner_text()

    send(page)

    (tip,) = stored(live)
    assert (tip.unit_id, tip.urgency) == ("supervision", "P1")
    page.on("dialog", lambda dialog: dialog.accept())
    answer = page.goto(f"{live.desk}/desk/tips/{tip.reference}")
    assert answer.status == 404


def test_who_wants_no_receipt_has_it_destroyed(page, live):
    open_form(page, live)
    fill(page, channel="letter")
    groups = send(page)

    page.click("#destroy summary")
    page.click("#destroy-now")

    page.wait_for_selector("#done-destroyed:not([hidden])")
    assert not any(group in page.content() for group in groups)
    assert len(stored(live)) == 1


def test_what_is_missing_is_said_and_nothing_typed_is_lost(page, live):
    open_form(page, live)
    page.fill("#what", WHAT)
    page.click("#form button[type=submit]")

    summary = page.locator("#error-summary").inner_text()
    for sentence in ("来电、来信，还是来访", "请写个大概地方"):
        assert sentence in summary
    assert page.locator("#error-summary li").count() == 2  # the kind of thing may be left open
    assert page.input_value("#what") == WHAT
    assert violations(page) == []
    assert stored(live) == []


def test_an_answer_that_was_lost_makes_no_second_tip_not_even_after_a_lock(page, live, demo):
    open_form(page, live)
    fill(page)
    # The server stores it, and its answer never comes.
    page.route("**/desk/enter/sealed", lambda route: (route.fetch(), route.abort()))
    page.click("#form button[type=submit]")
    page.wait_for_selector("#error-summary")
    assert len(stored(live)) == 1
    assert page.locator("#what").get_attribute("readonly") is not None
    page.unroute("**/desk/enter/sealed")

    page.click("#desk-lock button")
    page.wait_for_url("**/desk/unlock")
    page.fill("#passphrase", demo["police-1"].passphrase)
    page.fill("#code", demo["police-1"].code)
    page.click("form:has(#passphrase) button[type=submit]")
    page.wait_for_selector("#enter[data-ready]")
    assert page.input_value("#what") == WHAT
    groups = send(page)

    assert len(stored(live)) == 1
    hand_over(page, groups)


@pytest.mark.parametrize(("unit", "category"), [("police", "A4"), ("drugs", "B1")])
def test_a_false_key_is_refused_and_nothing_goes_out(page, live, unit, category):
    """Of the member's own unit, whose key they hold, and of another, whose print is published."""

    def swap(route):
        answer = route.fetch()
        routes = answer.json()
        routes["units"][unit]["recipients"] = routes["units"]["trade"]["recipients"]
        route.fulfill(response=answer, body=json.dumps(routes))

    page.route("**/desk/enter/routes.json", swap)
    open_form(page, live)
    fill(page, category=category)
    page.posted.clear()
    page.click("#form button[type=submit]")

    page.wait_for_selector("#error-summary:has-text('不一样')")
    assert not [request for request in page.posted if "sealed" in request.url]
    assert stored(live) == []


@pytest.mark.parametrize(
    ("pattern", "play"),
    [("**/desk/enter/routes.json", steer), ("**/keys.json", publish(FALSE_HASH))],
    ids=["routes.json", "keys.json"],
)
def test_false_routes_are_refused_and_nothing_goes_out(page, live, pattern, play):
    """What somebody tells about an official would go to the police, and be readable there."""
    page.route(pattern, play)
    open_form(page, live)
    fill(page)
    page.check("[name=official][value=yes]")
    page.posted.clear()

    for _press in range(2):
        page.click("#form button[type=submit]")
        page.wait_for_selector("#error-summary:has-text('说的去向和公开登记的不一样，没有存')")
        assert page.input_value("#what") == WHAT
        assert not [request for request in page.posted if "sealed" in request.url]
        assert stored(live) == []

    page.unroute(pattern)
    send(page)
    assert [tip.unit_id for tip in stored(live)] == ["supervision"]


def test_the_own_unit_is_held_against_the_key_in_hand_whatever_is_published(page, live):
    keys = {}

    def swap(route):
        answer = route.fetch()
        routes = answer.json()
        keys.update(routes["units"]["trade"])
        routes["units"]["police"]["recipients"] = keys["recipients"]
        route.fulfill(response=answer, body=json.dumps(routes))

    def publish(route):
        found = [{"unit": "police", "fingerprint": fingerprint("police", *keys["recipients"])}]
        real = route.fetch()
        route.fulfill(response=real, json=real.json() | {"keys": found})

    page.route("**/desk/enter/routes.json", swap)
    open_form(page, live)
    page.route("**/keys.json", publish)
    page.reload()
    page.wait_for_selector("#enter[data-ready]")
    fill(page)
    page.click("#form button[type=submit]")

    page.wait_for_selector("#error-summary:has-text('给的公钥')")
    assert stored(live) == []


@pytest.mark.parametrize(
    ("text", "is_told"),
    [
        ("他说电话 13812345678", True),
        ("０２７－８１２３４５６７", True),
        ("身份证 11010119900307123X", True),
        ("每次收 2000 元，三次了", False),
        ("尾号 5678 的车", False),
        ("20261124 那天", False),
    ],
)
def test_a_number_like_the_callers_is_pointed_at(page, live, text, is_told):
    open_form(page, live)
    page.fill("#who", text)
    assert page.locator(".enter__caller").count() == is_told


def test_without_a_key_in_this_tab_nothing_is_asked(page, live):
    page.goto(f"{live.desk}/desk/enter/")
    page.evaluate("sessionStorage.clear()")
    page.reload()

    page.wait_for_selector("#locked:not([hidden])")
    assert page.locator("#form").is_hidden()
