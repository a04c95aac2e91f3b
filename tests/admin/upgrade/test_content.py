"""What becomes of each file of the district's words, by who changed it."""

import pytest

from admin.upgrade.content import Act, compare

# The old version's text, the new version's, the district's; by path, what is done.
CASES = [
    ("a.md", "1", "2", "1", Act.WRITE),
    ("a.md", None, "2", None, Act.WRITE),
    ("a.md", "1", None, "1", Act.REMOVE),
    ("a.md", "1", "1", "our", None),
    ("a.md", "1", "2", "2", None),
    ("a.md", "1", "1", None, None),
    ("a.md", "1", "2", "our", Act.BESIDE),
    ("a.md", None, "2", "our", Act.BESIDE),
    ("a.md", "1", None, "our", Act.STAYS),
    ("a.md", "1", "2", None, Act.GONE),
    ("data/schema/a.json", "1", "2", "our", Act.SCHEMA),
    ("data/schema/a.json", "1", None, "our", Act.STAYS),
]


@pytest.mark.parametrize(("path", "old", "new", "ours", "act"), CASES)
def test_a_file_is_changed_only_where_the_district_never_touched_it(path, old, new, ours, act):
    def there(total):
        return {path: total} if total else {}

    changes = compare(there(old), there(new), there(ours), set())

    assert [change.act for change in changes] == ([act] if act else [])


def test_a_data_file_is_loud_where_its_schema_changed_with_it():
    schema = "data/schema/units.json"
    old, ours = {"data/units.yml": "1", schema: "1"}, {"data/units.yml": "our", schema: "1"}

    for new, is_loud in (("2", True), ("1", False)):
        changes = compare(old, {"data/units.yml": "2", schema: new}, ours, set())
        told = {change.path: change.is_loud for change in changes}
        assert told["data/units.yml"] is is_loud


def test_what_the_district_alone_has_is_never_touched():
    assert compare({}, {"a.md": "1"}, {"own.md": "our", "a.md": "1"}, set()) == []
