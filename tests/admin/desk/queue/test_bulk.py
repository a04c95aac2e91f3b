"""Many tips at once: what is shown before, what is done, and what is refused for each."""

import re

import pytest
from sqlalchemy import select

from admin.db import db
from admin.models import Member, TipLabel
from admin.tip.status import TipStatus
from admin.tip.urgency import Urgency


def chosen(*tips):
    return [f"{tip.reference}.{tip.version}" for tip in tips]


def preview(member, tips, **fields):
    return member.submit("/desk/bulk", {"tip": chosen(*tips), **fields})


def confirm(member, page):
    """Press the button of a preview, with the fields that it carries."""
    form = re.search(
        r'<form method="post" action="(/desk/(?:bulk|assign)/done)"[^>]*>(.*?)</form>',
        page.text,
        re.S,
    )
    fields = {}
    for name, value in re.findall(r'name="(\w+)" value="([^"]*)"', form[2]):
        fields.setdefault(name, []).append(value)
    del fields["csrf_token"]
    return member.submit(form[1], fields)


def lines(page, heading):
    """The lines under a heading, as reference and sentence."""
    found = re.search(rf"<h2>{heading}</h2>\s*<ul class=\"bulk\">(.*?)</ul>", page.text, re.S)
    return dict(re.findall(r">([0-9A-Z-]{11})</a> <span>(.*?)</span>", found[1])) if found else {}


def test_a_preview_says_what_becomes_of_each_and_does_nothing(desk, make_tip, colleague, fresh):
    free, held, low = make_tip(), make_tip(), make_tip(urgency=Urgency.P0)
    colleague.post(held, "claim")
    before = [fresh(tip).version for tip in (free, held, low)]

    page = preview(desk, [free, fresh(held), low], bulk_action="claim")

    assert "还没有做" in page.text
    assert lines(page, "会这样做") == {free.reference: "没人领 → 您", low.reference: "没人领 → 您"}
    assert lines(page, "不能做的") == {held.reference: "同事领着，还没有到期。"}
    assert [fresh(tip).version for tip in (free, held, low)] == before
    assert fresh(free).decisions == []


def test_what_was_shown_is_done_to_each(desk, make_tip, fresh):
    tips = [make_tip() for _ in range(3)]
    page = preview(desk, tips, bulk_action="urgency", urgency="P1")
    assert set(lines(page, "会这样做").values()) == {"P2 三日内 → P1 当日"}

    done = confirm(desk, page)

    assert "做好了 3 条" in done.text
    assert [fresh(tip).urgency for tip in tips] == [Urgency.P1] * 3
    assert {line.event.code for tip in tips for line in fresh(tip).decisions} == {"urgency_P1"}


def test_who_changed_one_meanwhile_is_told_of_and_the_others_are_done(
    desk, colleague, make_tip, fresh
):
    tips = [make_tip() for _ in range(3)]
    page = preview(desk, tips, bulk_action="urgency", urgency="P0")
    colleague.post(tips[1], "decision", move_to="accepted", reason="in_scope")

    done = confirm(desk, page)

    assert set(lines(done, "做好的")) == {tips[0].reference, tips[2].reference}
    assert lines(done, "没有做的") == {tips[1].reference: "刚刚有人动过。请回队列看一下，再决定。"}
    assert "有 1 条没有做" in done.text
    found = [(fresh(tip).urgency, fresh(tip).status) for tip in tips]
    done_to = (Urgency.P0, TipStatus.RECEIVED)
    assert found == [done_to, (Urgency.P2, TipStatus.ACCEPTED), done_to]


def test_pressing_twice_does_it_once(desk, tip, fresh):
    page = preview(desk, [tip], bulk_action="urgency", urgency="P0")
    confirm(desk, page)

    again = confirm(desk, page)

    assert "做好了 0 条" in again.text
    assert len(fresh(tip).decisions) == 1


def test_labels_are_put_on_and_taken_off_and_not_on_supervisory_tips(desk, make_tip, app):
    plain, other = make_tip(), make_tip(label=False)

    page = preview(desk, [plain, other], bulk_action="label", label="on_site")
    assert lines(page, "会这样做") == {plain.reference: "加上“要现场看”"}
    assert lines(page, "不能做的") == {other.reference: "专管线索不加标记。"}
    confirm(desk, page)
    with app.app_context():
        assert [row.tip_id for row in db.reading.scalars(select(TipLabel))] == [plain.id]
    again = preview(desk, [plain], bulk_action="label", label="on_site")
    assert lines(again, "不能做的") == {plain.reference: "已经是这样，不用再做。"}

    confirm(desk, preview(desk, [plain], bulk_action="unlabel", label="on_site"))

    with app.app_context():
        assert list(db.reading.scalars(select(TipLabel))) == []


def test_assigning_many_names_both_and_refuses_who_may_not_hold(sign_in, make_tip, members, fresh):
    head, tips = sign_in("police-head"), [make_tip(), make_tip()]
    to = members["police-2"].member_id
    bad = preview(head, tips, bulk_action="assign", to=members["drugs-1"].member_id)
    assert set(lines(bad, "不能做的").values()) == {
        "不能分派给这个人：不在本单位，或者不能打开线索。"
    }
    assert "drugs-1" not in bad.text

    page = preview(head, tips, bulk_action="assign", to=to)

    assert set(lines(page, "会这样做").values()) == {"没人领 → police-2"}
    confirm(head, page)
    assert [fresh(tip).claimed_by_id for tip in tips] == [to, to]


def test_a_dispatcher_assigns_many_and_does_nothing_else(sign_in, make_tip, members, fresh):
    dispatcher, tips = sign_in("police-desk"), [make_tip(), make_tip()]
    to = members["police-1"].member_id
    fields = {"tip": chosen(*tips), "bulk_action": "assign", "to": to}

    assert dispatcher.submit("/desk/bulk", fields).status_code == 403
    page = dispatcher.submit("/desk/assign", fields)
    assert confirm(dispatcher, page).status_code == 200
    other = dispatcher.submit("/desk/assign", {"tip": chosen(*tips), "bulk_action": "spam"})

    assert other.status_code == 422
    assert [fresh(tip).claimed_by_id for tip in tips] == [to, to]
    assert {fresh(tip).status for tip in tips} == {TipStatus.RECEIVED}


def test_an_act_that_the_role_lacks_is_refused_in_bulk_too(desk, tip, members, fresh):
    answer = preview(desk, [tip], bulk_action="assign", to=members["police-2"].member_id)

    assert answer.status_code == 403
    assert fresh(tip).claimed_by_id is None


def test_another_units_tip_is_not_touched_and_not_told(desk, make_tip, fresh):
    other = make_tip("drugs")

    page = preview(desk, [other], bulk_action="spam")

    assert lines(page, "不能做的") == {other.reference: "这里没有这条线索。"}
    assert "没有一条能这样做" in page.text
    assert fresh(other).status is TipStatus.RECEIVED


@pytest.mark.table
@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"bulk_action": "claim", "tip": []}, "请先在队列里选线索"),
        ({"bulk_action": "claim", "tip": ["x", "00000-00000"]}, "请先在队列里选线索"),
        ({"bulk_action": "claim", "tip": [f"{n:05}-AAAAA.1" for n in range(51)]}, "一次最多 50 条"),
        ({"bulk_action": ""}, "请选要做什么"),
        ({"bulk_action": "delete"}, "请选要做什么"),
        ({"bulk_action": "label"}, "请选一个标记"),
        ({"bulk_action": "label", "label": "惯犯"}, "请选一个标记"),
        ({"bulk_action": "urgency", "urgency": "P9"}, "请选紧急程度"),
        ({"bulk_action": "assign", "to": ""}, "请选分派给谁"),
        ({"bulk_action": "assign", "to": "9" * 30}, "请选分派给谁"),
    ],
)
def test_what_is_missing_is_said_in_one_sentence(sign_in, tip, fields, sentence):
    page = sign_in("police-head").submit("/desk/bulk", {"tip": chosen(tip), **fields})

    assert page.status_code == 422
    assert sentence in page.text
    assert "选好的还在" in page.text


def test_a_tip_of_the_machine_lane_leaves_it_and_the_preview_says_so(desk, make_tip, fresh):
    machine = make_tip(is_machine=True)

    page = preview(desk, [machine], bulk_action="claim")
    assert lines(page, "会这样做") == {machine.reference: "没人领 → 您；移出疑似机器发送"}
    confirm(desk, page)

    assert fresh(machine).machine_unit is None


def test_a_claim_of_a_suspended_colleague_can_be_taken_in_bulk(desk, colleague, tip, app, fresh):
    colleague.post(tip, "claim")
    with app.app_context():
        member = db.session.scalars(select(Member).filter_by(name="police-2")).one()
        member.suspended_on = member.made_on
        db.session.commit()

    page = preview(desk, [fresh(tip)], bulk_action="claim")

    assert lines(page, "会这样做") == {tip.reference: "没人领 → 您"}
