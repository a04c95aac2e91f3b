"""A tip's deadlines on its page, more time for it, and the page of what ran out."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select, update

from admin.db import db, set_today
from admin.models import ClockEvent, Decision, Member, Tip
from admin.serving.sweeper import sweep_now
from admin.tip.events import EventKind, Level
from admin.tip.status import TipStatus
from admin.tip.urgency import Urgency
from admin.vault.history import record
from tests.tip_events import event

THURSDAY = date(2026, 9, 24)
"""A holiday of three days follows, and the long one a week later."""
MONDAY = date(2026, 9, 28)


@pytest.fixture(autouse=True)
def walk():
    set_today(THURSDAY)
    yield set_today
    set_today(None)


@pytest.fixture
def roles(app, members):
    """Give a member other roles."""

    def given(name, *new):
        with app.app_context():
            db.session.execute(update(Member).where(Member.name == name).values(roles=list(new)))
            db.session.commit()

    return given


@pytest.fixture
def reviewer(roles, sign_in):
    roles("police-1", "reviewer")
    return sign_in("police-1")


@pytest.fixture
def watcher(app, members, roles, sign_in):
    """A custodian of the unit that watches over the others."""
    with app.app_context():
        values = {"unit_id": "supervision", "roles": ["custodian"]}
        db.session.execute(update(Member).where(Member.name == "drugs-1").values(**values))
        db.session.commit()
    return sign_in("drugs-1")


def refer(reason):
    return lambda session, tip: record(
        session, tip, event(reason), new=TipStatus.REFERRED, by="police-2"
    )


def test_the_page_tells_each_deadline_with_its_day_rule_and_source(desk, make_tip):
    page = desk.show(make_tip(urgency=Urgency.P3)).text

    assert page.count('class="deadlines__one"') == 6
    for words in ("首次查看", "2026-09-28", "还有 4 天", "1 个工作日内", "规则 8 时限"):
        assert words in page
    assert "第 2 个催复核员" in page


def test_the_first_opening_shows_as_met_and_in_the_history(desk, make_tip, fresh):
    tip = make_tip(urgency=Urgency.P3)

    assert desk.get(f"/desk/tips/{tip.reference}/sealed.json").status_code == 200
    desk.get(f"/desk/tips/{tip.reference}/sealed.json")

    after = fresh(tip)
    assert [line.kind for line in after.decisions] == [EventKind.FIRST_READ]
    assert (after.due_rule, after.version) == ("scope", tip.version)
    page = desk.show(tip).text
    assert "第一次打开" in page
    assert "09-24 已办" in page
    assert desk.post(tip, "claim").status_code == 303


STATES = [
    (MONDAY, "今天到期"),
    (date(2026, 9, 29), "晚了 1 天"),
    (date(2026, 10, 8), "晚了 10 天"),
]


@pytest.mark.parametrize(("day", "words"), STATES)
def test_a_deadline_says_in_words_how_late_it_is(desk, make_tip, walk, day, words):
    tip = make_tip(urgency=Urgency.P3)
    walk(day)

    assert words in desk.show(tip).text


def test_a_deadline_that_was_met_late_says_so(desk, make_tip, change, walk):
    tip = make_tip(urgency=Urgency.P3)
    walk(date(2026, 9, 30))
    change(tip, lambda session, row: record(session, row, event("answered"), by="bo"))

    assert "09-30 才办，晚了 2 天" in desk.show(tip).text


def test_a_day_in_a_year_without_a_notice_is_marked_as_a_guess(desk, make_tip, walk):
    walk(date(2026, 12, 1))

    assert "2027 年的放假安排还不知道" in desk.show(make_tip()).text


def test_a_reviewer_gives_more_time_once_with_a_reason(reviewer, make_tip, fresh):
    tip = make_tip()
    assert "延长告知结果的期限" in reviewer.show(tip).text

    answer = reviewer.post(tip, "extension", reason="complex")

    assert answer.status_code == 303
    after = fresh(tip)
    assert after.extended_on == THURSDAY
    assert after.decisions[-1].event.code == "extend_complex"
    page = reviewer.show(after).text
    assert "延长期限：案情复杂，要多方核查" in page
    assert "延长告知结果的期限" not in page
    assert "2026-12-23" in page
    again = reviewer.post(after, "extension", reason="complex")
    assert again.status_code == 422
    assert fresh(tip).version == after.version


REFUSED = ["", "because", "extend_complex"]


@pytest.mark.parametrize("reason", REFUSED)
def test_more_time_without_a_reason_of_the_list_is_refused(reviewer, make_tip, fresh, reason):
    tip = make_tip()

    answer = reviewer.post(tip, "extension", reason=reason)

    assert answer.status_code == 422
    assert answer.json["errors"]["reason"]
    assert (fresh(tip).extended_on, fresh(tip).version) == (None, tip.version)


def test_more_time_is_not_given_once_the_time_is_over(reviewer, make_tip, walk, fresh):
    tip = make_tip()
    walk(date(2026, 11, 24))

    assert reviewer.post(tip, "extension", reason="complex").status_code == 422
    assert fresh(tip).extended_on is None


def test_more_time_from_an_older_page_is_a_conflict(reviewer, make_tip, change, fresh):
    tip = make_tip()
    change(tip, refer("to_department"))

    assert reviewer.post(tip, "extension", reason="complex").status_code == 409
    assert fresh(tip).extended_on is None


def test_who_is_no_reviewer_gives_no_more_time_and_is_offered_none(desk, make_tip, fresh):
    tip = make_tip()

    assert "延长告知结果的期限" not in desk.show(tip).text
    assert desk.post(tip, "extension", reason="complex").status_code == 403
    assert fresh(tip).extended_on is None


def test_a_referred_tip_waits_until_it_is_moved(desk, make_tip, change, fresh):
    tip = make_tip()
    change(tip, refer("to_department"))
    assert fresh(tip).due_rule == "transfer"
    assert "已移交</button>" in desk.show(tip).text

    answer = desk.post(fresh(tip), "moved")

    assert answer.status_code == 303
    after = fresh(tip)
    assert (after.status, after.due_rule) == (TipStatus.REFERRED, "result")
    assert after.decisions[-1].kind == EventKind.MOVED
    page = desk.show(after).text
    assert "已移交</button>" not in page
    assert "已移交" in page
    assert desk.post(after, "moved").status_code == 422


def test_a_tip_that_was_not_referred_can_not_be_moved(desk, make_tip, fresh):
    tip = make_tip()

    assert desk.post(tip, "moved").status_code == 422
    assert fresh(tip).decisions == []


KEPT = [(15, None), (14, "14 天后删除内容"), (1, "1 天后删除内容"), (0, "今天夜里删除内容")]


@pytest.mark.parametrize(("days", "words"), KEPT)
def test_an_ended_tip_is_marked_before_its_words_go(desk, make_tip, change, days, words):
    tip = make_tip()
    ends = {"status": TipStatus.CLOSED, "is_open": False, "due_on": None}
    change(tip, expires_on=THURSDAY + timedelta(days=days), **ends)

    page = desk.show(tip).text

    assert ("将删除" in page) is (words is not None)
    assert (words or "") in page


def overdue(desk):
    return desk.get("/desk/overdue/")


def test_a_reviewer_sees_what_is_overdue_who_holds_it_and_who_was_told(
    app, reviewer, make_tip, change, members, walk
):
    late, fresh_one = make_tip(urgency=Urgency.P3), None
    walk(date(2026, 9, 30))
    fresh_one = make_tip(urgency=Urgency.P3)
    sweep_now(app)
    change(late, claimed_by_id=members["police-2"].member_id)

    page = overdue(reviewer).text

    assert f'href="/desk/tips/{late.reference}"' in page
    assert fresh_one.reference not in page
    for words in ("本单位：1 条", "首次查看", "晚了 2 天", "police-2", "承办人", "复核员"):
        assert words in page
    assert "监督单位</span>" not in page
    assert "要您督促的单位" not in page


@pytest.mark.parametrize(("late", "goes_on"), [(2, False), (3, True)])
def test_a_list_that_is_too_long_says_that_more_are_behind_it(
    app, reviewer, make_tip, walk, monkeypatch, late, goes_on
):
    monkeypatch.setattr("admin.desk.deadlines.overdue.SHOWN", 2)
    for _ in range(late):
        make_tip(urgency=Urgency.P3)
    walk(date(2026, 9, 30))
    sweep_now(app)

    page = overdue(reviewer).text

    assert page.count("/desk/tips/") == 2
    assert ("只列出前 2 条，后面还有。" in page) is goes_on


HOLDS_NOTHING = [{"claimed_until": 1}, {"is_suspended": True}]


@pytest.mark.parametrize("state", HOLDS_NOTHING)
def test_the_page_names_no_holder_who_holds_nothing(
    app, reviewer, make_tip, change, members, walk, state
):
    late = make_tip(urgency=Urgency.P3)
    holder = members["police-2"].member_id
    change(late, claimed_by_id=holder, claimed_until=state.get("claimed_until"))
    if "is_suspended" in state:
        with app.app_context():
            values = {"suspended_on": THURSDAY}
            db.session.execute(update(Member).where(Member.id == holder).values(values))
            db.session.commit()
    walk(date(2026, 9, 30))

    page = overdue(reviewer).text

    assert late.reference in page
    assert "police-2" not in page


def test_the_supervisor_sees_reference_and_rule_of_other_units_and_nothing_that_opens(
    app, watcher, make_tip, walk, members, change
):
    told = make_tip(urgency=Urgency.P3)
    change(told, claimed_by_id=members["police-2"].member_id)
    walk(date(2026, 10, 8))
    recent = make_tip(urgency=Urgency.P3)
    walk(date(2026, 10, 10))
    sweep_now(app)

    page = overdue(watcher).text

    for words in (
        "要您督促的单位",
        "公安承办组：1 条过期",
        told.reference,
        "首次查看",
        "晚了 12 天",
    ):
        assert words in page
    assert f"/desk/tips/{told.reference}" not in page
    assert recent.reference not in page, "its supervisor has not been told yet"
    assert "police-2" not in page
    assert watcher.show(told).status_code == 404


def test_a_supervisor_sees_no_tip_again_once_it_was_done(app, watcher, make_tip, walk, change):
    told = make_tip(urgency=Urgency.P3)
    walk(date(2026, 10, 10))
    sweep_now(app)
    assert told.reference in overdue(watcher).text

    change(
        told,
        lambda session, row: record(
            session, row, event("too_little"), new=TipStatus.CLOSED, by="police-2"
        ),
    )

    assert told.reference not in overdue(watcher).text


def test_the_page_names_what_is_deleted_soon(reviewer, make_tip, change):
    soon, later = make_tip(), make_tip()
    ends = {"status": TipStatus.CLOSED, "is_open": False, "due_on": None}
    change(soon, expires_on=THURSDAY + timedelta(days=14), **ends)
    change(later, expires_on=THURSDAY + timedelta(days=15), **ends)

    page = overdue(reviewer).text

    assert "将删除：1 条" in page
    assert soon.reference in page
    assert later.reference not in page


def test_the_page_says_when_days_off_are_guessed(reviewer, walk):
    assert "放假安排只知道到" not in overdue(reviewer).text
    walk(date(2026, 11, 24))
    assert "放假安排只知道到 2026-12-31" in overdue(reviewer).text


def test_who_is_no_reviewer_sees_no_page_of_what_ran_out(desk, visitor):
    assert overdue(desk).status_code == 403
    assert 'href="/desk/overdue/"' not in desk.get().text
    assert overdue(visitor).status_code == 302


def test_the_history_names_what_ran_out_and_who_was_told(app, desk, make_tip, walk):
    tip = make_tip(urgency=Urgency.P3)
    walk(date(2026, 9, 29))
    sweep_now(app)

    page = desk.show(tip).text

    assert "“首次查看”过期，催承办人" in page
    with app.app_context():
        events = db.session.scalars(select(ClockEvent)).all()
        assert [(one.rule, one.level) for one in events] == [("first_read", Level.HOLDER)]
        assert db.session.scalars(select(Decision.by)).all() == ["dengshao"]


def test_the_lane_shows_no_deadlines(desk, make_tip):
    tip = make_tip(is_machine=True)

    assert "deadlines__one" not in desk.show(tip).text
    assert tip.due_on is None


def test_a_practice_unit_is_urged_by_nobody(app, make_tip, walk):
    tip = make_tip(urgency=Urgency.P3)
    with app.app_context():
        db.session.execute(update(Tip).where(Tip.id == tip.id).values(unit_id="practice"))
        db.session.commit()
    walk(date(2026, 10, 10))

    assert sweep_now(app)["urged"] == 0


def test_the_sweep_frees_a_claim_that_ran_out_and_its_clocks_run_on(
    app, make_tip, change, members, fresh
):
    tip = make_tip()
    change(tip, claimed_by_id=members["police-2"].member_id, claimed_until=1)

    counts = [sweep_now(app)["freed"] for _ in range(2)]

    after = fresh(tip)
    assert counts == [1, 0]
    assert (after.claimed_by_id, after.due_on) == (None, tip.due_on)
