"""A hold takes two people: who may ask, grant and release when, what it keeps, and how long."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from admin.access.roles import Staff
from admin.app_state import app_state
from admin.db import db, set_today, today
from admin.desk.deadlines.overdue import leaving_soon
from admin.desk.holds import services
from admin.desk.holds.listing import held_tips
from admin.desk.holds.services import Wish
from admin.models import AuditEvent, HoldKind, HoldStep, Member, Note, RetentionLine, Tip
from admin.tip.status import TipStatus
from admin.vault.expiry import sweep
from admin.vault.retention.holding import words_go_on
from tests.tip_events import codes

ANALYST, HEAD = "police-1", "police-head"
PAST_ALL = 10_000


def in_days(number):
    return today() + timedelta(days=number)


def wish(days=30, **more):
    return {"reason": "case", "authority": "court", "until": in_days(days).isoformat(), **more}


@pytest.fixture(autouse=True)
def true_day_again():
    yield
    set_today(None)


@pytest.fixture
def step_of(app):
    """Read the last step of a tip's holds, as it is stored now."""

    def read(tip):
        with app.app_context():
            query = select(HoldStep).where(HoldStep.tip_id == tip.id)
            return db.reading.scalars(query.order_by(HoldStep.number.desc())).first()

    return read


@pytest.fixture
def held_until(app):
    def read(tip):
        with app.app_context():
            return db.reading.execute(select(Tip.held_until).filter_by(id=tip.id)).scalar_one()

    return read


@pytest.fixture
def say(fresh, step_of):
    """Answer what waits at a tip as somebody; gives the answer's status."""

    def said(who, tip, agree="yes", **more):
        step = step_of(tip)
        fields = {"step": step.number if step else 1, "agree": agree, **more}
        return who.post(fresh(tip), "hold/answer", **fields).status_code

    return said


@pytest.fixture
def state(change, sign_in, second_head, fresh, say):
    """Bring a tip into a state by the pages, as other people than those of the table."""

    def brought(tip, name):
        other, granting = sign_in("police-2"), sign_in(second_head)
        if name == "purged":
            change(tip, status=TipStatus.PURGED, is_open=False, sealed=None)
        if name in ("asked", "held", "release asked"):
            assert other.post(fresh(tip), "hold", **wish()).status_code == 303
        if name in ("held", "release asked"):
            assert say(granting, tip) == 303
        if name == "release asked":
            assert other.post(fresh(tip), "hold/release").status_code == 303

    return brought


STATES = ("free", "asked", "held", "release asked", "purged")
PEOPLE = ("police-desk", ANALYST, HEAD, "drugs-1", "custodian-1")
# Of each state, what each of these people is answered who asks for a hold, for its end, and who
# grants: the dispatcher is no judge, an analyst no head, and what lies elsewhere is not there.
ANSWERS = {
    "free": {
        "hold": (403, 303, 303),
        "hold/release": (403, 422, 422),
        "hold/answer": (403, 403, 409),
    },
    "asked": {
        "hold": (403, 303, 303),
        "hold/release": (403, 422, 422),
        "hold/answer": (403, 403, 303),
    },
    "held": {
        "hold": (403, 303, 303),
        "hold/release": (403, 303, 303),
        "hold/answer": (403, 403, 409),
    },
    "release asked": {
        "hold": (403, 303, 303),
        "hold/release": (403, 303, 303),
        "hold/answer": (403, 403, 303),
    },
    "purged": {
        "hold": (403, 422, 422),
        "hold/release": (403, 422, 422),
        "hold/answer": (403, 403, 409),
    },
}
ELSEWHERE = {"hold": (404, 404), "hold/release": (404, 404), "hold/answer": (403, 404)}
CELLS = [
    (name, act, who, code)
    for name in STATES
    for act in ELSEWHERE
    for who, code in zip(PEOPLE, (*ANSWERS[name][act], *ELSEWHERE[act]), strict=True)
]


@pytest.mark.parametrize(("name", "act", "who", "code"), CELLS)
def test_who_may_do_what_in_which_state(
    sign_in, state, tip, fresh, say, step_of, held_until, name, act, who, code
):
    state(tip, name)
    before, until = step_of(tip), held_until(tip)
    person = sign_in(who)

    if act == "hold/answer":
        found = say(person, tip)
    else:
        found = person.post(fresh(tip), act, **(wish(40) if act == "hold" else {})).status_code

    assert found == code
    after = step_of(tip)
    if code != 303:
        assert (
            (after.number, after.asked_by, after.settled_by)
            == ((before.number, before.asked_by, before.settled_by) if before else (None,) * 3)
            if after
            else before is None
        )
        assert held_until(tip) == until


def test_one_person_never_plays_both_however_they_try(
    sign_in, second_head, tip, fresh, say, held_until
):
    head = sign_in(HEAD)
    assert head.post(fresh(tip), "hold", **wish()).status_code == 303

    refused = head.post(fresh(tip), "hold/answer", step=1, agree="yes")

    assert refused.status_code == 422
    assert "要另一位负责人来答" in refused.json["error"]
    # To ask anew in the place of a colleague makes it one's own request.
    assert sign_in("police-1").post(fresh(tip), "hold", **wish()).status_code == 303
    assert head.post(fresh(tip), "hold", **wish()).status_code == 303
    assert say(head, tip) == 422
    assert held_until(tip) is None
    assert say(sign_in(second_head), tip) == 303
    assert held_until(tip) == in_days(30)


def test_a_units_only_head_cannot_ask_and_is_told_who_can(sign_in, tip, fresh, step_of):
    answer = sign_in(HEAD).post(fresh(tip), "hold", **wish())

    assert answer.status_code == 422
    assert "请让不是负责人的同事来提" in answer.json["error"]
    assert step_of(tip) is None


WRONG = {
    "reason": ["", "because", "court"],
    "authority": ["", "case", "mayor"],
    "until": ["", "soon", "0", "-1", "181"],
}


@pytest.mark.parametrize(("field", "value"), [(f, v) for f, vs in WRONG.items() for v in vs])
def test_what_no_list_has_and_a_day_that_no_hold_may_have_is_refused(
    desk, members, tip, step_of, field, value
):
    given = in_days(int(value)).isoformat() if value.lstrip("-").isdigit() else value

    answer = desk.post(tip, "hold", **wish(**{field: given}))

    assert answer.status_code == 422
    assert list(answer.json["errors"]) == [field]
    assert step_of(tip) is None


def test_the_longest_hold_is_as_long_as_the_list_says(desk, tip, step_of):
    assert desk.post(tip, "hold", **wish(180)).status_code == 303

    assert step_of(tip).until == in_days(180)


@pytest.mark.parametrize("act", ["hold", "hold/release", "hold/answer"])
def test_of_two_at_once_the_second_is_told_and_nothing_is_lost(
    sign_in, state, tip, fresh, second_head, step_of, act
):
    state(tip, "release asked")
    seen = fresh(tip)
    assert sign_in("police-1").post(seen, "hold", **wish(40)).status_code == 303
    before = step_of(tip)

    late = sign_in(HEAD).post(seen, act, **wish(50), step=before.number - 1, agree="yes")

    assert late.status_code == 409
    assert "刚刚有人动过" in late.json["error"]
    assert "申请保全" in late.json["events"][0]["what"]
    assert step_of(tip).until == before.until == in_days(40)


def test_an_answer_to_what_was_asked_before_does_not_meet_what_is_asked_now(
    sign_in, second_head, tip, fresh, step_of, held_until
):
    """The page learns the new version by a conflict, but the answer was to the older request."""
    sign_in("police-1").post(fresh(tip), "hold", **wish(10))
    old = step_of(tip).number
    sign_in("police-2").post(fresh(tip), "hold", **wish(170))

    assert sign_in(HEAD).post(fresh(tip), "hold/answer", step=old, agree="yes").status_code == 409
    assert held_until(tip) is None


def test_what_is_done_stands_in_the_history_and_in_the_log_in_plain_words(
    app, sign_in, second_head, tip, fresh, say, state
):
    state(tip, "release asked")
    assert say(sign_in(HEAD), tip, "no") == 303

    with app.app_context():
        assert codes(db.session) == [
            *("hold_asked_case", "hold_set_case", "release_asked_case", "hold_refused_case")
        ]
        lines = db.session.scalars(
            select(AuditEvent).filter_by(act="acted", reference=tip.reference)
        )
        assert [(line.by, line.detail.split(" ")[0]) for line in lines] == [
            ("police-2", "hold_asked_case"),
            (second_head, "hold_set_case"),
            ("police-2", "release_asked_case"),
            (HEAD, "hold_refused_case"),
        ]


# The services, under the clock.


@pytest.fixture
def unit(session, units, members, second_head):
    """The two people of each test: who asks, and who grants."""
    return {name: members[name] for name in (ANALYST, HEAD, second_head)}


@pytest.fixture
def hold(session, unit):
    """Hold a tip for some days, by two people."""

    def held(tip, days=30):
        services.ask_to_hold(
            session, tip, Wish("case", "court", in_days(days)), actor=unit[ANALYST]
        )
        grant(session, tip, unit[HEAD])

    return held


def grant(session, tip, actor, *, is_granted=True):
    step = services.waiting(session, tip.id)
    services.answer(session, tip, step.number, is_granted=is_granted, actor=actor)
    session.flush()


@pytest.fixture
def row(session, make_tip, unit):
    """Store a tip that has ended, with the day on which its words go; gives its row."""

    def made(days=0, **more):
        tip = session.get_one(Tip, make_tip().id)
        values = {"status": TipStatus.CLOSED, "is_open": False, "expires_on": in_days(days)}
        for name, value in (values | more).items():
            setattr(tip, name, value)
        session.commit()
        return tip

    return made


def sealed_of(session, tip):
    return session.execute(select(Tip.sealed).where(Tip.id == tip.id)).scalar_one()


def test_what_is_held_stays_until_the_day_after_its_last_and_no_longer(session, row, hold):
    tip = row()
    session.add(Note(tip_id=tip.id, number=1, kind="note", by="ada", written_at=1, sealed=b"n"))
    hold(tip, 30)

    assert words_go_on(session, tip) == in_days(31)
    assert sweep(session, in_days(30))["tips"] == 0
    assert sealed_of(session, tip)
    assert sweep(session, in_days(31))["tips"] == 1
    assert sealed_of(session, tip) is None
    assert session.scalar(select(func.count()).select_from(Note)) == 0


def test_a_hold_that_ends_before_the_words_own_day_changes_nothing(session, row, hold):
    tip = row(90)
    hold(tip, 30)

    assert words_go_on(session, tip) == in_days(90)
    assert sweep(session, in_days(89))["tips"] == 0
    assert sweep(session, in_days(90))["tips"] == 1


def test_a_hold_keeps_what_was_merged_into_its_tip_too(session, row, hold):
    head, merged, other = row(), row(), row()
    merged.merged_into_id = head.id
    hold(head, 30)

    assert sweep(session, in_days(30))["tips"] == 1
    assert sealed_of(session, other) is None
    assert sealed_of(session, head)
    assert sealed_of(session, merged)
    assert words_go_on(session, merged) == in_days(31)
    assert sweep(session, in_days(31))["tips"] == 2


def test_a_hold_goes_along_with_its_tip_to_another_unit(session, row, hold):
    tip = row()
    hold(tip, 30)
    tip.unit_id = "drugs"
    session.commit()

    assert sweep(session, in_days(30))["tips"] == 0
    assert services.current(session, tip).reason == "case"
    # From now on the heads of that unit answer.
    with pytest.raises(services.NoOtherHead):
        services.ask_to_release(session, tip, actor=Staff(1, "drugs-1", "drugs", ("analyst",)))


def test_a_tip_of_the_lane_leaves_it_once_a_hold_is_asked_for(session, row, unit):
    tip = row(3, status=TipStatus.RECEIVED, is_open=True, machine_unit="police")

    services.ask_to_hold(session, tip, Wish("case", "own", in_days(9)), actor=unit[ANALYST])

    assert (tip.machine_unit, tip.expires_on) == (None, None)


def test_a_request_keeps_the_words_for_some_days_and_not_for_ever(session, row, unit):
    tip = row()
    days = app_state().district.holds.asked_days
    services.ask_to_hold(session, tip, Wish("case", "own", in_days(90)), actor=unit[ANALYST])
    session.commit()

    assert words_go_on(session, tip) == in_days(days)
    assert sweep(session, in_days(days - 1))["tips"] == 0
    # Asking once more does not start the days anew: one alone keeps nothing for ever.
    set_today(in_days(days - 1))
    services.ask_to_hold(session, tip, Wish("case", "own", in_days(90)), actor=unit[ANALYST])
    session.commit()
    set_today(None)
    assert sweep(session, in_days(days))["tips"] == 1


def test_a_refused_request_keeps_nothing(session, row, unit):
    tip = row()
    services.ask_to_hold(session, tip, Wish("case", "own", in_days(90)), actor=unit[ANALYST])
    grant(session, tip, unit[HEAD], is_granted=False)

    assert sweep(session)["tips"] == 1


def test_a_hold_is_renewed_by_two_people_again(session, row, hold):
    tip = row()
    hold(tip, 20)
    set_today(in_days(20))
    hold(tip, 180)
    assert session.scalars(select(HoldStep.kind).order_by(HoldStep.number)).all() == [
        HoldKind.SET,
        HoldKind.RENEW,
    ]
    last = in_days(180)
    set_today(None)

    assert sweep(session, last)["tips"] == 0
    assert sweep(session, last + timedelta(days=1))["tips"] == 1


def test_a_released_hold_ends_after_the_days_of_warning_and_can_be_taken_up_again(
    session, row, hold, unit
):
    tip = row()
    hold(tip, 180)
    services.ask_to_release(session, tip, actor=unit[ANALYST])
    assert tip.held_until == in_days(180)
    grant(session, tip, unit[HEAD])

    notice = app_state().district.clocks.retention.notice_days
    assert tip.held_until == in_days(notice)
    assert [
        one.reference for one in leaving_soon(session, "police", today(), notice + 1, 0).rows
    ] == [tip.reference]
    assert sweep(session, in_days(notice))["tips"] == 0
    assert sweep(session, in_days(notice + 1))["tips"] == 1


def test_a_hold_is_not_made_shorter_by_asking_for_an_earlier_day(
    session, row, hold, unit, desk, fresh
):
    """That would be a release without its days of warning."""
    tip = row()
    hold(tip, 60)
    session.commit()

    answer = desk.post(fresh(tip), "hold", **wish(59))

    assert answer.status_code == 422
    assert "申请解除保全" in answer.json["errors"]["until"][0]
    with pytest.raises(ValueError, match="no such day"):
        services.ask_to_hold(session, tip, Wish("case", "own", in_days(59)), actor=unit[ANALYST])
    assert services.waiting(session, tip.id) is None


def test_what_was_asked_before_a_longer_hold_was_granted_makes_it_no_shorter(
    session, row, hold, unit
):
    tip = row()
    services.ask_to_hold(session, tip, Wish("case", "own", in_days(9)), actor=unit[ANALYST])
    tip.held_until = in_days(60)

    grant(session, tip, unit[HEAD])

    assert tip.held_until == in_days(60)


def test_a_request_to_hold_in_the_place_of_one_to_release_has_days_of_its_own(
    session, row, hold, unit
):
    tip = row()
    hold(tip, 20)
    services.ask_to_release(session, tip, actor=unit[ANALYST])
    session.commit()
    set_today(in_days(21))
    services.ask_to_hold(session, tip, Wish("case", "own", in_days(90)), actor=unit[ANALYST])
    session.commit()

    assert services.waiting(session, tip.id).asked_on == today()
    assert sweep(session)["tips"] == 0


KEPT_ONLY = {
    "decision": {"move_to": "accepted", "reason": "reopened"},
    "messages": {"number": "1", "digest": "0" * 64, "ask": "no"},
}


@pytest.mark.parametrize("act", KEPT_ONLY)
@pytest.mark.parametrize(("days", "code"), [(1, 303), (0, 422)])
def test_what_its_reporter_was_told_to_be_deleted_is_kept_and_not_worked_on(
    session, row, hold, desk, fresh, message, act, days, code
):
    """Taken up again it would come back to life in the mailbox, and tell that there is a case."""
    tip = row(days)
    hold(tip, 60)
    session.commit()
    fields = KEPT_ONLY[act] | ({"sealed": message["sealed"]} if act == "messages" else {})

    answer = desk.post(fresh(tip), act, **fields)

    assert answer.status_code == code
    if code == 422:
        assert "举报人已看到内容已删除" in answer.json["error"]
        assert fresh(tip).expires_on == today()
        page = desk.show(tip).text
        assert "举报人那里已经写着“内容已删除”" in page


def test_the_page_of_a_merged_tip_says_that_its_case_is_held(session, row, hold, desk):
    head, merged = row(9), row(9)
    merged.merged_into_id = head.id
    hold(head, 60)
    session.commit()

    assert "并入的那一条在保全" in desk.show(merged).text


def test_what_was_deleted_while_a_request_waited_is_not_listed_any_more(session, row, unit):
    tip = row()
    services.ask_to_hold(session, tip, Wish("case", "own", in_days(9)), actor=unit[ANALYST])
    session.commit()
    assert [one.reference for one in held_tips(session, "police", 0)] == [tip.reference]
    assert sweep(session, in_days(7))["tips"] == 1

    assert held_tips(session, "police", 0) == []


def test_a_release_makes_no_hold_longer(session, row, hold, unit):
    tip = row()
    hold(tip, 3)
    services.ask_to_release(session, tip, actor=unit[ANALYST])
    grant(session, tip, unit[HEAD])

    assert tip.held_until == in_days(3)


OUTDATED = {
    "its day has passed": lambda session, tip, step: setattr(step, "until", in_days(-1)),
    "who asked was shut out": lambda session, tip, step: session.execute(
        update(Member).where(Member.name == ANALYST).values(suspended_on=today())
    ),
    "who asked is nobody": lambda session, tip, step: setattr(step, "asked_by", "nobody"),
    "the words are gone": lambda session, tip, step: setattr(tip, "status", TipStatus.PURGED),
}


@pytest.mark.parametrize("why", OUTDATED)
def test_what_does_not_fit_any_more_is_not_granted_and_can_be_refused(session, row, unit, why):
    tip = row(9)
    step = services.ask_to_hold(session, tip, Wish("case", "own", in_days(9)), actor=unit[ANALYST])
    OUTDATED[why](session, tip, step)
    session.flush()

    with pytest.raises(services.Outdated):
        services.answer(session, tip, step.number, is_granted=True, actor=unit[HEAD])

    assert (tip.held_until, step.settled_by) == (None, None)
    services.answer(session, tip, step.number, is_granted=False, actor=unit[HEAD])
    assert (tip.held_until, step.is_granted) == (None, False)


def test_a_release_of_what_has_ended_by_itself_is_not_granted(session, row, hold, unit):
    tip = row(90)
    hold(tip, 3)
    step = services.ask_to_release(session, tip, actor=unit[ANALYST])
    set_today(in_days(4))

    with pytest.raises(services.Outdated):
        services.answer(session, tip, step.number, is_granted=True, actor=unit[HEAD])


def test_the_end_of_a_hold_is_warned_of_and_nothing_that_is_kept_beyond(session, row, hold):
    notice = app_state().district.clocks.retention.notice_days
    ending, far, own, gone_soon = row(), row(), row(), row(5)
    head = row(5, is_open=True, status=TipStatus.ACCEPTED, expires_on=None)
    merged = row(5)
    merged.merged_into_id = head.id
    hold(ending, notice - 1)
    hold(far, notice)
    del own

    found = {
        one.reference: one.expires_on
        for one in leaving_soon(session, "police", today(), notice, 0).rows
    }

    assert found[ending.reference] == in_days(notice)
    assert found[gone_soon.reference] == in_days(5)
    # What belongs to an open case does not go, and what is held for longer neither.
    assert not {far.reference, merged.reference, head.reference} & set(found)


def test_each_step_waits_for_the_journal_of_deletions(session, row, hold):
    tip = row()
    hold(tip, 30)
    session.commit()

    assert session.scalars(select(RetentionLine.until)).all() == [in_days(30)]
    sweep(session, in_days(31))
    session.commit()
    untils = session.scalars(select(RetentionLine.until).order_by(RetentionLine.until)).all()
    assert sorted(untils, key=bool) == [None, in_days(30)]
    assert len(set(session.scalars(select(RetentionLine.tag)))) == 1
