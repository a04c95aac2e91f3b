"""A part of a release that others made: its version, sum, licence. What the SBOM lists."""

from dataclasses import dataclass
from typing import Final

_TEXTS: Final = {
    # How packages wrote these before there was one way to (PEP 639): SPDX's names for them.
    "Apache 2.0": "Apache-2.0",
    "Apache License 2.0": "Apache-2.0",
    "Apache License, Version 2.0": "Apache-2.0",
    "BSD-3": "BSD-3-Clause",
    "MIT License": "MIT",
    "MPL 2.0": "MPL-2.0",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "GNU Lesser General Public License v3 (LGPLv3)": "LGPL-3.0-only",
    "LGPL v3": "LGPL-3.0-only",
    "ISC License (ISCL)": "ISC",
}


@dataclass(frozen=True, order=True)
class Component:
    """One package, as it came from its registry."""

    kind: str
    """`pypi`, `npm` or `deb`, as in package URLs."""
    name: str
    version: str
    licence: str
    """An SPDX expression where it can be told, else the package's own words."""
    algorithm: str
    digest: str
    is_shipped: bool = True
    """Or only used to make what is shipped."""
    arch: str = ""

    @property
    def purl(self) -> str:
        name = self.name.replace("@", "%40")
        version = self.version.replace("+", "%2B").replace(":", "%3A")
        if self.kind == "deb":
            return f"pkg:deb/debian/{name}@{version}?arch={self.arch}&distro=debian-13"
        return f"pkg:{self.kind}/{name}@{version}"


def spdx(expression: str | None, words: str | None, classifiers: list[str]) -> str:
    """Tell a Python package's licence from what its metadata say in one of three ways."""
    if expression:
        return expression
    named = [line.rpartition(" :: ")[2] for line in classifiers if line.startswith("License ::")]
    for text in [words or "", *named]:
        # "BSD" alone, and the like, stay their own words: which one it is was not said.
        if len(text.splitlines()) == 1 and text != "UNKNOWN":
            return _TEXTS.get(text, text)
    return "NOASSERTION"
