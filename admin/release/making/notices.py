"""What others made and a version brings, with the licence of each, word for word: their notices.

`python -m admin.release.making.notices FILE` writes those of a checkout; a release writes its own.
"""

import json
import re
import sys
from collections.abc import Iterator
from importlib.metadata import Distribution, distributions
from pathlib import Path
from typing import Final

from ...config import ROOT
from .components import spdx

NAME: Final = "THIRD-PARTY-NOTICES.txt"
_HEAD: Final = """\
灯哨用了下面这些别人写的软件。每一个的许可证原文都在后面。
Dengshao brings the software below, which others made. The licence of each follows, word for word.
The texts for the Python itself and the libraries beneath it are in python/share/doc.
x265 (GPL-2.0), libheif and libde265 (LGPL-3.0) are in pillow-heif; their source is at the addresses
that its notice names. Whoever hands this on must hand on, or offer, that source too.
"""
_NO_TEXT: Final = "(Its wheel brings no text of it.)"
_LINE: Final = "=" * 100
_TEXT: Final = re.compile(r"licen[cs]e|copying|notice|authors|third.party", re.IGNORECASE)
_BUILDERS: Final = ("esbuild",)


def make_notices(packages: Path, lock: str, root: Path) -> str:
    """Write them for the packages of a lock file that lie in a folder, and for the browser's."""
    parts = [_HEAD, *_of_python(packages, _pinned(lock)), *_of_browser(root)]
    return f"\n{_LINE}\n".join(parts) + "\n"


def _pinned(lock: str) -> set[str]:
    return {_plain(found) for found in re.findall(r"^([\w.-]+)==", lock, re.MULTILINE)}


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _of_python(packages: Path, names: set[str]) -> Iterator[str]:
    found = {_plain(one.name): one for one in distributions(path=[str(packages)])}
    for name in sorted(names & found.keys()):
        yield _notice(name, found[name])


def _notice(name: str, found: Distribution) -> str:
    licence = licence_of(found)
    paths = [path for path in found.files or [] if ".dist-info/" in str(path)]
    texts = [_read(Path(str(path.locate()))) for path in sorted(paths) if _TEXT.search(path.name)]
    return "\n\n".join([f"{name} {found.version}: {licence}", *(texts or [_NO_TEXT])])


def licence_of(found: Distribution) -> str:
    """Tell an installed package's licence by what its metadata say."""
    said = found.metadata
    words = [(said.get_all(name) or [None])[0] for name in ("License-Expression", "License")]
    return spdx(words[0], words[1], said.get_all("Classifier") or [])


def _of_browser(root: Path) -> Iterator[str]:
    """Give those of the packages that the bundles hold."""
    packages = json.loads((root / "package-lock.json").read_text("utf-8"))["packages"]
    for path, entry in sorted(packages.items()):
        name = path.rpartition("node_modules/")[2]
        is_shipped = path and not entry.get("dev") and not entry.get("optional")
        if is_shipped and name not in _BUILDERS:
            texts = [_read(file) for file in sorted((root / path).iterdir()) if _is_text(file)]
            yield "\n\n".join([f"{name} {entry['version']}: {entry.get('license')}", *texts])


def _is_text(path: Path) -> bool:
    return path.is_file() and bool(_TEXT.search(path.name))


def _read(path: Path) -> str:
    return path.read_text("utf-8", "replace").strip()


def main() -> None:
    target = Path(sys.argv[1])
    packages = next(Path(entry) for entry in sys.path if entry.endswith("site-packages"))
    lock = (ROOT / "requirements.lock").read_text("utf-8")
    target.write_text(make_notices(packages, lock, ROOT), "utf-8")


if __name__ == "__main__":
    main()
