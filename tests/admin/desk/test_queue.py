"""The queue's order, its pages, and what they cost."""

import random
import secrets
from datetime import timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import event, insert, text

from admin.db import db, today
from admin.desk.queue import PAGE, BadCursor, Cursor, Wanted, queue_statement, read_queue
from admin.models import OPEN_STATUSES, Direction, Message, Tip, TipStatus, Urgency, random_key
from admin.vault.store import add_message

FILTERS = [
    Wanted(),
    Wanted(urgency=Urgency.P1),
    Wanted(day=today() - timedelta(days=3)),
    Wanted(status=TipStatus.CLOSED),
    Wanted(status=TipStatus.RECEIVED, urgency=Urgency.P3, day=today()),
    Wanted(in_lane=True),
    Wanted(in_lane=True, urgency=Urgency.P1),
    Wanted(in_lane=True, status=TipStatus.QUESTION),
    Wanted(in_lane=True, day=today()),
]


@pytest.fixture
def many(app, make_tip):
    """Tips of two units with equal and unequal places in the order, and one that is claimed."""
    dice = random.Random(20261124)
    key_id = make_tip().unit_key_id
    rows = [_row(dice, key_id) for _ in range(330)]
    with app.app_context():
        db.session.execute(insert(Tip), rows)
        db.session.commit()
    return rows


def _row(dice, key_id):
    status = dice.choice(list(TipStatus))
    unit_id = dice.choice(["police", "police", "drugs"])
    is_open = status in OPEN_STATUSES
    return {
        "id": random_key(),
        "reference": f"{secrets.token_hex(5)}",
        "lookup": secrets.token_bytes(32),
        "unit_id": unit_id,
        "unit_key_id": key_id,
        "urgency": dice.choice(list(Urgency)),
        "received_on": today() - timedelta(days=dice.randrange(8)),
        "status": status,
        "is_open": is_open,
        "machine_unit": dice.choice([None, unit_id]) if is_open else None,
        "version": 1,
        "sealed": b"",
    }


def walk(session, wanted):
    after, pages = None, []
    while True:
        page = read_queue(session, "police", wanted, after)
        pages.append(page.rows)
        if page.next is None:
            return pages
        # As it comes back in an address.
        after = Cursor.parse(str(page.next))


def fits(row, wanted):
    return (
        row["unit_id"] == "police"
        and (row["machine_unit"] is not None) is wanted.in_lane
        and (row["is_open"] if wanted.status is None else row["status"] is wanted.status)
        and wanted.urgency in (None, row["urgency"])
        and wanted.day in (None, row["received_on"])
    )


@pytest.mark.parametrize("wanted", FILTERS)
def test_the_pages_hold_every_tip_exactly_once_and_in_order(session, many, tip, wanted):
    expected = sorted(
        (row["urgency"], row["received_on"], row["id"]) for row in many if fits(row, wanted)
    )

    pages = walk(session, wanted)

    ours = {row["id"] for row in many}
    found = [
        (row.urgency, row.received_on, row.id) for page in pages for row in page if row.id in ours
    ]
    assert found == expected
    assert [len(page) for page in pages[:-1]] == [PAGE] * (len(pages) - 1)


def test_only_the_members_own_tips_are_shown_on_demand(session, tip, make_tip, members, change):
    mine, member_id = make_tip(), members["police-1"].member_id
    change(mine, claimed_by_id=member_id)

    page = read_queue(session, "police", Wanted(claimed_by_id=member_id), None)

    assert [(row.reference, row.claimed_by) for row in page.rows] == [(mine.reference, "police-1")]


def test_a_full_last_page_leads_to_no_empty_one(session, make_tip, many):
    session.execute(text("DELETE FROM tip"))
    key_id = many[0]["unit_key_id"]
    dice = SimpleNamespace(choice=lambda options: options[0], randrange=lambda _n: 0)
    session.execute(insert(Tip), [_row(dice, key_id) for _ in range(PAGE)])

    page = read_queue(session, "police", Wanted(), None)

    assert (len(page.rows), page.next) == (PAGE, None)


def test_a_row_tells_how_many_messages_there_are_and_who_wrote_last(session, tip):
    tip = session.get_one(Tip, tip.id)
    for number, side in enumerate([Direction.STAFF, Direction.REPORTER], start=1):
        add_message(session, tip, number=number, direction=side, digest="0" * 64, sealed=b"x")
        [row] = read_queue(session, "police", Wanted(), None).rows
        assert (row.messages, row.awaits_us) == (number, side is Direction.REPORTER)


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
    ],
)
def test_a_cursor_that_we_did_not_write_is_refused(address):
    with pytest.raises(BadCursor):
        Cursor.parse(address)


@pytest.mark.parametrize("wanted", FILTERS)
def test_a_page_walks_an_index_and_never_reads_the_sealed_words(app, session, many, wanted):
    cursor = Cursor(Urgency.P1, today() - timedelta(days=4), 5)
    statement = queue_statement("police", wanted, cursor)
    compiled = statement.compile(db.engine, compile_kwargs={"literal_binds": True})
    if db.engine.dialect.name == "postgresql":
        # With a few hundred rows a full read is cheapest; ask for the plan of a large table.
        session.execute(text("SET LOCAL enable_seqscan = off"))
    explain = "EXPLAIN QUERY PLAN" if db.engine.dialect.name == "sqlite" else "EXPLAIN"

    plan = "\n".join(str(row) for row in session.execute(text(f"{explain} {compiled}")))

    assert "sealed" not in str(compiled)
    names = ["ix_tip_machine"] if wanted.in_lane else ["ix_tip_open", "ix_tip_status"]
    assert any(name in plan for name in names), plan
    assert "SCAN tip" not in plan
    if wanted.day is None:
        assert "TEMP B-TREE FOR ORDER BY" not in plan


def test_a_page_costs_four_statements_with_the_sign_in_and_the_lanes_count(desk, many, app):
    counted = []
    with app.app_context():
        engines = list(db.engines.values())
    for engine in engines:
        event.listen(engine, "before_cursor_execute", lambda *given: counted.append(given[2]))
    desk.get()
    counted.clear()

    page = desk.get()

    assert page.text.count("queue__row") == PAGE
    counted = [statement for statement in counted if statement != "BEGIN"]
    assert len(counted) == 4, counted
    assert not [statement for statement in counted if "sealed" in statement]


def test_messages_are_counted_for_the_shown_page_only(session, many, tip):
    session.execute(
        insert(Message),
        [
            {
                "id": random_key(),
                "tip_id": row["id"],
                "number": 1,
                "direction": Direction.STAFF,
                "sent_on": today(),
                "digest": "0" * 64,
                "sealed": b"x",
            }
            for row in many
        ],
    )

    page = read_queue(session, "police", Wanted(), None)

    assert {row.messages for row in page.rows} <= {0, 1}
