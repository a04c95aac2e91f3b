"""The lanes: what they count, and that each goes along an index and stops."""

import random

import pytest
from sqlalchemy import insert, select, text, update

from admin.db import db, today
from admin.desk.claims import clock
from admin.desk.queue.lane_counts import COUNTED_MAX, counts_statement
from admin.desk.queue.lanes import LANES, Cursor, Lane, Viewer, behind
from admin.desk.queue.listing import queue_statement
from admin.desk.queue.search import Wanted
from admin.desk.queue.side import around_statement, read_around
from admin.models import Member, Tip
from admin.tip.status import TipStatus
from admin.tip.urgency import Urgency
from tests.admin.desk.queue.tip_rows import FILTERS, make_row, read_all

INDEX_OF = {
    Lane.URGENT: ["ix_tip_open"],
    Lane.TODAY: ["ix_tip_open", "ix_tip_due"],
    Lane.FREE: ["ix_tip_free", "ix_tip_run_out"],
    Lane.MINE: ["ix_tip_claimed"],
    Lane.OVERDUE: ["ix_tip_due"],
    Lane.QUESTION: ["ix_tip_status"],
    Lane.MACHINE: ["ix_tip_machine"] * 4,
    Lane.ALL: ["ix_tip_open"],
}
DEEP = Cursor(Urgency.P1, today(), 5)
DEEP_DUE = Cursor(Urgency.P1, today(), 5, due_on=today())


def plan_of(session, statement, viewer):
    """Explain a statement as it is run, with its values in it."""
    compiled = statement.params(viewer.parameters()).compile(
        db.engine, compile_kwargs={"literal_binds": True}
    )
    if db.engine.dialect.name == "postgresql":
        # With a few hundred rows a full read is cheapest; ask for the plan of a large table.
        session.execute(text("SET LOCAL enable_seqscan = off"))
        session.execute(text("SET LOCAL enable_bitmapscan = off"))
    explain = "EXPLAIN QUERY PLAN" if db.engine.dialect.name == "sqlite" else "EXPLAIN"
    plan = session.execute(text(f"{explain} {compiled}".replace(":", "\\:")))
    return "\n".join(str(row) for row in plan)


# One store for all plans: nothing is written to it.
@pytest.mark.parametrize("is_deep", [False, True], ids=["first", "deep"])
def test_each_walk_goes_along_its_index_in_order_and_sorts_nothing(session, many, viewer, is_deep):
    for lane in Lane:
        cursor = DEEP_DUE if lane is Lane.OVERDUE else DEEP
        for walk, index in zip(LANES[lane], INDEX_OF[lane], strict=True):
            start = behind(walk, cursor) if is_deep else walk
            if start is None:
                continue
            rows = select(*start.order()).where(*start.where)

            plan = plan_of(session, rows.order_by(*start.order()).limit(51), viewer)

            assert index in plan, (lane, plan)
            assert "SCAN tip" not in plan, (lane, plan)
            assert "Seq Scan on tip" not in plan, (lane, plan)
            # Claims that ran out lie there by the hour: they alone are put in order, 1,000 at most.
            if index != "ix_tip_run_out":
                assert "TEMP B-TREE" not in plan, (lane, plan)
                assert "Sort" not in plan, (lane, plan)


def test_no_page_reads_all_tips_or_any_sealed_word(session, many, viewer):
    looked = 0
    for wanted in FILTERS:
        cursor = DEEP_DUE if wanted.lane is Lane.OVERDUE else DEEP
        for after in (None, cursor):
            statement = queue_statement(wanted, after)
            if statement is None:
                continue

            plan = plan_of(session, statement, viewer)

            looked += 1
            assert "sealed" not in str(statement), wanted
            assert "SCAN tip" not in plan, (wanted, plan)
            assert "Seq Scan on tip" not in plan, (wanted, plan)
    assert looked > len(FILTERS)


def test_the_counts_are_one_statement_along_the_lanes_own_indexes(session, many, viewer):
    plan = plan_of(session, counts_statement(), viewer)

    assert {index for names in INDEX_OF.values() for index in names} <= set(
        index.name for index in Tip.__table__.indexes if index.name in plan
    )
    assert "SCAN tip" not in plan, plan
    assert "Seq Scan on tip" not in plan, plan
    assert "TEMP B-TREE" not in plan, plan


@pytest.mark.parametrize("with_load", [False, True])
def test_the_counts_with_what_stands_beside_them_read_no_more_of_the_tips(
    session, many, viewer, with_load
):
    plan = plan_of(session, around_statement(with_load), viewer)

    assert "SCAN tip" not in plan, plan
    assert "Seq Scan on tip" not in plan, plan


def test_the_counts_stand_without_anybody_beside_them(session, many, viewer):
    session.execute(update(Member).values(suspended_on=today()))

    counts, side = read_around(session, viewer, with_load=True)

    assert (side.colleagues, side.saved) == ([], [])
    assert counts.by_lane[Lane.ALL] == COUNTED_MAX


def test_each_lane_counts_what_its_pages_show(session, many, viewer):
    counts = read_around(session, viewer, with_load=False)[0]

    for lane in Lane:
        pages = read_all(session, viewer, Wanted(lane=lane))
        shown = sum(len(page) for page in pages)
        # A lane of two walks counts each of them up to the most.
        assert min(counts.by_lane[lane], COUNTED_MAX) == min(shown, COUNTED_MAX), lane
    pages = read_all(session, viewer, Wanted(lane=Lane.MACHINE, urgency=Urgency.P0))
    assert counts.machine_urgent == sum(len(page) for page in pages)


def test_a_count_stops_at_a_hundred_and_the_page_says_so(app, session, many, desk):
    dice = random.Random(7)
    rows = [make_row(dice, many[0]["unit_key_id"]) for _ in range(COUNTED_MAX + 40)]
    common = {"unit_id": "police", "status": TipStatus.RECEIVED, "is_open": True}
    free = {"claimed_by_id": None, "claimed_until": None, "machine_unit": None}
    session.execute(insert(Tip), [row | common | free for row in rows])
    session.commit()

    page = desk.get(lane="free")

    assert '待受理 <span data-count="free" class="lanes__count">99+</span>' in page.text


def test_a_lane_of_another_unit_counts_nothing_here(session, tip, members):
    me = Viewer("drugs", members["drugs-1"].member_id, today(), clock())

    assert set(read_around(session, me, with_load=False)[0].by_lane.values()) == {0}


def test_the_form_pays_for_two_indexes_of_the_queue_the_deadlines_and_the_keys(session, tip):
    """What a new tip stands in, by the conditions of the partial indexes."""
    row = select(Tip.id).where(Tip.id == tip.id)
    holding = [
        index.name
        for index in Tip.__table__.indexes
        if (where := index.dialect_options[db.engine.dialect.name]["where"]) is not None
        and session.execute(row.where(where)).first()
    ]

    assert sorted(holding) == ["ix_tip_due", "ix_tip_free", "ix_tip_open", "ix_tip_unit_key"]


def test_what_is_due_today_and_not_urgent_stands_in_today(desk, make_tip, change):
    due, late, later = (make_tip(urgency=Urgency.P3) for _ in range(3))
    urgent = make_tip(urgency=Urgency.P1)
    for tip, days in ((due, 0), (late, -1), (later, 1)):
        change(tip, due_on=today().fromordinal(today().toordinal() + days))

    page, urged = desk.get(lane="today").text, desk.get(lane="overdue").text

    assert [row.reference in page for row in (due, late, later, urgent)] == [1, 0, 0, 1]
    assert [row.reference in urged for row in (due, late, later, urgent)] == [0, 1, 0, 0]
    assert "今天到期" in page
    assert "过期 1 天" in urged


def test_the_lanes_of_the_page_are_links_with_counts_and_letters(desk, tip):
    page = desk.get(lane="free").text

    for lane, word in {"urgent": "危急", "mine": "我的", "question": "等待举报人"}.items():
        assert f'href="/desk/?lane={lane}"' in page
        assert word in page
    assert 'data-lane="f" aria-current="page"' in page
