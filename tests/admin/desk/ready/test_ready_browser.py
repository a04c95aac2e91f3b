"""Ready answers in Chromium: written by a head, chosen beside a tip, sent with no blank left."""

import json

import pytest
from sqlalchemy import select

from admin.db import db
from admin.models import HandoverNote, Member, Message, UnitKey
from admin.sealing.age import parse_recipient, seal
from tests.axe import broken_rules
from tests.signing_in import signed_in

pytestmark = pytest.mark.browser

TITLE, BODY = "已经转办", "您说的事，已经转给 ____ 。请再等几天。"


def faults(page):
    return broken_rules(page)


@pytest.fixture
def head(live, visit, demo):
    with live.app.app_context():
        for name, role in (("police-1", "reviewer"), ("police-2", "registrar")):
            row = db.session.scalars(select(Member).filter_by(name=demo[name].name)).one()
            row.roles = [role]
        db.session.commit()
    page = signed_in(visit(viewport={"width": 360, "height": 800}), live, demo["police-1"])
    go(page, live)
    return page


def go(page, live):
    page.goto(f"{live.desk}/desk/ready/")
    page.wait_for_selector("#ready[data-opened]")


def write(page, title=TITLE, body=BODY):
    page.fill("#ready-title", title)
    page.fill("#ready-body", body)
    with page.expect_navigation():
        page.click("#ready-form button:has-text('加密并保存')")
    page.wait_for_selector("#ready[data-opened]")


def test_a_head_writes_changes_and_deletes_one_and_the_server_reads_none(head, live):
    sent = []
    head.on("request", lambda request: sent.append(request.post_data or ""))
    head.click("#ready-form button")
    assert "标题和内容都要写" in head.inner_text("#ready-form [data-error]")
    write(head)
    assert head.locator("#ready-list h2").all_inner_texts() == [TITLE]
    assert faults(head) == []

    head.click(f"[aria-label='修改 {TITLE}']")
    assert head.input_value("#ready-body") == BODY
    write(head, title="转办以后")
    assert head.locator("#ready-list h2").all_inner_texts() == ["转办以后"]
    assert not [one for one in sent if "转" in one or "%E8%BD%AC" in one]
    with live.app.app_context():
        row = db.session.scalars(select(HandoverNote)).one()
        assert row.sealed.startswith(b"age-encryption.org/v1")

    with head.expect_navigation():
        head.click("[aria-label='删除 转办以后']")
    head.wait_for_selector("#ready-list:has-text('还没有常用答复')")


def test_a_blank_that_is_not_filled_keeps_the_answer_here(head, live, sealed_tip, visit, demo):
    write(head)
    tip = sealed_tip(live.app)
    page = signed_in(visit(viewport={"width": 1280, "height": 900}), live, demo["police-2"])
    page.goto(f"{live.desk}/desk/tips/{tip.reference}")
    page.wait_for_selector("#tip[data-opened]")
    asked = []
    page.on("request", lambda request: asked.append(request.url))

    page.click("#ready-answers summary")
    page.click(f"#ready-choices button:has-text('{TITLE}')")
    assert [url for url in asked if url.endswith("answers.json")] != []
    assert page.input_value("#body") == BODY
    # The first blank is chosen: typing fills it.
    assert (
        page.evaluate(
            "(() => { const b = document.getElementById('body');"
            " return b.value.slice(b.selectionStart, b.selectionEnd); })()"
        )
        == "____"
    )
    assert faults(page) == []
    page.check("#message [name=ask][value=no]")
    page.click("#message button.button:has-text('加密并发出')")
    page.wait_for_selector("#message [data-error]:has-text('还有空没有填')")
    with live.app.app_context():
        assert db.session.scalars(select(Message)).all() == []

    page.evaluate(
        "(() => { const b = document.getElementById('body'); const at = b.value.indexOf('____');"
        " b.focus(); b.setSelectionRange(at, at + 4); })()"
    )
    page.keyboard.insert_text("市场监管局")
    with page.expect_navigation():
        page.click("#message button.button:has-text('加密并发出')")
    page.wait_for_selector("#thread:has-text('已经转给 市场监管局 。')")


def test_who_is_no_head_reads_them_and_has_no_form(head, live, visit, demo):
    write(head)
    page = signed_in(visit(), live, demo["police-2"])
    go(page, live)

    assert page.locator("#ready-list h2").all_inner_texts() == [TITLE]
    assert page.locator("#ready-form, .ready__acts").count() == 0


def test_what_was_typed_outlives_a_lock(head, live):
    head.fill("#ready-title", TITLE)
    head.fill("#ready-body", BODY)
    head.click("#desk-lock button")
    head.wait_for_url("**/desk/unlock")
    assert BODY not in head.evaluate("JSON.stringify([{...sessionStorage}, {...localStorage}])")


def test_a_line_that_is_cut_leaves_what_was_typed(head):
    head.route("**/desk/ready/answers", lambda route: route.abort())
    head.fill("#ready-title", TITLE)
    head.fill("#ready-body", BODY)
    head.click("#ready-form button")
    head.wait_for_selector("#ready-form [data-error]:has-text('没有连上')")
    assert head.input_value("#ready-body") == BODY

    head.unroute("**/desk/ready/answers")
    with head.expect_navigation():
        head.click("#ready-form button")
    head.wait_for_selector(f"#ready-list:has-text('{TITLE}')")


def test_of_two_windows_the_second_keeps_its_words(head, live, visit, demo):
    write(head)
    other = signed_in(visit(), live, demo["police-1"])
    go(other, live)
    for page in (head, other):
        page.click(f"[aria-label='修改 {TITLE}']")
    write(head, body="先改的。")

    other.fill("#ready-body", "后改的。")
    other.click("#ready-form button")
    other.wait_for_selector("#ready-form [data-error]:has-text('字还在')")
    assert other.input_value("#ready-body") == "后改的。"
    go(head, live)
    assert head.locator(".ready__body").all_inner_texts() == ["先改的。"]


def test_words_that_the_server_sealed_itself_are_told_and_not_offered(head, live, sealed_tip):
    write(head)
    with live.app.app_context():
        row = db.session.scalars(select(HandoverNote)).one()
        key = db.session.get_one(UnitKey, row.unit_key_id)
        forged = json.dumps(
            {"v": 1, "kind": "template", "title": TITLE, "body": "请问您是谁？", "mac": "0" * 64}
        )
        row.sealed = seal(forged.encode(), [parse_recipient(key.recipient)])
        db.session.commit()
    go(head, live)

    assert "有 1 条不能相信" in head.inner_text("#ready-untrusted")
    assert "您是谁" not in head.inner_text("#ready")
    tip = sealed_tip(live.app)
    head.goto(f"{live.desk}/desk/tips/{tip.reference}")
    head.wait_for_selector("#tip[data-opened]")
    head.click("#ready-answers summary")
    head.wait_for_selector("#ready-choices:has-text('不能相信')")
    assert head.locator("#ready-choices button").count() == 0
