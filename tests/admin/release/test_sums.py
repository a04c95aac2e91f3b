"""Sums and signature: what an upgrade believes, and what it refuses."""

import shutil
import subprocess

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from admin.release import sums
from admin.release.layout import SUMS, parse_artefact
from admin.release.sums import NotGenuine


def private_key(path):
    pem = Ed25519PrivateKey.generate().private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )
    path.write_bytes(pem)
    return path


@pytest.fixture
def version(tmp_path):
    """A version's folder, with its sums."""
    folder = tmp_path / "0.1.0"
    (folder / "bin").mkdir(parents=True)
    (folder / "bin" / "dengshao").write_text("#!/bin/sh\n")
    (folder / "RELEASE.json").write_text("{}\n")
    sums.write_sums(folder)
    return folder


@pytest.fixture
def released(tmp_path):
    """A folder as build/release/, signed, and the key that the installed version keeps."""
    folder = tmp_path / "release"
    folder.mkdir()
    (folder / "dengshao-0.2.0-linux-x86_64.tar.zst").write_bytes(b"an artefact")
    key = private_key(tmp_path / "key.pem")
    sums.sign(sums.write_sums(folder), key)
    (tmp_path / "release.pub.pem").write_bytes(sums.public_pem(key))
    return folder / "dengshao-0.2.0-linux-x86_64.tar.zst"


def test_a_whole_version_is_whole_for_us_and_for_sha256sum(version):
    told = subprocess.run(["sha256sum", "-c", "--quiet", SUMS], cwd=version, check=False)

    assert sums.check_tree(version) == 2
    assert told.returncode == 0


@pytest.mark.parametrize(
    ("harm", "words"),
    [
        (lambda folder: (folder / "RELEASE.json").unlink(), "少了文件：RELEASE.json"),
        (lambda folder: (folder / "bin" / "sh").write_text("x"), "多了文件：bin/sh"),
        (lambda folder: (folder / "bin" / "sh").symlink_to("/bin/sh"), "多了文件：bin/sh"),
        (lambda folder: (folder / "RELEASE.json").write_text("x"), "文件被改过：RELEASE.json"),
        (lambda folder: (folder / SUMS).write_text("x"), "不是校验和文件"),
        (lambda folder: (folder / SUMS).unlink(), "读不到"),
    ],
)
def test_a_version_that_is_not_as_it_was_released_is_refused(version, harm, words):
    harm(version)

    with pytest.raises(NotGenuine, match=words):
        sums.check_tree(version)


def test_an_artefact_that_was_signed_by_the_known_key_is_genuine(released, tmp_path):
    sums.check_artefact(released, tmp_path / "release.pub.pem")


@pytest.mark.parametrize(
    ("harm", "words"),
    [
        (lambda file: file.write_bytes(b"another"), "校验和不对"),
        (lambda file: file.write_bytes(b"another") and sums.write_sums(file.parent, [file.name]),
         "签名不对"),
        (lambda file: file.with_name("SHA256SUMS.sig").unlink(), "验不了签名"),
        (lambda file: sums.sign(file.with_name(SUMS), private_key(file.with_name("other"))),
         "签名不对"),
        (lambda file: (file.parents[1] / "release.pub.pem").write_text("x"), "不是公钥"),
    ],
)  # fmt: skip
def test_an_artefact_that_nobody_we_know_released_is_refused(released, tmp_path, harm, words):
    harm(released)

    with pytest.raises(NotGenuine, match=words):
        sums.check_artefact(released, tmp_path / "release.pub.pem")


def test_a_file_that_the_sums_do_not_name_is_refused(released, tmp_path):
    other = released.with_name("dengshao-0.3.0-linux-x86_64.tar.zst")
    shutil.copy(released, other)

    with pytest.raises(NotGenuine, match="没有"):
        sums.check_artefact(other, tmp_path / "release.pub.pem")


@pytest.mark.skipif(shutil.which("openssl") is None, reason="no openssl here")
def test_openssl_checks_the_signature_without_us(released, tmp_path):
    command = ["openssl", "pkeyutl", "-verify", "-pubin", "-rawin"]
    command += ["-inkey", str(tmp_path / "release.pub.pem"), "-in", SUMS]
    done = subprocess.run(
        [*command, "-sigfile", "SHA256SUMS.sig"], cwd=released.parent, check=False
    )

    assert done.returncode == 0


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("dengshao-0.1.0-linux-x86_64.tar.zst", ("0.1.0", "x86_64")),
        ("dengshao-1.2.0-rc1-linux-aarch64.tar.zst", ("1.2.0-rc1", "aarch64")),
        ("dengshao-0.1.0-linux-loongarch64.tar.zst", None),
        ("dengshao-../../etc-linux-x86_64.tar.zst", None),
        ("dengshao-0.1.0-linux-x86_64.tar.zst.part", None),
    ],
)
def test_an_artefact_is_known_by_its_name(name, parts):
    assert parse_artefact(name) == parts
