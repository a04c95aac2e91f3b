"""Each role goes its way through the sample tips, in Chromium, on one store."""

import pytest
from sqlalchemy import select

from admin.db import db
from admin.demo.fill import fill_tips
from admin.models import AuditEvent, Member, Tip
from admin.tip.status import TipStatus
from admin.tip.urgency import Urgency
from admin.vault import vault
from tests.signing_in import cleared, signed_in

pytestmark = pytest.mark.browser

ROLES = {"police-1": ["registrar"], "police-2": ["reviewer"], "drugs-1": ["analyst"]}


@pytest.fixture
def store(live, demo):
    """The ten sample tips as the form takes them, and members of one role each."""
    with live.app.app_context():
        fill_tips(db.session, vault().blobs)
        for name, roles in ROLES.items():
            db.session.scalars(select(Member).filter_by(name=name)).one().roles = roles
        db.session.commit()
    return live


@pytest.fixture
def enter(store, visit, demo):
    """Sign a member in, in a browser of their own; the page fails loudly."""
    complaints = []

    def entered(name):
        page = signed_in(visit(viewport={"width": 1280, "height": 900}), store, demo[name])
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return page

    yield entered
    assert complaints == []


def rows(live, *conditions):
    with live.app.app_context():
        return list(db.session.scalars(select(Tip).where(*conditions)))


def row(live, reference):
    return rows(live, Tip.reference == reference)[0]


def open_tip(live, page, reference):
    page.goto(f"{live.desk}/desk/tips/{reference}")
    cleared(page).wait_for_selector("#tip[data-opened]")


def panel(page, name):
    page.click(f"[aria-controls={name}]")


def press(page, selector):
    """Send a form of the tip's page and wait for the page that follows."""
    with page.expect_navigation():
        page.click(selector)


def test_each_role_does_its_part_and_no_other(store, enter):
    urgent = rows(store, Tip.unit_id == "police", Tip.urgency == Urgency.P0)[0].reference

    dispatcher = enter("dispatch-1")
    dispatcher.goto(f"{store.desk}/desk/tips/{urgent}")
    assert dispatcher.locator("#opened").count() == 0
    panel(dispatcher, "assign-panel")
    dispatcher.select_option("#to", label="police-1（在办 0 条）")
    press(dispatcher, "#assign button")
    with store.app.app_context():
        holder = db.session.scalars(select(Tip).filter_by(reference=urgent)).one().claimed_by
        assert holder.name == "police-1"

    registrar = enter("police-1")
    open_tip(store, registrar, urgent)
    assert "302" in registrar.locator("#opened").inner_text()
    assert registrar.locator("#decision").count() == 0
    registrar.fill("#note-body", "已请派出所先去看老人。")
    registrar.click("#note button")
    registrar.wait_for_selector("#notes:has-text('先去看老人')")
    registrar.fill("#body", "现在楼下还有人守着吗？有危险请先打 110。")
    registrar.check("#message [name=ask][value=yes]")
    press(registrar, "#message .button")
    assert row(store, urgent).status is TipStatus.QUESTION

    analyst = enter("drugs-1")
    drugs = rows(store, Tip.unit_id == "drugs")[0].reference
    open_tip(store, analyst, drugs)
    press(analyst, "form[data-key=c] button")
    analyst.wait_for_selector("#tip[data-opened]")
    panel(analyst, "grading")
    for name in ("source", "information", "handling"):
        analyst.locator(f"#grading [name={name}]").first.check()
    press(analyst, "#grading button")
    analyst.wait_for_selector("#tip[data-opened]")
    panel(analyst, "decision")
    analyst.check("#decision [name=move_to][value=accepted]")
    analyst.select_option("#decision [name=reason]", "in_scope")
    press(analyst, "#decision button")
    assert row(store, drugs).status is TipStatus.ACCEPTED
    assert analyst.locator("#assign").count() == 0

    reviewer = enter("police-2")
    reviewer.goto(f"{store.desk}/desk/tips/{urgent}")
    cleared(reviewer).click("[data-why=review]")
    reviewer.wait_for_selector("#tip[data-opened]")
    assert "先去看老人" in reviewer.locator("#notes").inner_text()
    reviewer.goto(f"{store.desk}/desk/overdue/")
    assert reviewer.locator("h1").inner_text()

    custodian = enter("supervision-1")
    hidden = rows(store, Tip.unit_id == "supervision")[0].reference
    open_tip(store, custodian, hidden)
    assert custodian.locator("#opened dd").count() > 3
    assert registrar.goto(f"{store.desk}/desk/tips/{hidden}").status == 404

    auditor = enter("auditor-1")
    assert "/desk/audit/" in auditor.url
    log = auditor.locator("main").inner_text()
    assert urgent in log
    assert "302" not in log

    counter = enter("counter-1")
    assert "/desk/counts/" in counter.url
    assert urgent not in counter.content()

    administrator = enter("admin")
    assert "/desk/admin/" in administrator.url
    assert administrator.goto(f"{store.desk}/desk/tips/{urgent}").status == 403
    with store.app.app_context():
        events = list(db.session.scalars(select(AuditEvent)))
    seen = {(event.by, event.act, event.detail) for event in events}
    assert ("police-2", "opened", "review") in seen
    assert ("drugs-1", "opened", "triage") in seen
    assert ("supervision-1", "opened", "triage") in seen
    assert any(event.by == "admin" and event.act == "refused" for event in events)
