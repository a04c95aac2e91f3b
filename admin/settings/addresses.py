"""Addresses among the settings: where the server listens, and the servers that it reaches.

An IPv6 address stands in brackets wherever a port may follow: [::1]:8000, smtp://[::1]:2525.
"""

from collections.abc import Mapping
from ipaddress import AddressValueError, IPv6Address
from typing import Final
from urllib.parse import SplitResult, urlsplit

from .faults import ConfigError

DEFAULT_BIND: Final = "127.0.0.1:8000"
LOOPBACK: Final = ("localhost", "127.0.0.1", "::1")
"""This machine's own names: what goes to them leaves it by no line."""
_MOST_PORT: Final = 65_535


def read_bind(values: Mapping[str, str]) -> str:
    """Read on which address and port the server listens."""
    text = values.get("DENGSHAO_BIND", DEFAULT_BIND)
    host, _colon, port = text.rpartition(":")
    is_number = port.isascii() and port.isdigit() and 0 < int(port) <= _MOST_PORT
    if not is_number or not _is_host(host):
        raise ConfigError(
            "DENGSHAO_BIND: write an address and a port, 127.0.0.1:8000 or [::1]:8000; "
            "an IPv6 address stands in brackets."
        )
    return text


def own_host(bind: str) -> str:
    """Name the host of the public pages in development: the address that is listened on.

    By IPv4, unless only IPv6's loopback is listened on: a browser reaches no other then.
    """
    host, _colon, port = bind.rpartition(":")
    return bind if host == "[::1]" else f"127.0.0.1:{port}"


def _is_host(host: str) -> bool:
    """Tell a name or an IPv4 address, or an IPv6 address in its brackets."""
    if host.startswith("[") and host.endswith("]"):
        try:
            IPv6Address(host[1:-1])
        except AddressValueError:
            return False
        return True
    return bool(host) and not set(host) & set(":/[] ")


def split(text: str) -> SplitResult | None:
    """Take an address apart; None where it is none, an IPv6 address without brackets say."""
    try:
        url = urlsplit(text)
        # Read now, so that a port that is no number is found at the start.
        _port = url.port
    except ValueError:
        return None
    return url


def read_smtp_url(values: Mapping[str, str]) -> str:
    """Read where notices are handed in. In clear only to a server on this machine."""
    text = values.get("DENGSHAO_SMTP_URL", "")
    if not text:
        return ""
    url = split(text)
    is_here = url is not None and url.hostname in LOOPBACK
    schemes = ("smtps", "smtp", "smtp+plain") if is_here else ("smtps", "smtp")
    if url is None or url.scheme not in schemes or not url.hostname:
        raise ConfigError(
            "DENGSHAO_SMTP_URL: write smtps://user:password@host or smtp://… (with STARTTLS); "
            "smtp+plain://… is for a server on this machine only. An IPv6 address stands in "
            "brackets: smtps://[2001:db8::25]."
        )
    return text


def read_blobs_url(values: Mapping[str, str], *, default: str, may_forget: bool) -> str:
    """Read where sealed files lie. Only where it `may_forget`, in memory."""
    text = values.get("DENGSHAO_BLOBS_URL", default)
    url = split(text)
    if url is not None and url.scheme == "memory" and may_forget:
        return text
    if url is None or not _is_place(url) or url.query or url.fragment:
        raise ConfigError(
            "DENGSHAO_BLOBS_URL: write file:///folder or s3://bucket/prefix; memory:/// is for "
            "development only. Keys of S3 stand in AWS_* variables, never in the address."
        )
    return text


def _is_place(url: SplitResult) -> bool:
    """Tell a folder by its whole path, or a bucket; the root of all folders is no place."""
    if url.scheme == "file":
        return url.path.startswith("/") and len(url.path) > 1 and not url.netloc
    return url.scheme == "s3" and bool(url.netloc)
