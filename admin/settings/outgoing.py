"""What goes out of this server, and which authority vouches for those who take it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from cryptography import x509

from .faults import ConfigError

DAY_MINUTES: Final = 24 * 60
_LEAST_MINUTES: Final = 15


class PingKind(StrEnum):
    """Whose robot takes the ping, and so how it is signed."""

    WECOM = "wecom"
    """企业微信群机器人: the key in its address is all."""
    DINGTALK = "dingtalk"
    """钉钉自定义机器人: each message is signed by the secret of 加签."""


_HOSTS: Final = {
    "qyapi.weixin.qq.com": PingKind.WECOM,
    "oapi.dingtalk.com": PingKind.DINGTALK,
}


@dataclass(frozen=True)
class Ping:
    """The robot of a chat group that is told at equal times to look at the desk."""

    kind: PingKind
    url: str = field(repr=False)
    """Whoever has it can write to the group: it is a secret."""
    secret: str = field(repr=False)
    minutes: int
    """Between two pings; a day is a multiple of it, so that each day has the same hours."""
    ca: Path | None


def read_ca(values: Mapping[str, str], name: str) -> Path | None:
    """Read which file of certificates vouches for a server instead of the system's."""
    if not values.get(name):
        return None
    path = Path(values[name]).resolve()
    try:
        text = path.read_bytes()
    except OSError:
        raise ConfigError(f"{name}: cannot read {path}: name a PEM file for this user.") from None
    if b"PRIVATE KEY" in text:
        raise ConfigError(f"{name}: {path} holds a private key: it belongs on no server of ours.")
    try:
        x509.load_pem_x509_certificates(text)
    except ValueError:
        raise ConfigError(f"{name}: {path} holds no certificate: it must be a PEM file.") from None
    return path


def read_ping(values: Mapping[str, str]) -> Ping | None:
    """Read where pings go; None where none is sent. No refusal repeats the address."""
    text = values.get("DENGSHAO_PING_URL", "")
    if not text:
        return None
    url = urlsplit(text)
    if url.scheme != "https" or not url.hostname or url.fragment or url.username:
        raise ConfigError("DENGSHAO_PING_URL: write the robot's whole address, https://….")
    kind = _ping_kind(values, url.hostname)
    secret = values.get("DENGSHAO_PING_SECRET", "")
    if kind is PingKind.DINGTALK and not secret:
        raise ConfigError(
            "DENGSHAO_PING_SECRET: choose 加签 at the robot of DingTalk and write its SEC…."
        )
    return Ping(kind, text, secret, _ping_minutes(values), read_ca(values, "DENGSHAO_PING_CA"))


def _ping_kind(values: Mapping[str, str], host: str) -> PingKind:
    """Tell it by the host, unless a house has a server of its own."""
    try:
        return PingKind(values.get("DENGSHAO_PING_KIND") or _HOSTS.get(host) or "")
    except ValueError:
        raise ConfigError("DENGSHAO_PING_KIND: write wecom or dingtalk.") from None


def _ping_minutes(values: Mapping[str, str]) -> int:
    text = values.get("DENGSHAO_PING_MINUTES", "240")
    minutes = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0
    if minutes < _LEAST_MINUTES or DAY_MINUTES % minutes:
        raise ConfigError(
            "DENGSHAO_PING_MINUTES: write 15 or more, of which a day is a multiple: 60, 120, 240…"
        )
    return minutes
