"""The 核对码 of a key: six groups of four digits, which one person reads out and another types.

It stands for a fingerprint of 128 bits wherever people compare, and says as much as 79.7 of them.
Whoever looks for another key with the same code pays 16 MiB and 2^14 rounds of scrypt for each
try (decision 67). The twin is admin/browser/signin/members/check_code.js.
"""

import unicodedata
from functools import lru_cache
from typing import Final

from .age.passphrase import stretch

GROUPS: Final = 6
DIGITS: Final = 4 * GROUPS
_LABEL: Final = b"dengshao check code v1"
_LOG_N: Final = 14


@lru_cache(maxsize=256)
def check_code(fingerprint: str) -> str:
    """Return the 核对码 of a unit's or a member's fingerprint. Slow: a twentieth of a second."""
    stretched = stretch(fingerprint, _LABEL, log_n=_LOG_N)
    digits = f"{int.from_bytes(stretched) % 10**DIGITS:0{DIGITS}d}"
    return " ".join(digits[i : i + 4] for i in range(0, DIGITS, 4))


def plain_code(typed: str) -> str:
    """Return the digits alone of what was typed, in any grouping and width."""
    text = unicodedata.normalize("NFKC", typed)
    return "".join(c for c in text if c in "0123456789")


def is_code_of(typed: str, fingerprint: str) -> bool:
    """Tell whether this is the 核对码 of that fingerprint."""
    return plain_code(typed) == plain_code(check_code(fingerprint))
