"""Whatever a weak line does, words stay, go out sealed when it is back, and no other way."""

import pytest
from playwright.sync_api import expect

from admin.models import Tip

from .writer import PLACE, WORDS, readable

pytestmark = pytest.mark.browser

CUT = "网络断了，字都在，没有发出。请再按一次。"
PROXY = "<html><body>502 Bad Gateway</body></html>"
SCRIPTS = ["hold.js", "seal.js", "seal-send.js", "seal-worker.js", "seal-result.js"]
PROXIES = {
    "nothing": lambda route: route.abort(),
    "404": lambda route: route.fulfill(status=404, body=PROXY, content_type="text/html"),
    "502": lambda route: route.fulfill(status=502, body=PROXY, content_type="text/html"),
    "a page instead": lambda route: route.fulfill(body=PROXY, content_type="text/html"),
    "a page that calls itself a script": lambda route: route.fulfill(
        body=PROXY, content_type="text/javascript"
    ),
    "half of it": lambda route: route.fulfill(
        body="window.Half = 1;", content_type="text/javascript"
    ),
}


def asks_for(script, act):
    """Answer for a script of ours, under whatever query it is asked for."""
    return lambda page: page.route(f"**/app/{script}*", act)


FAULTS = {
    f"{script}: {how}": asks_for(script, act)
    for script in SCRIPTS[1:]
    for how, act in PROXIES.items()
    # One kind of fault for each script, and each kind for one.
    if script == "seal-send.js" or how == "a page that calls itself a script"
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_a_script_that_does_not_come_is_told_and_asked_for_again_at_the_next_press(
    writer, count, stored, fault
):
    fault(writer.page)
    writer.open()
    writer.fill()
    writer.send()
    expect(writer.page.locator(".cut")).to_have_text(CUT)
    expect(writer.page.locator(".cut")).to_be_focused()
    expect(writer.page.locator(".plain-offer")).to_be_hidden()
    expect(writer.page.locator("#what")).to_have_value(WORDS)
    assert count(Tip) == 0

    writer.page.unroute_all()
    writer.send()

    assert writer.receipt
    assert stored()[0].words.fields["what"] == WORDS
    assert writer.posts("/tip/sent") == []
    assert readable(writer.posted, [WORDS, PLACE]) == []


@pytest.mark.parametrize("script", SCRIPTS[1:])
def test_a_request_that_hangs_is_told_and_begun_anew(writer, count, script):
    writer.page.clock.install()
    hung = []
    writer.page.route(f"**/app/{script}*", lambda route: hung.append(route))
    # A page whose script hangs is never all there.
    writer.page.goto(f"{writer.address}/tip/", wait_until="domcontentloaded")
    writer.fill()
    writer.send()
    # Both patiences: that of the press, and that of the request behind it.
    while not hung:
        writer.page.wait_for_timeout(20)
    for _ in range(3):
        writer.page.clock.run_for(21_000)
    expect(writer.page.locator(".cut")).to_have_text(CUT)
    expect(writer.page.locator(".plain-offer")).to_be_hidden()

    writer.page.unroute_all()
    writer.send()

    assert writer.receipt
    assert (count(Tip), writer.posts("/tip/sent")) == (1, [])


def test_a_blip_at_the_first_touch_ends_nothing(writer, count):
    """On this way a tip once went out unsealed: offline at the first tap, back a moment later."""
    writer.open()
    writer.page.wait_for_function("() => window.DengshaoDraft")
    writer.page.context.set_offline(True)
    writer.page.focus("#what")
    writer.page.fill("#what", WORDS)
    writer.page.context.set_offline(False)
    writer.fill()

    writer.send()

    assert writer.receipt
    assert (count(Tip), writer.posts("/tip/sent")) == (1, [])
    expect(writer.page.locator(".plain-offer")).to_have_count(0)


def test_a_press_without_a_line_keeps_every_word_and_the_next_one_sends_them(writer, count):
    writer.open()
    writer.fill()
    writer.page.context.set_offline(True)
    for _press in range(2):
        writer.send()
        expect(writer.page.locator(".cut")).to_have_text(CUT)
    expect(writer.page.locator("#what")).to_have_value(WORDS)
    assert writer.page.url == f"{writer.address}/tip/"

    writer.page.context.set_offline(False)
    writer.send()

    assert writer.receipt
    assert (count(Tip), writer.posts("/tip/sent")) == (1, [])


def test_the_english_form_says_the_same(writer):
    writer.open("/en/tip/")
    writer.fill()
    writer.page.context.set_offline(True)
    writer.send()

    expect(writer.page.locator(".cut")).to_contain_text("You are offline.")
    expect(writer.page.locator(".cut")).to_contain_text("nothing was sent")
