"""The form in Chromium, with scripts: nothing readable leaves it, each failure has a way out."""

import json
import re
import threading
from dataclasses import replace
from urllib.parse import unquote_plus

import pytest
from playwright.sync_api import expect
from werkzeug.serving import make_server

from admin.config import ROOT
from admin.db import db
from admin.house import house
from admin.models import Message, Tip
from admin.sealing import age, receipt
from admin.sealing.age import HybridIdentity
from admin.vault import store, vault
from tests.canary import spellings
from tests.live import QuietHandler, free_port

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

WORDS = "暗渠边的第七棵黄皮树"
MORE = "昨晚又来了三个生面孔"
PLACE = "晒谷场旧石碾"
CONTACT = "微信号铁算盘七三九"
AXE = (ROOT / "node_modules" / "axe-core" / "axe.min.js").read_text("utf-8")
UNABLE = "这台设备加不了锁"
SEALED, THREAD, LETTER = "/tip/sealed", "/mailbox/thread", "/mailbox/sealed"


@pytest.fixture
def database_url(tmp_path):
    """One database is enough here: what the browser does is the same on both."""
    return f"sqlite:///{tmp_path / 'data' / 'dengshao.sqlite3'}"


@pytest.fixture
def environ(environ, bundles, site_folder):
    """An installation on a port of its own, with the theme's files and the pages' scripts."""
    return environ | {
        "DENGSHAO_ROOMS": "intake,mailbox",
        "DENGSHAO_BIND": f"127.0.0.1:{free_port()}",
        "DENGSHAO_BUNDLES": str(bundles),
        "DENGSHAO_SITE": str(site_folder),
    }


@pytest.fixture
def address(app, config, units):
    """Serve the application, whose units are all open; its address."""
    port = int(config.bind.rpartition(":")[2])
    server = make_server("127.0.0.1", port, app, threaded=True, request_handler=QuietHandler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://{config.public_host}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def close(app):
    """Let some units be open no more, as when the last holder of a key left."""

    def close(*names):
        with app.app_context():
            district = house().district
            left = frozenset(pair for pair in district.fingerprints if pair[0] not in names)
            house().district = replace(district, fingerprints=left)
            vault().units._until = 0.0

    return close


class Writer:
    """Somebody who writes a tip on a phone; notes all that the browser posts."""

    def __init__(self, page, address):
        self.page, self.address = page, address
        self.posted, self.complaints = [], []
        page.on("request", self._note)
        page.on("console", lambda line: self.complaints.append(line.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _note(self, request):
        if request.method == "POST":
            path = request.url.removeprefix(self.address)
            self.posted.append((path, request.post_data or ""))

    def posts(self, path):
        return [body for found, body in self.posted if found == path]

    def open(self, path="/tip/"):
        self.page.goto(self.address + path)

    def fill(self, what=WORDS, category="A4", place=PLACE):
        self.page.select_option("#category", category)
        self.page.fill("#what", what)
        self.page.fill("#place", place)

    def choose(self, name, value):
        self.page.check(f"[name={name}][value={value}]")

    def send(self):
        self.page.click("#last [type=submit]")

    def write(self, **answers):
        self.open()
        self.fill(**answers)
        self.send()

    def sees(self, words):
        expect(self.page.locator("#main")).to_contain_text(words, timeout=30_000)

    @property
    def receipt(self):
        expect(self.page.locator("#receipt li")).to_have_count(6, timeout=30_000)
        return "".join(self.page.locator("#receipt li").all_inner_texts())

    @property
    def asked(self):
        """The group that is asked for, counted from 1."""
        return int(re.search("(?:第|group) ([1-6])", self.page.inner_text("#group-hint"))[1])

    def type_group(self, group):
        self.page.fill("#group", group)
        self.page.click("#main form [type=submit]")

    def copy(self):
        digits = self.receipt
        first = (self.asked - 1) * 6
        self.type_group(digits[first : first + 6])
        return digits

    def axe(self):
        self.page.evaluate(AXE)
        return [fault["id"] for fault in self.page.evaluate("axe.run()")["violations"]]


@pytest.fixture
def write(visit, address):
    """Make a writer with a browser of their own."""

    def come(**options):
        return Writer(visit(**{"viewport": {"width": 360, "height": 740}, **options}), address)

    return come


@pytest.fixture
def writer(write):
    return write()


@pytest.fixture
def tip_of(app):
    """Find the tip that lies under a receipt; its id, or None."""

    def find(digits):
        with app.app_context():
            keys = receipt.derive(receipt.check(digits), house().site_id)
            tip = store.find_tip(db.reading, house().peppered(keys.lookup))
            return tip and tip.id

    return find


def lose_the_answer(route):
    route.fetch()
    route.abort()


def lose_the_question(route):
    route.abort()


def readable(bodies, secrets):
    """Name each secret that some body holds in some spelling."""
    texts = [text for _path, body in bodies for text in (body, unquote_plus(body))]
    data = "\n".join(texts).encode()
    lowered = data.lower()
    return [
        (secret, how)
        for secret in secrets
        for how, spelt in spellings(secret).items()
        if spelt in data or spelt in lowered
    ]


def test_a_tip_leaves_the_browser_sealed_and_its_unit_reads_it(writer, stored, units, tip_of):
    writer.open()
    writer.fill()
    writer.page.fill("#who", "绰号铁算盘的跛脚人")
    writer.choose("when", "ongoing")
    writer.choose("official", "no")
    writer.choose("exclude", "market")
    writer.page.click("#contact-block summary")
    writer.page.fill("#contact", CONTACT)

    writer.send()
    digits = writer.receipt

    [tip] = stored()
    assert tip_of(digits) == tip.row.id
    assert (tip.unit, tip.urgency) == ("police", "P2")
    assert tip.words.fields == {
        "category": "A4",
        "what": WORDS,
        "township": "unclear",
        "place": PLACE,
        "when": "ongoing",
        "who": "绰号铁算盘的跛脚人",
        "minor": "unclear",
        "official": "no",
        "exclude": ["market"],
    }
    inner = age.open_sealed(tip.words.contact, [units["supervision"].identity])
    plain = age.open_sealed(inner, [units["upper"].identity])
    assert plain.decode().rstrip() == CONTACT
    assert [path for path, _body in writer.posted] == ["/tip/challenge", SEALED]
    keys = receipt.derive(receipt.check(digits), tip_site(writer))
    secrets = [WORDS, PLACE, CONTACT, "绰号铁算盘的跛脚人", digits, receipt.check(digits)]
    secrets += [keys.talk.hex(), keys.seed.hex(), receipt.grouped(digits)]
    assert readable(writer.posted, secrets) == []
    assert set(json.loads(writer.posts(SEALED)[0])) == {
        "lookup",
        "reference",
        "unit",
        "urgency",
        "label",
        "sealed",
        "proof",
        "website",
    }
    assert writer.complaints == []


def tip_site(writer):
    return writer.page.request.get(f"{writer.address}/tip/routes.json").json()["site"]


def test_where_an_official_is_involved_even_the_kind_of_matter_stays_inside(writer, stored):
    writer.open()
    writer.fill(category="A10")
    writer.choose("when", "now")
    writer.choose("official", "yes")
    writer.choose("exclude", "discipline")

    writer.send()
    assert writer.receipt

    [tip] = stored()
    assert (tip.unit, tip.urgency, tip.label) == ("upper", "P1", None)
    assert tip.words.fields["exclude"] == ["discipline"]
    assert readable(writer.posted, ["discipline", "exclude", "category", "official"]) == []
    # Three characters are in base64 by chance.
    assert [body for _path, body in writer.posted if '"A10"' in body] == []


def test_nothing_is_kept_in_the_browser(writer):
    writer.write()
    writer.copy()

    kept = writer.page.evaluate("[localStorage.length, sessionStorage.length, document.cookie]")
    assert kept == [0, 0, ""]
    assert writer.page.evaluate("indexedDB.databases()") == []
    assert writer.page.url == f"{writer.address}/tip/"


def test_the_receipt_goes_once_a_group_of_it_was_typed_and_no_sooner(writer):
    writer.write()
    digits = writer.receipt

    writer.page.click("text=我已抄好")
    writer.sees("请看着纸上的字，写出这一组。")
    writer.type_group("12345")
    writer.sees("这一组和查询码对不上。")
    expect(writer.page.locator("#error-summary")).to_be_focused()
    assert writer.receipt == digits
    first = (writer.asked - 1) * 6
    writer.type_group(digits[first : first + 6].translate(str.maketrans("0123", "０１２３")))
    writer.sees("查询码不再显示，请看您抄下的纸。")

    assert writer.page.locator("#receipt").count() == 0
    assert not [one for one in range(0, 36, 6) if digits[one : one + 6] in writer.page.content()]
    expect(writer.page.locator("h1")).to_be_focused()


def test_the_result_can_be_printed_with_its_receipt(writer):
    writer.page.add_init_script("window.print = () => { window.printed = true; }")
    writer.write()
    assert writer.receipt

    writer.page.click("[data-print]")

    assert writer.page.evaluate("window.printed")
    writer.page.emulate_media(media="print")
    expect(writer.page.locator("#receipt")).to_be_visible()
    expect(writer.page.locator("#group")).to_be_hidden()


def test_a_receipt_is_not_lost_by_a_careless_press_and_no_one_is_held_back_in_a_hurry(writer):
    page = writer.page
    page.route("https://www.weather.com.cn/**", lambda route: route.fulfill(body="sun"))
    asked = []

    def stay(dialog):
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    writer.write()
    digits = writer.receipt
    page.click(".brand")
    assert asked == ["beforeunload"]
    assert writer.receipt == digits

    page.click("#quick-exit")
    page.wait_for_url("https://www.weather.com.cn/**")
    assert asked == ["beforeunload"]


FAULTY = {
    "nothing": {},
    "spaces alone": {"what": " \n\t", "place": "　"},
    "too long": {"what": "😀" * 2001, "place": "长" * 201, "who": "长" * 501, "contact": "1" * 201},
    "as long as may be": {"what": "😀\n" * 1000, "place": "长" * 200},
}


@pytest.mark.parametrize("answers", FAULTY.values(), ids=FAULTY)
def test_errors_are_the_servers_own_in_words_and_shape(write, answers):
    found = []
    for scripts in (True, False):
        writer = write(java_script_enabled=True)
        if not scripts:
            writer.page.route("**/app/*.js", lambda route: route.abort())
        writer.open()
        for name, text in answers.items():
            set_value(writer.page, name, text)
        writer.send()
        expect(writer.page.locator("#error-summary")).to_be_focused()
        found.append(shape_of(writer.page))
        assert writer.posts(SEALED) == []

    assert found[0] == found[1]


def set_value(page, name, text):
    """Put in what no keyboard could, for the fields have a greatest length."""
    page.eval_on_selector(
        f"#{name}",
        "(field, text) => { field.removeAttribute('maxlength'); field.value = text;"
        " field.dispatchEvent(new Event('input', {bubbles: true})); }",
        text,
    )


def shape_of(page):
    """What is said of each fault: in the summary, at the field, and to a screen reader."""
    return page.evaluate(
        """() => ({
          summary: document.getElementById('error-summary').outerHTML.replace(/\\s*\\n\\s*/g, ''),
          fields: [...document.querySelectorAll('[aria-invalid]')].map((field) => [
            field.id,
            field.getAttribute('aria-describedby').trim(),
            document.getElementById(field.id + '-error').outerHTML,
            field.closest('.field').className,
          ]),
        })"""
    )


def test_errors_go_once_they_are_mended(writer):
    writer.open()
    writer.send()
    writer.sees("请写下您看到或听到的事。")

    writer.fill()
    writer.send()

    assert writer.receipt


LOST = {"before it was stored": lose_the_question, "after it was stored": lose_the_answer}


@pytest.mark.parametrize("lose", LOST.values(), ids=LOST)
def test_a_line_that_breaks_makes_neither_two_tips_nor_two_receipts(
    writer, count, tip_of, stored, lose
):
    writer.page.route(f"**{SEALED}", lose, times=1)
    writer.write()
    writer.sees("没有连上。您写的字还在")
    expect(writer.page.locator("#what")).to_have_value(WORDS)
    assert writer.page.locator("#receipt").count() == 0

    writer.send()

    assert tip_of(writer.receipt) == stored()[0].row.id
    assert count(Tip) == 1
    first, second = writer.posts(SEALED)
    assert first == second


def test_offline_from_the_start_the_words_stay_until_the_line_is_back(writer, count):
    writer.open()
    writer.page.focus("#what")
    writer.page.wait_for_load_state("networkidle")
    writer.fill()
    for address in ("routes.json", "keys.json", "challenge", "sealed"):
        writer.page.route(f"**/{address}", lose_the_question)
    writer.page.unroute("**/routes.json")

    writer.send()
    writer.sees("没有连上。您写的字还在")
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
    writer.sees("现在存不上，字都还在。请等一分钟再按发送。")

    writer.send()

    assert writer.receipt
    assert count(Tip) == 1


def test_words_changed_after_a_lost_answer_are_a_supplement(writer, stored, count, tip_of):
    writer.page.route(f"**{SEALED}", lose_the_answer, times=1)
    writer.write()
    writer.sees("没有连上。")

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
    writer.sees("没有连上。")

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
    writer.sees("没有连上。")

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
    writer.sees("没有连上。")

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


def test_where_no_unit_may_read_it_nothing_is_sent_and_the_servers_notice_is_shown(
    write, close, stored, count
):
    close("upper")
    notices = []
    for scripts in (True, False):
        writer = write()
        if not scripts:
            writer.page.route("**/app/*.js", lambda route: route.abort())
        writer.open()
        writer.fill()
        writer.choose("official", "no")
        writer.choose("exclude", "station")
        writer.send()
        writer.sees("现在没有能看这条线索的单位，所以没有保存。")
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
    writer.open()
    writer.fill(category="B1")
    writer.choose("official", "no")
    writer.choose("exclude", "discipline")
    writer.page.wait_for_load_state("networkidle")
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


def stranger():
    return [str(HybridIdentity.generate().recipient) for _ in range(2)]


def false_routes(route):
    """Play a server that hands out a key of its own for the police unit."""
    answer = route.fetch()
    content = answer.json()
    content["units"]["police"]["recipients"] = stranger()
    route.fulfill(response=answer, json=content)


def without_list(route):
    route.fulfill(status=404, body="")


FALSE = {
    "a key of the server's own": ("**/tip/routes.json", false_routes),
    "no published list": ("**/keys.json", without_list),
}


@pytest.mark.parametrize(("pattern", "play"), FALSE.values(), ids=FALSE)
def test_a_false_key_gets_nothing_neither_sealed_nor_plain(writer, count, pattern, play):
    writer.page.route(pattern, play)
    writer.write()

    for _press in range(3):
        expect(writer.page.locator("#alarm")).to_be_focused()
        expect(writer.page.locator("#alarm")).to_contain_text("锁对不上，什么都没有发出去")
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


def test_a_false_key_for_the_supplement_gets_nothing_either(writer, count):
    def false_thread(route):
        answer = route.fetch()
        content = answer.json()
        content["unit"]["recipients"] = stranger()
        route.fulfill(response=answer, json=content)

    writer.page.route(f"**{SEALED}", lose_the_answer, times=1)
    writer.page.route(f"**{THREAD}", false_thread)
    writer.write()
    writer.sees("没有连上。")

    writer.page.fill("#what", MORE)
    writer.send()

    expect(writer.page.locator("#alarm")).to_be_focused()
    assert (writer.posts(LETTER), count(Message)) == ([], 0)


# Told as soon as the page is there, or as the form is touched: one press then goes the plain way.
UNABLE_AT_ONCE = {
    "no BigInt": lambda page: page.add_init_script("delete globalThis.BigInt"),
    "no TransformStream": lambda page: page.add_init_script("delete globalThis.TransformStream"),
    "no ReadableStream": lambda page: page.add_init_script("delete globalThis.ReadableStream"),
    "no Worker": lambda page: page.add_init_script("delete globalThis.Worker"),
    "no random numbers": lambda page: page.add_init_script(
        "delete Crypto.prototype.getRandomValues"
    ),
    "the sender blocked": lambda page: page.route("**/seal-send.js", lose_the_question),
    "the worker blocked": lambda page: page.route("**/seal-worker.js", lose_the_question),
    "no worker allowed": lambda page: page.add_init_script(
        "globalThis.Worker = class { constructor() { throw new Error('not here'); } };"
    ),
    "a worker that breaks at once": lambda page: play_worker(page, "throw new Error('broken');"),
    "a script that is none": lambda page: page.route(
        "**/seal-send.js",
        lambda route: route.fulfill(body="<html>", content_type="text/javascript"),
    ),
}


def play_worker(page, script):
    # Without this header no page of ours starts a worker.
    headers = {"Content-Type": "text/javascript", "Cross-Origin-Embedder-Policy": "require-corp"}
    page.route("**/seal-worker.js", lambda route: route.fulfill(body=script, headers=headers))


@pytest.mark.parametrize("break_it", UNABLE_AT_ONCE.values(), ids=UNABLE_AT_ONCE)
def test_a_browser_that_cannot_seal_says_so_and_the_tip_arrives_the_other_way(
    writer, stored, tip_of, break_it
):
    break_it(writer.page)
    writer.open()
    writer.fill()
    expect(writer.page.locator("#way")).to_contain_text(UNABLE)
    expect(writer.page.locator("#way")).to_contain_text("改由服务器收到时马上加锁。字都还在。")
    expect(writer.page.locator("#what")).to_have_value(WORDS)

    writer.send()

    assert tip_of(writer.receipt) == stored()[0].row.id
    assert stored()[0].words.fields["what"] == WORDS
    assert writer.posts(SEALED) == []


READY = "self.postMessage({isReady: true});"
FAILING = {
    "each job fails": "self.onmessage = ({data}) =>"
    f" self.postMessage({{id: data.id, error: 'TypeError'}}); {READY}",
    "the worker dies at its work": f"self.onmessage = () => {{ throw new Error(); }}; {READY}",
}


@pytest.mark.parametrize("script", FAILING.values(), ids=FAILING)
def test_a_worker_that_fails_at_its_work_sends_nothing_before_the_reporter_was_told(
    writer, stored, tip_of, script
):
    play_worker(writer.page, script)
    writer.write()

    writer.sees(f"{UNABLE}，字都还在。再按一次，就由服务器收到时加锁。")
    expect(writer.page.locator("#error-summary")).to_be_focused()
    assert {path for path, _body in writer.posted} <= {"/tip/challenge"}
    writer.send()

    assert tip_of(writer.receipt) == stored()[0].row.id


SLOW = {
    "the worker": lambda page: play_worker(page, "self.onmessage = () => {};"),
    "the sender": lambda page: page.route("**/seal-send.js", lambda route: None),
}


@pytest.mark.parametrize("slow", SLOW.values(), ids=SLOW)
def test_nobody_waits_for_ever(writer, stored, tip_of, slow):
    writer.page.clock.install()
    slow(writer.page)
    writer.write()
    writer.sees("正在加锁、发出")

    writer.page.clock.fast_forward(20_000)

    writer.sees(f"{UNABLE}，字都还在。再按一次")
    writer.send()
    assert tip_of(writer.receipt) == stored()[0].row.id


def test_without_any_script_the_form_is_as_it_stands(writer, stored):
    writer.page.route("**/app/*.js", lose_the_question)
    writer.write()

    assert writer.receipt
    assert stored()[0].words.fields["what"] == WORDS


def test_never_the_plain_way_once_the_words_may_be_stored(writer, count):
    """The address is gone when the browser comes again: a refusal, but what became of the first?"""
    writer.page.route(f"**{SEALED}", lose_the_answer, times=1)
    writer.write()
    writer.sees("没有连上。")
    writer.page.route(f"**{SEALED}", lambda route: route.fulfill(status=404, body=""), times=2)

    for _press in range(2):
        writer.send()
        writer.sees("没有连上。您写的字还在")
    writer.send()

    assert writer.receipt
    assert writer.posts("/tip/sent") == []
    assert count(Tip) == 1


def test_what_was_sealed_before_is_sent_again_without_the_worker(writer, count):
    writer.page.add_init_script(
        "const Real = Worker; globalThis.Worker = class extends Real"
        " { constructor(...all) { super(...all); globalThis.worker = this; } };"
    )
    writer.page.route(f"**{SEALED}", lose_the_answer, times=1)
    writer.write()
    writer.sees("没有连上。")
    writer.page.route("**/seal-worker.js", lose_the_question)
    writer.page.evaluate("worker.onerror()")

    writer.page.fill("#what", MORE)
    writer.send()
    writer.sees("不知道存上没有，字都还在。请再按一次，不会重复。")
    writer.page.fill("#what", WORDS)
    writer.send()

    assert writer.receipt
    assert writer.posts("/tip/sent") == []
    assert count(Tip) == 1


def test_two_presses_at_once_are_one_tip(writer, count):
    writer.open()
    writer.fill()
    writer.page.dblclick("#last [type=submit]")

    assert writer.receipt
    assert (len(writer.posts(SEALED)), count(Tip)) == (1, 1)


def test_a_filled_trap_loses_no_word_and_its_lane_is_told(writer, stored):
    writer.open()
    writer.fill()
    writer.page.evaluate("document.getElementById('website').value = 'http://spam.example'")

    writer.send()
    writer.sees("现在发来的太多，您这一条先放在一边。")

    [tip] = stored()
    assert tip.row.machine_unit == "police"
    assert tip.words.fields["what"] == WORDS


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_practice_seals_and_shows_all_and_posts_nothing(writer, count, prefix):
    writer.open(f"{prefix}/tip/practice/")
    writer.fill()
    writer.send()
    assert receipt.check(writer.copy())

    expect(writer.page.locator("#receipt")).to_have_count(0)
    assert (writer.posted, count(Tip)) == ([], 0)
    assert writer.complaints == []


RESULTS = ["/tip/", "/en/tip/", "/tip/?page=young", "/tip/practice/", "/en/tip/practice/"]


@pytest.mark.parametrize("path", RESULTS)
def test_the_result_says_what_the_servers_own_says(write, path):
    """Before and after the receipt was copied; the digits differ, and the group that is asked."""
    said = []
    for scripts in (True, False):
        writer = write()
        if not scripts:
            writer.page.route("**/app/*.js", lambda route: route.abort())
        writer.open(path)
        writer.fill()
        writer.send()
        assert writer.receipt
        before = result_of(writer.page)
        writer.copy()
        expect(writer.page.locator("#receipt")).to_have_count(0)
        writer.page.wait_for_load_state()
        said.append((before, result_of(writer.page)))

    assert said[0] == said[1]


def result_of(page):
    """What stands on the page, line by line, and where its links lead."""
    text = re.sub(r"[0-9]{6}", "", page.inner_text("#main"))
    text = re.sub("(第|group) [1-6]", "", text)
    links = page.eval_on_selector_all("#main a", "links => links.map(link => link.href)")
    return [line.strip() for line in text.splitlines() if line.strip()], links


def test_practice_says_that_it_is_practice(writer):
    writer.open("/tip/practice/")
    writer.fill()
    writer.send()
    writer.sees("练习：什么都不会保存。 下面的查询码是例子，查不到东西。")
    writer.copy()

    writer.sees("真的发出以后，也是这样。")
    expect(writer.page.locator("h1")).to_have_text("练习做完了")


def test_the_english_form_seals_too(writer, stored):
    writer.open("/en/tip/")
    writer.fill()
    writer.send()

    assert writer.receipt
    assert stored()[0].words.fields["what"] == WORDS
    assert writer.posts("/en/tip/sent") == []


def test_the_minors_page_says_du_after_sending_too(writer, stored):
    writer.open("/tip/?page=young")
    writer.fill()
    writer.send()

    assert writer.receipt
    assert "您" not in writer.page.inner_text("#main")
    writer.sees("这是你的查询码")
    assert "page" not in stored()[0].words.fields


def test_with_one_question_a_screen_the_tip_is_sealed_as_well(writer, stored):
    writer.open()
    writer.fill()
    writer.page.click("#step-offer button")
    while writer.page.locator("[data-act=next]").is_visible():
        writer.page.click("[data-act=next]")
    writer.send()

    assert writer.receipt
    assert stored()[0].words.fields["what"] == WORDS


def test_with_one_question_a_screen_a_broken_line_leads_to_no_question(writer, count):
    writer.page.route(f"**{SEALED}", lose_the_question, times=1)
    writer.open()
    writer.fill()
    writer.page.click("#step-offer button")
    while writer.page.locator("[data-act=next]").is_visible():
        writer.page.click("[data-act=next]")

    writer.send()
    writer.sees("没有连上。")
    writer.send()

    assert writer.receipt
    assert count(Tip) == 1


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_view_is_free_of_violations(write, close, scheme):
    writer = write(color_scheme=scheme, bypass_csp=True)
    found = {}
    writer.open()
    writer.send()
    writer.sees("有几处要改一下")
    found["errors"] = writer.axe()
    writer.page.route("**/tip/routes.json", false_routes)
    writer.write()
    writer.sees("锁对不上")
    found["alarm"] = writer.axe()
    writer.page.unroute_all()
    writer.send()
    assert writer.receipt
    found["receipt"] = writer.axe()
    writer.type_group("1")
    writer.sees("对不上")
    found["wrong group"] = writer.axe()
    writer.copy()
    found["copied"] = writer.axe()
    close("police")
    writer.open()
    writer.page.evaluate("document.getElementById('category').append(new Option('A4', 'A4'))")
    writer.fill()
    writer.send()
    writer.sees("现在没有能看这条线索的单位")
    found["no unit"] = writer.axe()

    assert found == {name: [] for name in found}
    assert len(found) == 6
