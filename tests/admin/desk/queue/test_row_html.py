"""A row of the queue is kept as it was made, and made anew for whatever it shows that is new."""

from dataclasses import replace
from datetime import date

import pytest

from admin.app_state import app_state
from admin.desk.queue import row_html, views
from admin.desk.queue.listing import QueueRow
from admin.desk.queue.row_html import Show, rows_html
from admin.district.data import Choice
from admin.tip.status import TipStatus
from admin.tip.urgency import Urgency

ROW = QueueRow(
    id=1,
    reference="K7Q2-9MTX-4P",
    version=3,
    urgency=Urgency.P1,
    received_on=date(2026, 11, 24),
    status=TipStatus.RECEIVED,
    channel="form",
    due_on=date(2026, 12, 2),
    due_rule=None,
    claimed_by=None,
    is_withdrawn=False,
    is_danger=False,
    has_label=True,
    messages=0,
    awaits_us=False,
    is_unread=False,
    labels=(),
)
SHOW = Show(
    date(2026, 12, 1),
    "/desk/tips/",
    may_open=True,
    may_choose=True,
    is_custodial=False,
    sees_labels=False,
)
OTHER = {
    "reference": "K7Q2-9MTX-4R",
    "version": 4,
    "urgency": Urgency.P2,
    "received_on": date(2026, 11, 25),
    "status": TipStatus.REFERRED,
    "channel": "phone",
    "due_on": None,
    "due_rule": "first",
    "claimed_by": "ada <b>",
    "is_withdrawn": True,
    "is_danger": True,
    "has_label": False,
    "messages": 2,
    "awaits_us": True,
    "is_unread": True,
    "labels": ("repeat",),
    "is_offered": True,
}
OTHERWISE = {
    "today": date(2026, 12, 2),
    "tip_address": "/elsewhere/",
    "may_open": False,
    "may_choose": False,
    "is_custodial": True,
    "sees_labels": True,
}


@pytest.fixture(autouse=True)
def page(app):
    with app.test_request_context("/desk/"):
        yield


@pytest.fixture
def made(monkeypatch):
    """The rows that a template made, one after the other."""
    rows = []
    make = row_html._make

    def note(missing, show):
        rows.extend(missing)
        return make(missing, show)

    monkeypatch.setattr(row_html, "_make", note)
    return rows


def rule():
    return next(iter(app_state().district.clocks.rules)).id


def test_the_fields_that_are_changed_here_are_all_there_are():
    assert {"id", *OTHER} == set(QueueRow.__slots__)
    assert set(OTHERWISE) == set(Show.__dataclass_fields__)


@pytest.mark.parametrize("field", OTHER)
def test_a_row_that_differs_in_one_field_is_shown_as_it_is(field, made):
    other = replace(ROW, **{field: rule() if field == "due_rule" else OTHER[field]})

    first, second = rows_html([ROW], SHOW), rows_html([other], SHOW)

    assert made == [ROW, other]
    assert first != second
    assert "<b>" not in second.replace('<b class="chip chip--danger">', "")


@pytest.mark.parametrize("field", OTHERWISE)
def test_a_row_is_made_anew_where_it_is_shown_in_another_way(field, made):
    first, second = (
        rows_html([ROW], SHOW),
        rows_html([ROW], replace(SHOW, **{field: OTHERWISE[field]})),
    )

    assert made == [ROW, ROW]
    assert first != second


def test_a_page_makes_what_it_has_not_made_and_keeps_the_order(made):
    rows = [replace(ROW, id=number, reference=f"K7Q2-9MTX-{number:02}") for number in range(9)]
    rows_html(rows[3:5], SHOW)

    page = rows_html(rows, SHOW)

    assert made == [*rows[3:5], *rows[:3], *rows[5:]]
    assert page == "".join(rows_html([row], SHOW) for row in rows)


def test_new_words_of_the_district_reach_rows_that_were_shown_before(made):
    rows_html([ROW], SHOW)
    app_state().district = replace(app_state().district)

    rows_html([ROW], SHOW)

    assert made == [ROW, ROW]


def test_new_words_of_the_district_reach_the_queues_script_too():
    before = views._script_words()
    district = app_state().district
    towns = district.townships | {"newtown": Choice("newtown", "新镇", "New Town")}
    app_state().district = replace(district, townships=towns)

    assert "newtown" not in before
    assert "newtown" in views._script_words()


def test_yesterdays_rows_are_forgotten_and_today_is_as_full_as_may_be(monkeypatch, made):
    monkeypatch.setattr(row_html, "KEPT_ROWS", 3)
    rows = [replace(ROW, id=number) for number in range(4)]
    for row in rows:
        rows_html([row], SHOW)
    assert len(row_html._kept(SHOW)) == 1

    rows_html(rows, replace(SHOW, today=date(2026, 12, 2)))

    assert [*row_html._kept(SHOW)] == []
