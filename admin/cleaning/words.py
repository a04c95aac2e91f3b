"""Why a file was not cleaned, as a code and as words for people."""

import enum
from dataclasses import dataclass
from typing import Final

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString


class Uncleanable(enum.StrEnum):
    """Why a file was not cleaned. Stored nowhere, shown to who sent the file."""

    NO_SANDBOX = "no_sandbox"
    NO_TOOL = "no_tool"
    UNKNOWN_KIND = "unknown_kind"
    BROKEN = "broken"
    TOO_LARGE = "too_large"
    TOOK_TOO_LONG = "took_too_long"
    ENCRYPTED = "encrypted"


REASON_WORDS: Final[dict[Uncleanable, LazyString]] = {
    Uncleanable.NO_SANDBOX: _l("这台服务器上没有清理文件的条件"),
    Uncleanable.NO_TOOL: _l("这台服务器上没有清理这种文件的工具"),
    Uncleanable.UNKNOWN_KIND: _l("这种文件我们不会清理"),
    Uncleanable.BROKEN: _l("文件不完整，或者已经损坏"),
    Uncleanable.TOO_LARGE: _l("展开以后太大"),
    Uncleanable.TOOK_TOO_LONG: _l("清理花的时间太长"),
    Uncleanable.ENCRYPTED: _l("文件设了打开密码"),
}


class NotCleaned(Exception):
    """The file stays as it came. Its text is the reason alone: no name, no word of the file."""

    def __init__(self, reason: Uncleanable) -> None:
        super().__init__(reason.value)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A file drawn or written anew: its bytes, its media type, a name that tells nothing."""

    data: bytes
    type: str
    name: str
