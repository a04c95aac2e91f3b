"""Builds the public site anew in the place of the one that is served, without a moment of neither.

Beside it, by the site's own builder in a process of its own, then file by file: a page is always
the old one or the new one, and a build that fails changes nothing. The builder and its theme lie
with the program (mkdocs.yml, site/), the words where the district keeps them.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from ..config import ROOT
from ..reading.keys_file import replace_file

_SECONDS: Final = 600
_OFFLINE: Final = "DENGSHAO_OFFLINE"
_COPY: Final = "downloads/dengshao-offline.zip"


class NotBuilt(Exception):
    """The site stays as it was; the message says why, in the builder's own words if it had any."""


def rebuild(
    content: Path,
    site: Path,
    *,
    settings: Mapping[str, str] | None = None,
    with_copy: bool | None = None,
) -> int:
    """Build the site of the words in `content`; gives how many files differ. Raises `NotBuilt`.

    `settings` are laid over the environment: production's strictness, say. `with_copy` tells
    whether the site offers a copy for a disk; where it is not said, as it did before.
    """
    more = dict(settings or {})
    with _folder_beside(site) as new:
        folder = Path(new)
        if (site / _COPY).exists() if with_copy is None else with_copy:
            more[_OFFLINE] = str(_packed_copy(content, folder, more))
        _build(content, folder / "site", more)
        return _put_all(folder / "site", site)


def hand_over(content: Path, site: Path, portal: Path, url: str) -> None:
    """Write the built site as pieces for a government portal. Raises `NotBuilt`."""
    program = ROOT / "site" / "hooks" / "portal.py"
    _run([str(program), str(site), str(content), str(portal.resolve()), url], {})


def _packed_copy(content: Path, folder: Path, settings: Mapping[str, str]) -> Path:
    _build(content, folder / "copy", settings, more=["--no-directory-urls"])
    packed = folder / "copy.zip"
    _run(["-I", str(ROOT / "site" / "hooks" / "packed.py"), str(folder / "copy"), str(packed)], {})
    return packed


def _folder_beside(site: Path) -> tempfile.TemporaryDirectory[str]:
    try:
        return tempfile.TemporaryDirectory(prefix="site-", dir=site.parent)
    except OSError as error:
        raise NotBuilt(f"{site.parent} 写不进去（{error.strerror}）") from None


def _build(
    content: Path, new: Path, settings: Mapping[str, str], *, more: list[str] | None = None
) -> None:
    if not (content / "index.md").exists():
        raise NotBuilt(f"{content} 里没有 index.md")
    command = ["-m", "mkdocs", "build", "--strict", "--quiet", *(more or [])]
    places = ["--config-file", "mkdocs.yml", "--site-dir", str(new)]
    _run([*command, *places], {**settings, "DENGSHAO_CONTENT": str(content)})


def _run(arguments: list[str], settings: Mapping[str, str]) -> None:
    try:
        done = subprocess.run(  # noqa: S603 (our own interpreter and words of ours)
            [sys.executable, *arguments],
            cwd=ROOT,
            env={**os.environ, "NO_COLOR": "1", **settings},
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NotBuilt(type(error).__name__) from None
    if done.returncode:
        raise NotBuilt(done.stderr.strip()[-2000:] or "mkdocs 没有做完")


def _put_all(new: Path, site: Path) -> int:
    """Put what was built, and take away what an earlier build put and this one has not.

    What others laid there, for a certificate say, stays.
    """
    names = sorted(str(path.relative_to(new)) for path in _files(new))
    listed = site.with_name(f"{site.name}.files")
    before = listed.read_text("utf-8").splitlines() if listed.exists() else []
    changed = sum([_put(new / name, site / name) for name in names])
    gone = [site / name for name in set(before) - set(names)]
    for path in gone:
        path.unlink(missing_ok=True)
    replace_file(listed, "".join(f"{name}\n" for name in names))
    return changed + len(gone)


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def _put(source: Path, target: Path) -> bool:
    """Put a file in the place of another, whole; tell whether they differed."""
    data = source.read_bytes()
    if target.exists() and target.read_bytes() == data:
        return False
    target.parent.mkdir(parents=True, exist_ok=True)
    replace_file(target, data)
    return True
