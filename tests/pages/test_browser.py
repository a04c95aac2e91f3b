"""The pages in Chromium: sizes, voice, leaving at once, keyboard, print; no other host asked."""

import json

import pytest
from playwright.sync_api import expect

from tests.live import STILL, press_escape_three_times

from .walks import FONT, open_page, with_samples

pytestmark = pytest.mark.browser


def test_the_home_page_shows_110_three_doors_and_the_search_on_one_phone_screen(browser, address):
    tab = open_page(browser, address, width=360)
    tab.set_viewport_size({"width": 360, "height": 640})
    for piece in tab.locator(".strip-110, .door, .search-box").all():
        box = piece.bounding_box()
        assert box["y"] + box["height"] <= 640
    tab.context.close()


def test_the_elder_button_has_two_sizes_remembered_here_and_nowhere_else(browser, address):
    tab = open_page(browser, address, width=360)
    for said, font in (("长辈版", 24), ("更大", 30)):
        assert tab.inner_text("#elder") == said
        tab.click("#elder")
        tab.goto(address + "law/")
        assert tab.evaluate(FONT) == font
    assert tab.inner_text("#elder") == "普通版"
    assert tab.context.cookies() == []
    tab.click("#elder")
    assert tab.evaluate(FONT) == 18
    assert tab.evaluate("localStorage.length") == 0
    tab.context.close()


@pytest.mark.parametrize("stored", ["3", "true", "elder"])
def test_a_size_that_nobody_set_is_the_normal_one(browser, address, stored):
    tab = open_page(browser, address, width=360)
    tab.evaluate("value => localStorage.setItem('dengshao.elder', value)", stored)
    tab.reload()
    assert tab.evaluate(FONT) == 18
    tab.context.close()


# A browser's voices, of which Chromium has none here; what is spoken is noted and ends at once. As
# real ones do, a voice that is silenced says of the words that it was at that they failed.
VOICES = """voices => {
  const said = window.said = [];
  let last = null;
  Object.defineProperty(window, 'speechSynthesis', {value: {
    getVoices: () => voices,
    addEventListener() {},
    speak(words) {
      said.push(words.text);
      last = words;
      if (said.length < 3) setTimeout(words.onend, 1);
    },
    cancel() { said.push('stopped'); if (last) last.onerror(); },
  }});
  window.SpeechSynthesisUtterance = function (text) { this.text = text; };
}"""
# A function, not bare words: a page's policy refuses words that Playwright would ask a second time.
SAID_THREE = "() => said.length === 3"
HERE = {"localService": True, "lang": "zh-CN", "name": "here"}


def open_with_voices(browser, address, voices):
    context = browser.new_context(viewport={"width": 360, "height": 740}, **STILL)
    context.add_init_script(f"({VOICES})({json.dumps(voices)})")
    tab = context.new_page()
    tab.goto(address)
    return tab


@pytest.mark.parametrize(
    "voices",
    [[], [HERE | {"localService": False}], [HERE | {"lang": "en-US"}]],
    ids=["none", "a voice from afar", "another language"],
)
def test_nothing_is_read_aloud_without_a_voice_of_the_device(browser, address, voices):
    tab = open_with_voices(browser, address + "law/23/", voices)
    assert not tab.locator("#read").is_visible()
    tab.context.close()


def test_a_page_is_read_aloud_by_paragraph_and_stops_when_asked(browser, address):
    tab = open_with_voices(browser, address + "law/23/", [HERE])
    tab.click("#read")
    tab.wait_for_function(SAID_THREE)
    assert tab.inner_text("#read") == "停止朗读"
    assert tab.evaluate("said[0]") == tab.inner_text("h1")
    assert tab.locator(".reading").count() == 1
    tab.click("#read")
    assert tab.evaluate("said[3]") == "stopped"
    assert tab.inner_text("#read") == "朗读这一页"
    assert tab.locator(".reading").count() == 0
    tab.context.close()


@pytest.mark.parametrize("how", ["click", "escape"])
def test_leaving_at_once_silences_the_voice_before_another_word(browser, address, data, how):
    tab = open_with_voices(browser, address + "law/23/", [HERE])
    told = []
    tab.expose_function("tell", lambda words: told.append(words))
    tab.route("https://**", lambda route: route.fulfill(body="weather", content_type="text/html"))
    tab.click("#read")
    tab.wait_for_function(SAID_THREE)
    # Runs after read.js has heard of it, and before the next page is even asked for.
    tab.evaluate("document.addEventListener('leave', () => { tell(said.slice(3)); })")
    leave(tab, how)
    tab.wait_for_url(f"{data['footer']['quick_exit']}**")
    assert told == [["stopped"]]
    tab.context.close()


def leave(tab, how):
    if how == "click":
        tab.click("#quick-exit")
    else:
        press_escape_three_times(tab)


@pytest.mark.parametrize("how", ["click", "escape"])
def test_leaving_at_once_replaces_the_page_and_forgets_it(browser, address, data, how):
    tab = open_page(browser, address, width=360)
    target = data["footer"]["quick_exit"]
    tab.route(f"{target}**", lambda route: route.fulfill(body="weather", content_type="text/html"))
    tab.goto("about:blank")
    tab.goto(address + "report/")
    tab.click("#elder")
    tab.evaluate("sessionStorage.setItem('open', 'words')")
    entries = tab.evaluate("history.length")
    leave(tab, how)
    tab.wait_for_url(f"{target}**")
    assert tab.evaluate("history.length") == entries
    tab.go_back()
    assert tab.url == "about:blank"
    tab.goto(address)
    assert tab.evaluate("[localStorage.length, sessionStorage.length]") == [0, 0]
    tab.context.close()


def test_two_presses_of_escape_are_not_a_wish_to_leave(browser, address):
    tab = open_page(browser, address, width=360)
    tab.keyboard.press("Escape")
    tab.keyboard.press("Escape")
    tab.wait_for_timeout(200)
    assert tab.url == address
    tab.context.close()


def test_no_page_asks_any_other_host_or_anything_against_the_policy(browser, address, pages):
    tab = open_page(browser, address, width=360)
    asked, said = [], []
    tab.on("request", lambda request: asked.append(request.url))
    tab.on("console", lambda message: said.append((tab.url, message.text)))
    # tests/pages/test_pages.py looks at the words of every page for what could ask or break it.
    for page in with_samples(pages):
        tab.goto(address + page.url)
    assert all(url.startswith(address) for url in asked)
    assert [text for text in said if "Content Security Policy" in text[1]] == []
    tab.context.close()


def test_the_server_of_these_tests_keeps_to_the_policy_of_the_site(browser, address):
    tab = open_page(browser, address, width=360)
    with tab.expect_console_message(lambda said: "Content Security Policy" in said.text):
        tab.evaluate("document.body.insertAdjacentHTML('beforeend', '<p style=\"color: red\">')")
    tab.context.close()


def test_the_keyboard_reaches_the_text_at_once(browser, address):
    tab = open_page(browser, address, width=360)
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement.className") == "skip"
    tab.keyboard.press("Enter")
    expect(tab.locator("#main")).to_be_focused()
    tab.context.close()


def test_printing_leaves_the_words_only(browser, address):
    tab = open_page(browser, address + "help/hotlines/", width=800)
    tab.emulate_media(media="print")
    for hidden in (".top", ".nav", ".foot", "[data-print]"):
        assert not tab.locator(hidden).first.is_visible(), hidden
    assert tab.locator("table").first.is_visible()
    tab.context.close()
