"""Runs the program of one version or another: each knows the installation's settings by itself."""

import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

from .installation import Installation

_TAIL: Final = 1500


class ProgramFailed(Exception):
    """A program of a version did not do what it was asked for; the message has its own words."""


@dataclass(frozen=True)
class Programs:
    installation: Installation

    def run(
        self,
        version: str,
        *words: str,
        settings: Mapping[str, str] | None = None,
        stdin: IO[bytes] | None = None,
        stdout: IO[bytes] | None = None,
    ) -> bytes:
        """Run `dengshao …` of a version; gives what it printed. Raises `ProgramFailed`."""
        done = self._run(version, words, settings or {}, stdin, stdout)
        if done.returncode:
            said = (done.stderr or done.stdout or b"").decode("utf-8", "replace").strip()
            raise ProgramFailed(f"dengshao {words[0]}（{version}）没有做成：\n{said[-_TAIL:]}")
        return done.stdout or b""

    def faults(self, version: str) -> dict[str, str]:
        """Ask the doctor of a version; gives what is bad, by its matter."""
        done = self._run(version, ("doctor", "--json"), {}, None, None)
        try:
            found: list[dict[str, Any]] = json.loads(done.stdout)
        except ValueError:
            return {"体检": (done.stderr or b"").decode("utf-8", "replace").strip()[-_TAIL:]}
        return {row["matter"]: row["words"] for row in found if row["state"] == "要改"}

    def _run(
        self,
        version: str,
        words: Sequence[str],
        settings: Mapping[str, str],
        stdin: IO[bytes] | None,
        stdout: IO[bytes] | None,
    ) -> "subprocess.CompletedProcess[bytes]":
        program = self.installation.version(version) / "bin" / "dengshao"
        try:
            return subprocess.run(  # noqa: S603 (a version's own program, words of ours)
                [str(program), *words],
                cwd=self.installation.version(version),
                env=self._environment(settings),
                stdin=stdin or subprocess.DEVNULL,
                stdout=stdout or subprocess.PIPE,
                stderr=subprocess.PIPE,
                check=False,
            )
        except OSError as error:
            raise ProgramFailed(f"{program} 运行不了（{error.strerror}）。") from None

    def _environment(self, laid_over: Mapping[str, str]) -> dict[str, str]:
        """Give all settings where some are laid over: the version then reads none by itself."""
        return {**_environment(), **(self.installation.settings if laid_over else {}), **laid_over}


def _environment() -> dict[str, str]:
    """Pass on what this process was given, but for what its own version has laid over it.

    Each version reads the installation's settings by itself, and becomes its user.
    """
    own = ("DENGSHAO_", "AWS_", "PYTHON", "LD_")
    return {name: value for name, value in os.environ.items() if not name.startswith(own)}


def free_bytes(folder: Path) -> int:
    """Tell how much room is left where a folder is, or will be."""
    while not folder.exists():
        folder = folder.parent
    found = os.statvfs(folder)
    return found.f_bavail * found.f_frsize


@dataclass(frozen=True)
class Looked:
    revision: str
    tips: int
    words: int = 0
    """Tips and messages together: what somebody was told has been kept."""


def look(programs: Programs, version: str) -> Looked:
    """Ask a version what form the database has, and how many tips. Raises `ProgramFailed`."""
    said = programs.run(version, "upgrade-part", "look")
    try:
        return Looked(**json.loads(said))
    except (ValueError, TypeError):
        raise ProgramFailed(f"dengshao upgrade-part（{version}）答得不对。") from None
