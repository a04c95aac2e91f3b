"""An installation whose content is its own, so that files of numbers lie nowhere else."""

import pytest

from admin.db import db, set_today
from tests.publishing import bare_content, fill, quarters_from
from tests.support import add_bare_member

QUARTERS = quarters_from("2026-Q3", 2)


@pytest.fixture
def content(tmp_path):
    (tmp_path / "content").mkdir()
    return bare_content(tmp_path / "content")


@pytest.fixture
def environ(environ, content):
    return environ | {"DENGSHAO_CONTENT": str(content)}


@pytest.fixture
def day():
    """The day of the tests; one that a test moves."""
    yield set_today
    set_today(None)


@pytest.fixture
def counted(app):
    """Counts of two quarters, the last of 2026."""
    with app.app_context():
        fill(db.session, QUARTERS, tips=300)
    return QUARTERS


@pytest.fixture
def people(app):
    """Add two counters and an administrator; gives their ids by name."""
    roles = {"甲": "counter", "乙": "counter", "丙": "administrator"}
    with app.app_context():
        found = {
            name: add_bare_member(db.session, name, None, [role]).id for name, role in roles.items()
        }
        db.session.commit()
    return found
