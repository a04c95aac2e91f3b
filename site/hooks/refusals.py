"""What is wrong with a data file, in Chinese and with its line (used by data_files.py)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import yaml
from jsonschema import ValidationError

TYPES = {
    "string": "文字",
    "integer": "整数",
    "number": "数字",
    "array": "一串（每行前面加 - ）",
    "object": "几项（每行 名字: 内容）",
    "boolean": "true 或 false",
    "null": "空着",
}


def broken(name: str, error: yaml.YAMLError) -> str:
    """Say where a file stops being YAML: mostly a space, a colon or a quotation mark."""
    mark = getattr(error, "problem_mark", None)
    where = f" 第 {mark.line + 1} 行" if mark else ""
    return f"content/data/{name}{where}：这里的写法读不懂，看看空格、冒号、引号和括号。"


def refused(name: str, text: str, error: ValidationError) -> str:
    line, found = line_of(text, list(error.absolute_path))
    say = WORDS.get(str(error.validator), lambda refusal: refusal.message)(error)
    return f"content/data/{name} 第 {line} 行（{found}）：{say}。"


def line_of(text: str, path: list[str | int]) -> tuple[int, str]:
    """Walk down a file to what the schema refused; give its line, and the way as people say it."""
    node = yaml.compose(text, yaml.SafeLoader)
    line, names = 1, []
    for step in path:
        if isinstance(node, yaml.MappingNode):
            key, node = next(pair for pair in node.value if pair[0].value == str(step))
            line = key.start_mark.line + 1
            names.append(str(step))
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int):
            node = node.value[step]
            line = node.start_mark.line + 1
            names.append(f"第 {step + 1} 个")
    return line, " › ".join(names) or "整个文件"


def missing(error: ValidationError) -> str:
    gone = [key for key in error.validator_value if key not in error.instance]
    return f"少了 {'、'.join(gone)}"


def unknown(error: ValidationError) -> str:
    known = error.schema.get("properties", {})
    return (
        f"{'、'.join(key for key in error.instance if key not in known)} 不认识，看看是不是写错了"
    )


def kind(error: ValidationError) -> str:
    kinds = error.validator_value
    names = [kinds] if isinstance(kinds, str) else kinds
    return f"「{error.instance}」不行，要写：{'，或者'.join(TYPES[name] for name in names)}"


def at_bound(words: str) -> Callable[[ValidationError], str]:
    return lambda error: words.format(error.validator_value)


WORDS: dict[str, Callable[[ValidationError], Any]] = {
    "required": missing,
    "additionalProperties": unknown,
    "type": kind,
    "enum": lambda error: (
        f"「{error.instance}」不能写，能写的是：{'、'.join(map(str, error.validator_value))}"
    ),
    "const": lambda error: f"「{error.instance}」不能写，只能写 {error.validator_value}",
    "pattern": lambda error: (
        f"「{error.instance}」的写法不对，要合这个样子：{error.validator_value}"
    ),
    "format": lambda error: f"「{error.instance}」不是日子，要像 2026-11-25",
    "minLength": at_bound("太短，至少 {} 个字"),
    "maxLength": at_bound("太长，最多 {} 个字"),
    "minItems": at_bound("太少，至少要 {} 个"),
    "maxItems": at_bound("太多，最多 {} 个"),
    "minimum": at_bound("太小，最小是 {}"),
    "maximum": at_bound("太大，最大是 {}"),
    "uniqueItems": at_bound("有重复的"),
}
