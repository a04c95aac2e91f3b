"""Tips of one event, tied and merged: what goes through, what is refused, what can be undone."""

import pytest
from sqlalchemy import select

from admin.config import ROOT
from admin.db import db
from admin.desk.services import MoveNotAllowed, decide
from admin.desk.tip.links import (
    HasDuplicates,
    SameTip,
    StillMerged,
    link,
    linked_tips,
    merge,
    unlink,
)
from admin.district.data import load_district
from admin.models import AuditEvent, Tip, TipLink
from admin.tip.events import EventKind
from admin.tip.status import TipStatus
from admin.vault.history import heard_from_reporter

OUTCOMES = load_district(ROOT / "content").outcomes
NEVER = "00000-00000"


@pytest.fixture
def ada(members):
    return members["police-1"]


@pytest.fixture
def make(session, make_tip, members):
    def made():
        tip = session.get_one(Tip, make_tip().id)
        # Let the next tip be stored: SQLite has one writer, and this session would be it.
        session.commit()
        return tip

    return made


def reasons(tip):
    return [row.event.code for row in tip.decisions]


def other(session, tip):
    return [(one.reference, one.is_duplicate, one.is_head) for one in linked_tips(session, tip)]


def reopen(session, tip, ada):
    decide(session, tip, new=TipStatus.ACCEPTED, outcome=OUTCOMES["reopened"], actor=ada)
    session.commit()


def test_a_tie_stands_on_both_tips_and_in_both_histories(session, make, ada):
    one, two = make(), make()

    link(session, one, two, actor=ada)
    session.commit()

    assert other(session, one) == [(two.reference, False, False)]
    assert other(session, two) == [(one.reference, False, False)]
    assert reasons(one) == [f"linked_{two.reference}"]
    assert reasons(two) == [f"linked_{one.reference}"]


def test_a_tie_is_made_once_whichever_way_it_is_asked_for(session, make, ada):
    one, two = make(), make()
    link(session, one, two, actor=ada)
    session.commit()

    link(session, two, one, actor=ada)
    session.commit()

    assert len(session.scalars(select(TipLink)).all()) == 1
    assert len(reasons(one)) == 1


def test_a_tie_can_be_undone_and_that_is_written_down_too(session, make, ada):
    one, two = make(), make()
    link(session, one, two, actor=ada)
    session.commit()

    unlink(session, two, one, actor=ada)
    session.commit()
    unlink(session, two, one, actor=ada)

    assert other(session, one) == []
    assert reasons(one) == [f"linked_{two.reference}", f"unlinked_{two.reference}"]


def test_a_tie_makes_older_pages_of_both_tips_stale(session, make, ada):
    one, two = make(), make()
    seen = one.version, two.version

    link(session, one, two, actor=ada)
    session.commit()

    assert (one.version, two.version) > seen
    assert two.version > seen[1]


def test_a_merged_tip_ends_as_a_duplicate_and_both_tell_of_it(session, make, ada):
    one, two = make(), make()

    merge(session, one, two, actor=ada)
    session.commit()

    assert (one.status, one.is_open, one.outcome) == (TipStatus.CLOSED, False, "duplicate")
    assert one.merged_into_id == two.id
    assert (two.status, two.is_open) == (TipStatus.RECEIVED, True)
    assert other(session, one) == [(two.reference, False, True)]
    assert other(session, two) == [(one.reference, True, False)]
    assert reasons(one) == [f"merged_{two.reference}"]
    assert reasons(two) == [f"joined_{one.reference}"]


def test_a_merge_is_undone_by_taking_the_tip_up_again_and_the_tie_stays(session, make, ada):
    one, two = make(), make()
    merge(session, one, two, actor=ada)
    session.commit()

    reopen(session, one, ada)

    assert (one.merged_into_id, one.outcome, one.is_open) == (None, None, True)
    assert other(session, two) == [(one.reference, False, False)]
    assert reasons(two) == [f"joined_{one.reference}", f"parted_{one.reference}"]


def test_new_words_of_its_reporter_take_a_merged_tip_out_again(session, make, ada):
    one, two = make(), make()
    merge(session, one, two, actor=ada)
    session.commit()

    heard_from_reporter(session, one, EventKind.MORE_WORDS)
    session.commit()

    assert (one.status, one.merged_into_id) == (TipStatus.RECEIVED, None)
    assert other(session, two) == [(one.reference, False, False)]


def test_what_was_merged_is_not_untied(session, make, ada):
    one, two = make(), make()
    merge(session, one, two, actor=ada)
    session.commit()

    for pair in ((one, two), (two, one)):
        with pytest.raises(StillMerged):
            unlink(session, *pair, actor=ada)


def test_nothing_is_tied_or_merged_with_itself(session, make, ada):
    one = make()

    for act in (link, merge):
        with pytest.raises(SameTip):
            act(session, one, one, actor=ada)


def test_a_tip_into_which_others_were_merged_is_not_merged_on(session, make, ada):
    one, two, three = make(), make(), make()
    merge(session, one, two, actor=ada)
    session.commit()

    with pytest.raises(HasDuplicates):
        merge(session, two, three, actor=ada)

    assert two.merged_into_id is None


ENDED = [TipStatus.OUT_OF_SCOPE, TipStatus.CLOSED, TipStatus.PURGED]


@pytest.mark.parametrize("status", ENDED)
def test_a_tip_that_has_ended_is_not_merged(session, make, ada, status):
    one, two = make(), make()
    one.status, one.is_open = status, False
    session.commit()

    with pytest.raises(MoveNotAllowed):
        merge(session, one, two, actor=ada)


@pytest.mark.parametrize("act", [link, merge])
def test_nothing_is_tied_to_a_tip_whose_content_was_deleted(session, make, ada, act):
    one, two = make(), make()
    two.status, two.is_open = TipStatus.PURGED, False
    session.commit()

    with pytest.raises(MoveNotAllowed):
        act(session, one, two, actor=ada)

    assert (other(session, one), reasons(one)) == ([], [])


# Over HTTP.


@pytest.fixture
def pair(make_tip):
    return make_tip(), make_tip()


def test_a_tie_is_made_shown_and_undone_by_the_page(desk, pair, fresh):
    one, two = pair
    typed = f" {two.reference.lower()} "

    assert desk.post(one, "links", other=typed).status_code == 303
    assert two.reference in desk.show(one).text
    assert f"和 {one.reference} 关联为同一件事" in desk.show(two).text

    assert desk.post(fresh(one), "links/remove", other=two.reference).status_code == 303
    assert f"取消和 {two.reference} 的关联" in desk.show(one).text


def test_a_merge_into_a_merged_tip_goes_to_the_one_it_was_merged_into(desk, make_tip, fresh):
    one, two, three = make_tip(), make_tip(), make_tip()
    desk.post(two, "merge", other=three.reference)

    assert desk.post(one, "merge", other=two.reference).status_code == 303

    assert fresh(one).merged_into_id == three.id
    assert f"并入 {three.reference}" in desk.show(one).text
    assert three.reference in desk.show(one).text


def test_no_chain_and_no_circle_can_be_made(desk, make_tip, fresh):
    one, two, three = make_tip(), make_tip(), make_tip()
    desk.post(one, "merge", other=two.reference)

    circle = desk.post(fresh(two), "merge", other=one.reference)
    chain = desk.post(fresh(two), "merge", other=three.reference)

    assert (circle.status_code, chain.status_code) == (422, 422)
    assert "已经并在一起" in circle.json["error"]
    assert "反过来并" in chain.json["error"]
    assert fresh(two).merged_into_id is None


def test_the_reporter_of_a_merged_tip_is_still_written_to(desk, pair, fresh, message):
    one, two = pair
    desk.post(one, "merge", other=two.reference)

    answer = desk.post(fresh(one), "messages", **(message | {"ask": "no"}))

    assert answer.status_code == 303
    assert len(fresh(one).messages) == 1


REFUSED = [
    ("", "请写另一条线索的编号"),
    ("12345", "编号不对"),
    ("<b>", "编号不对"),
    (NEVER, "本单位没有这个编号"),
]


@pytest.mark.table
@pytest.mark.parametrize("act", ["links", "links/remove", "merge"])
@pytest.mark.parametrize(("typed", "sentence"), REFUSED)
def test_a_wrong_number_is_told_and_changes_nothing(desk, tip, fresh, act, typed, sentence):
    answer = desk.post(tip, act, other=typed)

    assert answer.status_code == 422
    assert sentence in answer.json["errors"]["other"][0]
    assert fresh(tip).version == tip.version


@pytest.mark.parametrize("act", ["links", "links/remove", "merge"])
def test_another_units_tip_reads_like_one_that_never_was(desk, tip, make_tip, fresh, act):
    foreign = make_tip("drugs")

    there = desk.post(tip, act, other=foreign.reference)
    nowhere = desk.post(tip, act, other=NEVER)

    assert there.status_code == nowhere.status_code == 422
    assert there.json == nowhere.json
    assert fresh(foreign).version == foreign.version


@pytest.mark.parametrize("act", ["links", "links/remove", "merge"])
def test_a_tip_of_another_unit_cannot_be_acted_on(sign_in, pair, fresh, act):
    one, two = pair

    assert sign_in("drugs-1").post(one, act, other=two.reference).status_code == 404
    assert fresh(two).version == two.version


@pytest.mark.parametrize("act", ["links", "links/remove", "merge"])
def test_a_page_that_is_older_than_the_tip_is_told(desk, colleague, pair, act):
    one, two = pair
    colleague.post(one, "urgency", urgency="P0")

    answer = desk.post(one, act, other=two.reference)

    assert answer.status_code == 409
    assert answer.json["events"][0]["by"] == "police-2"


@pytest.mark.parametrize("act", ["links", "links/remove", "merge"])
def test_an_act_without_the_version_seen_is_refused(desk, pair, act):
    assert desk.post(pair[0], act, other=pair[1].reference, version="").status_code == 400


def test_ties_and_merges_stand_in_the_audit_log(app, desk, pair, fresh):
    one, two = pair
    desk.post(one, "links", other=two.reference)
    desk.post(fresh(one), "merge", other=two.reference)

    with app.app_context():
        found = db.reading.execute(select(AuditEvent.reference, AuditEvent.detail)).all()

    details = [detail for reference, detail in found if reference == one.reference]
    assert any(f"linked_{two.reference}" in detail for detail in details)
    assert any(f"merged_{two.reference}" in detail for detail in details)
