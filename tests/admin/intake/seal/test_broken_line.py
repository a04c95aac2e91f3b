"""Lines that break, servers that are busy, words that change meanwhile: one tip, no word lost."""

import json

import pytest
from playwright.sync_api import expect

from admin.models import Message, Tip

from .writer import MORE, PLACE, SEALED, THREAD, WORDS, lose_the_answer, lose_the_question, readable

pytestmark = pytest.mark.browser


LOST = {"before it was stored": lose_the_question, "after it was stored": lose_the_answer}


@pytest.mark.parametrize("lose", LOST.values(), ids=LOST)
def test_a_line_that_breaks_makes_neither_two_tips_nor_two_receipts(
    writer, count, tip_of, stored, lose
):
    writer.page.route(f"**{SEALED}", lose, times=1)
    writer.write()
    writer.sees("网络断了，字都在")
    expect(writer.page.locator("#what")).to_have_value(WORDS)
    assert writer.page.locator("#receipt").count() == 0

    writer.send()

    assert tip_of(writer.receipt) == stored()[0].row.id
    assert count(Tip) == 1
    first, second = writer.posts(SEALED)
    assert first == second


def test_offline_from_the_start_the_words_stay_until_the_line_is_back(writer, count):
    with writer.page.expect_response("**/tip/challenge"):
        writer.open()
        writer.page.focus("#what")
    writer.fill()
    for address in ("routes.json", "keys.json", "challenge", "sealed"):
        writer.page.route(f"**/{address}", lose_the_question)
    writer.page.unroute("**/routes.json")

    writer.send()
    writer.sees("网络断了，字都在")
    expect(writer.page.locator("#what")).to_have_value(WORDS)
    assert count(Tip) == 0
    writer.page.unroute_all()
    writer.send()

    assert writer.receipt
    assert count(Tip) == 1


def test_a_busy_server_is_told_and_the_words_stay(writer, count):
    busy = {"status": 503, "body": '{"error":"busy"}', "content_type": "application/json"}
    writer.page.route(f"**{SEALED}", lambda route: route.fulfill(**busy), times=1)
    writer.write()
    writer.sees("现在存不上，字都还在。请等一分钟再发。")

    writer.send()

    assert writer.receipt
    assert count(Tip) == 1


def test_words_changed_after_a_lost_answer_are_a_supplement(writer, stored, count, tip_of):
    writer.page.route(f"**{SEALED}", lose_the_answer, times=1)
    writer.write()
    writer.sees("网络断了，字都在")

    writer.page.fill("#what", f"{WORDS}\n{MORE}")
    writer.choose("minor", "yes")
    writer.send()
    writer.sees("补充的内容也收到了。")

    [tip] = stored()
    assert tip_of(writer.receipt) == tip.row.id
    assert tip.words.fields["what"] == WORDS
    [envelope] = tip.messages
    assert envelope.kind == "supplement"
    assert json.loads(envelope.body)["what"] == f"{WORDS}\n{MORE}"
    assert tip.urgency == "P1"
    assert readable(writer.posted, [WORDS, MORE, PLACE]) == []
    assert count(Message) == 1


def test_words_changed_after_a_lost_question_are_the_tip(writer, stored, tip_of):
    writer.page.route(f"**{SEALED}", lose_the_question, times=1)
    writer.write()
    writer.sees("网络断了，字都在")

    writer.page.fill("#what", MORE)
    writer.send()

    digits = writer.receipt
    [tip] = stored()
    assert tip_of(digits) == tip.row.id
    assert (tip.words.fields["what"], tip.messages) == (MORE, [])


def test_words_that_arrive_late_after_all_are_not_lost_beside_the_new_ones(writer, stored):
    """The first question comes through only after the browser was told that nothing is known."""
    late = []
    writer.page.route(
        f"**{SEALED}", lambda route: (late.append(route.request), route.abort()), times=1
    )
    writer.write()
    writer.sees("网络断了，字都在")

    def deliver(route):
        answer = route.fetch()
        first = late.pop()
        writer.page.request.post(first.url, data=first.post_data, headers=json_type())
        route.fulfill(response=answer)

    writer.page.route(f"**{THREAD}", deliver, times=1)
    writer.page.fill("#what", MORE)
    writer.send()
    writer.sees("补充的内容也收到了。")

    [tip] = stored()
    assert tip.words.fields["what"] == WORDS
    assert json.loads(tip.messages[0].body)["what"] == MORE


def json_type():
    return {"Content-Type": "application/json"}


def test_words_that_the_first_unit_may_not_have_become_a_tip_with_a_receipt_of_its_own(
    writer, stored, tip_of
):
    writer.page.route(f"**{SEALED}", lose_the_answer, times=1)
    writer.write()
    writer.sees("网络断了，字都在")

    writer.page.fill("#what", MORE)
    writer.choose("official", "yes")
    writer.send()
    writer.sees("这次存成了两条，有两个查询码。")
    newer = writer.copy()
    writer.sees("这是第 2 个查询码")
    older = writer.copy()
    writer.sees("查询码不再显示")

    tips = {tip.row.id: tip for tip in stored()}
    assert (tips[tip_of(newer)].unit, tips[tip_of(newer)].words.fields["what"]) == (
        "supervision",
        MORE,
    )
    assert (tips[tip_of(older)].unit, tips[tip_of(older)].messages) == ("police", [])
    assert len(tips) == 2


def test_never_the_plain_way_once_the_words_may_be_stored(writer, count):
    """The address is gone when the browser comes again: a refusal, but what became of the first?"""
    writer.page.route(f"**{SEALED}", lose_the_answer, times=1)
    writer.write()
    writer.sees("网络断了，字都在")
    writer.page.route(f"**{SEALED}", lambda route: route.fulfill(status=404, body=""), times=2)

    for _press in range(2):
        writer.send()
        writer.sees("网络断了，字都在")
    writer.send()

    assert writer.receipt
    assert writer.posts("/tip/sent") == []
    assert count(Tip) == 1


def test_words_added_after_the_worker_broke_follow_what_was_sealed_before(writer, count):
    writer.page.add_init_script(
        "const Real = Worker; globalThis.Worker = class extends Real"
        " { constructor(...all) { super(...all); globalThis.worker = this; } };"
    )
    writer.page.route(f"**{SEALED}", lose_the_answer, times=1)
    writer.write()
    writer.sees("网络断了，字都在")
    writer.page.route("**/seal-worker.js", lose_the_question)
    writer.page.evaluate("worker.onerror()")

    writer.page.fill("#what", MORE)
    writer.send()
    # Sealed in the page itself, to the tip that the lost answer told of.
    writer.sees("补充的内容也收到了。")

    assert writer.receipt
    assert writer.posts("/tip/sent") == []
    assert count(Tip) == 1
