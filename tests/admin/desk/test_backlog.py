"""The page 在办: what waits, since when, who has how many in hand; for heads and dispatchers."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import insert, update

from admin.db import db, today
from admin.desk.backlog.reading import oldest_statement, read_oldest
from admin.desk.claims import clock
from admin.desk.queue.lanes import Viewer
from admin.models import Countersign, Tip, random_key
from admin.tip.status import TipStatus
from admin.tip.urgency import Urgency
from tests.admin.desk.queue.test_lanes import plan_of

PAGE = "/desk/backlog/"


def table(page, title):
    """Read a table of the page, as {row: number}."""
    part = page[page.index(f'id="{title}"') :].split("</section>")[0]
    cells = r'<th scope="row">([^<]+)</th>\s*<td><a [^>]*>([^<]+)</a>'
    return dict(re.findall(cells, part))


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("police-head", 200),
        ("police-desk", 200),
        ("custodian-1", 200),
        ("police-1", 403),
        ("admin", 403),
    ],
)
def test_heads_and_dispatchers_alone_see_it(sign_in, name, status):
    """No backlog page for heads: staff.md, major 8."""
    member = sign_in(name)

    assert member.get(PAGE).status_code == status
    front = member.get().text if status == 200 or name == "police-1" else ""
    assert ('href="/desk/backlog/"' in front) is (status == 200)


def test_it_counts_what_waits_and_says_since_when(sign_in, make_tip, change):
    ago = [today() - timedelta(days=n) for n in range(10)]
    change(make_tip(urgency=Urgency.P0), received_on=ago[2])
    change(make_tip(urgency=Urgency.P3), received_on=ago[9])
    change(make_tip(urgency=Urgency.P3), received_on=ago[4])
    change(make_tip(urgency=Urgency.P3), due_on=ago[3], status=TipStatus.ACCEPTED)
    make_tip("drugs", urgency=Urgency.P1)

    page = sign_in("police-head").get(PAGE).text

    counts = table(page, "waiting-title")
    assert (counts["待受理"], counts["危急"], counts["全部"]) == ("3", "1", "4")
    told = re.sub(r"<[^>]+>|\s+", " ", page[page.index("等得最久的") :])
    assert f"{ago[2]} 已等 2 天" in re.sub(" +", " ", told)
    assert f"{ago[9]} 已等 9 天" in re.sub(" +", " ", told)
    assert "当日" not in told.split("各人手里")[0]


def test_load_is_work_in_hand_by_name_and_never_a_league_table(sign_in, make_tip, change, members):
    for number in range(3):
        tip = make_tip()
        holder = members["police-2" if number else "police-1"].member_id
        change(tip, claimed_by_id=holder, claimed_until=clock() + 999, status=TipStatus.ACCEPTED)
    ended = make_tip()
    change(ended, claimed_by_id=members["police-1"].member_id, is_open=False, status="closed")

    page = sign_in("police-desk").get(PAGE).text

    load = table(page, "load-title")
    # By name, whoever has most; what was done is counted nowhere.
    assert list(load.items()) == [("police-1", "1"), ("police-2", "2"), ("police-head", "0")]
    assert "不记录，不比较，不考核" in page
    assert not re.search(r"排名|名次|第一名|完成率|平均", page)


def test_the_page_names_no_tip(sign_in, make_tip):
    tip = make_tip(urgency=Urgency.P0)

    for name in ("police-head", "police-desk"):
        page = sign_in(name).get(PAGE).text
        assert tip.reference not in page


def ask(app, make_tip, unit_id, **values):
    tip_id = None if values.get("kind") == "suspend" else make_tip(unit_id=unit_id).id
    with app.app_context():
        common = {"id": random_key(), "kind": "close", "why": "spam", "asked_by": "ada"}
        row = (
            common
            | {"tip_id": tip_id, "unit_id": unit_id, "asked_on": today() - timedelta(days=2)}
            | values
        )
        db.session.execute(insert(Countersign).values(**row))
        if row["kind"] == "review":
            ended = {"status": TipStatus.CLOSED, "is_open": False}
            db.session.execute(update(Tip).where(Tip.id == tip_id).values(**ended))
        db.session.commit()


def test_endings_that_wait_for_a_second_person_are_counted_for_the_own_unit(sign_in, app, make_tip):
    ask(app, make_tip, "supervision")
    ask(app, make_tip, "supervision", asked_on=today())
    ask(app, make_tip, "supervision", settled_on=today(), is_granted=True, result="reopened")
    ask(app, make_tip, "supervision", kind="suspend")
    ask(app, make_tip, "supervision", kind="review", asked_on=today())
    ask(app, make_tip, "upper")

    page = sign_in("custodian-1").get(PAGE).text

    told = page[page.index("等第二个人同意的办结") :]
    assert f"2 条，最早的 {today() - timedelta(days=2)} 提出" in told
    assert "等人看的 1 条" in told
    assert "重新办 1。" in told
    assert "没有。" in sign_in("police-head").get(PAGE).text


def test_days_without_duty_are_shown_with_a_way_to_set_them(sign_in):
    head, dispatcher = sign_in("police-head").get(PAGE).text, sign_in("police-desk").get(PAGE).text

    assert "七天以内有 7 天没人值班" in head
    assert "/desk/duty/week" in head
    assert "/desk/duty/week" not in dispatcher


def test_the_oldest_are_read_off_the_front_of_an_index(app, session, make_tip, members):
    make_tip(urgency=Urgency.P3)
    viewer = Viewer("police", members["police-head"].member_id, today(), clock())

    assert list(read_oldest(session, viewer).free) == [Urgency.P3]

    plan = plan_of(session, oldest_statement(), viewer)
    assert plan.count("ix_tip_free") == len(Urgency)
    assert plan.count("ix_tip_due") == 1
    assert not re.search("SCAN tip|Seq Scan|TEMP B-TREE|Sort", plan)
