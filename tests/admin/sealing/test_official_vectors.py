"""The official age test vectors, all that are not armored: we store binary files only."""

import hashlib
import io
import zlib

from admin.sealing.age import (
    BadMac,
    HeaderError,
    NoMatch,
    PassphraseIdentity,
    PayloadError,
    Reader,
    parse_identity,
)
from admin.sealing.errors import SealingError

ERRORS = {
    "success": type(None),
    "header failure": HeaderError,
    "no match": NoMatch,
    "HMAC failure": BadMac,
    "payload failure": PayloadError,
}
KNOWN = {"expect", "payload", "file key", "identity", "passphrase", "compressed", "comment"}


def read_vector(vector):
    head, _, file = vector.partition(b"\n\n")
    pairs = [line.split(": ", 1) for line in head.decode().split("\n")]
    facts = dict(pairs)
    assert set(facts) <= KNOWN, "a feature of the vectors that this test does not know"
    if "compressed" in facts:
        assert facts["compressed"] == "zlib"
        file = zlib.decompress(file)
    identities = [parse_identity(value) for key, value in pairs if key == "identity"]
    identities += [PassphraseIdentity(value) for key, value in pairs if key == "passphrase"]
    return facts, file, identities


def test_each_vector_ends_as_it_says_and_releases_no_other_byte(official_vector):
    facts, file, identities = read_vector(official_vector)
    released, error = b"", None
    try:
        for chunk in Reader(io.BytesIO(file), identities):
            released += chunk
    except SealingError as raised:
        error = raised
    assert type(error) is ERRORS[facts["expect"]]
    if "payload" in facts:
        assert hashlib.sha256(released).hexdigest() == facts["payload"]
    else:
        assert released == b""


def test_no_vector_was_lost_on_the_way_here(all_official_vectors):
    armored = [name for name, file in all_official_vectors.items() if b"\narmored: yes" in file]
    assert (len(all_official_vectors), len(armored)) == (143, 33)
