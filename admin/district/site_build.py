"""Builds the public site anew in the place of the one that is served, without a moment of neither.

Beside it, by the site's own builder in a process of its own, then file by file: a page is always
the old one or the new one, and a build that fails changes nothing.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from ..reading.keys_file import replace_file

_SECONDS: Final = 600


class NotBuilt(Exception):
    """The site stays as it was; the message says why, in the builder's own words if it had any."""


def rebuild(content: Path, site: Path) -> int:
    """Build the site of the words in `content`; gives how many files differ. Raises `NotBuilt`."""
    folder = content.parent
    if not (folder / "mkdocs.yml").exists():
        raise NotBuilt(f"{folder} 里没有 mkdocs.yml")
    with tempfile.TemporaryDirectory(prefix="site-", dir=site.parent) as new:
        _build(folder, Path(new))
        return sum(_put(path, site / path.relative_to(new)) for path in sorted(_files(Path(new))))


def _build(folder: Path, new: Path) -> None:
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet"]
    try:
        done = subprocess.run(  # noqa: S603 (our own interpreter and words of ours)
            [*command, "--config-file", "mkdocs.yml", "--site-dir", str(new)],
            cwd=folder,
            env=os.environ | {"NO_COLOR": "1"},
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NotBuilt(type(error).__name__) from None
    if done.returncode:
        raise NotBuilt(done.stderr.strip()[-500:] or "mkdocs 没有做完")


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
