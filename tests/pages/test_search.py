"""The search in Chromium: it finds what people mean, stays small, and sends nothing."""

import gzip
import re
import time
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import expect
from pypinyin import Style, pinyin

from tests.live import CHROMIUM

from .conftest import ROOT
from .walks import open_page

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="Chromium is not installed"),
]

# What a first search may weigh in all (decision 58), what letters add to it, and what a search adds
# that no name of a page answers.
BUDGET, LETTERS, LATE = 106 * 1024, 24 * 1024, 44 * 1024
PHONES = "什么事打哪个电话"
LONG = "我们村里有一家人弟兄五个谁都不敢惹占了好多集体地怎么办"
# What people in danger type, what sounds like it, and all else.
CHINESE = ["我想死", "电脑死机了", "道德绑架", "村霸", "毒", "第五十条", "討薪", "12356"]
CHINESE.append("老公喝了酒天天打我和孩子已经好几年了现在又拿着刀不让出门")
IN_LETTERS = ["cunba", "drugs", "i want to die", "laogong da wo", "KTV里有人卖药"]
UNANSWERED = ["龘靐齉", "剪纸", LONG]
TITLES = """[...document.querySelectorAll('#search-results a')]
  .map(one => one.innerText.split('\\n')[0])"""
# Asks in the page that is open, and waits until it has answered.
ASK = """async query => {
  const field = document.getElementById('q');
  const results = document.getElementById('search-results');
  field.value = query;
  field.dispatchEvent(new Event('input'));
  document.getElementById('search').requestSubmit();
  while (results.getAttribute('aria-busy') !== 'false') {
    await new Promise(done => setTimeout(done, 5));
  }
}"""
# How far what one sees was moved (Cumulative Layout Shift), a frame after all has settled.
SHIFTED = """() => new Promise(done => {
  let sum = 0;
  const add = list => { for (const one of list.getEntries()) sum += one.value; };
  const watch = new PerformanceObserver(add);
  watch.observe({type: 'layout-shift', buffered: true});
  setTimeout(() => done(sum), 200);
})"""
OWN = Path(__file__).parent / "own_queries.tsv"


def read_queries(path):
    return [line.split("\t") for line in path.read_text("utf-8").splitlines() if "\t" in line]


def titles_for(tab, address, query):
    """Ask as a link does; gives the first lines of the hits."""
    tab.goto("about:blank")
    tab.goto(f"{address}search/#q={quote(query)}")
    tab.wait_for_selector('#search-results[aria-busy="false"]', state="attached")
    return tab.evaluate(TITLES)


def ask(tab, query):
    tab.evaluate(ASK, query)
    return tab.evaluate(TITLES)


def misses(tab, queries):
    """What finds no page, each asked after the others: a test below says that this is no matter."""
    found = {query: ask(tab, query)[:5] for query, _ in queries}
    return {
        query: found[query]
        for query, wanted in queries
        if not any(re.search(wanted, title) for title in found[query])
    }


@pytest.fixture
def tab(browser, address):
    tab = open_page(browser, address + "search/", width=360)
    yield tab
    tab.context.close()


def test_every_shared_query_finds_its_page_among_the_first_five(tab, shared):
    path = shared / "queries.tsv"
    queries = [row for row in read_queries(path) if not row[0].startswith("#")]
    assert len(queries) == 36
    assert misses(tab, queries) == {}


def fetched_for(browser, address, query):
    """Ask as the first thing in a fresh browser; gives all that is fetched, in that order."""
    tab = open_page(browser, "about:blank", width=360)
    asked = []
    tab.on("request", lambda request: asked.append(request.url.partition("#")[0]))
    titles_for(tab, address, query)
    tab.context.close()
    return asked


@pytest.mark.parametrize(
    ("query", "budget"),
    [
        ("高利代", BUDGET),
        ("孩子吸毒怎么办", BUDGET),
        ("第五十条", BUDGET),
        ("cunba", BUDGET + LETTERS),
        ("drugs", BUDGET + LETTERS),
        ("剪纸", BUDGET + LATE),
    ],
)
def test_the_first_query_with_all_it_loads_is_small(browser, address, site, query, budget):
    urls = set(fetched_for(browser, address, query))
    files = [site / url.removeprefix(address) for url in urls]
    files = [path / "index.html" if path.is_dir() else path for path in files]
    weights = {path.name: len(gzip.compress(path.read_bytes())) for path in files}
    assert sum(weights.values()) <= budget, weights


@pytest.mark.parametrize("queries", [CHINESE, IN_LETTERS, UNANSWERED])
def test_what_is_fetched_tells_nothing_of_the_words(browser, address, queries):
    logs = {query: fetched_for(browser, address, query) for query in queries}
    assert len({tuple(log) for log in logs.values()}) == 1, logs
    assert any(url.endswith("/search/text.js") for url in logs[queries[0]]) == (
        queries is UNANSWERED
    )


def test_a_second_search_in_the_page_fetches_nothing(tab):
    ask(tab, "村霸")
    asked = []
    tab.on("request", lambda request: asked.append(request.url))
    for query in CHINESE:
        ask(tab, query)
    assert asked == []


# One of each way to find: names, what pages say, sounds, English, the law, places, traditional.
WAYS = ["高利代", "冒充军人身份", "cunba", "drugs", "第五十条", "示例一村", "偷挖河沙", "討薪"]


def test_what_was_asked_before_changes_nothing(tab, address):
    fresh = {query: titles_for(tab, address, query) for query in WAYS}
    before = [query for query, _ in read_queries(OWN)[:20]]
    for query in [*before, *WAYS, *reversed(WAYS)]:
        found = ask(tab, query)
        assert found == fresh.get(query, found), query


def test_every_number_finds_the_page_that_explains_it(tab, data):
    for item in data["hotlines"]["items"]:
        for number in re.findall(r"\d{3,}", item["number"] or ""):
            assert PHONES in " ".join(ask(tab, number)[:5]), number


@pytest.mark.parametrize("query", ["我想死", "我想是", "shili cun", "hekouxiang", "是例义存"])
def test_what_only_sounds_so_leads_to_no_place(tab, query):
    ask(tab, query)
    hrefs = tab.evaluate("[...document.querySelectorAll('#search-results a')].map(one => one.href)")
    assert not [href for href in hrefs if "/places/" in href]


def test_what_is_meant_comes_before_what_only_sounds_so(tab):
    # 村霸 is said by one page and sounds like 村把; 强戒 stands in no title and sounds like 强劫.
    assert "村霸" in ask(tab, "村霸")[0]
    assert "戒毒" in ask(tab, "强戒")[0]
    assert "采砂" in ask(tab, "采沙")[0]


def test_pages_for_operators_are_not_found_but_the_page_that_lists_them_is(tab):
    operators = "备份、恢复|公布单位的密钥|工作人员怎样看|证据文件：存在哪里|安全说明"
    for query in ("安全", "文件", "钥匙", "照片太大", "备份", "队列"):
        assert not re.search(operators, " ".join(ask(tab, query))), query
    assert "给工作人员、运维人员" in ask(tab, "运维")[0]


def test_what_is_typed_is_sent_nowhere_and_kept_nowhere(browser, address):
    tab = open_page(browser, address + "search/", width=360)
    asked = []
    tab.on("request", lambda request: asked.append((request.url, request.post_data)))
    tab.fill("#q", "保护伞")
    tab.wait_for_selector("#search-results a")
    assert asked
    assert all(url.startswith(address + "assets/") and not body for url, body in asked)
    assert not any(quote("保") in url or "bao" in url for url, _ in asked)
    assert tab.url == address + "search/"
    kept = tab.evaluate("[localStorage.length, sessionStorage.length, document.cookie]")
    assert kept == [0, 0, ""]
    tab.context.close()


def test_the_keyboard_searches_walks_and_opens(tab):
    tab.focus("#q")
    tab.keyboard.type("cunba")
    tab.keyboard.press("Enter")
    tab.wait_for_selector("#search-results a:focus")
    tab.keyboard.press("ArrowDown")
    second = tab.evaluate("document.activeElement.href")
    assert second == tab.evaluate("document.querySelectorAll('#search-results a')[1].href")
    tab.keyboard.press("ArrowUp")
    tab.keyboard.press("ArrowUp")
    assert tab.evaluate("document.activeElement.id") == "q"
    tab.keyboard.press("ArrowDown")
    first = tab.evaluate("document.activeElement.href")
    tab.keyboard.press("Enter")
    tab.wait_for_url(first)


def test_a_hit_may_lead_to_a_heading_and_every_hit_leads_to_something(tab, address, pages):
    known = {page.url: page for page in pages}
    anchors = 0
    for query in ("警察问您要查什么", "查询码丢了", "保护伞", "第七十七条", "drugs"):
        titles_for(tab, address, query)
        hrefs = tab.evaluate(
            "[...document.querySelectorAll('#search-results a')].map(one => one.href)"
        )
        assert hrefs, query
        for href in hrefs:
            url, _, anchor = href.removeprefix(address).partition("#")
            assert url in known, href
            if anchor:
                anchors += 1
                ids = [quote(one) for one in known[url].document.ids()]
                assert anchor.upper() in [one.upper() for one in ids], href
    assert anchors


@pytest.mark.parametrize("query", ["龘靐齉", "qqqqxx"])
def test_nothing_found_is_said_plainly_with_the_contents_and_the_numbers(tab, address, query):
    assert titles_for(tab, address, query) == []
    assert tab.inner_text("#search-status").startswith("没有找到")
    for number in ("110", "120", "12356", "12345"):
        assert tab.locator(f"#search-none a[href='tel:{number}']").is_visible()
    assert tab.locator("#search-contents h2").is_visible()


def test_while_pinyin_is_composed_the_arrows_are_its_own(tab):
    tab.fill("#q", "cunba")
    tab.wait_for_selector("#search-results a")
    press = """composing => document.getElementById("q").dispatchEvent(new KeyboardEvent("keydown",
        {key: "ArrowDown", bubbles: true, isComposing: composing}))"""
    tab.focus("#q")
    tab.evaluate(press, True)
    assert tab.evaluate("document.activeElement.id") == "q"
    tab.evaluate(press, False)
    assert tab.evaluate("document.activeElement.id") != "q"


@pytest.mark.parametrize("lost", ["search-find.js", "search/main.js"])
def test_a_line_that_breaks_is_told_and_the_next_word_finds_again(tab, lost):
    tab.route(f"**/{lost}", lambda route: route.abort())
    tab.fill("#q", "村霸")
    tab.wait_for_selector("#search-status:has-text('没有网')")
    expect(tab.locator("#search-results")).to_have_attribute("aria-busy", "false")
    assert tab.locator("#search-contents h2").is_visible()
    tab.unroute(f"**/{lost}")
    tab.fill("#q", "保护伞")
    tab.wait_for_selector("#search-results a")


def held_back(tab, name):
    """Keep a file from arriving, as a slow line does; gives what lets it through."""
    routes = []
    tab.route(f"**/search/{name}.js", lambda route: routes.append(route))
    return lambda: [route.continue_() for route in routes]


@pytest.mark.parametrize(("name", "query"), [("asked", "我想死"), ("text", LONG)])
def test_on_a_slow_line_what_is_here_is_shown_and_said_to_be_unfinished(tab, name, query):
    let_through = held_back(tab, name)
    tab.fill("#q", query)
    tab.wait_for_selector("#search-results a")
    results = tab.locator("#search-results")
    expect(results).to_have_attribute("aria-busy", "true")
    assert tab.locator("#search-help").is_visible() == (query == "我想死")
    let_through()
    expect(results).to_have_attribute("aria-busy", "false")


@pytest.mark.parametrize(
    ("name", "query", "title"), [("asked", "我想死", "难受"), ("text", LONG, "村霸")]
)
def test_what_never_comes_is_done_without_and_told(tab, name, query, title):
    tab.route(f"**/search/{name}.js", lambda route: route.abort())
    titles = ask(tab, query)
    assert title in " ".join(titles)
    assert tab.locator("#search-help a[href='tel:12356']").is_visible() == (name == "asked")
    assert "网断了" in tab.inner_text("#search-status")
    tab.unroute(f"**/search/{name}.js")
    ask(tab, query)
    assert "网断了" not in tab.inner_text("#search-status")


def test_nothing_found_on_a_broken_line_is_the_lines_fault(tab):
    tab.route("**/search/text.js", lambda route: route.abort())
    assert ask(tab, "龘靐齉") == []
    assert "没有网" in tab.inner_text("#search-status")


def test_an_address_that_is_malformed_breaks_nothing(tab, address):
    errors = []
    tab.on("pageerror", lambda error: errors.append(error))
    tab.goto("about:blank")
    tab.goto(address + "search/#q=%E0%A4%A")
    tab.wait_for_selector('#search-results[aria-busy="false"]', state="attached")
    assert errors == []
    assert tab.input_value("#q") == "%E0%A4%A"


def test_a_query_hides_the_contents_and_an_empty_field_brings_them_back(tab):
    tab.fill("#q", "戒毒")
    tab.wait_for_selector("#search-results a")
    assert not tab.locator("#search-contents").is_visible()
    tab.fill("#q", "")
    tab.wait_for_selector("#search-contents", state="visible")
    assert tab.locator("#search-results a").count() == 0


def test_without_scripts_the_search_page_is_the_contents(browser, address):
    tab = open_page(browser, address + "search/", width=360, java_script_enabled=False)
    assert not tab.locator("#search").is_visible()
    assert tab.locator("#search-contents a:visible").count() > 40
    tab.context.close()


@pytest.mark.parametrize("path", ["search/", "en/search/", "404.html"])
def test_nothing_moves_when_the_scripts_come_late(browser, address, path):
    tab = open_page(browser, "about:blank", width=360)
    # The press that comes with the script is where one was about to press the link below it.
    tab.route("**/*.js", lambda route: (time.sleep(0.3), route.continue_()))
    tab.goto(address + path)
    tab.wait_for_selector("[role=search]", state="visible")
    assert tab.evaluate(SHIFTED) < 0.01
    tab.context.close()


def test_a_copy_on_a_disk_finds_too_and_every_link_names_a_file(browser, offline):
    tab = open_page(browser, (offline / "search" / "index.html").as_uri() + "#q=cunba", width=360)
    tab.wait_for_selector("#search-results a")
    tab.locator("#search-results a").first.click()
    tab.wait_for_url("**/topics/village-bully/index.html*")
    assert "村霸" in tab.inner_text("h1")
    for name in ("index.html", "law/index.html", "report/index.html", "404.html"):
        tab.goto((offline / name).as_uri())
        assert tab.evaluate("getComputedStyle(document.body).margin") == "0px", name
        hrefs = tab.evaluate("[...document.querySelectorAll('a')].map(one => one.href)")
        for href in hrefs:
            if href.startswith("file://"):
                path = Path(href.removeprefix("file://").partition("#")[0].partition("?")[0])
                assert path.is_file(), f"{name}: {href}"
    tab.context.close()


def test_the_order_of_sounds_agrees_with_a_dictionary():
    namespace = {}
    exec((ROOT / "site" / "hooks" / "sounds.py").read_text("utf-8"), namespace)
    order = namespace["in_order"]()
    assert len(order) == 3755
    for character, sound in order.items():
        every = pinyin(character, style=Style.NORMAL, heteronym=True)[0]
        assert sound in every, character
