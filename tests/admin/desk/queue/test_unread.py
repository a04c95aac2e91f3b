"""Which rows of the queue stand out because nobody of the unit has opened the tip yet."""

import re

import pytest

from admin.db import db
from admin.models import Direction, Tip, TipOpening
from admin.tip.status import TipStatus
from admin.vault.practice import clear_practice
from admin.vault.store import add_message


@pytest.fixture
def says(app):
    """Let the reporter or the staff write one more message."""

    def written(tip, direction=Direction.REPORTER):
        with app.app_context():
            row = db.session.get_one(Tip, tip.id)
            number = row.talk_length + 1
            add_message(
                db.session, row, number=number, direction=direction, digest="0" * 64, sealed=b"x"
            )
            db.session.commit()

    return written


def is_bold(desk, tip):
    page = desk.get(lane="all", status=tip.status).text
    [row] = re.findall(rf'<tr class="([^"]*)" data-row="{tip.reference}"', page)
    return "queue__row--unread" in row


def open_it(desk, tip):
    assert desk.get(f"/desk/tips/{tip.reference}/sealed.json").status_code == 200


def test_a_tip_is_bold_until_somebody_of_the_unit_opens_it(desk, colleague, tip):
    """Queue rows cannot be told apart: no read or unread mark: staff.md, major 9."""
    assert is_bold(desk, tip)
    assert "没打开过" in desk.get().text

    # Its page alone opens nothing.
    desk.show(tip)
    assert is_bold(desk, tip)
    open_it(desk, tip)

    assert not is_bold(desk, tip)
    # Of the unit, not of the member: no page tells who has read how much.
    assert not is_bold(colleague, tip)


def test_what_the_reporter_writes_makes_it_bold_again_and_an_answer_does_not(desk, tip, says):
    open_it(desk, tip)
    says(tip)

    assert is_bold(desk, tip)
    open_it(desk, tip)
    assert not is_bold(desk, tip)
    says(tip, Direction.STAFF)
    assert not is_bold(desk, tip)


def test_who_may_not_open_it_makes_nothing_read(sign_in, desk, tip):
    for name in ("police-desk", "drugs-1", "admin"):
        refused = sign_in(name).get(f"/desk/tips/{tip.reference}/sealed.json")
        assert refused.status_code in (403, 404)

    assert is_bold(desk, tip)


def test_a_deleted_tip_is_never_bold(desk, tip, change):
    change(tip, status=TipStatus.PURGED, is_open=False, sealed=None)

    page = desk.get(lane="all", status="purged").text
    assert tip.reference in page
    assert "queue__row--unread" not in page


def test_an_opening_keeps_no_member_and_no_time(desk, tip, app):
    open_it(desk, tip)

    with app.app_context():
        row = db.reading.get_one(TipOpening, tip.id)
        assert (row.tip_id, row.upto) == (tip.id, 0)
    assert {column.name for column in TipOpening.__table__.columns} == {"tip_id", "upto"}


def test_practice_tips_go_with_their_openings(app, tip, desk):
    open_it(desk, tip)

    with app.app_context():
        assert clear_practice(db.session, "police") == 1
        db.session.commit()
        assert db.session.get(TipOpening, tip.id) is None
