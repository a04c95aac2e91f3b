"""What the doctor says of rewards by a code: who promises must be able to grant and to pay."""

import shutil
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import update

from admin.app_state import app_state
from admin.config import ROOT
from admin.db import db, set_today
from admin.doctor.around.rewards import RewardState, check_rewards, look
from admin.doctor.findings import State
from admin.models import Member, Reward
from admin.rewards import book
from tests.rewarding import Halves, allow, switch_on
from tests.support import add_bare_member

GOOD, BAD = State.GOOD, State.BAD
UNTIL = date(2027, 3, 31)
WELL = RewardState(has_rule=True, has_payer=True, until=None, is_stopped=False, alone=())


@pytest.mark.parametrize(
    ("changes", "states", "told"),
    [
        ({}, [GOOD], "有兑付员"),
        ({"has_rule": False}, [GOOD], "没有开"),
        # Without a rule nobody need be there, unless codes were given.
        ({"has_rule": False, "has_payer": False, "alone": ("甲",)}, [GOOD], "没有开"),
        ({"has_rule": False, "until": UNTIL}, [GOOD], "照付，最晚到 2027-03-31"),
        ({"has_rule": False, "until": UNTIL, "alone": ("甲",)}, [GOOD], "照付"),
        ({"has_rule": False, "until": UNTIL, "has_payer": False}, [BAD], "没有兑付员"),
        ({"has_payer": False}, [BAD], "没有兑付员"),
        ({"until": UNTIL, "is_stopped": True}, [BAD], "都停着"),
        ({"alone": ("甲", "乙")}, [BAD], "凑不齐两个人：甲、乙"),
        ({"has_payer": False, "alone": ("甲",)}, [BAD, BAD], "没有兑付员"),
    ],
)
def test_what_keeps_a_reward_from_being_granted_or_paid_is_told(changes, states, told):
    found = check_rewards(replace(WELL, **changes))
    assert [finding.state for finding in found] == states
    assert told in found[0].words
    assert all(bool(finding.todo) == (finding.state is BAD) for finding in found)


@pytest.fixture(autouse=True)
def true_day_again():
    set_today(date(2026, 12, 2))
    yield
    set_today(None)


def test_it_looks_at_the_people_and_the_list(app, units, tmp_path):
    content = tmp_path / "district"
    shutil.copytree(ROOT / "content" / "data", content / "data")
    rule = switch_on(content)
    allow(app, rule)
    with app.app_context():
        session = db.session

        def state():
            session.flush()
            return look(session, app_state().district)

        names = {unit.zh for unit in app_state().district.units.values() if unit.id in units}
        session.execute(update(Member).values(suspended_on=date(2026, 1, 1)))
        assert (state().has_payer, set(state().alone)) == (False, names)
        add_bare_member(session, "boss", "police", ["reviewer"])
        assert set(state().alone) == names
        add_bare_member(session, "judge", "police", ["analyst"])
        assert set(state().alone) == names - {app_state().district.units["police"].zh}
        payer = add_bare_member(session, "teller", None, ["payer"])
        assert state().has_payer
        payer.suspended_on = date(2026, 12, 1)
        assert not state().has_payer

        assert (state().until, state().is_stopped) == (None, False)
        book.enter(session, Halves().key, sum_=500, until=UNTIL)
        book.enter(session, Halves().key, sum_=500, until=date(2026, 9, 30))
        session.execute(update(Reward).values(is_stopped=True))
        assert (state().until, state().is_stopped) == (UNTIL, True)
        session.rollback()
