"""Where the browser cannot seal, the reporter is told, and the tip arrives the other way."""

import pytest
from playwright.sync_api import expect

from .writer import SEALED, WORDS, lose_the_question

pytestmark = pytest.mark.browser

UNABLE = "这台设备加不了锁"


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


def test_a_browser_from_before_object_hasown_still_seals(writer, stored, tip_of, bundles):
    # Our libraries ask for it; browsers before 2022 lack it.
    script = (bundles / "seal-worker.js").read_text("utf-8")
    assert "hasOwn" in script
    play_worker(writer.page, "delete Object.hasOwn;\n" + script)

    writer.write()

    assert tip_of(writer.receipt) == stored()[0].row.id
    assert len(writer.posts(SEALED)) == 1


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
