"""Units that closed, challenges that ended, and keys that nobody confirmed."""

import pytest
from playwright.sync_api import expect

from admin.models import Message, Tip
from tests.live import strip_scripts

from .writer import LETTER, MORE, SEALED, THREAD, WORDS, false_routes, lose_the_answer, stranger

pytestmark = pytest.mark.browser


def test_where_no_unit_may_read_it_nothing_is_sent_and_the_servers_notice_is_shown(
    write, close, stored, count
):
    close("upper")
    notices = []
    for scripts in (True, False):
        writer = write()
        if not scripts:
            strip_scripts(writer.page)
        writer.open()
        writer.fill()
        writer.choose("official", "no")
        writer.choose("exclude", "station")
        writer.send()
        writer.sees("现在没有能看这条线索的单位，所以没有保存。")
        writer.page.wait_for_load_state()
        notices.append(writer.page.inner_text("#no-unit"))
        expect(writer.page.locator("#what")).to_have_value(WORDS)
        assert (writer.posts(SEALED), count(Tip)) == ([], 0)
    assert notices[0] == notices[1]

    writer.page.uncheck("[name=exclude][value=station]")
    writer.send()

    assert writer.receipt
    assert stored()[0].unit == "police"


def test_a_unit_that_closes_while_one_writes_is_noticed_without_another_press(
    writer, close, stored
):
    # Asked side by side; what is answered after the unit closed would know of it.
    with (
        writer.page.expect_response("**/keys.json"),
        writer.page.expect_response("**/tip/routes.json"),
    ):
        writer.open()
        writer.fill(category="B1")
        writer.choose("official", "no")
        writer.choose("exclude", "discipline")
    close("drugs")

    writer.send()
    writer.sees("现在没有能看这条线索的单位")
    assert len(writer.posts(SEALED)) == 1
    writer.page.select_option("#category", "A4")
    writer.send()

    assert writer.receipt
    assert [tip.unit for tip in stored()] == ["police"]


def test_a_challenge_that_holds_no_more_is_renewed_without_another_press(writer, count):
    spoilt = []

    def spoil(route):
        answer = route.fetch()
        content = answer.json()
        spoilt.append(content["signature"])
        content["signature"] = "0" * 64
        route.fulfill(response=answer, json=content)

    writer.page.route("**/tip/challenge", spoil, times=1)
    writer.write()

    assert writer.receipt
    assert len(spoilt) == 1
    assert len(writer.posts("/tip/challenge")) == 2
    assert count(Tip) == 1


def without_list(route):
    route.fulfill(status=404, body="")


FALSE = {
    "a key of the server's own": ("**/tip/routes.json", false_routes, "加密校验没有通过，没有发出"),
    # Without a list nothing is confirmed: neither a key nor a route.
    "no published list": ("**/keys.json", without_list, "去向对不上，这次没有发出去"),
}


@pytest.mark.parametrize(("pattern", "play", "told"), FALSE.values(), ids=FALSE)
def test_a_false_key_gets_nothing_neither_sealed_nor_plain(writer, count, pattern, play, told):
    writer.page.route(pattern, play)
    writer.write()

    for _press in range(3):
        expect(writer.page.locator("#alarm")).to_be_focused()
        expect(writer.page.locator("#alarm")).to_contain_text(told)
        writer.send()
    expect(writer.page.locator("#alarm")).to_be_visible()

    for number in ("110", "12345", "12388"):
        expect(writer.page.locator(f"#alarm a[href='tel:{number}']")).to_be_visible()
    expect(writer.page.locator("#what")).to_have_value(WORDS)
    assert {path for path, _body in writer.posted} == {"/tip/challenge"}
    assert count(Tip) == 0
    writer.page.unroute_all()
    writer.send()
    assert writer.receipt


def test_after_a_false_key_no_later_failure_opens_the_plain_way(writer, count):
    writer.page.route("**/tip/routes.json", false_routes)
    writer.write()
    writer.send()
    expect(writer.page.locator("#alarm")).to_be_visible()
    writer.page.unroute_all()
    writer.page.route("**/tip/routes.json", without_list)

    for _press in range(3):
        writer.send()
        expect(writer.page.locator("#alarm")).to_be_focused()

    assert count(Tip) == 0
    assert {path for path, _body in writer.posted} == {"/tip/challenge"}
    expect(writer.page.locator("#what")).to_have_value(WORDS)


def test_a_false_key_for_the_supplement_gets_nothing_either(writer, count):
    def false_thread(route):
        answer = route.fetch()
        content = answer.json()
        content["unit"]["recipients"] = stranger()
        route.fulfill(response=answer, json=content)

    writer.page.route(f"**{SEALED}", lose_the_answer, times=1)
    writer.page.route(f"**{THREAD}", false_thread)
    writer.write()
    writer.sees("网络断了，字都在")

    writer.page.fill("#what", MORE)
    writer.send()

    expect(writer.page.locator("#alarm")).to_be_focused()
    assert (writer.posts(LETTER), count(Message)) == ([], 0)


def test_after_a_false_key_files_that_cannot_be_sealed_open_no_plain_way(writer, count, tmp_path):
    paper = tmp_path / "b.pdf"
    paper.write_bytes(b"%PDF-1.4\n")
    writer.page.route("**/tip/routes.json", false_routes)
    writer.page.route("**/files.js*", lambda route: route.abort())
    writer.write()
    expect(writer.page.locator("#alarm")).to_be_focused()
    with writer.page.expect_event("requestfailed"):
        writer.page.set_input_files("#files", str(paper))

    for _press in range(2):
        writer.send()
        # A file that the line keeps away is told as such: it may come yet.
        expect(writer.page.locator(".cut")).to_be_focused()

    expect(writer.page.locator(".plain-offer")).to_be_hidden()
    assert {path for path, _body in writer.posted} == {"/tip/challenge"}
    assert count(Tip) == 0
