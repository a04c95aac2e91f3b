"""Every field of the form: what is filled in there is read at the desk, whichever way it came."""

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from admin.db import db
from admin.models import Tip
from admin.tip.fields import FIELDS, Kind
from tests.signing_in import cleared

from .told import in_words, told

pytestmark = pytest.mark.browser

ANSWERS = {
    "what": "第一栏：桥头有人拦车。\n第二行。",
    "township": "shili",
    "place": "第二栏：甲村桥头",
    "official": "no",
    "category": "A4",
    "when": "ongoing",
    "minor": "yes",
    "exclude": ["town", "village"],
    "who": "第三栏：三个外地人",
    "objects": "第四栏：一辆白车",
    "harm": "第五栏：货卖不出去",
    "basis": "heard",
    "fear": "第六栏：怕被认出来",
    "answer": "no",
}
AREAS = {field.name for field in FIELDS if field.kind is Kind.TEXT}


def test_no_field_of_the_form_is_left_out_here():
    assert list(ANSWERS) == [field.name for field in FIELDS]


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_every_answer_is_read_at_the_desk(reporter, member, live, scripts):
    reporter(scripts=scripts).write_tip(**ANSWERS)
    with live.app.app_context():
        [reference] = db.session.scalars(select(Tip.reference))
    desk = member("police-1")

    label = desk.locator(f"[data-row='{reference}'] [data-label]")
    for words in (dict(in_words(live.app, ANSWERS))["类型"], "示例镇", "未成年人"):
        expect(label).to_contain_text(words)
    desk.goto(f"{live.desk}/desk/tips/{reference}")
    cleared(desk).wait_for_selector("#tip[data-opened]")

    expected = in_words(live.app, ANSWERS)
    assert told(desk) == expected
    # What was written at length stands at full width.
    long = desk.locator(".told__fact--long dd").all_text_contents()
    assert long == [ANSWERS[name] for name in ANSWERS if name in AREAS]
    # What hangs on single answers.
    expect(desk.locator("[name=information][value=told]")).to_be_checked()
    assert desk.locator("#unwilling").get_attribute("hidden") is None
