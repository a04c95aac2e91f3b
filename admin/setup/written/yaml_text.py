"""Changes single values in the text of an editor's YAML file; all else stays letter for letter.

PyYAML says where each value stands; a library that writes files anew would set comments and spaces
its own way. What these files are made of is enough: block and flow mappings, lists of entries.
"""

import json
import re
from typing import Any, Final

import yaml

from ...reading.data_files import LOADER

_INDENT: Final = "  "
_SAFE: Final = re.compile(r"[^\s\"'#,\[\]{}&*!|>%@`?:-][^\"#,\[\]{}:]*")


class NotChanged(Exception):
    """The text is written in a way that this can't change; the message names the place."""


class YamlText:
    """The text of one file, and what is changed in it."""

    def __init__(self, text: str) -> None:
        self.text = text

    def set(self, value: str | int | bool, *way: str) -> None:
        """Write a value at the end of a way; a step into a list is the `id` of an entry."""
        wanted = _read(self.text)
        _walked(wanted, way[:-1])[way[-1]] = value
        self._set(value, way)
        self._hold(wanted, way)

    def drop(self, *way: str) -> None:
        """Take an entry of a mapping away, if it is there."""
        wanted = _read(self.text)
        if _walked(wanted, way[:-1]).pop(way[-1], None) is not None:
            self._drop(way)
            self._hold(wanted, way)

    def replace_rows(self, name: str, rows: list[str]) -> None:
        """Write the entries of a list at the file's top anew, each on a line of its own."""
        wanted = _read(self.text) | {name: [_read(row) for row in rows]}
        lines = "".join(f"\n{_INDENT}- {row}" for row in rows) if rows else " []"
        start = next(key for key, _ in self._find().value if key.value == name).end_mark.index + 1
        self._put(start, self._end_of_rows(start), lines)
        self._hold(wanted, (name,))

    def add_row(self, name: str, row: str) -> None:
        """Write one more entry at the end of such a list."""
        wanted = _read(self.text)
        wanted[name].append(_read(row))
        start = next(key for key, _ in self._find().value if key.value == name).end_mark.index + 1
        end = self._end_of_rows(start)
        self._put(end, end, f"\n{_INDENT}- {row}")
        self._hold(wanted, (name,))

    def _set(self, value: str | int | bool, way: tuple[str, ...]) -> None:
        *above, name = way
        mapping = self._find(*above)
        for key, node in mapping.value:
            if key.value == name:
                self._put(node.start_mark.index, _end_of(node), scalar(value))
                return
        self._add(mapping, f"{name}: {scalar(value)}")

    def _drop(self, way: tuple[str, ...]) -> None:
        *above, name = way
        mapping = self._find(*above)
        number = next(n for n, (key, _) in enumerate(mapping.value) if key.value == name)
        key, node = mapping.value[number]
        if mapping.flow_style:
            self._drop_from_flow(mapping, number)
        else:
            self._put(self._line_start(key.start_mark.index), self._line_end(_end_of(node)), "")

    def _hold(self, wanted: Any, way: tuple[str, ...]) -> None:
        if _read(self.text) != wanted:
            raise NotChanged(" › ".join(way))

    def _end_of_rows(self, start: int) -> int:
        """Find the end of a list's last line; comments before the next name are not its own."""
        end = at = self._line_end(start)
        for line in self.text[at:].splitlines(keepends=True):
            if line.strip() and line[0] not in " -#":
                break
            at += len(line)
            end = at if line.strip() and line[0] != "#" else end
        return end - (self.text[end - 1 : end] == "\n")

    def _find(self, *way: str) -> Any:
        node = yaml.compose(self.text, LOADER)
        for step in way:
            node = _below(node, step)
        return node

    def _put(self, start: int, end: int, words: str) -> None:
        self.text = self.text[:start] + words + self.text[end:]

    def _add(self, mapping: Any, words: str) -> None:
        last = _end_of(mapping.value[-1][1])
        if mapping.flow_style:
            self._put(last, last, f", {words}")
            return
        spaces = " " * mapping.value[0][0].start_mark.column
        end = self._line_end(last)
        self._put(end, end, f"{spaces}{words}\n")

    def _drop_from_flow(self, mapping: Any, number: int) -> None:
        key, node = mapping.value[number]
        if number:
            self._put(_end_of(mapping.value[number - 1][1]), _end_of(node), "")
        else:
            self._put(key.start_mark.index, mapping.value[1][0].start_mark.index, "")

    def _line_start(self, index: int) -> int:
        return self.text.rfind("\n", 0, index) + 1

    def _line_end(self, index: int) -> int:
        found = self.text.find("\n", index)
        return len(self.text) if found < 0 else found + 1


def loaded(text: str) -> Any:
    """Read YAML, safely and fast."""
    return yaml.load(text, LOADER)  # noqa: S506 (a safe one)


def _read(text: str) -> Any:
    """Read a text as plain values: what an alias repeats is a value of its own."""
    return json.loads(json.dumps(loaded(text), default=str))


def _walked(data: Any, way: tuple[str, ...]) -> Any:
    """Walk down what was read, by the same steps."""
    for step in way:
        if isinstance(data, list):
            data = next(entry for entry in data if entry.get("id") == step)
        else:
            data = data[step]
    return data


def _below(node: Any, step: str) -> Any:
    if isinstance(node, yaml.MappingNode):
        found = [value for key, value in node.value if key.value == step]
    else:
        found = [entry for entry in node.value if _id_of(entry) == step]
    if not found:
        raise KeyError(step)
    return found[0]


def _id_of(entry: Any) -> str | None:
    return next((value.value for key, value in entry.value if key.value == "id"), None)


def _end_of(node: Any) -> int:
    """Tell where a value's own text ends: a block's mark lies before what comes next."""
    if isinstance(node, yaml.ScalarNode) or node.flow_style or not node.value:
        return int(node.end_mark.index)
    last = node.value[-1]
    return _end_of(last[1] if isinstance(node, yaml.MappingNode) else last)


def scalar(value: str | int | bool) -> str:
    """Write a value so that YAML reads the very same, in a flow mapping too."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    is_plain = _SAFE.fullmatch(value) and value == value.strip() and loaded(value) == value
    return value if is_plain else json.dumps(value, ensure_ascii=False)


def row(**values: str | int | bool) -> str:
    """Write an entry of a list on one line."""
    return "{" + ", ".join(f"{name}: {scalar(value)}" for name, value in values.items()) + "}"
