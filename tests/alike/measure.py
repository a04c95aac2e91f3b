"""Each walk, briskly and slowly, over HTTP/1.1 and HTTP/2: what lines it leaves."""

import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from .place import SLOWLY, Left, Place, placed, visitors
from .walks import WALKS, Visitor, Walk

PHOTO = (1600, 1200)


# HTTP/2, slowly.
WAYS = ((False, False), (False, True), (True, False), (True, True))


@dataclass(frozen=True)
class Site:
    """What is measured: nginx, the built pages, the app's address, the keys that it publishes."""

    program: str
    folder: Path
    pages: Path
    app: str
    keys: bytes


@dataclass(frozen=True)
class Row:
    walk: Walk
    http2: bool
    slowly: bool
    left: Left


def photo(folder: Path) -> Path:
    path = folder / "photo.jpg"
    Image.effect_noise(PHOTO, 60).convert("RGB").save(path, quality=80)
    return path


def walked(place: Place, visit, walk: Walk, *, slowly: bool) -> Left:
    """Go one way, and wait until the last connection has told of itself."""
    place.take_nothing()
    with tempfile.TemporaryDirectory() as name, visit(scripts=walk.with_scripts) as page:
        file = photo(Path(name)) if walk.with_file else None
        walk.go(Visitor(page, place.base, SLOWLY if slowly else 0.0, file))
    return place.take()


def measure(site: Site, browser_type, *, walks=WALKS, ways=WAYS) -> Iterator[Row]:
    """Measure walks in ways: (HTTP/2, slowly)."""
    pages = shutil.copytree(site.pages, site.folder / "site")
    (pages / "keys.json").write_bytes(site.keys)
    with visitors(browser_type) as visit:
        for http2, slowly in ways:
            at = site.folder / f"place-{http2}-{slowly}"
            with placed(site.program, at, pages, site.app, http2=http2) as place:
                for walk in walks:
                    left = walked(place, visit, walk, slowly=slowly)
                    yield Row(walk, http2=http2, slowly=slowly, left=left)


def table(rows: list[Row]) -> str:
    head = (
        "| what somebody does | HTTP/1.1, brisk | slow | HTTP/2, brisk | slow | KB up | KB down |"
    )
    lines = [head, "|---|---|---|---|---|---|---|"]
    for walk in WALKS:
        own = [row for row in rows if row.walk == walk]
        counts = " | ".join(str(row.left.lines) for row in own)
        up, down = own[-1].left.up / 1024, own[-1].left.down / 1024
        lines.append(f"| {walk.name} ({walk.moves} moves) | {counts} | {up:.0f} | {down:.0f} |")
    return "\n".join(lines)
