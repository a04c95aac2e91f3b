"""The receipt: 30 random digits, shown as 36, from which the reporter's keys are derived.

A receipt is a key and not a password: it is strong by its length, so nothing here is slow.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from functools import cached_property

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF, HKDFExpand

from admin.sealing.errors import SealingError

from .age.hybrid import HybridIdentity

DIGITS = 30
GROUPS = 6
GROUP = 6
LENGTH = GROUPS * GROUP
_SALT = b"dengshao receipt v1 "
_SHA256 = SHA256()
# Damm's quasigroup of order 10. It has zeros on its diagonal, so a check digit brings the state
# back to 0, and it is totally anti-symmetric, so swapped neighbours never do.
_DAMM = (
    "0317598642",
    "7092154863",
    "4206871359",
    "1750983426",
    "6123045978",
    "3674209581",
    "5869720134",
    "8945362017",
    "9438617205",
    "2581436790",
)
_COLUMNS = ["".join(column) for column in zip(*_DAMM, strict=True)]
# A group's check starts from the place where it stands, so that two that were exchanged are both
# wrong, and say so. Receipts made before decision 78 start each group from 0, and stay good.
_PLACES = list(range(GROUPS))
_ONCE = [0] * GROUPS
_FULL_WIDTH = str.maketrans("０１２３４５６７８９", "0123456789")


class ReceiptError(SealingError):
    """What was typed is not a receipt."""


class WrongLength(ReceiptError):
    """There are not 36 digits."""

    def __init__(self, found: int) -> None:
        super().__init__(f"{found} digits instead of {LENGTH}")
        self.found = found


class WrongGroup(ReceiptError):
    """The check digits of these groups, counted from 1, do not agree.

    `is_order`: each is right in itself and stands where another belongs.
    """

    def __init__(self, groups: list[int], *, is_order: bool = False) -> None:
        super().__init__(f"wrong groups: {groups}")
        self.groups = groups
        self.is_order = is_order


@dataclass(frozen=True)
class ReceiptKeys:
    """What a receipt opens: a row, the staff's answers, and the proof that words are its own."""

    lookup: bytes
    seed: bytes = field(repr=False)
    talk: bytes = field(repr=False)

    @cached_property
    def identity(self) -> HybridIdentity:
        """Make the reporter's key pair, only when asked: it costs more than all the rest."""
        return HybridIdentity(self.seed)


def new_digits() -> str:
    return _as_digits(secrets.randbelow(10**DIGITS))


def digits_from(key: bytes, nonce: bytes) -> str:
    """Return the digits that belong to one form, for reporters without scripts.

    2^256 is no multiple of 10^30; the bias is below 2^-156.
    """
    return _as_digits(int.from_bytes(hmac.digest(key, nonce, hashlib.sha256)) % 10**DIGITS)


def with_checks(digits: str) -> str:
    """Return the 36 digits of a receipt."""
    if len(digits) != DIGITS or not (digits.isascii() and digits.isdecimal()):
        raise WrongLength(len(digits))
    groups = _groups(digits, GROUP - 1)
    return "".join(group + _state_after(group, at) for at, group in enumerate(groups))


def grouped(receipt: str, separator: str = " ") -> str:
    """Return a receipt of 36 digits as it is shown: six groups of six."""
    return separator.join(_groups(receipt, GROUP))


def check(text: str) -> str:
    """Return the 30 digits of a receipt typed with any separators, in full width too.

    Raises WrongLength or WrongGroup, which say what to look at again.
    """
    digits = "".join(c for c in text.translate(_FULL_WIDTH) if c in "0123456789")
    if len(digits) != LENGTH:
        raise WrongLength(len(digits))
    groups = _groups(digits, GROUP)
    _refuse_wrong([_place(group) for group in groups])
    return "".join(group[:-1] for group in groups)


def derive(digits: str, site_id: str) -> ReceiptKeys:
    """Derive the keys of a receipt's 30 digits; those of another site differ."""
    prk = HKDF.extract(_SHA256, _SALT + site_id.encode("ascii"), digits.encode("ascii"))
    return ReceiptKeys(
        lookup=_expand(prk, b"lookup", 16),
        seed=_expand(prk, b"identity", 32),
        talk=_expand(prk, b"talk", 32),
    )


def _expand(prk: bytes, info: bytes, length: int) -> bytes:
    return HKDFExpand(_SHA256, length, info).derive(prk)


def _as_digits(number: int) -> str:
    return f"{number:0{DIGITS}d}"


def _groups(digits: str, size: int) -> list[str]:
    return [digits[i : i + size] for i in range(0, len(digits), size)]


def _refuse_wrong(places: list[int]) -> None:
    """Compare where the groups say that they belong with where they stand.

    Of the two ways a receipt may be made the one that fits better is the one that was meant.
    """
    is_order = sorted(places) == _PLACES
    faults = [
        [number for number, (found, right) in enumerate(pairs, 1) if found != right]
        for pairs in (list(zip(places, way, strict=True)) for way in (_PLACES, _ONCE))
    ]
    if wrong := faults[0] if is_order else min(faults, key=len):
        raise WrongGroup(wrong, is_order=is_order)


def _place(group: str) -> int:
    """Walk back from 0 to the state where a group starts: there is one; a wrong digit moves it."""
    state = "0"
    for digit in reversed(group):
        state = str(_COLUMNS[int(digit)].index(state))
    return int(state)


def _state_after(digits: str, start: int) -> str:
    state = str(start)
    for digit in digits:
        state = _DAMM[int(state)][int(digit)]
    return state
