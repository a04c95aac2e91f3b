"""The code by which a reporter collects a reward: two halves, made in two members' browsers.

Each half is sealed to the reporter alone, so no member knows a whole code, nor does this server.
The paying office's list holds a hash that only both halves together lead to. A half has 80 random
bits: who knows one of them, or the list, finds the other by no search. So no hash need be slow.
`admin/browser/shared/reward.js` does the same where the halves are made and typed.
"""

import base64
import hashlib
import re
import secrets
from typing import Final

from . import age
from .age import Identity
from .errors import SealingError
from .payload import CROCKFORD

HALF: Final = 16
"""Characters of a half: 80 bits."""
GROUP: Final = 4
MARK: Final = "reward-code:"
"""Begins the line of a letter that holds the two sealed halves."""
_LINE: Final = re.compile(rf"^{MARK}([A-Za-z0-9+/]+=*)\.([A-Za-z0-9+/]+=*)\Z", re.MULTILINE)
_HALF: Final = re.compile(f"[{CROCKFORD}]{{{HALF}}}")
_HALF_LABEL: Final = b"dengshao reward half v1\n"
_KEY_LABEL: Final = b"dengshao reward v1\n"
_ALIKE: Final = str.maketrans("OIL", "011")


class BadCode(SealingError):
    """What was opened or typed is no code of a reward."""


def new_half() -> str:
    """Return 16 random characters."""
    return "".join(secrets.choice(CROCKFORD) for _ in range(HALF))


def half_hash(half: str) -> bytes:
    """Return what the server knows a half by."""
    return hashlib.sha256(_HALF_LABEL + half.encode("ascii")).digest()


def key_of(first: bytes, second: bytes) -> bytes:
    """Return what stands in the list: of the hashes of both halves.

    Whoever gives one hash cannot choose the key: that takes a half with the other member's hash.
    """
    text = _KEY_LABEL + first.hex().encode("ascii") + b"\n" + second.hex().encode("ascii")
    return hashlib.sha256(text).digest()


def key_of_code(typed: str) -> bytes:
    """Return what a typed code stands under in the list. Raises `BadCode`."""
    code = "".join(typed.upper().translate(_ALIKE).split()).replace("-", "")
    first, second = code[:HALF], code[HALF:]
    if not (_HALF.fullmatch(first) and _HALF.fullmatch(second)):
        raise BadCode("not 32 characters of a code")
    return key_of(half_hash(first), half_hash(second))


def grouped(code: str) -> str:
    """Return a code as it is shown: in groups of four."""
    return " ".join(code[at : at + GROUP] for at in range(0, len(code), GROUP))


def code_line(first: bytes, second: bytes) -> str:
    """Return the line of a letter that holds two sealed halves."""
    return MARK + ".".join(base64.b64encode(half).decode("ascii") for half in (first, second))


def reveal(body: str, identity: Identity) -> str:
    """Put the code into a letter that holds one; any other letter stays as it is.

    Raises `BadCode`, or what opening raises, where the halves do not open.
    """
    found = _LINE.search(body)
    if found is None:
        return body
    code = "".join(_open(sealed, identity) for sealed in found.groups())
    return body[: found.start()] + grouped(code) + body[found.end() :]


def _open(sealed: str, identity: Identity) -> str:
    try:
        half = age.open_sealed(base64.b64decode(sealed, validate=True), [identity]).decode("ascii")
    except ValueError as error:
        raise BadCode("not a sealed half") from error
    if not _HALF.fullmatch(half):
        raise BadCode("not a half of a code")
    return half
