"""What becomes of a package: each step by a request, and what the reporter reads of it."""

import json
from datetime import timedelta
from html import unescape

import pytest
from sqlalchemy import select, update

from admin.db import db, today
from admin.mailbox import words
from admin.models import ClockEvent, Decision, Member, Note, Referral, Tip
from admin.tip.events import EventKind
from admin.tip.status import TipStatus
from admin.vault import expiry
from admin.vault.conversation import read_talk
from tests.admin.desk.conftest import why

from .test_referral import rows_of


@pytest.fixture
def reads(app):
    """What the reporter reads: where the tip stands, and which way it went."""

    def read(tip):
        with app.test_request_context("/desk/"):
            row = db.reading.get_one(Tip, tip.id)
            told = words.way_out(row, read_talk(db.reading, tip.id))
            return str(words.STATUS_WORDS[row.status]), told

    return read


def test_the_reporter_reads_referred_only_once_it_left_and_each_step_after_it_truly(
    app, desk, accepted, referrer, reads, fresh
):
    """转办 moves nothing, the reporter reads 已转有关机关: staff.md, critical 4."""
    tip = accepted()
    number = referrer.make(desk, tip).json["referral"]
    assert reads(tip) == ("已受理", "")

    referrer.step(desk, tip, number, "handed-over", way="courier")
    status, told = reads(tip)
    assert status == "已转有关机关"
    assert "转给了有关机关，等它答复" in told
    assert fresh(tip).outcome == "to_department"

    referrer.step(desk, tip, number, "slip", **why())
    referrer.step(desk, tip, number, "chased")
    assert reads(tip) == (status, told)

    referrer.step(desk, tip, number, "back", why="not_theirs", **why(2))
    status, told = reads(tip)
    assert status == "已受理"
    assert "有关机关退回来了" in told
    assert fresh(tip).outcome is None
    [row] = rows_of(app, tip)
    assert (row.slip_note, row.end_note, row.end, row.why) == (1, 2, "back", "not_theirs")
    assert "市场" not in told


def test_a_result_is_entered_and_the_tip_is_ended_by_a_decision_of_its_own(
    app, desk, accepted, referrer, reads, fresh
):
    tip = accepted()
    number = referrer.send(desk, tip)

    early = desk.post(fresh(tip), "decision", move_to="closed", reason="known")
    assert early.status_code == 422
    assert "还有转给外单位的材料没有结果" in early.json["error"]

    assert referrer.step(desk, tip, number, "result", why="substantiated").status_code == 303
    assert reads(tip)[0] == "已转有关机关"
    assert "有关机关有了答复" in reads(tip)[1]
    ended = desk.post(fresh(tip), "decision", move_to="closed", reason="substantiated")
    assert ended.status_code == 303
    page = desk.show(tip).text
    for line in (
        "做好了转给示例县市场监督管理局的材料",
        "把材料送出，转给示例县市场监督管理局",
        "示例县市场监督管理局告知结果：查实",
    ):
        assert line in page, line


def test_what_came_back_from_one_organ_is_referred_to_the_next_with_a_number_of_its_own(
    app, desk, accepted, referrer, reads, fresh
):
    tip = accepted()
    first = referrer.send(desk, tip)
    second = referrer.send(desk, tip, "transport")
    referrer.step(desk, tip, first, "back", why="not_theirs")
    # The other organ has it still.
    assert reads(tip)[0] == "已转有关机关"
    referrer.step(desk, tip, second, "unanswered")
    assert "一直没有答复" in reads(tip)[1]
    third = referrer.send(desk, tip)

    assert [row.serial for row in rows_of(app, tip)] == [1, 2, 3]
    assert str(rows_of(app, tip)[-1].id) == third


# What stands, what is posted, and the answer: a step that does not fit is refused in each state.
FITS = {
    "made": {"handed-over", "dropped"},
    "sent": {"slip", "chased", "back", "result", "unanswered"},
    "slipped": {"chased", "back", "result", "unanswered"},
    "dropped": set(),
    "back": set(),
    "result": set(),
    "unanswered": set(),
}
FIELDS = {"handed-over": {"way": "post"}, "back": {"why": "too_little"}, "result": {"why": "known"}}
STEPS = ("handed-over", "dropped", "slip", "chased", "back", "result", "unanswered")


@pytest.mark.table
@pytest.mark.parametrize("state", FITS)
def test_each_step_fits_some_states_of_a_package_and_no_other(app, desk, accepted, referrer, state):
    def standing():
        tip = accepted()
        number = referrer.make(desk, tip).json["referral"]
        if state not in ("made", "dropped"):
            referrer.step(desk, tip, number, "handed-over", way="post")
        if state not in ("made", "sent"):
            before = {"slipped": "slip"}.get(state, state)
            referrer.step(desk, tip, number, before, **FIELDS.get(before, {}))
        return tip, number

    wrong = {}
    # What is refused changes nothing, so that the next is tried on the same one.
    tip, number = standing()
    for act in sorted(STEPS, key=lambda act: act in FITS[state]):
        answer = referrer.step(desk, tip, number, act, **FIELDS.get(act, {}))

        if answer.status_code != (303 if act in FITS[state] else 422):
            wrong[act] = (answer.status_code, answer.json)
        if answer.status_code == 303:
            tip, number = standing()
    assert not wrong


@pytest.mark.parametrize(
    ("act", "fields", "field"),
    [
        ("handed-over", {"way": "pigeon"}, "way"),
        ("handed-over", {"way": "post", "day": "gestern"}, "day"),
        ("handed-over", {"way": "post", "days": 1}, "day"),
        ("handed-over", {"way": "post", "days": -1}, "day"),
    ],
)
def test_what_does_not_fit_a_form_is_told_at_its_field(
    app, desk, accepted, referrer, act, fields, field
):
    tip = accepted()
    number = referrer.make(desk, tip).json["referral"]
    fields = dict(fields)
    if "days" in fields:
        fields["day"] = (today() + timedelta(days=fields.pop("days"))).isoformat()

    answer = referrer.step(desk, tip, number, act, **fields)

    assert answer.status_code == 422
    assert list(answer.json["errors"]) == [field]


def test_a_reason_that_belongs_to_another_end_is_refused(desk, accepted, referrer):
    tip = accepted()
    number = referrer.send(desk, tip)

    for act, code in (("back", "substantiated"), ("result", "not_theirs"), ("result", "spam")):
        answer = referrer.step(desk, tip, number, act, why=code)
        assert (answer.status_code, list(answer.json["errors"])) == (422, ["why"]), code


def read_record(member, tip, number):
    return member.get(f"/desk/tips/{tip.reference}/referral/{number}/record.json")


def test_a_package_of_another_tip_is_as_unknown_as_none(desk, accepted, referrer, sign_in):
    tip, other = accepted(), accepted()
    number = referrer.make(desk, tip).json["referral"]

    assert referrer.step(desk, other, number, "dropped").status_code == 404
    assert read_record(desk, other, number).status_code == 404
    drugs = sign_in("drugs-1")
    version = str(tip.version)
    path = f"referral/{number}/dropped"
    assert drugs.post_with(drugs.token(), tip, path, version=version).status_code == 404


# Who may do what: the act of each step, tried by each role.
ROLES = ("registrar", "analyst", "reviewer", "custodian", "dispatcher")
BY_READERS = {"slip", "chased"}


@pytest.mark.table
@pytest.mark.parametrize("role", ROLES)
def test_each_step_is_done_by_the_roles_of_its_act(app, desk, colleague, accepted, referrer, role):
    made, wrong = [], {}
    for _step in STEPS:
        tip = accepted()
        made.append((tip, referrer.make(desk, tip).json["referral"]))
    for (tip, number), act in zip(made, STEPS, strict=True):
        if act not in ("handed-over", "dropped"):
            referrer.step(desk, tip, number, "handed-over", way="post")
    with app.app_context():
        db.session.execute(update(Member).filter_by(name="police-2").values(roles=[role]))
        db.session.commit()
    for (tip, number), act in zip(made, STEPS, strict=True):
        may = role != "dispatcher" and (role != "registrar" or act in BY_READERS)
        version = referrer.version(desk, tip)
        fields = {"version": version} | FIELDS.get(act, {})

        answer = referrer.step(colleague, tip, number, act, **fields)

        if answer.status_code != (303 if may else 403):
            wrong[act] = (answer.status_code, answer.json)
    assert not wrong


def test_two_who_note_a_step_at_once_and_the_second_is_told(desk, colleague, accepted, referrer):
    tip = accepted()
    number = referrer.send(desk, tip)
    seen = referrer.version(colleague, tip)

    assert referrer.step(desk, tip, number, "back", why="not_theirs").status_code == 303
    late = referrer.step(colleague, tip, number, "result", why="known", version=seen)

    assert late.status_code == 409
    assert late.json["events"][0]["what"] == "示例县市场监督管理局退回：不归该机关管"


def test_the_record_goes_with_the_words(app, desk, accepted, referrer, change):
    tip = accepted()
    number = referrer.send(desk, tip)
    referrer.step(desk, tip, number, "result", why="known")
    with app.app_context():
        assert db.reading.scalars(select(Note.kind).where(Note.tip_id == tip.id)).all() == [
            "record"
        ]
    change(tip, is_open=False, status=TipStatus.CLOSED, expires_on=today())
    with app.app_context():
        assert expiry.sweep(db.session)["tips"] == 1
        db.session.commit()
        assert db.reading.scalars(select(Note).where(Note.tip_id == tip.id)).all() == []
        assert db.reading.scalars(select(Referral.end)).all() == ["result"]
    assert read_record(desk, tip, number).status_code == 404


def test_an_open_package_keeps_a_tip_from_every_end(app, desk, accepted, referrer, fresh, make_tip):
    tip, other = accepted(), make_tip()
    number = referrer.make(desk, tip).json["referral"]

    ways = {
        "closed": {"move_to": "closed", "reason": "known"},
        "asked for": {"move_to": "closed", "reason": "spam", **why()},
        "elsewhere": {"move_to": "out_of_scope", "reason": "civil", **why()},
    }
    for name, fields in ways.items():
        answer = desk.post(fresh(tip), "decision", **fields)
        assert answer.status_code == 422, name
        assert "没有结果" in answer.json["error"], name
    merged = desk.post(fresh(tip), "merge", other=other.reference)
    assert (merged.status_code, "没有结果" in merged.json["error"]) == (422, True)

    referrer.step(desk, tip, number, "dropped")
    assert desk.post(fresh(tip), "decision", **ways["closed"]).status_code == 303
    with app.app_context():
        kinds = db.reading.scalars(
            select(Decision.kind).where(Decision.tip_id == tip.id).order_by(Decision.step)
        ).all()
        assert EventKind.REFERRAL_DROPPED in kinds


def test_heads_read_how_many_wait_and_the_case_file_tells_each_step(
    app, desk, sign_in, accepted, referrer, change
):
    tip, hidden = accepted(), accepted()
    made, out = referrer.make(desk, tip).json["referral"], referrer.send(desk, tip, "transport")
    referrer.send(desk, hidden)
    head = sign_in("police-head")
    head.submit(f"/desk/tips/{hidden.reference}/recusal", {})

    page = head.get("/desk/backlog/").text

    assert "做好了还没有送出的 1 份" in page
    assert f"送出了等结果的 1 份，最早的 {today()} 送出；还没有回执的 1 份" in page
    referrer.step(desk, tip, made, "dropped")
    referrer.step(desk, tip, out, "unanswered")
    assert "没有等着送出的，也没有等结果的" in head.get("/desk/backlog/").text
    case = unescape(desk.get(f"/desk/tips/{tip.reference}/case-file").text)
    facts = json.loads(case[case.index('data-facts="') + 12 : case.index('" data-words')])
    told = [line for _day, line in facts["history"]]
    for line in ("做好了转给示例县市场监督管理局的材料", "不再等示例县交通运输局答复"):
        assert f"police-1 {line}" in told, told


def test_more_is_sent_to_the_same_organ_and_one_answer_is_waited_for(
    app, desk, accepted, referrer, reads, change
):
    tip = accepted()
    first = referrer.send(desk, tip)
    referrer.step(desk, tip, first, "slip")
    change(tip, lambda session, row: session.add(told_of(row, "slip")))
    change(tip, lambda session, row: session.add(told_of(row, "scope")))

    second = referrer.send(desk, tip)

    older, newer = rows_of(app, tip)
    assert (older.end, newer.end) == ("replaced", None)
    assert reads(tip)[0] == "已转有关机关"
    # The slip of what was sent anew is urged anew, and nothing else.
    with app.app_context():
        assert db.reading.scalars(select(ClockEvent.rule)).all() == ["scope"]
        assert db.reading.scalars(select(Tip.due_rule)).one() == "slip"
    assert referrer.step(desk, tip, first, "result", why="known").status_code == 422
    assert referrer.step(desk, tip, second, "result", why="known").status_code == 303
    assert "又补送了一份，一起等答复" in desk.show(tip).text


def told_of(tip, rule):
    return ClockEvent(tip_id=tip.id, rule=rule, level="holder", fired_on=today())


def test_the_unit_to_which_a_tip_went_settles_what_the_one_before_sent(
    app, desk, drugs, passer, accepted, referrer, fresh
):
    tip = accepted()
    number = referrer.send(desk, tip)
    assert passer.pass_on(desk, fresh(tip), "drugs").json == {"passed": True}
    drugs.post(fresh(tip), "clear")
    version = str(fresh(tip).version)

    early = referrer.step(drugs, tip, number, "result", why="known", version=version)
    assert (early.status_code, "先接收" in early.json["error"]) == (422, True)
    assert passer.take_over(drugs, fresh(tip)).json == {"taken": True}
    version = str(fresh(tip).version)
    done = referrer.step(drugs, tip, number, "result", why="known", version=version)

    assert done.status_code == 303, done.json
    [row] = rows_of(app, tip)
    assert (row.unit_id, row.settled_by) == ("police", "drugs-1")
