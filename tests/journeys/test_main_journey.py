"""Read, report, return with a receipt, triage, answer: the path on which all else stands."""

from functools import partial

import pytest

from tests.signing_in import cleared, typed_in

pytestmark = pytest.mark.browser


@pytest.fixture
def visit(visit):
    """Here a page glides to what is pressed, as it does for most."""
    return partial(visit, reduced_motion="no-preference")


TIP = {
    "category": "A4",
    "what": "村口的桥头，有三个人拦车收钱，不给就不让过。",
    "township": "shili",
    "place": "甲村村口桥头",
    "when": "ongoing",
    "who": "领头的大家叫他“石头”",
    "official": "no",
    "answer": "yes",
}
ANSWER = "多半在晚上八点以后，赶集那天白天也有。"


def open_tip(page, words):
    """Open each tip of the queue until one shows these words."""
    links = page.locator(".queue__reference a")
    addresses = [link.get_attribute("href") for link in links.all()]
    for address in addresses:
        page.goto(page.url.split("/desk/")[0] + address)
        cleared(page).wait_for_selector(
            "#opened dl, #opened .field, #opened section, #opened p:not(#opening)"
        )
        if words in page.locator("#opened").inner_text():
            return address
    raise AssertionError("no tip of the queue shows these words")


def test_a_tip_goes_from_the_reporter_to_the_staff_and_an_answer_goes_back(
    reporter, member, picture, live
):
    # Given a reporter without scripts who sends a tip and copies the receipt
    plain = reporter(scripts=False)
    receipt = plain.write_tip(**TIP)
    assert len("".join(filter(str.isdecimal, receipt))) == 36
    picture(plain.page, "receipt")
    plain.copy_receipt()
    assert "已收到" in plain.page.inner_text("h1")
    assert plain.page.locator("#receipt").count() == 0
    plain.open_mailbox(receipt)
    assert "已收到" in plain.page.inner_text("main")
    assert "石头" not in plain.page.content()

    # When a member finds it, takes it on and asks
    desk = member("police-1", typed_in)
    desk.wait_for_selector(".label:has-text('示例镇')")
    picture(desk, "queue")
    open_tip(desk, "村口的桥头")
    picture(desk, "tip")
    desk.click("#acts button:has-text('领办')")
    desk.wait_for_selector("text=放回队列")
    desk.wait_for_selector("#message:not([hidden])")
    desk.click("#message summary:has-text('现成的问题')")
    desk.click("button[data-question] >> nth=0")
    asked = desk.input_value("#body")
    assert asked
    desk.check("#message input[name=ask][value=yes]")
    desk.click("#message button:has-text('加密并发出')")
    desk.wait_for_selector("[data-cover=status]:has-text('等举报人补充')")
    desk.wait_for_selector(f"#thread :text('{asked[:8]}')")
    picture(desk, "asked")

    # Then the reporter, with scripts this time, reads the question and answers it
    scripted = reporter(scripts=True)
    scripted.open_mailbox(receipt)
    scripted.page.wait_for_selector("text=请您补充")
    assert asked in scripted.page.inner_text(".thread")
    picture(scripted.page, "mailbox-question")
    scripted.page.fill("#letter textarea", ANSWER)
    scripted.page.click("#letter button[type=submit]:has-text('发给工作人员')")
    scripted.page.wait_for_selector(".message--reporter")
    assert ANSWER not in scripted.page.inner_text(".thread")

    # And the member reads the answer and closes the tip
    desk.reload()
    desk.wait_for_selector(f"#thread :text('{ANSWER[:8]}')")
    assert desk.locator("#alarm").is_hidden()
    desk.click("[aria-controls=decision]")
    desk.check("#decision input[name=move_to][value=closed]")
    desk.select_option("#decision select[name=reason]", "substantiated")
    desk.click("#decision button:has-text('确认决定')")
    desk.wait_for_selector("[data-cover=status]:has-text('已办结')")
    picture(desk, "closed")

    # And the reporter reads that, without scripts, in words that tell no result
    plain.open_mailbox(receipt)
    text = plain.page.inner_text("main")
    assert "已办结（办结不等于查实，也不等于您说错了）" in text
    assert asked in text
    assert "查实" not in text.replace("办结不等于查实", "")
    picture(plain.page, "mailbox-closed")


def test_two_members_deciding_at_once_the_second_is_told_and_keeps_the_typed_words(
    reporter, member
):
    reporter(scripts=False).write_tip(**{**TIP, "what": "两个人同时办的那一条"})
    first, second = member("police-1"), member("police-2")
    address = open_tip(first, "两个人同时办的那一条")
    second.goto(second.url.split("/desk/")[0] + address)
    cleared(second).wait_for_selector("#message:not([hidden])")
    second.fill("#body", "写到一半的话")

    first.click("#acts button:has-text('领办')")
    first.wait_for_selector("text=放回队列")
    second.click("[aria-controls=decision]")
    second.check("#decision input[name=move_to][value=accepted]")
    second.select_option("#decision select[name=reason]", "in_scope")
    second.click("#decision button:has-text('确认决定')")

    second.wait_for_selector("#conflict:not([hidden])")
    assert "police-1" in second.inner_text("#conflict")
    assert second.input_value("#body") == "写到一半的话"


def test_a_locked_tab_shows_nothing_and_opens_again_with_the_passphrase(member, demo, reporter):
    reporter(scripts=False).write_tip(**{**TIP, "what": "锁定以后看不到的话"})
    desk = member("police-1")
    address = open_tip(desk, "锁定以后看不到的话")

    desk.click("#desk-lock button")
    desk.wait_for_url("**/unlock**")
    assert "锁定以后看不到的话" not in desk.content()
    desk.fill("#passphrase", demo["police-1"].passphrase)
    desk.fill("#code", demo["police-1"].code)
    desk.click("main button[type=submit]")
    desk.wait_for_url(lambda url: "unlock" not in url)
    desk.goto(desk.url.split("/desk/")[0] + address)

    desk.wait_for_selector("#opened :text('锁定以后看不到的话')")
