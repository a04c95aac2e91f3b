"""Licences and known faults of what others made: what is let through, and what is not."""

import json

import pytest

from tests.supply import licences
from tests.supply.audit import faults
from tests.supply.licences import fault, is_allowed

EXPRESSIONS = {
    "MIT": True,
    "Apache-2.0 OR BSD-3-Clause": True,
    "(MIT OR GPL-3.0-only)": True,
    "MIT AND PSF-2.0": True,
    "MIT AND GPL-3.0-only": False,
    "GPL-2.0-only": False,
    "LGPL-3.0-only": False,
    "AGPL-3.0-only OR SSPL-1.0": False,
    "NOASSERTION": False,
}


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_an_expression_is_let_through_where_all_that_it_asks_for_is(expression):
    assert is_allowed(expression) is EXPRESSIONS[expression]


def test_a_licence_that_asks_for_more_is_let_through_for_the_packages_that_were_looked_at():
    assert not fault("psycopg", "LGPL-3.0-only")
    assert "LGPL-3.0-only" in fault("another", "LGPL-3.0-only")
    assert "GPL-3.0-only" in fault("psycopg", "GPL-3.0-only")


def test_no_list_names_a_package_that_is_gone():
    names = {*licences.pinned(), *licences.of_browser()}
    for table in (licences.COPYLEFT, licences.SPEAKS_OF_GPL, licences.UNSAID):
        assert set(table) <= names


RANGE = {"type": "ECOSYSTEM", "events": [{"introduced": "2.0"}, {"fixed": "3.1.4"}]}
ADVISED = {
    "before it was introduced": ("1.9", False),
    "in the range": ("3.1.3", True),
    "fixed": ("3.1.4", False),
}


@pytest.mark.parametrize("where", ADVISED)
def test_a_known_fault_is_found_by_the_range_that_a_record_tells(tmp_path, where):
    version, is_hit = ADVISED[where]
    record = {
        "id": "X-1",
        "modified": "2026-12-01T00:00:00Z",
        "affected": [{"package": {"ecosystem": "PyPI", "name": "Jinja2"}, "ranges": [RANGE]}],
    }
    (tmp_path / "x.json").write_text(json.dumps(record))

    hits, newest = faults(tmp_path, {("PyPI", "jinja2"): version})

    assert hits == ({("PyPI", "jinja2"): {"X-1"}} if is_hit else {})
    assert newest == "2026-12-01"


def test_a_record_of_another_ecosystem_or_one_that_was_withdrawn_tells_nothing(tmp_path):
    package = {"ecosystem": "npm", "name": "jinja2"}
    record = {"id": "X-1", "affected": [{"package": package, "versions": ["3.0"]}]}
    (tmp_path / "x.json").write_text(json.dumps(record))
    withdrawn = record | {
        "withdrawn": "2026-01-01",
        "affected": [{"package": package | {"ecosystem": "PyPI"}, "versions": ["3.0"]}],
    }
    (tmp_path / "y.json").write_text(json.dumps(withdrawn))

    hits, _newest = faults(tmp_path, {("PyPI", "jinja2"): "3.0"})

    assert hits == {}
