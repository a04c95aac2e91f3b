"""The auditor's and the counter's pages in Chromium: axe, the keyboard, a phone, paper."""

import pytest

from admin.audit import log as audit
from admin.audit.log import record
from admin.db import db
from admin.demo.members import DemoMember
from admin.keys import issuing
from admin.models import Tally
from admin.sealing.member import grouped_code
from admin.tip.channels import Channel
from admin.tip.counted import Family
from tests.admin.auditor.test_views import NIGHT, NOON
from tests.axe import broken_rules
from tests.signing_in import signed_in

pytestmark = pytest.mark.browser

PASSPHRASE = "lin-yu-feng-shan-hai"
PHONE, DESKTOP = {"width": 360, "height": 780}, {"width": 1280, "height": 900}
LOG = [
    ("opened", "police-1", "7QX2M-00ABC", "triage", NOON),
    ("acted", "police-1", "7QX2M-00ABC", "claimed received", NOON + 60),
    ("opened", "police-2", "7QX2M-00ABC", "unsaid", NOON + 120),
    ("sign_in_failed", "-", None, "", NOON + 180),
    ("not_there", "drugs-1", "9ZZZZ-11111", "GET", NOON + 240),
    ("not_there", "drugs-1", "9ZZZZ-11112", "GET", NOON + 250),
    ("not_there", "drugs-1", "9ZZZZ-11113", "GET", NOON + 260),
    ("refused", "admin", "7QX2M-00ABC", "open GET", NOON + 300),
    ("invite", "admin", None, "钱七", NOON + 360),
    ("opened", "drugs-1", "4HHHH-22222", "own", NIGHT + 86_400),
]


@pytest.fixture
def fill(live, monkeypatch):
    """Write a log of a day and a night."""
    with live.app.app_context():
        for act, by, reference, detail, at in LOG:
            monkeypatch.setattr(audit, "now", lambda at=at: at)
            unit = by.rpartition("-")[0] or None
            record(db.session, act, by=by, unit_id=unit, reference=reference, detail=detail)
        db.session.commit()


@pytest.fixture(scope="module")
def keys():
    """The secrets of one member, who stands in whatever role a test needs."""
    return issuing.new_member_keys(PASSPHRASE)


@pytest.fixture
def page_of(live, visit, keys):
    """A page of a member of a role, signed in, where they begin."""

    def opened(role, viewport):
        with live.app.app_context():
            issuing.add_member(db.session, keys, name=role, unit_id=None, roles=[role])
            db.session.commit()
        person = DemoMember(role, PASSPHRASE, grouped_code(keys.code), None, (role,))
        return signed_in(visit(viewport=viewport, bypass_csp=True), live, person)

    return opened


def faults(page):
    page.wait_for_load_state()
    found = broken_rules(page)
    sideways = page.evaluate("document.documentElement.scrollWidth > innerWidth")
    return found + (["sideways"] if sideways else [])


@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["360", "1280"])
def test_the_log_reads_well_and_is_free_of_violations(live, fill, page_of, viewport):
    page = page_of("auditor", viewport)
    assert page.url == f"{live.desk}/desk/audit/"
    found = faults(page)
    assert page.locator(".audit__mark").count() == 3

    page.click("button:has-text('核对整个记录')")
    page.wait_for_selector("text=都对得上")
    found += faults(page)
    page.click("button:has-text('打印核对点')")
    page.wait_for_selector("#checkpoint-code")
    found += faults(page)

    assert found == []


def test_the_log_is_narrowed_by_keyboard_alone(live, fill, page_of):
    page = page_of("auditor", DESKTOP)

    page.focus("#kind")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    while page.evaluate("document.activeElement.textContent.trim()") != "筛选":
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**kind=marked**")

    assert page.locator(".audit__row").count() == page.locator(".audit__row--marked").count() == 3


@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["360", "1280"])
def test_the_totals_read_well_and_are_free_of_violations(live, page_of, viewport):
    add_months(live)
    page = page_of("counter", viewport)
    assert page.url == f"{live.desk}/desk/counts/"
    found = faults(page)

    assert found == []
    assert "2025-03" in page.inner_text("table")
    assert page.locator("td:has-text('12')").count() >= 1


def add_months(live):
    """Count tips in two months of a year that is over: twelve in one, and three."""
    with live.app.app_context():
        for month, count in (("2025-03", 12), ("2025-04", 3)):
            for family, part in ((Family.RECEIVED, Channel.FORM), (Family.ACCEPTED, "")):
                at = {"period": month, "family": family, "part": part, "unit_id": "police"}
                db.session.add(Tally(**at, slot=0, count=count))
        db.session.commit()
