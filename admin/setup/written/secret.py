"""The secret of the server, made once: sealed to a TPM where there is one, else a file.

Not tested on a machine with a TPM: there is none here. What systemd-creds seals without one is.
"""

import secrets
import shutil
import subprocess
from typing import Final

from ...settings.installed import CREDENTIAL, SEALED_SECRET
from .rendering import SECRET_FILE
from .writing import Writer

_CREDS: Final = "systemd-creds"


class NotSealed(Exception):
    """systemd-creds could not seal the secret."""


def make_secret(writer: Writer, *, with_key: str | None = None) -> bool:
    """Make the secret where there is none yet; tell whether it is a sealed one.

    `with_key` is what systemd-creds seals by, where somebody wants another than the TPM.
    """
    if writer.at(SEALED_SECRET).exists():
        return True
    if writer.at(SECRET_FILE).exists():
        writer.put(SECRET_FILE, writer.read(SECRET_FILE), 0o600, owner="user")
        return False
    made = f"{secrets.token_hex(32)}\n"
    key = with_key or ("host+tpm2" if has_tpm() else "")
    if key:
        writer.put(SEALED_SECRET, _sealed(made, key), 0o600)
        return True
    writer.put(SECRET_FILE, made, 0o600, owner="user")
    return False


def has_tpm() -> bool:
    """Tell whether systemd could seal to a TPM 2.0 of this machine."""
    if shutil.which(_CREDS) is None:
        return False
    done = subprocess.run([_CREDS, "has-tpm2", "--quiet"], capture_output=True, check=False)  # noqa: S603
    return done.returncode == 0


def _sealed(secret: str, key: str) -> bytes:
    command = [_CREDS, "encrypt", f"--name={CREDENTIAL}", f"--with-key={key}", "-", "-"]
    done = subprocess.run(command, input=secret.encode(), capture_output=True, check=False)  # noqa: S603
    if done.returncode:
        raise NotSealed(done.stderr.decode(errors="replace").strip()[-300:])
    return done.stdout
