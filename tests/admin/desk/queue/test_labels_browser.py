"""Category and township for a dispatcher in Chromium: vouched for, read, and taken back."""

import pytest
from sqlalchemy import select, update

from admin.db import db
from admin.models import AuditEvent, LabelCopy, LabelReader
from tests.axe import broken_rules
from tests.signing_in import signed_in

pytestmark = pytest.mark.browser

NOT_YET = "还没有同事在队列里看到过它"


@pytest.fixture
def tabs(live, visit, demo):
    """A tab of each: the dispatcher's on a phone, the head's and a colleague's at their desks."""

    def tab(name, width):
        return signed_in(visit(viewport={"width": width, "height": 900}), live, demo[name])

    return tab("dispatch-1", 360), tab("police-1", 1280), tab("police-2", 1280)


def go(page, live, path):
    page.goto(f"{live.desk}/desk/{path}")
    ready = {"": "#queue[data-opened=yes]", "unit/": "#unit[data-ready=yes]"}.get(path, "#tip")
    page.wait_for_selector(ready)


def faults(page):
    return broken_rules(page)


def copied(live):
    with live.app.app_context():
        return db.reading.scalars(select(LabelCopy.sealed)).all()


def lines(live):
    with live.app.app_context():
        return db.reading.scalars(select(AuditEvent.act).order_by(AuditEvent.number)).all()


def test_a_dispatcher_reads_two_words_while_a_head_lets_them_and_no_longer(live, tabs, sealed_tip):
    dispatcher, head, colleague = tabs
    tip, cell = sealed_tip(live.app), "[data-row] [data-copy]"
    sent = []
    colleague.on("request", lambda request: sent.append(request.post_data or ""))
    go(dispatcher, live, "")
    assert "只看编号和状态" in dispatcher.inner_text("[data-row]")
    dispatcher.click("#no-labels a")
    dispatcher.wait_for_selector("#unit[data-ready=yes]")
    read_out = dispatcher.inner_text("#my-print")
    assert faults(dispatcher) == []

    # Another key's first: nothing is let through, and the auditor learns of it.
    go(head, live, "unit/")
    other = read_out.translate(str.maketrans("0123456789", "1234567890"))
    head.fill("form.vouch input", other)
    head.click("form.vouch button")
    head.wait_for_selector("form.vouch [role=alert]:has-text('没有让他看')")
    assert faults(head) == []
    head.fill("form.vouch input", read_out)
    with head.expect_navigation():
        head.click("form.vouch button")
    head.wait_for_selector("form.unvouch")
    assert {"vouch_refused", "label_reader_added"} <= {*lines(live)}

    go(dispatcher, live, "")
    assert dispatcher.inner_text(cell) == NOT_YET
    go(colleague, live, "")
    colleague.wait_for_selector("#queue[data-copied=yes]")
    assert len(copied(live)) == 1
    assert [one for one in sent if "age-encryption" in one or tip.reference in one] != []
    assert not [one for one in sent if "shili" in one or '"A4"' in one]

    go(dispatcher, live, "")
    assert dispatcher.inner_text(cell).split() == ["霸占沙石、矿山、山林、土地、鱼塘", "示例镇"]
    # Nothing of what else the label says.
    assert "未成年人" not in dispatcher.inner_text("[data-row]")
    assert faults(dispatcher) == []
    go(dispatcher, live, f"tips/{tip.reference}")
    dispatcher.click("[aria-controls=assign-panel]")
    dispatcher.wait_for_selector("#assign .label__category")
    dispatcher.select_option("#to", label=dispatcher.inner_text("#to option:nth-child(2)"))
    with dispatcher.expect_navigation():
        dispatcher.click("#assign button")

    # A server that names somebody else gets no copy made, and is told of.
    with live.app.app_context():
        db.session.execute(update(LabelReader).values(mac="0" * 64))
        db.session.commit()
    sent.clear()
    go(colleague, live, "")
    colleague.wait_for_selector("#queue[data-copied=no]")
    assert "名单是假的" in colleague.inner_text("#alarm")
    assert faults(colleague) == []
    assert lines(live)[-1] == "labels_refused"

    go(head, live, "unit/")
    with head.expect_navigation():
        head.click("form.unvouch button")
    head.wait_for_selector("form.vouch")
    go(dispatcher, live, "")
    assert "只看编号和状态" in dispatcher.inner_text("[data-row]")
    assert dispatcher.locator("[data-copy]").count() == 0
    assert copied(live) == []
