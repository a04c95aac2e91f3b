"""Compiled modules beside their sources: a read-only version could not keep them later.

Of the kind that is believed unchecked, so that no time of a file stands in them. One Python
compiles for both kinds of machine: what it writes does not depend on the machine.
"""

import os
import subprocess
from pathlib import Path
from typing import Final

_FOLDERS: Final = ("python/lib/python3.13", "app/admin", "app/site")
# Unloadable on purpose, or templates of code.
_LEFT: Final = r"/(lib2to3/tests|tests?/data|templates)/"


def compile_all(version: Path, python: Path, said: str) -> None:
    """Compile what a version holds; tracebacks name `said` in place of the folder it is made in."""
    command = [str(python), "-m", "compileall", "-q", "-f", "-j", "1", "-x", _LEFT]
    command += ["--invalidation-mode", "unchecked-hash", "-s", str(version), "-p", said]
    # Sets of constants are written in the order of their hashes.
    environment = {"PATH": os.defpath, "PYTHONHASHSEED": "0", "PYTHONUTF8": "1"}
    folders = [str(version / folder) for folder in _FOLDERS]
    subprocess.run([*command, *folders], check=True, env=environment)
