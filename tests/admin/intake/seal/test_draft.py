"""What is written outlives a reload, a mis-tapped link, a dead line; a receipt, until copied."""

import json

import pytest
from playwright.sync_api import expect

from admin.models import Message, Tip
from tests.canary import spellings
from tests.unfolding import unfold

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

FULL = """void (Storage.prototype.setItem = () => {
  throw new DOMException('full', 'QuotaExceededError');
})"""
BLOCKED = """Object.defineProperty(window, 'sessionStorage', {
  get() { throw new DOMException('blocked', 'SecurityError'); }
})"""
KEY = "**/tip/draft"


@pytest.fixture
def impatient(writer):
    """A writer whose phone asks nothing before it leaves a page."""
    writer.page.add_init_script(
        "window.addEventListener('beforeunload', (event) => event.stopImmediatePropagation(), true)"
    )
    return writer


@pytest.fixture
def hurried(impatient):
    """One who wrote something that is kept."""
    writer = impatient
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
        page.click("#doors > summary")
        page.click("#doors a >> nth=0")
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
    hurried.page.click("#doors > summary")
    hurried.page.click("#doors a[href*='official=yes']")

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
    unfold(page)
    page.fill("#who", MORE)
    page.unroute("**/tip/draft")
    page.focus("#harm")

    hurried.sees(BACK)
    has_all(hurried)
    expect(page.locator("#who")).to_have_value(MORE)


def wait_for_key(writer):
    """Load the page anew while nobody gives the earlier draft's key."""
    writer.page.route(KEY, lambda route: route.abort())
    writer.page.reload()
    writer.sees("网络断了。您的字和查询码还锁在这里")


def get_key(writer):
    """Touch questions until what waits is back; while one asks for the key, others ask nothing."""
    page = writer.page
    page.unroute(KEY)
    for _turn in range(3_000):
        if "网络断了" not in page.inner_text("#back"):
            return
        page.focus("#place")
        page.focus("#township")
        page.wait_for_timeout(20)


def test_what_is_written_while_an_earlier_draft_waits_outlives_a_reload_too(hurried):
    page = hurried.page
    wait_for_key(hurried)
    for number, words in ((2, MORE), (3, "第三天又来了")):
        page.fill("#what", words)
        expect(page.locator("#draft")).to_be_visible()
        page.evaluate(SETTLED.replace("draft.tip'", f"draft.tip.{number}'"))
        page.reload()
        hurried.sees("网络断了。您的字和查询码还锁在这里")
    get_key(hurried)

    hurried.sees("您先前写的字也回来了，接在后面。请看一遍。")
    expect(page.locator("#what")).to_have_value(f"第三天又来了\n{MORE}\n{WORDS}")
    expect(page.locator("#place")).to_have_value(PLACE)
    # From now on it is one draft again.
    page.wait_for_function(f"() => {KEPT}.join() === 'dengshao.draft.tip'")
    page.reload()
    hurried.sees(BACK)
    expect(page.locator("#what")).to_have_value(f"第三天又来了\n{MORE}\n{WORDS}")


def test_an_earlier_draft_changes_nothing_that_was_typed_or_chosen_since(hurried):
    page = hurried.page
    wait_for_key(hurried)
    page.fill("#what", f"{WORDS}，{MORE}")
    page.fill("#place", MORE)
    unfold(page)
    page.select_option("#category", "B1")
    hurried.choose("official", "yes")
    hurried.choose("exclude", "bureau")
    get_key(hurried)

    hurried.sees("接在后面")
    # What it holds already is not said twice.
    expect(page.locator("#what")).to_have_value(f"{WORDS}，{MORE}")
    expect(page.locator("#place")).to_have_value(f"{MORE}；{PLACE}")
    expect(page.locator("#category")).to_have_value("B1")
    expect(page.locator("[name=official][value=yes]")).to_be_checked()
    # Both offices stay kept out.
    for office in ("bureau", "station"):
        expect(page.locator(f"[name=exclude][value={office}]")).to_be_checked()


def test_words_written_about_an_official_stay_so_whatever_joins_them(impatient):
    page = impatient.page
    impatient.open()
    impatient.fill()
    impatient.choose("official", "yes")
    is_kept(impatient)
    wait_for_key(impatient)
    impatient.fill(MORE)
    impatient.choose("official", "no")
    get_key(impatient)

    impatient.sees("接在后面")
    expect(page.locator("#what")).to_have_value(f"{MORE}\n{WORDS}")
    expect(page.locator("[name=official][value=yes]")).to_be_checked()


def test_a_tip_sent_while_an_earlier_draft_waits_does_not_wipe_it(hurried, stored):
    page = hurried.page
    wait_for_key(hurried)
    hurried.fill(MORE)
    hurried.send()
    assert hurried.copy()
    hurried.sees("查询码不再显示")
    assert [tip.words.fields["what"] for tip in stored()] == [MORE]
    assert page.evaluate(KEPT) == ["dengshao.draft.tip"]

    page.unroute(KEY)
    page.reload()
    hurried.sees(BACK)
    has_all(hurried)


def test_a_receipt_that_waits_is_not_written_over_by_a_later_one(hurried):
    page = hurried.page
    hurried.send()
    first = hurried.receipt
    page.wait_for_function("() => sessionStorage.getItem('dengshao.draft.receipt')")
    wait_for_key(hurried)
    hurried.fill(MORE)
    hurried.send()
    assert hurried.copy() != first
    hurried.sees("查询码不再显示")

    page.unroute(KEY)
    page.reload()
    assert hurried.receipt == first
    assert hurried.copy() == first
    hurried.sees("查询码不再显示")
    assert page.evaluate(KEPT) == []


def test_where_the_newest_words_find_no_room_the_page_takes_back_what_it_said(hurried):
    page = hurried.page
    page.evaluate(FULL)
    page.fill("#what", WORDS + MORE)

    expect(page.locator("#unkept")).to_have_text("这个浏览器现在存不下您写的字。发出以前，别刷新。")
    expect(page.locator("#draft")).to_be_hidden()
    assert page.evaluate(KEPT) == []


@pytest.mark.parametrize("fault", [BLOCKED, FULL], ids=["blocked", "full"])
def test_where_nothing_can_be_kept_the_receipts_page_says_so_and_the_form_claims_nothing(
    impatient, fault
):
    page = impatient.page
    page.add_init_script(fault)
    impatient.open()
    page.wait_for_function("() => window.DengshaoDraft")
    impatient.fill()
    impatient.send()

    assert impatient.receipt
    told = page.locator("#main [data-slot=unkept]")
    expect(told).to_be_visible()
    expect(told).to_contain_text("这个浏览器存不住查询码。别刷新，先抄下来。")
    expect(told).to_have_attribute("role", "alert")
    impatient.copy()
    expect(told).to_have_count(0)


def test_where_a_receipt_is_kept_nothing_warns(hurried):
    hurried.send()
    assert hurried.receipt
    hurried.page.wait_for_function("() => sessionStorage.getItem('dengshao.draft.receipt')")

    expect(hurried.page.locator("#main [data-slot=unkept]")).to_be_hidden()


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
    monkeypatch.setattr("admin.wire.drafts.DRAFT_SECONDS", -1)
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
