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
