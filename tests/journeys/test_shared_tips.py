"""The invented tips of ../shared/tips open for a member of their unit and for no one else."""

from itertools import combinations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import undefer

from admin.access.roles import WITHOUT_CONTENT
from admin.db import db
from admin.keys.issuing import open_grant, open_identity
from admin.models import KeyGrant, Member, Tip
from admin.sealing import age
from admin.tip.status import TipStatus
from admin.vault.expiry import sweep
from tests.shared_tips import read_tips
from tests.signing_in import cleared

from .told import in_words, told

pytestmark = pytest.mark.browser

UNIT_OF = {
    **dict.fromkeys(("01", "03", "05", "06", "08", "09", "10", "11", "12"), "police-1"),
    **dict.fromkeys(("04", "07"), "drugs-1"),
    "02": "supervision-1",
}


@pytest.fixture
def sent(shared, reporter, live):
    """Send all twelve sealed in the browser; gives their words and their references.

    tests/admin/intake/test_shared_tips.py sends them without scripts.
    """
    sealing = reporter(scripts=True)
    references = {}
    tips = read_tips(shared)
    for number, answers in tips.items():
        known = set(references.values())
        assert sealing.write_tip(**answers)
        sealing.copy_receipt()
        [references[number]] = set(stored_references(live)) - known
    return {number: (tips[number], references[number]) for number in tips}


def stored_references(live):
    with live.app.app_context():
        return list(db.reading.scalars(select(Tip.reference)))


def identities_of(live, demo):
    """Every identity that each demo member can open: their own, and those handed to them."""
    found = {}
    with live.app.app_context():
        for member in db.reading.scalars(select(Member)):
            person = demo[member.name]
            own = open_identity(member, person.passphrase, person.code)
            grants = db.reading.scalars(select(KeyGrant).filter_by(member_id=member.id)).all()
            units = [open_grant(db.reading, grant.unit_key, member, own) for grant in grants]
            found[member.name] = [own, *units]
    return found


def test_each_tip_opens_for_its_unit_alone(sent, member, live, demo):
    each_opens_in_the_browser_of_its_unit(sent, member, live)
    none_is_there_for_a_member_of_another_unit(sent, member)
    no_other_members_keys_open_any(live, demo)
    covers_tell_what_they_may(sent, live)


def each_opens_in_the_browser_of_its_unit(sent, member, live):
    pages = {name: member(name) for name in set(UNIT_OF.values())}
    for number, (answers, reference) in sent.items():
        page = pages[UNIT_OF[number]]
        page.goto(page.url.split("/desk/")[0] + f"/desk/tips/{reference}")
        cleared(page).wait_for_selector("#opened dl")
        # What the form shows as chosen and nobody changed comes along.
        whole = {"minor": "unclear", "official": "unclear", **answers}
        assert told(page) == in_words(live.app, whole)


def none_is_there_for_a_member_of_another_unit(sent, member):
    for name in sorted(set(UNIT_OF.values()) | {"trade-1", "upper-1", "admin"}):
        page = member(name)
        for number, (_answers, reference) in sent.items():
            address = f"{page.url.split('/desk/')[0]}/desk/tips/{reference}"
            # Who reads no tips is refused whatever is there; another unit's is not there.
            other = 403 if name == "admin" else 404
            expected = 200 if UNIT_OF[number] == name else other
            assert page.request.get(address).status == expected, (name, number)
            assert page.request.get(f"{address}/sealed.json").status == expected, (name, number)


def no_other_members_keys_open_any(live, demo):
    identities = identities_of(live, demo)
    # A dispatcher belongs to the unit and opens nothing.
    unit_of_member = {
        name: None if WITHOUT_CONTENT & set(person.roles) else person.unit
        for name, person in demo.items()
    }
    tried = 0
    with live.app.app_context():
        tips = db.reading.scalars(select(Tip).options(undefer(Tip.sealed))).all()
        for tip in tips:
            for name, keys in identities.items():
                for sealed in filter(None, (tip.sealed, tip.label)):
                    tried += 1
                    if unit_of_member[name] == tip.unit_id:
                        assert age.open_sealed(sealed, keys)
                    else:
                        with pytest.raises(age.NoMatch):
                            age.open_sealed(sealed, keys)
    assert len(tips) == 12
    assert tried >= 12 * 7


def covers_tell_what_they_may(sent, live):
    with live.app.app_context():
        umbrella = db.reading.scalars(select(Tip).filter_by(reference=sent["02"][1])).one()
        danger = db.reading.scalars(select(Tip).filter_by(reference=sent["08"][1])).one()
        assert umbrella.unit_id == "supervision"
        assert (danger.unit_id, danger.urgency.value) == ("police", "P0")
        lookups = [tip.lookup for tip in db.reading.scalars(select(Tip))]
    assert all(one != other for one, other in combinations(lookups, 2))


@pytest.mark.parametrize(
    ("number", "outcome", "words"),
    [
        ("09", "protected", "12345"),
        ("10", "civil", "调解"),
        ("11", "to_help", "12356"),
    ],
)
def test_what_is_no_matter_of_this_desk_ends_by_a_decision_and_is_purged_after_seven_days(
    shared, reporter, member, live, number, outcome, words
):
    plain = reporter(scripts=False)
    receipt = plain.write_tip(**read_tips(shared)[number])
    [reference] = stored_references(live)
    desk = member("police-1")
    desk.goto(f"{live.desk}/desk/tips/{reference}")
    cleared(desk).wait_for_selector("#opened dl")

    desk.click("[aria-controls=decision]")
    desk.check("#decision input[name=move_to][value=out_of_scope]")
    desk.select_option("#decision select[name=reason]", outcome)
    desk.fill("#end-decision", "不是线索，已经告诉去哪里办。")
    desk.click("#decision button:has-text('确认决定')")
    desk.wait_for_selector("#waiting-second")
    plain.open_mailbox(receipt)
    assert "已收到" in plain.page.inner_text("main")
    assert "不归这里办" not in plain.page.inner_text("main")

    # The words go in seven days: a colleague reads them first.
    second = member("police-2")
    second.goto(f"{live.desk}/desk/tips/{reference}")
    cleared(second).wait_for_selector("#opened dl")
    second.click("#answer-second button:text-is('同意')")
    second.wait_for_selector("text=您同意了，已经办好。")
    desk.goto(f"{live.desk}/desk/tips/{reference}")
    desk.wait_for_selector("[data-cover=status]:has-text('不归这里办')")

    plain.open_mailbox(receipt)
    text = plain.page.inner_text("main")
    assert "这件事不归这里办" in text
    assert words in text
    with live.app.app_context():
        tip = db.session.scalars(select(Tip)).one()
        day = tip.expires_on
        assert (day - tip.received_on).days == 7
        assert sweep(db.session, day)["tips"] == 1
        db.session.commit()
        purged = db.session.scalars(select(Tip).options(undefer(Tip.sealed))).one()
        assert (purged.status, purged.label, purged.sealed) == (TipStatus.PURGED, None, None)
    plain.open_mailbox(receipt)
    assert "内容已删除" in plain.page.inner_text("main")
