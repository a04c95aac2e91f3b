"""What `dengshao doctor` looks at from the visitor's side: the certificates."""

import datetime
import socket
import ssl
from dataclasses import dataclass
from typing import Final

from cryptography import x509

from ...district.unanswered import why
from ..findings import Finding, bad, good, unknown

LEAST_DAYS: Final = 21
PORT: Final = 443
_SECONDS: Final = 5


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
        return why(error)
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
