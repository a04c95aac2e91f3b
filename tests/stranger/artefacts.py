"""The artefacts that a stranger gets on a stick, signed with a key that was made for this walk."""

import functools
import os
import platform
import subprocess
import sys

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from admin.config import ROOT
from admin.release.layout import artefact_name
from admin.release.running import project_version
from tests.stranger.machine import FOLDER

STICK = "/media/stick"
REUSED = "STRANGER_REUSED"
"""Set while a step is written: the artefacts of the run before are taken again."""
NEXT = "99.0.0"
"""What the version after this one is called, for the upgrade."""


@functools.cache
def release(version=None):
    """Make this checkout's artefacts for this kind of machine; give their folder and their name."""
    version = version or project_version()
    folder = FOLDER / f"stick-{version}"
    name = artefact_name(version, platform.machine())
    if REUSED in os.environ and (folder / name.replace(".tar.zst", ".deb")).exists():
        return folder, name
    command = [sys.executable, "-m", "admin.release.making", "--may-differ", "--out", str(folder)]
    command += ["--arch", platform.machine(), "--as-version", version, "--key", str(_key())]
    subprocess.run([*command, "--package", "deb"], cwd=ROOT, check=True)
    return folder, name


def _key():
    path = FOLDER / "key.pem"
    if not path.exists():
        FOLDER.mkdir(parents=True, exist_ok=True)
        key = Ed25519PrivateKey.generate()
        path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return path


def onto(machine, folder, place=STICK):
    """Put a folder of artefacts onto the machine, as a stick would; it is not copied."""
    target = machine.root / place.lstrip("/")
    target.mkdir(parents=True, exist_ok=True)
    for path in folder.iterdir():
        if path.is_file():
            (target / path.name).unlink(missing_ok=True)
            (target / path.name).hardlink_to(path)
