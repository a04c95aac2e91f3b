"""A hold by the pages alone: asked for on one page, answered on another, without a mouse."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy import select, update

from admin.config import ROOT
from admin.db import db, today
from admin.models import HoldStep, Member, Tip
from tests.signing_in import signed_in

pytestmark = pytest.mark.browser

SCREENS = ROOT / "build" / "screens"


@pytest.fixture
def person(live, visit, demo):
    def signed(name):
        return signed_in(visit(viewport={"width": 1280, "height": 900}), live, demo[name])

    return signed


@pytest.fixture
def tip(live, sealed_tip):
    """An ended tip whose words go in five days; its unit has one head."""
    tip = sealed_tip(live.app)
    with live.app.app_context():
        ended = {"status": "closed", "is_open": False, "expires_on": today() + timedelta(days=5)}
        db.session.execute(update(Tip).where(Tip.id == tip.id).values(**ended))
        db.session.execute(
            update(Member).where(Member.name == "police-2").values(roles=["reviewer"])
        )
        db.session.commit()
    return tip


def pictures(page, name):
    SCREENS.mkdir(parents=True, exist_ok=True)
    for width in (360, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.screenshot(path=SCREENS / f"{name}-{width}.png", full_page=True)


def test_one_asks_and_another_grants_and_both_are_told_what_it_means(person, live, tip):
    asking, granting = person("police-1"), person("police-2")
    for page in (asking, granting):
        page.goto(f"{live.desk}/desk/tips/{tip.reference}")
        page.wait_for_selector("#tip[data-opened]")
    expect(asking.locator("#deadlines-title + .notice")).to_contain_text("5 天后删除内容")

    asking.locator("#hold summary").focus()
    asking.keyboard.press("Enter")
    asking.select_option("#hold-reason", "case")
    asking.select_option("#hold-authority", "court")
    asking.keyboard.press("Tab")
    asking.locator("#hold form button").press("Enter")
    # A day is missing: told beside its field, and what was chosen stays.
    expect(asking.locator("#until-error")).to_be_visible()
    assert asking.input_value("#hold-reason") == "case"
    asking.fill("#hold-until", f"{today() + timedelta(days=365)}")
    asking.locator("#hold form button").press("Enter")
    expect(asking.locator("#until-error")).to_contain_text("180 天以内")
    asking.fill(
        "#hold-until", asking.evaluate("new Date(Date.now()+9e9).toISOString().slice(0,10)")
    )
    asking.locator("#hold form button").press("Enter")
    expect(asking.locator("#hold-waiting")).to_contain_text("police-1 提了")
    assert asking.locator("#hold-waiting form").count() == 0
    pictures(asking, "hold-asked")

    granting.reload()
    granting.wait_for_selector("#tip[data-opened]")
    granting.locator("#hold-waiting input[value=yes]").check()
    pictures(granting, "hold-answer")
    granting.locator("#hold-waiting button").press("Enter")
    expect(granting.locator("#hold .notice").first).to_contain_text("police-1 提，police-2 同意")
    expect(granting.locator(".cover__facts")).to_contain_text("保全到")
    granting.goto(f"{live.desk}/desk/overdue/")
    expect(granting.locator("#holds")).to_contain_text(tip.reference)
    pictures(granting, "hold-list")
    with live.app.app_context():
        step = db.session.scalars(select(HoldStep)).one()
        assert (step.asked_by, step.settled_by, step.is_granted) == ("police-1", "police-2", True)

    auditor = person("auditor-1")
    auditor.goto(f"{live.desk}/desk/audit/holds")
    expect(auditor.locator("#audit-holds")).to_contain_text("police-1，police-2")
    pictures(auditor, "hold-audit")


def test_a_line_that_is_cut_in_the_middle_keeps_what_was_chosen(person, live, tip):
    page = person("police-1")
    page.goto(f"{live.desk}/desk/tips/{tip.reference}")
    page.wait_for_selector("#tip[data-opened]")
    page.locator("#hold summary").click()
    page.select_option("#hold-reason", "trial")
    page.select_option("#hold-authority", "own")
    page.fill("#hold-until", f"{today() + timedelta(days=90)}")
    page.context.route("**/hold", lambda route: route.abort())

    page.locator("#hold form button").click()

    expect(page.locator("#hold form [data-error]")).to_contain_text("没有连上")
    assert page.input_value("#hold-reason") == "trial"
    page.context.unroute("**/hold")
    page.locator("#hold form button").click()
    expect(page.locator("#hold-waiting")).to_be_visible()
