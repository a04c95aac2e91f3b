"""What a command meets where a release is installed: its settings, its user, its secret.

Whoever types `dengshao doctor` there, as root or as the service's own user, means the installation
and not a development on the side. The file of settings is what systemd reads as EnvironmentFile.
"""

import os
import pwd
import re
import subprocess
import sys
from collections.abc import Mapping, MutableMapping
from pathlib import Path
from typing import Final

_ROOT: Final = Path(__file__).resolve().parents[2]
ETC: Final = Path("/etc/dengshao")
SETTINGS: Final = ETC / "dengshao.env"
SEALED_SECRET: Final = ETC / "secret.cred"
"""The secret as systemd-creds sealed it to this machine; the service gets it opened."""
SECRET: Final = "DENGSHAO_SECRET_FILE"  # noqa: S105 (a name)
CREDENTIAL: Final = "secret"
_LINE: Final = re.compile(r"([A-Z][A-Z0-9_]*)=(.*)")
_PLAIN: Final = re.compile(r"[A-Za-z0-9_./:@,+%=-]*")
_ESCAPED: Final = re.compile(r'\\(["\\$`])')


class SettingsUnread(Exception):
    """The settings of the installation can't be had; the message is for the operator."""


def is_release(root: Path = _ROOT) -> bool:
    """Tell whether this program was unpacked from a release: …/versions/VERSION/app."""
    return (root.parent / "RELEASE.json").exists()


def own_command(root: Path = _ROOT) -> Path:
    """Name the `dengshao` of this very program."""
    if is_release(root):
        return root.parent / "bin" / "dengshao"
    return Path(sys.executable).with_name("dengshao")


def take_settings(environ: MutableMapping[str, str], path: Path = SETTINGS) -> None:
    """Lay the installation's settings beneath the environment: what stands there already counts.

    All of them, AWS_* too: the sealed files' store reads those by itself. Raises `SettingsUnread`.
    """
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        return
    except (OSError, UnicodeDecodeError):
        if any(name.startswith("DENGSHAO_") for name in environ):
            # A service with settings and a user of its own, as the edge's log has.
            return
        raise SettingsUnread(f"读不了 {path}。请用 root 或者 dengshao 这个用户来运行。") from None
    for name, value in read_settings(text).items():
        environ.setdefault(name, value)
    if SECRET not in environ and SEALED_SECRET.exists() and os.geteuid() == 0:
        environ[SECRET] = _opened_secret(SEALED_SECRET)


def read_settings(text: str) -> dict[str, str]:
    """Read lines of NAME=value as systemd does, as far as `written` writes them."""
    found = (_LINE.fullmatch(line.strip()) for line in text.splitlines())
    return {match[1]: _unquoted(match[2]) for match in found if match}


def _unquoted(value: str) -> str:
    if len(value) > 1 and value[0] == value[-1] == '"':
        return _ESCAPED.sub(r"\1", value[1:-1])
    return value


def written(settings: Mapping[str, str]) -> str:
    """Write settings as lines that systemd reads back as they are."""
    return "".join(f"{name}={_quoted(value)}\n" for name, value in settings.items())


def _quoted(value: str) -> str:
    if _PLAIN.fullmatch(value):
        return value
    escaped = re.sub(r'(["\\$`])', r"\\\1", value)
    return f'"{escaped}"'


def _opened_secret(path: Path) -> str:
    """Let systemd open the secret, and hold it in memory alone, under a name of this process."""
    command = ["systemd-creds", "decrypt", f"--name={CREDENTIAL}", str(path), "-"]
    try:
        done = subprocess.run(command, capture_output=True, check=True)  # noqa: S603
    except (OSError, subprocess.CalledProcessError):
        raise SettingsUnread(f"systemd-creds 打不开 {path}：是不是换了机器或者主板？") from None
    held = os.memfd_create("dengshao-secret")
    os.fchmod(held, 0o600)
    os.write(held, done.stdout)
    os.set_inheritable(held, True)
    return f"/proc/self/fd/{held}"


def become_owner(data: Path) -> None:
    """Go on as the user whose the data folder is, where root runs this.

    What root wrote there the service could not read. PostgreSQL knows that user, too.
    """
    if os.geteuid() or not data.exists() or not (owner := data.stat().st_uid):
        return
    user = pwd.getpwuid(owner)
    _hand_over_secret(owner, user.pw_gid)
    os.initgroups(user.pw_name, user.pw_gid)
    os.setgid(user.pw_gid)
    os.setuid(owner)
    # libpq looks there for certificates, and stumbles over a folder that it may not enter.
    os.environ["HOME"] = user.pw_dir


def _hand_over_secret(owner: int, group: int) -> None:
    """Give the secret that was opened in memory to the user who goes on."""
    named = os.environ.get(SECRET, "")
    if named.startswith("/proc/self/fd/"):
        os.fchown(int(named.rpartition("/")[2]), owner, group)
