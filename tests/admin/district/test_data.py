"""The district's data, read at the start: a fault in it stops the start and is named."""

import re
import shutil

import pytest

from admin.config import ROOT
from admin.district.data import load_district, routes_text
from admin.reading.data_files import DataError, load_file
from admin.reading.routes import text_of

CONTACTS = [
    ("{custodian: supervision, reviewer: nowhere}", "no such unit: nowhere"),
    ("{custodian: upper, reviewer: upper}", "must be two units"),
    ("{custodian: supervision}", "reviewer"),
]


@pytest.mark.parametrize(("contact", "complaint"), CONTACTS)
def test_a_contact_needs_two_units_that_exist(tmp_path, contact, complaint):
    shutil.copytree(ROOT / "content", tmp_path / "content")
    path = tmp_path / "content" / "data" / "routes.yml"
    routes = path.read_text("utf-8")
    path.write_text(re.sub(r"contact: \{.*\}", f"contact: {contact}", routes), "utf-8")

    with pytest.raises(DataError, match=complaint):
        load_district(tmp_path / "content")


def test_a_district_may_ask_for_no_contact(tmp_path):
    shutil.copytree(ROOT / "content", tmp_path / "content")
    path = tmp_path / "content" / "data" / "routes.yml"
    path.write_text(re.sub(r"contact: \{.*\}\n", "", path.read_text("utf-8")), "utf-8")

    assert load_district(tmp_path / "content").contact is None


SUPERVISORY = [
    ("supervision", ("supervision", "upper")),
    ("[supervision]", ("supervision", "upper")),
    ("[trade, supervision]", ("trade", "supervision", "upper")),
]


def supervised_by(tmp_path, named):
    """Copy the content with these supervisory units."""
    shutil.copytree(ROOT / "content", tmp_path / "content")
    path = tmp_path / "content" / "data" / "routes.yml"
    routes = path.read_text("utf-8")
    path.write_text(re.sub(r"\nsupervisory: .*\n", f"\nsupervisory: {named}\n", routes), "utf-8")
    return tmp_path / "content"


@pytest.mark.parametrize(("named", "takers"), SUPERVISORY)
def test_a_district_has_one_supervisory_unit_or_several_in_order(tmp_path, named, takers):
    content = supervised_by(tmp_path, named)
    district = load_district(content)

    assert district.ways.takers == takers
    # The site's build reads the files, and must publish what the browser is told.
    files = (load_file(content, name) for name in ("routes", "categories"))
    assert text_of(*files) == routes_text(district)


@pytest.mark.parametrize(
    ("named", "complaint"),
    [
        ("[]", "至少要 1 个"),
        ("[supervision, supervision]", "有重复的"),
        ("[supervision, nowhere]", "no such unit: nowhere"),
        ("[supervision, practice]", "practice"),
        ("7", "要写"),
    ],
)
def test_a_supervisory_unit_that_is_none_stops_the_start(tmp_path, named, complaint):
    with pytest.raises(DataError, match=complaint):
        load_district(supervised_by(tmp_path, named))


FALSE_STATUSES = {
    "outcomes": (
        "status: closed",
        "status: question",
        "question.*不能写",
    ),
    "deadlines": ("met_by: [question,", "met_by: [received,", "received.*不能写"),
}


@pytest.mark.parametrize("name", FALSE_STATUSES)
def test_a_data_file_names_only_statuses_that_the_contract_lets_it(tmp_path, name):
    old, new, complaint = FALSE_STATUSES[name]
    shutil.copytree(ROOT / "content", tmp_path / "content")
    path = tmp_path / "content" / "data" / f"{name}.yml"
    words = path.read_text("utf-8")
    assert old in words
    path.write_text(words.replace(old, new, 1), "utf-8")

    with pytest.raises(DataError, match=complaint):
        load_district(tmp_path / "content")


@pytest.fixture
def read(tmp_path):
    """Read the district with a piece of a file changed."""
    shutil.copytree(ROOT / "content" / "data", tmp_path / "content" / "data")

    def reading(name, old, new):
        path = tmp_path / "content" / "data" / f"{name}.yml"
        words = path.read_text("utf-8")
        assert re.search(old, words)
        path.write_text(re.sub(old, new, words, count=1), "utf-8")
        return load_district(tmp_path / "content")

    return reading


# Everything in which a route names a unit, each by itself.
NAMED = {
    "the supervisory unit": ("routes", "supervisory: supervision", "supervisory: {}"),
    "the upper unit": ("routes", "upper: upper", "upper: {}"),
    "the custodian": ("routes", "custodian: supervision", "custodian: {}"),
    "the reviewer": ("routes", "reviewer: upper", "reviewer: {}"),
    "whom a unit gives way to": ("routes", r"otherwise: \[upper\]", "otherwise: [{}]"),
    "an office's unit": ("routes", "en: Police station, unit: police", "en: X, unit: {}"),
    "a category's route": ("categories", "route: police", "route: {}"),
}


@pytest.mark.parametrize("unit", ["nowhere", "practice"])
@pytest.mark.parametrize("name", NAMED)
def test_a_unit_that_takes_no_tips_can_be_named_nowhere(read, name, unit):
    file, old, new = NAMED[name]
    told = {"nowhere": "no such unit: nowhere", "practice": "takes no tips: practice"}

    with pytest.raises(DataError, match=told[unit]):
        read(file, old, new.format(unit))


@pytest.mark.parametrize("name", ["offices", "categories", "townships", "outcomes"])
def test_what_is_retired_is_offered_no_more(read, name):
    before = getattr(load_district(ROOT / "content"), name)
    one = next(id for id in before if id != "unclear")

    file = "routes" if name == "offices" else name
    found = getattr(read(file, f"id: {one},", f"id: {one}, retired: true,"), name)

    assert set(found) == set(before) - {one}


def test_the_districts_own_choices_are_those_of_its_files():
    district = load_district(ROOT / "content")

    assert district.options("category") is district.categories
    assert district.options("township") is district.townships
    assert district.options("exclude") is district.offices
    for name in ("when", "minor", "official", "basis", "answer"):
        assert district.options(name) is district.choices[name]
    assert [unit.id for unit in district.units.values() if unit.practice] == ["practice"]
    choice = district.units["police"]
    assert (choice.word("zh"), choice.word("en")) == ("公安承办组", "Police unit")


ORGANS = {
    "a category misspelt": ("takes: [A2, D]", "takes: [A2, Q]", "no such id: Q"),
    "an office misspelt": ("offices: [market]", "offices: [markt]", "no such id: markt"),
    "an outcome that is none": ("results: [substantiated", "results: [solved", "outcome: solved"),
    "a classic key": ("offices: [market]", "offices: [market]\n    key: age1abc", "key"),
    "a kind that is none": ("kind: police", "kind: army", "kind"),
}


@pytest.mark.parametrize("name", ORGANS)
def test_an_organ_that_names_what_is_not_there_stops_the_start(tmp_path, name):
    old, new, complaint = ORGANS[name]
    shutil.copytree(ROOT / "content", tmp_path / "content")
    path = tmp_path / "content" / "data" / "organs.yml"
    found = path.read_text("utf-8")
    assert old in found
    path.write_text(found.replace(old, new, 1), "utf-8")

    with pytest.raises(DataError, match=complaint):
        load_district(tmp_path / "content")


def test_each_organ_of_the_demo_serves_an_outcome_and_stands_by_a_law():
    district = load_district(ROOT / "content")
    organs = district.referrals.organs.values()

    assert {organ.outcome for organ in organs} == {
        *("to_department", "to_supervision", "to_other_police"),
    }
    for organ in organs:
        assert "条" in organ.basis
        # No lawyer has looked at what departments take: domain.md 3, 4.
        assert ("待核实" in organ.basis) is (organ.kind == "department"), organ.id
    # Every matter has somewhere to go, and what is about an official two organs beside the police.
    taken = set().union(*(organ.takes for organ in organs))
    assert taken == set(district.categories)
    assert len([organ for organ in organs if organ.is_for_officials]) == 3


def test_words_for_a_kind_that_is_none_stop_the_start(tmp_path):
    data = shutil.copytree(ROOT / "content" / "data", tmp_path / "content" / "data")
    kinds = data / "kinds.yml"
    kinds.write_text(kinds.read_text("utf-8").replace("{id: A1,", "{id: Z9,"), "utf-8")

    with pytest.raises(DataError, match="no such category: Z9"):
        load_district(data.parent)
