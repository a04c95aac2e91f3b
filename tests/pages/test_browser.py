"""The pages in Chromium: accessible in both sizes, narrow, without scripts, and quickly left."""

import json
from itertools import product

import pytest

from .conftest import ROOT

pytestmark = pytest.mark.browser

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
ELDER = "localStorage.setItem('dengshao.elder', '1')"
ONE_OF_EACH_KIND = [
    "",
    "law/",
    "law/23/",
    "law/ch/3/",
    "topics/loans/",
    "report/",
    "help/hotlines/",
    "search/",
    "en/",
]
WIDE = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
FONT = "parseFloat(getComputedStyle(document.body).fontSize)"
# The classes that the button in the header sets, with the sizes of type and targets of the norm.
NORMAL, LARGE, LARGER = ("", 18, 44), ("elder", 24, 60), ("elder elder--larger", 30, 60)
WIDTHS = (360, 768, 1280)
# The frame is alike on all pages: it is looked at in full once on each, and in each size on some.
INSIDE = "document.querySelector('#main')"
# What a change of width or size can break; the other rules look at the same elements again.
LAYOUT = ["color-contrast", "link-in-text-block", "scrollable-region-focusable", "target-size"]
# Controls that stand alone; links within a sentence are exempt, as WCAG exempts them.
SMALL = """least => [...document.querySelectorAll(
    'button, summary, .button, .nav a, .door, .strip-110, #quick-exit, #search-link, .search-box,'
    + '.foot li a, .list a, .trail a, .brand')]
  .filter(one => one.offsetParent && !one.closest('.skip'))
  .filter(one => one.getBoundingClientRect().height < least - 0.5
              || one.getBoundingClientRect().width < 43.5)
  .map(one => one.outerHTML.slice(0, 120))"""
# Headings of which a line begins with what belongs to the end of the line above.
LEFT_BEHIND = """() => [...document.querySelectorAll(
    'h1, h2, h3, .strip-110 span, .door span, .button')]
  .filter(one => {
    const walk = document.createTreeWalker(one, NodeFilter.SHOW_TEXT);
    const range = document.createRange();
    let before = Infinity;
    for (let text = walk.nextNode(); text; text = walk.nextNode()) {
      for (let at = 0; at < text.length; at += 1) {
        range.setStart(text, at);
        range.setEnd(text, at + 1);
        const {top, width} = range.getBoundingClientRect();
        if (!width) continue;
        if (top > before + 5 && '，、：。？！；）'.includes(text.data[at])) return true;
        before = top;
      }
    }
    return false;
  }).map(one => one.textContent)"""
# A file of tests is one process: its pages are walked in shares, so that none runs into the clock.
SHARES = 4


def open_page(browser, address, *, width, elder=False, **options):
    context = browser.new_context(viewport={"width": width, "height": 740}, **options)
    if elder:
        context.add_init_script(ELDER)
    page = context.new_page()
    page.goto(address)
    return page


def violations(page, inside="document", rules=None):
    if not page.evaluate("!!window.axe"):
        page.add_script_tag(path=AXE)
    only = {"runOnly": {"type": "rule", "values": rules}} if rules else {}
    found = page.evaluate(
        f"options => axe.run({inside}, options).then(result => result.violations)",
        {"resultTypes": ["violations"], **only},
    )
    return [(one["id"], [node["html"] for node in one["nodes"]]) for one in found]


def show(tab, width, classes):
    tab.set_viewport_size({"width": width, "height": 740})
    tab.evaluate("classes => { document.documentElement.className = classes }", classes)


@pytest.mark.timeout(900)
@pytest.mark.parametrize("share", range(SHARES))
def test_axe_finds_nothing_on_any_page_at_any_width_in_any_size(browser, address, pages, share):
    tab = open_page(browser, address, width=360, bypass_csp=True)
    faults = {}
    for page in pages[share::SHARES]:
        show(tab, 360, "")
        tab.goto(address + page.url)
        faults[page.url] = violations(tab)
        show(tab, 1280, LARGE[0])
        faults[page.url] += violations(tab, INSIDE)
        for width, classes in ((1280, ""), (768, ""), (768, LARGE[0]), (360, LARGE[0])):
            show(tab, width, classes)
            faults[page.url] += violations(tab, INSIDE, LAYOUT)
    tab.context.close()
    assert {url: found for url, found in faults.items() if found} == {}


def test_axe_finds_nothing_in_the_frame_at_any_width_in_any_size(browser, address):
    tab = open_page(browser, address, width=360, bypass_csp=True)
    for url in ONE_OF_EACH_KIND:
        tab.goto(address + url)
        for width in (320, *WIDTHS):
            for classes, _, _ in (NORMAL, LARGE, LARGER):
                show(tab, width, classes)
                assert violations(tab) == [], (url, width, classes)
    tab.context.close()


def test_axe_finds_nothing_in_the_dark(browser, address):
    tab = open_page(browser, address, width=360, color_scheme="dark", bypass_csp=True)
    for url in ONE_OF_EACH_KIND:
        tab.goto(address + url)
        assert violations(tab) == [], url
    tab.context.close()


# At 200 % a window of 640 pixels is 320 wide, one of 1280 is 640; 360 is the usual telephone.
WINDOWS = (320, 360, 640, 1280)


@pytest.mark.timeout(900)
@pytest.mark.parametrize("share", range(SHARES))
def test_type_targets_width_and_headings_keep_to_the_norm_on_every_page(
    browser, address, pages, share
):
    tab = open_page(browser, address, width=320)
    faults = []
    for page in pages[share::SHARES]:
        tab.goto(address + page.url)
        for width, (classes, font, target) in product(WINDOWS, (NORMAL, LARGE, LARGER)):
            show(tab, width, classes)
            is_wide, size, small, behind = tab.evaluate(
                f"least => [{WIDE}, {FONT}, ({SMALL})(least), ({LEFT_BEHIND})()]", target
            )
            if is_wide or size != font or small or behind:
                faults.append((page.url, width, classes, is_wide, size, small, behind))
    tab.context.close()
    assert faults == []


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
HERE = {"localService": True, "lang": "zh-CN", "name": "here"}


def open_with_voices(browser, address, voices):
    context = browser.new_context(viewport={"width": 360, "height": 740})
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
    tab.wait_for_function("said.length === 3")
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
    tab.wait_for_function("said.length === 3")
    # Runs after read.js has heard of it, and before the next page is even asked for.
    tab.evaluate("document.addEventListener('leave', () => { tell(said.slice(3)); })")
    leave(tab, how)
    tab.wait_for_url(f"{data['footer']['quick_exit']}**")
    assert told == [["stopped"]]
    tab.context.close()


def test_without_scripts_every_page_reads_and_no_dead_button_shows(browser, address, pages):
    tab = open_page(browser, address, width=360, java_script_enabled=False)
    for page in pages:
        tab.goto(address + page.url)
        assert tab.locator("h1").is_visible()
        assert tab.locator("button:visible").count() == 0, page.url
        assert tab.locator("#quick-exit").is_visible()
        assert tab.locator("#search-link").is_visible()
    tab.context.close()


def leave(tab, how):
    if how == "click":
        tab.click("#quick-exit")
    else:
        for _ in range(3):
            tab.keyboard.press("Escape")


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
    for page in pages:
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
    assert tab.evaluate("document.activeElement.id") == "main"
    tab.context.close()


def test_printing_leaves_the_words_only(browser, address):
    tab = open_page(browser, address + "help/hotlines/", width=800)
    tab.emulate_media(media="print")
    for hidden in (".top", ".nav", ".foot", "[data-print]"):
        assert not tab.locator(hidden).first.is_visible(), hidden
    assert tab.locator("table").first.is_visible()
    tab.context.close()
