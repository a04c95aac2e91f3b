"""What the unit learns of what its reporter saw, and what nobody else does."""

import re
from base64 import b64encode
from datetime import date

import pytest
from sqlalchemy import delete, select, update

from admin.db import db, today
from admin.models import Message, Tip
from admin.sealing.seen import SEEN, NotSeen, Seen, blank, open_seen, seal_seen
from admin.serving.sweeper import keep_seen
from admin.vault.seen import MOST, Sightings

from .work import statements_of


@pytest.fixture
def box_of(app):
    """Read the box that lies with a tip once the hour has turned."""

    def read(reporter):
        keep_seen(app)
        with app.app_context():
            return db.session.scalars(select(Tip.seen).where(Tip.id == reporter.tip_id)).one()

    return read


@pytest.fixture
def seen(box_of):
    """Open the box as the unit's browser does."""
    return lambda reporter: open_seen(reporter.keys.talk, reporter.reference, box_of(reporter))


@pytest.fixture
def tell(client):
    """Post a box as the reporter's browser does."""

    def tell(lookup, box):
        content = {"lookup": lookup, "seen": b64encode(box).decode()}
        return client.post("/mailbox/seen", json=content)

    return tell


@pytest.fixture
def look(client):
    """Look without scripts."""
    return lambda typed: client.post("/mailbox/", data={"receipt": typed})


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


def test_a_changed_answer_counts_as_not_seen_and_so_does_what_comes_after(reporter, look, seen):
    reporter.answer("几点？")
    reporter.answer("快到老桥来", talk=bytes(32))
    reporter.answer("听到了吗？")

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


def test_a_look_reads_and_writes_the_same_whatever_lies_there(app, reporter, tell, look):
    """Nothing is written at the moment of a look: no time and no journal tells of it."""
    reporter.answer("几点？")
    look(reporter.typed)
    keep_seen(app)
    told = [(reporter.keys.lookup.hex(), sealed(reporter, 1)), ("0" * 32, blank())]

    asked = [statements_of(app, lambda one=one: tell(*one)) for one in told]
    looked = statements_of(app, lambda: look(reporter.typed))

    assert asked == [[], []]
    assert not [one for one in looked if not one.startswith("SELECT")]


def test_what_waits_is_bounded_and_nobody_chooses_what_gives_way():
    waiting = Sightings()
    for number in range(MOST + 200):
        waiting.note(number.to_bytes(32), b"box")

    left = waiting.take()
    assert len(left) == MOST
    # Of the last 200 most are there, and of the first most are.
    assert sum(number.to_bytes(32) in left for number in range(MOST, MOST + 200)) > 100
    assert sum(number.to_bytes(32) in left for number in range(200)) > 100
    assert waiting.take() == {}


def test_a_letter_and_a_refused_one_show_the_talk_and_tell_it_too(client, reporter, seen):
    reporter.answer("几点？")
    page = client.post("/mailbox/", data={"receipt": reporter.typed}).text
    reporter.answer("还有谁？")
    token = re.search(r'name="token" value="([^"]+)"', page)[1]

    client.post("/mailbox/words", data={"receipt": reporter.typed, "token": token, "words": ""})

    assert seen(reporter).number == 2


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
