"""A unit whose district pays rewards, and a tip of it that was taken up."""

import shutil

import pytest

from admin.config import ROOT
from admin.tip.status import TipStatus
from tests.admin.desk.holds.conftest import second_head  # noqa: F401
from tests.rewarding import allow, switch_on


@pytest.fixture(scope="session")
def rule(tmp_path_factory):
    content = tmp_path_factory.mktemp("rewarding") / "content"
    shutil.copytree(ROOT / "content" / "data", content / "data")
    return switch_on(content)


@pytest.fixture
def members(app, members, rule):
    allow(app, rule)
    return members


@pytest.fixture
def tip(make_tip, members, change, fresh):
    made = make_tip()
    change(made, status=TipStatus.ACCEPTED)
    return fresh(made)
