"""Working labels: from the district's list alone, on no supervisory tip, and found again by."""

import re

import pytest
from sqlalchemy import select

from admin.db import db
from admin.desk.tip.labels import carries_labels
from admin.models import AuditEvent, TipLabel
from admin.tip.status import TipStatus
from admin.tip.urgency import Urgency
from tests.shared_tips import DISTRICT


def labels_of(app, tip):
    with app.app_context():
        query = select(TipLabel.label).where(TipLabel.tip_id == tip.id)
        return sorted(db.reading.scalars(query))


def test_labels_are_set_and_unset_and_each_is_audited(desk, tip, app, fresh):
    version = tip.version
    assert desk.post(tip, "labels", label=["on_site", "no_place"]).status_code == 303
    assert desk.post(tip, "labels", label=["no_place"]).status_code == 303

    assert labels_of(app, tip) == ["no_place"]
    # A label overtakes nobody's decision.
    assert fresh(tip).version == version
    with app.app_context():
        lines = db.reading.scalars(select(AuditEvent).where(AuditEvent.act == "labelled"))
        assert sorted(line.detail for line in lines) == ["+no_place", "+on_site", "-on_site"]


def test_words_that_are_no_label_of_the_list_are_not_kept(desk, tip, app):
    desk.post(tip, "labels", label=["on_site", "张三是惯犯", "x" * 50])

    assert labels_of(app, tip) == ["on_site"]


@pytest.mark.parametrize("unit", ["supervision", "police"])
def test_a_supervisory_tip_carries_no_label_wherever_it_fell(sign_in, make_tip, app, unit):
    name = {"supervision": "custodian-1", "police": "police-1"}[unit]
    # From before this version: one without a sealed label came that way, though its unit gave way.
    tip = make_tip(unit, label=unit != "police", urgency=Urgency.P1)
    member = sign_in(name)

    answer = member.post(tip, "labels", label="on_site")

    assert answer.status_code == 422
    assert "专管线索不加标记" in answer.json["error"]
    assert labels_of(app, tip) == []
    assert 'id="labels"' not in member.show(tip).text


def test_none_of_the_upper_units_tips_carries_labels_for_no_row_tells_which_came_that_way(make_tip):
    carried = {
        unit: carries_labels(make_tip(unit), DISTRICT.ways)
        for unit in ("police", "drugs", "trade", "supervision", "upper")
    }

    assert [unit for unit, is_carried in carried.items() if is_carried] == [
        "police",
        "drugs",
        "trade",
    ]


def test_a_tip_that_is_not_open_gets_no_label(desk, tip, change, app):
    change(tip, status=TipStatus.CLOSED, is_open=False)

    assert desk.post(tip, "labels", label="on_site").status_code == 422
    assert labels_of(app, tip) == []


def test_another_units_tip_gets_no_label(sign_in, tip, app):
    assert sign_in("drugs-1").post(tip, "labels", label="on_site").status_code == 404
    assert labels_of(app, tip) == []


def test_a_label_stands_in_the_queue_and_narrows_it(desk, tip, make_tip):
    other = make_tip()
    desk.post(tip, "labels", label="on_site")

    page, narrowed = desk.get().text, desk.get(label="on_site").text

    assert '<span class="chip chip--work">要现场看</span>' in page
    assert (tip.reference in narrowed, other.reference in narrowed) == (True, False)
    assert "这里没有线索" in desk.get(label="accounts").text


def test_the_tip_page_shows_what_is_set(desk, tip):
    desk.post(tip, "labels", label="on_site")

    page = desk.show(tip).text

    ticked = re.findall(r'name="label" value="(\w+)" checked', page)
    assert ticked == ["on_site"]


def test_the_lists_words_speak_of_the_work_and_of_nobody(app):
    with app.app_context():
        labels = app.extensions["dengshao"].district.labels.values()
    assert len(labels) >= 5
    for label in labels:
        assert not re.search("人员|重点|惯犯|可疑|嫌疑|信访|上访|民族|宗教", label.zh), label.zh
