"""办理情况: how the queue stands. A head sees the own unit as it is, the counter all in tens."""

import random
import re
from collections import Counter
from datetime import timedelta
from html import unescape

import pytest
from sqlalchemy import insert, select

from admin.access.roles import Staff
from admin.counts.workload.charts import AGES
from admin.counts.workload.reading import (
    AGE_IDS,
    OPEN_STATES,
    Due,
    open_statement,
    read_all,
    read_own,
    talk_statement,
)
from admin.db import db, today
from admin.models import Direction, LaneRank, Message, Recusal, Tip, TipOpening, random_key
from admin.tip.status import STATUSES
from tests.admin.desk.queue.test_lanes import plan_of
from tests.admin.desk.queue.tip_rows import make_row
from tests.admin.mailbox.work import statements_of
from tests.support import add_bare_member

PAGE = "/desk/counts/workload/"
DAYS = (0, 3, 4, 7, 8, 15, 16, 30, 31, 60, 61, 400)
RULES = {"first_read": "首次查看", "scope": "决定受理不受理", "result": "告知结果"}
OTHERS = {"counter-1": "counter", "auditor-1": "auditor"}


@pytest.fixture
def members(app, members):
    """The desk's people, and those of no unit."""
    more = {}
    with app.app_context():
        for name, role in OTHERS.items():
            one = add_bare_member(db.session, name, None, [role])
            more[name] = Staff(one.id, one.name, None, tuple(one.roles))
        db.session.commit()
    return members | more


SEEN_BY = {
    **dict.fromkeys(("police-head", "custodian-1", "counter-1"), 200),
    **dict.fromkeys(("police-1", "police-desk", "drugs-1", "admin", "auditor-1"), 403),
}


def test_heads_and_the_counter_alone_see_it(sign_in):
    assert {name: sign_in(name).get(PAGE).status_code for name in SEEN_BY} == SEEN_BY


def numbers(page):
    """Read the page's tables, as {id: {row: (numbers)}}; what is withheld is None."""
    found = {}
    for name, body in re.findall(
        r'<section aria-labelledby="(\w+)-title">(.*?)</section>', page, re.S
    ):
        rows = re.findall(r'<tr><th scope="row">([^<]+)</th>(.*?)</tr>', body)
        found[name] = {unescape(row): cells_of(cells) for row, cells in rows}
    return found


def cells_of(row):
    cells = (re.sub(r"<[^>]+>", "", cell) for cell in re.findall(r"<td[^>]*>(.*?)</td>", row))
    return tuple(None if cell == "—" else int(cell) for cell in cells)


@pytest.fixture
def busy(app, make_tip, members):
    """The tips of two units in every state, with clocks, calls for help, talks and openings."""
    dice = random.Random(96)
    key_id, ids = make_tip().unit_key_id, [members["police-1"].member_id]
    rows = [a_row(dice, place, make_row(dice, key_id, ids)) for place in range(240)]
    talks = [talk for place, row in enumerate(rows) for talk in talk_of(row["id"], place)]
    seen = [{"tip_id": row["id"], "upto": n % 2} for n, row in enumerate(rows) if n % 4]
    with app.app_context():
        db.session.execute(insert(Tip), rows)
        db.session.execute(insert(Message), talks)
        db.session.execute(insert(TipOpening), seen)
        db.session.commit()


def a_row(dice, place, row):
    has_clock = row["due_on"] is not None
    return row | {
        "received_on": today() - timedelta(days=DAYS[place % len(DAYS)]),
        "due_rule": dice.choice(list(RULES)) if has_clock else None,
        "due_on": today() + timedelta(days=dice.randrange(-3, 6)) if has_clock else None,
        "danger_on": today() if place % 5 == 0 else None,
        "talk_length": place % 3,
    }


def talk_of(tip_id, place):
    for number in range(1, place % 3 + 1):
        way = Direction.REPORTER if (place + number) % 2 else Direction.STAFF
        row = {"id": random_key(), "tip_id": tip_id, "number": number, "direction": way}
        yield row | {"sent_on": today(), "digest": "0" * 64, "sealed": b""}


def counted_by_hand(session, unit_id, without=()):
    """Go through the rows one by one."""
    tips = [
        row
        for row in session.execute(select(*Tip.__table__.c)).mappings()
        if row["unit_id"] == unit_id and row["is_open"] and row["id"] not in without
    ]
    last = {
        (row.tip_id, row.number): row.direction
        for row in session.execute(select(Message.tip_id, Message.number, Message.direction))
    }
    upto = dict(session.execute(select(TipOpening.tip_id, TipOpening.upto)).all())
    own = [row for row in tips if row["machine_unit"] is None]
    waits = {
        row["id"] for row in own if last.get((row["id"], row["talk_length"])) is Direction.REPORTER
    }
    calls = [row for row in own if row["danger_on"]]
    return {
        "states": Counter(row["status"] for row in own),
        "ages": Counter(age_of(row) for row in own),
        "clocks": Counter((row["due_rule"] or "", due_of(row)) for row in own),
        "waiting": len(waits),
        "danger": len(calls),
        "danger_unread": sum(
            row["id"] not in upto or (row["id"] in waits and upto[row["id"]] < row["talk_length"])
            for row in calls
        ),
        "apart": len(tips) - len(own),
        "apart_danger": sum(
            row["lane_rank"] in (LaneRank.CALLING_PROVEN, LaneRank.CALLING)
            for row in tips
            if row["machine_unit"]
        ),
    }


def age_of(row):
    days = (today() - row["received_on"]).days
    return next(
        name
        for name in AGE_IDS
        if int(name.split("-")[0]) <= days <= int(name.split("-")[1] or 9**9)
    )


def due_of(row):
    if row["due_on"] is None:
        return Due.NONE
    days = (row["due_on"] - today()).days
    return Due.PAST if days < 0 else Due.SOON if days <= 3 else Due.LATER


def test_the_numbers_are_those_that_one_counts_by_hand(app, busy, members):
    with app.app_context():
        whole = read_all(db.reading, {"practice"}, today())
        for unit_id, head in (("police", "police-head"), ("drugs", "drugs-1")):
            by_hand = counted_by_hand(db.reading, unit_id)
            own = read_own(db.reading, unit_id, members[head].member_id, today())

            assert vars(own) == by_hand
            assert whole[unit_id] == own
            assert min(own.total, own.waiting, own.danger, own.danger_unread, own.apart) > 0


def test_a_head_reads_them_as_they_are_and_the_bars_are_drawn_of_the_same(app, sign_in, busy):
    with app.app_context():
        by_hand = counted_by_hand(db.reading, "police")

    page = sign_in("police-head").get(PAGE).text

    tables = numbers(page)
    assert tables["states"] == {
        STATUSES[one].staff: (by_hand["states"][one],) for one in OPEN_STATES
    }
    assert tables["ages"] == {str(AGES[one]): (by_hand["ages"][one],) for one in AGE_IDS}
    assert tables["clocks"] == {
        zh: (by_hand["clocks"][rule, Due.PAST], by_hand["clocks"][rule, Due.SOON])
        for rule, zh in RULES.items()
        if sum(by_hand["clocks"][rule, near] for near in (Due.PAST, Due.SOON))
    }
    assert f"没办完的一共 {by_hand['states'].total()} 条。" in page
    assert f"等这边回的 {by_hand['waiting']} 条。" in page
    assert f"其中 {by_hand['danger_unread']} 条，最后的话还没有人看。" in page
    assert drawn(page) == {name: tuple(rows.items()) for name, rows in tables.items()}


def drawn(page):
    """Read the words and numbers of each picture, as its rows."""
    found = {}
    for name, body in re.findall(
        r'<section aria-labelledby="(\w+)-title">(.*?)</section>', page, re.S
    ):
        words = [unescape(word) for word in re.findall(r"<text[^>]*>([^<]*)</text>", body)]
        starts = [place for place, word in enumerate(words) if not word.isdigit() and word != "—"]
        rows = zip(starts, [*starts[1:], len(words)], strict=True)
        found[name] = tuple((words[a], tuple(map(int, words[a + 1 : b]))) for a, b in rows)
    return found


def test_who_has_a_part_in_a_tip_finds_it_in_no_number(app, sign_in, busy, members):
    head = members["police-head"]
    with app.app_context():
        hidden = db.session.scalars(
            select(Tip.id).where(Tip.unit_id == "police", Tip.is_open, Tip.machine_unit.is_(None))
        ).first()
        row = {"tip_id": hidden, "member_id": head.member_id, "unit_id": "police"}
        db.session.execute(insert(Recusal).values(id=random_key(), declared_on=today(), **row))
        db.session.commit()
        by_hand = counted_by_hand(db.reading, "police", without={hidden})

        assert vars(read_own(db.reading, "police", head.member_id, today())) == by_hand
        assert read_all(db.reading, (), today())["police"].total == by_hand["states"].total() + 1


def test_the_counter_sees_whole_tens_of_all_units_and_of_practice_nothing(app, sign_in, busy):
    page = sign_in("counter-1").get(PAGE).text

    tables = numbers(page)
    shown = [n for rows in tables.values() for row in rows.values() for n in row if n is not None]
    assert shown
    assert all(n >= 10 and n % 10 == 0 for n in shown)
    with app.app_context():
        by_hand = {one: counted_by_hand(db.reading, one)["states"] for one in ("police", "drugs")}
    for unit_id, zh in (("police", "公安承办组"), ("drugs", "禁毒承办组")):
        tens = [by_hand[unit_id][one] // 10 * 10 or None for one in OPEN_STATES]
        assert tables["states"][zh] == (*tens, sum(filter(None, tens)) or None)
    assert "练习组" not in tables["states"] | tables["ages"]
    # Whatever there is none of looks like what there is too little of.
    assert tables["states"]["行业承办组"] == (None,) * 5
    assert len(tables["clocks"]) == 14


def test_the_page_names_no_tip_and_no_colleague(sign_in, tip):
    for name in ("police-head", "counter-1"):
        page = sign_in(name).get(PAGE).text
        main = page[page.index("<main") : page.index("</main>")]
        assert tip.reference not in main
        assert not re.search(r"police-\d|drugs-\d|police-desk|排名次|完成率|平均", main)


def test_no_more_is_asked_of_the_store_as_tips_grow(app, sign_in, make_tip, members, request):
    make_tip()
    head, counter = sign_in("police-head"), sign_in("counter-1")
    head.get(PAGE)
    before = [len(statements_of(app, lambda one=one: one.get(PAGE))) for one in (head, counter)]
    request.getfixturevalue("busy")
    after = [len(statements_of(app, lambda one=one: one.get(PAGE))) for one in (head, counter)]

    assert after == before


def test_ended_tips_are_not_gone_through(session, many, viewer):
    for where in ([Tip.unit_id == "police"], []):
        for statement in (open_statement(today(), *where), talk_statement(*where)):
            plan = plan_of(session, statement, viewer)
            assert not re.search(r"SCAN tip(?! USING)|Seq Scan on tip\b", plan), plan
