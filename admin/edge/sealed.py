"""An hour's lines, filled up to one of a few sizes and sealed: by one holder's key or by two.

By two it is an age file inside an age file: the first holder's within, the second's around it. Each
made their key by themselves, so that nobody, at no moment, has had both; and the standard `age`
opens one after the other. (Two shares whose sum is the text would have needed a program of ours to
put them together, and twice the room.)
"""

from collections.abc import Sequence
from typing import Final

from ..sealing.age import Identity, NoMatch, Recipient, open_sealed, seal

SMALLEST: Final = 16 * 1024
"""Some 450 lines: most hours of a county look alike. Beyond, each size is twice the one before."""
_FILL: Final = b" "


def padded(text: bytes) -> bytes:
    size = SMALLEST
    while size < len(text) + 1:
        size *= 2
    return text + _FILL * (size - len(text) - 1) + b"\n"


def seal_hour(text: bytes, recipients: Sequence[Recipient]) -> bytes:
    """Seal to all of the recipients together: none of them opens it alone."""
    data = padded(text)
    for recipient in recipients:
        data = seal(data, [recipient])
    return data


def open_hour(data: bytes, identities: Sequence[Identity]) -> list[bytes]:
    """Return the lines, the head first. Raises `NoMatch` where one that is needed is missing."""
    left = list(identities)
    while data.startswith(b"age-encryption.org/"):
        data = _peeled(data, left)
    return [line for line in data.splitlines() if line.strip()]


def _peeled(data: bytes, left: list[Identity]) -> bytes:
    for identity in left:
        try:
            return open_sealed(data, [identity])
        except NoMatch:
            continue
    raise NoMatch("a holder's key is missing")
