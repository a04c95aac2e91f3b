"""Which version this is: what `dengshao --version` says."""

import os
import platform
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from ..config import ROOT
from .layout import Places, Release, read_release

_HERE: Final = Places()
_NOT_RELEASED: Final = "开发中"


def running_release() -> Release:
    """Tell which version runs. A checkout says so in place of a commit."""
    return read_release(ROOT.parent) or Release(
        version=project_version(),
        commit=_NOT_RELEASED,
        day="",
        arch=platform.machine(),
        python=platform.python_version(),
        database="",
    )


def lacks_settings(
    environ: Mapping[str, str], folder: Path = ROOT.parent, places: Places = _HERE
) -> bool:
    """Tell whether this is an installed version that nobody has set up yet."""
    is_told = "DENGSHAO_ENV" in environ or os.path.exists(places.environment)
    return read_release(folder) is not None and not is_told


def project_version() -> str:
    """Read the version where it is written once."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        version: str = tomllib.load(file)["project"]["version"]
    return version


def told() -> str:
    """Say it in one line."""
    found = running_release()
    parts = [f"灯哨 {found.version}", found.commit[:12], found.day, f"Python {found.python}"]
    if found.database:
        parts.append(f"数据库 {found.database}")
    return "，".join(part for part in [*parts, found.arch] if part)
