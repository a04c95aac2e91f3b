"""What a reporter leaves to be reached by: under two locks, never among the words, never lost."""

import pytest
from sqlalchemy import update

from admin.db import db, today
from admin.models import SpentNonce, Tip, UnitKey
from admin.sealing import age

from .conftest import LEAST

CONTACT = "周一晚上，电话 13900000000"


def opened(contact, units, outer="supervision", inner="upper"):
    """Open a contact block as the two units do together."""
    block = age.open_sealed(contact, [units[outer].identity])
    return age.open_sealed(block, [units[inner].identity]).decode().rstrip(" ")


def close(app, unit_id):
    with app.app_context():
        db.session.execute(
            update(UnitKey).where(UnitKey.unit_id == unit_id).values(retired_on=today())
        )
        db.session.commit()
    app.extensions["dengshao.vault"].units._until = 0.0


def test_two_units_together_read_what_was_left_and_no_other_does(reporter, stored, units):
    reporter.tip(contact=f"  {CONTACT} ")

    [tip] = stored()
    assert opened(tip.words.contact, units) == CONTACT
    for unit_id in ("police", "drugs", "trade", "upper"):
        with pytest.raises(age.NoMatch):
            age.open_sealed(tip.words.contact, [units[unit_id].identity])
    inner = age.open_sealed(tip.words.contact, [units["supervision"].recovery])
    with pytest.raises(age.NoMatch):
        age.open_sealed(inner, [units["supervision"].identity])
    assert len(age.open_sealed(inner, [units["upper"].recovery])) == 512


def test_what_was_left_stands_nowhere_among_the_words(reporter, stored):
    reporter.tip(contact=CONTACT)
    reporter.send(contact=CONTACT, what="又来了")

    [tip] = stored()
    [message] = tip.messages
    assert set(tip.words.fields) & {"contact", "website", "page", "token"} == set()
    assert "13900000000" not in str(tip.words.fields) + message.body


def test_without_a_contact_a_tip_is_written_as_before(reporter, stored, count):
    reporter.tip(contact="  ")

    assert stored()[0].words.contact == b""
    assert b"contact" not in stored()[0].words.to_bytes()
    assert count(SpentNonce) == 1


def test_a_retry_with_the_same_contact_stores_nothing(reporter, count):
    first = reporter.tip(contact=CONTACT)

    for _ in range(3):
        assert reporter.send().receipt == first.receipt
    assert count(Tip) == 1


def test_a_retry_gets_its_receipt_though_the_reader_of_contacts_has_closed(app, reporter, count):
    first = reporter.tip(contact=CONTACT)
    close(app, "upper")

    assert reporter.send().receipt == first.receipt
    assert count(Tip) == 1


@pytest.mark.parametrize("later", [CONTACT, ""], ids=["the same", "none"])
def test_words_added_later_are_kept_with_the_contact_of_the_first_time(
    reporter, stored, units, later
):
    reporter.tip(contact=CONTACT)

    page = reporter.send(what="昨晚又来了", contact=later)

    assert "补充的内容也收到了" in page.text
    [tip] = stored()
    assert "昨晚又来了" in tip.messages[0].body
    assert opened(tip.words.contact, units) == CONTACT


@pytest.mark.parametrize("first", ["", CONTACT], ids=["none", "another"])
@pytest.mark.parametrize("what", [LEAST["what"], "昨晚又来了"], ids=["same words", "more words"])
def test_another_contact_for_a_tip_that_was_sent_is_not_dropped_in_silence(
    reporter, stored, first, what
):
    sent = reporter.tip(contact=first)

    page = reporter.send(status=422, what=what, contact="微信 abc")

    assert [link for link, _words in page.errors] == ["contact"]
    assert "联系方式不能再改" in page.text
    assert page.read.values["contact"] == "微信 abc"
    assert page.read.values["what"] == what
    assert stored()[0].messages == []
    reporter.form = page.read.values
    assert reporter.send(contact=first).receipt == sent.receipt


@pytest.mark.parametrize("official", ["no", "unclear", "yes"])
def test_a_contact_is_never_sealed_to_a_unit_whose_office_was_excluded(
    reporter, stored, units, official
):
    reporter.open_form()

    page = reporter.send(
        status=422, **LEAST, contact=CONTACT, exclude=["discipline"], official=official
    )

    assert [link for link, _words in page.errors] == ["contact"]
    assert "请清空这一栏，或者不勾那个单位" in page.text
    assert page.read.values["contact"] == CONTACT
    assert page.read.values["exclude"] == ["discipline"]
    assert stored() == []
    reporter.form = page.read.values
    assert reporter.send(contact="").receipt
    assert stored()[0].words.contact == b""


def test_an_office_of_another_unit_does_not_keep_a_contact_away(reporter, stored, units):
    reporter.tip(contact=CONTACT, exclude=["station"], official="no")

    assert opened(stored()[0].words.contact, units) == CONTACT


def test_words_set_apart_for_another_unit_bring_the_contact_along(reporter, stored, units):
    reporter.tip(contact=CONTACT, official="no")
    page = reporter.send(exclude=["station"], what="收钱的人和派出所一起喝酒")

    tips = {tip.unit: tip for tip in stored()}
    assert set(tips) == {"police", "upper"}
    assert opened(tips["upper"].words.contact, units) == CONTACT
    assert reporter.send().receipt == page.receipt
    assert len(stored()) == 2


@pytest.mark.parametrize("unit", ["supervision", "upper"])
def test_where_one_of_the_two_units_is_closed_a_contact_is_not_asked_for_and_not_lost(
    app, reporter, stored, unit
):
    reporter.open_form()
    form = reporter.form
    close(app, unit)
    fresh = reporter.open_form()
    assert 'name="contact"' not in fresh.text

    reporter.form = form
    page = reporter.send(status=422, **LEAST, contact=CONTACT)

    assert [link for link, _words in page.errors] == ["contact"]
    assert "联系方式现在没有单位能看" in page.text
    assert page.read.values["contact"] == CONTACT
    assert stored() == []
    reporter.form = page.read.values
    assert reporter.send(contact="").receipt


def test_a_contact_that_is_too_long_comes_back_whole(reporter, stored):
    reporter.open_form()

    page = reporter.send(status=422, **LEAST, contact="字" * 201)

    assert [link for link, _words in page.errors] == ["contact"]
    assert page.read.values["contact"] == "字" * 201
    assert reporter.send(contact="字" * 200).receipt


def test_a_tip_sealed_in_the_browser_brings_its_contact_unread(scripted, stored, units):
    inner = age.seal(CONTACT.encode(), [units["upper"].identity.recipient])
    block = age.seal(inner, [units["supervision"].identity.recipient])

    scripted.post(scripted.parcel(contact=block))

    assert opened(stored()[0].words.contact, units) == CONTACT
