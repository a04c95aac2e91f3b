"""An installation whose content is its own, so that files of numbers lie nowhere else."""

import pytest

from admin.db import db, set_today, today
from admin.models import Member
from tests.publishing import bare_content, fill, quarters_from

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
    found = {}
    with app.app_context():
        for name, role in (("甲", "counter"), ("乙", "counter"), ("丙", "administrator")):
            member = Member(
                name=name,
                unit_id=None,
                roles=[role],
                recipient="age1pq1",
                salt=b"s" * 16,
                auth_hash=b"h" * 32,
                made_on=today(),
                sealed_identity=b"",
            )
            db.session.add(member)
            db.session.flush()
            found[name] = member.id
        db.session.commit()
    return found
