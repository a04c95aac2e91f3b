"""What the unit learns of what its reporter saw, and what nobody else does."""

from base64 import b64encode
from datetime import date

import pytest
from sqlalchemy import delete, select, update

from admin.db import db, today
from admin.models import Message, Tip
from admin.sealing.seen import SEEN, NotSeen, Seen, blank, open_seen, seal_seen


@pytest.fixture
def box_of(app):
    """Read the box that lies with a tip."""

    def read(reporter):
        with app.app_context():
            return db.session.scalars(select(Tip.seen).where(Tip.id == reporter.tip_id)).one()

    return read


@pytest.fixture
def seen(box_of):
    """Open the box as the unit's browser does."""
    return lambda reporter: open_seen(reporter.keys.talk, reporter.reference, box_of(reporter))


@pytest.fixture
def tell(client):
    """Post a box as the reporter's browser does, and wait until the server has done with it."""

    def tell(lookup, box):
        content = {"lookup": lookup, "seen": b64encode(box).decode()}
        return client.post("/mailbox/seen", json=content, buffered=True)

    return tell


@pytest.fixture
def look(client):
    """Look without scripts."""
    return lambda typed: client.post("/mailbox/", data={"receipt": typed}, buffered=True)


def sealed(reporter, number, day=date(2026, 11, 30)):
    digest = reporter.tip().messages[number - 1].digest if number else ""
    return seal_seen(reporter.keys.talk, reporter.reference, Seen(number, day, digest))


def hold_back_the_last(app, reporter):
    """Take the newest answer away so that no chain shows it."""
    with app.app_context():
        last = len(reporter.tip().messages)
        where = Message.tip_id == reporter.tip_id, Message.number == last
        db.session.execute(delete(Message).where(*where))
        change = update(Tip).where(Tip.id == reporter.tip_id).values(talk_length=last - 1)
        db.session.execute(change)
        db.session.commit()


def test_before_the_first_answer_a_visit_leaves_nothing(reporter, look, tell, box_of):
    look(reporter.typed)
    tell(reporter.keys.lookup.hex(), blank())

    assert box_of(reporter) is None


def test_with_the_first_answer_the_box_is_there_and_tells_nothing(reporter, box_of, seen):
    reporter.answer("几点？")
    first = box_of(reporter)
    reporter.answer("还有谁？")

    assert len(first) == SEEN
    assert box_of(reporter) == first
    with pytest.raises(NotSeen):
        seen(reporter)


def test_a_visit_without_scripts_tells_up_to_where_the_answers_came(reporter, look, seen):
    reporter.answer("几点？")
    reporter.answer("还有谁？")

    look(reporter.typed)

    assert seen(reporter) == Seen(2, today(), reporter.tip().messages[1].digest)


def test_an_answer_held_back_shows_in_what_the_reporter_saw(app, reporter, look, seen):
    reporter.answer("几点？")
    reporter.answer("快走，他们知道了。")
    hold_back_the_last(app, reporter)

    page = look(reporter.typed)

    # This is what no chain can show to the reporter; the unit sees it.
    assert "被人动过" not in page.text
    assert seen(reporter).number == 1


def test_a_changed_answer_counts_as_not_seen(app, reporter, look, seen):
    reporter.answer("几点？")
    reporter.answer("快到老桥来", talk=bytes(32))

    page = look(reporter.typed)

    assert "被人动过" in page.text
    assert seen(reporter).number == 1


def test_the_browsers_box_is_kept_over_the_last_one_and_the_tips_version_stays(
    reporter, tell, seen
):
    reporter.answer("几点？")
    before = reporter.tip().version

    for day in (date(2026, 11, 29), date(2026, 11, 30)):
        tell(reporter.keys.lookup.hex(), sealed(reporter, 1, day))
        assert seen(reporter).day == day

    assert reporter.tip().version == before


def test_who_has_no_receipt_is_answered_the_same_and_changes_nothing(reporter, tell, box_of):
    reporter.answer("几点？")
    before = box_of(reporter)

    unknown = tell("0" * 32, blank())
    assert box_of(reporter) == before
    known = tell(reporter.keys.lookup.hex(), sealed(reporter, 1))

    assert unknown.data == known.data
    assert unknown.status_code == known.status_code == 200
    assert [name for name, _ in unknown.headers] == [name for name, _ in known.headers]


def test_the_answer_goes_out_before_anything_is_looked_for(reporter, client, box_of):
    """Else its time would tell a known receipt from an unknown one."""
    reporter.answer("几点？")
    before = box_of(reporter)
    box = b64encode(sealed(reporter, 1)).decode()

    answer = client.post("/mailbox/seen", json={"lookup": reporter.keys.lookup.hex(), "seen": box})
    assert answer.json == {"noted": True}
    assert box_of(reporter) == before
    answer.close()
    assert box_of(reporter) != before


@pytest.mark.parametrize("box", [b"", b"x" * (SEEN - 1), b"x" * (SEEN + 1)])
def test_a_box_of_another_size_is_refused(reporter, tell, box_of, box):
    reporter.answer("几点？")
    before = box_of(reporter)

    assert tell(reporter.keys.lookup.hex(), box).status_code == 400
    assert box_of(reporter) == before


def test_nothing_is_left_of_it_once_the_content_is_deleted(reporter, look, box_of):
    reporter.answer("几点？")
    look(reporter.typed)

    reporter.expire(date(2020, 1, 1))

    assert box_of(reporter) is None


def test_the_page_numbers_each_message_and_says_what_the_unit_learns(client, reporter, look):
    reporter.answer("几点？")

    page = look(reporter.typed).text

    assert "第 1 条" in page
    assert "承办单位会知道" in client.get("/mailbox/").text
