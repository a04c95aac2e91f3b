"""Without scripts: answers, more words, danger, withdrawal; each stored once and sealed."""

import re
import threading
from datetime import timedelta

import pytest
from sqlalchemy.exc import OperationalError

from admin.app_state import app_state
from admin.db import today
from admin.mailbox import visit as visit_module
from admin.mailbox.words import CALLED_DAYS
from admin.models import Decision, Message, SpentNonce
from admin.sealing import payload
from admin.tip.events import EventKind
from admin.tip.status import TipStatus
from admin.tip.urgency import Urgency
from admin.vault import store
from admin.vault.events import REPORTER


def token_of(page):
    return re.search(r'name="token" value="([^"]+)"', page.text)[1]


@pytest.fixture
def send(client, reporter):
    """Write as the reporter does: open the mailbox, then send one of its forms."""

    def send(address="words", *, token=None, **fields):
        page = client.post("/mailbox/", data={"receipt": reporter.typed})
        values = {"receipt": reporter.typed, "token": token or token_of(page)}
        return client.post(f"/mailbox/{address}", data=values | fields)

    return send


def last_decision(reporter):
    return reporter.tip().decisions[-1]


def test_more_words_are_sealed_to_the_unit_and_chained_to_the_talk(send, reporter):
    page = send(words="又来了一次，\r\n还是那辆车")

    assert page.status_code == 200
    assert "您补充的内容已收到" in page.text
    (envelope,) = reporter.opened()
    envelope.verify(
        reporter.keys.talk,
        direction="reporter",
        reference=reporter.reference,
        number=1,
        previous="",
    )
    assert (envelope.kind, envelope.body) == ("message", "又来了一次，\n还是那辆车")
    assert reporter.tip().messages[0].digest == envelope.digest


def test_more_words_are_logged_and_change_no_status(send, reporter):
    reporter.move(TipStatus.ACCEPTED, "in_scope")

    send(words="我又想起来")

    last = last_decision(reporter)
    assert (last.old, last.new) == (TipStatus.ACCEPTED, TipStatus.ACCEPTED)
    assert (last.kind, last.by) == (EventKind.MORE_WORDS, REPORTER)


@pytest.mark.parametrize(
    ("ended", "outcome"),
    [(TipStatus.CLOSED, "unfounded"), (TipStatus.OUT_OF_SCOPE, "civil")],
)
def test_words_to_an_ended_tip_open_it_again_so_that_nobody_deletes_them_unread(
    send, reporter, ended, outcome
):
    reporter.move(ended, outcome, outcome)

    send(words="我又想起来")

    tip, last = reporter.tip(), last_decision(reporter)
    assert (last.old, last.new) == (ended, TipStatus.RECEIVED)
    assert (tip.is_open, tip.outcome, tip.expires_on) == (True, None, None)


@pytest.mark.parametrize("before", [TipStatus.RECEIVED, TipStatus.ACCEPTED, TipStatus.REFERRED])
def test_an_answer_puts_the_tip_back_to_where_it_stood_before_the_question(send, reporter, before):
    if before is not TipStatus.RECEIVED:
        reporter.move(before, "in_scope")
    reporter.ask("几点？")
    reporter.ask("哪一天？")

    send(words="晚上八点")

    assert reporter.tip().status is before
    assert last_decision(reporter).kind == EventKind.ANSWERED
    assert [envelope.number for envelope in reporter.opened()] == [1, 2, 3]


def test_the_same_words_sent_twice_are_stored_once(client, reporter, send, count):
    page = client.post("/mailbox/", data={"receipt": reporter.typed})
    token = token_of(page)

    first, second = send(token=token, words="一样的话"), send(token=token, words="一样的话")

    assert count(Message) == 1
    assert count(SpentNonce) == 1
    assert (first.status_code, second.status_code) == (200, 200)
    assert "您补充的内容已收到" in second.text


def test_a_sentence_added_after_going_back_is_a_message_of_its_own(client, reporter, send):
    token = token_of(client.post("/mailbox/", data={"receipt": reporter.typed}))

    send(token=token, words="第一句")
    send(token=token, words="第一句，还有第二句")

    assert [envelope.body for envelope in reporter.opened()] == ["第一句", "第一句，还有第二句"]


def test_the_same_words_under_another_receipt_are_no_retry(client, reporter, other_reporter):
    token = token_of(client.post("/mailbox/", data={"receipt": reporter.typed}))

    for who in (reporter, other_reporter):
        fields = {"receipt": who.typed, "token": token, "words": "一样的话"}
        assert client.post("/mailbox/words", data=fields).status_code == 200

    assert len(other_reporter.opened()) == len(reporter.opened()) == 1


@pytest.mark.table
@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"words": ""}, "请先写下要说的话。"),
        ({"words": " \r\n　"}, "请先写下要说的话。"),
        ({"words": "长" * 2001}, "您写了 2001 字，请分几次写。"),
        ({"words": "一句", "token": "forged"}, "页面放得太久了。您写的字还在，请再按一次。"),
    ],
)
def test_refused_words_are_kept_and_named(send, reporter, fields, sentence, count):
    page = send(**fields)

    assert page.status_code == 422
    assert 'id="error-summary"' in page.text
    assert sentence in page.text
    assert fields["words"].strip() in page.text
    assert count(Message) == 0


def test_words_that_find_no_more_room_are_kept_on_the_page(send, count, monkeypatch, no_networks):
    monkeypatch.setattr(store, "TALK_MAX", 1)
    send(words="第一句")

    refused = send(words="第二句")

    assert refused.status_code == 422
    assert "这条线索下的话太多了" in refused.text
    assert "第二句" in refused.text
    assert (count(Message), count(SpentNonce)) == (1, 1)


def test_two_thousand_characters_are_taken_counting_a_line_end_once(send, reporter):
    page = send(words="长" * 999 + "\r\n" + "𠮷" * 1000)

    assert page.status_code == 200
    assert len(reporter.opened()[0].body) == 2000


def test_an_old_token_is_renewed_unless_its_words_are_stored_already(
    client, reporter, send, monkeypatch
):
    token = token_of(client.post("/mailbox/", data={"receipt": reporter.typed}))
    send(token=token, words="昨天的话")
    monkeypatch.setattr("admin.wire.form_tokens.TOKEN_SECONDS", -1)

    again = send(token=token, words="昨天的话")
    late = send(token=token, words="今天的话")
    monkeypatch.undo()
    renewed = send(token=token_of(late), words="今天的话")

    assert "您补充的内容已收到" in again.text
    assert late.status_code == 422
    assert "今天的话" in late.text
    assert renewed.status_code == 200
    assert [envelope.body for envelope in reporter.opened()] == ["昨天的话", "今天的话"]


def test_where_the_unit_has_no_open_key_the_words_are_kept_and_numbers_given(
    send, close_units, count
):
    close_units()

    page = send(words="急事")

    assert page.status_code == 422
    assert "现在收不了新的话" in page.text
    assert "12345" in page.text
    assert "急事</textarea>" in page.text
    assert count(Message) == 0


def test_a_spoilt_receipt_or_an_unknown_one_drops_no_words(client, unit, stranger):
    spoilt = client.post("/mailbox/words", data={"receipt": "12", "words": "要紧的话"})
    unknown = client.post("/mailbox/words", data={"receipt": stranger, "words": "要紧的话"})

    assert (spoilt.status_code, unknown.status_code) == (422, 200)
    assert 'name="words" value="要紧的话"' in spoilt.text
    assert 'name="words" value="要紧的话"' in unknown.text


def test_danger_shows_110_and_the_laws_protections_before_anything_is_marked(send, reporter, count):
    page = send("danger")

    assert page.status_code == 200
    assert 'href="tel:110"' in page.text
    assert "第六十一条" in page.text
    for protection in ("不公开您的姓名", "不露脸", "不准特定的人接触您", "专门保护", "住处和工作"):
        assert protection in page.text
    assert reporter.tip().urgency is Urgency.P2
    assert count(Message) == 0


def test_danger_confirmed_marks_the_tip_as_most_urgent_and_tells_staff(send, reporter):
    reporter.move(TipStatus.CLOSED, "unfounded", "unfounded")

    page = send("danger", confirm="yes", words="他们来过我家")

    tip = reporter.tip()
    assert "请马上打 110" in page.text
    assert (tip.urgency, tip.danger_on) == (Urgency.P0, today())
    # Open again as received: nobody has accepted it, and no old result stands on it.
    assert (tip.status, tip.is_open, tip.outcome) == (TipStatus.RECEIVED, True, None)
    assert last_decision(reporter).kind == EventKind.DANGER
    (envelope,) = reporter.opened()
    assert envelope.kind == "danger"
    assert envelope.body.endswith("他们来过我家")


def test_danger_needs_no_words(send, reporter):
    assert send("danger", confirm="yes").status_code == 200
    assert reporter.opened()[0].kind == "danger"


def test_a_call_whose_words_were_refused_says_what_happens_now_and_stands_there_at_the_next_look(
    client, send, reporter, close_units
):
    close_units()

    marked = send("danger", confirm="yes", words="他们来过我家")
    again = client.post("/mailbox/", data={"receipt": reporter.typed})

    for page in (marked, again):
        assert all(sentence in page.text for sentence in ACTS["danger"][1])
        assert 'data-slot="happens-danger" hidden' not in page.text
    assert f"您在 {format_day(today())} 按了「我有危险」。" in again.text
    assert again.text.count("按了「我有危险」") == 1


def test_what_happens_now_is_said_for_some_days_and_not_for_ever(
    client, send, reporter, change_tip
):
    send("danger", confirm="yes")
    pages = [client.post("/mailbox/", data={"receipt": reporter.typed}).text]
    change_tip(danger_on=today() - timedelta(days=CALLED_DAYS))
    pages.append(client.post("/mailbox/", data={"receipt": reporter.typed}).text)

    assert ["接下来怎么办" in page for page in pages] == [True, False]


def test_danger_is_marked_where_no_key_is_there_and_the_words_are_kept_for_copying(
    send, reporter, close_units, count
):
    close_units()

    pages = [send("danger", confirm="yes", words="他们来过我家") for _ in range(2)]

    tip = reporter.tip()
    assert (tip.urgency, tip.danger_on) == (Urgency.P0, today())
    assert last_decision(reporter).kind == EventKind.DANGER
    assert count(Message) == 0
    for page in pages:
        assert page.status_code == 200
        assert "已标为最急。您写的字没有存，请先抄下来。" in page.text
        assert re.search(r"<textarea[^>]*>\s*他们来过我家</textarea>", page.text)


def test_the_same_mark_sent_twice_counts_once_and_its_words_go_once_a_key_is_there(
    client, send, reporter, close_units, count
):
    token = token_of(client.post("/mailbox/", data={"receipt": reporter.typed}))
    close_units()
    for _ in range(2):
        send("danger", token=token, confirm="yes", words="他们来过我家")
    assert len(reporter.tip().decisions) == 1
    close_units()

    page = send("danger", token=token, confirm="yes", words="他们来过我家")

    assert "已收到，已标为最急。请马上打 110。" in page.text
    assert reporter.opened()[0].body.endswith("他们来过我家")


def test_a_mark_without_words_says_that_it_arrived(send, reporter, close_units, count):
    close_units()

    page = send("danger", confirm="yes", words=" ")

    assert "已收到，已标为最急。请马上打 110。" in page.text
    assert reporter.tip().urgency is Urgency.P0
    assert count(Message) == 0


def test_an_old_page_marks_nothing_until_it_is_pressed_again(
    client, send, reporter, close_units, monkeypatch
):
    token = token_of(client.post("/mailbox/", data={"receipt": reporter.typed}))
    close_units()
    monkeypatch.setattr("admin.wire.form_tokens.TOKEN_SECONDS", -1)

    page = send("danger", token=token, confirm="yes", words="来了")

    assert "页面放得太久了。您写的字还在，请再按一次。" in page.text
    assert reporter.tip().danger_on is None


ACTS = {
    "words": ("补充过。", []),
    "danger": ("按了「我有危险」。", ["承办单位当天看", "今晚觉得不安全", "明天再来看一次"]),
    "withdraw": ("按了「我想撤回」。", ["由他停、由他删", "今天您什么也不用做", "明天再来看一次"]),
}


def test_each_act_is_named_in_the_talk_and_its_words_are_not(send, reporter, client):
    for act in ACTS:
        send(act, confirm="yes", words="他们来过我家")

    page = client.post("/mailbox/", data={"receipt": reporter.typed})

    thread = page.text.partition('<ol class="thread">')[2].partition("</ol>")[0]
    named = re.findall(r'data-slot="own">\s*您在 [^ ]+ ([^<]+)<', thread)
    assert named == [name for name, _told in ACTS.values()]
    assert "他们来过我家" not in page.text


@pytest.mark.parametrize("act", ["danger", "withdraw"])
def test_after_a_call_or_a_withdrawal_the_page_says_what_happens_now(send, reporter, client, act):
    page = send(act, confirm="yes")

    assert all(sentence in page.text for sentence in ACTS[act][1])
    # Whoever comes back meanwhile is asked to come daily, not in a week.
    again = client.post("/mailbox/", data={"receipt": reporter.typed})
    tomorrow = format_day(today() + timedelta(days=1))
    for shown in (page, again):
        assert f"明天再来看一次：{tomorrow}。" in shown.text
        assert "七天后再来看" not in shown.text


def test_a_call_from_the_lane_is_promised_no_look_on_the_same_day(send, reporter, change_tip):
    change_tip(machine_unit="police")

    page = send("danger", confirm="yes")

    assert re.search(r'data-slot="who-danger" hidden', page.text)
    assert "不一定马上有人看" in page.text


def format_day(day):
    return f"{day.year}年{day.month}月{day.day}日"


def test_withdrawing_first_says_what_it_does_and_does_not_do(send, reporter):
    page = send("withdraw", words="写了一半")

    assert "收不回来" in page.text
    assert 'name="words" value="写了一半"' in page.text
    assert reporter.tip().withdrawn_on is None


def test_withdrawing_asks_staff_and_deletes_nothing(send, reporter, client):
    page = send("withdraw", confirm="yes")

    tip = reporter.tip()
    assert "撤回的请求已收到" in page.text
    assert tip.withdrawn_on == today()
    assert tip.sealed is not None
    assert tip.expires_on is None
    assert tip.status is TipStatus.RECEIVED
    assert last_decision(reporter).kind == EventKind.WITHDRAWN
    assert reporter.opened()[0].kind == "withdraw"
    assert "请求过撤回" in client.post("/mailbox/", data={"receipt": reporter.typed}).text


@pytest.mark.parametrize("address", ["danger", "withdraw"])
def test_a_retry_of_a_step_counts_once(client, reporter, send, address, count):
    token = token_of(client.post("/mailbox/", data={"receipt": reporter.typed}))

    pages = [send(address, token=token, confirm="yes") for _ in range(2)]

    assert [page.status_code for page in pages] == [200, 200]
    assert count(Message) == count(Decision) == 1


def test_two_messages_sent_at_the_same_moment_are_both_stored_in_a_whole_chain(
    app, config, reporter, monkeypatch
):
    both = threading.Barrier(2, timeout=60)
    seal = visit_module.seal_letter
    waited = set()

    def seal_together(*args, **kwargs):
        letter = seal(*args, **kwargs)
        if threading.get_ident() not in waited:
            waited.add(threading.get_ident())
            both.wait()
        return letter

    monkeypatch.setattr(visit_module, "seal_letter", seal_together)
    codes = run_together(lambda words: post_words(app, config, reporter, words), ["甲", "乙"])

    assert codes == [200, 200]
    envelopes = reporter.opened()
    assert [envelope.number for envelope in envelopes] == [1, 2]
    assert envelopes[1].previous == envelopes[0].digest
    assert {envelope.body for envelope in envelopes} == {"甲", "乙"}
    assert [row.step for row in reporter.tip().decisions] == [1, 2]


def test_one_message_sent_twice_at_the_same_moment_is_stored_once(app, config, reporter, count):
    with app.app_context():
        token = app_state().tokens.new()

    codes = run_together(
        lambda words: post_words(app, config, reporter, words, token), ["同一句", "同一句"]
    )

    assert codes == [200, 200]
    assert count(Message) == 1


def post_words(app, config, reporter, words, token=None):
    client = app.test_client()
    with app.app_context():
        token = token or app_state().tokens.new()
    fields = {"receipt": reporter.typed, "token": token, "words": words}
    return client.post("/mailbox/words", data=fields).status_code


def run_together(act, arguments):
    results = [None] * len(arguments)

    def run(place, argument):
        results[place] = act(argument)

    threads = [
        threading.Thread(target=run, args=(place, argument))
        for place, argument in enumerate(arguments)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_where_others_write_all_the_time_the_words_are_kept(send, reporter, monkeypatch):
    def always_late(*_args):
        raise visit_module.CONFLICTS[0]

    monkeypatch.setattr(visit_module, "store_letter", always_late)

    page = send(words="等等我")

    assert page.status_code == 422
    assert "刚才没有存上" in page.text
    assert "等等我</textarea>" in page.text


def test_a_database_that_is_away_leaves_the_words_on_the_page_and_the_operator_a_line(
    send, reporter, monkeypatch, caplog
):
    def away(*_args):
        raise OperationalError("INSERT", {}, Exception("等等我"))

    monkeypatch.setattr(visit_module, "store_letter", away)

    page = send(words="等等我")

    assert page.status_code == 422
    assert "等等我</textarea>" in page.text
    assert "OperationalError at" in caplog.text
    assert "等等我" not in caplog.text


def test_no_other_tip_is_touched(other_reporter, send):
    send("danger", confirm="yes")

    assert other_reporter.tip().urgency is Urgency.P2
    assert other_reporter.opened() == []


def test_the_servers_envelope_is_padded_so_that_its_length_tells_little(send, reporter):
    send(words="短")
    send(words="长" * 500)

    lengths = {len(message.sealed) for message in reporter.tip().messages}

    assert len(lengths) == 1
    assert lengths.pop() > payload.MESSAGE_STEP


@pytest.fixture
def without_room(app, monkeypatch):
    """A node whose disk is nearly full."""
    monkeypatch.setattr(app.extensions["dengshao.vault"].room, "_full_until", float("inf"))


def test_without_room_words_stay_on_the_page_replies_are_read_and_a_call_counts(
    without_room, client, send, reporter
):
    reporter.answer("几点看见的？")
    assert 'id="no-room"' in client.get("/mailbox/").text
    page = send(words="昨晚十点")

    assert page.status_code == 422
    assert "现在存不下了，没有保存" in page.text
    assert "昨晚十点" in page.text
    assert "几点看见的？" in page.text
    assert len(reporter.tip().messages) == 1
    send("danger", confirm="yes", words="他们堵在门口")
    assert reporter.tip().danger_on == today()
    assert len(reporter.tip().messages) == 1
