"""Puts one version together in a folder: what is installed as /opt/dengshao/versions/VERSION."""

import platform
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ...migrate import known_revisions
from ..layout import ABOUT, PUBLIC_KEY, SBOM, Release
from ..running import project_version
from ..sums import write_sums
from .bytecode import compile_all
from .components import Component
from .debs import read_pins, unpack_debs
from .notices import NAME as NOTICES
from .notices import make_notices
from .python import PACKAGES, make_python, write_script
from .sbom import make_sbom
from .source import Commit, copy_app
from .wheels import bundled_components, install_wheels

_PARTS: Final = Path(__file__).with_name("parts")


@dataclass(frozen=True)
class Workshop:
    """Where a release is made."""

    root: Path
    """The checkout."""
    work: Path
    """A folder for what is put together; emptied first."""
    kept: Path
    """What was fetched, kept between runs: its sums are looked at each time."""
    commit: Commit
    version: str
    public_key: bytes | None
    """By which the installed version will judge the next one."""


def open_workshop(root: Path, work: Path, kept: Path, commit: Commit) -> Workshop:
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    return Workshop(root, work, kept, commit, project_version(), None)


def make_version(shop: Workshop, arch: str) -> Path:
    """Put a version together for a kind of machine; give its folder."""
    folder = shop.work / arch / shop.version
    copy_app(shop.root, folder / "app")
    shutil.copytree(folder / "app/admin/deploy", folder / "deploy")
    for text in sorted(folder.glob("app/*.zh.md")) + sorted(folder.glob("app/LICENSE*")):
        shutil.copy(text, folder)
    parts = _python(shop, folder / "python", arch)
    parts += install_wheels(shop.root / "requirements.lock", folder / "python" / PACKAGES, arch)
    parts += bundled_components(shop.root / "package-lock.json")
    lock = (shop.root / "requirements.lock").read_text("utf-8")
    notices = make_notices(folder / "python" / PACKAGES, lock, shop.root)
    (folder / NOTICES).write_text(notices, "utf-8")
    write_script(_PARTS / "dengshao", folder / "bin" / "dengshao")
    compile_all(folder, _own_python(shop), f"/opt/dengshao/versions/{shop.version}")
    _describe(shop, folder, arch, parts)
    write_sums(folder)
    return folder


def _python(shop: Workshop, target: Path, arch: str) -> list[Component]:
    unpacked = shop.work / f"debs-{arch}"
    shutil.rmtree(unpacked, ignore_errors=True)
    components = unpack_debs(arch, shop.kept, unpacked)
    make_python(unpacked, target, arch)
    return components


def _own_python(shop: Workshop) -> Path:
    """Give the same Python for the machine that we are on: it compiles for the others too."""
    folder = shop.work / "python-here"
    if not folder.exists():
        _python(shop, folder, platform.machine())
    return folder / "bin" / "python3"


def _describe(shop: Workshop, folder: Path, arch: str, parts: list[Component]) -> None:
    release = Release(
        version=shop.version,
        commit=shop.commit.id,
        day=shop.commit.day,
        arch=arch,
        python=_python_version(arch),
        database=known_revisions()[0],
    )
    (folder / ABOUT).write_text(release.as_json(), "utf-8")
    (folder / SBOM).write_text(make_sbom(release, shop.commit.seconds, parts), "utf-8")
    if shop.public_key:
        (folder / PUBLIC_KEY).write_bytes(shop.public_key)


def _python_version(arch: str) -> str:
    pin = next(pin for pin in read_pins(arch) if pin.package == "python3.13-minimal")
    return pin.version.partition("-")[0]
