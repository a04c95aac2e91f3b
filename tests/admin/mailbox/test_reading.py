"""Without scripts: the receipt opens the mailbox for one request."""

import re
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import select

from admin.app_state import app_state
from admin.db import db, today
from admin.mailbox import views, visit
from admin.mailbox.thread import OPENED_STEP
from admin.mailbox.views import PAGE_STEP
from admin.models import Message
from admin.sealing import age, receipt
from admin.tip.status import TipStatus
from admin.vault.expiry import PURGED_DAYS

from .work import statements_of, watch

STATUSES = [
    (TipStatus.RECEIVED, None, "已收到"),
    (TipStatus.QUESTION, None, "请您补充"),
    (TipStatus.ACCEPTED, "in_scope", "已受理"),
    (TipStatus.REFERRED, "to_department", "已转有关机关"),
    (TipStatus.OUT_OF_SCOPE, "civil", "这件事不归这里办，可以找…"),
    (TipStatus.CLOSED, "unfounded", "已办结（办结不等于查实，也不等于您说错了）"),
]
RECEIPT = "012340567894" * 3


def look(client, typed, address="/mailbox/"):
    return client.post(address, data={"receipt": typed})


@pytest.mark.parametrize("address", ["/mailbox/", "/en/mailbox/"])
def test_the_mailbox_asks_for_one_field_and_sets_no_cookie(client, address):
    page = client.get(address)

    assert page.status_code == 200
    assert re.findall(r'<input[^>]*id="receipt"[^>]*>', page.text)
    assert 'autocomplete="off"' in page.text
    assert 'inputmode="numeric"' in page.text
    assert "Set-Cookie" not in page.headers
    assert page.headers["Cache-Control"] == "no-store, no-transform"


def test_the_page_says_what_to_do_without_a_receipt_and_when_to_come_back(client):
    page = client.get("/mailbox/")

    assert "找不回来" in page.text
    assert "补充以前说过的事" in page.text
    assert "七天后再来看" in page.text
    assert 'href="tel:110"' in page.text


def test_the_page_hands_the_script_the_site_id(client, app):
    with app.app_context():
        site_id = app_state().site_id

    assert f'data-site="{site_id}"' in client.get("/mailbox/").text


@pytest.mark.parametrize(
    "typed",
    [
        pytest.param(lambda reporter: reporter.typed.replace(" ", ""), id="bare"),
        pytest.param(lambda reporter: reporter.typed.replace(" ", "-"), id="dashes"),
        pytest.param(lambda reporter: f"  {reporter.typed}\n", id="spaces"),
        pytest.param(
            lambda reporter: reporter.typed.translate(
                str.maketrans("0123456789", "０１２３４５６７８９")
            ),
            id="full width",
        ),
        pytest.param(lambda reporter: reporter.typed_before, id="made before decision 78"),
    ],
)
def test_a_receipt_is_taken_however_it_was_typed(client, reporter, typed):
    page = look(client, typed(reporter))

    assert page.status_code == 200
    assert "已收到" in page.text


@pytest.mark.table
@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "请输入查询码：您记下的那 36 个数字。"),
        ("一二三", "请输入查询码：您记下的那 36 个数字。"),
        (RECEIPT[:-1], "您输入了 35 个，还少 1 个。"),
        (RECEIPT + "12", "您输入了 38 个，多了 2 个。"),
        (f"{RECEIPT[:12]}1{RECEIPT[13:]}", "第 3 组有误，请和您记下的再对一遍。"),
        (
            "012340 012341 567893 567898 012345 567891",
            "第 2、3 组的先后好像写反了，请和您记下的再对一遍。",
        ),
        (f"1{RECEIPT[1:-1]}9", "第 1、6 组有误，请和您记下的再对一遍。"),
    ],
)
def test_a_wrong_receipt_is_named_and_what_was_typed_is_kept(client, unit, typed, sentence):
    page = look(client, typed)

    assert page.status_code == 422
    assert '<a href="#receipt">' in page.text
    assert sentence in page.text
    assert f'value="{typed}"' in page.text


@pytest.mark.parametrize(("status", "outcome", "shown"), STATUSES)
def test_the_reporter_reads_the_coarse_status_in_its_plain_words(
    client, reporter, status, outcome, shown
):
    reporter.move(status, outcome or "asked", outcome)

    page = look(client, reporter.typed)

    assert shown in page.text


def test_out_of_scope_says_where_to_turn(client, reporter, app):
    reporter.move(TipStatus.OUT_OF_SCOPE, "civil", "civil")

    page = look(client, reporter.typed)

    with app.app_context():
        assert app_state().district.outcomes["civil"].turn_to["zh"] in page.text


def test_staffs_words_are_shown_with_their_day_and_the_reporters_own_are_not(client, reporter):
    reporter.answer("您看到的是白天还是晚上？<b>")
    client.post("/mailbox/words", data=letter(client, reporter, "我叫阿桂，是晚上"))
    reporter.answer("谢谢您")

    page = look(client, reporter.typed)

    assert "您看到的是白天还是晚上？&lt;b&gt;" in page.text
    assert "谢谢您" in page.text
    assert "阿桂" not in page.text
    assert "您在 " in page.text
    assert "补充过。" in page.text
    assert "服务器为这一次在内存里打开了答复" in page.text
    assert "有问题" not in page.text


def letter(client, reporter, words):
    page = look(client, reporter.typed)
    token = re.search(r'name="token" value="([^"]+)"', page.text)[1]
    return {"receipt": reporter.typed, "token": token, "words": words}


def drop_the_last(app, reporter):
    with app.app_context():
        last = db.session.scalars(select(Message).order_by(Message.number.desc())).first()
        db.session.delete(last)
        db.session.commit()


def test_a_message_that_went_missing_at_the_end_is_told(client, reporter, app):
    reporter.answer("先说一句")
    reporter.answer("不要去老桥")
    drop_the_last(app, reporter)

    page = look(client, reporter.typed)

    assert "先说一句" in page.text
    assert "这里少了一条，或者顺序、条数被人动过。" in page.text
    assert "不要照着它做。有危险请打 110，别的事打 12345。" in page.text
    assert "想知道真的回复，请在下面再问一次。" in page.text


def test_a_question_that_cannot_be_read_is_told(client, reporter, app, change_tip):
    reporter.ask("几点？")
    drop_the_last(app, reporter)
    # Who can delete a row can count anew as well.
    change_tip(talk_length=0)

    page = look(client, reporter.typed)

    assert "请您补充" in page.text
    assert "工作人员问了您话，可是问的话不见了，或者打不开。" in page.text


def test_a_tip_that_stands_apart_says_so_and_until_when(client, reporter, change_tip):
    said = "三天里没有工作人员接手，就会删掉。"
    before = re.sub(r"<template.*?</template>", "", look(client, reporter.typed).text, flags=re.S)
    hidden = r'<p data-slot="apart" hidden>'
    assert re.search(hidden, before)
    change_tip(machine_unit="police")

    page = look(client, reporter.typed)

    assert said in page.text
    assert not re.search(hidden, page.text)


@pytest.mark.parametrize("address", ["/mailbox/", "/en/mailbox/"])
def test_pages_grow_in_steps(client, reporter, stranger, address):
    reporter.answer("好" * 12000)
    pages = [
        client.get(address),
        look(client, "", address),
        look(client, stranger, address),
        look(client, reporter.typed, address),
        client.post(f"{address}danger", data={"receipt": reporter.typed}),
        client.post(f"{address}withdraw", data={"receipt": reporter.typed}),
    ]

    assert [len(page.data) % PAGE_STEP for page in pages] == [0] * len(pages)
    assert len(pages[3].data) > PAGE_STEP


def test_a_purged_tip_says_so_and_takes_no_more_words(client, reporter, count):
    reporter.expire(today())

    page = look(client, reporter.typed)
    refused = client.post("/mailbox/words", data={"receipt": reporter.typed, "words": "还有"})

    for answer in (page, refused):
        assert "已过保存期，内容已删除" in answer.text
        assert "<textarea" not in answer.text
        assert "重新写一条线索" in answer.text
    assert count(Message) == 0


def test_a_forgotten_receipt_reads_like_one_that_never_was(client, reporter, stranger):
    reporter.expire(today() - timedelta(days=PURGED_DAYS))

    forgotten, never = look(client, reporter.typed), look(client, stranger)

    assert "查不到这个查询码" in never.text
    assert forgotten.status_code == never.status_code == 200
    assert blanked(forgotten.text, reporter.typed) == blanked(never.text, stranger)


def blanked(page, typed):
    return re.sub(r'(name="token" value|data-draft)="[^"]+"', "", page.replace(typed, ""))


def test_an_unknown_receipt_costs_the_same_work_as_a_new_tip(
    client, reporter, stranger, app, monkeypatch
):
    made = []
    identity = receipt.HybridIdentity
    monkeypatch.setattr(receipt, "HybridIdentity", lambda seed: (made.append(1), identity(seed))[1])
    look(client, stranger)
    made.clear()

    known = statements_of(app, lambda: look(client, reporter.typed))
    unknown = statements_of(app, lambda: look(client, stranger))

    assert unknown == known
    assert len(known) == 2
    assert len(made) == 2


@pytest.mark.parametrize("replies", [0, 1, 4])
@pytest.mark.parametrize("address", ["", "danger", "withdraw"])
def test_pages_for_known_and_unknown_receipts_cost_the_same_pieces_of_work(
    client, reporter, stranger, app, monkeypatch, address, replies
):
    for number in range(replies):
        reporter.answer(f"回复 {number}")
    done = []
    watch(monkeypatch, age, "open_sealed", done)
    watch(monkeypatch, views, "render_template", done)
    watch(monkeypatch, visit, "derive", done)
    post = partial(client.post, f"/mailbox/{address}")
    post(data={"receipt": stranger})

    work, pages = [], []
    for typed in (reporter.typed, stranger):
        done.clear()
        asked = statements_of(app, lambda t=typed: pages.append(post(data={"receipt": t})))
        work.append((asked, list(done)))

    assert work[0] == work[1]
    assert done.count(("open_sealed",)) == OPENED_STEP
    assert len(pages[0].data) == len(pages[1].data)
    assert "查不到这个查询码" in pages[1].text
    assert 'id="unknown"' not in pages[0].text


def test_the_history_of_a_tip_shows_no_step_and_no_name_to_the_reporter(client, reporter):
    reporter.move(TipStatus.ACCEPTED, "claimed")

    page = look(client, reporter.typed)

    assert "police" not in page.text
    assert reporter.reference not in page.text


@pytest.mark.parametrize("address", ["words", "danger", "withdraw"])
def test_reloading_an_address_of_the_mailbox_leads_back_to_the_start(client, address):
    page = client.get(f"/mailbox/{address}")

    assert (page.status_code, page.location) == (302, "/mailbox/")


def test_the_receipt_never_stands_in_a_header_or_an_address(client, reporter):
    page = look(client, reporter.typed)

    assert reporter.typed not in str(page.headers)
    assert not re.findall(r'(?:action|href)="[^"]*\d{6}', page.text)


def test_a_tip_that_nobody_took_out_of_the_lane_reads_as_deleted(client, reporter, change_tip):
    change_tip(machine_unit="police")
    reporter.expire(today())

    page = look(client, reporter.typed)

    assert "已过保存期，内容已删除" in page.text
    assert re.search(r'<p data-slot="apart" hidden>', page.text)
