"""Moved to the other database and the other store: the same rows and files, and all goes on."""

import pytest
from sqlalchemy import delete, insert, select, text, update

from admin.db import db
from admin.models import DayKey, NextKey, StaffSession, Tip, Upload, random_key
from admin.move import moving
from admin.move.reading import Rows
from tests.admin.backup.conftest import app_on

from .conftest import picture


@pytest.fixture
def there(empty, other, request, s3_server):
    """An empty place of the other kind: PostgreSQL with a bucket, or SQLite with a folder."""
    made = empty(other, "there")
    if other == "postgresql":
        made |= s3_server.environ | {"DENGSHAO_BLOBS_URL": f"s3://evidence/{random_key()}"}
    return made


def test_every_row_and_file_arrives(mover, store, environ, there, monkeypatch):
    before = picture(environ)
    assert [name for name, rows in before[0].items() if not rows] == []

    done = mover(there)

    assert done.exit_code == 0, done.output
    assert "搬完了" in done.output
    for name, value in there.items():
        if name.startswith("AWS"):
            monkeypatch.setenv(name, value)
    after = picture(there)
    assert after[0].keys() - {"move_joint"} == before[0].keys()
    assert after == before
