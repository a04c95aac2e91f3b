"""Which log a configuration of nginx writes: read from its text, as `nginx -T` prints it. Pure."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

FORMAT: Final = "$remote_addr $remote_port"
_COMMENT: Final = re.compile(r"(?m)(?:^|(?<=\s))#.*$")
_ACCESS: Final = re.compile(r"(?<![\w_])access_log\s+([^;]+);")
_FORMATS: Final = re.compile(r"(?<![\w_])log_format\s+(\w+)\s+((?:[^;'\"]|'[^']*'|\"[^\"]*\")+);")
_QUOTED: Final = re.compile(r"'([^']*)'|\"([^\"]*)\"")
_ONCE: Final = re.compile(r"map\s+\$connection_requests\s+\$(\w+)\s*\{([^}]*)\}")


class Shown(StrEnum):
    """What nginx does with the log of requests."""

    SEALED = "sealed"
    """Each line goes to the edge's socket, with address and port alone, once a connection."""
    NONE = "none"
    """It writes none: nobody logs, or somebody before it does."""
    CLEAR = "clear"
    """It writes what the edge does not seal: to a file, or more than is needed."""


@dataclass(frozen=True)
class Seen:
    shown: Shown
    line: str = ""
    """The directive that makes it `CLEAR`; empty where none stands, and nginx's own holds."""


def shown_profile(text: str) -> Seen:
    """Read which log nginx writes. One directive in a server block overrides all above it."""
    bare = _COMMENT.sub("", text)
    found = [" ".join(match.split()) for match in _ACCESS.findall(bare)]
    if not found:
        # Without a directive nginx writes its own format, "combined", to a file.
        return Seen(Shown.CLEAR)
    wanted = [line for line in found if line != "off"]
    for line in wanted:
        if not _is_ours(line, bare):
            return Seen(Shown.CLEAR, f"access_log {line}")
    return Seen(Shown.SEALED if wanted else Shown.NONE)


def _is_ours(line: str, text: str) -> bool:
    parts = line.split()
    formats = {name: _plain(words) for name, words in _FORMATS.findall(text)}
    once = {name for name, body in _ONCE.findall(text) if _is_first_alone(body)}
    condition = parts[2].removeprefix("if=$") if len(parts) == 3 else ""
    return (
        parts[0].startswith("syslog:server=unix:")
        and len(parts) == 3
        and formats.get(parts[1]) == FORMAT
        and condition in once
    )


def _plain(words: str) -> str:
    """Join the quoted pieces of a format, as nginx does; one without quotes is none of ours."""
    return "".join(single or double for single, double in _QUOTED.findall(words))


def _is_first_alone(body: str) -> bool:
    pairs = dict(part.split(None, 1) for part in body.split(";") if len(part.split()) == 2)
    pairs = {key.strip(): value.strip(" \n\"'") for key, value in pairs.items()}
    return {key for key, value in pairs.items() if value not in ("", "0")} == {"1"}
