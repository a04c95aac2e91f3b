"""Reads a tip's answers as they were posted, by the fields alone."""

from collections.abc import Container, Mapping, Sequence
from typing import Protocol

from .fields import FIELDS, Field, Kind

Answers = Mapping[str, str | list[str]]
Options = Mapping[str, Container[str]]
"""What may be chosen, by the name of a field of choices."""


class Posted(Protocol):
    """What a request posted: any number of values under a name."""

    def getlist(self, name: str, /) -> Sequence[str]: ...


class Unclear(Exception):
    """An answer that is not plainly right."""


def read_answers(posted: Posted, options: Options) -> Answers:
    """Return what was answered, by field; what was left empty is left out.

    Raises `Unclear` where any answer is not plainly right. Whoever catches it asks the form, whose
    sentences say what is wrong, if anything is.
    """
    found = {field.name: _answer(field, posted.getlist(field.name), options) for field in FIELDS}
    return {name: value for name, value in found.items() if value}


def _answer(field: Field, values: Sequence[str], options: Options) -> str | list[str]:
    if field.kind is Kind.CHECKS:
        return [_chosen(field, value, options) for value in values]
    value = values[0] if values else ""
    if field.missing and not value.strip():
        raise Unclear
    if field.has_options:
        return _chosen(field, value, options) if value else ""
    return _written(field, value)


def _chosen(field: Field, value: str, options: Options) -> str:
    if value not in options[field.name]:
        raise Unclear
    return value


def _written(field: Field, value: str) -> str:
    text = one_break(value) if field.kind is Kind.TEXT else value
    if len(text) > field.most:
        raise Unclear
    return text


def one_break(text: str) -> str:
    """Return a text in which a line's end is one character, as the person who typed it counts."""
    return text.replace("\r\n", "\n").replace("\r", "\n")
