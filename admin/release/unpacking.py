"""Unpacks an artefact beside the versions that are installed, and puts it in its place whole."""

import shutil
import subprocess
import tarfile
from pathlib import Path

from .layout import parse_artefact, read_release
from .sums import NotGenuine, check_tree


def unpack_version(artefact: Path, versions: Path, zstd: str = "zstd") -> Path:
    """Give the folder of the version that an artefact brings. Its signature is checked before.

    One that is there already, whole, is left as it is. Raises `NotGenuine`.
    """
    named = parse_artefact(artefact.name)
    if named is None:
        raise NotGenuine(f"{artefact.name} 不是发布文件的名字。")
    target = versions / named[0]
    if target.exists():
        check_tree(target)
        return target
    fresh = versions / f".{named[0]}.new"
    shutil.rmtree(fresh, ignore_errors=True)
    try:
        _extract(artefact, fresh, zstd)
        check_tree(fresh / named[0])
        release = read_release(fresh / named[0])
        if release is None or (release.version, release.arch) != named:
            raise NotGenuine(f"{artefact.name} 里面是另一个版本，或者是给另一种机器的。")
        (fresh / named[0]).rename(target)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return target


def _extract(artefact: Path, target: Path, zstd: str) -> None:
    """Unpack it by zstd, the machine's or the one that a version brings (python/bin/zstd)."""
    try:
        with subprocess.Popen([zstd, "-dc", str(artefact)], stdout=subprocess.PIPE) as unpacking:
            with tarfile.open(fileobj=unpacking.stdout, mode="r|") as archive:
                archive.extractall(target, filter=_as_released)
    except OSError:
        raise NotGenuine("运行不了 zstd，解不开发布文件。") from None
    except tarfile.TarError:
        raise NotGenuine(f"{artefact.name} 解不开。") from None


def _as_released(member: tarfile.TarInfo, target: str) -> tarfile.TarInfo | None:
    """Let nothing out of its folder, and keep the modes of folders whatever the umask says."""
    member = tarfile.data_filter(member, target)
    return member.replace(mode=0o755) if member.isdir() else member
