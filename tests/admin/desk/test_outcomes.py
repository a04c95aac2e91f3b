"""How a tip may end: the outcomes that the rules name, and what follows from them."""

import pytest

from admin.config import ROOT
from admin.desk.services import MoveNotAllowed, decide
from admin.district.data import load_district
from admin.models import Tip
from admin.tip.status import STATUSES, TipStatus

OUTCOMES = load_district(ROOT / "content").outcomes
NAMED = [
    *("查实", "部分查实", "查否", "线索不足", "已掌握", "重复", "转主管部门", "转纪检监察"),
    *("转求助服务", "民间纠纷", "不属受理范围", "测试或垃圾", "疑似捏造（提请有权机关认定）"),
]


@pytest.mark.parametrize("name", NAMED)
def test_each_outcome_that_the_rules_name_can_be_chosen(name):
    assert [row for row in OUTCOMES.values() if row.zh.startswith(name)]


def test_what_belongs_elsewhere_is_said_to_the_reporter_and_goes_to_nobody():
    for row in OUTCOMES.values():
        if row.status == "out_of_scope":
            assert row.turn_to
            assert row.turn_to["zh"]
            assert row.purge_days == 7


def test_protected_behaviour_ends_out_of_scope(session, make_tip, members):
    one, ada = session.get_one(Tip, make_tip().id), members["police-1"]

    decide(
        session,
        one,
        new=TipStatus.OUT_OF_SCOPE,
        outcome=OUTCOMES["protected"],
        actor=ada,
        seconded=True,
    )

    assert (one.status, one.is_open, one.outcome) == (TipStatus.OUT_OF_SCOPE, False, "protected")
    onward = {"new": TipStatus.REFERRED, "outcome": OUTCOMES["to_department"], "actor": ada}
    with pytest.raises(MoveNotAllowed):
        decide(session, one, **onward)


@pytest.mark.parametrize("status", [status for status in TipStatus if STATUSES[status].is_open])
def test_no_decision_says_that_a_tip_was_referred(session, make_tip, members, status):
    """It is said once a package has left for an organ outside: desk/referral."""
    one = session.get_one(Tip, make_tip().id)
    one.status = status
    for name in ("to_department", "to_supervision", "to_other_police"):
        with pytest.raises(MoveNotAllowed):
            decide(
                session,
                one,
                new=TipStatus.REFERRED,
                outcome=OUTCOMES[name],
                actor=members["police-1"],
            )
    assert one.status is status
