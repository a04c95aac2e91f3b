"""Parts and tickets that are wrong, late or not wanted any more: each refusal is exact."""

import hashlib
from datetime import timedelta
from io import BytesIO

import pytest
from sqlalchemy.exc import OperationalError

from admin.db import db, today
from admin.intake.js_api.part_room import PLACES
from admin.models import Upload
from admin.sealing.padme import MIB, blob_size, sealed_size
from admin.vault import vault
from admin.vault.files.blobs import PART, BlobsAway
from admin.vault.files.sweep import sweep_files
from admin.wire import upload_tokens
from admin.wire.upload_tokens import Ticket, UploadTokens
from tests.uploads import OCTETS, SealedFile

SMALL = sealed_size(blob_size(1))


def error(answer):
    return answer.status_code, answer.json["error"]


def wrong_parts(file):
    first, second = file.parts
    return {
        "no number": (first, {"part": ""}),
        "a number below": (first, {"part": "-1"}),
        "no digits": (first, {"part": "one"}),
        "other digits": (first, {"part": "\u0661".encode().decode("latin-1")}),
        "six digits": (first, {"part": "000000"}),
        "beyond the last": (second, {"part": "2"}),
        "not the next one": (second, {"part": "1"}),
        "too short": (first[:-1], {}),
        "too long": (first + b"x", {}),
        "empty": (b"", {}),
        "another digest": (first, {"digest": hashlib.sha256(second).hexdigest()}),
        "no digest": (first, {"digest": ""}),
        "a digest in capitals": (first, {"digest": hashlib.sha256(first).hexdigest().upper()}),
    }


@pytest.mark.table
@pytest.mark.parametrize("case", wrong_parts(SealedFile.of(3 * MIB)))
def test_a_wrong_part_is_refused_with_the_number_of_the_right_one(
    uploader, two, stored_bytes, case
):
    data, changes = wrong_parts(two)[case]
    ticket = uploader.ticket(len(two.data))

    refused = uploader.part(ticket, 0, data, **changes)

    assert (error(refused), refused.json["next"]) == ((400, "part"), 0)
    assert stored_bytes(ticket) == b""
    assert uploader.bring(two, ticket)[1].json["whole"] is True


def test_a_part_without_a_length_is_refused(uploader, two):
    ticket = uploader.ticket(len(two.data))
    data = two.parts[0]

    refused = uploader.client.post(
        "/tip/files/part",
        input_stream=BytesIO(data),
        content_type=OCTETS,
        headers={
            "Dengshao-Ticket": ticket,
            "Dengshao-Part": "0",
            "Dengshao-Digest": hashlib.sha256(data).hexdigest(),
        },
        environ_overrides={"wsgi.input_terminated": True, "CONTENT_LENGTH": ""},
    )

    assert error(refused) == (400, "part")


def test_a_part_that_breaks_off_is_not_stored(uploader, two, stored_bytes):
    ticket = uploader.ticket(len(two.data))
    data = two.parts[0]

    refused = uploader.client.post(
        "/tip/files/part",
        input_stream=BytesIO(data[:-5]),
        content_type=OCTETS,
        headers={
            "Dengshao-Ticket": ticket,
            "Dengshao-Part": "0",
            "Dengshao-Digest": hashlib.sha256(data).hexdigest(),
        },
        environ_overrides={"CONTENT_LENGTH": str(len(data))},
    )

    assert refused.status_code == 400
    assert stored_bytes(ticket) == b""


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_a_page_of_another_origin_cannot_post_without_asking(uploader, two, kind):
    ticket = uploader.ticket(len(two.data))

    assert uploader.part(ticket, 0, two.parts[0], kind=kind).status_code == 415
    for address in ("ticket", "next", "drop"):
        refused = uploader.client.post(f"/tip/files/{address}", data=b"{}", content_type=kind)
        assert refused.status_code == 415


@pytest.mark.table
@pytest.mark.parametrize("address", ["ticket", "next", "drop", "part"])
def test_no_other_address_takes_bodies_as_long_as_a_part(uploader, address):
    long = b"x" * (PART + 1)

    refused = uploader.client.post(
        f"/tip/files/{address}", data=long, content_type="application/json"
    )

    # Without a ticket a part is not even looked at.
    assert refused.status_code == (410 if address == "part" else 413)


FORGED = UploadTokens(b"k" * 32, b"k" * 32).new(Ticket("0" * 32, SMALL))
NO_TICKETS = {
    "none": None,
    "a number": 5,
    "a list": [],
    "empty": "",
    "short": "x",
    "long": "x" * 3000,
    "half a character": "\ud800",
    "Chinese": "票",
    "under another key": FORGED,
}


@pytest.mark.table
@pytest.mark.parametrize("text", NO_TICKETS.values(), ids=NO_TICKETS)
def test_what_is_no_ticket_of_ours_opens_nothing(uploader, text):
    file = SealedFile.of(1)

    assert error(uploader.next(text)) == (410, "ticket")
    assert error(uploader.drop(text)) == (410, "ticket")
    if isinstance(text, str) and text.isascii():
        assert error(uploader.part(text, 0, file.data)) == (410, "ticket")


def test_a_ticket_is_good_for_a_day_and_for_its_length_alone(
    uploader, two, monkeypatch, stored_bytes
):
    ticket = uploader.ticket(len(two.data))
    with monkeypatch.context() as later:
        later.setattr(upload_tokens, "TICKET_SECONDS", -1)
        assert error(uploader.part(ticket, 0, two.parts[0])) == (410, "ticket")
        assert error(uploader.next(ticket)) == (410, "ticket")
        assert error(uploader.drop(ticket)) == (410, "ticket")

    short = uploader.ticket(SMALL)
    assert error(uploader.part(short, 0, two.parts[0])) == (400, "part")
    assert stored_bytes(short) == b""


def test_a_dropped_file_takes_no_more_parts_and_its_bytes_go(
    app, uploader, two, rows, stored_bytes
):
    ticket = uploader.ticket(len(two.data))
    uploader.part(ticket, 0, two.parts[0])
    assert stored_bytes(ticket) == two.parts[0]

    assert uploader.drop(ticket).json == {"dropped": True}
    assert stored_bytes(ticket) == b""
    assert rows() == []
    assert uploader.drop(ticket).json == {"dropped": True}

    assert error(uploader.part(ticket, 1, two.parts[1])) == (410, "ticket")
    assert error(uploader.next(ticket)) == (410, "ticket")


def test_a_part_that_was_on_its_way_when_its_file_was_dropped_leaves_nothing(
    blobs_url, app, uploader, two, monkeypatch, stored_bytes
):
    ticket = uploader.ticket(len(two.data))
    blobs = app.extensions["dengshao.vault"].blobs
    put = type(blobs).put

    def dropped_meanwhile(self, *args):
        put(self, *args)
        assert uploader.drop(ticket).json == {"dropped": True}

    monkeypatch.setattr(type(blobs), "put", dropped_meanwhile)

    assert error(uploader.part(ticket, 0, two.parts[0])) == (410, "ticket")
    assert stored_bytes(ticket) == b""


def test_where_the_store_is_away_the_file_is_told_so_and_goes_on_later(
    blobs_url, app, uploader, scripted, two, monkeypatch, stored_bytes
):
    ticket = uploader.ticket(len(two.data))
    uploader.part(ticket, 0, two.parts[0])

    def away(*_args):
        raise BlobsAway

    with monkeypatch.context() as broken:
        for name in ("put", "parts", "size", "sizes"):
            broken.setattr(type(app.extensions["dengshao.vault"].blobs), name, away)
        word = "away" if blobs_url.startswith("s3:") else "full"
        assert error(uploader.part(ticket, 1, two.parts[1])) == (507, word)
        assert error(uploader.part(ticket, 7, two.parts[1])) == (507, word)
        assert error(uploader.next(ticket)) == (507, word)
        assert scripted.post(scripted.parcel()).json["stored"] is True
    assert uploader.next(ticket).json["next"] == 1
    assert uploader.bring(two, ticket, start=1)[1].json["whole"] is True
    assert stored_bytes(ticket) == two.data


def test_a_store_that_hangs_keeps_no_turn_from_words(uploader, two, held_turns):
    ticket = uploader.ticket(len(two.data))
    other = {"digest": "0" * 64}

    assert uploader.part(ticket, 0, two.parts[0], **other).status_code == 400
    assert uploader.next(ticket).json["next"] == 0
    assert uploader.part(ticket, 1, two.parts[1]).status_code == 400
    assert uploader.bring(two, ticket)[1].json["whole"] is True
    assert uploader.next(ticket).json["whole"] is True

    assert held_turns
    assert not any(held_turns)


def test_where_the_database_is_away_all_is_busy_and_the_proof_stays_good(
    uploader, scripted, two, monkeypatch, count, caplog
):
    ticket = uploader.ticket(len(two.data))
    proof = scripted.proof()

    def away(*_args):
        raise OperationalError("INSERT", {}, Exception("database or disk is full"))

    with monkeypatch.context() as broken:
        for name in ("reserve", "find", "drop"):
            broken.setattr(f"admin.vault.files.uploads.{name}", away)
        answers = [
            uploader.ask(SMALL, proof=proof),
            uploader.next(ticket),
            uploader.part(ticket, 0, two.parts[0]),
            uploader.drop(ticket),
        ]

    assert [error(answer) for answer in answers] == [(503, "busy")] * 4
    assert caplog.text.count("OperationalError at") == 4
    assert all(answer.headers["Retry-After"] for answer in answers)
    assert count(Upload) == 1
    assert uploader.ask(SMALL, proof=proof).status_code == 200


def test_where_all_places_are_taken_a_part_is_told_to_come_again(app, uploader, two):
    ticket = uploader.ticket(len(two.data))
    room = app.extensions["dengshao.part_room"]
    places = [room.place(None) for _ in range(PLACES)]
    for place in places:
        place.__enter__()

    refused = uploader.part(ticket, 0, two.parts[0])
    for place in places:
        place.__exit__(None, None, None)

    assert error(refused) == (503, "busy")
    assert uploader.part(ticket, 0, two.parts[0]).status_code == 200


def test_a_file_that_no_tip_names_is_swept_and_its_ticket_opens_nothing(
    blobs_url, app, uploader, two, rows, stored_bytes
):
    ticket, _last = uploader.bring(two)
    assert rows()[0].is_whole

    with app.app_context():
        sweep_files(db.session, vault().blobs, today() + timedelta(days=2))

    assert rows() == []
    assert stored_bytes(ticket) == b""
    assert error(uploader.next(ticket)) == (410, "ticket")
