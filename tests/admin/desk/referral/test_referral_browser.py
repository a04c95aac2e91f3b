"""What becomes of a package, by the tip's page alone, without a mouse."""

import json

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from admin.access.roles import Staff
from admin.config import ROOT
from admin.db import db, today
from admin.desk.referral.letters import letter_number, next_serial
from admin.desk.referral.services import Lock, Package, make
from admin.models import Member, Referral, Tip, UnitKey
from admin.sealing.age import parse_recipient, seal
from admin.tip.status import TipStatus
from tests.axe import broken_rules
from tests.signing_in import signed_in

pytestmark = pytest.mark.browser

SCREENS = ROOT / "build" / "screens"
LEFT = "桥头有人收过路费。〔略〕"


@pytest.fixture
def tip(live, sealed_tip):
    """A tip that was taken up, with a package that waits to be handed over."""
    tip = sealed_tip(live.app)
    with live.app.test_request_context():
        row = db.session.get_one(Tip, tip.id)
        row.status = TipStatus.ACCEPTED
        member = db.session.scalars(select(Member).filter_by(name="police-1")).one()
        actor = Staff(member.id, member.name, member.unit_id, tuple(member.roles))
        key = db.session.scalars(select(UnitKey).filter_by(unit_id="police")).one()
        content = {"v": 1, "kind": "referral", "text": LEFT, "letter": "<p>", "manifest": "{}"}
        readers = [parse_recipient(key.recipient), parse_recipient(key.recovery)]
        record = seal(json.dumps(content).encode() + b" " * 900, readers)
        serial = next_serial(db.session, "police", today().year)
        number = letter_number("police", today().year, serial)
        package = Package(Lock.ONE_TIME, "a1" * 32, 9000, 2, number, record)
        db.session.flush()
        make(db.session, row, "market", package, actor=actor)
        db.session.commit()
    return tip


def pictures(page, name):
    SCREENS.mkdir(parents=True, exist_ok=True)
    for width in (360, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.screenshot(path=SCREENS / f"{name}-{width}.png", full_page=True)
    broken = broken_rules(page)
    assert broken == []


def test_a_package_is_handed_over_slipped_and_answered_and_its_record_read(live, visit, demo, tip):
    page = signed_in(visit(viewport={"width": 1280, "height": 900}), live, demo["police-1"])
    page.goto(f"{live.desk}/desk/tips/{tip.reference}")
    page.wait_for_selector("#tip[data-opened]")
    expect(page.locator("#to-referral")).to_be_visible()
    expect(page.locator("#package-1")).to_contain_text("做好了，还没有送出")

    page.locator("[data-record]").press("Enter")
    expect(page.locator("#package-1 [data-record-text]")).to_contain_text(LEFT)
    pictures(page, "referral-made")

    page.select_option("#sent-way-1", "courier")
    page.locator("#package-1 form").first.locator("button").press("Enter")
    expect(page.locator("[data-cover=status]")).to_have_text("已转办")
    expect(page.locator("#package-1")).to_contain_text("机要交换")

    page.wait_for_selector("#tip[data-opened]")
    page.locator("#package-1 summary").first.press("Enter")
    page.fill("#slip-note-1", "对方文号 甲〔2026〕7号")
    page.locator("#package-1 details[open] button").press("Enter")
    expect(page.locator("#package-1")).to_contain_text("见备注第 1 条")
    page.wait_for_selector("#tip[data-opened]")
    expect(page.locator("#notes")).to_contain_text("甲〔2026〕7号")

    page.locator("#package-1 summary").filter(has_text="对方告知结果").press("Enter")
    page.locator("#package-1 details[open] button").press("Enter")
    # Nothing was chosen: told beside its field.
    expect(page.locator("#why-error")).to_be_visible()
    page.select_option("#result-why-1", "partly")
    pictures(page, "referral-result")
    page.locator("#package-1 details[open] button").press("Enter")
    expect(page.locator("#package-1")).to_contain_text("有了结果：部分查实")
    with live.app.app_context():
        row = db.reading.scalars(select(Referral)).one()
        assert (row.way, row.end, row.why, row.slip_note) == ("courier", "result", "partly", 1)
