"""What is done with a tip beside its transfer: ends, holds, recusals, duplicates, a restore.

The year of everything (tests/year) found most of these; here each is one small case.
"""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from admin.db import db, today
from admin.members import ending_requests
from admin.models import Countersign, Member, Transfer
from admin.tip.events import EventKind
from admin.tip.status import TipStatus
from admin.vault import expiry, history
from tests.admin.desk.conftest import why

from .passing import content_mac, sealed_for, send
from .test_checking import check, named

SPAM = {"move_to": "closed", "reason": "spam"}


def open_requests(app):
    with app.app_context():
        rows = db.reading.scalars(select(Countersign).where(Countersign.settled_on.is_(None)))
        return [(row.kind, row.unit_id) for row in rows]


def pass_on_with_a_lie(passer, desk, tip, to):
    """Seal other words than the tip holds, as a member's own script might."""
    packed = passer.packed(desk, tip, to)
    false = b'{"v":1,"kind":"tip"}' + b" " * (16384 - 20)
    packed["sealed"] = sealed_for(false, passer.secrets[to])
    packed["content_mac"] = content_mac(tip.reference, {"tip": false})
    assert send(desk, tip, "transfer", packed).status_code == 200


def test_before_it_is_taken_over_nobody_is_asked_to_end_it(app, drugs, passed):
    answer = drugs.post(passed, "decision", **SPAM, **why())

    assert answer.status_code == 422
    assert answer.json["error"] == "这条是别的单位转来的。请先接收，或者退回，再办别的。"
    assert open_requests(app) == []


def test_under_a_hold_no_day_deletes_what_nobody_has_compared(
    app,
    passer,
    drugs,
    passed,
    fresh,
    change,
    kept,
):
    passer.take_over(drugs, fresh(passed))
    change(passed, held_until=today() + timedelta(days=20))

    for days, left in ((14, 2), (20, 2), (21, 0)):
        with app.app_context():
            expiry.sweep(db.session, today() + timedelta(days=days))
            db.session.commit()
        assert kept() == left, days


@pytest.mark.parametrize("is_recused", [True, False])
def test_who_has_a_part_in_it_does_not_learn_where_it_went(
    passer, desk, colleague, tip, fresh, is_recused
):
    if is_recused:
        assert colleague.post(tip, "recusal").status_code == 303
    passer.pass_on(desk, fresh(tip), "drugs")

    assert colleague.show(tip).status_code == (404 if is_recused else 302)
    page = colleague.get("/desk/transfers", gone=tip.reference).text
    assert (tip.reference in page) is not is_recused
    assert ("在别的单位，不在本单位了" in page) is not is_recused


def test_a_duplicate_whose_words_are_deleted_keeps_its_case_from_going_nowhere(
    passer, desk, tip, make_tip, change, fresh
):
    gone = {"status": TipStatus.PURGED, "is_open": False, "sealed": None}
    change(make_tip(), merged_into_id=tip.id, **gone)

    assert passer.pass_on(desk, fresh(tip), "drugs").status_code == 200


def test_an_end_that_was_to_be_looked_over_does_not_hold_a_tip_that_is_open_again(
    app, passer, desk, tip, members, change, fresh
):
    def drawn_and_open_again(session, row):
        ending_requests.draw_review(session, row, outcome="known", by=members["police-2"])
        history.heard_from_reporter(session, row, EventKind.MORE_WORDS)

    change(tip, drawn_and_open_again)

    assert passer.pass_on(desk, fresh(tip), "drugs").status_code == 200
    assert open_requests(app) == []


def test_a_lie_that_is_found_after_a_third_transfer_is_undone_past_both(
    app,
    holders,
    passer,
    desk,
    colleague,
    drugs,
    tip,
    sign_in,
    fresh,
    kept,
):
    pass_on_with_a_lie(passer, desk, tip, "drugs")
    passer.take_over(drugs, fresh(tip))
    assert passer.pass_on(drugs, fresh(tip), "supervision").status_code == 200
    custodian = sign_in("custodian-1")
    assert check(passer, colleague, named(colleague)[0]).status_code == 422

    page = custodian.show(tip).text
    assert "转出的单位核对过：和原来的不一样。" in page
    # It waits still: both ways are open.
    assert 'id="take-over"' in page
    assert passer.take_over(custodian, fresh(tip)).status_code == 200
    assert passer.hand_back(custodian, fresh(tip), reason="unreadable").status_code == 200

    now = fresh(tip)
    assert (now.unit_id, now.sealed) == ("police", tip.sealed)
    assert kept() == 0
    with app.app_context():
        rows = db.reading.execute(select(Transfer.is_taken, Transfer.settled_by))
        assert sorted(rows) == [(False, "custodian-1"), (False, "custodian-1")]
    assert desk.post(now, "claim").status_code == 303


def test_what_a_unit_asked_its_people_for_ends_when_a_doubted_tip_goes_back(
    app,
    holders,
    passer,
    desk,
    colleague,
    drugs,
    members,
    tip,
    fresh,
):
    pass_on_with_a_lie(passer, desk, tip, "drugs")
    passer.take_over(drugs, fresh(tip))
    with app.app_context():
        # A second reader, or nobody could be asked.
        moved = update(Member).where(Member.name == "police-desk")
        db.session.execute(moved.values(unit_id="drugs", roles=["analyst"]))
        db.session.commit()
    drugs.post(fresh(tip), "clear")
    reason = {"number": 1, "sealed": sealed_for(b"spam" * 1000, passer.secrets["drugs"])}
    assert drugs.post(fresh(tip), "decision", **SPAM, **reason).status_code == 303
    assert open_requests(app) == [("close", "drugs")]
    check(passer, colleague, named(colleague)[0])

    assert passer.hand_back(drugs, fresh(tip), reason="unreadable").status_code == 200

    assert open_requests(app) == []
    with app.app_context():
        assert db.reading.scalars(select(Countersign.result)).all() == ["lapsed"]


def test_a_unit_of_one_reader_ends_what_takes_two_by_way_of_another_unit(
    app, passer, drugs, sign_in, make_tip, fresh
):
    tip = make_tip("drugs")
    told = drugs.post(tip, "decision", **SPAM, **why()).json["error"]
    assert "没有第二个人" in told
    assert "转给别的单位" in told

    assert passer.pass_on(drugs, tip, "police", reason="alone").status_code == 200
    first, second = sign_in("police-1"), sign_in("police-2")
    assert passer.take_over(first, fresh(tip)).status_code == 200
    for one in (first, second):
        one.post(fresh(tip), "clear")
        one.get(f"/desk/tips/{tip.reference}/sealed.json")
    assert first.post(fresh(tip), "decision", **SPAM, **why()).status_code == 303
    second.get(f"/desk/tips/{tip.reference}/sealed.json")
    with app.app_context():
        number = db.reading.scalars(select(Countersign.id)).one()
    assert second.submit(f"/desk/second/{number}", {"agree": "yes"}).status_code == 303

    assert fresh(tip).status is TipStatus.CLOSED


def test_a_case_file_leaves_with_the_unit_that_has_taken_the_tip_over(
    passer, desk, drugs, tip, fresh
):
    noted = {"what": "exported", "sha256": "0f" * 32}
    passer.pass_on(desk, tip, "drugs")

    # Its page may still be open at the unit before: nothing is given out that was not noted.
    assert desk.post(tip, "case-file", **noted).status_code == 410
    drugs.post(fresh(tip), "clear")
    assert drugs.post(fresh(tip), "case-file", **noted).status_code == 422
    passer.take_over(drugs, fresh(tip))
    assert drugs.post(fresh(tip), "case-file", **noted).status_code == 200

    assert [line.event.code for line in fresh(tip).decisions][-1] == "case_exported"


def test_a_recusal_outlasts_a_way_to_another_unit_and_back(
    passer, desk, drugs, colleague, tip, fresh
):
    assert colleague.post(tip, "recusal").status_code == 303
    passer.pass_on(desk, fresh(tip), "drugs")

    assert passer.hand_back(drugs, fresh(tip)).status_code == 200

    assert fresh(tip).unit_id == "police"
    assert colleague.show(tip).status_code == 404
    for address in ("sealed", "transfer"):
        assert colleague.get(f"/desk/tips/{tip.reference}/{address}.json").status_code == 404
