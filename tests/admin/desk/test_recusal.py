"""与我有关系: the tip is gone from the member by every door; a head alone is told and undoes it."""

import re

import pytest
from sqlalchemy import select

from admin.access.permissions import is_allowed
from admin.app_state import app_state
from admin.db import db, today
from admin.desk.recusal.services import told_to
from admin.models import AuditEvent, Countersign, Member, Recusal, TipReader
from admin.tip.urgency import Urgency
from admin.vault.key_change import resealing
from tests.rules.test_roles import address, attempt, staff_views
from tests.support import add_bare_member

from .conftest import why
from .queue.test_bulk import chosen, lines, preview


def recuse(member, tip):
    return member.submit(f"/desk/tips/{tip.reference}/recusal", {})


def open_recusals(app):
    with app.app_context():
        query = select(Recusal).where(Recusal.lifted_on.is_(None))
        return list(db.reading.scalars(query))


@pytest.fixture
def recused(app, sign_in, make_tip):
    """A tip in which a member has a part, and their browser."""

    def made(name="police-1", **values):
        tip, member = make_tip(**values), sign_in(name)
        assert recuse(member, tip).location.endswith("/desk/?said=recused")
        member.csrf = member.token()
        member.open = lambda path, **more: member.client.open(
            path, base_url=member.base_url, **more
        )
        return tip, member

    return made


@pytest.mark.table
@pytest.mark.parametrize("name", ["police-1", "police-head", "police-desk"])
def test_by_every_door_the_tip_is_as_unknown_as_one_that_never_was(app, recused, name):
    tip, member = recused(name)
    tried = set()

    for rule, method, act in staff_views(app):
        if "reference" not in rule.arguments or not is_allowed(act, member.staff.roles):
            continue
        mine, nobodys = (
            attempt(member, address(rule, reference), method)
            for reference in (tip.reference, "00000-00000")
        )
        assert mine.status_code in (404, 422), (method, rule.rule)
        # 422: a form that says nothing is sent back before its tip is looked for.
        assert (mine.status_code, mine.data) == (nobodys.status_code, nobodys.data), rule.rule
        tried.add(rule.endpoint)

    least = {"desk.show_tip", "desk.assign_tip"}
    if name != "police-desk":
        least |= {
            *("desk.sealed_tip", "desk.file_part", "desk.write_note", "desk.mark_tip"),
            *("desk.clear_tip", "resealing.sealed_tip", "reseal_checking.both"),
        }
    assert least - {"desk.assign_tip"} <= tried


FILLED = {
    "claim": {},
    "decision": {"move_to": "closed", "reason": "known"},
    "urgency": {"urgency": "P0"},
    "links": {"other": "{other}"},
    "merge": {"other": "{other}"},
    "notes": why(),
    "grading": why(),
    "labels": {"label": "on_site"},
    "messages": why() | {"digest": "0" * 64, "ask": "no"},
    "extension": {"reason": "complex"},
}


@pytest.mark.table
@pytest.mark.parametrize("act", FILLED)
def test_no_act_that_is_filled_in_reaches_it(recused, make_tip, act):
    tip, member = recused("police-head")
    other = make_tip()
    fields = {name: str(value).format(other=other.reference) for name, value in FILLED[act].items()}

    assert member.post(tip, act, **fields).status_code == 404


@pytest.mark.parametrize("act", ["links", "merge"])
def test_nothing_is_tied_to_it_nor_merged_into_it(recused, make_tip, act):
    tip, member = recused()
    other = make_tip()

    answer = member.post(other, act, other=tip.reference)

    assert (answer.status_code, "没有这个编号" in str(answer.json)) == (422, True)


def shown_in(app, member, tip):
    """Say on which pages of the desk a reference stands, and what the lanes count."""
    pages = {
        "queue": "/desk/",
        "search": f"/desk/?reference={tip.reference}",
        "overdue": "/desk/overdue/",
        "second": "/desk/second/",
        "labels": f"/desk/labels.json?of={tip.reference}",
        "urgent": "/desk/?lane=urgent",
    }
    found = {}
    for name, path in pages.items():
        answer = member.client.get(path, base_url=member.base_url)
        said = answer.text.replace(f'value="{tip.reference}"', "")
        found[name] = tip.reference in said
    page = member.get("/desk/").text
    counts = re.findall(r'class="lanes__count[^"]*">(\d+)', page)
    return {name for name, is_there in found.items() if is_there}, counts


def test_no_page_and_no_count_knows_of_it_and_the_colleagues_lose_nothing(
    app, sign_in, make_tip, change, colleague
):
    head, tip = sign_in("police-head"), make_tip(urgency=Urgency.P0)
    # Overdue, and its end asked for by a colleague: it stands on every page.
    change(tip, due_on=today().replace(year=2020), due_rule="scope")
    fields = {"move_to": "closed", "reason": "known", "version": tip.version}
    assert colleague.post(tip, "decision", **fields, **why()).status_code == 303
    pages = {"queue", "search", "overdue", "second", "labels", "urgent"}
    before, counts = shown_in(app, head, tip)
    assert (before, counts[0]) == (pages, "1")

    recuse(head, tip)

    assert shown_in(app, head, tip) == (set(), ["0"] * len(counts))
    theirs, theirs_counted = shown_in(app, colleague, tip)
    assert (theirs, theirs_counted[0]) == (pages - {"overdue"}, "1")


def test_it_is_handed_out_neither_to_seal_it_anew_nor_in_bulk(app, recused, session):
    tip, member = recused()

    assert lines(preview(member, [tip], bulk_action="claim"), "不能做的") == {
        tip.reference: "这里没有这条线索。"
    }
    unit_id, reference = "police", tip.reference
    assert resealing.is_of_unit(session, unit_id, 0, reference)
    assert not resealing.is_of_unit(session, unit_id, member.staff.member_id, reference)


@pytest.mark.parametrize("way", ["assign", "bulk"])
def test_nobody_hands_it_to_them_and_nobody_is_told_why(app, recused, sign_in, fresh, way):
    tip, member = recused()
    dispatcher = sign_in("police-desk")
    to = member.staff.member_id

    if way == "assign":
        said = dispatcher.post(tip, "assign", to=to).json["error"]
    else:
        fields = {"tip": chosen(tip), "bulk_action": "assign", "to": to}
        said = lines(dispatcher.submit("/desk/assign/done", fields), "没有做的")[tip.reference]

    assert "不在本单位，或者不能打开" in said
    assert fresh(tip).claimed_by_id is None


def test_they_are_no_second_person_for_it(app, recused, colleague):
    tip, member = recused()
    colleague.post(tip, "decision", move_to="closed", reason="fabricated", **why())
    with app.app_context():
        row = db.reading.scalars(select(Countersign)).one()

    assert member.submit(f"/desk/second/{row.id}", {"agree": "yes"}).status_code == 403
    assert tip.reference not in member.get("/desk/second/").text


def test_where_all_others_have_a_part_in_it_nobody_is_left_to_ask(app, recused, sign_in):
    tip, _member = recused("police-2")
    recuse(sign_in("police-head"), tip)

    fields = {"move_to": "closed", "reason": "fabricated", **why()}
    answer = sign_in("police-1").post(tip, "decision", **fields)

    assert (answer.status_code, "没有第二个人" in answer.json["error"]) == (422, True)


def test_what_they_held_is_given_back_and_what_they_asked_for_lapses(
    app, desk, colleague, make_tip, fresh
):
    tip = make_tip()
    desk.post(tip, "claim")
    fields = {"move_to": "closed", "reason": "spam", **why()}
    assert desk.post(fresh(tip), "decision", **fields).status_code == 303

    recuse(desk, tip)

    with app.app_context():
        row = db.reading.scalars(select(Countersign)).one()
        assert (row.result, row.is_granted) == ("lapsed", False)
    assert fresh(tip).claimed_by_id is None
    # Colleagues read an ordinary line; nothing tells why.
    page = colleague.show(fresh(tip)).text
    assert "放回队列" in page
    assert "回避" not in page.replace("本单位要回避", "")  # a reason for passing a tip on


def test_the_head_alone_is_told_and_alone_undoes_it(app, recused, sign_in, colleague, desk):
    tip, member = recused()
    head = sign_in("police-head")
    (row,) = open_recusals(app)
    assert "回避" in head.get("/desk/").text
    page = head.get("/desk/recusals/").text
    assert "police-1" in page
    assert tip.reference in page
    assert colleague.get("/desk/recusals/").status_code == 403
    assert "/desk/recusals/" not in colleague.get("/desk/").text

    for who in (member, colleague, sign_in("custodian-1")):
        assert who.submit(f"/desk/recusals/{row.id}/lift", {}).status_code == 403
    assert head.submit(f"/desk/recusals/{row.id}/lift", {}).status_code == 303

    assert open_recusals(app) == []
    assert head.submit(f"/desk/recusals/{row.id}/lift", {}).status_code == 409
    assert member.show(tip).status_code == 200
    # They say anew that they have no part in it.
    assert member.get(f"/desk/tips/{tip.reference}/sealed.json").status_code == 422
    with app.app_context():
        told = AuditEvent.act.in_(["recused", "recusal_lifted"])
        query = select(AuditEvent.act, AuditEvent.by, AuditEvent.detail).where(told)
        acts = db.reading.execute(query.order_by(AuditEvent.number)).all()
    assert [tuple(line) for line in acts] == [
        ("recused", "police-1", ""),
        ("recusal_lifted", "police-head", "police-1"),
    ]


def test_a_heads_own_is_told_to_the_other_head_or_else_above_without_its_number(
    app, recused, sign_in, members, session
):
    tip, head = recused("police-head")
    (row,) = open_recusals(app)
    assert "police-head" not in head.get("/desk/recusals/").text.split("<main", 1)[1]
    assert head.submit(f"/desk/recusals/{row.id}/lift", {}).status_code == 403

    upper = add_bare_member(session, "upper-head", "upper", ["reviewer"])
    session.commit()
    told = told_to(session, app_state().district, staff_of(upper))
    assert [(one.name, one.unit_id, one.reference) for one in told] == [
        ("police-head", "police", "")
    ]
    other = add_bare_member(session, "other-head", "police", ["reviewer"])
    session.commit()
    assert told_to(session, app_state().district, staff_of(upper)) == []
    told = told_to(session, app_state().district, staff_of(other))
    assert [(one.name, one.reference) for one in told] == [("police-head", tip.reference)]


def staff_of(row):
    from admin.access.roles import Staff

    return Staff(row.id, row.name, row.unit_id, tuple(row.roles))


def test_pressing_it_twice_keeps_it_once(app, recused, desk):
    tip, member = recused()

    assert recuse(member, tip).status_code == 404
    assert len(open_recusals(app)) == 1


# Before the first opening.

OPENINGS = ("sealed.json", f"files/{'0' * 32}/0")


@pytest.mark.parametrize("path", OPENINGS)
def test_nobody_opens_a_tip_before_having_said_to_have_no_part_in_it(app, desk, make_tip, path):
    tip = make_tip(is_clear=False)
    where = f"/desk/tips/{tip.reference}/{path}"
    refused = desk.get(where)
    assert (refused.status_code, "有没有关系" in refused.json["error"]) == (422, True)
    with app.app_context():
        assert db.reading.scalars(select(AuditEvent).filter_by(act="opened")).all() == []

    for _twice in range(2):
        assert desk.post(tip, "clear").status_code == 200

    assert desk.get(where).status_code == (200 if path == "sealed.json" else 404)
    with app.app_context():
        lines = db.reading.scalars(select(AuditEvent).filter_by(act="cleared")).all()
        assert [(line.by, line.reference) for line in lines] == [("police-1", tip.reference)]


def test_it_is_remembered_of_this_member_and_this_tip_alone(app, desk, colleague, make_tip):
    tip, other = make_tip(is_clear=False), make_tip(is_clear=False)
    desk.post(tip, "clear")

    assert 'data-clear="yes"' in desk.show(tip).text
    assert 'data-clear="no"' in desk.show(other).text
    assert 'data-clear="no"' in colleague.show(tip).text
    with app.app_context():
        rows = db.reading.execute(
            select(TipReader.tip_id, Member.name, TipReader.messages).join(
                Member, Member.id == TipReader.member_id
            )
        ).all()
    assert [tuple(row) for row in rows] == [(tip.id, "police-1", None)]
