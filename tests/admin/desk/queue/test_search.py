"""Search over covers, and views of the queue that a member saved."""

import re
from datetime import date
from urllib.parse import parse_qsl

import pytest
from sqlalchemy import select

from admin.db import db
from admin.desk.queue.filters import MOST, NAME_MAX
from admin.desk.queue.lanes import Lane
from admin.desk.queue.search import (
    Wanted,
    read_reference,
    read_wanted,
)
from admin.models import SavedFilter
from admin.tip.status import TipStatus
from admin.tip.urgency import Urgency

LABELS = {"on_site": None}
ADDRESSES = [
    Wanted(),
    Wanted(lane=Lane.MINE),
    Wanted(status=TipStatus.CLOSED, urgency=Urgency.P0, since=date(2026, 1, 2)),
    Wanted(label="on_site", holder=2**62, channel="visit", reference="ABCDE-1"),
]


@pytest.mark.parametrize("wanted", ADDRESSES)
def test_what_is_wanted_comes_back_from_its_address(wanted):
    assert read_wanted(wanted.in_address(), LABELS) == (wanted, [])


@pytest.mark.parametrize(
    ("typed", "read"),
    [("abc", "ABC"), ("abcde", "ABCDE"), ("abc de1", "ABCDE-1"), ("ABCDE-12345", "ABCDE-12345")],
)
def test_the_beginning_of_a_reference_is_read_as_people_type_it(typed, read):
    assert read_reference(typed) == read


@pytest.mark.parametrize("typed", ["", "ab", "abcde-123456", "张三张三", "abil", "%%%", "a_c_"])
def test_what_is_no_reference_is_refused(typed):
    with pytest.raises(ValueError, match="no reference"):
        read_reference(typed)


def test_what_was_typed_and_could_not_be_read_is_named_and_the_rest_counts(desk, make_tip):
    urgent, other = make_tip(urgency=Urgency.P0), make_tip()

    page = desk.get(urgency="P0", since="gestern").text

    assert "看不懂，没有用上：收到日期从" in page
    assert (urgent.reference in page, other.reference in page) == (True, False)


def saved(app, name="police-1"):
    with app.app_context():
        return [(row.name, row.query) for row in db.reading.scalars(select(SavedFilter))]


def follow(member, answer):
    path, _, query = answer.location.partition("?")
    return member.get(path, **dict(parse_qsl(query))).text


def save(member, **fields):
    return member.submit("/desk/filters", fields)


def test_a_view_is_saved_under_a_name_and_leads_back(desk, app, tip):
    answer = save(desk, name="  急的  电话 ", urgency="P0", channel="phone", lane="free", x="1")

    assert answer.status_code == 303
    assert saved(app) == [("急的 电话", "lane=free&urgency=P0&channel=phone")]
    page = desk.get(said="saved").text
    assert 'href="/desk/?lane=free&amp;urgency=P0&amp;channel=phone">急的 电话</a>' in page
    assert "存好了" in page


def test_a_name_that_is_taken_gets_the_new_view(desk, app):
    save(desk, name="a", urgency="P0")
    save(desk, name="a", urgency="P1")

    assert saved(app) == [("a", "urgency=P1")]


@pytest.mark.parametrize("name", ["", "   ", "字" * (NAME_MAX + 1)])
def test_a_view_without_a_name_is_not_saved_and_it_is_said(desk, app, name):
    answer = save(desk, name=name, urgency="P0")

    assert saved(app) == []
    assert "没有存：请写一个名字" in follow(desk, answer)


def test_there_is_an_end_to_saving(desk, app):
    for number in range(MOST + 1):
        answer = save(desk, name=str(number))

    assert len(saved(app)) == MOST
    assert "先删除不用的" in follow(desk, answer)


def test_no_member_sees_or_deletes_the_views_of_another(desk, colleague, app):
    save(desk, name="夜班看的", urgency="P0")
    [address] = re.findall(r'action="(/desk/filters/\d+/delete)"', desk.get().text)

    assert "夜班看的" not in colleague.get().text
    assert colleague.submit(address, {}).status_code == 404
    assert len(saved(app)) == 1
    assert desk.submit(address, {}).status_code == 303
    assert saved(app) == []
