"""What `dengshao doctor` sees of the way to the public pages: by IPv6, as many telephones come."""

import socket
import ssl
from typing import Final

from .findings import Finding, bad, good, unknown

_MATTER: Final = "IPv6"
_SECONDS: Final = 5


def six_addresses(host: str) -> list[str]:
    """Look up the host's IPv6 addresses."""
    try:
        found = socket.getaddrinfo(host, 443, socket.AF_INET6, socket.SOCK_STREAM)
    except OSError:
        return []
    return list(dict.fromkeys(str(place[0]) for *_kind, place in found))


def answers(address: str, host: str, port: int = 443) -> bool:
    """Tell whether the host answers by TLS at this address, with a certificate of its name."""
    context = ssl.create_default_context()
    try:
        with (
            socket.create_connection((address, port), timeout=_SECONDS) as plain,
            context.wrap_socket(plain, server_hostname=host),
        ):
            return True
    except OSError:
        return False


def check_six(addresses: list[str], silent: list[str]) -> Finding:
    """See that who has IPv6 alone comes in; `silent` are the addresses that gave no answer."""
    if not addresses:
        todo = "政府网站要支持 IPv6：请加 AAAA 记录，nginx 里留着 [::] 那几行。"
        return unknown(_MATTER, "公开的域名没有 IPv6 地址", todo)
    if silent:
        todo = "请查 nginx 的 [::]:443、防火墙和证书；修不好，先去掉 AAAA 记录。"
        return bad(_MATTER, f"{len(silent)} 个地址连不上，只有 IPv6 的手机打不开", todo)
    return good(_MATTER, f"{len(addresses)} 个地址，都连得上")
