"""Opens hours at a holder's own machine, and writes a record before a line is shown.

The record names the request and counts; it has no address in it and none of the lines, so that it
may be brought back to the server, where its sum goes into the audit log.
"""

import hashlib
import json
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from ..sealing.age import Identity, NoMatch
from ..sealing.errors import SealingError
from .folder import Sealed
from .lines import head
from .request import Request
from .sealed import open_hour

KIND: Final = "dengshao edge-log opening 1"


class CannotOpen(Exception):
    """A file is not what its name says, or a holder's key is missing."""


class BadRecord(Exception):
    """A record that was changed, or is none."""


@dataclass(frozen=True)
class Record:
    """What the audit log gets to know of an opening."""

    number: str
    hours: int
    lines: int
    sum: str


def hours_asked(files: Iterable[Sealed], request: Request) -> list[Sealed]:
    return [sealed for sealed in files if request.covers_hour(sealed.begins)]


def find_lines(
    hours: Sequence[Sealed], request: Request, identities: Sequence[Identity]
) -> list[str]:
    """Open the hours that are asked for, and give the lines that are. Raises `CannotOpen`."""
    return [
        line.decode("ascii")
        for sealed in hours
        for line in _lines(sealed, identities)
        if request.covers(line)
    ]


def record_text(
    request: Request, hours: Sequence[Sealed], found: int, opened: datetime
) -> tuple[str, Record]:
    """Write what was opened, for whom, and how much was found; the sum stands last."""
    number = f"{opened:%Y%m%d}-{secrets.token_hex(4)}"
    told: dict[str, Any] = {
        "kind": KIND,
        "number": number,
        "opened": f"{opened:%Y-%m-%d %H:%M}",
        "organ": request.organ,
        "document": request.document,
        "article": request.article,
        "from": f"{request.begins:%Y-%m-%d %H:%M}",
        "to": f"{request.ends:%Y-%m-%d %H:%M}",
        "by_address": request.address is not None,
        "approved_by": request.approved_by,
        "second": request.second,
        "files": {sealed.path.name: _sum(sealed.path.read_bytes()) for sealed in hours},
        "hours": len({sealed.begins for sealed in hours}),
        "lines": found,
    }
    told["sum"] = _sum_of(told)
    text = json.dumps(told, ensure_ascii=False, indent=1) + "\n"
    return text, Record(number, told["hours"], found, told["sum"])


def read_record(text: str) -> Record:
    """Read a record that was brought back. Raises `BadRecord` where its sum does not fit."""
    try:
        told = json.loads(text)
        said = told.pop("sum")
        is_whole = told["kind"] == KIND and said == _sum_of(told)
        record = Record(str(told["number"]), int(told["hours"]), int(told["lines"]), str(said))
    except (ValueError, KeyError, TypeError, AttributeError):
        raise BadRecord from None
    if not is_whole:
        raise BadRecord
    return record


def _lines(sealed: Sealed, identities: Sequence[Identity]) -> list[bytes]:
    name = sealed.path.name
    try:
        first, *lines = open_hour(sealed.path.read_bytes(), identities)
    except NoMatch:
        raise CannotOpen(f"{name}：少了持有人的私钥，打不开。") from None
    except SealingError:
        raise CannotOpen(f"{name}：被改过，或者磁盘坏了，打不开。") from None
    if first != head(sealed.begins, sealed.part).strip():
        raise CannotOpen(f"{name}：里面不是这个小时，文件名被改过。")
    return lines


def _sum_of(told: dict[str, Any]) -> str:
    return _sum(json.dumps(told, ensure_ascii=False, sort_keys=True).encode())


def _sum(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
