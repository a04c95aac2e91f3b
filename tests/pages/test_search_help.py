"""Whoever searches in danger is shown telephones and the page that helps, above all else."""

import re
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import quote

import pytest
from mkdocs.exceptions import PluginError
from playwright.sync_api import expect

from admin.district.data import load_file
from tests.live import CHROMIUM

from .conftest import ROOT
from .test_search import ASK, titles_for
from .walks import open_page, violations

in_chromium = [
    pytest.mark.browser,
    pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="Chromium is not installed"),
]
ONE_OF_EACH = {
    "despair": "活着真没劲 不如死了拉倒",
    "overdose": "老人把敌敌畏当酒喝了",
    "violence": "俺男人天天打俺",
    "assault": "喝多了醒来没穿衣服 旁边是不认识的男的",
    "held": "被困在传消里面不让走",
    "child": "俺孙子叫人抱跑咧",
    "threats": "佢话要斩死我",
}
ALWAYS = {"110", "120", "12356"}
# What a reader sees of the box: the numbers that can be pressed, and where its links lead.
BOX = """() => {
  const box = document.getElementById('search-help');
  const links = [...box.querySelectorAll('a')].map(one => one.getAttribute('href'));
  const after = box.compareDocumentPosition(document.getElementById('search-results'));
  return {
    shown: box.offsetHeight > 0 && after === Node.DOCUMENT_POSITION_FOLLOWING,
    phones: links.filter(one => one.startsWith('tel:')).map(one => one.slice(4)),
    pages: links.filter(one => !one.startsWith('tel:')).map(one => one.split('/../')[1]),
    first: (document.querySelector('#search-results a') || {}).href || '',
  };
}"""


@pytest.fixture(scope="module")
def tab(browser, address):
    tab = open_page(browser, address + "search/", width=360, bypass_csp=True)
    yield tab
    tab.context.close()


def ask(tab, query):
    tab.evaluate(ASK, query)
    return tab.evaluate(BOX)


class TestInChromium:
    pytestmark = in_chromium

    def test_each_kind_of_danger_shows_the_telephones_above_all_that_is_found(self, tab, data):
        pages = {item["id"]: item["page"].removesuffix(".md") for item in data["crisis"]["items"]}
        # 救命 alone leads to the door of all help. The many are asked in test_search_lots.py.
        assert len(ONE_OF_EACH) == len(pages) - 1
        for danger, query in ONE_OF_EACH.items():
            box = ask(tab, query)
            assert box["shown"], query
            assert set(box["phones"]) >= ALWAYS
            assert any(one.strip("/").endswith(pages[danger]) for one in box["pages"])
            assert "help/" in box["first"]

    @pytest.mark.parametrize("query", ["死刑", "打印", "打黑", "电脑死机了", "毒蘑菇怎么认"])
    def test_ordinary_words_raise_no_help(self, tab, query):
        assert not ask(tab, query)["shown"]

    @pytest.mark.parametrize(
        ("folder", "query", "heading", "pages"),
        [
            ("search/", "我想死", "不想活了", ["help/despair/"]),
            ("search/", "i want to die", "Not wanting", ["en/help/despair/", "help/despair/"]),
            ("en/search/", "i want to die", "Not wanting", ["en/help/despair/"]),
            ("en/search/", "老公打我", "家里有人打人", ["help/violence/", "en/help/violence/"]),
            ("search/", "laogong da wo", "家里有人打人", ["help/violence/"]),
            ("search/", "輕生", "不想活了", ["help/despair/"]),
        ],
    )
    def test_the_box_speaks_the_language_of_the_words_on_either_page(
        self, browser, address, folder, query, heading, pages
    ):
        tab = open_page(browser, "about:blank", width=360)
        tab.goto(f"{address}{folder}#q={quote(query)}")
        tab.wait_for_selector('#search-results[aria-busy="false"]', state="attached")
        box = tab.evaluate(BOX)
        assert box["shown"]
        assert set(box["phones"]) >= ALWAYS
        assert box["pages"] == pages
        assert heading in tab.inner_text("#search-help h2")
        assert tab.locator("#search-help").evaluate("box => !!box.closest('[role=alert]')")
        assert not tab.locator("#search-calls").is_visible()
        tab.context.close()

    def test_help_stands_above_the_box_for_nothing_found_and_goes_with_the_words(self, tab):
        tab.fill("#q", "龘靐齉 我想死")
        tab.wait_for_selector("#search-help a[href='tel:12356']")
        tab.fill("#q", "")
        tab.wait_for_selector("#search-calls", state="visible")
        expect(tab.locator("#search-help")).to_be_hidden()

    @pytest.mark.parametrize("classes", ["", "elder", "elder elder--larger"])
    def test_the_box_is_in_order_for_who_cannot_see_it_in_each_size(self, tab, classes):
        ask(tab, "被老公打了")
        tab.evaluate("name => { document.documentElement.className = name }", classes)
        wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
        assert not tab.evaluate(wide)
        assert violations(tab, "document.querySelector('#main')") == []
        tab.evaluate("document.documentElement.className = ''")

    def test_help_comes_though_no_list_of_pages_does(self, browser, address):
        tab = open_page(browser, address + "search/", width=360)
        tab.route("**/search/main.js", lambda route: route.abort())
        tab.fill("#q", "我不想活了")
        tab.wait_for_selector("#search-status:has-text('没有网')")
        assert set(tab.evaluate(BOX)["phones"]) >= ALWAYS
        tab.context.close()

    def test_parts_that_come_in_another_order_help_as_well(self, browser, address):
        tab = open_page(browser, address + "search/", width=360)
        routes = []
        tab.route("**/search/help.js", lambda route: routes.append(route))
        with tab.expect_event(
            "requestfinished", lambda request: request.url.endswith("/help-english.js")
        ):
            tab.fill("#q", "i want to die")
        for route in routes:
            route.continue_()
        tab.wait_for_selector("#search-help a[href='tel:12356']")
        expect(tab.locator("#search-results")).to_have_attribute("aria-busy", "false")
        assert "没有网" not in tab.inner_text("#search-status")
        tab.context.close()

    def test_a_line_that_is_broken_altogether_leaves_the_telephones(self, browser, address):
        tab = open_page(browser, address + "search/", width=360)
        tab.route("**/assets/search*", lambda route: route.abort())
        tab.fill("#q", "我不想活了")
        tab.wait_for_selector("#search-status:has-text('没有网')")
        for number in ALWAYS:
            assert tab.locator(f"#search-none a[href='tel:{number}']").is_visible()
        tab.context.close()

    @pytest.mark.parametrize("folder", ["search/", "en/search/"])
    def test_without_scripts_the_page_shows_the_telephones(self, browser, address, folder):
        tab = open_page(browser, address + folder, width=360, java_script_enabled=False)
        for number in ALWAYS:
            assert tab.locator(f"#search-calls a[href='tel:{number}']").is_visible()
        tab.context.close()

    def test_a_copy_on_a_disk_helps_too(self, browser, offline):
        start = (offline / "search" / "index.html").as_uri()
        tab = open_page(browser, start + f"#q={quote('家暴')}", width=360)
        tab.wait_for_selector("#search-help a[href='tel:110']")
        tab.locator("#search-help .list a").first.click()
        tab.wait_for_url("**/help/violence/index.html")
        tab.context.close()

    @pytest.mark.parametrize("query", ["抑郁", "抑郁症", "我想死", "12356"])
    def test_despair_finds_its_page_and_no_village(self, tab, address, query):
        titles = titles_for(tab, address, query)
        assert any("难受" in title for title in titles[:2])
        assert not [title for title in titles if re.search("[乡镇村]", title)]


EDITS = [
    ("page: help/held.md", "page: help/hold.md", "没有 content/help/hold.md"),
    ("[ambulance, police, mental-health]", "[ambulance, police, local-police]", "mental-health"),
    (
        "phones: [ambulance, police, mental-health]",
        "phones: [ambulance, police, mental-health, local-police]",
        "没有核实过的电话 local-police",
    ),
    ("- 救(我|", "- 救((我|", "写得不对"),
    ("- 救(我|", "- 救{nobody}(我|", "写得不对"),
    ("- 救(我|", "- 救?(我)?|(我|", "什么字都没有"),
    ("- 救(我|", "- 救[我](我|", "不认识的记号"),
]


@pytest.mark.parametrize(("old", "new", "complaint"), EDITS)
def test_words_of_danger_that_cannot_be_looked_for_stop_the_build(
    hook, config, edit, old, new, complaint
):
    names = [item["page"] for item in config.extra["data"]["crisis"]["items"]]
    known = {name: SimpleNamespace(page=SimpleNamespace(url=name)) for name in names}
    known |= {f"en/{name}": file for name, file in known.items()}
    files = SimpleNamespace(get_file_from_path=known.get)
    assert set(hook("crisis").parts(config, files)) == {"help", "help-english"}
    with pytest.raises(PluginError, match=complaint):
        edit("crisis", old, new, lambda config: hook("crisis").parts(config, files))


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("general: true", "general: maybe", "只能写 True"),
        ("    page: help/held.md\n", "", "少了 page"),
        ("phones: [ambulance, police, mental-health]", "phones: [police]", "太少"),
    ],
)
def test_a_file_of_dangers_that_is_damaged_is_refused(read_damaged, old, new, complaint):
    with pytest.raises(PluginError, match=complaint):
        read_damaged("crisis", old, new)


def test_the_application_reads_the_dangers_by_the_same_schema():
    items = load_file(ROOT / "content", "crisis")["items"]
    assert len(items) >= 8
    assert all(item["phones"] for item in items)
