"""Where imported laws lie. Run by itself it prints what lies there: the Makefile builds by that."""

from __future__ import annotations

import hashlib
import os
import sys
import tomllib
from pathlib import Path


class SettingsUnread(Exception):
    """The settings file cannot be read. The message is a sentence for the operator."""


def law_folder(root: Path) -> Path:
    """Find the folder as the app does: the environment, its TOML file, or var/ beside the rest."""
    if named := os.environ.get("DENGSHAO_DATA"):
        return Path(named) / "law"
    if settings := os.environ.get("DENGSHAO_CONFIG"):
        table = read_settings(Path(settings))
        if "data" in table:
            return Path(str(table["data"])) / "law"
    return root / "var" / "law"


def read_settings(path: Path) -> dict[str, object]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise SettingsUnread(f"DENGSHAO_CONFIG 指的 {path} 读不出来：{error}") from None


def state(folder: Path) -> str:
    """Name the folder and each law in it with its digest."""
    found = sorted(path for path in folder.glob("*.json") if path.is_file())
    digests = [f"{hashlib.sha256(path.read_bytes()).hexdigest()} {path.name}" for path in found]
    return "\n".join([str(folder.resolve()), *digests])


if __name__ == "__main__":
    try:
        sys.stdout.buffer.write(f"{state(law_folder(Path()))}\n".encode())
    except (OSError, SettingsUnread) as error:
        sys.exit(str(error))
