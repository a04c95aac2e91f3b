"""A contact block: two units open it in their browsers, one after the other, and neither alone."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from admin.app_state import app_state
from admin.db import db
from admin.intake import contact
from admin.vault import vault
from tests.axe import broken_rules
from tests.signing_in import signed_in

pytestmark = pytest.mark.browser

MARK = re.compile(r'\{"mark":"[0-9a-f]{64}"\}')
CONTACT = "桥头卖菜的三婶，手机尾号七三九"


@pytest.fixture
def block(live):
    """What the form makes of the words."""
    with live.app.app_context():
        sealed = contact.seal(CONTACT, app_state().district, vault().units.get(), ())
        db.reading.rollback()
    return sealed


@pytest.fixture
def tip(live, sealed_tip, block):
    return sealed_tip(live.app, contact=block)


@pytest.fixture
def desk_of(live, visit, demo):
    """Sign a member in, in a browser of their own that fails the test when it complains."""
    complaints, posted = [], []

    def enter(name, **options):
        page = visit(accept_downloads=True, **options)
        signed_in(page, live, demo[name])
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: complaints.append(said.text))
        page.on("request", lambda request: posted.append(request.post_data or ""))
        return page

    yield enter
    assert complaints == []
    # Neither the file nor the words went anywhere: a mark does, for a tip that has none yet.
    assert not [body for body in posted if body and not MARK.fullmatch(body)]


def choose(page, live, name, data):
    page.goto(f"{live.desk}/desk/contact/")
    page.locator("#contact-choose").wait_for()
    file = {"name": name, "mimeType": "application/octet-stream", "buffer": data}
    page.set_input_files("#contact-file", file)


def save(page):
    with page.expect_download() as download:
        page.click("#contact-save")
    return download.value.suggested_filename, Path(download.value.path()).read_bytes()


def test_the_tips_page_says_that_there_is_a_contact_and_saves_it_locked(live, desk_of, tip, block):
    page = desk_of("police-1", viewport={"width": 360, "height": 780})
    page.goto(f"{live.desk}/desk/tips/{tip.reference}")

    expect(page.locator("#contact-left")).to_be_visible()
    expect(page.locator("#contact-left")).to_contain_text("有联系方式，要两个人一起才能打开。")
    assert save(page) == (f"{tip.reference}.contact.age", block)
    assert "三婶" not in page.content()


def test_without_a_contact_the_tips_page_says_nothing_of_one(live, desk_of, sealed_tip):
    page = desk_of("police-1")
    page.goto(f"{live.desk}/desk/tips/{sealed_tip(live.app).reference}")
    page.wait_for_selector("#tip[data-opened]")

    expect(page.locator("#contact-left")).to_be_hidden()


def test_custodian_and_reviewer_open_it_together(live, desk_of, block):
    custodian = desk_of("supervision-1")
    choose(custodian, live, "AAAAA-AAAAA.contact.age", block)
    expect(custodian.locator("#contact-next")).to_be_visible()
    expect(custodian.locator("#contact-shown")).to_be_hidden()
    name, inner = save(custodian)
    assert name == "AAAAA-AAAAA.contact-2.age"

    reviewer = desk_of("upper-1", viewport={"width": 360, "height": 780})
    choose(reviewer, live, name, inner)
    expect(reviewer.locator("#contact-words")).to_have_text(CONTACT)
    stored = reviewer.evaluate("JSON.stringify([{...sessionStorage}, {...localStorage}])")
    assert "三婶" not in stored

    reviewer.evaluate("window.dispatchEvent(new PageTransitionEvent('pagehide'))")
    assert "三婶" not in reviewer.content()


def test_the_words_are_gone_at_the_lock(live, desk_of, block):
    custodian = desk_of("supervision-1")
    choose(custodian, live, "x.age", block)
    _name, inner = save(custodian)
    reviewer = desk_of("upper-1")
    choose(reviewer, live, "x-2.age", inner)
    expect(reviewer.locator("#contact-shown")).to_be_visible()

    reviewer.evaluate("new BroadcastChannel('dengshao').postMessage('lock')")
    reviewer.wait_for_url("**/desk/unlock")

    reviewer.goto(f"{live.desk}/desk/contact/")
    expect(reviewer.locator("#locked")).to_be_visible()
    expect(reviewer.locator("#contact-choose")).to_be_hidden()
    assert "三婶" not in reviewer.content()


def test_the_same_file_can_be_chosen_again(live, desk_of, block):
    custodian = desk_of("supervision-1")
    choose(custodian, live, "x.age", block)
    expect(custodian.locator("#contact-next")).to_be_visible()

    # A browser tells of a choice only where it differs from the one that stands there.
    assert custodian.input_value("#contact-file") == ""
    custodian.evaluate("document.getElementById('contact-next').hidden = true")
    custodian.set_input_files(
        "#contact-file", {"name": "x.age", "mimeType": "application/octet-stream", "buffer": block}
    )

    expect(custodian.locator("#contact-next")).to_be_visible()


@pytest.mark.parametrize("name", ["police-1", "upper-1"])
def test_the_outer_lock_opens_for_no_other_unit(live, desk_of, block, name):
    page = desk_of(name)

    choose(page, live, "x.age", block)

    expect(page.locator("#contact-error")).to_contain_text("这个文件用本单位的密钥打不开。")
    expect(page.locator("#contact-next")).to_be_hidden()
    expect(page.locator("#contact-shown")).to_be_hidden()


def test_the_inner_lock_does_not_open_for_the_custodian(live, desk_of, block):
    custodian = desk_of("supervision-1")
    choose(custodian, live, "x.age", block)
    _name, inner = save(custodian)

    choose(custodian, live, "x-2.age", inner)

    expect(custodian.locator("#contact-error")).to_contain_text("这个文件用本单位的密钥打不开。")
    assert "三婶" not in custodian.content()


def test_another_file_is_told_from_a_contact(live, desk_of):
    custodian = desk_of("supervision-1")

    for data in (b"", b"age", b"\xff" * 70_000):
        choose(custodian, live, "x.jpg", data)
        expect(custodian.locator("#contact-error")).to_contain_text("这不是联系方式的文件。")


def test_the_page_is_free_of_violations_locked_and_opened(live, desk_of, block):
    page = desk_of("supervision-1", viewport={"width": 360, "height": 780}, bypass_csp=True)
    found = []
    for data in (b"", block):
        choose(page, live, "x.age", data)
        page.locator("#contact-error:not([hidden]), #contact-next:not([hidden])").wait_for()
        found += broken_rules(page)

    assert found == []


def test_only_the_two_units_have_it_in_their_menu(live, desk_of):
    found = {}
    for name in ("supervision-1", "upper-1", "police-1"):
        page = desk_of(name)
        page.goto(f"{live.desk}/desk/")
        found[name] = page.get_by_role("link", name="联系方式").count()

    assert found == {"supervision-1": 1, "upper-1": 1, "police-1": 0}
