"""Two members of a unit in Chromium: one asks for an end, one reads the tip and grants it."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from admin.db import db
from admin.desk import seconding
from admin.district.data import Office
from admin.models import Countersign, Recusal, Tip, TipReader
from admin.tip.status import TipStatus
from admin.tip.urgency import Urgency
from tests.signing_in import signed_in

from .test_seconding_browser import look

pytestmark = pytest.mark.browser


def stored(live, tip, *columns):
    with live.app.app_context():
        return db.reading.execute(select(*columns).where(Tip.id == tip.id)).one()


def asked_for(live, tip):
    with live.app.app_context():
        query = select(Countersign).where(Countersign.tip_id == tip.id)
        return list(db.reading.scalars(query))


def show(page, live, tip):
    page.goto(f"{live.desk}/desk/tips/{tip.reference}")
    page.wait_for_selector("#tip[data-opened]")


def choose(page, move, reason):
    page.click("[aria-controls=decision]")
    page.check(f"#decision [name=move_to][value={move}]")
    page.select_option("#decision select[name=reason]", reason)


def test_one_asks_with_a_sealed_reason_and_another_who_read_it_grants(
    live, visit, demo, sealed_tip
):
    tip = sealed_tip(live.app, urgency=Urgency.P1, what="有人在桥头收钱。")
    one = signed_in(visit(), live, demo["police-1"])
    two = signed_in(visit(), live, demo["police-2"])
    show(one, live, tip)
    choose(one, "closed", "spam")
    one.wait_for_selector("p[data-two] >> text=危急或当日的")
    one.click("#decision button:has-text('确认决定')")
    one.wait_for_selector("#decision [data-error] >> text=请先写明为什么")
    look(one, "ending-asks-why")
    posted = []
    one.on("request", lambda sent: posted.append(sent.post_data or ""))
    one.fill("#end-decision", "同一个人发了三遍，都是测试。")
    one.click("#decision button:has-text('确认决定')")
    one.wait_for_selector("#waiting-second >> text=等本单位另一个人看过")
    one.wait_for_selector("#asked-why >> text=同一个人发了三遍")
    assert one.query_selector("#answer-second") is None
    look(one, "ending-waits")
    assert not [body for body in posted if "%E5%90%8C%E4%B8%80" in body]
    assert stored(live, tip, Tip.status, Tip.expires_on) == (TipStatus.RECEIVED, None)

    two.goto(f"{live.desk}/desk/")
    two.click("nav a:has-text('核对 1')")
    two.wait_for_selector("#second-people")
    look(two, "ending-second")
    two.click("a:has-text('打开看，再答')")
    two.wait_for_selector("#tip[data-opened]")
    two.wait_for_selector("#asked-why >> text=同一个人发了三遍")
    look(two, "ending-to-grant")
    two.click("#answer-second button:text-is('同意')")
    two.wait_for_selector("text=您同意了，已经办好。")
    assert stored(live, tip, Tip.status, Tip.outcome) == (TipStatus.CLOSED, "spam")


def test_the_browser_tells_of_a_minor_whom_no_cover_shows(live, visit, demo, sealed_tip):
    tip = sealed_tip(live.app, fields={"minor": "yes"}, urgency=Urgency.P3)
    one = signed_in(visit(), live, demo["police-1"])
    show(one, live, tip)
    choose(one, "closed", "known")
    one.wait_for_selector("p[data-two] >> text=有未成年人受害")
    one.fill("#end-decision", "派出所已经在办同一件事。")
    one.click("#decision button:has-text('确认决定')")
    one.wait_for_selector("#waiting-second")

    assert [row.grounds for row in asked_for(live, tip)] == ["minor"]


def test_an_ordinary_end_asks_for_nothing_more(live, visit, demo, sealed_tip):
    tip = sealed_tip(live.app)
    one = signed_in(visit(), live, demo["police-1"])
    show(one, live, tip)
    choose(one, "closed", "known")
    assert one.is_hidden("#end-decision")
    one.click("#decision button:has-text('确认决定')")
    one.wait_for_selector("[data-cover=status]:has-text('已办结')")


def test_what_the_reporter_keeps_from_the_unit_above_is_not_asked_of_it(
    live, visit, demo, sealed_tip, monkeypatch
):
    # A district may let its reporters exclude that unit; the shipped one has no such office.
    state = live.app.extensions["dengshao"]
    above = Office("above", "上一级", "Above", state.district.ways.upper)
    offices = state.district.offices | {"above": above}
    monkeypatch.setattr(state, "district", replace(state.district, offices=offices))
    fields = {"official": "yes", "exclude": ["above"]}
    tip = sealed_tip(live.app, "supervision", fields=fields, urgency=Urgency.P1)
    custodian = signed_in(visit(), live, demo["supervision-1"])
    show(custodian, live, tip)
    choose(custodian, "closed", "spam")
    custodian.fill("#end-decision", "测试。")
    custodian.click("#decision button:has-text('确认决定')")
    custodian.wait_for_selector("#decision [data-error] >> text=举报人不让上一级知道")

    assert asked_for(live, tip) == []


def test_many_are_asked_for_at_once_each_with_its_sealed_reason(live, visit, demo, sealed_tip):
    tips = [sealed_tip(live.app) for _ in range(3)]
    danger = sealed_tip(live.app, urgency=Urgency.P0)
    one = signed_in(visit(), live, demo["police-1"])
    one.goto(f"{live.desk}/desk/")
    one.wait_for_selector("#queue[data-opened]")
    for tip in (*tips, danger):
        one.check(f"[data-row='{tip.reference}'] input[name=tip]")
    one.select_option("#bulk_action", "spam")
    one.click("#choose-bar button")
    one.wait_for_selector(f"#bulk li:has-text('{danger.reference}'):has-text('可能有人有危险')")
    one.click("#do-it")
    one.wait_for_selector("#bulk-form [data-error] >> text=请先写明为什么")
    one.fill("#bulk-why", "全是同一段广告。")
    look(one, "ending-mass")
    one.click("#do-it")
    one.wait_for_selector("#bulk-said >> text=已提交 3 条，0 条没有提交成功")

    for tip in tips:
        assert [row.grounds for row in asked_for(live, tip)] == ["early mass"]
        assert stored(live, tip, Tip.status).status is TipStatus.RECEIVED
    assert asked_for(live, danger) == []
    show(one, live, tips[0])
    one.wait_for_selector("#asked-why >> text=全是同一段广告")


def test_a_drawn_end_is_looked_over_and_taken_up_again(live, visit, demo, sealed_tip, monkeypatch):
    monkeypatch.setattr(seconding, "is_drawn", lambda _percent: True)
    tip = sealed_tip(live.app, is_read=False)
    one = signed_in(visit(), live, demo["police-1"])
    two = signed_in(visit(), live, demo["police-2"])
    show(one, live, tip)
    choose(one, "closed", "known")
    one.click("#decision button:has-text('确认决定')")
    one.wait_for_selector("#waiting-second >> text=抽到复查")

    show(two, live, tip)
    look(two, "ending-review")
    two.click("text=不对，重新办理")
    two.wait_for_selector("text=记下了，已经重新办理。")
    assert stored(live, tip, Tip.status).status is TipStatus.ACCEPTED


def test_the_first_opening_is_one_press_by_keyboard_and_remembered(live, visit, demo, sealed_tip):
    tip = sealed_tip(live.app, is_clear=False, what="桥头收钱")
    one = signed_in(visit(), live, demo["police-1"])
    one.goto(f"{live.desk}/desk/tips/{tip.reference}")
    one.wait_for_selector("#clear-no:focus")
    assert "桥头收钱" not in one.content()
    look(one, "clear-first")
    one.keyboard.press("Enter")
    one.wait_for_selector("#opened >> text=桥头收钱")
    with live.app.app_context():
        assert len(db.reading.scalars(select(TipReader)).all()) == 1

    show(one, live, tip)
    one.wait_for_selector("#opened >> text=桥头收钱")
    assert one.query_selector("#clear") is None


def test_a_line_that_breaks_at_the_press_is_told_and_the_press_works_again(
    live, visit, demo, sealed_tip
):
    tip = sealed_tip(live.app, is_clear=False, what="桥头收钱")
    one = signed_in(visit(), live, demo["police-1"])
    one.route("**/clear", lambda route: route.abort(), times=1)
    one.goto(f"{live.desk}/desk/tips/{tip.reference}")
    one.click("#clear-no")
    one.wait_for_selector("#clear [data-error] >> text=没有记下")
    one.click("#clear-no")
    one.wait_for_selector("#opened >> text=桥头收钱")


@pytest.mark.parametrize("when", ["before the first opening", "afterwards"])
def test_who_has_a_part_in_it_sees_it_no_more_and_the_head_is_told(
    live, visit, demo, sealed_tip, when
):
    tip = sealed_tip(live.app, is_clear=when == "afterwards")
    one = signed_in(visit(), live, demo["police-1"])
    head = signed_in(visit(), live, demo["police-2"])
    one.goto(f"{live.desk}/desk/tips/{tip.reference}")
    if when == "afterwards":
        one.wait_for_selector("#tip[data-opened]")
        one.click("#recuse summary")
        look(one, "recuse")
        one.click("#recuse-me button")
    else:
        one.wait_for_selector("#clear-no:focus")
        one.click("#recuse-first button")
    one.wait_for_selector("#said >> text=您不再看得到")
    assert tip.reference not in one.content()
    assert one.goto(f"{live.desk}/desk/tips/{tip.reference}").status == 404

    head.goto(f"{live.desk}/desk/")
    head.click("nav a:has-text('回避 1')")
    head.wait_for_selector(f"#recusals >> text={tip.reference}")
    look(head, "recusals")
    head.click("text=取消回避")
    head.wait_for_selector("text=那个人又看得到了")
    with live.app.app_context():
        row = db.reading.scalars(select(Recusal)).one()
        assert row.lifted_by == "police-2"
