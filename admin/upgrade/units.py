"""Which units and proxy's lines of a new version setup has still to put in place.

An upgrade does not: what stands there is made of the answers, which setup alone knows, and may
have been changed by hand.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from ..release.sums import sum_of
from .installation import Installation
from .journal import Journal

_KINDS: Final = (".service", ".socket", ".timer")


def tell_units(installation: Installation, journal: Journal, say: Callable[[str], None]) -> None:
    """Name what would not run by itself, and the command that sees to it."""
    again = f"dengshao setup --answers {installation.places.answers}"
    if absent := absent_units(installation, journal.new):
        say(f"有新的服务，还没有放好，不会自己运行：{'、'.join(absent)}。")
        say(f"请运行 {again}：照上次的答案放好、启用，最多再问口令。")
    elif _sums(_deploy(installation, journal.old)) != _sums(_deploy(installation, journal.new)):
        say(f"服务文件或者 nginx 的配置有新的。请运行 {again}：照上次的答案，最多再问口令。")


def absent_units(installation: Installation, version: str) -> list[str]:
    """List the units of a version that no folder of systemd's has."""
    places = installation.places
    there = (places.units, *places.packaged_units)
    names = [path.name for path in _deploy(installation, version).glob("*.*")]
    return sorted(
        name
        for name in names
        if name.endswith(_KINDS) and not any((folder / name).exists() for folder in there)
    )


def _deploy(installation: Installation, version: str) -> Path:
    return installation.version(version) / "deploy"


def _sums(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): sum_of(path)
        for path in folder.rglob("*")
        if path.is_file()
    }
