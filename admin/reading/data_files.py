"""Reads one file of content/data; what can't be read is named in Chinese, with its line.

Pure: the app and the site's build read and refuse alike.
"""

import json
import re
from collections.abc import Callable, Sequence
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import yaml
from jsonschema import Draft202012Validator, FormatChecker, ValidationError

from ..tip.events import STOPPING
from ..tip.status import STATUSES, TipStatus


class DataError(Exception):
    """A data file is not as its schema or its neighbours demand; the message names the place."""


# As safe, and ten times as fast, where PyYAML was built with libyaml: as its wheels are.
LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_MOST_SHOWN: Final = 60
_CODE: Final = re.compile(r"^\s*-\s*\{?\s*id:\s*([a-z]{2,3})\b", re.M)
# The key of English words (`en`), and the end of that of an English address (`page_en`).
_EN: Final = re.compile(r"(?<![a-z])en$")
_FORMATS: Final = FormatChecker(["date"])
_BY_SWEEP_OR_REPORTER: Final = {TipStatus.RECEIVED, TipStatus.PURGED}
_CONTRACT: Final = {
    "decided": {"enum": [status for status, told in STATUSES.items() if told.act]},
    "met_by": {
        "enum": ["read", *STOPPING, *(s for s in STATUSES if s not in _BY_SWEEP_OR_REPORTER)]
    },
}
"""What a schema says by name, as `#/$defs/…`: it is declared in `tip.status`."""
_TYPES: Final = {
    "string": "文字",
    "integer": "整数",
    "number": "数字",
    "array": "一串（每行前面加 - ）",
    "object": "几项（每行 名字: 内容）",
    "boolean": "true 或 false",
    "null": "空着",
}
_FINGERPRINT: Final = "指纹不对：要八组，每组四个，0 到 9 和小写 a 到 f，中间一个空格"


def load_file(folder: Path, name: str, *, path: Path | None = None) -> dict[str, Any]:
    """Read one data file and check it against its schema. Raises `DataError`."""
    path = path or folder / "data" / f"{name}.yml"
    text = _text(path)
    schema_path = folder / "data" / "schema" / f"{name}.json"
    try:
        schema = schema_path.read_text("utf-8")
        found: dict[str, Any] = json.loads(_checked(path, text, schema, _further(folder)))
    except (OSError, json.JSONDecodeError) as error:
        raise DataError(f"{schema_path}：读不了（{type(error).__name__}）。") from error
    return found


def _further(folder: Path) -> tuple[str, ...]:
    """Name the languages besides Chinese and English, by their keys in all other files."""
    path = folder / "data" / "languages.yml"
    return _codes(path.read_text("utf-8")) if path.exists() else ()


@lru_cache(maxsize=2)
def _codes(text: str) -> tuple[str, ...]:
    """Find them loosely: what is wrong with that file is told when it is read itself."""
    return tuple(code for code in _CODE.findall(text) if code not in ("zh", "en"))


def _widened(rules: Any, codes: tuple[str, ...]) -> Any:
    """Allow in a schema, wherever it knows English words, those of further languages."""
    if isinstance(rules, list):
        return [_widened(rule, codes) for rule in rules]
    if not isinstance(rules, dict):
        return rules
    wider = {key: _widened(rule, codes) for key, rule in rules.items()}
    known = wider.get("properties")
    if isinstance(known, dict):
        more = {_EN.sub(code, key): rule for key, rule in known.items() for code in codes}
        wider["properties"] = more | known
    return wider


# routes.yml is read twice at each start, and most files are as they were when all are read anew.
@lru_cache(maxsize=32)
def _checked(path: Path, text: str, schema: str, codes: tuple[str, ...]) -> str:
    """Return a file's content as JSON. Raise `DataError`, or `JSONDecodeError` at the schema."""
    data = parse(path, text)
    if data is None:
        raise DataError(f"{path}：里面什么也没有。")
    # YAML makes dates of days; JSON Schema knows only text.
    written = json.dumps(data, default=str)
    plain = json.loads(written)
    rules = _widened(json.loads(schema), codes) if codes else json.loads(schema)
    rules["$defs"] = rules.get("$defs", {}) | _CONTRACT
    validator = Draft202012Validator(rules, format_checker=_FORMATS)
    for fault in validator.iter_errors(plain):
        raise DataError(_told(path, text, fault))
    return written


def parse(path: Path, text: str) -> Any:
    """Read YAML; a name that stands twice in one entry is a fault, where YAML takes the last."""
    try:
        _refuse_twice(path, yaml.compose(text, LOADER))
        return yaml.load(text, Loader=LOADER)  # noqa: S506
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f" 第 {mark.line + 1} 行" if mark else ""
        say = "这里的写法读不懂，看看空格、冒号、引号和括号"
        if mark and _is_below_empty_list(text, mark.line):
            say = "上面写着 items: []（空的），下面又写了内容。请把 [] 删掉"
        raise DataError(f"{path}{where}：{say}。") from None
    except ValueError:
        # 2026-02-31: YAML takes it for a day, and there is none.
        raise DataError(f"{path} 第 {_line_of_bad_day(text)} 行：没有这一天。") from None


def line_of(text: str, way: Sequence[str | int]) -> int:
    """Walk down a file to an entry; return its line."""
    return _place_of(text, way)[0]


def _place_of(text: str, way: Sequence[str | int]) -> tuple[int, str]:
    """Walk down a file to an entry; return its line, and the way as people say it."""
    node = yaml.compose(text, LOADER)
    line, names = 1, []
    for step in way:
        if isinstance(node, yaml.MappingNode):
            key, node = next(pair for pair in node.value if pair[0].value == str(step))
            line = key.start_mark.line + 1
            names.append(str(step))
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int):
            node = node.value[step]
            line = node.start_mark.line + 1
            names.append(f"第 {step + 1} 个")
    return int(line), " › ".join(names) or "整个文件"


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise DataError(f"{path} 第 {line} 行：不是 UTF-8 的字。请另存为 UTF-8。") from None
    except OSError as error:
        raise DataError(f"{path}：读不了（{error.strerror}）。") from None


def _told(path: Path, text: str, fault: ValidationError) -> str:
    way = list(fault.absolute_path)
    line, found = _place_of(text, way)
    word = _WORDS.get(str(fault.validator))
    say = word(fault) if word else fault.message
    if way and way[-1] == "fingerprint":
        say = _FINGERPRINT
    return f"{path} 第 {line} 行（{found}）：{say}。"


def _shown(value: Any) -> str:
    return f"「{str(value)[:_MOST_SHOWN]}」"


def _refuse_twice(path: Path, node: Any) -> None:
    if isinstance(node, yaml.MappingNode):
        seen = set()
        for key, value in node.value:
            if isinstance(key.value, str) and key.value in seen:
                line = key.start_mark.line + 1
                raise DataError(f"{path} 第 {line} 行：{key.value} 写了两次，只能留一个。")
            seen.add(key.value if isinstance(key.value, str) else None)
            _refuse_twice(path, value)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            _refuse_twice(path, value)


def _is_below_empty_list(text: str, line: int) -> bool:
    above = [row.strip() for row in text.splitlines()[: line + 1] if row.strip()]
    return any(row.replace(" ", "") == "items:[]" for row in above[-2:])


def _line_of_bad_day(text: str) -> int:
    """Find the first day that the calendar doesn't have."""
    for event in yaml.parse(text, yaml.SafeLoader):
        mark = event.start_mark
        if isinstance(event, yaml.ScalarEvent) and event.implicit[0]:
            try:
                date.fromisoformat(event.value)
            except ValueError:
                if mark and event.value[:4].isdigit() and event.value.count("-") == 2:
                    return int(mark.line) + 1
    return 1


def _missing(error: Any) -> str:
    gone = [key for key in error.validator_value if key not in error.instance]
    return f"少了 {'、'.join(gone)}"


def _unknown(error: Any) -> str:
    known = error.schema.get("properties", {})
    return (
        f"{'、'.join(key for key in error.instance if key not in known)} 不认识，看看是不是写错了"
    )


def _kind(error: Any) -> str:
    kinds = error.validator_value
    names = [kinds] if isinstance(kinds, str) else kinds
    return f"{_shown(error.instance)}不行，要写：{'，或者'.join(_TYPES[name] for name in names)}"


def _refused(error: Any) -> str:
    """Say why, where the schema does."""
    why = error.validator_value.get("description")
    return f"{_shown(error.instance)}{why or '在这里不能用'}"


def _at_bound(words: str) -> Callable[[Any], str]:
    return lambda error: words.format(error.validator_value)


_WORDS: Final[dict[str, Callable[[Any], str]]] = {
    "required": _missing,
    "additionalProperties": _unknown,
    "type": _kind,
    "enum": lambda error: (
        f"{_shown(error.instance)}不能写，能写的是：{'、'.join(map(str, error.validator_value))}"
    ),
    "not": _refused,
    "const": lambda error: f"{_shown(error.instance)}不能写，只能写 {error.validator_value}",
    "pattern": lambda error: (
        f"{_shown(error.instance)}的写法不对，要合这个样子：{error.validator_value}"
    ),
    "format": lambda error: f"{_shown(error.instance)}不是日子，要像 2026-11-25",
    "minLength": _at_bound("太短，至少 {} 个字"),
    "maxLength": _at_bound("太长，最多 {} 个字"),
    "minItems": _at_bound("太少，至少要 {} 个"),
    "maxItems": _at_bound("太多，最多 {} 个"),
    "minimum": _at_bound("太小，最小是 {}"),
    "maximum": _at_bound("太大，最大是 {}"),
    "multipleOf": _at_bound("不对，要是 {} 的倍数"),
    "uniqueItems": _at_bound("有重复的"),
}
