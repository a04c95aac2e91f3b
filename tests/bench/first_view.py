"""What a phone loads before the form can be read and filled in, compressed as nginx does."""

import gzip
import importlib.util
from pathlib import Path
from types import ModuleType
from urllib.request import urlopen

from admin.config import ROOT

from .place import Place


def load_slim() -> ModuleType:
    """Load the hook that takes comments out of what the site serves; hooks are no package."""
    spec = importlib.util.spec_from_file_location("slim", ROOT / "site" / "hooks" / "slim.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


BUDGET = 15_000
ASSETS = ROOT / "site" / "theme" / "assets"
STYLES = ("lamp.css", "form.css", "steps.css")
SLIM = load_slim()


def gzip_bytes(page: bytes, bundles: Path) -> int:
    """Add up the page, its two style sheets and its two scripts.

    The rest of our scripts is loaded by hold.js once the page stands: nobody waits for it to read
    and to write.
    """
    styles = [SLIM.slim_style((ASSETS / name).read_text("utf-8")) for name in STYLES]
    script = SLIM.slim_script((ASSETS / "lamp.js").read_text("utf-8"))
    ours = [words.encode() for words in (*styles, script)]
    parts = [page, *ours, (bundles / "hold.js").read_bytes()]
    return sum(len(gzip.compress(data, 6)) for data in parts)


def measure_first_view(place: Place) -> int:
    """Measure the Chinese form of a served installation whose units are all open."""
    with urlopen(f"http://127.0.0.1:{place.port}/tip/") as answer:
        return gzip_bytes(answer.read(), place.config.bundles)
