"""From which network a request comes: the most that is ever asked about where somebody is.

Pure. Who asks keeps a keyed hash of it at most, in memory, under a key that lives an hour.
"""

import ipaddress
import re
from collections.abc import Callable
from typing import Final

from ..config import AddressHints

HOUR: Final = 3600.0


GROUP_HEADER: Final = "Dengshao-Group"
_TOKEN: Final = re.compile(r"[0-9a-f]{32}")


Header = Callable[[str], str | None]
"""Gives a header of the request by its name."""


def sender_network(hints: AddressHints, peer: str | None, header: Header) -> bytes | None:
    """Give the network that sent a request, or what the edge says in its place; None for nobody's.

    `peer` is the other end of the connection. With the edge's word no address is looked at at all.
    """
    if hints is AddressHints.EDGE:
        token = header(GROUP_HEADER) or ""
        return token.encode() if _TOKEN.fullmatch(token) else None
    return network_of(_sender_address(hints, peer, header("X-Forwarded-For")))


def _sender_address(hints: AddressHints, peer: str | None, forwarded: str | None) -> str | None:
    if hints is AddressHints.OFF:
        return None
    if hints is not AddressHints.PROXY:
        return peer
    if not _is_loopback(peer):
        # A proxy on another machine: its network would be everybody's.
        return None
    # Only the last address is our proxy's word; those before it are the sender's.
    return (forwarded or "").rpartition(",")[2].strip()


def network_of(text: str | None) -> bytes | None:
    """Shorten an address to its network's bytes: IPv4 /24, IPv6 /48."""
    address = _parsed(text)
    if address is None:
        return None
    length = 3 if address.version == 4 else 6
    return bytes([address.version]) + address.packed[:length]


def _is_loopback(text: str | None) -> bool:
    address = _parsed(text)
    return address is not None and address.is_loopback


def _parsed(text: str | None) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """Read an address, an IPv4 one inside IPv6 as what it is; None for what is no address."""
    try:
        address = ipaddress.ip_address(text or "")
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address
