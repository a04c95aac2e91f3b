"""A certificate authority of a district's own, made in a test, and servers that it vouches for."""

import datetime
import ipaddress
import ssl
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


def _begun(name, key):
    now = datetime.datetime.now(datetime.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=2))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _usage(*, signs):
    names = ("digital_signature", "key_cert_sign", "crl_sign", "content_commitment")
    more = ("key_encipherment", "data_encipherment", "key_agreement")
    off = dict.fromkeys((*names, *more, "encipher_only", "decipher_only"), False)
    on = ("key_cert_sign", "crl_sign") if signs else ("digital_signature",)
    return x509.KeyUsage(**off | dict.fromkeys(on, True))


@dataclass(frozen=True)
class Authority:
    """Its certificate as a PEM file, and what it needs to vouch for servers."""

    path: Path
    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    @classmethod
    def made(cls, folder, name="ca"):
        key = ec.generate_private_key(ec.SECP256R1())
        built = _begun(name, key).issuer_name(
            x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        )
        built = built.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        certificate = built.add_extension(_usage(signs=True), critical=True).sign(
            key, hashes.SHA256()
        )
        path = folder / f"{name}.pem"
        path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        return cls(path, key, certificate)

    def context(self, *names):
        """Make a server's side of TLS, with a certificate for these names or addresses."""
        key = ec.generate_private_key(ec.SECP256R1())
        built = _begun("server", key).issuer_name(self.certificate.subject)
        issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key())
        for extension, critical in (
            (x509.SubjectAlternativeName([_told(name) for name in names]), False),
            (x509.BasicConstraints(ca=False, path_length=None), True),
            (x509.ExtendedKeyUsage([x509.oid.ExtendedKeyUsageOID.SERVER_AUTH]), False),
            (_usage(signs=False), True),
            (issuer, False),
        ):
            built = built.add_extension(extension, critical=critical)
        pem = self.path.with_name("server.pem")
        pem.write_bytes(
            built.sign(self.key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
            + key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pem)
        pem.unlink()
        return context


def _told(name):
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)
