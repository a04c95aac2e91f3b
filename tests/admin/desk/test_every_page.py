"""Every page of the desk, for every kind of member: no barrier, and usable on a phone."""

import json

import pytest
from sqlalchemy import update

from admin.db import db
from admin.models import Tip
from admin.tip.status import TipStatus
from tests.axe import broken_rules
from tests.signing_in import signed_in

pytestmark = pytest.mark.browser

UNITS = ("police-1", "dispatch-1", "supervision-1", "practice-1")
PEOPLE = (*UNITS, "admin", "auditor-1", "counter-1")
# Wider than the screen by more than a rounding: somebody would have to scroll sideways.
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
# A control of the page's own that a thumb can't hit (WCAG 2.5.8; links in a sentence are exempt).
SMALL = """[...document.querySelectorAll("main button, main select, main summary")]
  .filter((one) => one.offsetParent && one.getBoundingClientRect().height < 24)
  .map((one) => one.textContent.trim().slice(0, 20))"""


@pytest.fixture
def tip(live, sealed_tip):
    tip = sealed_tip(live.app)
    with live.app.app_context():
        # Taken up, so that the page of a referral is whole.
        taken = {"status": TipStatus.ACCEPTED}
        db.session.execute(update(Tip).where(Tip.id == tip.id).values(**taken))
        db.session.commit()
    return tip


def addresses(app, tip):
    """All pages that a member could ask for: GET, no JSON, no file."""
    found = set()
    for rule in app.url_map.iter_rules():
        if not rule.rule.startswith("/desk/") or "GET" not in rule.methods:
            continue
        if app.view_functions[rule.endpoint].audience == "public" or rule.rule.endswith(SKIPPED):
            continue
        address = rule.rule.replace("<string:reference>", tip.reference)
        if "<" not in address:
            found.add(address)
    return sorted(found)


SKIPPED = (".json", ".svg", ".png", ".csv")


@pytest.mark.parametrize("name", PEOPLE)
def test_no_page_of_a_member_has_a_barrier_or_scrolls_sideways(live, visit, demo, tip, name):
    page = visit(viewport={"width": 360, "height": 780})
    signed_in(page, live, demo[name])
    faults, seen = [], []
    for address in addresses(live.app, tip):
        answer = page.goto(f"{live.desk}{address}")
        if answer.status != 200 or "text/html" not in answer.headers["content-type"]:
            continue
        page.wait_for_load_state("networkidle")
        if address == "/desk/unlock":
            # Whose keys are open goes on by themselves.
            page.wait_for_url(lambda url: not url.endswith("/desk/unlock"))
        seen.append(address)
        broken = broken_rules(page)
        broken += ["sideways"] if page.evaluate(SIDEWAYS) > 1 else []
        broken += [f"small: {text}" for text in page.evaluate(SMALL)]
        faults += [(address, fault) for fault in broken]

    assert faults == [], json.dumps(faults, ensure_ascii=False, indent=1)
    assert "/desk/account/" in seen
    assert len(seen) >= 2


@pytest.mark.parametrize("width", [360, 1280])
def test_the_queue_fits_the_screen_in_the_largest_letters_too(live, visit, demo, tip, width):
    page = visit(viewport={"width": width, "height": 780})
    signed_in(page, live, demo["police-1"])
    page.goto(f"{live.desk}/desk/")
    for _ in ("长辈版", "更大"):
        page.click("#elder")
        page.wait_for_selector(".label__category")

        assert page.evaluate(SIDEWAYS) <= 1, page.evaluate(OUTSIDE)


# What reaches beyond the screen, but for the lanes, which glide by themselves.
OUTSIDE = """[...document.querySelectorAll("body *:not(.lanes *)")]
  .filter((one) => one.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
  .map((one) => `${one.tagName}.${one.className}`)"""
