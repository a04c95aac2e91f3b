"""From which network a request comes: the most that is ever asked about where somebody is.

Pure. Who asks keeps a keyed hash of it at most, in memory, under a key that lives an hour.
"""

import re
from collections.abc import Callable
from typing import Final

from ..config import AddressHints
from ..settings.addresses import Peers, is_one_of, parsed

HOUR: Final = 3600.0


GROUP_HEADER: Final = "Dengshao-Group"
_TOKEN: Final = re.compile(r"[0-9a-f]{32}")


Header = Callable[[str], str | None]
"""Gives a header of the request by its name."""


def sender_network(
    hints: AddressHints, peers: Peers, peer: str | None, header: Header
) -> bytes | None:
    """Give the network that sent a request, or what the edge says in its place; None for nobody's.

    `peer` is the other end of the connection. A header counts from `peers` alone, and with the
    edge's word no address is looked at but that one.
    """
    if hints is AddressHints.PEER:
        return network_of(peer)
    if hints is AddressHints.OFF or not is_one_of(peers, peer):
        # A proxy that nobody named: its network would be everybody's.
        return None
    if hints is AddressHints.EDGE:
        token = header(GROUP_HEADER) or ""
        return token.encode() if _TOKEN.fullmatch(token) else None
    # Only the last address is our proxy's word; those before it are the sender's.
    return network_of((header("X-Forwarded-For") or "").rpartition(",")[2].strip())


def network_of(text: str | None) -> bytes | None:
    """Shorten an address to its network's bytes: IPv4 /24, IPv6 /48."""
    address = parsed(text)
    if address is None:
        return None
    length = 3 if address.version == 4 else 6
    return bytes([address.version]) + address.packed[:length]
