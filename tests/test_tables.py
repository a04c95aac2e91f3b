"""A table's rows are all tried on SQLite; on PostgreSQL one of each table, and all else."""

from types import SimpleNamespace

from tests.tables import first_rows


def item(name, database=None, *, table=True, path="here.py"):
    params = {"database": database} if database else {}
    return SimpleNamespace(
        path=path,
        cls=None,
        originalname=name.partition("[")[0],
        name=name,
        callspec=SimpleNamespace(params=params),
        get_closest_marker=lambda _name: table,
    )


def test_one_row_of_each_table_runs_on_postgresql_and_all_run_on_sqlite():
    rows = [item(f"one[{n}]", base) for base in ("sqlite", "postgresql") for n in range(3)]
    other = item("one[9]", "postgresql", path="there.py")
    plain = [item(f"plain[{n}]", "postgresql", table=False) for n in range(2)]

    kept, left = first_rows([*rows, other, *plain, item("neither")])

    assert kept == [*rows[:4], other, *plain, kept[-1]]
    assert left == rows[4:]


def test_where_sqlite_is_not_asked_postgresql_runs_every_row():
    rows = [item(f"one[{n}]", "postgresql") for n in range(3)]

    assert first_rows(rows) == (rows, [])
