"""A small installation for each test, made once and copied."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from admin.upgrade.commands import Operating
from tests.admin.upgrade.small import Served, Small


@pytest.fixture(scope="session")
def key(tmp_path_factory):
    """A key by which releases are signed."""
    return new_key(tmp_path_factory.mktemp("key") / "release.key")


def new_key(path):
    made = Ed25519PrivateKey.generate()
    path.write_bytes(made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return path


@pytest.fixture(autouse=True)
def no_power_fails(monkeypatch):
    """Nothing need be forced to a disk: it would be this whole machine's."""
    monkeypatch.setattr("os.sync", lambda: None)


@pytest.fixture
def small(tmp_path, key):
    return Small(tmp_path, key)


@pytest.fixture
def served(small):
    served = Served(small.places)
    small.configure(served.port)
    served.start(["dengshao.service"])
    yield served
    served.close()


@pytest.fixture
def operating(small, served):
    return Operating(small.places, served, seconds=0)


@pytest.fixture
def upgrade(operating, small):
    """Upgrade without a question."""

    def act(**options):
        asked = {"unsigned": False, "force": False, "yes": True, "node_only": False}
        operating.upgrade(options.pop("file", small.file), **(asked | options))

    return act
