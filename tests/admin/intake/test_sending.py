"""What is acknowledged is kept; a retry makes no second tip, loses no receipt, drops no words."""

import dataclasses
import re
import threading
import time
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import OperationalError

from admin import create_app
from admin.db import db, today
from admin.intake.flood import Verdict
from admin.models import DayKey, Message, SpentNonce, Tally, Tip, UnitKey
from admin.sealing import receipt
from admin.vault import store, vault
from admin.vault.expiry import sweep

from .conftest import LEAST, FormReader, Reporter

HOUR = 3600


def count(app, model):
    with app.app_context():
        return db.reading.execute(select(func.count()).select_from(model)).scalar_one()


def test_a_tip_is_stored_sealed_and_answered_with_a_receipt_that_leads_to_it(app, reporter, stored):
    page = reporter.tip(what="桥头有人收过路费", minor="yes", township="shili")

    [tip] = stored()
    assert tip.unit == "police"
    assert tip.words.fields["what"] == "桥头有人收过路费"
    assert tip.label.township == "shili"
    assert tip.label.flags == ("minor",)
    with app.app_context():
        from admin.app_state import app_state

        keys = receipt.derive(receipt.check(page.receipt), app_state().site_id)
        assert tip.row.lookup == app_state().peppered(keys.lookup)
    assert tip.words.reporter == str(keys.identity.recipient)
    assert tip.words.talk == keys.talk


def test_the_receipt_element_holds_36_digits_and_no_others(reporter):
    page = reporter.tip()

    block = re.search(r'id="receipt".*?</ol>', page.text, re.DOTALL)[0]
    assert len(re.findall(r"\d", re.sub(r"<[^>]*>", "", block))) == 36
    assert receipt.check(page.receipt)


def test_what_is_left_empty_is_not_written_down(reporter, stored):
    reporter.tip(who="", fear="")

    [tip] = stored()
    assert not {"who", "fear", "exclude", "token"} & set(tip.words.fields)


def test_ten_reloads_of_the_result_make_one_row_and_one_receipt(app, reporter):
    first = reporter.tip()

    for _ in range(10):
        assert reporter.send().receipt == first.receipt
    assert count(app, Tip) == 1
    assert count(app, SpentNonce) == 1
    with app.app_context():
        assert db.reading.scalars(select(Tally.count)).all() == [1]


def test_back_add_a_sentence_and_send_makes_one_tip_and_one_supplement(app, reporter, stored):
    first = reporter.tip(what="看到两条船")

    page = reporter.send(what="看到两条船。昨晚又来了。")

    assert "补充的内容也收到了" in page.text
    assert page.receipt == first.receipt
    [tip] = stored()
    [message] = tip.messages
    assert (message.kind, message.number, message.previous) == ("supplement", 1, "")
    assert "昨晚又来了" in message.body
    message.verify(
        tip.words.talk,
        direction="reporter",
        reference=tip.words.reference,
        number=1,
        previous="",
    )


def test_a_form_that_was_added_to_too_often_keeps_its_words_and_asks_for_a_new_one(
    app, reporter, monkeypatch
):
    monkeypatch.setattr(store, "TALK_MAX", 1)
    reporter.tip(what="看到两条船")
    reporter.send(what="看到两条船。昨晚又来了。")

    page = reporter.send(what="看到两条船。今晚还在。", status=422)

    assert "这一页已经补充太多次" in page.text
    assert "今晚还在" in page.text
    assert (count(app, Message), count(app, SpentNonce)) == (1, 2)


def test_the_same_supplement_twice_is_stored_once(reporter, stored):
    reporter.tip()
    reporter.send(what="多写一句")
    page = reporter.send(what="多写一句")

    assert page.receipt
    assert len(stored()[0].messages) == 1


def test_supplements_follow_each_other_in_one_chain(reporter, stored):
    reporter.tip()
    for words in ("一", "二", "三"):
        reporter.send(what=words)

    messages = stored()[0].messages
    assert [message.number for message in messages] == [1, 2, 3]
    assert [message.previous for message in messages] == [
        "",
        messages[0].digest,
        messages[1].digest,
    ]


def test_a_supplement_that_tells_of_danger_makes_the_tip_urgent(reporter, stored):
    reporter.tip(category="A1", when="month")
    reporter.send(when="now")

    assert stored()[0].urgency == "P0"


def test_words_added_to_a_tip_about_an_official_leave_its_urgency_as_it_was(reporter, stored):
    """Which matter it is shows by no change of the cover: P1 before, P1 after."""
    reporter.tip(official="yes", category="B5", when="month")
    # Even where the reporter takes the official back: the tip lies where it lies.
    reporter.send(official="no", category="A1", when="now", minor="yes")

    (tip,) = stored()
    assert len(tip.messages) == 1
    assert (tip.unit, tip.urgency) == ("supervision", "P1")


def test_words_added_after_naming_the_units_office_go_to_another_unit_alone(reporter, stored):
    first = reporter.tip(what="市场里有人收钱", official="no")

    page = reporter.send(what="收钱的人和派出所一起喝酒", exclude=["station"])

    assert page.receipt
    assert page.receipt != first.receipt
    tips = {tip.unit: tip for tip in stored()}
    assert set(tips) == {"police", "upper"}
    assert tips["police"].messages == []
    assert reporter.send().receipt == page.receipt
    assert len(stored()) == 2


def test_words_added_about_an_official_go_the_sealed_way_alone(reporter, stored):
    reporter.tip()
    reporter.send(official="yes")

    assert {tip.unit for tip in stored()} == {"police", "supervision"}


@pytest.mark.parametrize("fresh_hours", [25, 24 * 7])
def test_a_token_that_expired_after_it_was_spent_still_gives_the_receipt(
    app, reporter, shown_before, fresh_hours
):
    shown_before(reporter, fresh_hours * HOUR)
    # Sent while the token was good: written down as the service does it then.
    first = send_as_if_in_time(app, reporter)

    page = reporter.send()

    assert page.receipt == first
    assert count(app, Tip) == 1


def send_as_if_in_time(app, reporter):
    from admin.app_state import app_state
    from admin.intake import pages, services, submission
    from admin.intake.current import current_intake
    from admin.sealing.receipt import grouped, with_checks

    reporter.form |= LEAST
    with app.test_request_context("/tip/sent", method="POST", data=reporter.form):
        nonce, fresh = app_state().tokens.read(reporter.form["token"])
        assert not fresh
        intake = current_intake(db.session, nonce.day)
        form = pages.new_form(__import__("flask").request.form)
        form.validate()
        sent = submission.Submission(intake, nonce, form.answers())
        services.receive(db.session, sent)
        db.session.commit()
        return grouped(with_checks(sent.digits))


def test_a_token_that_expired_unspent_stores_nothing_and_keeps_every_word(
    app, reporter, shown_before
):
    shown_before(reporter, 25 * HOUR)

    page = reporter.send(status=422, **LEAST, who="三个人")

    assert count(app, Tip) == 0
    assert "放得太久" in page.text
    assert page.read.values["who"] == "三个人"
    reporter.form = page.read.values
    assert reporter.send().receipt


def test_after_the_days_key_is_gone_an_old_form_gets_a_new_number(app, reporter, shown_before):
    shown_before(reporter, 24 * HOUR * 8)

    page = reporter.send(status=422, **LEAST)

    assert count(app, DayKey) == 0
    reporter.form = page.read.values
    assert reporter.send().receipt


def test_eight_days_keys_stand_and_no_ninth(app):
    with app.app_context():
        days = [today() - timedelta(days=back) for back in range(12)]
        db.session.add_all(DayKey(day=day, key=b"k" * 32) for day in days)
        sweep(db.session)
        db.session.commit()
        kept = db.session.query(DayKey.day).order_by(DayKey.day.desc()).all()
        known = [vault().day_keys.get(db.session, day) is not None for day in days]

    assert [row.day for row in kept] == days[:8]
    assert known == [True] * 8 + [False] * 4


def test_the_days_key_is_destroyed_with_the_days_spent_numbers(app, reporter):
    reporter.tip()
    later = today() + timedelta(days=8)

    with app.app_context():
        counts = sweep(db.session, later)
        db.session.commit()

    assert (counts["nonces"], counts["day_keys"]) == (1, 1)
    assert (count(app, SpentNonce), count(app, DayKey), count(app, Tip)) == (0, 0, 1)


def test_copying_one_group_closes_the_receipt_for_good(reporter):
    page = reporter.tip()
    group = page.read.groups[page.asked - 1]

    done = reporter.client.post("/tip/copied", data={"token": page.token, "group": group})

    assert done.status_code == 200
    assert "已收到" in done.text
    assert FormReader(done.text).groups == []
    assert done.headers["Clear-Site-Data"] == '"cache"'
    again = reporter.send()
    assert (again.read.groups, again.response.headers["Clear-Site-Data"]) == ([], '"cache"')


def test_a_group_is_read_with_spaces_and_full_width_digits(reporter):
    page = reporter.tip()
    group = page.read.groups[page.asked - 1]
    typed = " ".join(group).translate(str.maketrans("0123456789", "０１２３４５６７８９"))

    done = reporter.client.post("/tip/copied", data={"token": page.token, "group": typed})

    assert done.status_code == 200


@pytest.mark.parametrize("typed", ["", "123", "another group"])
def test_a_wrong_group_shows_the_receipt_again_and_says_so(reporter, typed):
    page = reporter.tip()
    if typed == "another group":
        typed = page.read.groups[page.asked % 6]

    again = reporter.client.post("/tip/copied", data={"token": page.token, "group": typed})

    assert again.status_code == 422
    assert FormReader(again.text).groups == page.read.groups
    assert 'href="#group"' in again.text


def test_words_sent_after_the_copy_are_kept_and_the_receipt_stays_hidden(reporter, stored):
    page = reporter.tip()
    group = page.read.groups[page.asked - 1]
    reporter.client.post("/tip/copied", data={"token": page.token, "group": group})

    more = reporter.send(what="抄完又想起一件事")

    assert more.read.groups == []
    assert "补充的内容也收到了" in more.text
    assert len(stored()[0].messages) == 1


@pytest.mark.parametrize("token", ["", "forged", "unspent"])
def test_no_receipt_is_shown_for_a_token_under_which_nothing_was_stored(reporter, token):
    if token == "unspent":
        reporter.open_form()
        token = reporter.form["token"]

    page = reporter.client.post("/tip/copied", data={"token": token, "group": "000000"})

    assert page.status_code == 302
    assert page.location.endswith("/tip/")


def test_a_form_sent_too_quickly_comes_back_once_with_all_its_words(
    app, config, units, monkeypatch
):
    slow = create_app(dataclasses.replace(config, form_min_seconds=600))
    client = slow.test_client()
    hasty = Reporter(client)
    hasty.open_form()

    page = hasty.send(status=422, **LEAST)

    assert "发得太快" in page.text
    assert page.read.values["what"] == LEAST["what"]
    hasty.form = page.read.values
    monkeypatch.setattr("admin.wire.form_tokens.seconds", lambda: int(time.time()) + 600)
    assert hasty.send().receipt
    with slow.app_context():
        db.dispose()


def retire(app, unit_id):
    """Retire a unit's key, and forget which units were open."""
    with app.app_context():
        db.session.execute(
            update(UnitKey).where(UnitKey.unit_id == unit_id).values(retired_on=today())
        )
        db.session.commit()
    app.extensions["dengshao.vault"].units._until = 0.0


def test_a_retry_gets_its_receipt_though_the_unit_has_closed_since(app, reporter):
    first = reporter.tip()
    retire(app, "police")

    assert reporter.send().receipt == first.receipt


def test_words_added_after_the_unit_closed_are_not_taken_and_stay_on_the_page(
    app, reporter, stored
):
    reporter.tip()
    retire(app, "police")

    page = reporter.send(status=422, what="又想起一件事")

    assert "先前发的已经存好" in page.text
    assert page.read.values["what"] == "又想起一件事"
    assert stored()[0].messages == []


def test_a_database_that_is_away_loses_no_word(app, reporter, monkeypatch, caplog):
    reporter.open_form()

    def away(*_args, **_kwargs):
        raise OperationalError("INSERT", {}, Exception("database or disk is full"))

    with monkeypatch.context() as broken:
        broken.setattr("admin.intake.views.receive", away)
        page = reporter.send(status=503, **LEAST)

    assert page.read.values["what"] == LEAST["what"]
    assert "现在存不上" in page.text
    # An operator is told what the reporter cannot mend, and none of the words.
    assert "OperationalError at" in caplog.text
    assert LEAST["what"] not in caplog.text
    reporter.form = page.read.values
    assert reporter.send().receipt


@pytest.mark.parametrize("part", ["current_intake", "_is_known", "_judge"])
def test_a_database_that_is_away_before_anything_is_written_loses_no_word(
    reporter, monkeypatch, part
):
    reporter.tip()

    def away(*_args, **_kwargs):
        raise OperationalError("SELECT", {}, Exception("the server closed the connection"))

    with monkeypatch.context() as broken:
        broken.setattr(f"admin.intake.views.{part}", away)
        if part == "_is_known":
            broken.setattr("admin.intake.views._judge", lambda _form: Verdict.REST)
        page = reporter.send(status=503, what="昨晚又来了")

    assert page.read.values["what"] == "昨晚又来了"
    assert "现在存不上" in page.text


def test_open_units_stay_known_while_the_database_is_away(app, reporter, monkeypatch):
    reporter.open_form()
    units = app.extensions["dengshao.vault"].units

    def away():
        raise OperationalError("SELECT", {}, Exception("the server closed the connection"))

    with monkeypatch.context() as broken:
        broken.setattr(units, "_load", away)
        broken.setattr(units, "_until", 0.0)
        page = reporter.send(status=422, **LEAST | {"place": ""})

    assert page.read.values["what"] == LEAST["what"]


def test_the_same_form_sent_at_the_same_moment_makes_one_tip_and_one_receipt(app, reporter):
    reporter.open_form()
    reporter.form |= LEAST
    receipts, barrier = [], threading.Barrier(8)

    def press():
        mine = Reporter(app.test_client(), dict(reporter.form))
        barrier.wait()
        receipts.append(mine.send().receipt)

    threads = [threading.Thread(target=press) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(receipts) == 8
    assert len(set(receipts)) == 1
    assert count(app, Tip) == 1


def test_different_words_sent_at_the_same_moment_are_all_kept(app, reporter, stored):
    reporter.open_form()
    reporter.form |= LEAST
    barrier = threading.Barrier(6)

    def press(number):
        mine = Reporter(app.test_client(), dict(reporter.form))
        barrier.wait()
        mine.send(what=f"第{number}份")

    threads = [threading.Thread(target=press, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    [tip] = stored()
    told = {tip.words.fields["what"], *(re.search(r"第\d份", m.body)[0] for m in tip.messages)}
    assert told == {f"第{number}份" for number in range(6)}
