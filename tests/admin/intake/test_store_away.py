"""A press while the S3 store is away: words are taken, the files told, and nothing half kept."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from admin.db import db, today
from admin.models import Tip, Upload
from admin.vault import vault
from admin.vault.files.sweep import ORPHAN_DAYS, sweep_files
from tests.admin.intake.conftest import FormReader, Page
from tests.admin.intake.no_js.test_multipart import BOUNDARY, body

NOTE = b"in no format that we know\0"
# Asked for by name: that leads the app to the bucket.
pytestmark = pytest.mark.usefixtures("blobs_url")
AWAY = "失败：文件现在存不上，请等一会儿再交。"


@pytest.fixture
def blobs_url(hostile, monkeypatch):
    monkeypatch.setattr("admin.vault.files.remote.SILENT_SECONDS", 0.0)
    return hostile.blobs_url


@pytest.fixture
def hand_in(reporter):
    """Hand files in as a browser without scripts does; gives status and what is told of each."""

    def hand_in(*names):
        files = [(name, NOTE + name.encode()) for name in names]
        data = body((reporter.form | {"originals": "yes"}).items(), files)
        kind = f"multipart/form-data; boundary={BOUNDARY}"
        answer = reporter.client.post("/tip/more", data=data, content_type=kind)
        page = Page(answer, FormReader(answer.text))
        block = re.search(r'id="files-told".*?</div>', page.text, re.DOTALL)
        found = re.findall(r"<li[^>]*>(?:<bdi>(.*?)</bdi>：)?(.*?)</li>", block[0] if block else "")
        return answer.status_code, found

    return hand_in


def uploads(app):
    with app.app_context():
        rows = db.reading.scalars(select(Upload)).all()
        return [(row.is_whole, row.tip_id is not None, row.is_released) for row in rows]


@pytest.mark.parametrize("fault", ["hang", "slow_down", "reset_in_request"])
def test_without_scripts_one_wait_counts_for_all_files_and_they_go_later(
    app, hostile, reporter, hand_in, count, fault, monkeypatch
):
    if fault != "hang":
        # Each fails at once; on a busy machine three of them may take longer than a person waits.
        monkeypatch.setattr("admin.vault.files.remote.AGAIN_SECONDS", 60.0)
    hostile.spoil("PUT", fault)
    page = reporter.tip()
    reporter.form = {"token": page.token}

    status, told = hand_in("a.xyz", "b.xyz", "c.xyz")

    assert (status, told) == (422, [(f"{name}.xyz", AWAY) for name in "abc"])
    # One part was asked for, of the first file; once where that took its time.
    assert len({path for _method, path in hostile.asked}) == 1
    assert len(hostile.asked) == (1 if fault == "hang" else 3)
    assert count(Tip) == 1
    assert uploads(app) == [(False, False, True)]

    hostile.mend()
    status, told = hand_in("a.xyz", "b.xyz", "c.xyz")
    assert status == 200
    assert all(words.endswith("已保存") for _name, words in told)
    with app.app_context():
        sweep_files(db.session, vault().blobs)
        assert len(vault().blobs.all_sizes()) == 3
    assert uploads(app) == [(True, True, False)] * 3


@pytest.mark.parametrize("fault", ["hang", "reset_after"])
def test_with_scripts_the_file_is_told_the_words_go_and_what_was_left_is_swept(
    app, hostile, scripted, uploader, two, count, fault
):
    ticket = uploader.ticket(len(two.data))
    hostile.spoil("PUT", fault)

    refused = uploader.part(ticket, 0, two.parts[0])

    assert (refused.status_code, refused.json["error"]) == (507, "away")
    assert scripted.post(scripted.parcel()).json["stored"] is True
    assert count(Tip) == 1
    with app.app_context():
        left = vault().blobs.all_sizes()
        assert bool(left) == (fault == "reset_after")
        sweep_files(db.session, vault().blobs, today() + timedelta(days=365))
        assert vault().blobs.all_sizes() == {}
    assert uploads(app) == []
    assert ORPHAN_DAYS == 2
