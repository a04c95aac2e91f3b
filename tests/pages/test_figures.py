"""Published numbers: sentences, bars and tables of one and the same values, files, a dictionary."""

import csv
import gzip
import json
import re
from dataclasses import replace
from io import StringIO
from pathlib import Path
from types import SimpleNamespace
from xml.etree import ElementTree

import pytest
from mkdocs.exceptions import PluginError

from admin.reading.drawing.bars import LONGEST
from admin.reading.published import dump, load_published, path_of
from admin.tip.measures import MEASURES

from .conftest import read_page
from .publications import DAYS, GROUPS, NEWEST, publication, publish
from .test_hook_units import page
from .test_pages import BUDGET, REQUESTS, loaded_by

FIRST, LAST = "2026-Q4", "2028-Q1"
YEAR_END = "2028-04-15"


@pytest.fixture
def figures(hook):
    return hook("figures")


@pytest.fixture
def telling(hook):
    return hook("telling")


@pytest.fixture
def content(config):
    """A district's content, with six quarters of made-up numbers."""
    config.site_url = ""
    folder = Path(config.docs_dir)
    publish(folder)
    return folder


@pytest.fixture
def told(telling, content):
    """Give all publications up to that of a quarter, in a language."""

    def make(quarter=LAST, language="zh"):
        files = [one for one in load_published(content) if one.day <= DAYS[quarter]]
        return telling.Told(files, language)

    return make


@pytest.fixture
def shown(figures, config):
    """Fill the marks of a page as the build does."""

    def fill(words, uri="numbers/index.md", **meta):
        figures.on_config(config)
        return figures.on_page_markdown(words, page=page(uri, **meta), config=config)

    return fill


# What is told, and how.


def test_sentences_come_first_and_say_about_how_many(shown, content):
    words = shown("{figures}")

    assert words.index("收到大约 <b>160</b> 条线索") < words.index("<svg") < words.index("<table")
    assert "每一步，排在中间的那条：1 天打开，4 到 7 天受理，16 到 30 天办结" in words
    assert "About <b>160</b> tips came in" in shown("{figures}", "en/numbers/index.md", lang="en")


@pytest.mark.parametrize(("quarter", "language"), [(LAST, "zh"), (FIRST, "en")])
def test_bars_are_as_long_as_the_numbers_of_the_table_beside_them(
    hook, telling, told, quarter, language
):
    tables = hook("tables")
    drawn = [
        telling.trend(told(quarter, language)),
        telling.outcomes(told(quarter, language), quarter),
    ]
    for one in drawn:
        root = ElementTree.fromstring(tables.chart(one, language))
        cells = [cell.text for cell in root.iter("td")]
        numbers = [int(cell) for cell in cells if cell.isdecimal()]
        key = len(one.columns) if len(one.columns) > 1 else 0
        bars = [float(bar.get("width").rstrip("%")) for bar in list(root.iter("rect"))[key:]]
        most = max(numbers)
        assert bars == [round(LONGEST * number / most, 1) for number in numbers]
        assert [word.text for word in root.iter("text")] == cells
        assert all(cell.get("scope") for cell in root.iter("th"))
        assert root.find("table/caption") is not None


def test_what_is_withheld_is_a_word_and_no_bar(hook, telling, told):
    tables = hook("tables")
    one = telling.outcomes(told(), LAST)
    assert [row.values for row in one.rows] == [(25,), (40,), (None,)]

    drawn = tables.chart(one, "zh")
    assert drawn.count("<rect") == 2
    assert drawn.count("不公布") == 2


def test_five_quarters_are_drawn_and_older_ones_stand_on_their_own_pages(telling, told, hook):
    said = hook("periods").said
    names = [row.name for row in telling.trend(told()).rows]
    assert names == [said(quarter, "zh") for quarter in list(DAYS)[-5:]]
    assert [row.name for row in telling.trend(told(FIRST)).rows] == ["2026年10月到12月"]


def test_groups_stand_in_the_order_of_the_data_whatever_their_numbers(telling, told):
    grouped = next(telling.further(told()))
    assert [row.name for row in grouped.rows] == [group.zh for group in GROUPS]
    assert "不能比" in grouped.caption


def test_a_year_that_began_late_says_so(telling, told):
    tables = {one.caption: one for one in telling.further(told(FIRST))}
    late = tables["2026年全年（从2026年10月算起），大约几条"]
    assert MEASURES["out_of_scope"].zh not in [row.name for row in late.rows]
    assert "2027年全年，大约几条" in [one.caption for one in telling.further(told("2027-Q4"))]


def test_months_are_shown_where_they_were_told(telling, told):
    months = [one for one in telling.further(told("2027-Q2")) if one.caption.startswith("分月")]
    assert [row.values[0] for row in months[0].rows] == [40, 45, 45]
    assert not [one for one in telling.further(told()) if one.caption.startswith("分月")]


def test_the_words_around_numbers_are_plain(hook, config, shown, content):
    rules = hook("faults").Rules(config.extra["data"])
    for day in map(str, DAYS.values()):
        words = re.sub(r"<[^>]+>", "\n", shown("{figures}", publication=day))
        assert list(hook("faults").spoken(words, rules)) == []


def test_quarters_that_were_published_late_share_one_name(hook):
    stretch = hook("periods").stretch
    assert stretch(["2026-Q4"], "zh") == "2026年10月到12月"
    assert stretch(["2026-Q4", "2027-Q1"], "zh") == "2026年10月到2027年3月"
    assert stretch(["2026-Q4", "2027-Q1"], "en") == "October 2026 to March 2027"


# Without any publication.


def test_without_a_publication_the_page_says_when_the_first_one_comes(shown):
    assert "还没有公布过数" in shown("{figures}")
    assert "10月到12月的，第二年4月15日公布。全年的也在这一天。" in shown("{figures:days}")
    assert "还没有" in shown("{figures:list}")


def test_the_dictionary_stands_without_a_publication(shown):
    words = shown("{figures:measures}{figures:groups}{figures:spans}", "numbers/dictionary.md")
    for one in MEASURES.values():
        assert f"<code>{one.id}</code>" in words
        assert one.means in words
    assert words.index("<code>crime</code>") < words.index("<code>drugs</code>")
    assert "4 到 7 天" in words


def test_an_older_publication_keeps_its_own_words_in_the_dictionary(shown, content):
    first = publication(FIRST)
    other = replace(first.measures[0], zh="从前的说法")
    path = path_of(content, first.day)
    path.write_text(dump(replace(first, measures=(other, *first.measures[1:]))), "utf-8")

    words = shown("{figures:measures}", "numbers/dictionary.md")
    assert words.index("2027-04-15那次公布的") < words.index("从前的说法")
    assert words.count("<code>received</code>") == 2


def test_publications_of_more_than_two_years_ago_lie_in_a_fold(figures, config, content):
    figures.on_config(config)
    config.extra["published"] *= 2
    words = figures.listed(figures.Here(page("numbers/index.md"), config))
    openly, fold = words.split("<details>")
    assert (openly.count("<li>"), fold.count("<li>")) == (figures.LISTED, 12 - figures.LISTED)


# Files to download.


def test_the_sheet_says_what_the_file_says(hook, content):
    for file in load_published(content):
        text = hook("spreadsheet").as_csv(file)
        assert text.startswith("\ufeff")
        rows = list(csv.DictReader(StringIO(text[1:])))
        plain = json.loads(path_of(content, file.day).read_text("utf-8"))
        for kind, name in (("number", "numbers"), ("median", "medians")):
            said = [
                (row["measure"], row["period"], row["group"], row["value"])
                for row in rows
                if row["kind"] == kind
            ]
            keys = ("measure", "period", "group", "value")
            assert said == [
                tuple("" if one[key] is None else str(one[key]) for key in keys)
                for one in plain[name]
            ]
        assert {row["published"] for row in rows} == {f"{file.day}"}


# What is refused.


def rename(content):
    path_of(content, NEWEST).rename(content / "numbers" / "2028-07-16.json")


def misspell(content):
    path = path_of(content, NEWEST)
    path.write_text(path.read_text("utf-8").replace('"measure": "lane"', '"measure": "lame"'))


def mix(content):
    path = path_of(content, NEWEST)
    path.write_text(path.read_text("utf-8").replace('"demo": true', '"demo": false'))


REFUSED = {
    "a name that is not its day": (rename, r"content/numbers/2028-07-16\.json：文件名"),
    "a measure that nobody knows": (misspell, r"content/numbers/2028-07-15\.json：lame .*没有说明"),
    "invented numbers among real ones": (mix, "content/numbers：演示的数和真的数"),
}


@pytest.mark.parametrize(("damage", "said"), REFUSED.values(), ids=REFUSED)
def test_a_publication_that_is_wrong_stops_the_build(figures, config, content, damage, said):
    damage(content)
    with pytest.raises(PluginError, match=said):
        figures.on_config(config)


def test_invented_numbers_never_go_live(figures, config, content, monkeypatch):
    monkeypatch.setenv("DENGSHAO_ENV", "production")
    with pytest.raises(PluginError, match="演示用的数，不能发布"):
        figures.on_config(config)


def test_a_mark_that_nobody_knows_is_refused(shown):
    with pytest.raises(PluginError, match=r"\{figures:lits\} 写错了，能写的是 .*\{figures:list\}"):
        shown("{figures:lits}")


# The built site of a district that has published.


@pytest.fixture(scope="module")
def published_pages(elsewhere):
    paths = [*elsewhere.glob("numbers/**/*.html"), *elsewhere.glob("en/numbers/**/*.html")]
    found = [read_page(elsewhere, path) for path in paths if "reports" not in path.parts]
    return {one.url: one for one in found}


def test_each_publication_has_a_page_for_good_in_both_languages(published_pages):
    for day in map(str, DAYS.values()):
        assert {f"numbers/{day}/", f"en/numbers/{day}/"} <= set(published_pages)
        assert f'href="{day}/"' in published_pages["numbers/"].html
    assert len(published_pages) == 2 * (len(DAYS) + 3)


def test_a_page_of_invented_numbers_says_so_in_its_first_line(published_pages):
    for url, one in published_pages.items():
        if not re.search("limits|dictionary", url):
            assert re.search(
                r"</h1>\s*<p class=\"notice notice--danger\"><b>[^<]*(编的|made up)", one.html
            )


def test_pages_of_numbers_are_light_whole_and_without_scripts_of_their_own(
    elsewhere, published_pages
):
    for url, one in published_pages.items():
        files = [elsewhere / "assets" / name.rpartition("/")[2] for name in loaded_by(one)]
        parts = (one.html.encode(), *(path.read_bytes() for path in files))
        assert sum(len(gzip.compress(part)) for part in parts) <= BUDGET, url
        assert len(one.document.ids()) == len(set(one.document.ids())), url
        assert not re.search(r"<(script(?! src)|style)\b|\sstyle=", one.html), url
        asked = {
            tag: [attrs.get(name) for attrs in one.document.of(tag)]
            for tag, name in REQUESTS.items()
        }
        assert not [a for some in asked.values() for a in some if a and "//" in a], url


def test_the_files_lie_beside_the_pages_the_one_as_it_was_published(elsewhere, published_pages):
    for quarter, day in DAYS.items():
        plain = (elsewhere / "numbers" / f"{day}.json").read_text("utf-8")
        assert plain == dump(publication(quarter))
        assert (
            (elsewhere / "numbers" / f"{day}.csv").read_text("utf-8").startswith("\ufeffpublished,")
        )
        hrefs = [one["href"] for one in published_pages[f"en/numbers/{day}/"].document.of("a")]
        assert {f"../../../numbers/{day}.{end}" for end in ("csv", "json")} <= set(hrefs)


def test_old_pages_do_not_hang_on_what_was_published_later(figures, config):
    """A page that is cited says the same for good."""
    early = SimpleNamespace(**{**vars(config), "site_url": ""})
    publish(Path(config.docs_dir), list(DAYS)[:1])
    words = []
    for quarters in ((), tuple(DAYS)):
        publish(Path(config.docs_dir), quarters)
        figures.on_config(early)
        one = page("numbers/2027-04-15.md", publication="2027-04-15")
        words.append(figures.on_page_markdown("{figures}", page=one, config=early))
    assert words[0] == words[1]
