"""Pack the copy that opens from a disk into one file: `make offline` runs this as a program.

The same copy gives the same bytes: names in order, one date for all, taken from the pages: the
newest day on which one of them was checked.
"""

from __future__ import annotations

import re
import sys
import zipfile
from pathlib import Path

CHECKED = re.compile(r'<meta name="PubDate" content="(\d{4})-(\d\d)-(\d\d)">')
# What the file holds is one folder, so that unpacking it scatters nothing.
FOLDER = "dengshao"


def pack(copy: Path, target: Path) -> None:
    files = sorted(path for path in copy.rglob("*") if path.is_file())
    pages = (path.read_text("utf-8") for path in files if path.suffix == ".html")
    year, month, day = max(found.groups() for page in pages for found in CHECKED.finditer(page))
    date = (int(year), int(month), int(day), 0, 0, 0)
    target.parent.mkdir(parents=True, exist_ok=True)
    made = target.with_suffix(".new")
    with zipfile.ZipFile(made, "w") as box:
        for path in files:
            entry = zipfile.ZipInfo(f"{FOLDER}/{path.relative_to(copy).as_posix()}", date)
            entry.create_system, entry.external_attr = 3, 0o644 << 16
            box.writestr(entry, path.read_bytes(), zipfile.ZIP_DEFLATED, 9)
    made.replace(target)


if __name__ == "__main__":
    pack(Path(sys.argv[1]), Path(sys.argv[2]))
