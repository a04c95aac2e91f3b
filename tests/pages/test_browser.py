"""The pages in Chromium: accessible in both sizes, narrow, without scripts, and quickly left."""

import pytest

from .conftest import ROOT

pytestmark = pytest.mark.browser

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
ELDER = "localStorage.setItem('dengshao.elder', '1')"
ONE_OF_EACH_KIND = ["", "law/", "law/23/", "law/ch/3/", "report/", "help/hotlines/", "en/"]
WIDE = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
FONT = "parseFloat(getComputedStyle(document.body).fontSize)"
# Controls that stand alone; links within a sentence are exempt, as WCAG exempts them.
SMALL = """least => [...document.querySelectorAll(
    'button, .button, .nav a, .door, .strip-110, #quick-exit, .foot li a, .list a, .brand')]
  .filter(one => one.offsetParent && !one.closest('.skip'))
  .filter(one => one.getBoundingClientRect().height < least - 0.5
              || one.getBoundingClientRect().width < 43.5)
  .map(one => one.outerHTML.slice(0, 120))"""


def open_page(browser, address, *, width, elder=False, **options):
    context = browser.new_context(viewport={"width": width, "height": 740}, **options)
    if elder:
        context.add_init_script(ELDER)
    page = context.new_page()
    page.goto(address)
    return page


def violations(page):
    page.add_script_tag(path=AXE)
    found = page.evaluate(
        "axe.run({resultTypes: ['violations']}).then(result => result.violations)"
    )
    return [(one["id"], [node["html"] for node in one["nodes"]]) for one in found]


@pytest.mark.parametrize("elder", [False, True], ids=["normal", "elder"])
@pytest.mark.parametrize("width", [360, 1280])
def test_axe_finds_nothing_on_any_page(browser, address, pages, width, elder):
    tab = open_page(browser, address, width=width, elder=elder, bypass_csp=True)
    for page in pages:
        tab.goto(address + page.url)
        assert violations(tab) == [], page.url
    tab.context.close()


def test_axe_finds_nothing_in_the_dark(browser, address):
    tab = open_page(browser, address, width=360, color_scheme="dark", bypass_csp=True)
    for url in ONE_OF_EACH_KIND:
        tab.goto(address + url)
        assert violations(tab) == [], url
    tab.context.close()


@pytest.mark.parametrize("elder", [False, True], ids=["normal", "elder"])
def test_nothing_scrolls_sideways_at_320_pixels(browser, address, pages, elder):
    tab = open_page(browser, address, width=320, elder=elder)
    for page in pages:
        tab.goto(address + page.url)
        assert not tab.evaluate(WIDE), page.url
    tab.context.close()


def test_the_home_page_shows_its_three_doors_on_one_phone_screen(browser, address):
    tab = open_page(browser, address, width=360)
    tab.set_viewport_size({"width": 360, "height": 640})
    for door in tab.locator(".door").all():
        box = door.bounding_box()
        assert box["y"] + box["height"] <= 640
    tab.context.close()


@pytest.mark.parametrize(("elder", "font", "target"), [(False, 18, 44), (True, 24, 60)])
def test_type_and_targets_have_the_size_of_the_norm(browser, address, elder, font, target):
    tab = open_page(browser, address, width=360, elder=elder)
    for url in ONE_OF_EACH_KIND:
        tab.goto(address + url)
        assert tab.evaluate(FONT) >= font
        assert tab.evaluate(SMALL, target) == [], url
    tab.context.close()


def test_the_elder_button_is_remembered_here_and_nowhere_else(browser, address):
    tab = open_page(browser, address, width=360)
    assert tab.inner_text("#elder") == "长辈版"
    tab.click("#elder")
    tab.goto(address + "law/")
    assert tab.evaluate(FONT) == 24
    assert tab.inner_text("#elder") == "普通版"
    assert tab.context.cookies() == []
    tab.click("#elder")
    assert tab.evaluate(FONT) == 18
    assert tab.evaluate("localStorage.length") == 0
    tab.context.close()


def test_without_scripts_every_page_reads_and_no_dead_button_shows(browser, address, pages):
    tab = open_page(browser, address, width=360, java_script_enabled=False)
    for page in pages:
        tab.goto(address + page.url)
        assert tab.locator("h1").is_visible()
        assert tab.locator("button:visible").count() == 0, page.url
        assert tab.locator("#quick-exit").is_visible()
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


def test_no_page_asks_any_other_host(browser, address, pages):
    tab = open_page(browser, address, width=360)
    asked = []
    tab.on("request", lambda request: asked.append(request.url))
    for page in pages:
        tab.goto(address + page.url)
    assert all(url.startswith(address) for url in asked)
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
