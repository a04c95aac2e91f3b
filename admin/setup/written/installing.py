"""Writes an installation: everything that follows from the answers, by the one writer."""

import datetime
import re
import shutil
import subprocess
from pathlib import Path
from typing import Final

import click

from ...config import ROOT
from ...settings.file_limits import PLAIN_MB, front_mb
from ...settings.installed import SETTINGS, read_settings
from ..asked.answers import Answers, said
from .certificates import self_signed
from .container import is_served_by_one, put_container
from .district import FILES
from .rendering import (
    BACKUPS,
    CONTENT,
    DATA,
    SITE,
    TLS,
    drop_in,
    further_folders,
    merged,
    proxy_of,
    settings_of,
)
from .secret import make_secret
from .writing import Writer

UNITS: Final = "/etc/systemd/system"
PACKAGED: Final = ("/usr/lib/systemd/system", "/lib/systemd/system")
PROXY: Final = "/etc/nginx/nginx.conf"
PROXY_USERS: Final = ("www-data", "nginx")
_DROP_IN: Final = "setup.conf"
_KINDS: Final = (".service", ".timer", ".socket")


def install(writer: Writer, answers: Answers, *, day: str) -> bool:
    """Write all of it; tell whether the secret is sealed to the machine."""
    for place, mode in ((DATA, 0o700), (BACKUPS, 0o700), ("/srv/dengshao", 0o755)):
        writer.folder(place, mode, is_users=True)
    for place in further_folders(answers):
        writer.folder(place, 0o700, is_users=True)
    is_sealed = make_secret(writer)
    _put_content(writer, answers, day)
    _put_certificates(writer, answers)
    settings = settings_of(answers, is_sealed=is_sealed)
    writer.put(SETTINGS, merged(writer.read(SETTINGS), settings), 0o640, owner="group")
    _put_proxy(writer, answers)
    _put_units(writer, answers, is_sealed=is_sealed)
    return is_sealed


def _put_content(writer: Writer, answers: Answers, day: str) -> None:
    """Give the district its words and data, and fill in what was answered.

    The schemas are the program's, not the editor's: they follow the version, and so do data files
    that an older version did not have.
    """
    writer.copy_absent(ROOT / "content", CONTENT)
    writer.folder(SITE, is_users=True)
    come = ROOT / "content" / "data"
    for path in sorted(come.rglob("*")):
        place = f"{CONTENT}/data/{path.relative_to(come)}"
        if path.is_file() and (path.suffix == ".json" or not writer.at(place).exists()):
            writer.put(place, path.read_bytes(), owner="user")
    for name, change in FILES.items():
        place = f"{CONTENT}/data/{name}.yml"
        if text := writer.read(place):
            writer.put(place, change(text, answers, day), owner="user")


def _put_certificates(writer: Writer, answers: Answers) -> None:
    """Make those that sign themselves, where that was answered and there is none yet."""
    which = {"self": ("public", "desk"), "desk_self": ("desk",)}
    for name in which.get(said(answers, "certificate.way"), ()):
        host = said(answers, f"hosts.{name}")
        if not writer.at(f"{TLS}/{host}.pem").exists():
            pem, key = self_signed([host], now=datetime.datetime.now(datetime.UTC))
            writer.put(f"{TLS}/{host}.key", key, 0o600)
            writer.put(f"{TLS}/{host}.pem", pem)
            click.echo(f"{host} 用自签的证书，浏览器会警告，要一台一台信任它。")


def _put_proxy(writer: Writer, answers: Answers) -> None:
    example = (_deploy() / "nginx.conf").read_text("utf-8")
    # As the app itself reads it, which refuses what is no number.
    told = read_settings(writer.read(SETTINGS)).get("DENGSHAO_PLAIN_MB", "")
    body_mb = front_mb(int(told) if told.isdecimal() else PLAIN_MB)
    user, version = _proxy_user(writer), nginx_version()
    writer.put(PROXY, proxy_of(example, answers, user=user, body_mb=body_mb, version=version))


def nginx_version() -> tuple[int, ...] | None:
    """Ask the nginx of this machine how new it is."""
    program = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/sbin:/sbin")
    if program is None:
        return None
    said = subprocess.run([program, "-v"], capture_output=True, text=True, check=False).stderr  # noqa: S603
    found = re.search(r"/(\d+)\.(\d+)\.(\d+)", said)
    return tuple(int(part) for part in found.groups()) if found else None


def _proxy_user(writer: Writer) -> str:
    """Find under which name nginx runs: Debian's, else Red Hat's and openEuler's."""
    names = {line.partition(":")[0] for line in writer.read("/etc/passwd").splitlines()}
    return next((name for name in PROXY_USERS if name in names), PROXY_USERS[0])


def _put_units(writer: Writer, answers: Answers, *, is_sealed: bool) -> None:
    """Put the units where no package brought them, and beside them what is this machine's own.

    Where a container serves, others: a unit of its name would stand before what Podman makes of it.
    """
    if is_served_by_one(writer):
        folders = further_folders(answers)
        put_container(writer, units=UNITS, proxy_user=_proxy_user(writer), folders=folders)
        return
    for path in _units():
        if not any(writer.at(f"{folder}/{path.name}").exists() for folder in PACKAGED):
            text = path.read_text("utf-8")
            group = f"SocketGroup={_proxy_user(writer)}"
            writer.put(f"{UNITS}/{path.name}", text.replace("SocketGroup=www-data", group))
    folders = further_folders(answers)
    for path in _services():
        place = f"{UNITS}/{path.name}.d/{_DROP_IN}"
        if text := drop_in(is_sealed=is_sealed, folders=folders):
            writer.put(place, text)
        else:
            writer.take_away(place)


def _deploy() -> Path:
    return ROOT / "admin" / "deploy"


def _units() -> list[Path]:
    return sorted(path for end in _KINDS for path in _deploy().glob(f"*{end}"))


def _services() -> list[Path]:
    """List the services that open the store: those that run as its user."""
    return [
        path
        for path in sorted(_deploy().glob("*.service"))
        if "EnvironmentFile=/etc/dengshao/dengshao.env" in path.read_text("utf-8")
    ]
