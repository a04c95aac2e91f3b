"""Addresses among the settings: where the server listens, and the servers that it reaches.

An IPv6 address stands in brackets wherever a port may follow: [::1]:8000, smtp://[::1]:2525.
"""

from collections.abc import Mapping
from ipaddress import (
    AddressValueError,
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from typing import Final
from urllib.parse import SplitResult, urlsplit

from .faults import ConfigError

DEFAULT_BIND: Final = "127.0.0.1:8000"
LOOPBACK: Final = ("localhost", "127.0.0.1", "::1")
"""This machine's own names: what goes to them leaves it by no line."""
Peers = tuple[IPv4Network | IPv6Network, ...]
"""Networks of machines, one of which may be a single address."""
_OWN_PEERS: Final = "127.0.0.0/8,::1"
_LEAST_BITS: Final = {4: 16, 6: 32}
_LEAST_PRIVATE: Final = 8
"""Of 10.0.0.0/8 and its like, of which an office may use the whole."""
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


def read_peers(values: Mapping[str, str]) -> Peers:
    """Read whose word counts of where a request comes from: our own proxies', this machine's."""
    text = values.get("DENGSHAO_EDGE_PEERS", _OWN_PEERS)
    try:
        peers = tuple(ip_network(part.strip()) for part in text.split(","))
    except ValueError:
        peers = ()
    if not peers or any(_is_too_wide(peer) for peer in peers):
        raise ConfigError(
            "DENGSHAO_EDGE_PEERS: write the addresses of your own proxies by commas, "
            "127.0.0.1,::1 or a network as 10.78.0.0/24; not every machine there is: "
            "/16 of IPv4 (private ones /8) and /32 of IPv6 are the widest."
        )
    return peers


def _is_too_wide(network: IPv4Network | IPv6Network) -> bool:
    """Tell a network that holds strangers: each of them could say from which network he comes."""
    is_own = isinstance(network, IPv4Network) and network.is_private
    least = _LEAST_PRIVATE if is_own else _LEAST_BITS[network.version]
    return network.prefixlen < least


def is_one_of(peers: Peers, text: str | None) -> bool:
    """Tell whether an address belongs to one of these networks."""
    address = parsed(text)
    return address is not None and any(address in peer for peer in peers)


def parsed(text: str | None) -> IPv4Address | IPv6Address | None:
    """Read an address, an IPv4 one inside IPv6 as what it is; None for what is no address."""
    try:
        address = ip_address(text or "")
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


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
