"""A holder's key: made at their own machine, and kept under a passphrase of theirs.

The file is what the standard `age` takes by `-i`: an identity, sealed by a passphrase.
"""

import os
from pathlib import Path

from ..sealing.age import (
    BadKey,
    HybridIdentity,
    Identity,
    PassphraseIdentity,
    open_sealed,
    parse_identity,
    seal_with_passphrase,
)


def make_key(path: Path, passphrase: str) -> str:
    """Write a new key to a file that is not there yet; return its public half."""
    identity = HybridIdentity.generate()
    data = seal_with_passphrase(f"{identity}\n".encode(), passphrase)
    opened = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(opened, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    return str(identity.recipient)


def read_key(data: bytes, passphrase: str) -> Identity:
    """Open a holder's key. Raises a `SealingError`: of the passphrase, or of the file."""
    text = open_sealed(data, [PassphraseIdentity(passphrase)]).decode("ascii", "replace")
    lines = [line.strip() for line in text.splitlines()]
    keys = [line for line in lines if line and not line.startswith("#")]
    if len(keys) != 1:
        raise BadKey("not one identity")
    return parse_identity(keys[0])
