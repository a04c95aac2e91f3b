"""Two people of two units, in Chromium: asked for on one page, agreed to on another."""

import pytest
from sqlalchemy import select

from admin.config import ROOT
from admin.db import db
from admin.models import Member, Tip
from admin.tip.status import TipStatus
from tests.axe import broken_rules
from tests.signing_in import signed_in

pytestmark = pytest.mark.browser

LOOKS = ROOT / "build" / "looks"


def look(page, name):
    """Hold a page to axe and to narrow screens, and keep its picture for people to look at."""
    LOOKS.mkdir(parents=True, exist_ok=True)
    for width in (360, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        page.screenshot(path=LOOKS / f"{name}-{width}.png", full_page=True)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
    found = broken_rules(page)
    assert found == [], name


def in_store(live, question):
    with live.app.app_context():
        return db.reading.scalars(question).one()


def test_a_custodian_asks_and_the_unit_above_agrees(live, visit, demo, sealed_tip):
    tip = sealed_tip(live.app, "supervision", label=False, what="有人收好处")
    custodian = signed_in(visit(), live, demo["supervision-1"])
    upper = signed_in(visit(), live, demo["upper-1"])
    custodian.goto(f"{live.desk}/desk/tips/{tip.reference}")
    custodian.wait_for_selector("#tip[data-opened]")
    custodian.click("[aria-controls=decision]")
    custodian.check("#decision [name=move_to][value=closed]")
    custodian.select_option("#decision select[name=reason]", "spam")
    custodian.wait_for_selector("p[data-second] >> text=要上一级的负责人核对")
    custodian.wait_for_selector("p[data-purge] >> text=30 天")
    custodian.fill("#end-decision", "是测试，写的人自己说的。")
    custodian.click("#decision button:has-text('确认决定')")
    custodian.wait_for_selector("#waiting-second")
    look(custodian, "second-waiting")
    assert in_store(live, select(Tip.status).where(Tip.id == tip.id)) == TipStatus.RECEIVED

    upper.goto(f"{live.desk}/desk/")
    upper.click("nav a:has-text('核对 1')")
    upper.wait_for_selector("#second-people")
    look(upper, "second")
    upper.click("button:text-is('同意')")
    upper.wait_for_selector("text=您同意了，已经办好。")
    look(upper, "second-none")
    assert in_store(live, select(Tip.status).where(Tip.id == tip.id)) == TipStatus.CLOSED


def test_an_administrator_asks_to_shut_the_only_custodian_out(live, visit, demo):
    admin = signed_in(visit(), live, demo["admin"])
    upper = signed_in(visit(), live, demo["upper-1"])
    admin.goto(f"{live.desk}/desk/admin/")
    admin.click("tr:has(th:text-is('supervision-1')) a:has-text('停用…')")
    admin.wait_for_selector("#needs-second")
    admin.select_option("#why", "leak")
    admin.check("#sure")
    look(admin, "second-suspend")
    admin.click("button:text-is('请对方同意')")
    admin.wait_for_selector("text=已请另一单位的负责人同意停用")
    look(admin, "second-admin")

    upper.goto(f"{live.desk}/desk/second/")
    upper.wait_for_selector("text=可能泄露了密钥或内容")
    look(upper, "second-suspension")
    upper.click("button:text-is('不同意')")
    upper.wait_for_selector("text=您没有同意，什么也没有办。")
    out = select(Member.suspended_on).where(Member.name == "supervision-1")
    assert in_store(live, out) is None
