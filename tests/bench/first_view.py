"""What a phone loads before the form can be read and filled in, compressed as nginx does."""

import gzip
from pathlib import Path
from urllib.request import urlopen

from admin.config import ROOT

from .place import Place

BUDGET = 15_000
ASSETS = ROOT / "site" / "theme" / "assets"


def gzip_bytes(page: bytes, bundles: Path) -> int:
    """Add up the page, its two style sheets and its two scripts."""
    files = [ASSETS / name for name in ("lamp.css", "form.css", "lamp.js")] + [bundles / "seal.js"]
    return sum(len(gzip.compress(data, 6)) for data in (page, *(f.read_bytes() for f in files)))


def measure_first_view(place: Place) -> int:
    """Measure the Chinese form of a served installation whose units are all open."""
    with urlopen(f"http://127.0.0.1:{place.port}/tip/") as answer:
        return gzip_bytes(answer.read(), place.config.bundles)
