"""The built site: what a reader reads."""

import pytest

from tests.once import made_once
from tests.pages.conftest import build_well


@pytest.fixture(scope="module")
def made_site(tmp_path_factory):
    return made_once(tmp_path_factory, "built-site", build_well)
