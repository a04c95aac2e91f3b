"""Tells whether the kernel may write memory to a disk in clear: by swapping it out.

Words of a tip are in memory for the moment in which they are sealed. What the kernel swaps out in
that moment stays on the disk until something else is written there, and no deletion reaches it.
"""

import os
import re
from collections.abc import Iterator
from pathlib import Path

from ..config import Config, ConfigError

_ESCAPE = re.compile(r"\\([0-7]{3})")


def refuse_clear_swap(config: Config, root: Path = Path("/")) -> None:
    """Stop a production start that could leave words on a disk. Raises `ConfigError`."""
    if not config.production or config.allow_swap:
        return
    if names := clear_swaps(root):
        raise ConfigError(
            f"DENGSHAO_ALLOW_SWAP: swap is not encrypted ({', '.join(names)}): run `swapoff -a` "
            "or encrypt it; write yes if words of tips may reach the disk."
        )


def clear_swaps(root: Path) -> list[str]:
    """Name the swap areas that lie on a disk without encryption; what can't be told counts too."""
    try:
        rows = (root / "proc" / "swaps").read_text("utf-8").splitlines()[1:]
    except FileNotFoundError:
        # A kernel without swap at all.
        return []
    names = [_unescaped(row.split()[0]) for row in rows if row.strip()]
    return [name for name in names if not _is_safe(_device(name, root))]


def _unescaped(name: str) -> str:
    """Undo the kernel's octal spelling of spaces, and its mark of a file that was unlinked."""
    plain = _ESCAPE.sub(lambda found: chr(int(found[1], 8)), name)
    return plain.removesuffix(" (deleted)")


def _device(name: str, root: Path) -> Path | None:
    """Find the block device that a swap area is, or on which its file lies, in /sys."""
    area = root / name.lstrip("/")
    try:
        found = area.stat()
    except OSError:
        # In a container the device has no node, but the kernel names it all the same.
        folder = root / "sys" / "class" / "block" / area.name
    else:
        # A device's own number, or the number of the file system that holds the file.
        number = found.st_rdev or found.st_dev
        folder = root / "sys" / "dev" / "block" / f"{os.major(number)}:{os.minor(number)}"
    return folder.resolve() if folder.exists() else None


def _is_safe(device: Path | None) -> bool:
    """Follow a block device down to what it stands on: all of that must be encrypted, or memory."""
    if device is None:
        return False
    if _is_encrypted(device) or _is_memory(device):
        return True
    below = list(_below(device))
    return bool(below) and all(_is_safe(other) for other in below)


def _is_encrypted(device: Path) -> bool:
    """Ask the device mapper: LUKS, plain dm-crypt and random-key swap all begin with CRYPT-."""
    return _read(device / "dm" / "uuid").startswith("CRYPT-")


def _is_memory(device: Path) -> bool:
    """Tell compressed memory from a disk; with a backing device zram writes there, in clear."""
    return device.name.startswith("zram") and _read(device / "backing_dev") in ("", "none")


def _below(device: Path) -> Iterator[Path]:
    """Go from a volume to what it lies on, and from a partition to its disk."""
    slaves = device / "slaves"
    yield from (path.resolve() for path in slaves.iterdir()) if slaves.is_dir() else ()
    if (device / "partition").exists():
        yield device.parent


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8").strip()
    except OSError:
        return ""
