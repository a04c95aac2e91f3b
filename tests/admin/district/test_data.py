"""The district's data, read at the start: a fault in it stops the start and is named."""

import re
import shutil

import pytest

from admin.config import ROOT
from admin.district.data import load_district
from admin.reading.data_files import DataError

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
