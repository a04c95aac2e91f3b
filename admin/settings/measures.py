"""Whether a node measures itself, and the address at which it tells what it measured."""

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from typing import Final

from .faults import ConfigError

DEFAULT: Final = "127.0.0.1:9469"
_NEAR: Final = tuple(
    ip_network(text)
    for text in (
        *("127.0.0.0/8", "::1/128"),
        *("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"),
    )
)
"""This machine, and networks of a house's own: whatever else is written stops the start."""


@dataclass(frozen=True)
class Measures:
    is_on: bool
    host: str
    """One address of this machine, never all of them."""
    port: int


def read_measures(values: Mapping[str, str]) -> Measures:
    """Read both settings. Raises `ConfigError` with a sentence for the operator."""
    text = values.get("DENGSHAO_METRICS", "no")
    if text not in ("yes", "no"):
        raise ConfigError("DENGSHAO_METRICS: write yes or no.")
    host, _colon, port = values.get("DENGSHAO_METRICS_BIND", DEFAULT).rpartition(":")
    if not _is_near(host) or not (port.isascii() and port.isdigit() and 0 < int(port) < 65_536):
        raise ConfigError(
            "DENGSHAO_METRICS_BIND: write an address of this machine and a port, 127.0.0.1:9469; "
            "of other networks only one of your own, 10.78.0.2:9469 or [fd00::2]:9469. Neither a "
            "name nor 0.0.0.0: nobody outside is to ask."
        )
    return Measures(text == "yes", host.strip("[]"), int(port))


def _is_near(host: str) -> bool:
    is_bracketed = host.startswith("[") and host.endswith("]")
    try:
        address = ip_address(host[1:-1] if is_bracketed else host)
    except ValueError:
        return False
    return is_bracketed == (address.version == 6) and any(address in net for net in _NEAR)
