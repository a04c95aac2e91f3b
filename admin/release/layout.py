"""Where an installation lies, and what a version consists of.

install.sh, the units and the packages name the same places; tests/admin/release compares them.
"""

import json
import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

SUMS: Final = "SHA256SUMS"
SIGNATURE: Final = "SHA256SUMS.sig"
SBOM: Final = "sbom.cdx.json"
ABOUT: Final = "RELEASE.json"
PUBLIC_KEY: Final = "release.pub.pem"
"""In a version's folder: the key by which the next artefact is judged."""
ARCHES: Final = ("x86_64", "aarch64")
SERVICE_USER: Final = "dengshao"
_ARTEFACT: Final = re.compile(
    r"dengshao-(?P<version>\d[\w.+~-]*)-linux-(?P<arch>x86_64|aarch64)\.tar\.zst", re.ASCII
)


@dataclass(frozen=True)
class Release:
    """What RELEASE.json says of a version."""

    version: str
    commit: str
    day: str
    """The commit's day, in Asia/Shanghai."""
    arch: str
    python: str
    """The Python that it brings."""
    database: str
    """The newest form of the database that it knows."""

    def as_json(self) -> str:
        return json.dumps(asdict(self), indent=2) + "\n"


@dataclass(frozen=True)
class Places:
    """The folders and files of an installation beneath `root`, which is `/` but in tests."""

    root: Path = Path("/")

    @property
    def versions(self) -> Path:
        return self.root / "opt/dengshao/versions"

    @property
    def current(self) -> Path:
        """A link to one of the versions, by its relative name."""
        return self.root / "opt/dengshao/current"

    @property
    def command(self) -> Path:
        return self.root / "usr/bin/dengshao"

    @property
    def settings(self) -> Path:
        return self.root / "etc/dengshao"

    @property
    def environment(self) -> Path:
        """Settings as DENGSHAO_…: read by the units, and by the command at a terminal."""
        return self.settings / "dengshao.env"

    @property
    def answers(self) -> Path:
        return self.settings / "answers.toml"

    @property
    def content(self) -> Path:
        return self.root / "srv/dengshao/content"

    @property
    def site(self) -> Path:
        return self.root / "srv/dengshao/site"

    @property
    def data(self) -> Path:
        return self.root / "var/lib/dengshao"

    @property
    def backups(self) -> Path:
        return self.root / "var/backups/dengshao"

    @property
    def units(self) -> Path:
        return self.root / "etc/systemd/system"

    @property
    def packaged_units(self) -> tuple[Path, ...]:
        """Where a distribution's package would put them."""
        return (self.root / "usr/lib/systemd/system", self.root / "lib/systemd/system")

    def version(self, version: str) -> Path:
        return self.versions / version


def read_release(folder: Path) -> Release | None:
    """Read what a version's folder says of itself; None where it is none."""
    try:
        return Release(**json.loads((folder / ABOUT).read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def artefact_name(version: str, arch: str) -> str:
    return f"dengshao-{version}-linux-{arch}.tar.zst"


def parse_artefact(name: str) -> tuple[str, str] | None:
    """Give version and machine of an artefact's name; None where it is no such name."""
    found = _ARTEFACT.fullmatch(name)
    return (found["version"], found["arch"]) if found else None
