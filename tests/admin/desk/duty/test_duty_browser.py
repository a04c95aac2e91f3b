"""The duty page in Chromium: a hand-over note is sealed here and opened by a colleague."""

import pytest
from sqlalchemy import select

from admin.db import db
from admin.models import HandoverNote
from tests.signing_in import signed_in

pytestmark = pytest.mark.browser

WORDS = "早市那条，明早去现场看。"


def test_a_note_to_the_next_shift_is_read_by_a_colleague_and_stored_sealed(live, visit, demo):
    page = signed_in(visit(viewport={"width": 360, "height": 800}), live, demo["police-1"])
    sent = []
    page.on("request", lambda request: sent.append(request.post_data or ""))
    page.goto(f"{live.desk}/desk/duty/")
    page.wait_for_selector("#duty[data-opened]")
    page.click("#handover button")
    assert "请先写下" in page.locator("#handover [data-error]").inner_text()

    page.fill("#handover-body", WORDS)
    page.click("#handover button")
    page.wait_for_selector(f".handovers__words:has-text('{WORDS}')")

    assert not any(WORDS in body or "%E6%97%A9" in body for body in sent)
    with live.app.app_context():
        note = db.session.scalars(select(HandoverNote)).one()
    assert note.sealed.startswith(b"age-encryption.org/v1")
    colleague = signed_in(visit(), live, demo["police-2"])
    colleague.goto(f"{live.desk}/desk/duty/")
    colleague.wait_for_selector(f".handovers__words:has-text('{WORDS}')")


def test_who_holds_an_older_key_alone_has_nothing_to_seal_to_and_is_told_so(
    live, visit, demo, replaced_key
):
    page = signed_in(visit(), live, demo["police-1"])
    page.goto(f"{live.desk}/desk/duty/")
    page.wait_for_selector("#duty[data-opened]")

    assert "您手里只有本单位的旧密钥" in page.locator("#alarm").inner_text()
    assert page.locator("#handover").is_hidden()
