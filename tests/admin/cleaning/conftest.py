"""What the tests of cleaning need of the machine; where it is absent they say so."""

import shutil

import pytest

from admin.cleaning import can_clean


def needs(*programs):
    """Skip where a program is absent, each named."""
    absent = [name for name in programs if not shutil.which(name)]
    return pytest.mark.skipif(bool(absent), reason=f"absent on this machine: {', '.join(absent)}")


@pytest.fixture
def sandbox_here():
    if not can_clean():
        pytest.skip("bubblewrap is absent on this machine, or may not make namespaces here")
