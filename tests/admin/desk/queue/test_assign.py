"""Claims that run out, and handing tips on: to whom, by whom, and what is written down."""

import re

import pytest
from sqlalchemy import select, text, update

from admin.app_state import app_state
from admin.db import db, today
from admin.desk.claims import clock, free_run_out, hold_until, is_held
from admin.desk.queue.assigning import NotToThem, assign
from admin.desk.services import ClaimedByOther, MoveNotAllowed, claim, decide, release, set_urgency
from admin.models import AuditEvent, Decision, Member, Tip
from admin.tip.events import EventKind
from admin.tip.status import TipStatus
from admin.tip.urgency import Urgency
from admin.vault.history import heard_from_reporter
from tests.tip_events import codes

HOUR = 3600


@pytest.fixture
def row(session, tip, members):
    """The tip in the test's own session; the members are there already: one writer at a time."""
    del members
    return session.get_one(Tip, tip.id)


def reasons(session, tip):
    return codes(session, Decision.tip_id == tip.id)


@pytest.mark.parametrize(("urgency", "hours"), [(Urgency.P0, 2), (Urgency.P1, 72), ("P3", 72)])
def test_a_claim_holds_for_the_hours_of_its_urgency(urgency, hours):
    assert hold_until(urgency, 1000) == 1000 + hours * HOUR


def test_a_claim_that_ran_out_is_nobodys_and_may_be_taken(session, row, members):
    ada, bea = members["police-1"], members["police-2"]
    claim(session, row, actor=ada, now=0)
    until = row.claimed_until

    with pytest.raises(ClaimedByOther):
        claim(session, row, actor=bea, now=until - 1)
    claim(session, row, actor=bea, now=until)

    assert row.claimed_by_id == bea.member_id
    assert row.claimed_until == until + 72 * HOUR
    assert reasons(session, row) == ["claimed", "claimed"]


def test_claiming_again_renews_and_logs_nothing_but_after_its_end_it_is_a_new_claim(
    session, row, members
):
    ada = members["police-1"]
    claim(session, row, actor=ada, now=0)
    claim(session, row, actor=ada, now=HOUR)
    assert (row.claimed_until, reasons(session, row)) == (73 * HOUR, ["claimed"])

    claim(session, row, actor=ada, now=100 * HOUR)

    assert reasons(session, row) == ["claimed", "claimed"]


def test_the_holders_act_renews_the_claim_and_a_colleagues_does_not(session, row, members):
    claim(session, row, actor=members["police-1"], now=clock() - HOUR)
    before = row.claimed_until

    set_urgency(session, row, urgency=Urgency.P1, actor=members["police-2"])
    assert row.claimed_until == before
    set_urgency(session, row, urgency=Urgency.P3, actor=members["police-1"])

    assert row.claimed_until >= before + HOUR


def test_a_tip_that_became_a_matter_of_life_is_held_for_two_hours_more_only(session, row, members):
    claim(session, row, actor=members["police-1"])

    set_urgency(session, row, urgency=Urgency.P0, actor=members["police-1"])

    assert row.claimed_until <= clock() + 2 * HOUR


def test_the_sweep_frees_claims_that_ran_out_once_and_writes_it_down(
    app, make_tip, change, fresh, members
):
    gone, held, free = make_tip(), make_tip(), make_tip()
    member_id = members["police-1"].member_id
    change(gone, claimed_by_id=member_id, claimed_until=clock() - 1)
    change(held, claimed_by_id=member_id, claimed_until=clock() + HOUR)
    version = fresh(gone).version
    with app.app_context():
        freed = free_run_out(db.session)
        db.session.commit()
        again = free_run_out(db.session)
        db.session.commit()

    assert (freed, again) == (1, 0)
    assert (fresh(gone).claimed_by_id, fresh(gone).claimed_until) == (None, None)
    # Who is writing on it meanwhile loses nothing.
    assert fresh(gone).version == version
    assert [line.event.code for line in fresh(gone).decisions] == ["claim_run_out"]
    assert fresh(held).claimed_by_id == member_id
    assert fresh(free).decisions == []


def ended(session, tip, members):
    """End a claimed tip, by who holds it."""
    ada = members["police-1"]
    claim(session, tip, actor=ada)
    outcome = app_state().district.outcomes["unfounded"]
    decide(session, tip, new=TipStatus.CLOSED, outcome=outcome, actor=ada, seconded=True)
    session.commit()


def test_who_held_a_tip_that_ended_stays_known_and_nothing_runs_out(session, row, members):
    ended(session, row, members)

    freed = free_run_out(session, now=clock() + 7 * 24 * HOUR)

    session.expire_all()
    assert freed == 0
    assert (row.claimed_by.name, row.claimed_until) == ("police-1", None)
    assert reasons(session, row) == ["claimed", "unfounded"]


def test_the_sweep_passes_over_an_ended_tip_whatever_hour_stands_on_it(session, row, members):
    ended(session, row, members)
    session.execute(update(Tip).values(claimed_until=1))

    assert free_run_out(session) == 0


def test_a_tip_that_its_reporter_opened_again_is_free_and_keeps_no_hour(session, row, members):
    ended(session, row, members)

    heard_from_reporter(session, row, EventKind.MORE_WORDS)

    assert (row.claimed_until, is_held(row, clock())) == (0, False)
    assert free_run_out(session) == 1


def test_who_takes_up_again_what_they_had_ended_holds_it(session, row, members):
    ended(session, row, members)
    ada, outcome = members["police-1"], app_state().district.outcomes["reopened"]

    decide(session, row, new=TipStatus.ACCEPTED, outcome=outcome, actor=ada)

    assert row.claimed_by_id == ada.member_id
    assert row.claimed_until >= clock() + 71 * HOUR


def test_a_claim_that_ran_out_shows_as_free_and_stands_among_what_nobody_took(
    desk, colleague, tip, change, fresh
):
    colleague.post(tip, "claim")
    assert tip.reference not in desk.get(lane="free").text
    change(tip, claimed_until=clock() - 1)

    assert "没人领" in desk.get(lane="free").text
    assert tip.reference in desk.get(lane="free").text
    assert tip.reference not in colleague.get(lane="mine").text
    assert desk.post(fresh(tip), "claim").status_code == 303
    assert fresh(tip).claimed_by_id == desk.staff.member_id


def test_of_two_who_claim_at_once_one_wins_and_the_other_is_told(desk, colleague, tip, fresh):
    first = desk.post(tip, "claim")
    second = colleague.post(tip, "claim")

    assert (first.status_code, second.status_code) == (303, 409)
    assert fresh(tip).claimed_by_id == desk.staff.member_id
    assert second.json["claimed_by"] == "police-1"


def test_a_release_forgets_until_when(session, row, members):
    claim(session, row, actor=members["police-1"])
    release(session, row, actor=members["police-1"])

    assert (row.claimed_by_id, row.claimed_until) == (None, None)


def test_an_assigned_tip_is_held_by_whom_it_was_given_to_and_it_is_audited(
    sign_in, tip, fresh, members, app
):
    head, to = sign_in("police-head"), members["police-2"]

    answer = head.post(tip, "assign", to=to.member_id)

    assert answer.status_code == 303
    after = fresh(tip)
    assert after.claimed_by_id == to.member_id
    assert after.claimed_until > clock() + 71 * HOUR
    assert [(line.event.code, line.by) for line in after.decisions] == [("assigned", "police-head")]
    with app.app_context():
        query = select(AuditEvent).where(AuditEvent.act == "assigned")
        [line] = db.reading.scalars(query)
        assert (line.by, line.reference, line.detail) == (
            "police-head",
            tip.reference,
            "to police-2",
        )


def test_who_assigns_may_take_a_tip_from_its_holder(session, row, members):
    claim(session, row, actor=members["police-1"])

    assign(
        session,
        row,
        to=session.get(Member, members["police-2"].member_id),
        actor=members["police-head"],
    )

    assert row.claimed_by.name == "police-2"


REFUSED = {
    "of another unit": ("drugs-1", {}),
    "who reads nothing": ("police-desk", {}),
    "of no unit": ("admin", {}),
    "who is suspended": ("police-2", {"suspended_on": today()}),
}


@pytest.mark.table
@pytest.mark.parametrize("case", REFUSED)
def test_a_tip_is_given_to_no_member(session, row, members, case):
    name, values = REFUSED[case]
    to = session.get_one(Member, members[name].member_id)
    for field, value in values.items():
        setattr(to, field, value)

    with pytest.raises(NotToThem):
        assign(session, row, to=to, actor=members["police-head"])

    assert row.claimed_by_id is None
    assert reasons(session, row) == []


def test_a_tip_that_is_not_open_is_given_to_nobody(session, row, members):
    row.status, row.is_open = TipStatus.CLOSED, False

    to = session.get_one(Member, members["police-2"].member_id)
    with pytest.raises(MoveNotAllowed):
        assign(session, row, to=to, actor=members["police-head"])


@pytest.mark.table
@pytest.mark.parametrize(
    ("name", "status"),
    [("police-1", 403), ("police-head", 303), ("police-desk", 303), ("drugs-1", 403)],
)
def test_only_who_may_assign_assigns(sign_in, tip, members, name, status):
    answer = sign_in(name).post(tip, "assign", to=members["police-2"].member_id)

    assert answer.status_code == status


@pytest.mark.parametrize("to", ["", "x", "1"])
def test_a_member_who_is_not_there_is_refused_in_words(sign_in, tip, to):
    answer = sign_in("police-head").post(tip, "assign", to=to)

    assert answer.status_code == 422
    assert "不能分派给这个人" in answer.json["error"]


def test_a_dispatcher_sees_covers_and_workloads_and_nothing_sealed(
    sign_in, desk, tip, make_tip, members
):
    other = make_tip()
    desk.post(other, "claim")
    dispatcher = sign_in("police-desk")

    page = dispatcher.get()

    assert page.status_code == 200
    assert tip.reference in page.text
    assert "只看编号和状态" in page.text
    assert "data-label>" not in page.text
    assert 'id="find"' not in page.text
    assert "police-1（在办 1 条）" in page.text
    assert "police-2（在办 0 条）" in page.text
    assert "police-desk（" not in page.text
    for path in ("/desk/labels.json", f"/desk/tips/{tip.reference}/sealed.json"):
        assert dispatcher.get(path, of=tip.reference).status_code == 403


def test_workloads_are_shown_to_who_assigns_alone(desk, sign_in, tip):
    assert "在办" not in desk.get().text
    assert "在办" in sign_in("police-head").get().text


def test_nothing_of_a_workload_is_stored(app, sign_in, tip):
    sign_in("police-head").get()

    with app.app_context():
        kind = db.engine.dialect.name
        names = (
            "SELECT name FROM sqlite_master"
            if kind == "sqlite"
            else ("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
        )
        tables = [row[0] for row in db.reading.execute(text(names))]
    assert not [name for name in tables if re.search("(?<!up)load|score|rank", name)]
