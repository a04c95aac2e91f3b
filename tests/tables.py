"""Tables of cases that no database tells apart: each row on SQLite, the first on PostgreSQL too.

`@pytest.mark.table` stands where what is refused, or what a page says of it, is decided before the
database is asked, or by one and the same statement for every row.
"""


def first_rows(items):
    """Split collected tests: those to be run, and the rows that SQLite alone is asked for."""
    kept, left, seen = [], [], set()
    if not any(_database(item) == "sqlite" for item in items):
        return items, left
    for item in items:
        table = (item.path, getattr(item, "cls", None), getattr(item, "originalname", None))
        is_row = item.get_closest_marker("table") and _database(item) == "postgresql"
        (left if is_row and table in seen else kept).append(item)
        if is_row:
            seen.add(table)
    return kept, left


def _database(item):
    return item.callspec.params.get("database") if hasattr(item, "callspec") else None
