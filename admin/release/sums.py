"""Sums of files, and the signature over them: what `make release` writes and an upgrade checks.

A file of sums is sha256sum's own, so that `sha256sum -c SHA256SUMS` reads it. Its signature is a
raw Ed25519 one (64 bytes), which OpenSSL 3 checks without us:
`openssl pkeyutl -verify -pubin -inkey release.pub.pem -rawin -in SHA256SUMS
-sigfile SHA256SUMS.sig`
"""

import hashlib
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from .layout import SIGNATURE, SUMS

_LINE: Final = re.compile(r"([0-9a-f]{64})  ([^\n]+)")
_TOLD: Final = 5


class NotGenuine(Exception):
    """A file is not what was released. The message is a sentence for the operator."""


def sum_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_sums(folder: Path, names: Iterable[str] | None = None) -> Path:
    """Write the sums of the files named, or of all beneath the folder; give the file of sums."""
    chosen = sorted(_files(folder) if names is None else names)
    lines = [f"{sum_of(folder / name)}  {name}\n" for name in chosen]
    target = folder / SUMS
    target.write_text("".join(lines), "utf-8")
    return target


def read_sums(path: Path) -> dict[str, str]:
    """Read a file of sums: name to sum. Raises `NotGenuine`."""
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        raise NotGenuine(f"读不到 {path}。") from None
    return parse_sums(text, str(path))


def parse_sums(text: str, path: str) -> dict[str, str]:
    """Read the text of a file of sums. Raises `NotGenuine`."""
    found = [_LINE.fullmatch(line) for line in text.splitlines()]
    if not found or None in found:
        raise NotGenuine(f"{path} 不是校验和文件。")
    return {line[2]: line[1] for line in found if line}


def check_tree(folder: Path) -> int:
    """See that a version's folder holds what its sums list, whole, and nothing else; count it."""
    wanted = read_sums(folder / SUMS)
    present = set(_files(folder))
    changed = {name for name in present & set(wanted) if sum_of(folder / name) != wanted[name]}
    for names, words in (
        (set(wanted) - present, "少了文件"),
        (present - set(wanted), "多了文件"),
        (changed, "文件被改过"),
    ):
        if names:
            raise NotGenuine(f"{folder} {words}：{_told(names)}。")
    return len(wanted)


def check_file(path: Path, sums: Path) -> None:
    """See that a file is the one that a file of sums lists by its name. Raises `NotGenuine`."""
    wanted = read_sums(sums).get(path.name)
    if wanted is None:
        raise NotGenuine(f"{sums} 里没有 {path.name}。")
    if sum_of(path) != wanted:
        raise NotGenuine(f"{path} 的校验和不对：传坏了，或者被改过。")


def check_artefact(path: Path, public_key: Path) -> None:
    """See that an artefact was released by who holds the key; nothing of it is unpacked before.

    Its sums and their signature lie beside it, as in build/release/. Raises `NotGenuine`.
    """
    check_signature(path.with_name(SUMS), path.with_name(SIGNATURE), public_key)
    check_file(path, path.with_name(SUMS))


def check_signature(sums: Path, signature: Path, public_key: Path) -> None:
    try:
        signed, signed_by = sums.read_bytes(), signature.read_bytes()
        key = load_pem_public_key(public_key.read_bytes())
    except OSError as error:
        raise NotGenuine(f"读不到 {error.filename}，验不了签名。") from None
    except ValueError:
        raise NotGenuine(f"{public_key} 不是公钥，验不了签名。") from None
    if not isinstance(key, Ed25519PublicKey):
        raise NotGenuine(f"{public_key} 不是 Ed25519 公钥，验不了签名。")
    try:
        key.verify(signed_by, signed)
    except InvalidSignature:
        raise NotGenuine(f"{sums} 的签名不对：不是用这把发布密钥签的。") from None


def sign(sums: Path, private_key: Path) -> Path:
    """Sign a file of sums; the signature lies beside it."""
    signature = sums.with_name(SIGNATURE)
    signature.write_bytes(_private(private_key).sign(sums.read_bytes()))
    return signature


def public_pem(private_key: Path) -> bytes:
    """Give the public half of a key for releases, as it goes into each version."""
    public = _private(private_key).public_key()
    return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def _private(path: Path) -> Ed25519PrivateKey:
    key = load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise NotGenuine(f"{path} 不是 Ed25519 私钥。")
    return key


def _files(folder: Path) -> list[str]:
    """List what lies in a version but its sums. A link is listed too, and so never expected."""
    found = (path for path in folder.rglob("*") if path.is_symlink() or not path.is_dir())
    return [name for path in found if (name := path.relative_to(folder).as_posix()) != SUMS]


def _told(names: Iterable[str]) -> str:
    first = sorted(names)
    more = f" 等 {len(first)} 个" if len(first) > _TOLD else ""
    return "、".join(first[:_TOLD]) + more
