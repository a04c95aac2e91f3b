"""Lets a test make an application of its own at little cost: what is alike is worked out once."""

from jinja2 import BytecodeCache
from werkzeug.routing import Rule


class CompiledTemplates(BytecodeCache):
    """Keeps compiled templates in memory."""

    def __init__(self):
        self.kept = {}

    def load_bytecode(self, bucket):
        if bucket.key in self.kept:
            bucket.bytecode_from_string(self.kept[bucket.key])

    def dump_bytecode(self, bucket):
        self.kept[bucket.key] = bucket.bytecode_to_string()


COMPILED = CompiledTemplates()


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
