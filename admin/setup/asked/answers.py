"""What was answered: a flat table by `step.question`, kept as TOML. Pure.

Secrets have a place among the answers while they are needed, and none in the file.
"""

import json
import tomllib
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

Row = dict[str, str]
Answer = str | bool | list[Row]
Answers = dict[str, Answer]


class Unreadable(Exception):
    """The file of answers can't be read; the message is for the operator."""


def read_answers(path: Path) -> Answers:
    """Read a file of answers. Raises `Unreadable`."""
    try:
        table = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise Unreadable(f"{path} 读不了（{type(error).__name__}）。") from None
    except tomllib.TOMLDecodeError as error:
        raise Unreadable(f"{path} 不是 TOML：{error}。") from None
    return {
        f"{step}.{name}": _plain(value)
        for step, found in table.items()
        if isinstance(found, dict)
        for name, value in found.items()
    }


def _plain(value: Any) -> Answer:
    """Take a number for what is typed; lists hold tables of words."""
    if isinstance(value, bool):
        return value
    if isinstance(value, list):
        rows = [row if isinstance(row, dict) else {"zh": row} for row in value]
        return [{name: str(word) for name, word in row.items()} for row in rows]
    return str(value)


def to_toml(answers: Mapping[str, Answer], *, head: str, secret: Collection[str] = ()) -> str:
    """Write the answers, a table for each step, without those that are secret."""
    lines = [f"# {head}"]
    step = ""
    for key, value in answers.items():
        if key in secret:
            continue
        table, _, name = key.partition(".")
        if table != step:
            lines += ["", f"[{table}]"]
            step = table
        lines.append(f"{name} = {_value(value)}")
    return "\n".join(lines) + "\n"


def _value(value: Answer) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        rows = [", ".join(f"{name} = {_text(word)}" for name, word in row.items()) for row in value]
        return "[\n" + "".join(f"  {{ {row} }},\n" for row in rows) + "]"
    return _text(value)


def _text(value: str) -> str:
    # A string of JSON is one of TOML, but for a character that no check lets in.
    return json.dumps(value, ensure_ascii=False)


def said(answers: Mapping[str, Answer], key: str) -> str:
    """Give an answer that is one line; empty where there is none."""
    found = answers.get(key, "")
    return found if isinstance(found, str) else ""


def rows_of(answers: Mapping[str, Answer], key: str) -> list[Row]:
    found = answers.get(key, [])
    return found if isinstance(found, list) else []
