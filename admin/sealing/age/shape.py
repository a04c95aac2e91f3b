"""The shape of a small age file, read without a key: for how many hybrid recipients, how long.

The headers that we write have one length for each number of recipients, so one pattern tells all;
reading them stanza by stanza costs as much as storing the file.
"""

import re
from functools import lru_cache

from ..errors import SealingError
from .header import VERSION_LINE
from .hybrid import STANZA
from .stream import CHUNK, TAG

_NONCE = 16
# Of 1,120 and of 32 bytes in base64 without padding: only some characters can stand last.
_STANZA = (
    rb"-> %b [A-Za-z0-9+/]{1493}[AQgw]\n[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]\n" % STANZA.encode()
)
_MAC = rb"--- [A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]\n"


class WrongShape(SealingError):
    """Not a file for so many hybrid recipients, or not one chunk that was written to its end."""


def clear_size(sealed: bytes, *, recipients: int) -> int:
    """Tell how many bytes are sealed in a file of one chunk. Raises `WrongShape`."""
    header = _header(recipients).match(sealed)
    if header is None:
        raise WrongShape("no header for these recipients")
    size = len(sealed) - header.end() - _NONCE - TAG
    if not 0 <= size <= CHUNK:
        raise WrongShape("not one whole chunk")
    return size


@lru_cache(maxsize=8)
def _header(recipients: int) -> re.Pattern[bytes]:
    return re.compile(re.escape(VERSION_LINE) + b"(?:%b){%d}" % (_STANZA, recipients) + _MAC)
