"""Where the browser cannot seal, and only there, the plain way is offered, as its own press."""

import pytest
from playwright.sync_api import expect

from .played import let_pass_until, play_mute, play_script, play_worker
from .writer import SEALED, WORDS, lose_the_question

pytestmark = pytest.mark.browser

UNABLE = "这个浏览器加不了锁，没有发出。字都还在。"


def take_away(what):
    return lambda page: page.add_init_script(f"delete {what}")


READY = "self.postMessage({isReady: true});"
CANNOT = {
    "no BigInt": take_away("globalThis.BigInt"),
    "no TransformStream": take_away("globalThis.TransformStream"),
    "no ReadableStream": take_away("globalThis.ReadableStream"),
    "no random numbers": take_away("Crypto.prototype.getRandomValues"),
    "a first script that it cannot read": lambda page: play_script(
        page, "seal.js*", "this is too new"
    ),
    "a sender that it cannot read": lambda page: play_script(page, "seal-send.js", "too new"),
    "a worker that breaks, there and here": lambda page: play_worker(
        page, "throw new Error('broken');"
    ),
    "each job fails, there and here": lambda page: play_worker(
        page,
        "self.onmessage = ({data}) =>"
        f" self.postMessage({{id: data.id, error: 'TypeError'}}); {READY}",
    ),
}


@pytest.mark.parametrize("break_it", CANNOT.values(), ids=CANNOT)
def test_a_browser_that_cannot_seal_sends_only_after_a_press_that_says_what_it_means(
    writer, stored, tip_of, break_it
):
    break_it(writer.page)
    writer.open()
    writer.fill()
    writer.send()
    offer = writer.page.locator(".plain-offer")
    expect(offer).to_be_visible()
    expect(offer).to_be_focused()
    expect(offer).to_contain_text(UNABLE)
    expect(offer).to_contain_text("服务器收到时会读到您的字")
    writer.send()
    # Nor by the key that sends a form from a line of text.
    writer.page.press("#place", "Enter")
    expect(offer).to_be_focused()
    expect(writer.page.locator("#what")).to_have_value(WORDS)
    assert {path for path, _body in writer.posted} <= {"/tip/challenge", "/tip/draft"}

    writer.page.click("[data-plain]")

    assert tip_of(writer.receipt) == stored()[0].row.id
    assert stored()[0].words.fields["what"] == WORDS
    assert writer.posts(SEALED) == []


WITHOUT_A_WORKER = {
    "none at all": take_away("globalThis.Worker"),
    "none allowed": lambda page: page.add_init_script(
        "globalThis.Worker = class { constructor() { throw new Error('not here'); } };"
    ),
    "one that breaks at once": lambda page: page.add_init_script(
        "globalThis.Worker = class { constructor() { setTimeout(() => this.onerror({})); }"
        " terminate() {} };"
    ),
    "one that dies at its work": lambda page: page.add_init_script(
        "globalThis.Worker = class { constructor() {"
        " setTimeout(() => this.onmessage({data: {isReady: true}})); }"
        " postMessage() { setTimeout(() => this.onerror({})); } terminate() {} };"
    ),
}


@pytest.mark.parametrize("break_it", WITHOUT_A_WORKER.values(), ids=WITHOUT_A_WORKER)
def test_a_browser_without_workers_seals_in_the_page(writer, stored, tip_of, break_it):
    break_it(writer.page)

    writer.write()

    assert tip_of(writer.receipt) == stored()[0].row.id
    assert len(writer.posts(SEALED)) == 1
    assert writer.posts("/tip/sent") == []


def test_a_worker_that_says_nothing_is_given_up_before_the_press_is(writer, stored, tip_of):
    page = writer.page
    page.clock.install()
    page.add_init_script(
        "globalThis.Worker = class { constructor() { globalThis.silent = true; }"
        " postMessage() {} terminate() {} };"
    )
    writer.open()
    writer.fill()
    page.wait_for_function("() => globalThis.silent")
    writer.send()
    page.clock.run_for(10_000)

    assert tip_of(writer.receipt) == stored()[0].row.id
    assert len(writer.posts(SEALED)) == 1
    assert writer.posts("/tip/sent") == []


@pytest.mark.parametrize("jobs", [".*", "sealTip"])
def test_a_worker_that_starts_and_then_answers_nothing_is_given_up_too(
    writer, stored, tip_of, bundles, jobs
):
    writer.page.clock.install()
    play_mute(writer.page, "seal-worker.js", bundles, jobs)
    writer.open()
    writer.fill()
    writer.send()
    expect(writer.page.locator("#way + [role=status]")).to_contain_text("正在加锁、发出")
    let_pass_until(writer.page, writer.page.locator("#receipt li"))

    assert tip_of(writer.receipt) == stored()[0].row.id
    assert stored()[0].words.fields["what"] == WORDS
    assert len(writer.posts(SEALED)) == 1
    assert writer.posts("/tip/sent") == []


def test_a_browser_from_before_object_hasown_still_seals(writer, stored, tip_of, bundles):
    # Our libraries ask for it; browsers before 2022 lack it.
    script = (bundles / "seal-worker.js").read_text("utf-8")
    assert "hasOwn" in script
    play_worker(writer.page, "delete Object.hasOwn;\n" + script)

    writer.write()

    assert tip_of(writer.receipt) == stored()[0].row.id
    assert len(writer.posts(SEALED)) == 1


def test_a_job_that_fails_where_sealing_works_is_no_reason_for_the_plain_way(writer, stored):
    """Say, an answer of the server that makes no sense."""
    writer.page.route("**/tip/challenge", lambda route: route.fulfill(json={"a": 1}))
    writer.write()

    writer.sees("没有发出，字都在。请再按一次；还不行，就刷新这一页。")
    expect(writer.page.locator(".plain-offer")).to_be_hidden()
    assert writer.posts(SEALED) == writer.posts("/tip/sent") == []


def test_without_our_first_script_there_is_no_press_at_all_and_the_page_says_so(writer, count):
    writer.page.route("**/app/*.js", lose_the_question)
    writer.open()
    writer.fill()

    writer.sees("这一页没有载全，现在发不出。请刷新这一页。")
    expect(writer.page.locator("#main .unloaded").first).to_be_visible()
    expect(writer.page.locator("#last [type=submit]")).to_be_hidden()
    writer.page.press("#place", "Enter")
    expect(writer.page.locator("#what")).to_have_value(WORDS)
    assert writer.posted == []


def test_a_press_on_the_plain_way_without_a_line_loses_no_word(writer, count):
    writer.page.add_init_script("delete globalThis.BigInt")
    writer.open()
    writer.fill()
    writer.send()
    writer.page.context.set_offline(True)

    writer.page.click("[data-plain]")

    expect(writer.page.locator(".cut")).to_have_text("网络断了，字都在，没有发出。请再按一次。")
    expect(writer.page.locator("#what")).to_have_value(WORDS)
    writer.page.context.set_offline(False)
    writer.page.click("[data-plain]")
    assert writer.receipt
