"""Lets each test have an application of its own at little cost: what is alike is made once."""

import hashlib
from collections import defaultdict
from contextlib import contextmanager
from copy import copy
from functools import lru_cache
from weakref import WeakKeyDictionary

from jinja2 import BytecodeCache
from sqlalchemy import event
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.orm import Mapper
from werkzeug.routing import Map
from werkzeug.routing.matcher import StateMachineMatcher

from admin import create_app
from admin.config import load_config
from admin.db import db
from admin.reading import data_files

_MOST_STATEMENTS = 3000


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


@contextmanager
def app_of(environ):
    """Make an application of settings, and leave none of its connections open."""
    app = quick(create_app(load_config(environ)))
    try:
        yield app
    finally:
        with app.app_context():
            db.dispose()


def _hurry(connection, _record):
    """Force nothing to the disk: no power fails here, as in tests.databases for PostgreSQL.

    What a kill leaves behind is tried on servers in processes of their own, which force all.
    """
    connection.execute("PRAGMA synchronous=OFF")


def keep_routes():
    """Let applications of the same routes share what werkzeug makes of them: most of their cost.

    Routes wait until somebody asks for one. A map that is given another one later makes its own.
    """
    add, update, kept = Map.add, Map.update, {}

    def made(example, rules):
        urls = copy(example)
        urls._matcher, urls._rules_by_endpoint = StateMachineMatcher(example.merge_slashes), {}
        for rule in rules:
            add(urls, copy(rule))
        update(urls)
        return urls

    def kept_add(self, factory):
        self.__dict__.setdefault("_waiting", []).extend(factory.get_rules(self))
        self._remap = True

    def kept_update(self):
        if not self._remap:
            return
        rules = self.__dict__.get("_waiting", [])
        key = _settings_of(self), *map(_words_of, rules)
        if key not in kept:
            kept[key] = made(self, rules)
        self._matcher = kept[key]._matcher
        self._rules_by_endpoint = kept[key]._rules_by_endpoint
        self._remap = False

    Map.add, Map.update = kept_add, kept_update


def _settings_of(urls):
    hidden = ("_matcher", "_rules_by_endpoint", "_remap", "_remap_lock", "_waiting", "converters")
    settings = {name: value for name, value in vars(urls).items() if name not in hidden}
    return repr(settings), urls.merge_slashes, *urls.converters.items()


def _words_of(rule):
    """Give all that a route was made with: two of the same words lead to the same."""
    return repr({**vars(rule), "methods": sorted(rule.methods or ()), "endpoint": rule.endpoint})


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


def keep_statements():
    """Keep what SQLAlchemy makes anew for each engine: its rows' statements and its types.

    An engine's dialect is the key to both, and each test's application has engines of its own.
    Two of one kind that read and write JSON alike make the same of a type.
    """
    types = defaultdict(WeakKeyDictionary)

    def types_of(dialect):
        reads_and_writes = dialect._json_serializer, dialect._json_deserializer
        return types[type(dialect), *reads_and_writes]

    Mapper._compiled_cache = _STATEMENTS
    DefaultDialect._type_memos = property(types_of)
