"""Places: the same townships as in the form, whom to call there, and that no tip goes there."""

import pytest
from mkdocs.exceptions import PluginError

from .test_data import text_of

PLACES = "places"


@pytest.fixture
def by_url(pages):
    return {page.url: page for page in pages}


@pytest.fixture
def levels(data):
    return {level["id"]: level for level in data["places"]["levels"]}


def test_places_begin_with_the_townships_of_the_form(data):
    asked = [(item["id"], item["zh"]) for item in data["townships"]["items"]]
    towns = [item for item in data["places"]["items"] if item["parent"] is None]
    assert [(town["id"], town["zh"]) for town in towns] == asked[:-1]
    assert asked[-1][0] == "unclear"


def test_each_place_of_a_level_with_pages_has_one_that_shows_its_numbers(data, by_url, levels):
    for item in data["places"]["items"]:
        if not levels[item["level"]]["page"]:
            assert f"places/{item['id']}/" not in by_url
            continue
        # A term that the glossary explains stands between spaces.
        words = text_of(by_url[f"places/{item['id']}/"].html).replace(" ", "")
        assert levels[item["level"]]["zh"] in words
        for contact in item["contacts"]:
            assert contact["for"] + contact["number"] in words, item["id"]


def test_small_grids_stand_on_the_page_of_the_village_above_them(data, by_url, levels):
    items = {item["id"]: item for item in data["places"]["items"]}
    for item in items.values():
        above = item
        while not levels[above["level"]]["page"]:
            above = items[above["parent"]]
        words = text_of(by_url[f"places/{above['id']}/"].html).replace(" ", "")
        assert item["zh"] in words
        assert item["contacts"][0]["for"] in words


def test_an_unknown_number_is_loud(data, by_url, levels):
    html = by_url["places/chengguan-1/"].html.split("</main>")[0]
    town = ("chengguan-1", "chengguan-1-1", "chengguan-1-1-1")
    unknown = [
        contact
        for item in data["places"]["items"]
        if item["id"] in town
        for contact in item["contacts"]
    ]
    assert {contact["number"] for contact in unknown} == {"待填写"}
    assert html.count('<b class="placeholder">待填写</b>') == len(unknown)


def test_every_page_of_a_place_says_110_first_and_that_no_tip_goes_there(by_url):
    pages = [page for url, page in by_url.items() if url.startswith("places/")]
    assert len(pages) > 10
    for page in pages:
        main = page.html.split('<main id="main"')[1].split("</main>")[0]
        assert main.index('href="tel:110"') < main.index("<h2")
        words = text_of(main).replace(" ", "")
        assert "线索不交给网格员，也不交给村、社区、乡镇、街道。" in words
        assert 'href="tel:12345"' in main
        assert "report/" in main


def test_the_list_of_places_leads_to_every_page(by_url):
    links = {attrs["href"] for attrs in by_url["places/"].document.of("a")}
    for url in by_url:
        if url.startswith("places/") and url != "places/":
            assert url.removeprefix("places/") in links, url


def test_a_known_number_can_be_rung_and_levels_are_called_as_the_district_calls_them(
    elsewhere,
):
    html = (elsewhere / "places" / "shili" / "index.html").read_text("utf-8")
    assert '<a href="tel:010-5550100">010-5550100</a>' in html
    assert "一级网格" in html
    assert "大网格" not in html


@pytest.mark.parametrize(
    ("file", "old", "new", "complaint"),
    [
        (PLACES, "id: shili\n", "id: shilo\n", "和 townships.yml 里的 id、名字对不上"),
        (PLACES, "zh: 示例镇\n", "zh: 示例乡\n", "和 townships.yml 里的 id、名字对不上"),
        ("townships", "id: hekou,", "id: heko,", "和 townships.yml 里的 id、名字对不上"),
        (
            "townships",
            "  - {id: unclear",
            "  - {id: xiahe, zh: 下河乡, en: Xiahe}\n  - {id: unclear",
            "xiahe 不在 places.yml 里",
        ),
        (PLACES, "id: shili-2", "id: shili-1", "这个 id 用了两次"),
        (PLACES, "parent: hekou-1-1", "parent: hekou-9", "上一级 hekou-9 不在表里"),
        (PLACES, "parent: hekou-1-1", "parent: hekou-1", "上一级 hekou-1 不是 small"),
        (PLACES, "level: micro", "level: tiny", "没有叫 tiny 的一级"),
        (PLACES, "parent: null", "parent: shili", "最大的一级上面没有别的"),
        (PLACES, "number: 待填写", "number: 不知道", "的写法不对"),
    ],
)
def test_the_build_stops_at_a_place_that_hangs_nowhere(hook, edit, file, old, new, complaint):
    with pytest.raises(PluginError, match=rf"content/data/\w+\.yml 第 \d+ 行.*{complaint}"):
        edit(file, old, new, hook("places").on_config)
