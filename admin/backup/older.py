"""Deletes older backups of a folder, once a newer one is whole: what was deleted lives on in them.

By the day in the name that a backup gets in a folder, and never by a file's time, which a copy
changes. Whatever bears another name is somebody's own and stays.
"""

import re
from pathlib import Path
from typing import Final

_NAME: Final = re.compile(r"dengshao-\d{4}-\d{2}-\d{2}\.age", re.ASCII)


def delete_older(made: Path, keep: int) -> list[str]:
    """Keep so many of the newest of the folder, `made` among them in any case; name the others."""
    if keep < 1 or not _NAME.fullmatch(made.name):
        return []
    # A clock that once ran ahead left a later name: today's is kept all the same.
    others = sorted(
        (path for path in made.parent.iterdir() if _is_backup(path) and path.name != made.name),
        reverse=True,
    )
    old = others[keep - 1 :]
    for path in old:
        path.unlink(missing_ok=True)
    return sorted(path.name for path in old)


def _is_backup(path: Path) -> bool:
    return bool(_NAME.fullmatch(path.name)) and path.is_file() and not path.is_symlink()
