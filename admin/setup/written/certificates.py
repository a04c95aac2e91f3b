"""Certificates: whether one fits its host, its key and the day; and one that signs itself."""

import datetime
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import NameOID

from ..asked.checks import Refused

OWN_DAYS: Final = 397
"""How long one that signs itself holds: browsers take none for longer."""


def check_pair(host: str, certificate: Path, key: Path, *, now: datetime.datetime) -> int:
    """Give the days that are left of it. Raises `Refused` where it does not fit."""
    found = _read(certificate)
    _check_key(found, key)
    names = names_of(found)
    if not any(covers(name, host) for name in names):
        raise Refused(f"{certificate} 里没有 {host}，有的是：{'、'.join(names) or '一个也没有'}。")
    if found.not_valid_before_utc > now:
        raise Refused(f"{certificate} 还没有生效，从 {found.not_valid_before_utc:%Y-%m-%d} 起。")
    if found.not_valid_after_utc <= now:
        raise Refused(f"{certificate} 在 {found.not_valid_after_utc:%Y-%m-%d} 就过期了。")
    return (found.not_valid_after_utc - now).days


def _read(path: Path) -> x509.Certificate:
    """Read the first certificate of a chain: the server's own."""
    try:
        return x509.load_pem_x509_certificates(path.read_bytes())[0]
    except OSError as error:
        raise Refused(f"{path} 读不了（{error.strerror}）。") from None
    except (ValueError, IndexError):
        raise Refused(f"{path} 不是 PEM 格式的证书。") from None


def _check_key(certificate: x509.Certificate, path: Path) -> None:
    try:
        key = load_pem_private_key(path.read_bytes(), None)
    except OSError as error:
        raise Refused(f"{path} 读不了（{error.strerror}）。") from None
    except (ValueError, TypeError):
        raise Refused(f"{path} 不是没有口令的 PEM 私钥。") from None
    form = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    if key.public_key().public_bytes(*form) != certificate.public_key().public_bytes(*form):
        raise Refused(f"{path} 和证书不是一对。")


def names_of(certificate: x509.Certificate) -> list[str]:
    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except x509.ExtensionNotFound:
        return []
    return [name.lower() for name in found.value.get_values_for_type(x509.DNSName)]


def covers(name: str, host: str) -> bool:
    """Tell whether a certificate's name is this host's; a star stands for one part."""
    if name.startswith("*."):
        return host.partition(".")[2] == name[2:]
    return name == host


def self_signed(hosts: list[str], *, now: datetime.datetime) -> tuple[bytes, bytes]:
    """Make a certificate that signs itself, and its key: for an inner network, or a trial."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, hosts[0][:64])])
    names = x509.SubjectAlternativeName([x509.DNSName(host) for host in hosts])
    until = now + datetime.timedelta(days=OWN_DAYS)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(until)
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return made.public_bytes(Encoding.PEM), secret
