"""Stops and starts what serves: through systemd, or in tests as a process of their own."""

import subprocess
from collections.abc import Sequence
from typing import Final, Protocol

_BESIDE: Final = "dengshao-edge-log"
"""Writes the edge's log and knows no database: it goes on, and is made new at the end."""


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
