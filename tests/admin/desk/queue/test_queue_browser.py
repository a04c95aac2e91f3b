"""The queue in Chromium: by keyboard alone, in bulk, and looking for words in what was opened."""

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from admin.db import db
from admin.models import AuditEvent, Tip
from tests.axe import broken_rules
from tests.signing_in import signed_in

pytestmark = pytest.mark.browser


@pytest.fixture
def page(live, visit, demo, sealed_tip):
    page = visit(viewport={"width": 1280, "height": 900})
    complaints = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: complaints.append(said.text) if "Refused" in said.text else 0)
    sealed_tip(live.app, what="旧砖厂里有人夜里卸货。")
    for _ in range(3):
        sealed_tip(live.app, what="码头上有人收钱。")
    signed_in(page, live, demo["police-1"])
    page.goto(f"{live.desk}/desk/")
    page.wait_for_selector("#queue[data-opened=yes]")
    yield page
    assert complaints == []


def faults(page):
    return broken_rules(page)


def loaded(page):
    page.wait_for_selector("#queue[data-opened=yes]")


def openings(live):
    with live.app.app_context():
        query = select(AuditEvent).where(AuditEvent.act == "opened")
        return [(line.reference, line.detail) for line in db.reading.scalars(query)]


def test_rows_are_walked_chosen_claimed_and_changed_without_a_mouse(page, live):
    press = page.keyboard.press
    assert faults(page) == []
    press("?")
    page.wait_for_selector("dialog[open]")
    assert faults(page) == []
    assert "下一行" in page.inner_text("dialog[open]")
    press("Escape")

    press("j")
    first = page.evaluate("document.activeElement.closest('tr').dataset.row")
    press("x")
    press("j")
    press("j")
    press("Shift+X")
    assert page.inner_text("#chosen") == "选了 3 条"
    press("k")
    second = page.evaluate("document.activeElement.closest('tr').dataset.row")
    assert second != first

    # No letter acts where somebody types.
    press("/")
    page.keyboard.type("jxc")
    assert page.input_value("#reference") == "jxc"
    assert page.inner_text("#chosen") == "选了 3 条"

    page.select_option("#bulk_action", "urgency")
    page.select_option("#bulk-urgency", "P1")
    page.locator("#choose-bar button").focus()
    press("Enter")
    page.wait_for_selector("#do-it")
    expect(page.locator(".bulk li")).to_have_count(3)
    assert faults(page) == []
    page.locator("#do-it").focus()
    press("Enter")
    page.wait_for_selector("text=做好了 3 条")

    page.goto(f"{live.desk}/desk/?lane=today")
    loaded(page)
    press("j")
    mine = page.evaluate("document.activeElement.closest('tr').dataset.row")
    with page.expect_navigation():
        press("c")
    loaded(page)
    press("g")
    with page.expect_navigation():
        press("m")
    loaded(page)
    assert page.locator(f"[data-row='{mine}']").count() == 1
    press("j")
    with page.expect_navigation():
        press("o")
    page.wait_for_selector(f"#tip[data-reference='{mine}']")


def test_words_are_found_in_what_was_opened_here_and_forgotten_with_the_page(page, live):
    sent = []
    page.on("request", lambda request: sent.append(request.url + (request.post_data or "")))
    before = len(openings(live))
    page.click("#find summary")
    assert "审计里都会记一笔" in page.inner_text("#find")

    page.click("#find-open")
    page.wait_for_selector("#find-progress", state="hidden")
    page.wait_for_selector("#find-said:has-text('打开过')")
    page.fill("#find-words", "砖厂")

    with live.app.app_context():
        own = len(list(db.reading.scalars(select(Tip.id).where(Tip.unit_id == "police"))))
    shown = page.locator("[data-row]:visible")
    assert shown.count() == 1
    assert "其中 1 条" in page.inner_text("#find-said")
    opened = openings(live)[before:]
    assert len(opened) == own == 4
    assert {detail for _reference, detail in opened} == {"triage"}
    # The words that were looked for went nowhere, and nothing that was opened rests in the browser.
    assert not [one for one in sent if "砖厂" in one or "%E7%A0%96" in one]
    stored = page.evaluate("JSON.stringify([{...sessionStorage}, {...localStorage}])")
    assert "砖厂" not in stored
    assert faults(page) == []

    page.evaluate("window.dispatchEvent(new PageTransitionEvent('pagehide'))")
    assert page.input_value("#find-words") == ""
    assert page.locator("[data-row]:visible").count() > 1


def test_the_queue_fits_a_phone(page):
    page.set_viewport_size({"width": 360, "height": 780})

    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert faults(page) == []
