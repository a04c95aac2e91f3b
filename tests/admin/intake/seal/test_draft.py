"""What is written outlives a reload, a mis-tapped link, a dead line; a receipt, until copied."""

import json

import pytest
from playwright.sync_api import expect

from admin.models import Message, Tip
from tests.canary import spellings

from .writer import MORE, PLACE, SEALED, WORDS, lose_the_answer

pytestmark = pytest.mark.browser

BACK = "您刚才写的字还在，已经填回来了。"
# What is sealed anew for nothing else: once it stands there, all before it does.
SETTLED = """async () => {
  const before = sessionStorage.getItem('dengshao.draft.tip');
  document.forms.form.dispatchEvent(new Event('input'));
  while (sessionStorage.getItem('dengshao.draft.tip') === before) {
    await new Promise((done) => setTimeout(done, 10));
  }
}"""
KEPT = "Object.keys(sessionStorage).filter((name) => name.startsWith('dengshao.draft.'))"


@pytest.fixture
def hurried(writer):
    """A writer whose phone asks nothing before it leaves a page."""
    writer.page.add_init_script(
        "window.addEventListener('beforeunload', (event) => event.stopImmediatePropagation(), true)"
    )
    writer.open()
    writer.fill()
    writer.choose("official", "no")
    writer.choose("exclude", "station")
    is_kept(writer)
    return writer


def is_kept(writer):
    """Wait until the newest words are in the tab: sealing takes a moment."""
    expect(writer.page.locator("#draft")).to_be_visible()
    writer.page.evaluate(SETTLED)


def has_all(writer):
    expect(writer.page.locator("#what")).to_have_value(WORDS)
    expect(writer.page.locator("#place")).to_have_value(PLACE)
    expect(writer.page.locator("#category")).to_have_value("A4")
    expect(writer.page.locator("[name=official][value=no]")).to_be_checked()
    expect(writer.page.locator("[name=exclude][value=station]")).to_be_checked()


@pytest.mark.parametrize("way", ["reload", "link and Back", "another page"])
def test_words_outlive(hurried, way, stored):
    page = hurried.page
    if way == "reload":
        page.reload()
    elif way == "link and Back":
        page.click(".doors a >> nth=0")
        page.wait_for_url("**/help/")
        page.go_back()
    else:
        page.goto(f"{hurried.address}/mailbox/")
        hurried.open()

    hurried.sees(BACK)
    has_all(hurried)
    hurried.send()

    assert hurried.receipt
    assert stored()[0].words.fields["what"] == WORDS
    assert page.evaluate(KEPT) == ["dengshao.draft.receipt"]


def test_a_link_that_chooses_the_way_of_officials_wins_over_the_draft(hurried):
    hurried.page.click(".doors a[href*='official=yes']")

    hurried.sees(BACK)
    expect(hurried.page.locator("#what")).to_have_value(WORDS)
    expect(hurried.page.locator("[name=official][value=yes]")).to_be_checked()


def test_words_written_without_a_line_are_kept_too(writer):
    writer.open()
    writer.page.wait_for_function("() => window.DengshaoDraft")
    writer.page.context.set_offline(True)
    writer.fill()
    is_kept(writer)
    writer.page.context.set_offline(False)
    writer.page.on("dialog", lambda dialog: dialog.accept())
    writer.page.reload()

    writer.sees(BACK)
    expect(writer.page.locator("#what")).to_have_value(WORDS)


def test_a_draft_waits_for_the_line_and_is_not_written_over_meanwhile(hurried):
    page = hurried.page
    page.route("**/tip/draft", lambda route: route.abort())
    page.reload()
    hurried.sees("网络断了。您的字和查询码还锁在这里")
    page.fill("#who", MORE)
    page.unroute("**/tip/draft")
    page.focus("#harm")

    hurried.sees(BACK)
    has_all(hurried)
    expect(page.locator("#who")).to_have_value(MORE)


def test_nothing_readable_lies_in_the_tab(hurried):
    kept = hurried.page.evaluate("JSON.stringify(sessionStorage)")
    local = hurried.page.evaluate("JSON.stringify(localStorage)")

    assert "dengshao.draft.tip" in kept
    found = [
        secret
        for secret in (WORDS, PLACE, "station")
        for spelt in spellings(secret).values()
        if spelt in (kept + local).encode()
    ]
    assert found == []
    # Nor does what opens it.
    assert hurried.page.evaluate("document.forms.form.dataset.draft.split(' ')[1]") not in kept


def test_a_day_later_nothing_opens_it_any_more(hurried, monkeypatch):
    monkeypatch.setattr("admin.drafts.DRAFT_SECONDS", -1)
    hurried.page.reload()
    hurried.page.wait_for_function("() => !sessionStorage.getItem('dengshao.draft.tip')")

    expect(hurried.page.locator("#what")).to_have_value("")


def test_two_presses_clear_it(hurried):
    button = hurried.page.locator("#draft button")
    button.click()
    expect(button).to_have_text("真的全部清掉？再按一次")
    expect(hurried.page.locator("#what")).to_have_value(WORDS)
    button.click()

    expect(hurried.page.locator("#what")).to_have_value("")
    assert hurried.page.evaluate(KEPT) == []
    hurried.page.reload()
    expect(hurried.page.locator("#what")).to_have_value("")


def test_who_leaves_at_once_leaves_no_draft_and_no_receipt(hurried):
    page = hurried.page
    page.evaluate("document.getElementById('quick-exit').href = '/keys.json'")
    page.click("#quick-exit")
    page.wait_for_url("**/keys.json")
    assert page.evaluate("sessionStorage.length") == 0

    hurried.write()
    assert hurried.receipt
    page.wait_for_function(f"() => {KEPT}.length")
    page.evaluate("document.getElementById('quick-exit').href = '/keys.json'")
    page.click("#quick-exit")
    page.wait_for_url("**/keys.json")
    assert page.evaluate("sessionStorage.length") == 0


def test_a_receipt_outlives_a_reload_until_it_was_copied(hurried, tip_of, count):
    page = hurried.page
    hurried.send()
    digits = hurried.receipt
    page.wait_for_function("() => sessionStorage.getItem('dengshao.draft.receipt')")
    kept = page.evaluate("JSON.stringify(sessionStorage)")
    assert not [at for at in range(0, 36, 6) if digits[at : at + 6] in kept]

    page.route("**/tip/draft", lambda route: route.abort(), times=1)
    page.reload()
    hurried.sees("查询码还锁在这里")
    page.focus("#what")
    assert hurried.receipt == digits
    assert hurried.copy() == digits
    hurried.sees("查询码不再显示")

    assert page.evaluate(KEPT) == []
    page.reload()
    expect(page.locator("#form")).to_be_visible()
    expect(page.locator("#receipt")).to_have_count(0)
    assert count(Tip) == 1


def test_after_a_lost_answer_and_a_reload_it_is_still_one_tip_under_one_receipt(
    hurried, count, stored, tip_of
):
    page = hurried.page
    page.route(f"**{SEALED}", lose_the_answer, times=1)
    hurried.send()
    hurried.sees("不知道发出没有")
    page.reload()
    hurried.sees(BACK)
    hurried.send()
    hurried.sees("补充的内容也收到了。")

    assert tip_of(hurried.receipt) == stored()[0].row.id
    assert (count(Tip), count(Message)) == (1, 1)
    assert json.loads(stored()[0].messages[0].body)["what"] == WORDS


def test_practice_keeps_nothing(writer):
    writer.open("/tip/practice/")
    writer.fill()
    writer.send()
    assert writer.receipt

    assert writer.page.evaluate("sessionStorage.length") == 0
