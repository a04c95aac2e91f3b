"""Why nobody answered when this machine asked as a visitor does: words that say what to mend."""

import socket
import ssl
from typing import Final

_REASONS: Final = (
    (socket.gaierror, "这台机器查不到这个域名，请改 DNS 或 /etc/hosts"),
    (ssl.SSLCertVerificationError, "这台机器不认它的证书，请装上签发单位的证书"),
    (ConnectionRefusedError, "那个端口没有程序在听"),
    (TimeoutError, "等了很久没有回音，多半被防火墙挡住"),
)
"""The first that fits: a name server's fault and a bad certificate are errors of a line too."""


def why(error: Exception) -> str:
    """Say why, by the kind of fault alone: its own words may hold an address."""
    for kind, words in _REASONS:
        if isinstance(error, kind):
            return f"没有应答（{words}）"
    return f"没有应答（{type(error).__name__}）"
