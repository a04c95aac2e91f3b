"""Files of ours in other tools, and theirs with us: pyrage, age-encryption, the age command."""

import base64
import re
import shutil
import subprocess

import pyrage
import pytest

from admin.sealing.age import (
    HybridIdentity,
    PassphraseIdentity,
    X25519Identity,
    open_sealed,
    parse_identity,
    seal,
    seal_with_passphrase,
)

LENGTHS = [0, 1, 65535, 65536, 65537, 131072]
PASSPHRASE = "灯 lamp-7zzz"


def data_of(length):
    return bytes(range(251)) * (length // 251) + bytes(length % 251)


def encoded(data):
    return base64.b64encode(data).decode()


@pytest.mark.parametrize("length", LENGTHS)
def test_pyrage_and_we_open_each_others_classic_files(length):
    ours = X25519Identity.generate()
    theirs = pyrage.x25519.Identity.from_str(str(ours))
    data = data_of(length)
    assert pyrage.decrypt(seal(data, [ours.recipient]), [theirs]) == data
    assert open_sealed(pyrage.encrypt(data, [theirs.to_public()]), [ours]) == data
    assert str(theirs.to_public()) == str(ours.recipient)


def test_pyrage_opens_our_files_by_passphrase():
    # Not the other way: pyrage writes with a factor of 2^20 alone, 1 GiB of memory.
    sealed = seal_with_passphrase(b"words", PASSPHRASE, log_n=10)
    assert pyrage.passphrase.decrypt(sealed, PASSPHRASE) == b"words"


def test_age_encryption_opens_what_we_seal_to_hybrid_recipients(jobs):
    one, two = HybridIdentity.generate(), HybridIdentity.generate()
    files = [seal(data_of(n), [one.recipient, two.recipient]) for n in LENGTHS]
    work = [
        {"act": "open", "identity": str(identity), "data": encoded(file)}
        for file in files
        for identity in (one, two)
    ]
    assert jobs(work) == [encoded(data_of(n)) for n in LENGTHS for _ in range(2)]


def test_we_open_what_age_encryption_seals_to_hybrid_recipients(jobs):
    one, two = HybridIdentity.generate(), HybridIdentity.generate()
    recipients = [str(one.recipient), str(two.recipient)]
    work = [{"act": "seal", "recipients": recipients, "data": encoded(data_of(n))} for n in LENGTHS]
    for length, file in zip(LENGTHS, jobs(work), strict=True):
        for identity in (one, two):
            assert open_sealed(base64.b64decode(file), [identity]) == data_of(length)


def test_an_identity_made_in_the_browser_has_the_recipient_that_we_find(jobs):
    (identity,) = jobs([{"act": "identity"}])
    (recipient,) = jobs([{"act": "recipient", "identity": identity}])
    assert str(parse_identity(identity).recipient) == recipient


def test_passphrase_files_open_on_both_sides(jobs):
    work = [
        {
            "act": "open_with_passphrase",
            "passphrase": PASSPHRASE,
            "data": encoded(seal_with_passphrase(b"words", PASSPHRASE)),
        },
        {
            "act": "seal_with_passphrase",
            "passphrase": PASSPHRASE,
            "data": encoded(b"words"),
            "log_n": 12,
        },
    ]
    opened, sealed = jobs(work)
    assert opened == encoded(b"words")
    assert open_sealed(base64.b64decode(sealed), [PassphraseIdentity(PASSPHRASE)]) == b"words"


def test_the_browser_refuses_what_it_must(jobs):
    identity, classic = HybridIdentity.generate(), X25519Identity.generate()
    sealed = seal(b"words", [identity.recipient])
    mixed = [str(identity.recipient), str(classic.recipient)]
    work = [
        {"act": "open", "identity": str(HybridIdentity.generate()), "data": encoded(sealed)},
        {"act": "open", "identity": str(identity), "data": encoded(sealed[:-1])},
        {"act": "open", "identity": str(identity), "data": encoded(sealed + b"\0")},
        {"act": "seal", "recipients": mixed, "data": ""},
        {"act": "seal", "recipients": [], "data": ""},
        {
            "act": "open_with_passphrase",
            "passphrase": "other",
            "data": encoded(seal_with_passphrase(b"words", PASSPHRASE, log_n=4)),
        },
    ]
    assert jobs(work) == [None] * len(work)


@pytest.fixture(scope="module")
def age_command():
    command = shutil.which("age")
    if not command:
        pytest.skip("the age command is not installed")
    return command


def run_age(command, *arguments, stdin):
    return subprocess.run([command, *arguments], input=stdin, capture_output=True, timeout=60)


def round_trip(command, identity, tmp_path):
    key = tmp_path / "key.txt"
    key.write_text(f"{identity}\n")
    sealed = seal(b"words", [identity.recipient])
    opened = run_age(command, "--decrypt", "--identity", key, stdin=sealed)
    assert opened.stdout == b"words", opened.stderr
    written = run_age(command, "--recipient", str(identity.recipient), stdin=b"words")
    assert open_sealed(written.stdout, [identity]) == b"words"


def test_the_age_command_and_we_open_each_others_classic_files(age_command, tmp_path):
    round_trip(age_command, X25519Identity.generate(), tmp_path)


def test_the_age_command_and_we_open_each_others_hybrid_files(age_command, tmp_path):
    version = run_age(age_command, "--version", stdin=b"").stdout.decode()
    numbers = re.match(r"v?(\d+)\.(\d+)", version)
    if not numbers or tuple(map(int, numbers.groups())) < (1, 3):
        pytest.skip(f"age {version.strip()} knows no hybrid recipients; 1.3 does")
    round_trip(age_command, HybridIdentity.generate(), tmp_path)
