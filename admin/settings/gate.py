"""The gate before the desk's sign-in: the county's single sign-on, or its directory, or none."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Final, TypeVar
from urllib.parse import urlsplit

from .addresses import LOOPBACK, split
from .faults import ConfigError

Kind = TypeVar("Kind", bound=StrEnum)


class GateKind(StrEnum):
    """What a visitor of the desk passes before the sign-in page; none of them opens a key."""

    NONE = "none"
    OIDC = "oidc"
    """The county's single sign-on, by OpenID Connect."""
    LDAP = "ldap"
    """The county's directory, by name and password."""


class WhenDown(StrEnum):
    """What holds while the gate doesn't answer, and nobody has opened it by the command."""

    SHUT = "shut"
    OPEN = "open"
    """Whoever comes may go on to the sign-in page, each time with a line in the audit log."""


@dataclass(frozen=True)
class Oidc:
    """A provider of OpenID Connect, and as whom we are known there."""

    issuer: str
    client_id: str
    secret: str = field(repr=False)
    """Empty for a client without one, which the code challenge alone protects."""
    claim: str
    """The claim that names the person; an account may be bound to it."""


@dataclass(frozen=True)
class Ldap:
    """A directory, and how a typed name becomes one of its entries: by a form, or by a search."""

    url: str
    user: str
    """The entry's name with `{}` for what was typed; empty where it is searched for."""
    base: str
    filter: str
    reader: str
    """The account that may search."""
    reader_password: str = field(repr=False)


@dataclass(frozen=True)
class Gate:
    """How the gate is set; without a kind there is none, and nothing is ever connected to."""

    kind: GateKind = GateKind.NONE
    title: str = "统一身份认证"
    """What people here call it."""
    ca: Path | None = None
    """The certificates that are trusted instead of the system's: the county's own authority."""
    when_down: WhenDown = WhenDown.SHUT
    oidc: Oidc | None = None
    ldap: Ldap | None = None

    @property
    def is_set(self) -> bool:
        return self.kind is not GateKind.NONE


_HOLE: Final = "{}"


def read_gate(values: Mapping[str, str], *, may_be_clear: bool) -> Gate:
    """Read the gate. In clear only where it `may_be_clear`, and then to this machine alone."""
    kind = _choice(values, "DENGSHAO_GATE", GateKind, GateKind.NONE)
    if kind is GateKind.NONE:
        return Gate()
    return Gate(
        kind=kind,
        title=values.get("DENGSHAO_GATE_TITLE", Gate.title),
        ca=_file(values, "DENGSHAO_GATE_CA"),
        when_down=_choice(values, "DENGSHAO_GATE_WHEN_DOWN", WhenDown, WhenDown.SHUT),
        oidc=_oidc(values, may_be_clear=may_be_clear) if kind is GateKind.OIDC else None,
        ldap=_ldap(values) if kind is GateKind.LDAP else None,
    )


def is_safe_https(url: str, *, may_be_clear: bool) -> bool:
    """Tell an address by TLS, or, where that may be, one on this machine in clear."""
    parts = split(url)
    if parts is None or not parts.hostname or parts.username is not None:
        return False
    is_clear = parts.scheme == "http" and may_be_clear and parts.hostname in LOOPBACK
    return parts.scheme == "https" or is_clear


def _oidc(values: Mapping[str, str], *, may_be_clear: bool) -> Oidc:
    issuer = values.get("DENGSHAO_OIDC_ISSUER", "")
    client_id = values.get("DENGSHAO_OIDC_CLIENT_ID", "")
    is_plain = not urlsplit(issuer).query if split(issuer) else False
    if not is_safe_https(issuer, may_be_clear=may_be_clear) or not is_plain or not client_id:
        raise ConfigError(
            "DENGSHAO_GATE=oidc: write DENGSHAO_OIDC_ISSUER, an https:// address as the provider "
            "names it, and DENGSHAO_OIDC_CLIENT_ID."
        )
    return Oidc(
        issuer=issuer,
        client_id=client_id,
        secret=_secret(values, "DENGSHAO_OIDC_SECRET_FILE"),
        claim=values.get("DENGSHAO_OIDC_CLAIM", "sub"),
    )


def _ldap(values: Mapping[str, str]) -> Ldap:
    ldap = Ldap(
        url=values.get("DENGSHAO_LDAP_URL", ""),
        user=values.get("DENGSHAO_LDAP_USER", ""),
        base=values.get("DENGSHAO_LDAP_BASE", ""),
        filter=values.get("DENGSHAO_LDAP_FILTER", ""),
        reader=values.get("DENGSHAO_LDAP_READER", ""),
        reader_password=_secret(values, "DENGSHAO_LDAP_READER_PASSWORD_FILE"),
    )
    parts = split(ldap.url)
    if parts is None or parts.scheme not in ("ldaps", "ldap") or not parts.hostname:
        raise ConfigError(
            "DENGSHAO_GATE=ldap: write DENGSHAO_LDAP_URL, ldaps://host or ldap://host "
            "(with STARTTLS, always)."
        )
    by_search = all((ldap.base, ldap.filter.count(_HOLE), ldap.reader, ldap.reader_password))
    if (ldap.user.count(_HOLE) == 1) is by_search:
        raise ConfigError(
            "DENGSHAO_GATE=ldap: write either DENGSHAO_LDAP_USER, with {} for the name "
            "(uid={},ou=people,dc=county), or all of DENGSHAO_LDAP_BASE, _FILTER (with {}), "
            "_READER and _READER_PASSWORD_FILE."
        )
    return ldap


def _choice(values: Mapping[str, str], name: str, kinds: type[Kind], default: Kind) -> Kind:
    try:
        return kinds(values.get(name, default))
    except ValueError:
        raise ConfigError(f"{name}: write {' or '.join(kinds)}.") from None


def _file(values: Mapping[str, str], name: str) -> Path | None:
    path = Path(values[name]) if values.get(name) else None
    if path and not path.is_file():
        raise ConfigError(f"{name}: {path} is no file that can be read.")
    return path


def _secret(values: Mapping[str, str], name: str) -> str:
    """Read a secret from its file, so that it stands in no list of settings."""
    path = _file(values, name)
    try:
        return path.read_text("utf-8").strip() if path else ""
    except (OSError, UnicodeDecodeError):
        raise ConfigError(f"{name}: {path} is no file that can be read.") from None
