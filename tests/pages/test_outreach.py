"""The year's outreach: what an editor enters, what a page says of it, and what is refused."""

import re
from pathlib import Path

import pytest

from admin.reading.data_files import DataError, load_file

PLAN = {
    "source": "主办单位填写",
    "checked": "2027-08-20",
    "year": 2027,
    "items": [
        {"id": "talks", "planned": [6, 8, 6, 8], "done": [5, 9, 0]},
        {"id": "posters", "planned": [120, 80, 80, 120], "done": [130]},
    ],
}
TOTALS = {"zh": {"办宣讲": (14, 28), "贴海报": (130, 400)}}
TOTALS["en"] = dict(zip(("Talks", "Posters"), TOTALS["zh"].values(), strict=True))


@pytest.fixture
def show(hook):
    outreach = hook("outreach")

    def shown(language="zh", **changed):
        return outreach.progress("", {"outreach": PLAN | changed}, language)

    return shown


def rows(table):
    found = re.findall(r'<tr><th scope="row">([^<]+)</th>(.*?)</tr>', table)
    return {name: re.findall(r"<td[^>]*>(.*?)</td>", cells) for name, cells in found}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_sentences_bars_and_table_say_the_same_and_are_sums_of_the_quarters(show, language):
    said = show(language)
    year, quarters = map(rows, re.findall(r"<table.*?</table>", said, re.S))
    drawn = re.findall(r"<div>([^<]+)</div>\n<svg role(.*?)</svg>", said, re.S)

    totals = TOTALS[language]
    assert {name: tuple(map(int, cells)) for name, cells in year.items()} == totals
    assert {
        name: tuple(map(int, re.findall(r"<text[^>]*>(\d+)</text>", bars))) for name, bars in drawn
    } == totals
    told = [tuple(map(int, re.findall(r"<b>(\d+)</b>", line))) for line in said.split("<li>")[1:]]
    assert told == [(planned, done) for done, planned in totals.values()]
    done = [[int(n) for cell in row for n in re.findall(r"\d+", cell)] for row in quarters.values()]
    assert done == [[5, 6, 9, 8, 0, 6, 8], [130, 120, 80, 80, 120]]


def test_a_quarter_that_nobody_entered_is_not_said_to_be_nothing(show):
    assert show().count("还没填") == 1 + 3
    assert show("en").count("not entered") == 1 + 3


def test_without_a_plan_the_page_says_so_and_tells_an_editor_where_to_look(show):
    for language, words in (
        ("zh", "2027 年的计划还没有填"),
        ("en", "No plan for 2027 has been entered yet"),
    ):
        said = show(language, items=[])
        assert words in said
        assert "content/data/outreach.yml" in said
        assert not re.search("<svg|<table", said)


def test_invented_numbers_are_marked_and_the_districts_own_are_not(show):
    assert "是编的" in show(source="演示数据，数字为虚构")
    assert "made up" in show("en", source="演示数据，数字为虚构")
    assert "是编的" not in show()


def test_invented_numbers_are_on_no_published_page(show, monkeypatch):
    """An upgraded house gets the file as it is shipped, and its site must still be built."""
    monkeypatch.setenv("DENGSHAO_ENV", "production")

    said = show(source="演示数据，数字为虚构")
    assert "2027 年的计划还没有填" in said
    assert "<svg" not in said
    assert "<svg" in show()


TALKS = PLAN["items"][0]


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"items": [TALKS, TALKS]}, "talks 写了两次"),
        ({"checked": "2027-06-30"}, "只开始了 2 个季度"),
        ({"checked": "2026-12-31"}, "只开始了 0 个季度"),
    ],
)
def test_what_a_schema_cannot_see_stops_the_build(hook, show, changed, why):
    from mkdocs.exceptions import PluginError

    with pytest.raises(PluginError, match=why):
        show(**changed)


@pytest.mark.parametrize(
    "row",
    [
        "{id: talks, planned: [1, 2, 3], done: []}",
        "{id: talks, planned: [1, 2, 3, 4], done: [1, 2, 3, 4, 5]}",
        "{id: talks, planned: [1, 2, 3, -4], done: []}",
        "{id: talks, planned: [1, 2, 3, 4], done: [甲村]}",
        "{id: villages, planned: [1, 2, 3, 4], done: [], names: [甲村]}",
        "{id: 甲村, planned: [1, 2, 3, 4], done: []}",
        "{id: talks, zh: 甲村的宣讲, planned: [1, 2, 3, 4], done: []}",
    ],
)
def test_there_is_nowhere_to_name_a_village_or_a_person(config, row):
    path = Path(config.docs_dir) / "data" / "outreach.yml"
    words = path.read_text("utf-8")
    path.write_text(words[: words.rindex("items:\n")] + f"items:\n  - {row}\n", "utf-8")

    with pytest.raises(DataError, match=r"outreach\.yml"):
        load_file(Path(config.docs_dir), "outreach")
