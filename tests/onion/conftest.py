"""A short folder for sockets, and the app behind nginx under an onion name that Tor made."""

import shutil
import tempfile
from pathlib import Path

import pytest

from tests.journeys.proxied import DESK, PUBLIC
from tests.live import start_server
from tests.support import WIDE_BUDGETS

from .place import make_keys


@pytest.fixture(scope="module")
def folder():
    """The path of a socket holds a hundred letters at most."""
    with tempfile.TemporaryDirectory(prefix="onion") as name:
        yield Path(name)


@pytest.fixture(scope="module")
def name(folder):
    return make_keys(folder)


@pytest.fixture(scope="module")
def behind(folder, name, demo_store, bundles, site_folder):
    """The app, told of the name; its budgets are those of an installation where nobody set any."""
    shutil.copytree(demo_store[0], folder / "data")
    server = start_server(
        {
            "DENGSHAO_DATA": str(folder / "data"),
            "DENGSHAO_SITE": str(site_folder),
            "DENGSHAO_BUNDLES": str(bundles),
            "DENGSHAO_PUBLIC_HOST": PUBLIC,
            "DENGSHAO_DESK_HOST": DESK,
            "DENGSHAO_MORE_HOSTS": name,
            "DENGSHAO_ADDRESS_HINTS": "edge",
            "DENGSHAO_FORM_MIN_SECONDS": "0",
            **WIDE_BUDGETS,
        }
    )
    yield server
    server.stop()
