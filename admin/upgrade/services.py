"""Stops and starts what serves: through systemd, or in tests as a process of their own.

And says which units of a new version setup has still to put in place. An upgrade does not: what
stands there is made of the answers, which setup alone knows, and may have been changed by hand.
"""

import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, Protocol

from ..release.sums import sum_of
from .installation import Installation
from .journal import Journal

_BESIDE: Final = "dengshao-edge-log"
"""Writes the edge's log and knows no database: it goes on, and is made new at the end."""

_KINDS: Final = (".service", ".socket", ".timer")


class ServicesFailed(Exception):
    """What serves could not be stopped or started; the message says which."""


class Services(Protocol):
    def stop(self) -> list[str]:
        """Stop all that uses the database; gives what is to be started again."""

    def start(self, units: Sequence[str]) -> None:
        """Start what was stopped, from the version that the link leads to."""


class Systemd:
    """The units of an installation, by systemctl."""

    def stop(self) -> list[str]:
        units = [unit for unit in self._units() if not unit.startswith(_BESIDE)]
        if units:
            _systemctl("stop", *units)
        return units

    def start(self, units: Sequence[str]) -> None:
        _systemctl("daemon-reload")
        if units:
            _systemctl("start", *units)
        if beside := [unit for unit in self._units() if unit.startswith(_BESIDE)]:
            _systemctl("try-restart", *beside)

    def _units(self) -> list[str]:
        """List our units that run, or that shall run from each start on."""
        running = _systemctl("list-units", "--plain", "--no-legend", "--state=active", "dengshao*")
        enabled = _systemctl("list-unit-files", "--no-legend", "--state=enabled", "dengshao*")
        lines = [*running.splitlines(), *enabled.splitlines()]
        names = [line.split()[0] for line in lines if line.strip()]
        return list(dict.fromkeys(name for name in names if name.endswith((".service", ".timer"))))


def _systemctl(*words: str) -> str:
    try:
        done = subprocess.run(  # noqa: S603
            ["systemctl", *words],  # noqa: S607 (systemd's own, wherever it lies)
            capture_output=True,
            text=True,
            check=False,
        )
    except OSError:
        raise ServicesFailed("没有 systemctl：这台机器不用 systemd。") from None
    if done.returncode and not words[0].startswith("list"):
        raise ServicesFailed(f"systemctl {' '.join(words)}：{done.stderr.strip()[-500:]}")
    return done.stdout


def tell_units(installation: Installation, journal: Journal, say: Callable[[str], None]) -> None:
    """Name what would not run by itself, and the command that sees to it."""
    again = f"dengshao setup --answers {installation.places.answers}"
    if absent := absent_units(installation, journal.new):
        say(f"有新的服务，还没有放好，不会自己运行：{'、'.join(absent)}。")
        say(f"请运行 {again}：照上次的答案放好、启用，最多再问一次口令。")
    elif _sums(_deploy(installation, journal.old)) != _sums(_deploy(installation, journal.new)):
        say(f"服务文件或者 nginx 的配置有新的。请运行 {again}：照上次的答案，最多再问一次口令。")


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
