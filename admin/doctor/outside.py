"""What `dengshao doctor` looks at from the visitor's side: certificates, IPv6."""

import datetime
import socket
import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cryptography import x509

from .findings import Finding, bad, good, unknown

LEAST_DAYS: Final = 21
PORT: Final = 443
_SECONDS: Final = 5
_IPV6: Final = Path("/proc/net/if_inet6")


@dataclass(frozen=True)
class Shown:
    """The certificate that a host shows."""

    until: datetime.datetime
    fault: str
    """Why a browser would not take it; empty where it would."""
    is_own: bool = False
    """It signs itself."""


def look_at_certificate(host: str, *, trusted: ssl.SSLContext | None = None) -> Shown | str:
    """Ask a host for its certificate, by its name; gives why none came where none did."""
    name, _, port = host.partition(":")
    try:
        fault = _fault(name, int(port or PORT), trusted or ssl.create_default_context())
        data = _certificate(name, int(port or PORT))
    except OSError as error:
        return f"没有应答（{type(error).__name__}）"
    found = x509.load_der_x509_certificate(data)
    return Shown(found.not_valid_after_utc, fault, is_own=found.issuer == found.subject)


def _fault(name: str, port: int, context: ssl.SSLContext) -> str:
    """Connect as a browser does."""
    try:
        with (
            socket.create_connection((name, port), timeout=_SECONDS) as line,
            context.wrap_socket(line, server_hostname=name),
        ):
            return ""
    except ssl.SSLCertVerificationError as error:
        return error.verify_message


def _certificate(name: str, port: int) -> bytes:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with (
        socket.create_connection((name, port), timeout=_SECONDS) as line,
        context.wrap_socket(line, server_hostname=name) as safe,
    ):
        return safe.getpeercert(binary_form=True) or b""


def check_certificate(
    host: str, seen: Shown | str, *, now: datetime.datetime, may_be_own: bool
) -> Finding:
    """Say how many days are left, and whether browsers take it; on an inner net it `may_be_own`."""
    matter = f"证书 {host}"
    if isinstance(seen, str):
        return unknown(matter, seen, "请启动 nginx 后再查一次，看 443 端口和 DNS。")
    days = (seen.until - now).days
    until = f"到 {seen.until:%Y-%m-%d}"
    if days < LEAST_DAYS:
        left = f"还有 {days} 天" if days >= 0 else "已经过期"
        return bad(matter, f"{left}（{until}）", "请换新证书，再运行 systemctl reload nginx。")
    if seen.fault and not (may_be_own and seen.is_own):
        todo = "请换成由公众信任的机构签发、写着这个域名的证书，连同中间证书。"
        return bad(matter, f"浏览器不认：{seen.fault}", todo)
    own = "，自签，只能在内网用" if seen.fault else ""
    return good(matter, f"还有 {days} 天（{until}）{own}")


@dataclass(frozen=True)
class Sixth:
    """How a host stands on IPv6."""

    is_known: bool
    """The kernel has IPv6."""
    listens: bool
    has_address: bool
    """DNS gives an address of it (AAAA)."""


def look_at_ipv6(host: str) -> Sixth:
    name, _, port = host.partition(":")
    return Sixth(_IPV6.exists(), _answers("::1", int(port or PORT)), _has_address(name))


def _answers(address: str, port: int) -> bool:
    try:
        with socket.create_connection((address, port), timeout=_SECONDS):
            return True
    except OSError:
        return False


def _has_address(name: str) -> bool:
    try:
        found = socket.getaddrinfo(name, None, socket.AF_INET6)
    except OSError:
        return False
    return any(address[4][0] != "::1" for address in found)


def check_ipv6(host: str, seen: Sixth) -> Finding:
    matter = f"IPv6 {host}"
    if seen.listens and seen.has_address:
        return good(matter, "在监听，DNS 里有 AAAA 记录")
    if seen.listens:
        todo = "对外的政府网站请加 AAAA 记录。只在内网用，不用管。"
        return unknown(matter, "在监听，DNS 里没有 AAAA 记录", todo)
    if seen.has_address:
        return bad(matter, "DNS 里有 AAAA 记录，本机没有监听", "请让 nginx 监听 [::]:443。")
    if not seen.is_known:
        return unknown(matter, "这台机器没有开 IPv6", "对外的政府网站请开通。只在内网用，不用管。")
    return bad(matter, "没有监听", "请让 nginx 监听 [::]:443，DNS 里加 AAAA 记录。")
