"""Who agrees to an end that concerns two tips holds both in the order in which all others do."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select, text

from admin.db import db
from admin.desk import seconding
from admin.models import Countersign, Tip
from admin.tip.status import TipStatus
from admin.tip.urgency import Urgency

from .conftest import why

# Of the locks any login may ask, of another one's activity not.
WAITING = text("SELECT count(*) FROM pg_locks WHERE NOT granted")


@pytest.fixture(autouse=True)
def only_postgresql(database):
    if database != "postgresql":
        pytest.skip("SQLite's writers stand in line: none holds a part of what it needs")


# How urgent the tip is that is merged, what the second person says of it, and how it then stands.
SAID = {
    "merged by two": (Urgency.P1, "yes", TipStatus.CLOSED),
    "merged by one, taken out again": (Urgency.P3, "reopen", TipStatus.ACCEPTED),
}


@pytest.mark.parametrize(("urgency", "said", "status"), SAID.values(), ids=SAID)
def test_the_second_person_waits_for_the_other_tip_with_nothing_in_hand(
    app, desk, colleague, make_tip, fresh, monkeypatch, urgency, said, status
):
    """Held the other way round, PostgreSQL ends one of the two, who meets an error page."""
    monkeypatch.setattr(seconding, "is_drawn", lambda _percent: True)
    # Ids are drawn by chance: tried is the case in which the other tip comes first.
    into, tip = sorted((make_tip(urgency=urgency), make_tip(urgency=urgency)), key=lambda t: t.id)
    fields = {"other": into.reference} | (why() if said == "yes" else {})
    assert desk.post(tip, "merge", **fields).status_code == 303
    assert colleague.get(f"/desk/tips/{tip.reference}/sealed.json").status_code == 200
    colleague.token()

    with app.app_context(), ThreadPoolExecutor(1) as pool:
        asked = db.reading.scalars(select(Countersign.id).where(Countersign.tip_id == tip.id)).one()
        hold(into)
        try:
            answer = pool.submit(colleague.submit, f"/desk/second/{asked}", {"agree": said})
            while not db.reading.execute(WAITING).scalar_one():
                assert not answer.done(), "it did not wait for the tip that another one holds"
            hold(tip)
        finally:
            db.session.rollback()
        assert answer.result().status_code == 303

    now = fresh(tip)
    assert (now.status, now.merged_into_id) == (status, into.id if said == "yes" else None)


def hold(tip):
    """Hold a tip as another request does; fail at once where somebody else holds it."""
    query = select(Tip.id).where(Tip.id == tip.id).with_for_update(nowait=True)
    db.session.execute(query).one()
