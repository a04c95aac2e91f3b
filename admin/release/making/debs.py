"""Debian's packages of which a version's own Python is made: pinned by version and sum.

debian.lock lists them for both kinds of machine. `make lock-debian` writes it anew from lists that
this machine's own apt has checked. Debian keeps the newest of each alone, so a lock of last month
may have to be renewed before a release can be made again.
"""

import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ..sums import sum_of
from .components import Component
from .source import CannotMake

LOCK: Final = Path(__file__).with_name("debian.lock")
MACHINES: Final = {"x86_64": "amd64", "aarch64": "arm64"}
LICENCES: Final = {
    "libbz2-1.0": "bzip2-1.0.6",
    "libc6": "LGPL-2.1-or-later",
    "libexpat1": "MIT",
    "libffi8": "MIT",
    "libgcc-s1": "GPL-3.0-or-later WITH GCC-exception-3.1",
    "liblz4-1": "BSD-2-Clause",
    "liblzma5": "0BSD",
    "libpython3.13-minimal": "PSF-2.0",
    "libpython3.13-stdlib": "PSF-2.0",
    "libsqlite3-0": "blessing",
    "libssl3t64": "Apache-2.0",
    "libstdc++6": "GPL-3.0-or-later WITH GCC-exception-3.1",
    "libuuid1": "BSD-3-Clause",
    "libzstd1": "BSD-3-Clause",
    "python3.13-minimal": "PSF-2.0",
    "zlib1g": "Zlib",
    "zstd": "BSD-3-Clause",
}
"""What is taken of each package is under this; the whole text goes along in python/share/doc/."""


@dataclass(frozen=True, order=True)
class Pin:
    """One line of the lock file."""

    package: str
    version: str
    arch: str
    """As Debian calls it."""
    sha256: str

    @property
    def component(self) -> Component:
        licence = LICENCES[self.package]
        name, version = self.package, self.version
        return Component("deb", name, version, licence, "SHA-256", self.sha256, arch=self.arch)


def read_pins(arch: str) -> list[Pin]:
    """Read the pins for a kind of machine."""
    lines = LOCK.read_text("utf-8").splitlines()
    pins = [Pin(*line.split()) for line in lines if line and not line.startswith("#")]
    return [pin for pin in pins if pin.arch == MACHINES[arch]]


def unpack_debs(arch: str, kept: Path, target: Path) -> list[Component]:
    """Unpack the pinned packages; those that are not kept from earlier are fetched by apt."""
    kept.mkdir(parents=True, exist_ok=True)
    pins = read_pins(arch)
    absent = [pin for pin in pins if not _is_kept(pin, kept)]
    if absent:
        _fetch(absent, kept)
    for pin in pins:
        subprocess.run(["dpkg-deb", "-x", str(_path(pin, kept)), str(target)], check=True)
    return [pin.component for pin in pins]


def _path(pin: Pin, kept: Path) -> Path:
    return kept / f"{pin.package}_{pin.version.replace(':', '%3a')}_{pin.arch}.deb"


def _is_kept(pin: Pin, kept: Path) -> bool:
    path = _path(pin, kept)
    return path.exists() and sum_of(path) == pin.sha256


def _fetch(pins: list[Pin], kept: Path) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        apt = _apt(Path(scratch))
        names = [f"{pin.package}:{pin.arch}={pin.version}" for pin in pins]
        done = subprocess.run([*apt, "download", "-qq", *names], cwd=kept, check=False)
    wrong = [pin.package for pin in pins if not _is_kept(pin, kept)]
    if done.returncode or wrong:
        raise CannotMake(
            f"Not to be had as locked: {', '.join(wrong) or 'a package'}. "
            "Debian has newer ones? Run `make lock-debian`, look at what changes, commit it."
        )


def _apt(scratch: Path) -> list[str]:
    """Give apt with lists of its own, for both kinds of machine; this one's stay as they are."""
    for folder in ("state/lists/partial", "cache/archives/partial"):
        (scratch / folder).mkdir(parents=True)
    (scratch / "status").touch()
    options = [f"Dir::State={scratch}/state", f"Dir::Cache={scratch}/cache"]
    options += [f"Dir::State::status={scratch}/status", "APT::Sandbox::User=root"]
    options += [f"APT::Architectures::={arch}" for arch in MACHINES.values()]
    command = ["apt-get", *(word for option in options for word in ("-o", option))]
    subprocess.run([*command, "update", "-qq"], check=True)
    return command


def lock_now() -> str:
    """Write down what apt offers now of each package, with its sums."""
    with tempfile.TemporaryDirectory() as scratch:
        show = ["apt-cache", *_apt(Path(scratch))[1:], "show", "--no-all-versions"]
        names = [f"{name}:{arch}" for arch in MACHINES.values() for name in LICENCES]
        shown = subprocess.run([*show, *names], check=True, capture_output=True, text=True).stdout
    pins = sorted(_pin(entry) for entry in shown.strip().split("\n\n"))
    return "".join(f"{pin.package} {pin.version} {pin.arch} {pin.sha256}\n" for pin in pins)


def _pin(entry: str) -> Pin:
    fields = dict(re.findall(r"^(Package|Version|Architecture|SHA256): (.*)$", entry, re.MULTILINE))
    return Pin(fields["Package"], fields["Version"], fields["Architecture"], fields["SHA256"])


if __name__ == "__main__":
    head = "# Debian 13's packages of which a version's own Python is made: `make lock-debian`.\n"
    LOCK.write_text(head + lock_now(), "utf-8")
    sys.stdout.write(f"{len(LICENCES)} packages for {len(MACHINES)} kinds of machine\n")
