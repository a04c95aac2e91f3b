"""The auditor's list of what legal holds keep: codes, days and two names, and nothing of a tip."""

from datetime import timedelta

import pytest

from admin.auditor.holds import read_holds
from admin.db import today
from admin.models import HoldKind, HoldStep, Tip
from admin.tip.status import TipStatus
from admin.vault.events import SYSTEM
from admin.vault.retention.deletions import RESTORED
from tests.admin.desk.conftest import store_sealed
from tests.support import add_bare_member, desk_client


def in_days(number):
    return today() + timedelta(days=number)


@pytest.fixture
def held(app, session, units):
    """Store a tip with a step of a hold that two people made."""

    def made(until, *, kind=HoldKind.SET, expires_on=None, number=1, tip=None, **more):
        tip = tip or session.get_one(Tip, store_sealed(app).id)
        tip.held_until, tip.expires_on = until, expires_on
        people = {"asked_by": "ada", "settled_by": "bo", "settled_on": today()}
        facts = {"reason": "case", "authority": "court", "is_granted": True} | people | more
        row = {"tip_id": tip.id, "number": number, "kind": kind, "until": until}
        session.add(HoldStep(asked_on=today(), **row, **facts))
        session.commit()
        return tip

    return made


@pytest.fixture
def auditor(app, session):
    member_id = add_bare_member(session, "auditor", None, ["auditor"]).id
    # What is read after the commit would hold SQLite's one lock against the request.
    session.commit()
    return desk_client(app).enter(member_id)


def test_each_step_is_told_with_its_two_people_and_those_that_run_first(session, held):
    over, running = held(in_days(-1)), held(in_days(30), expires_on=in_days(-3))
    held(in_days(9), kind=HoldKind.RELEASE, number=2, tip=running, expires_on=in_days(-3))
    held(in_days(20), is_granted=False, asked_by="eve")
    held(in_days(20), is_granted=None, settled_by=None, settled_on=None)

    found = read_holds(session)

    told = [(one.reference, one.kind, one.is_running, one.due_on) for one in found]
    assert told == [
        (running.reference, HoldKind.RELEASE, True, in_days(-3)),
        (running.reference, HoldKind.SET, True, in_days(-3)),
        (over.reference, HoldKind.SET, False, None),
    ]
    assert {(one.asked_by, one.granted_by, one.reason) for one in found} == {("ada", "bo", "case")}


def test_what_was_deleted_since_is_not_told_as_kept(session, held):
    tip = held(in_days(-1), expires_on=in_days(-9))
    tip.status = TipStatus.PURGED
    session.commit()

    assert [one.due_on for one in read_holds(session)] == [None]


def test_the_page_says_all_of_it_in_words(held, auditor):
    held(in_days(30), expires_on=in_days(-3))
    more = {"reason": RESTORED, "authority": RESTORED, "asked_by": SYSTEM, "settled_by": SYSTEM}
    held(in_days(9), **more)

    page = auditor.get("/desk/audit/holds").text

    for wanted in ("已经立案，要留作证据", "人民法院", "ada，bo", "本该", "公安", "系统，系统"):
        assert wanted in page, wanted
    assert "恢复备份时照删除账补上的" in page
    assert "sealed" not in page.partition("<main")[2].partition("</main")[0]
