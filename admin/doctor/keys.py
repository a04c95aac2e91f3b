"""What `dengshao doctor` looks at in keys.yml: whose keys it trusts, and what the public reads."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from ..district.public_keys import differences
from ..reading.keys_file import KeyLine, Keys
from .findings import (
    Finding,
    bad,
    good,
    unknown,
)

MATTER: Final = "公布的密钥"
PUBLIC: Final = "公众看到的密钥"
ROUTES: Final = "公众看到的去向"
_APPLY: Final = "请运行 dengshao keys apply。"


@dataclass(frozen=True)
class LineState:
    """A line of keys.yml, and how the key that it names stands in the database."""

    line: KeyLine
    is_known: bool
    is_in_use: bool
    """The unit's key now; otherwise it was renewed since."""
    suspended: tuple[str, ...]
    """Suspended members who hold it."""
    tips: int
    """Tips with words that still hang on it."""


def check_lines(states: Iterable[LineState], today: date) -> list[Finding]:
    """Say which lines must go or be replaced, or that all are well."""
    states = list(states)
    found = [fault for state in states for fault in _faults(state, today)]
    found += [_told(state) for state in states if _is_on_its_way(state, today)]
    return found or [good(MATTER, "每一行都对得上单位现用的密钥")]


def _is_on_its_way(state: LineState, today: date) -> bool:
    return not state.line.is_open and not _faults(state, today)


def _told(state: LineState) -> Finding:
    """Say when an older line goes: with its last tip, and out of use on its day at the latest."""
    line = state.line
    form = f"表单里算到 {line.overlap}，" if line.overlap else ""
    words = f"旧密钥那一行对得上：{form}信箱里算到 {line.retiring}，还有 {state.tips} 条线索挂着"
    return good(f"{MATTER} {line.unit}", f"{words}；换完以后 dengshao keys apply 就去掉它")


def _overlaps(line: KeyLine, today: date) -> bool:
    return line.overlap is not None and line.overlap >= today


def _faults(state: LineState, today: date) -> list[Finding]:
    return _open_faults(state) if state.line.is_open else _retiring_faults(state, today)


def _open_faults(state: LineState) -> list[Finding]:
    matter = f"{MATTER} {state.line.unit}"
    if not state.is_known:
        todo = "请核对 keys.yml 和数据库是不是同一套。不是，就去掉这一行。"
        return [bad(matter, "keys.yml 里的指纹，数据库里没有这把密钥", todo)]
    if not state.is_in_use:
        todo = f"新密钥核对好以后，{_APPLY}旧的会自动改成退役。"
        who = f"，停用的 {'、'.join(state.suspended)} 还拿着" if state.suspended else ""
        return [bad(matter, f"公布的还是换掉的旧密钥{who}", todo)]
    if state.suspended:
        words = f"公布着的密钥，停用的 {'、'.join(state.suspended)} 还拿着"
        todo = f"请一个持钥人登录换密钥，第二个人核对，再{_APPLY[1:]}"
        return [bad(matter, words, todo)]
    return []


def _retiring_faults(state: LineState, today: date) -> list[Finding]:
    matter, until = f"{MATTER} {state.line.unit}", state.line.retiring
    if state.is_in_use:
        return [bad(matter, "现用的密钥写成了退役", "请看 keys.yml，是不是写反了。")]
    if not state.tips and _overlaps(state.line, today):
        return []
    if not state.tips:
        return [bad(matter, f"退役的旧密钥（到 {until}）已经没有线索挂着，忘了去掉", _APPLY)]
    if until and until < today:
        words = f"旧密钥 {until} 就该退役完，还有 {state.tips} 条线索挂着"
        todo = "请持钥人登录，等它重新加密完；来不及，就 dengshao keys apply --until 新的日子。"
        return [bad(matter, words, todo)]
    return []


def check_public(seen: Mapping[str, Any] | str, wanted: Keys) -> Finding:
    """Hold what was fetched from the public site against keys.yml; `seen` may be why none came."""
    if isinstance(seen, str):
        return unknown(PUBLIC, seen, "请启动服务和网站后再查一次。")
    if wrong := differences(seen, wanted):
        return bad(PUBLIC, "；".join(wrong), f"表单会说「加密校验没有通过」。{_APPLY}")
    return good(PUBLIC, f"{len(wanted.open)} 把，和 keys.yml 一样")


def check_public_routes(seen: Mapping[str, Any] | str, wanted: str) -> Finding:
    """Hold the published hash of the routes against the routes that this node goes by."""
    if isinstance(seen, str):
        return unknown(ROUTES, seen, "请启动服务和网站后再查一次。")
    if seen.get("routes") != wanted:
        words = "和 routes.yml、categories.yml 不一样，表单会说「去向对不上」"
        return bad(ROUTES, words, "请重新建网站，再运行 dengshao reload。")
    return good(ROUTES, "和 routes.yml、categories.yml 一样")
