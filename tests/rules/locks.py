"""What a migration may ask of PostgreSQL: nothing that keeps those waiting who write a table.

A small reading of our own, of the statements that SQLAlchemy and `gently` make: it knows the forms
that hold a lock for long, and refuses the rest that it does not know to be short.
"""

import re
from dataclasses import dataclass, field

SMALL = {"setting", "member", "unit_key", "alembic_version"}
"""Tables that do not grow with what comes in: all their rows may be changed at once."""
CONSTANT = r"(true|false|null|-?[\d.]+|'[^']*'(::\w+)?)"
_TABLE = r'"?(?P<table>\w+)"?'
_ADDS = re.compile(
    rf"alter table (only )?{_TABLE} add "
    r"(constraint \w+ )?(check|foreign key|unique|primary key|exclude)\b"
)
_ALWAYS = (
    (r"lock table", "a lock taken by hand"),
    (
        r"vacuum \(?full|cluster\b|reindex (?!.*concurrently)",
        "rewrites, or reads it all, under a lock",
    ),
    (r"truncate\b", "TRUNCATE: ends all reading"),
    (r"refresh materialized view (?!concurrently)", "keeps readers waiting"),
    (r"alter table .* set (tablespace|logged|unlogged|access method)", "rewrites the table"),
    (r"alter table .* alter( column)? \w+ (set data )?type\b", "rewrites the table: a new column"),
)


@dataclass
class Reader:
    """Reads the statements of one migration, in order."""

    new: set[str] = field(default_factory=set)
    """Tables that it made itself: nobody else knows them yet."""
    checked: set[tuple[str, str]] = field(default_factory=set)
    """Columns that are known to be set in each row."""
    named: dict[str, tuple[str, str]] = field(default_factory=dict)

    def complaint(self, statement: str, *, is_apart: bool) -> str:
        """Say why a statement holds a lock for long; an empty text where it does not.

        `is_apart`: it is committed by itself.
        """
        sql = " ".join(statement.lower().split())
        if made := re.match(rf"create (unlogged )?table (if not exists )?{_TABLE}", sql):
            self.new.add(made["table"])
            return ""
        for pattern, why in _ALWAYS:
            if re.match(pattern, sql) and not self._is_new(sql):
                return why
        return (
            self._of_an_index(sql) or self._of_rows(sql, is_apart) or self._altered(sql, is_apart)
        )

    def _is_new(self, sql: str) -> bool:
        found = re.match(rf"(alter table|truncate( table)?|lock table) (only )?{_TABLE}", sql)
        return bool(found and found["table"] in self.new)

    def _of_an_index(self, sql: str) -> str:
        found = re.match(rf"create (unique )?index (?P<how>concurrently )?.* on {_TABLE}", sql)
        if found and not found["how"] and found["table"] not in self.new:
            return "CREATE INDEX keeps writers waiting: gently.create_index"
        return ""

    def _of_rows(self, sql: str, is_apart: bool) -> str:
        found = re.match(rf"(update|delete from|insert into) {_TABLE}", sql)
        if not found or found["table"] in self.new | SMALL:
            # What fills a new table may read an old one, and holds its rows' keys meanwhile.
            if found and found[1] == "insert into" and " select " in sql and not is_apart:
                return "INSERT … SELECT in the step's transaction: a command that may be repeated"
            return ""
        is_bound = re.search(r"where \w+ > \S+ and \w+ <= \S+", sql)
        if (is_apart and is_bound) or (found[1] == "insert into" and " select " not in sql):
            return ""
        return "changes all rows at once: gently.fill"

    def _altered(self, sql: str, is_apart: bool) -> str:
        found = re.match(rf"alter table (only )?{_TABLE} (?P<act>.*)", sql)
        if not found or found["table"] in self.new:
            return ""
        table, act = found["table"], found["act"]
        if checks := re.match(r"add constraint (\w+) check \((\w+) is not null\) not valid", act):
            self.named[checks[1]] = (table, checks[2])
        if valid := re.match(r"validate constraint (\w+)", act):
            self.checked |= {self.named[valid[1]]} if valid[1] in self.named else set()
            return "" if is_apart else "VALIDATE in the step's transaction: gently.check"
        if _ADDS.match(sql) and not re.search(r"not valid$|using index", sql):
            return "reads all rows under a lock: gently.check"
        if must := re.match(r"alter( column)? (\w+) set not null", act):
            is_known = (table, must[2]) in self.checked
            return "" if is_known else "reads all rows under a lock: gently.set_not_null"
        return self._added(act)

    def _added(self, act: str) -> str:
        found = re.match(
            r"add column (if not exists )?(?P<rest>.*)|add (?!constraint)(?P<bare>.*)", act
        )
        if not found:
            return ""
        rest = found["rest"] or found["bare"]
        if re.search(r"\b(unique|primary key|generated|serial|bigserial|check)\b", rest):
            return "a column with a rule of its own: all rows are read, or written"
        default = re.search(r"\bdefault (?P<value>.*)", rest)
        if default and not re.match(rf"{CONSTANT}( not null| null)*$", default["value"]):
            return "a default that is not one constant: the table is written anew"
        return ""
