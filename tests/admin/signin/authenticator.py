"""An authenticator in a few lines, for what no honest browser would send."""

import base64
import hashlib
import json
import secrets
import struct

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


PRESENT, VERIFIED, TRAVELS, ATTESTED = 0x01, 0x04, 0x08, 0x40


class Authenticator:
    """One passkey on one key; it signs whatever it is told to."""

    def __init__(self, rp_id="localhost", flags=PRESENT):
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.id = secrets.token_bytes(32)
        self.rp_id = rp_id
        self.flags = flags
        self.count = 0
        self.handle = None

    def _client_data(self, kind, challenge, origin):
        return json.dumps({"type": kind, "challenge": challenge, "origin": origin}).encode()

    def _data(self, more=0, extra=b""):
        self.count += 1
        digest = hashlib.sha256(self.rp_id.encode()).digest()
        return digest + bytes([self.flags | more]) + struct.pack(">I", self.count) + extra

    def _post(self, response):
        return {
            "id": b64(self.id),
            "rawId": b64(self.id),
            "type": "public-key",
            "clientExtensionResults": {},
            "response": response,
        }

    def create(self, options, origin):
        """What a browser posts after `navigator.credentials.create`."""
        numbers = self.key.public_key().public_numbers()
        cose = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32), -3: numbers.y.to_bytes(32)}
        attested = bytes(16) + struct.pack(">H", len(self.id)) + self.id + cbor2.dumps(cose)
        data = self._data(ATTESTED, attested)
        self.handle = options.get("user", {}).get("id")
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        client = self._client_data("webauthn.create", options["challenge"], origin)
        return self._post({"attestationObject": b64(attestation), "clientDataJSON": b64(client)})

    def get(self, options, origin, kind="webauthn.get"):
        """What a browser posts after `navigator.credentials.get`."""
        client = self._client_data(kind, options["challenge"], origin)
        data = self._data()
        signed = data + hashlib.sha256(client).digest()
        signature = self.key.sign(signed, ec.ECDSA(hashes.SHA256()))
        return self._post(
            {
                "authenticatorData": b64(data),
                "clientDataJSON": b64(client),
                "signature": b64(signature),
                "userHandle": self.handle,
            }
        )
