"""What staff hold: the member code, the secret for signing in, a unit's fingerprint and roster.

`admin/browser/shared/sealing/member.js` does the same in the browser;
tests/admin/sealing/vectors.json holds both to the same values.
"""

import hashlib
import hmac
import re
import secrets
import unicodedata
from collections.abc import Iterable

from admin.sealing.errors import SealingError
from admin.sealing.payload import CROCKFORD

from .age.passphrase import stretch
from .age.wrap import hkdf

CODE_LENGTH = 26
_CODE_BYTES = 16
_CODE_ALPHABET = CROCKFORD.lower()
_MISREAD = str.maketrans("oil", "011")
_NOT_CODE = re.compile("[^0-9a-z]")
# Named one by one: Python's strip() and JavaScript's trim() disagree on what a space is.
_SPACES = " \t\n\v\f\r"
SALT = 16
_SIGN_IN_LOG_N = 17


class BadCode(SealingError):
    """What was typed is not a member code."""


def new_code() -> str:
    """Return a member code as it is used in keys: 26 characters, 128 random bits."""
    return encode_code(secrets.token_bytes(_CODE_BYTES))


def encode_code(data: bytes) -> str:
    number = int.from_bytes(data)
    return "".join(_CODE_ALPHABET[number >> 5 * i & 31] for i in reversed(range(CODE_LENGTH)))


def grouped_code(code: str) -> str:
    """Return a code as it is printed: four groups of five and one of six."""
    return "-".join([*(code[i : i + 5] for i in range(0, 20, 5)), code[20:]])


def normalise_code(text: str) -> str:
    """Return a code as it is used in keys, from however it was typed, or raise BadCode."""
    code = _NOT_CODE.sub("", unicodedata.normalize("NFKC", text).lower()).translate(_MISREAD)
    if len(code) != CODE_LENGTH or set(code) - set(_CODE_ALPHABET):
        raise BadCode("not a member code")
    # 26 characters hold 130 bits; the first two are always 0.
    if code[0] > "7":
        raise BadCode("not a member code")
    return code


def normalise_passphrase(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip(_SPACES)


def sealing_passphrase(passphrase: str, code: str) -> str:
    """Return the passphrase of the age file that holds the member's identity."""
    return f"{normalise_passphrase(passphrase)}-{normalise_code(code)}"


def sign_in_secret(passphrase: str, code: str, salt: bytes) -> bytes:
    """Return what the browser posts, as hexadecimal, to sign in. Slow (half a second) by design."""
    if len(salt) != SALT:
        raise ValueError("the salt of a sign-in is 16 bytes")
    stretched = stretch(sealing_passphrase(passphrase, code), salt, log_n=_SIGN_IN_LOG_N)
    return hkdf(stretched, info=b"dengshao sign-in v1")


def stored_secret(secret: bytes) -> str:
    """Return what the server keeps of a sign-in secret."""
    return hashlib.sha256(secret).hexdigest()


def fingerprint(unit_id: str, recipient: str, recovery: str) -> str:
    """Return what is published of a unit's keys: 32 hexadecimal digits in eight groups."""
    text = f"dengshao unit v1\n{unit_id}\n{recipient}\n{recovery}"
    digits = hashlib.sha256(text.encode("ascii")).hexdigest()[:32]
    return " ".join(digits[i : i + 4] for i in range(0, 32, 4))


def successor_mac(seed: bytes, unit_id: str, recipient: str, recovery: str) -> str:
    """Return the MAC by which who holds a unit's key vouches for the key that comes in its place.

    The seed is that of the old key, or of its recovery sheet.
    """
    text = f"{unit_id}\n{recipient}\n{recovery}"
    return hmac.digest(hkdf(seed, info=b"successor"), text.encode("ascii"), "sha256").hex()


def roster_mac(unit_seed: bytes, members: Iterable[tuple[str, str]]) -> str:
    """Return the MAC over a unit's members, pairs of name and recipient, in any order."""
    # By code points, which is the order of the bytes in UTF-8 too.
    lines = [f"{name}\t{recipient}\n" for name, recipient in sorted(members)]
    if any(line.count("\t") != 1 or line.count("\n") != 1 for line in lines):
        raise ValueError("a name or recipient holds a tab or a line feed")
    return hmac.digest(hkdf(unit_seed, info=b"roster"), "".join(lines).encode(), "sha256").hex()
