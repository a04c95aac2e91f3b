"""A disk that is nearly full: the form closes before a tip half fits, and opens by itself."""

import os
import subprocess
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import text, update

from admin.db import db, today
from admin.models import Tip
from admin.tip.status import TipStatus
from admin.vault import vault
from admin.vault.expiry import sweep
from admin.vault.files import room
from tests import databases
from tests.admin.intake.conftest import LEAST, fill
from tests.installations import migrated_store, new_installation

CLOSED = "现在存不下新的线索，这一页先不收"
LOST = "现在存不下了，没有保存"
NUMBERS = [f'href="tel:{number}"' for number in (110, 12388, 12389, 12345)]


@pytest.fixture
def environ(small_disk, environ):
    """All of the installation lies on the small disk: it is there before the database is made."""
    return environ


def shut(page, sentence):
    assert sentence in page.text
    assert all(number in page.text for number in NUMBERS)
    return True


def test_a_nearly_full_disk_closes_the_form_and_it_opens_again_by_itself(
    database, small_disk, client, reporter, scripted, stored
):
    first = reporter.tip(what="先存好的")
    before = dict(reporter.form)
    reporter.open_form()
    waiting = dict(reporter.form)
    parcel, known = scripted.parcel(what="有脚本的"), scripted.parcel(what="有脚本，先存好的")
    assert scripted.post(known).status_code == 200
    ballast = fill(small_disk, left=900 * 1024)

    page = client.get("/tip/")
    assert shut(page, CLOSED)
    assert 'name="what"' not in page.text
    assert 'href="/report/other-channels/"' in page.text
    assert "no room for new tips" in client.get("/en/tip/").text
    reporter.form = waiting
    back = reporter.send(status=503, **LEAST)
    assert shut(back, LOST)
    assert back.read.values["what"] == LEAST["what"]
    refused = scripted.post(parcel)
    assert (refused.status_code, refused.json) == (507, {"error": "no_room"})
    # What was acknowledged is acknowledged again, with the same receipt.
    reporter.form = before
    assert reporter.send().receipt == first.receipt
    assert scripted.post(known).json == {"stored": True, "lane": ""}
    assert sorted(tip.words.fields["what"] for tip in stored()) == ["先存好的", "有脚本，先存好的"]

    ballast.unlink()
    assert 'name="what"' in client.get("/tip/").text
    reporter.form = back.read.values
    assert reporter.send().receipt
    assert scripted.post(parcel).json == {"stored": True, "lane": ""}
    assert len(stored()) == 4


def test_staff_and_the_sweep_go_on_where_the_form_is_closed(
    database, small_disk, app, reporter, stored
):
    reporter.tip()
    ballast = fill(small_disk, left=900 * 1024)
    with app.app_context():
        assert not vault().room.takes_words
        due = {"status": TipStatus.CLOSED, "is_open": False, "expires_on": today()}
        db.session.execute(update(Tip).values(due))
        db.session.commit()
        assert sweep(db.session)["tips"] == 1
        db.session.commit()
    assert stored() == []
    ballast.unlink()


@contextmanager
def overlooked(monkeypatch):
    """As when somebody else takes the room between our look and our writing."""
    with monkeypatch.context() as patch:
        patch.setattr(room.Disk, "has", lambda *_args, **_more: True)
        yield


def minute_later(app):
    """Nobody tells that there is room again: after a minute it is tried."""
    judgement = app.extensions["dengshao.vault"].room
    assert not judgement.takes_words
    judgement._clock = lambda: time.monotonic() + room.TRIED_AGAIN


def sends_three(reporter):
    """Send what must not be lost, and open the form once more."""
    for number in range(3):
        reporter.tip(what=f"第 {number} 条")
    reporter.open_form()


def goes_on_with_room(reporter, ballast, back, app):
    """Once there is room, what came back on the page is sent from there."""
    ballast.unlink()
    minute_later(app)
    reporter.form = back.read.values
    assert reporter.send().receipt


def sends_into(reporter, scripted, client, app):
    """Send both ways where the database has no room left; what was sent is on the page again."""
    back = reporter.send(status=503, **LEAST | {"what": LEAST["what"] * 200})
    assert shut(back, LOST)
    assert back.read.values["what"] == LEAST["what"] * 200
    # Others are told before they begin, for a minute.
    assert shut(client.get("/tip/"), CLOSED)
    app.extensions["dengshao.vault"].room._full_until = 0.0
    refused = scripted.post(scripted.parcel())
    assert (refused.status_code, refused.json) == (507, {"error": "no_room"})
    return back


class TestSqliteToItsLastByte:
    @pytest.fixture
    def database_url(self, sqlite_url):
        return sqlite_url

    def test_no_half_is_stored_and_nothing_that_stood_is_lost(
        self, small_disk, app, client, reporter, scripted, stored, monkeypatch
    ):
        sends_three(reporter)
        with overlooked(monkeypatch):
            ballast = fill(small_disk, left=0)
            back = sends_into(reporter, scripted, client, app)
            assert len(stored()) == 3
            goes_on_with_room(reporter, ballast, back, app)
        assert len(stored()) == 4
        with app.app_context():
            assert db.session.execute(text("PRAGMA integrity_check")).scalar_one() == "ok"


class TestPostgresqlToItsLastByte:
    @pytest.fixture
    def database_url(self, tmp_path, request):
        with migrated_store(request, "postgresql", tmp_path / "data") as address:
            yield address

    @pytest.fixture
    def environ(self, tmp_path, database_url, confirmed_keys):
        """The database's tables alone lie on the small disk, as on a server elsewhere."""
        return new_installation(tmp_path, database_url, confirmed_keys) | {
            "DENGSHAO_ROOMS": "intake"
        }

    @pytest.fixture
    def data_elsewhere(self):
        """A disk of 24 MiB, where the server's own user may go too."""
        folder = Path(tempfile.mkdtemp(prefix="dengshao-tables-"))
        mount = ["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", folder]
        if subprocess.run(mount, capture_output=True, check=False).returncode:
            pytest.skip("no right to mount a small disk here: run as root")
        folder.chmod(0o755)
        yield folder
        subprocess.run(["umount", "-l", folder], check=True)
        folder.rmdir()

    @pytest.fixture
    def tables(self, app, data_elsewhere, postgresql):
        """The table of tips on the small disk, and back again where it was."""
        with databases._connected(postgresql) as connection:
            owner = Path(connection.execute("SHOW data_directory").fetchone()[0]).stat()
        home = data_elsewhere / "home"
        home.mkdir()
        os.chown(home, owner.st_uid, owner.st_gid)
        name = "small_" + data_elsewhere.name.replace("-", "_")
        place = f"CREATE TABLESPACE {name} LOCATION '{home}'"
        databases.run(postgresql, place)
        address = app.extensions["dengshao"].config.database_url
        address = address.replace("postgresql+psycopg", "postgresql")
        databases.run(address, f"ALTER TABLE tip SET TABLESPACE {name}")
        yield data_elsewhere
        with app.app_context():
            db.dispose()
        databases.run(address, "ALTER TABLE tip SET TABLESPACE pg_default", "CHECKPOINT")
        databases.run(postgresql, f"DROP TABLESPACE {name}")

    def test_what_the_server_answers_is_told_as_our_own_full_disk_is(
        self, tables, app, client, reporter, scripted, stored
    ):
        sends_three(reporter)
        ballast = fill(tables, left=0)
        back = sends_into(reporter, scripted, client, app)
        assert len(stored()) == 3
        goes_on_with_room(reporter, ballast, back, app)
        assert len(stored()) == 4
