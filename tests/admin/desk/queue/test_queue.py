"""The queue's order, its pages, and what they cost."""

from types import SimpleNamespace

import pytest
from sqlalchemy import event, insert, text

from admin.db import db, today
from admin.desk.claims import clock
from admin.desk.queue import listing
from admin.desk.queue.lanes import Cursor, Lane
from admin.desk.queue.listing import (
    PAGE,
    BadCursor,
    parse_cursor,
    queue_statement,
    read_queue,
)
from admin.desk.queue.search import Wanted
from admin.models import Direction, Tip
from admin.renewal.guard import standings
from admin.tip.status import TipStatus
from admin.tip.urgency import Urgency
from admin.vault.store import add_message
from tests.admin.desk.queue.tip_rows import FILTERS, HOLDER, make_row, read_all


def is_held(row):
    return row["claimed_by_id"] is not None and row["claimed_until"] > clock()


# What each lane is in words, held against what its walks find.
IN_LANE = {
    Lane.ALL: lambda row, _me: row["is_open"],
    Lane.URGENT: lambda row, _me: row["is_open"] and row["urgency"] is Urgency.P0,
    Lane.TODAY: lambda row, _me: (
        row["is_open"] and (row["urgency"] is Urgency.P1 or row["due_on"] == today())
    ),
    Lane.FREE: lambda row, _me: row["status"] is TipStatus.RECEIVED and not is_held(row),
    Lane.MINE: lambda row, me: row["is_open"] and is_held(row) and row["claimed_by_id"] == me,
    Lane.OVERDUE: lambda row, _me: row["is_open"] and row["due_on"] and row["due_on"] < today(),
    Lane.QUESTION: lambda row, _me: row["status"] is TipStatus.QUESTION,
    Lane.MACHINE: lambda row, _me: row["is_open"],
}


def fits(row, wanted, me):
    is_ended = wanted.lane is Lane.ALL and wanted.status is not None
    return (
        row["unit_id"] == "police"
        and (row["machine_unit"] is not None) is (wanted.lane is Lane.MACHINE)
        and (is_ended or IN_LANE[wanted.lane](row, me))
        and wanted.status in (None, row["status"])
        and wanted.urgency in (None, row["urgency"])
        and (wanted.since is None or row["received_on"] >= wanted.since)
        and (wanted.until is None or row["received_on"] <= wanted.until)
        and wanted.channel in (None, row["channel"])
        and (wanted.label is None or row["label_set"])
    )


def place(row, lane):
    common = (row["urgency"], row["received_on"], row["id"])
    if lane is Lane.MACHINE:
        return (row["lane_rank"], *common)
    return (row["due_on"], *common) if lane is Lane.OVERDUE else common


@pytest.fixture
def look_at(monkeypatch):
    """Set at how many tips a page looks at most; few tips have a label up to that number."""

    def set_most(most):
        monkeypatch.setattr(listing, "LOOKED_AT", most)
        queue_statement.cache_clear()

    yield set_most
    queue_statement.cache_clear()


def test_the_pages_of_every_lane_and_filter_hold_each_tip_once_and_in_order(
    session, many, tip, viewer, look_at
):
    look_at(len(many))
    ours = {row["id"] for row in many}
    full = 0
    for wanted in FILTERS:
        found = [row for row in many if fits(row, wanted, viewer.member_id)]
        # A label is looked for among the open ones, as they lie, and then put in order.
        in_order = sorted(
            found, key=lambda row: place(row, Lane.ALL if wanted.label else wanted.lane)
        )

        pages = read_all(session, viewer, wanted)

        shown = [row.id for page in pages for row in page if row.id in ours]
        assert shown == [row["id"] for row in in_order], wanted
        assert [len(page) for page in pages[:-1]] == [PAGE] * (len(pages) - 1)
        full += len(pages) > 1
    assert full > 8


def test_a_page_that_stopped_before_it_was_full_goes_on_where_it_stopped(
    session, many, tip, viewer, look_at
):
    look_at(PAGE)
    ours = {row["id"] for row in many}
    short = 0
    for wanted in FILTERS:
        found = [row for row in many if fits(row, wanted, viewer.member_id)]

        pages = read_all(session, viewer, wanted)

        assert len(found) == len({row.id for page in pages for row in page if row.id in ours})
        assert all(len(page) <= PAGE for page in pages)
        short += any(len(page) < PAGE for page in pages[:-1])
    assert short > 4


def test_who_holds_a_tip_can_be_asked_for(session, many, viewer, members):
    holder = members[HOLDER].member_id

    pages = read_all(session, viewer, Wanted(holder=holder))

    expected = {
        row["id"]
        for row in many
        if fits(row, Wanted(), viewer.member_id) and is_held(row) and row["claimed_by_id"] == holder
    }
    assert {row.id for page in pages for row in page} == expected
    assert {row.claimed_by for page in pages for row in page} == {HOLDER}


def test_the_beginning_of_a_reference_finds_a_tip_wherever_it_stands(
    desk, make_tip, change, members
):
    closed, machine, other = make_tip(), make_tip(is_machine=True), make_tip("drugs")
    change(closed, status=TipStatus.CLOSED, is_open=False)

    for wanted in (closed, machine):
        typed = wanted.reference[:8].lower().replace("-", " ")
        assert wanted.reference in desk.get(reference=typed).text
    assert "这里没有线索" in desk.get(reference=other.reference).text


def test_a_full_last_page_leads_to_no_empty_one(session, make_tip, many, viewer):
    session.execute(text("DELETE FROM tip_label"))
    session.execute(text("DELETE FROM tip_reader"))
    session.execute(text("DELETE FROM tip"))
    key_id = many[0]["unit_key_id"]
    dice = SimpleNamespace(choice=lambda options: options[0], randrange=lambda _n: 0)
    session.execute(insert(Tip), [make_row(dice, key_id) for _ in range(PAGE)])

    page = read_queue(session, viewer, Wanted(), None)

    assert (len(page.rows), page.next) == (PAGE, None)


def test_a_row_tells_how_many_messages_there_are_and_who_wrote_last(session, tip, viewer):
    tip = session.get_one(Tip, tip.id)
    for number, side in enumerate([Direction.STAFF, Direction.REPORTER], start=1):
        add_message(session, tip, number=number, direction=side, digest="0" * 64, sealed=b"x")
        [row] = read_queue(session, viewer, Wanted(), None).rows
        assert (row.messages, row.awaits_us) == (number, side is Direction.REPORTER)


@pytest.mark.parametrize("lane", [Lane.ALL, Lane.OVERDUE])
@pytest.mark.parametrize(
    "address",
    [
        "",
        "P1",
        "P1_20261124",
        "P9_20261124_5",
        "P1_20261350_5",
        "P1_20261124_x",
        "P1_20261124_-5_",
        f"P1_20261124_{2**63}",
        "P1_20261124_ 5",
        "P1_2026112４_5",
        "P1_20261124_5_6",
        "20261124_P1_20261124_5_6",
        "x_P1_20261124_5",
    ],
)
def test_a_cursor_that_we_did_not_write_is_refused(address, lane):
    with pytest.raises(BadCursor):
        parse_cursor(address, lane)


def test_a_cursor_of_another_lane_is_refused():
    late = Cursor(Urgency.P1, today(), 5, due_on=today())
    plain = Cursor(Urgency.P1, today(), 5)

    assert parse_cursor(str(late), Lane.OVERDUE) == late
    assert parse_cursor(str(plain), Lane.FREE) == plain
    for cursor, lane in ((late, Lane.ALL), (plain, Lane.OVERDUE)):
        with pytest.raises(BadCursor):
            parse_cursor(str(cursor), lane)


def test_a_page_costs_four_statements_with_the_sign_in_and_all_counts(sign_in, many, app):
    desk = sign_in("police-head")
    counted = []
    with app.app_context():
        engines = list(db.engines.values())
    for engine in engines:
        event.listen(engine, "before_cursor_execute", lambda *given: counted.append(given[2]))
    desk.get()
    for lane in Lane:
        # As the first page in two seconds: how the units' keys stand is read with it.
        with app.app_context():
            standings().forget()
        counted.clear()

        page = desk.get(lane=lane.value)

        assert page.text.count("queue__row") > 0 or lane is Lane.MINE
        real = [statement for statement in counted if statement != "BEGIN"]
        assert len(real) == 4, real
        assert not [statement for statement in real if "sealed" in statement]
