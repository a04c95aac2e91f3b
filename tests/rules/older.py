"""What a migration may change while programs serve that do not know it: it may add, and no more.

A reading of the schema before and after a step, and of what the step took away or asks for since.
What older programs write must still be taken, and what they ask for must still be there.
"""

import re
from dataclasses import dataclass, field

from sqlalchemy import inspect, text

STAYS = {"member", "unit_key"}
"""Tables of which no program deletes a row: who points there keeps nobody from it."""
WIDER = {
    "SMALLINT": ("INTEGER", "BIGINT"),
    "INTEGER": ("BIGINT",),
    "REAL": ("DOUBLE PRECISION",),
}
_TRIGGERS = text(
    "SELECT tgname, tgrelid::regclass::text AS on_table, pg_get_triggerdef(oid) AS told"
    " FROM pg_trigger WHERE NOT tgisinternal"
)
_FUNCTIONS = text(
    "SELECT oid::regprocedure::text FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
)


@dataclass(frozen=True)
class Column:
    type: str
    is_needed: bool
    """Holds something in each row."""
    has_default: bool

    @property
    def may_be_left(self) -> bool:
        """Whether a program may write a row without a word about it."""
        return not self.is_needed or self.has_default


@dataclass(frozen=True)
class Rule:
    """What a table asks of its rows, beside the kinds of its columns."""

    told: str
    """The same text for the same rule, whatever its name."""
    kind: str
    columns: tuple[str, ...] = ()
    to: str = ""
    """The table that a foreign key points at."""
    goes_along: bool = False
    """Whether its row goes, or lets go, when the other one is deleted."""


@dataclass
class Table:
    columns: dict[str, Column]
    rules: set[Rule] = field(default_factory=set)


@dataclass(frozen=True)
class Schema:
    tables: dict[str, Table]
    functions: set[str]


def read_schema(engine):
    """Read all that a program meets in a PostgreSQL database."""
    with engine.connect() as connection:
        seen = inspect(connection)
        tables = {name: _table(seen, name) for name in seen.get_table_names()}
        for one in connection.execute(_TRIGGERS):
            tables[one.on_table].rules.add(Rule(one.told, "trigger"))
        return Schema(tables, set(connection.scalars(_FUNCTIONS)))


def _table(seen, name):
    columns = {
        one["name"]: Column(
            str(one["type"]),
            not one["nullable"],
            one["default"] is not None or "identity" in one or "computed" in one,
        )
        for one in seen.get_columns(name)
    }
    return Table(columns, {*_rules(seen, name)})


def _rules(seen, name):
    for one in seen.get_check_constraints(name):
        yield Rule(f"CHECK ({one['sqltext']})", "check")
    for one in seen.get_indexes(name):
        if one["unique"]:
            names = tuple(str(column) for column in one["column_names"])
            where = one.get("dialect_options", {}).get("postgresql_where", "")
            yield Rule(f"UNIQUE {names} {where}", "unique", names)
    key = tuple(seen.get_pk_constraint(name)["constrained_columns"])
    yield Rule(f"PRIMARY KEY {key}", "unique", key)
    for one in seen.get_foreign_keys(name):
        names, to = tuple(one["constrained_columns"]), one["referred_table"]
        goes = one["options"].get("ondelete", "") in ("CASCADE", "SET NULL")
        yield Rule(f"FOREIGN KEY {names} -> {to}", "foreign key", names, to, goes)


def complaints(before, after, forgotten=()):
    """Say what of a step an older program would stumble over; nothing where it may go on.

    `forgotten` names what is dropped and no program asks for that the step lets go on.
    """
    for name, table in before.tables.items():
        if name not in after.tables:
            yield from () if name in forgotten else (f"{name} is gone",)
            continue
        found = _of_columns(name, table, after.tables[name])
        yield from (why for what, why in found if what not in forgotten)
        yield from _of_rules(name, table, after.tables[name])
    for name in sorted(before.functions - after.functions - {*forgotten}):
        yield f"{name} is gone"
    for name in after.tables.keys() - before.tables.keys():
        yield from _of_pointing(name, after.tables[name].rules, before)
    for name in after.tables.keys() & before.tables.keys():
        yield from _of_pointing(name, after.tables[name].rules - before.tables[name].rules, before)


def _of_columns(name, before, after):
    for column, was in before.columns.items():
        what, now = f"{name}.{column}", after.columns.get(column)
        if now is None:
            yield what, f"{what} is gone"
            continue
        if not _is_as_wide(was.type, now.type):
            yield what, f"{what} was {was.type} and is {now.type}"
        if was.may_be_left and not now.may_be_left:
            yield what, f"{what} must be written since"
        elif now.is_needed and not was.is_needed:
            yield what, f"{what} may not be empty any more"
    for column in after.columns.keys() - before.columns.keys():
        if not after.columns[column].may_be_left:
            yield f"{name}.{column}", f"{name}.{column} is new, and must be written"


def _is_as_wide(was, now):
    if was == now or now in WIDER.get(was, ()):
        return True
    old, new = (re.fullmatch(r"VARCHAR(?:\((\d+)\))?|TEXT", kind) for kind in (was, now))
    if not old or not new:
        return False
    return new[1] is None or (old[1] is not None and int(new[1]) >= int(old[1]))


def _of_rules(name, before, after):
    told = {rule.told for rule in before.rules}
    for rule in after.rules:
        if rule.told not in told and not _is_of_what_is_new(rule, before, after):
            yield f"{name} asks for more: {rule.told}"


def _is_of_what_is_new(rule, before, after):
    """Tell whether a rule says nothing of the rows that an older program writes."""
    if rule.kind not in ("unique", "foreign key"):
        return False
    return any(
        name not in before.columns
        and name in after.columns
        and not after.columns[name].is_needed
        and not after.columns[name].has_default
        for name in rule.columns
    )


def _of_pointing(name, rules, before):
    for rule in rules:
        is_old = rule.to in before.tables and rule.to != name
        if is_old and rule.to not in STAYS and not rule.goes_along:
            yield f"{name} keeps rows of {rule.to} from being deleted: {rule.told}"
