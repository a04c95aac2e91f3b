"""Marks that a member's browser adds to a tip of its unit, and tips that have no business there."""

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from admin.db import db
from admin.models import Tip
from admin.sealing import payload
from admin.sealing.marks import MOST_MARKS, unit_mark
from admin.tip.status import TipStatus
from admin.tip.urgency import Urgency
from tests.admin.desk.conftest import TALK, store_sealed
from tests.signing_in import signed_in


def marks_of(app, tip):
    with app.app_context():
        row = db.reading.execute(select(Tip.marks, Tip.version).where(Tip.id == tip.id)).one()
        db.reading.rollback()
        return row


@pytest.fixture
def post(desk):
    def posted(tip, mark, member=desk):
        return member.client.post(
            f"/desk/tips/{tip.reference}/mark",
            json={"mark": mark},
            headers={"Accept": "application/json", "X-CSRFToken": member.token()},
            base_url=member.base_url,
        )

    return posted


def test_a_mark_is_added_once_and_leaves_the_open_pages_fresh(app, tip, post):
    for _ in range(2):
        assert post(tip, "ab" * 32).status_code == 200
    assert post(tip, "cd" * 32).status_code == 200

    assert marks_of(app, tip) == (bytes.fromhex("ab" * 32 + "cd" * 32), tip.version)


def test_another_units_tip_is_not_there_and_a_full_or_purged_one_takes_none(
    app, tip, make_tip, change, post, sign_in
):
    assert post(tip, "ab" * 32, sign_in("drugs-1")).status_code == 404
    full = make_tip(marks=bytes(32 * MOST_MARKS))
    purged = make_tip()
    change(purged, status=TipStatus.PURGED, is_open=False, sealed=None, label=None)

    assert [post(one, "ab" * 32).status_code for one in (full, purged)] == [409, 409]
    assert (marks_of(app, tip).marks, marks_of(app, purged).marks) == (None, None)


@pytest.mark.table
@pytest.mark.parametrize("mark", ["", "ab" * 31, "AB" * 32, 7, None])
def test_what_is_no_mark_is_refused(app, tip, post, mark):
    assert post(tip, mark).status_code == 400
    assert marks_of(app, tip).marks is None


@pytest.fixture
def page(live, visit, demo):
    return signed_in(visit(), live, demo["police-1"])


def open_tip(page, live, tip):
    page.goto(f"{live.desk}/desk/tips/{tip.reference}")
    page.wait_for_selector("#tip[data-opened]")


@pytest.mark.browser
def test_a_tip_from_before_gets_its_mark_when_a_member_opens_it(live, page):
    tip = store_sealed(live.app)

    with page.expect_response("**/mark") as added:
        open_tip(page, live, tip)

    assert added.value.status == 200
    mark = unit_mark(TALK, "police", tip.reference)
    assert marks_of(live.app, tip) == (mark, tip.version)
    posted = []
    page.on("request", lambda request: posted.append(request.url))
    open_tip(page, live, tip)
    assert not [url for url in posted if url.endswith("/mark")]
    expect(page.locator("#alarm")).to_be_empty()


KEPT_OUT = {
    "an official": {"official": "yes"},
    "perhaps one": {"official": "unclear", "exclude": ["town"]},
    "the unit's own office": {"official": "no", "exclude": ["bureau"]},
}


@pytest.mark.browser
@pytest.mark.parametrize("fields", KEPT_OUT.values(), ids=KEPT_OUT)
def test_no_mark_is_made_for_a_unit_that_the_reporter_kept_out_and_its_member_is_told(
    live, page, fields
):
    tip = store_sealed(live.app, fields=fields)

    # What would be asked before a mark is made; only then is it certain that none was.
    with page.expect_response("**/keys.json"):
        open_tip(page, live, tip)

    expect(page.locator("#alarm")).to_contain_text("写的人不让本单位看这一条，它却到了这里")
    page.wait_for_load_state("networkidle")
    assert marks_of(live.app, tip).marks is None


@pytest.mark.browser
def test_no_mark_is_made_by_routes_that_nobody_published(live, page):
    def changed(route):
        real = route.fetch()
        route.fulfill(response=real, json=real.json() | {"routes": "ab" * 32})

    page.route("**/keys.json", changed)
    tip = store_sealed(live.app)

    with page.expect_response("**/keys.json"):
        open_tip(page, live, tip)

    page.wait_for_load_state("networkidle")
    assert marks_of(live.app, tip).marks is None


@pytest.mark.browser
def test_a_label_that_says_nothing_shows_as_a_supervisory_tip_and_not_as_junk(live, visit, demo):
    empty = store_sealed(live.app, "upper", label=payload.NO_LABEL, urgency=Urgency.P1)
    usual = store_sealed(live.app, "upper")
    page = signed_in(visit(), live, demo["upper-1"])

    page.wait_for_selector("#queue[data-opened]")

    row = page.locator(f"[data-row='{empty.reference}'] .queue__label")
    expect(row).to_have_text("专管线索")
    expect(page.locator(f"[data-row='{usual.reference}'] .label__category")).not_to_be_empty()
