"""Who is told to come back for a reward: nobody whom none can reach any more, and by no finding."""

import shutil

import pytest
from sqlalchemy import update

from admin.config import ROOT
from admin.db import db, today
from admin.models import Tip
from admin.tip.events import Event, EventKind
from admin.tip.status import TipStatus
from admin.vault import history
from tests.rewarding import allow, switch_on

COME_BACK = "过一两个月再来看一次"
NO_MORE = "不用再来看了"


@pytest.fixture(scope="module")
def rule(tmp_path_factory):
    content = tmp_path_factory.mktemp("rewarding") / "content"
    shutil.copytree(ROOT / "content" / "data", content / "data")
    return switch_on(content)


TOLD = {
    "found to be true": ({}, COME_BACK),
    "found to be wrong": ({"outcome": "unfounded"}, COME_BACK),
    "came by telephone": ({"channel": "phone"}, NO_MORE),
    "of the practice unit": ({"unit_id": "practice"}, NO_MORE),
    "withdrawn": ({"outcome": "withdrawn"}, NO_MORE),
    "junk": ({"outcome": "spam"}, NO_MORE),
    "its day has come": ({"expires_on": today()}, "内容已过保存期"),
    "given already": ({}, NO_MORE),
    "no rule": ({}, NO_MORE),
}


@pytest.mark.parametrize("case", TOLD)
def test_who_is_told_to_come_back_for_a_reward(app, client, reporter, rule, case):
    values, said = TOLD[case]
    reporter.move(TipStatus.CLOSED, "closed", outcome="substantiated")
    allow(app, None if case == "no rule" else rule)
    with app.app_context():
        tip = db.session.get_one(Tip, reporter.tip_id)
        if case == "given already":
            history.record(db.session, tip, Event(EventKind.REWARD_GIVEN), by="police-2")
        db.session.flush()
        if values:
            db.session.execute(update(Tip).where(Tip.id == reporter.tip_id).values(**values))
        db.session.commit()

    page = client.post("/mailbox/", data={"receipt": reporter.typed}).text
    sealed = client.post("/mailbox/thread", json={"lookup": reporter.keys.lookup.hex()}).json

    for told in (page, sealed["next_look"]):
        assert said in told
        assert (COME_BACK in told) is (said == COME_BACK)
