"""What the tests of cleaning need of the machine; where it is absent they say so."""

import shutil

import pytest


def needs(*programs):
    """Skip where a program is absent, each named."""
    absent = [name for name in programs if not shutil.which(name)]
    return pytest.mark.skipif(bool(absent), reason=f"absent on this machine: {', '.join(absent)}")


def skip_without(program):
    if not shutil.which(program):
        pytest.skip(f"absent on this machine: {program}")
