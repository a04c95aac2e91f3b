"""Lets each test have an application of its own at little cost: what is alike is made once."""

import hashlib
from functools import lru_cache

from jinja2 import BytecodeCache
from werkzeug.routing import Rule

from admin.db import db

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
    """Let an application use what others have compiled."""
    app.jinja_env.bytecode_cache = _TEMPLATES
    with app.app_context():
        for engine in db.engines.values():
            engine.update_execution_options(compiled_cache=_STATEMENTS)
    return app


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


def keep_stretched():
    """Keep what scrypt makes of the same words and salt: it takes a third of a second each time."""
    hashlib.scrypt = lru_cache(maxsize=256)(hashlib.scrypt)
