"""Deadlines in Chromium: by keyboard, at both widths, without a violation."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from admin.app_state import app_state
from admin.config import ROOT
from admin.db import db, set_today, today
from admin.models import Tip
from admin.serving.sweeper import sweep_now
from admin.tip.status import TipStatus
from admin.tip.urgency import Urgency
from tests.axe import broken_rules
from tests.signing_in import signed_in

pytestmark = pytest.mark.browser

SCREENS = ROOT / "build" / "screens"


@pytest.fixture
def page(live, visit, demo):
    return lambda name, width=360: signed_in(
        visit(viewport={"width": width, "height": 780}, bypass_csp=True), live, demo[name]
    )


@pytest.fixture
def tips(live, sealed_tip):
    """Four tips of the police, three of them weeks old, and one whose words go in ten days."""
    old = [
        sealed_tip(live.app, urgency=urgency) for urgency in (Urgency.P0, Urgency.P3, Urgency.P3)
    ]
    fresh, ended = sealed_tip(live.app, urgency=Urgency.P2), sealed_tip(live.app)
    with live.app.app_context():
        ids = [tip.id for tip in old]
        came = {"received_on": today() - timedelta(days=25), "due_on": None, "due_rule": None}
        db.session.execute(update(Tip).where(Tip.id.in_(ids)).values(**came))
        gone = {"status": TipStatus.CLOSED, "is_open": False, "due_on": None}
        gone |= {"expires_on": today() + timedelta(days=10)}
        db.session.execute(update(Tip).where(Tip.id == ended.id).values(**gone))
        db.session.commit()
        calendar = app_state().district.clocks.calendar
    # On a day off nobody is told: it is as if it were swept on the last day of work.
    set_today(last_working_day(calendar))
    sweep_now(live.app)
    set_today(None)
    return [*old, fresh, ended]


def last_working_day(calendar):
    return next(
        day for back in range(30) if not calendar.is_off(day := today() - timedelta(days=back))
    )


def violations(page):
    return broken_rules(page)


def picture(page, name):
    SCREENS.mkdir(parents=True, exist_ok=True)
    for width in (360, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        page.screenshot(path=SCREENS / f"clocks-{name}-{width}.png", full_page=True)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, (name, width)


def test_the_lists_of_what_ran_out_are_readable_at_both_widths(live, page, tips):
    found = []
    for name in ("police-1", "supervision-1"):
        shown = page(name)
        shown.goto(f"{live.desk}/desk/overdue/")
        assert shown.locator(f"text={tips[1].reference}").count() == 1
        assert shown.locator(f"a:has-text('{tips[1].reference}')").count() == (name == "police-1")
        picture(shown, f"overdue-{name}")
        found += violations(shown)

    assert found == []


def test_a_reviewer_gives_more_time_by_keyboard_alone(live, page, tips):
    shown = page("police-1")
    shown.goto(f"{live.desk}/desk/tips/{tips[3].reference}")
    shown.wait_for_selector("#tip[data-opened]")
    assert violations(shown) == []

    shown.focus(".deadlines__more summary")
    shown.keyboard.press("Enter")
    picture(shown, "tip")
    shown.focus(".deadlines__more select")
    shown.keyboard.press("ArrowDown")
    shown.keyboard.press("Tab")
    shown.keyboard.press("Enter")
    shown.wait_for_selector("text=延长期限：案情复杂")

    with live.app.app_context():
        tip = db.reading.scalars(select(Tip).filter_by(id=tips[3].id)).one()
        assert tip.extended_on == today()


def test_more_time_without_a_reason_says_what_to_choose(live, page, tips):
    shown = page("police-1")
    shown.goto(f"{live.desk}/desk/tips/{tips[1].reference}")
    shown.wait_for_selector("#tip[data-opened]")
    shown.click(".deadlines__more summary")

    shown.click(".deadlines__more button")

    shown.wait_for_selector(".deadlines__more .field__error:has-text('请选一个理由。')")
    assert violations(shown) == []
    shown.click(".deadlines__one summary >> nth=0")
    picture(shown, "late")
