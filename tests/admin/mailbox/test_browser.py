"""The mailbox in Chromium: nothing readable leaves it but by a press that says so."""

import time
from contextlib import suppress
from urllib.parse import unquote_plus

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from admin.db import db, today
from admin.models import Message, Tip
from admin.sealing import receipt
from admin.sealing.age import HybridIdentity
from admin.sealing.seen import NotSeen, Seen, open_seen
from admin.serving.sweeper import keep_seen
from admin.tip.status import TipStatus
from admin.tip.urgency import Urgency
from tests.admin.mailbox.test_traces import spellings
from tests.axe import broken_rules
from tests.live import press_escape_three_times, serving, strip_scripts
from tests.ports import free_port

pytestmark = pytest.mark.browser

WORDS = "他们昨晚又来了，车牌尾号七三九"


@pytest.fixture
def database_url(sqlite_url):
    """One database is enough here: what the browser does is the same on both."""
    return sqlite_url


@pytest.fixture
def environ(environ, bundles, site_folder):
    """An installation on a port of its own, with the theme's files and the page's scripts."""
    return environ | {
        "DENGSHAO_BIND": f"127.0.0.1:{free_port()}",
        "DENGSHAO_BUNDLES": str(bundles),
        "DENGSHAO_SITE": str(site_folder),
    }


@pytest.fixture
def address(app, config):
    """Serve the application; its address."""
    with serving(app, config) as address:
        yield address


class Visitor:
    """A reporter at a phone."""

    def __init__(self, page, address):
        self.page = page
        self.address = address
        self.posted = []
        self.complaints = []
        page.on("request", self._note)
        page.on("console", lambda line: self.complaints.append(line.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _note(self, request):
        if request.method == "POST":
            self.posted.append((request.url, request.post_data or ""))

    @property
    def addresses(self):
        """Where to something was posted; what was seen is told a while later, or not yet."""
        return {url.rpartition("/")[2] for url, _body in self.posted} - {"seen"}

    def open(self, typed):
        self.page.goto(f"{self.address}/mailbox/")
        self.page.fill("#receipt", typed)
        self.press("看回复")

    def press(self, words):
        self.page.get_by_role("button", name=words, exact=True).click()

    def write(self, words):
        self.page.fill("#words", words)
        self.press("发给工作人员")

    def sees(self, words):
        expect(self.page.locator("#main")).to_contain_text(words)

    def press_until_it_sees(self, button, words):
        """Press, and again where a script that was still on its way fails: the page asks for it."""
        for _time in range(10):
            self.press(button)
            with suppress(AssertionError):
                return expect(self.page.locator("#main")).to_contain_text(words, timeout=6_000)
            expect(self.page.locator(".cut")).to_be_visible()
        return self.sees(words)

    def sees_not(self, words):
        expect(self.page.locator("#main")).not_to_contain_text(words)


@pytest.fixture
def visitor(visit, address):
    return Visitor(visit(viewport={"width": 360, "height": 740}), address)


def test_a_reporter_reads_and_answers_and_nothing_readable_leaves_the_browser(visitor, reporter):
    reporter.ask("几点？<b>请写下</b>\u202e")
    digits = reporter.typed_before

    visitor.open(digits.translate(str.maketrans("0123", "０１２３")))
    visitor.sees("请您补充")
    visitor.sees("几点？<b>请写下</b>U+202E")
    visitor.write(WORDS)
    visitor.sees("您补充的内容已收到。")
    visitor.sees("补充过。")

    visitor.sees_not(WORDS)
    assert reporter.tip().status is TipStatus.RECEIVED
    assert [envelope.body for envelope in reporter.opened()][1:] == [WORDS]
    bodies = "".join(url + unquote_plus(body) + body for url, body in visitor.posted).encode()
    secrets = [digits, digits.replace(" ", ""), reporter.typed, reporter.typed.replace(" ", "")]
    secrets += [reporter.digits, WORDS, reporter.keys.talk.hex()]
    assert not [secret for secret in secrets for needle in spellings(secret) if needle in bodies]
    assert visitor.addresses == {"thread", "sealed"}
    assert visitor.complaints == []


def test_a_wrong_group_is_named_while_it_is_typed_and_nothing_is_sent(visitor, reporter):
    digits = list(receipt.with_checks(reporter.digits))
    digits[14] = str((int(digits[14]) + 1) % 10)
    visitor.page.goto(f"{visitor.address}/mailbox/")

    visitor.page.locator("#receipt").press_sequentially("".join(digits), delay=1)

    visitor.sees("第 3 组有误")
    visitor.press("看回复")
    expect(visitor.page.locator("#error-summary")).to_be_focused()
    assert visitor.posted == []
    expect(visitor.page.locator("#receipt")).to_have_value("".join(digits))


def test_an_unknown_receipt_is_told_and_kept(visitor, unit, stranger):
    visitor.open(stranger)

    visitor.sees("查不到这个查询码")
    expect(visitor.page.locator("#receipt")).to_have_value(stranger)


def test_danger_shows_110_and_the_law_first_and_takes_the_typed_words_along(visitor, reporter):
    visitor.open(reporter.typed)
    visitor.page.fill("#words", WORDS)

    visitor.press("我有危险／被报复")
    visitor.sees("第六十一条")
    expect(visitor.page.locator("#main a[href='tel:110']")).to_be_visible()
    expect(visitor.page.locator("#danger-words")).to_have_value(WORDS)
    assert reporter.tip().urgency is Urgency.P2
    visitor.press("告诉工作人员：我有危险")
    visitor.sees("已收到，已标为最急。请马上打 110。")
    visitor.sees("今晚觉得不安全，就去有人的地方，或者亲友家。")
    visitor.sees("按了「我有危险」。")
    visitor.sees("明天再来看一次")
    expect(visitor.page.locator("[data-slot=happens-withdraw]")).to_be_hidden()

    assert reporter.tip().urgency is Urgency.P0
    assert reporter.opened()[0].kind == "danger"
    assert reporter.opened()[0].body.endswith(WORDS)


def test_withdrawing_takes_two_steps_and_keeps_what_was_typed(visitor, reporter):
    visitor.open(reporter.typed)
    visitor.page.fill("#words", WORDS)

    visitor.press("我想撤回")
    visitor.press("不了，回去看回复")
    expect(visitor.page.locator("#words")).to_have_value(WORDS)
    visitor.press("我想撤回")
    visitor.press("请停下来，并删掉内容")
    visitor.sees("撤回的请求已收到。")
    expect(visitor.page.locator("[data-slot=withdrawn]")).to_be_visible()
    visitor.sees("请求过撤回。")
    visitor.sees("由他停、由他删。")
    visitor.sees("按了「我想撤回」。")
    expect(visitor.page.locator("[data-slot=happens-danger]")).to_be_hidden()

    expect(visitor.page.locator("#words")).to_have_value(WORDS)
    assert reporter.tip().withdrawn_on is not None
    assert reporter.opened()[0].kind == "withdraw"


def test_an_answer_that_crosses_with_the_staffs_is_numbered_anew_by_itself(visitor, reporter):
    visitor.open(reporter.typed)
    visitor.sees("已收到")
    reporter.answer("先来一步")

    visitor.write(WORDS)

    visitor.sees("您补充的内容已收到。")
    visitor.sees("先来一步")
    assert [(e.number, e.direction) for e in reporter.opened()] == [(1, "staff"), (2, "reporter")]


def test_a_forged_message_is_shown_loudly_and_its_words_are_not(visitor, reporter):
    reporter.answer("快到老桥来", talk=bytes(32))
    reporter.answer("真的回复")

    visitor.open(reporter.typed)

    visitor.sees("这一条打不开，或者被人改过，所以不显示。")
    visitor.sees_not("快到老桥来")
    visitor.sees("真的回复")


def test_words_stay_in_their_box_until_they_are_stored(visitor, reporter, count):
    visitor.open(reporter.typed)
    visitor.sees("已收到")
    visitor.page.route("**/mailbox/sealed", lambda route: route.abort(), times=1)

    visitor.write(WORDS)
    visitor.sees("网络断了，字都在")
    expect(visitor.page.locator("#words")).to_have_value(WORDS)
    visitor.press("发给工作人员")
    visitor.sees("您补充的内容已收到。")

    assert count(Message) == 1


def test_a_lost_answer_makes_no_second_message(visitor, reporter, count):
    visitor.open(reporter.typed)
    visitor.sees("已收到")

    def lose_the_answer(route):
        route.fetch()
        route.abort()

    visitor.page.route("**/mailbox/sealed", lose_the_answer, times=1)
    visitor.write(WORDS)
    visitor.sees("网络断了，字都在")
    visitor.press("发给工作人员")
    visitor.sees("您补充的内容已收到。")

    assert count(Message) == 1


def test_a_unit_without_an_open_key_is_told_and_the_words_stay(visitor, reporter, close_units):
    close_units()
    visitor.open(reporter.typed)
    visitor.sees("已收到")

    visitor.write(WORDS)

    visitor.sees("现在收不了新的话。")
    expect(visitor.page.locator("#words")).to_have_value(WORDS)


def test_danger_is_marked_where_no_key_is_there_and_the_words_stay_for_copying(
    visitor, reporter, close_units, count
):
    close_units()
    visitor.open(reporter.typed)
    visitor.press("我有危险／被报复")
    visitor.page.fill("#danger-words", WORDS)

    visitor.press("告诉工作人员：我有危险")

    visitor.sees("已标为最急。您写的字没有存，请先抄下来。请马上打 110。")
    expect(visitor.page.locator("#danger-words")).to_have_value(WORDS)
    expect(visitor.page.locator("[data-slot=happens-danger]")).to_be_visible()
    assert (reporter.tip().urgency, count(Message)) == (Urgency.P0, 0)
    bodies = "".join(body for _url, body in visitor.posted).encode()
    assert not [needle for needle in spellings(WORDS) if needle in bodies]

    # The talk has no place for a call without words: the next look names it all the same.
    visitor.page.on("dialog", lambda dialog: dialog.accept())
    visitor.open(reporter.typed)
    expect(visitor.page.locator("[data-slot=called]")).to_contain_text("按了「我有危险」。")
    expect(visitor.page.locator("[data-slot=called]")).to_be_visible()
    expect(visitor.page.locator("[data-slot=happens-danger] a[href='tel:110']")).to_be_visible()


def serve_false_keys(visitor, false_unit):
    """Play a server that hands out another key than the one that a second person confirmed."""

    def hand_out(route):
        answer = route.fetch()
        recipients = [str(false_unit.recipient), str(false_unit.recipient)]
        route.fulfill(
            response=answer,
            json=answer.json() | {"unit": {"id": "police", "recipients": recipients}},
        )

    visitor.page.route("**/mailbox/thread", hand_out)


@pytest.mark.parametrize("step", ["message", "danger"])
def test_a_false_key_is_noticed_nothing_is_sent_and_the_words_stay(visitor, reporter, step, count):
    serve_false_keys(visitor, HybridIdentity.generate())
    visitor.open(reporter.typed)
    visitor.sees("已收到")
    visitor.page.fill("#words", WORDS)
    button, field = "发给工作人员", "#words"
    if step == "danger":
        visitor.press("我有危险／被报复")
        button, field = "告诉工作人员：我有危险", "#danger-words"

    for _ in range(2):
        visitor.press(button)
        visitor.sees("注意：加密校验没有通过，没有发出。")
        visitor.sees("急事打 110，公职人员的事打 12388，别的打 12345。")
        numbers = visitor.page.locator("#error-summary a[href^='tel:']")
        expect(numbers).to_have_text(["110", "12388", "12345"])
        expect(visitor.page.locator(field)).to_have_value(WORDS)

    # Nor does another failure after that lead the words the plain way.
    visitor.page.evaluate("void (dengshaoMailbox.checkReader = () => { throw new Error() })")
    visitor.press(button)
    visitor.sees("注意：加密校验没有通过，没有发出。")
    assert visitor.addresses == {"thread"}
    assert count(Message) == 0


def test_a_message_that_went_missing_at_the_end_is_told(visitor, reporter):
    def drop_the_last(route):
        answer = route.fetch()
        content = answer.json()
        route.fulfill(response=answer, json=content | {"messages": content["messages"][:-1]})

    reporter.answer("先说一句")
    reporter.ask("不要去老桥")
    visitor.page.route("**/mailbox/thread", drop_the_last)

    visitor.open(reporter.typed)

    visitor.sees("先说一句")
    visitor.sees("这里少了一条，或者顺序、条数被人动过。")
    visitor.sees("不要照着它做。")


def test_the_unit_learns_that_the_newest_answer_did_not_come(visitor, reporter):
    """With the count changed as well nothing shows here: only the unit can notice."""

    def hold_back_the_last(route):
        answer = route.fetch()
        content = answer.json()
        held = content["messages"].pop()
        route.fulfill(response=answer, json=content | {"length": held["number"] - 1})

    reporter.answer("先说一句")
    reporter.answer("快走，他们知道了。")
    visitor.page.route("**/mailbox/thread", hold_back_the_last, times=1)

    visitor.open(reporter.typed)
    visitor.sees("先说一句")
    visitor.sees("第 1 条")
    visitor.sees_not("被人动过")
    first = reporter.tip().messages[0]
    assert told_seen(reporter, 1) == Seen(1, today(), first.digest)

    visitor.page.unroute("**/mailbox/thread")
    visitor.open(reporter.typed)
    visitor.sees("快走，他们知道了。")
    told_seen(reporter, 2)


def told_seen(reporter, number):
    """Wait until the server keeps a box of so many answers, opened as the unit opens it.

    The browser tells it a while later, and it is written when the hour turns.
    """
    end = time.monotonic() + 60
    while time.monotonic() < end:
        keep_seen(reporter.app)
        with reporter.app.app_context(), suppress(NotSeen):
            box = db.session.scalars(select(Tip.seen).where(Tip.id == reporter.tip_id)).one()
            seen = open_seen(reporter.keys.talk, reporter.reference, box)
            if seen.number == number:
                return seen
        time.sleep(0.05)
    raise AssertionError("no such box came")


def test_a_tip_that_stands_apart_says_so(visitor, reporter, change_tip):
    change_tip(machine_unit="police")

    visitor.open(reporter.typed)

    visitor.sees("三天里没有工作人员接手，就会删掉。")
    expect(visitor.page.locator("[data-slot=apart]")).to_be_visible()
    expect(visitor.page.locator("[data-slot=apart-call]")).to_be_visible()


def test_who_pressed_already_is_not_told_to_press(visitor, reporter, change_tip):
    change_tip(machine_unit="police", danger_on=today())

    visitor.open(reporter.typed)

    visitor.sees("您按过「我有危险」，可是这一条还放在一边")
    expect(visitor.page.locator("[data-slot=apart-call]")).to_be_hidden()


@pytest.fixture
def dialogs(visitor):
    """What the browser asked before it left a page; each is answered with leaving."""
    asked = []

    def leave(dialog):
        asked.append(dialog.type)
        dialog.accept()

    visitor.page.on("dialog", leave)
    return asked


@pytest.mark.parametrize("step", ["mailbox", "danger", "withdraw"])
def test_typed_words_are_asked_about_before_the_page_is_left(visitor, reporter, dialogs, step):
    visitor.open(reporter.typed)
    visitor.sees("已收到")
    visitor.page.locator("#words").press_sequentially(WORDS)
    if step != "mailbox":
        visitor.press("我有危险／被报复" if step == "danger" else "我想撤回")

    visitor.page.goto(f"{visitor.address}/mailbox/")

    assert dialogs == ["beforeunload"]


@pytest.mark.parametrize("leave", ["click", "three times Escape", "after it was sent", "unwritten"])
def test_nothing_is_asked_of_who_leaves_at_once_or_has_nothing_to_lose(
    visitor, reporter, dialogs, leave
):
    visitor.page.route("https://www.weather.com.cn/", lambda route: route.fulfill(body="sun"))
    visitor.open(reporter.typed)
    visitor.sees("已收到")
    if leave != "unwritten":
        visitor.page.locator("#words").press_sequentially(WORDS)
    if leave == "after it was sent":
        visitor.press("发给工作人员")
        visitor.sees("您补充的内容已收到。")

    if leave == "click":
        visitor.page.click("#quick-exit")
        visitor.page.wait_for_url("https://www.weather.com.cn/")
    elif leave == "three times Escape":
        press_escape_three_times(visitor.page)
        visitor.page.wait_for_url("https://www.weather.com.cn/")
    else:
        visitor.page.get_by_role("link", name="看完了，收起来").click()
        expect(visitor.page.locator("#receipt")).to_be_visible()

    assert dialogs == []


def test_nothing_is_asked_where_the_words_go_the_plain_way(visitor, reporter, dialogs):
    visitor.open(reporter.typed)
    visitor.sees("已收到")
    break_sealing(visitor)
    visitor.page.locator("#words").press_sequentially(WORDS)
    visitor.press("发给工作人员")
    visitor.sees("这个浏览器加不了锁")

    visitor.press(YES)

    visitor.sees("您补充的内容已收到。")
    assert dialogs == []


def test_a_purged_tip_says_so_and_offers_no_box(visitor, reporter):
    reporter.expire(today())

    visitor.open(reporter.typed)

    visitor.sees("已过保存期，内容已删除")
    expect(visitor.page.locator("#words")).to_be_hidden()


YES = "我知道服务器会读到，就这样发"
YES_LOOK = "我知道服务器会读到查询码，就这样看"
CUT_LOOK = "网络断了，查询码没有发出。请再按一次。"
CUT = "网络断了，字都在，没有发出。请再按一次。"
PLAIN = ("/mailbox/", "/mailbox/words", "/mailbox/danger", "/mailbox/withdraw")
NOTHING_SEALS = """void Object.assign(dengshaoMailbox, {
  sealLetter: () => { throw new Error() },
  derive: () => { throw new Error() },
  trySealing: () => { throw new Error() },
})"""


def break_sealing(visitor):
    """Make this a browser in which nothing seals or opens."""
    visitor.page.evaluate(NOTHING_SEALS)


def went_plain(visitor):
    return [url for url, _body in visitor.posted if url.removeprefix(visitor.address) in PLAIN]


@pytest.mark.parametrize("missing", ["BigInt", "TransformStream"])
def test_an_old_browser_posts_the_receipt_only_after_a_press_that_says_so(
    visitor, reporter, missing
):
    visitor.page.add_init_script(f"delete globalThis.{missing}")
    reporter.ask("几点？")
    visitor.open(reporter.typed)
    offer = visitor.page.locator(".plain-offer")
    expect(offer).to_be_focused()
    expect(offer).to_contain_text("这个浏览器打不开加锁的内容。")
    expect(offer).to_contain_text("把查询码发给服务器")
    visitor.page.press("#receipt", "Enter")
    assert visitor.posted == []

    visitor.press(YES_LOOK)
    visitor.sees("几点？")
    visitor.write(WORDS)
    visitor.sees("您补充的内容已收到。")

    assert reporter.opened()[1].body == WORDS


PROXY = "<html><body>404</body></html>"
FAULTS = {
    "nothing comes": lambda route: route.abort(),
    "a proxy's 404": lambda route: route.fulfill(status=404, body=PROXY),
    "a proxy's page that calls itself a script": lambda route: route.fulfill(
        body=PROXY, content_type="text/javascript"
    ),
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
@pytest.mark.parametrize("script", ["mailbox.js", "mailbox-keys.js", "draft.js"])
def test_a_script_that_does_not_come_is_told_and_the_receipt_stays_here(
    visitor, reporter, script, fault
):
    visitor.page.route(f"**/app/{script}*", fault)
    visitor.open(reporter.typed)
    expect(visitor.page.locator(".cut")).to_be_visible()
    expect(visitor.page.locator(".plain-offer")).to_be_hidden()
    expect(visitor.page.locator("#receipt")).to_have_value(reporter.typed)

    visitor.page.unroute_all()
    visitor.press_until_it_sees("看回复", "查询码没有发给服务器")
    assert went_plain(visitor) == []


@pytest.mark.parametrize("script", ["mailbox.js", "mailbox-keys.js"])
def test_a_request_that_hangs_is_told_and_begun_anew(visitor, reporter, script):
    visitor.page.clock.install()
    hung = []
    visitor.page.route(f"**/app/{script}*", lambda route: hung.append(route))
    # A page whose script hangs is never all there.
    visitor.page.goto(f"{visitor.address}/mailbox/", wait_until="domcontentloaded")
    visitor.page.fill("#receipt", reporter.typed)
    visitor.press("看回复")
    while not hung:
        visitor.page.wait_for_timeout(20)
    for _ in range(3):
        visitor.page.clock.run_for(21_000)
    expect(visitor.page.locator(".cut")).to_be_visible()
    expect(visitor.page.locator(".plain-offer")).to_be_hidden()

    visitor.page.unroute_all()
    visitor.press("看回复")

    visitor.sees("查询码没有发给服务器")
    assert went_plain(visitor) == []


def test_without_our_first_script_there_is_no_press_at_all(visitor, reporter):
    visitor.page.route("**/app/*.js", lambda route: route.abort())
    visitor.page.goto(f"{visitor.address}/mailbox/")
    visitor.page.fill("#receipt", reporter.typed)

    expect(visitor.page.locator("#main .unloaded").first).to_be_visible()
    expect(visitor.page.locator("#open [type=submit]")).to_be_hidden()
    visitor.page.press("#receipt", "Enter")
    expect(visitor.page.locator("#receipt")).to_have_value(reporter.typed)
    assert visitor.posted == []


def test_without_a_line_receipt_and_words_stay_here_and_go_when_it_is_back(visitor, reporter):
    """From the first touch on: the keys could not even be loaded."""
    visitor.page.goto(f"{visitor.address}/mailbox/")
    visitor.page.wait_for_selector("#open[data-taken]", state="attached")
    visitor.page.context.set_offline(True)
    visitor.page.fill("#receipt", reporter.typed)
    visitor.press("看回复")
    expect(visitor.page.locator(".cut")).to_have_text(CUT_LOOK)
    visitor.page.context.set_offline(False)
    visitor.press("看回复")
    visitor.sees("已收到")
    visitor.page.context.set_offline(True)
    visitor.write(WORDS)
    expect(visitor.page.locator(".cut")).to_have_text(CUT)
    expect(visitor.page.locator("#words")).to_have_value(WORDS)
    visitor.page.context.set_offline(False)
    visitor.press("发给工作人员")
    visitor.sees("您补充的内容已收到。")

    assert went_plain(visitor) == []
    assert [envelope.body for envelope in reporter.opened()] == [WORDS]


@pytest.mark.parametrize("broken", ["derive", "openThread"])
def test_failing_keys_where_sealing_works_never_send_the_receipt(visitor, reporter, broken):
    visitor.page.goto(f"{visitor.address}/mailbox/")
    visitor.page.fill("#receipt", reporter.typed)
    visitor.page.wait_for_function("() => window.dengshaoMailbox")
    visitor.page.evaluate(f"void (dengshaoMailbox.{broken} = () => {{ throw new Error() }})")

    for _press in range(2):
        visitor.press("看回复")
        visitor.sees("没有打开，也没有发出。请再按一次；还不行，就刷新这一页。")

    expect(visitor.page.locator(".plain-offer")).to_be_hidden()
    assert not [body for _url, body in visitor.posted if reporter.digits[:5] in body]
    assert went_plain(visitor) == []


@pytest.mark.parametrize("step", ["message", "danger"])
def test_a_browser_that_cannot_seal_sends_words_only_after_a_press_that_says_so(
    visitor, reporter, step
):
    visitor.open(reporter.typed)
    visitor.sees("已收到")
    break_sealing(visitor)
    visitor.page.fill("#words", WORDS)
    button = "发给工作人员"
    if step == "danger":
        visitor.press("我有危险／被报复")
        button = "告诉工作人员：我有危险"

    for _press in range(2):
        visitor.press(button)
        expect(visitor.page.locator(".plain-offer")).to_be_focused()
    visitor.sees("服务器会读到查询码和您的字")
    assert went_plain(visitor) == []
    visitor.press(YES)
    visitor.sees("已收到，已标为最急。" if step == "danger" else "您补充的内容已收到。")

    (envelope,) = reporter.opened()
    assert envelope.kind == step
    assert WORDS in envelope.body


def test_words_outlive_a_reload_and_nothing_of_them_can_be_read_in_the_tab(visitor, reporter):
    visitor.page.on("dialog", lambda dialog: dialog.accept())
    visitor.open(reporter.typed)
    visitor.sees("已收到")
    visitor.page.fill("#words", WORDS)
    visitor.page.wait_for_function("() => sessionStorage.length")
    kept = visitor.page.evaluate("JSON.stringify(sessionStorage)")
    assert not [needle for needle in spellings(WORDS) if needle in kept.encode()]
    assert reporter.digits[:5] not in kept

    visitor.page.reload()
    visitor.open(reporter.typed)
    visitor.sees("您刚才写的字还在，已经填回来了。")
    expect(visitor.page.locator("#words")).to_have_value(WORDS)
    visitor.press("发给工作人员")
    visitor.sees("您补充的内容已收到。")

    assert visitor.page.evaluate("sessionStorage.length") == 0
    assert [envelope.body for envelope in reporter.opened()] == [WORDS]


def test_leaving_the_page_wipes_it(visitor, reporter):
    visitor.open(reporter.typed)
    visitor.sees("已收到")
    visitor.page.fill("#words", WORDS)
    words = visitor.page.locator("#words").element_handle()

    visitor.page.evaluate("window.dispatchEvent(new PageTransitionEvent('pagehide'))")

    assert words.evaluate("field => field.value") == ""
    assert visitor.page.locator("#mailbox").inner_html() == ""


def test_quick_exit_leaves_for_another_site_and_back_shows_nothing(visitor, reporter):
    visitor.page.route("https://www.weather.com.cn/", lambda route: route.fulfill(body="sun"))
    visitor.open(reporter.typed)
    visitor.sees("已收到")
    visitor.page.fill("#words", WORDS)

    visitor.page.click("#quick-exit")
    visitor.page.wait_for_url("https://www.weather.com.cn/")

    visitor.page.go_back()
    assert WORDS not in visitor.page.content()
    assert "已收到" not in visitor.page.content()


def test_nothing_is_kept_in_the_browser(visitor, reporter):
    visitor.open(reporter.typed)
    visitor.sees("已收到")

    kept = visitor.page.evaluate("[localStorage.length, sessionStorage.length, document.cookie]")

    assert kept == [0, 0, ""]
    assert visitor.page.url == f"{visitor.address}/mailbox/"


@pytest.mark.parametrize("scripts", [True, False])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_view_is_free_of_violations(visit, address, reporter, change_tip, scripts, scheme):
    """Axe needs scripts, so the plain way is walked with the page's own script blocked."""
    reporter.ask("几点？")
    reporter.answer("快到老桥来", talk=bytes(32))
    change_tip(talk_length=3, machine_unit="police")
    phone = {"viewport": {"width": 360, "height": 740}, "color_scheme": scheme}
    visitor = Visitor(visit(**phone, bypass_csp=True), address)
    if not scripts:
        strip_scripts(visitor.page)
    found = {}

    def check(name):
        visitor.page.wait_for_load_state()
        found[name] = broken_rules(visitor.page)

    visitor.open("1" * 36)
    visitor.sees("组有误")
    check("start")
    visitor.open(reporter.typed)
    visitor.sees("几点？")
    check("mailbox")
    visitor.press("我有危险／被报复")
    visitor.sees("第六十一条")
    check("danger")
    visitor.press("不了，回去看回复")
    visitor.press("我想撤回")
    visitor.sees("收不回来")
    check("withdraw")

    assert found == {name: [] for name in ("start", "mailbox", "danger", "withdraw")}
