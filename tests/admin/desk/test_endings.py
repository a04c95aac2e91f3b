"""Which ends take two people, who the second one is, and what one alone can't do by any door."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from admin.db import db, today
from admin.desk import seconding
from admin.desk.reviews import read_reviews
from admin.members.grounds import Result
from admin.models import AuditEvent, Countersign, Member, Note, Recusal, Tip
from admin.tip.status import TipStatus
from admin.tip.urgency import Urgency

from .conftest import clear_for, why
from .queue.test_bulk import chosen, lines, preview

CLOSED = {"move_to": "closed"}
KNOWN = CLOSED | {"reason": "known"}
SPAM = CLOSED | {"reason": "spam"}
RECEIVED = TipStatus.RECEIVED


def test_one_officer_cannot_bury_a_danger_tip_that_nobody_opened(desk, make_tip, change, fresh):
    """Ticked, 当垃圾信息办结, pressed twice: closed and deleted in seven days, by one alone."""
    tip = make_tip(urgency=Urgency.P0, is_read=False)
    change(tip, danger_on=tip.received_on)
    fields = {"tip": chosen(fresh(tip)), "bulk_action": "spam"}

    for path in ("/desk/bulk", "/desk/bulk/done"):
        desk.submit(path, fields)
    desk.post(fresh(tip), "decision", **SPAM)
    desk.post(fresh(tip), "decision", **SPAM, **why())

    now = fresh(tip)
    assert (now.status, now.outcome, now.expires_on) == (RECEIVED, None, None)


# How the tip stands, what is decided, and the grounds for which a second person is asked.
TABLE = {
    "an ordinary end": ({}, KNOWN, ""),
    "of a tip that nobody opened": ({"is_read": False}, KNOWN, "unopened"),
    "of P0": ({"urgency": Urgency.P0}, KNOWN, "urgent"),
    "of P1": ({"urgency": Urgency.P1}, KNOWN, "urgent"),
    "of P1 that was graded down": ({"urgency": Urgency.P1, "eased": "P3"}, KNOWN, "urgent"),
    "of P3": ({"urgency": Urgency.P3}, KNOWN, ""),
    "of P2 that was graded down": ({"eased": "P3"}, KNOWN, ""),
    "of one who was in danger": ({"danger": True}, KNOWN, "danger"),
    "of a minor, as the browser says": ({}, KNOWN | {"minor": "yes"}, "minor"),
    "among others": ({}, KNOWN | {"mass": "yes"}, "mass"),
    "as made up": ({}, CLOSED | {"reason": "fabricated"}, "fabricated"),
    "as spam": ({}, SPAM, "early"),
    "as withdrawn": ({}, CLOSED | {"reason": "withdrawn"}, "early"),
    "as out of scope": ({}, {"move_to": "out_of_scope", "reason": "civil"}, "early"),
    "as spam, unopened, P0": (
        {"urgency": Urgency.P0, "is_read": False},
        SPAM,
        "unopened urgent early",
    ),
    "no end: taken up": (
        {"urgency": Urgency.P0},
        {"move_to": "accepted", "reason": "in_scope"},
        "",
    ),
}


@pytest.fixture
def made(make_tip, change, colleague, fresh):
    """Make a tip that stands as a row of a table says."""

    def make(*, eased="", danger=False, **values):
        tip = make_tip(**values)
        if danger:
            change(tip, danger_on=tip.received_on)
        if eased:
            assert colleague.post(fresh(tip), "urgency", urgency=eased).status_code == 303
        return fresh(tip)

    return make


def open_request(app, tip):
    with app.app_context():
        query = select(Countersign).where(
            Countersign.tip_id == tip.id, Countersign.settled_on.is_(None)
        )
        return db.reading.scalars(query).one_or_none()


@pytest.mark.parametrize("name", TABLE)
def test_each_end_is_decided_by_one_or_asked_for_with_its_grounds(app, desk, made, fresh, name):
    values, fields, grounds = TABLE[name]
    tip = made(**values)

    answer = desk.post(tip, "decision", **fields, **why())

    assert answer.status_code == 303
    row, now = open_request(app, tip), fresh(tip)
    if not grounds:
        assert (row, now.status) == (None, fields["move_to"])
        return
    assert (row.grounds, row.asked_by, row.second_unit_id) == (grounds, "police-1", "police")
    # Nothing has happened to the tip: its reporter reads 已收到, and its clocks run.
    assert (now.status, now.expires_on, now.version) == (RECEIVED, None, tip.version)
    assert (now.due_on, now.due_rule) == (tip.due_on, tip.due_rule)
    with app.app_context():
        note = db.reading.scalars(select(Note).where(Note.tip_id == tip.id)).one()
        assert (note.number, note.by, row.note) == (1, "police-1", 1)
        line = db.reading.scalars(select(AuditEvent).filter_by(act="second_asked")).one()
        assert (line.by, line.reference) == ("police-1", tip.reference)
        assert line.detail == f"close {fields['reason']} {grounds}"


@pytest.mark.parametrize(
    "name", [name for name, (_values, _fields, grounds) in TABLE.items() if grounds]
)
def test_without_a_sealed_reason_nothing_is_asked_for(app, desk, made, fresh, name):
    values, fields, _grounds = TABLE[name]
    tip = made(**values)

    answer = desk.post(tip, "decision", **fields)

    assert (answer.status_code, "请写明为什么" in answer.json["error"]) == (422, True)
    assert (open_request(app, tip), fresh(tip).status) == (None, RECEIVED)
    clear = desk.post(tip, "decision", **fields, number=1, sealed="为什么")
    assert clear.status_code == 422
    assert open_request(app, tip) is None


@pytest.fixture
def asked(desk, make_tip):
    """A tip whose end as spam police-1 has asked for."""
    tip = make_tip()
    assert desk.post(tip, "decision", **SPAM, **why()).status_code == 303
    return tip


def read(member, tip):
    assert member.get(f"/desk/tips/{tip.reference}/sealed.json").status_code == 200


def settle(app, member, tip, agree="yes"):
    return member.submit(f"/desk/second/{open_request(app, tip).id}", {"agree": agree})


def test_a_colleague_who_has_read_it_grants_it_in_the_name_of_who_asked(
    app, asked, colleague, fresh
):
    assert "请先打开看，再答" in settle(app, colleague, asked).text
    read(colleague, asked)
    page = colleague.show(asked).text
    assert "police-1 提了" in page
    assert 'data-note="1"' in page

    assert settle(app, colleague, asked).status_code == 303

    now = fresh(asked)
    assert (now.status, now.outcome, now.due_on) == (TipStatus.CLOSED, "spam", None)
    assert (now.expires_on - today()).days == 7
    assert now.decisions[-1].by == "police-1"
    with app.app_context():
        lines = db.reading.scalars(select(AuditEvent).filter_by(act="second_given")).all()
        assert [(line.by, line.reference) for line in lines] == [("police-2", asked.reference)]


# Who tries to grant it, after having read it where they can; and the answer.
SECONDS = {
    "police-1": 403,  # who asked
    "police-2": 303,
    "police-head": 303,
    "police-desk": 403,  # a dispatcher
    "registrar": 403,
    "drugs-1": 403,
    "custodian-1": 403,
    "admin": 403,
    "recused": 403,
}


@pytest.mark.table
@pytest.mark.parametrize("name", SECONDS)
def test_who_can_be_the_second_person(app, sign_in, asked, members, fresh, name):
    member = sign_in(name if name in members else "police-2")
    if name in ("police-1", "police-2", "police-head"):
        read(member, asked)
    with app.app_context():
        if name == "registrar":
            db.session.execute(
                update(Member).where(Member.name == "police-2").values(roles=["registrar"])
            )
        if name == "recused":
            db.session.add(
                Recusal(
                    tip_id=asked.id,
                    member_id=members["police-2"].member_id,
                    unit_id="police",
                    declared_on=today(),
                )
            )
        db.session.commit()

    answer = settle(app, member, asked)

    assert answer.status_code == SECONDS[name]
    assert fresh(asked).status == (TipStatus.CLOSED if SECONDS[name] == 303 else RECEIVED)


def bump(change, tip):
    """A reporter's message comes: the talk is longer, and pages are stale."""
    change(tip, talk_length=1, version=tip.version + 1)


@pytest.mark.parametrize("is_read_again", [False, True])
def test_what_came_since_is_neither_closed_unread_nor_closed_at_all(
    app, asked, colleague, change, fresh, is_read_again
):
    read(colleague, asked)
    bump(change, asked)
    if is_read_again:
        read(colleague, asked)

    answer = settle(app, colleague, asked)

    assert answer.status_code == 409
    assert ("后来变过了" if is_read_again else "后来又有新的话") in answer.text
    assert (open_request(app, asked) is None) is is_read_again
    assert fresh(asked).status is RECEIVED


def test_who_read_it_before_the_reason_was_written_reads_it_again(app, make_tip, desk, colleague):
    tip = make_tip()
    read(colleague, tip)
    desk.post(tip, "decision", **SPAM, **why())

    assert settle(app, colleague, tip).status_code == 409
    read(colleague, tip)
    assert settle(app, colleague, tip).status_code == 303


# What becomes of who asked, until somebody grants it.
GONE = {
    "shut out": {"suspended_on": today()},
    "no judge any more": {"roles": ["registrar"]},
}


@pytest.mark.parametrize("name", GONE)
def test_what_nobody_stands_behind_any_more_is_not_done(app, asked, colleague, fresh, name):
    read(colleague, asked)
    with app.app_context():
        db.session.execute(update(Member).where(Member.name == "police-1").values(**GONE[name]))
        db.session.commit()

    assert settle(app, colleague, asked).status_code == 409

    assert (fresh(asked).status, open_request(app, asked)) == (RECEIVED, None)


def test_two_who_grant_it_at_once_end_it_once(app, asked, colleague, sign_in, fresh):
    head = sign_in("police-head")
    for member in (colleague, head):
        read(member, asked)
    request_id = open_request(app, asked).id
    tokens = [member.token() for member in (colleague, head)]

    def grant(member, token):
        return member.client.post(
            f"/desk/second/{request_id}",
            data={"csrf_token": token, "agree": "yes"},
            base_url=member.base_url,
        ).status_code

    with ThreadPoolExecutor(2) as pool:
        found = sorted(pool.map(grant, (colleague, head), tokens))

    assert found == [303, 409]
    assert [row.event.code for row in fresh(asked).decisions][-1:] == ["spam"]
    assert [row.event.code for row in fresh(asked).decisions].count("spam") == 1


def test_who_does_not_agree_is_named_on_the_page_and_the_tip_goes_on(
    app, asked, desk, colleague, fresh
):
    assert settle(app, colleague, asked, "no").status_code == 303

    assert "police-2 没有同意：测试或垃圾信息" in desk.show(asked).text
    assert fresh(asked).status is RECEIVED
    assert desk.post(fresh(asked), "decision", **SPAM, **why(2)).status_code == 303
    assert "没有同意" not in desk.show(asked).text


def test_a_unit_with_one_reader_is_told_that_it_needs_a_second(app, sign_in, make_tip, fresh):
    """The unit above may be the one that the reporter excluded: it is not asked."""
    tip = make_tip("drugs")

    answer = sign_in("drugs-1").post(tip, "decision", **SPAM, **why())

    assert answer.status_code == 422
    assert "现在没有第二个人" in answer.json["error"]
    assert (open_request(app, tip), fresh(tip).status) == (None, RECEIVED)


def test_what_nobody_answers_is_told_to_the_head(app, asked, sign_in, change):
    head = sign_in("police-head")
    assert "late-asks" not in head.get("/desk/overdue/").text
    assert asked.reference in head.get("/desk/second/").text
    with app.app_context():
        late = today() - timedelta(days=4)
        db.session.execute(update(Countersign).values(asked_on=late))
        db.session.commit()

    page = head.get("/desk/overdue/").text

    assert re.search(rf'id="late-asks".*{asked.reference}', page, re.S)
    assert "好几天没人答" in head.get("/desk/second/").text


def test_an_urgent_duplicate_is_merged_by_two(app, desk, colleague, make_tip, fresh):
    tip, into = make_tip(urgency=Urgency.P1), make_tip()
    fields = {"other": into.reference}
    assert desk.post(tip, "merge", **fields).status_code == 422
    assert desk.post(tip, "merge", **fields, **why()).status_code == 303
    assert fresh(tip).status is RECEIVED
    read(colleague, tip)

    assert settle(app, colleague, tip).status_code == 303

    now = fresh(tip)
    assert (now.status, now.outcome, now.merged_into_id) == (TipStatus.CLOSED, "duplicate", into.id)


# What a tip chosen for a mass end is, and what is said of it.
MASS = {
    "P0": ({"urgency": Urgency.P0}, "可能有人有危险"),
    "P1": ({"urgency": Urgency.P1}, "可能有人有危险"),
    "P1 graded down": ({"urgency": Urgency.P1, "eased": "P3"}, "可能有人有危险"),
    "danger": ({"danger": True}, "可能有人有危险"),
    "unopened": ({"is_read": False}, "您还没有打开看过"),
    "ordinary": ({}, ""),
}


@pytest.mark.parametrize("name", MASS)
def test_a_mass_end_is_only_asked_for_and_never_of_what_has_danger_in_it(
    app, desk, made, fresh, name
):
    values, said = MASS[name]
    tip = made(**values)

    page = preview(desk, [tip], bulk_action="spam")

    assert said in lines(page, "不能做的").get(tip.reference, "")
    assert (tip.reference in lines(page, "会这样做")) is (not said)
    done = desk.submit("/desk/bulk/done", {"tip": chosen(tip), "bulk_action": "spam"})
    assert tip.reference in lines(done, "没有做的")
    assert (fresh(tip).status, open_request(app, tip)) == (RECEIVED, None)


@pytest.fixture
def ended(monkeypatch, desk, make_tip):
    """A tip that police-1 ended alone, and that was drawn for a second look."""
    monkeypatch.setattr(seconding, "is_drawn", lambda _percent: True)
    tip = make_tip()
    assert desk.post(tip, "decision", **KNOWN).status_code == 303
    return tip


REVIEWED = {
    "yes": (Result.AGREED, TipStatus.CLOSED),
    "no": (Result.RECORDED, TipStatus.CLOSED),
    "reopen": (Result.REOPENED, TipStatus.ACCEPTED),
}


@pytest.mark.parametrize("said", REVIEWED)
def test_a_drawn_end_is_looked_over_by_a_colleague_who_has_read_it(
    app, ended, desk, colleague, fresh, said
):
    result, status = REVIEWED[said]
    assert settle(app, desk, ended, said).status_code == 403
    with app.app_context():
        db.session.execute(update(Tip).values(talk_length=1))
        db.session.commit()
    assert settle(app, colleague, ended, said).status_code == 409
    assert "抽到复查" in colleague.show(ended).text
    read(colleague, ended)

    assert settle(app, colleague, ended, said).status_code == 303

    assert fresh(ended).status is status
    with app.app_context():
        counted = read_reviews(db.reading, "police", day=today(), answer_days=3, since=today())
        other = read_reviews(db.reading, "drugs", day=today(), answer_days=3, since=today())
    assert (counted.results, counted.to_review, counted.asked) == ({result: 1}, 0, 0)
    assert (other.results, other.to_review) == ({}, 0)


def test_what_waits_is_counted_for_the_unit_and_not_by_member(app, asked, ended):
    with app.app_context():
        days = {"day": today() + timedelta(days=4), "answer_days": 3, "since": today()}
        counted = read_reviews(db.reading, "police", **days)

    assert (counted.asked, counted.late, counted.to_review) == (1, 1, 1)
    assert counted.oldest == today()


def test_an_end_that_was_undone_meanwhile_is_not_looked_over(app, ended, desk, colleague, fresh):
    desk.post(fresh(ended), "decision", move_to="accepted", reason="reopened")
    read(colleague, ended)

    assert settle(app, colleague, ended, "reopen").status_code == 409

    assert open_request(app, ended) is None
    assert "抽到复查" not in colleague.show(ended).text


def test_a_new_request_takes_the_place_of_a_look_that_nobody_had(app, ended, desk, fresh):
    desk.post(fresh(ended), "decision", move_to="accepted", reason="reopened")

    assert desk.post(fresh(ended), "decision", **SPAM, **why()).status_code == 303

    assert open_request(app, ended).kind == "close"


@pytest.mark.parametrize(
    ("percent", "dice", "drawn"), [(10, 9, True), (10, 10, False), (0, 0, False)]
)
def test_the_sample_is_drawn_by_the_rate(monkeypatch, percent, dice, drawn):
    monkeypatch.undo()
    monkeypatch.setattr("secrets.randbelow", lambda _most: dice)

    assert seconding.is_drawn(percent) is drawn


def test_what_takes_two_is_not_drawn_for_a_third(app, monkeypatch, asked, colleague):
    monkeypatch.setattr(seconding, "is_drawn", lambda _percent: True)
    read(colleague, asked)
    settle(app, colleague, asked)

    assert open_request(app, asked) is None


def test_a_member_who_comes_later_reads_it_like_all_others(app, asked, sign_in):
    """Nobody is the second person by what a colleague has read."""
    head = sign_in("police-head")
    clear_for(app, members=[head.staff.member_id])

    assert settle(app, head, asked).status_code == 409
