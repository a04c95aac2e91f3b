"""Lets each test have an application of its own at little cost: what is alike is made once."""

import hashlib
from copy import copy
from functools import lru_cache

from jinja2 import BytecodeCache
from sqlalchemy import event
from werkzeug.routing import Rule

from admin.db import db
from admin.reading import data_files

_MOST_STATEMENTS = 1500


class CompiledTemplates(BytecodeCache):
    """Keeps compiled templates in memory."""

    def __init__(self):
        self.kept = {}

    def load_bytecode(self, bucket):
        if bucket.key in self.kept:
            bucket.bytecode_from_string(self.kept[bucket.key])

    def dump_bytecode(self, bucket):
        self.kept[bucket.key] = bucket.bytecode_to_string()


class CompiledStatements(dict):
    """Keeps SQL that SQLAlchemy compiled, for all engines on one kind of database.

    Each engine has a dialect object of its own: its name says the same of what is compiled.
    """

    def get(self, key):
        return super().get(self._for_all(key))

    def __setitem__(self, key, statement):
        if len(self) > _MOST_STATEMENTS:
            self.clear()
        super().__setitem__(self._for_all(key), statement)

    def _for_all(self, key):
        dialect, *rest = key
        return dialect.name, dialect.driver, *rest


_TEMPLATES, _STATEMENTS = CompiledTemplates(), CompiledStatements()


def quick(app):
    """Let an application use what others have compiled, and wait for no disk."""
    app.jinja_env.bytecode_cache = _TEMPLATES
    with app.app_context():
        for engine in db.engines.values():
            engine.update_execution_options(compiled_cache=_STATEMENTS)
            if engine.dialect.name == "sqlite":
                event.listen(engine, "connect", _hurry)
    return app


def _hurry(connection, _record):
    """Force nothing to the disk: no power fails here, as in tests.databases for PostgreSQL.

    What a kill leaves behind is tried on servers in processes of their own, which force all.
    """
    connection.execute("PRAGMA synchronous=OFF")


def keep_builders():
    """Keep what werkzeug compiles of a route to build its addresses: half of an application's cost.

    It hangs on the route's own words alone, and is handed the route at each call.
    """
    compile_builder, kept = Rule._compile_builder, {}

    def kept_builder(self, append_unknown=True):
        if self.defaults:
            return compile_builder(self, append_unknown)
        key = self.rule, tuple(self._trace), append_unknown
        if key not in kept:
            kept[key] = compile_builder(self, append_unknown)
        return kept[key]

    Rule._compile_builder = kept_builder


def keep_parsed():
    """Keep the parts into which werkzeug takes a route: they too hang on its words alone."""
    parse, kept = Rule._parse_rule, {}

    def kept_parse(self, words):
        if words not in kept:
            before, known = len(self._trace), set(self._converters)
            parts = list(parse(self, words))
            # In their order: what an address holds is handed to them one after the other.
            new = {name: one for name, one in self._converters.items() if name not in known}
            kept[words] = parts, self._trace[before:], new
            return parts
        parts, trace, converters = kept[words]
        self._trace.extend(trace)
        for name, converter in converters.items():
            # Each application has a map of its own.
            self._converters[name] = mine = copy(converter)
            mine.map = self.map
        self.arguments.update(converters)
        return parts

    Rule._parse_rule = kept_parse


def keep_checked():
    """Keep what a data file's words came to, wherever it lies: a fault is found anew each time."""
    check, kept = data_files._checked, {}

    def kept_checked(path, *words):
        if words not in kept:
            kept[words] = check(path, *words)
        return kept[words]

    data_files._checked = kept_checked


def keep_stretched():
    """Keep what scrypt makes of the same words and salt: it takes a third of a second each time."""
    hashlib.scrypt = lru_cache(maxsize=256)(hashlib.scrypt)
