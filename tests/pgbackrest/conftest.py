"""An application on a database of a server that pgBackRest archives."""

import tempfile
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from admin.migrate import migrate

from .place import Archived


@pytest.fixture
def server():
    """Short, and open to the server's own user: a socket lies in it."""
    with tempfile.TemporaryDirectory(prefix="pgbackrest", dir="/tmp") as name:
        place = Path(name)
        place.chmod(0o755)
        made = Archived(place)
        made.create()
        made.start()
        made.pgbackrest("stanza-create")
        made.pgbackrest("check")
        yield made
        made.kill()


@pytest.fixture
def database_url(server):
    """Its database in the newest form, for the `app` of all tests."""
    address = server.address.replace("postgresql:", "postgresql+psycopg:")
    engine = create_engine(address)
    migrate(engine)
    engine.dispose()
    return address
