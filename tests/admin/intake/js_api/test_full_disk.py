"""A disk that files have filled: words are still stored on it, and files go on later."""

import pytest

from admin.sealing.padme import MIB
from admin.vault.files.local import LocalBlobs
from tests.admin.intake.conftest import fill
from tests.uploads import SealedFile


@pytest.fixture
def environ(small_disk, environ):
    """All of the installation lies on the small disk: it is there before the database is made."""
    return environ


def test_words_are_stored_on_a_disk_that_files_have_filled_and_files_go_on_later(
    database, small_disk, scripted, uploader
):
    first, second = SealedFile.of(7 * MIB), SealedFile.of(15 * MIB)
    tickets = [uploader.ticket(len(file.data)) for file in (first, second)]
    uploader.bring(first, tickets[0])
    ballast = fill(small_disk, left=8 * MIB)

    answers = [uploader.part(tickets[1], number, data) for number, data in enumerate(second.parts)]

    codes = [answer.status_code for answer in answers]
    assert codes[0] == 200
    assert (codes[-1], answers[3].json) == (400, {"error": "part", "next": codes.index(507)})
    assert answers[codes.index(507)].json == {"error": "full"}
    refused = uploader.ask(len(first.data))
    assert (refused.status_code, refused.json) == (507, {"error": "full"})
    # Words, and the file that was whole already.
    told = scripted.post(scripted.parcel() | {"files": [tickets[0]]})
    assert told.json == {"stored": True, "lane": ""}

    ballast.unlink()
    start = uploader.next(tickets[1]).json["next"]
    _ticket, last = uploader.bring(second, tickets[1], start)
    assert start == codes.index(507)
    assert last.json["whole"] is True
    told = scripted.post(scripted.parcel() | {"files": [tickets[1]]})
    assert told.json == {"stored": True, "lane": ""}


def test_a_disk_filled_by_others_to_its_last_byte_is_full_and_nothing_half_stands(
    database, small_disk, uploader, app, monkeypatch
):
    file = SealedFile.of(7 * MIB)
    ticket = uploader.ticket(len(file.data))
    uploader.part(ticket, 0, file.parts[0])
    # As when somebody else takes the room between our look and our writing.
    monkeypatch.setattr(LocalBlobs, "has_room", lambda _self, _size: True)
    ballast = fill(small_disk, left=MIB)

    refused = uploader.part(ticket, 1, file.parts[1])

    assert (refused.status_code, refused.json) == (507, {"error": "full"})
    blobs = app.extensions["dengshao.vault"].blobs
    assert [path.name for path in blobs.root.rglob("*") if path.is_file()] == ["00000"]
    ballast.unlink()
    assert uploader.bring(file, ticket, 1)[1].json["whole"] is True
