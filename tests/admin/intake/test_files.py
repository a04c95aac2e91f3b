"""Sealed files come in by parts under a ticket: each refusal is exact, and none costs the words."""

import hashlib
import threading
from base64 import b64decode
from datetime import timedelta
from io import BytesIO

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from admin import tickets
from admin.db import db, today
from admin.house import house
from admin.intake.part_room import PLACES
from admin.models import SpentChallenge, Upload
from admin.sealing import age
from admin.sealing.padme import MIB, PACKS, blob_size, sealed_size
from admin.tickets import Ticket, Tickets
from admin.vault import vault
from admin.vault.blobs import PART, BlobsAway
from admin.vault.file_sweep import sweep_files
from tests.uploads import OCTETS, SealedFile, Uploader

THREE_PARTS = 5 * MIB
SMALL = sealed_size(blob_size(1))


@pytest.fixture
def environ(request, environ):
    """A local folder; a test that takes `blobs_url` runs on a real S3 server as well."""
    if "blobs_url" not in request.fixturenames:
        return environ
    return {**environ, "DENGSHAO_BLOBS_URL": request.getfixturevalue("blobs_url")}


@pytest.fixture
def uploader(scripted):
    return Uploader(scripted.client, scripted.proof)


@pytest.fixture
def rows(app):
    """Read the uploads as they are written down."""

    def read():
        with app.app_context():
            return db.session.scalars(select(Upload)).all()

    return read


@pytest.fixture
def stored_bytes(app):
    """Read what lies in the store under a ticket's blob."""

    def read(ticket):
        with app.app_context():
            blob = house().tickets.read(ticket)[0].blob
            blobs = vault().blobs
            return b"".join(blobs.read(blob, number) for number in range(blobs.parts(blob)))

    return read


def error(answer):
    return answer.status_code, answer.json["error"]


def test_a_file_brought_by_parts_stands_whole_and_opens_with_its_own_key(
    blobs_url, uploader, rows, stored_bytes
):
    file = SealedFile.of(THREE_PARTS)

    ticket = uploader.ticket(len(file.data))
    answers = [uploader.part(ticket, number, data) for number, data in enumerate(file.parts)]

    assert [answer.json for answer in answers] == [
        {"next": 1, "whole": False},
        {"next": 2, "whole": False},
        {"next": 3, "whole": True},
    ]
    [row] = rows()
    assert (row.size, row.is_whole, row.tip_id, row.made_on) == (
        len(file.data),
        True,
        None,
        today(),
    )
    assert stored_bytes(ticket) == file.data
    opened = age.open_sealed(stored_bytes(ticket), [file.identity])
    assert opened[:THREE_PARTS] == file.clear
    assert not any(opened[THREE_PARTS:])


def test_a_ticket_tells_how_to_go_on_and_keeps_one_key_for_the_browsers_state(uploader):
    file = SealedFile.of(THREE_PARTS)
    given = uploader.ask(len(file.data)).json
    other = uploader.ask(len(file.data)).json

    assert given["part"] == PART
    assert len(b64decode(given["keep"])) == 32
    assert given["keep"] != other["keep"]
    uploader.part(given["ticket"], 0, file.parts[0])
    answer = uploader.next(given["ticket"]).json
    assert answer == {"next": 1, "whole": False, "keep": given["keep"]}


def test_after_a_break_the_browser_goes_on_where_it_stood(blobs_url, uploader, stored_bytes):
    file = SealedFile.of(THREE_PARTS)
    ticket = uploader.ticket(len(file.data))
    uploader.part(ticket, 0, file.parts[0])

    start = uploader.next(ticket).json["next"]
    uploader.bring(file, ticket, start)

    assert start == 1
    assert uploader.next(ticket).json | {"keep": ""} == {"next": 3, "whole": True, "keep": ""}
    assert stored_bytes(ticket) == file.data


def test_the_same_part_again_is_answered_the_same_and_other_bytes_change_nothing(
    blobs_url, uploader, stored_bytes
):
    file = SealedFile.of(THREE_PARTS)
    other = SealedFile.of(THREE_PARTS)
    ticket, last = uploader.bring(file)

    again = [uploader.part(ticket, number, data) for number, data in enumerate(file.parts)]
    assert [answer.status_code for answer in again] == [200] * 3
    assert again[-1].json == last.json == {"next": 3, "whole": True}
    for number, data in enumerate(other.parts):
        refused = uploader.part(ticket, number, data)
        assert (error(refused), refused.json["next"]) == ((409, "part"), 3)
    assert stored_bytes(ticket) == file.data


def test_a_file_whose_last_answer_was_lost_is_found_whole_by_next(blobs_url, app, uploader, rows):
    file = SealedFile.of(THREE_PARTS)
    ticket = uploader.ticket(len(file.data))
    with app.app_context():
        blob = house().tickets.read(ticket)[0].blob
        for number, data in enumerate(file.parts):
            vault().blobs.put(blob, number, data)
    assert rows()[0].is_whole is False

    assert uploader.next(ticket).json["whole"] is True
    assert rows()[0].is_whole is True


def test_every_answer_has_one_size_and_no_cookie(uploader):
    file = SealedFile.of(10)
    ticket, last = uploader.bring(file)
    answers = [
        last,
        uploader.ask(SMALL),
        uploader.ask(SMALL, proof=""),
        uploader.next(ticket),
        uploader.next("none"),
        uploader.part(ticket, 7, b"x"),
        uploader.drop(ticket),
    ]

    assert {len(answer.data) for answer in answers} == {4096}
    assert not any("Set-Cookie" in answer.headers for answer in answers)
    assert all("no-store" in answer.headers["Cache-Control"] for answer in answers)


def test_a_proof_is_good_for_one_ticket(uploader, scripted, count):
    proof = scripted.proof()

    assert uploader.ask(SMALL, proof=proof).status_code == 200
    for _ in range(20):
        assert error(uploader.ask(SMALL, proof=proof)) == (400, "challenge")
    # Nor does it carry a tip any more, and a tip's proof no file.
    assert error(scripted.post(scripted.parcel() | {"proof": proof})) == (400, "challenge")
    parcel = scripted.parcel()
    scripted.post(parcel)
    assert error(uploader.ask(SMALL, proof=parcel["proof"])) == (400, "challenge")
    assert (count(Upload), count(SpentChallenge)) == (1, 2)


def test_one_proof_at_the_same_moment_makes_one_ticket(app, config, scripted, count):
    proof = scripted.proof()
    answers, barrier = [], threading.Barrier(8)

    def press():
        client = app.test_client()
        client.environ_base["HTTP_HOST"] = config.public_host
        barrier.wait()
        answers.append(Uploader(client, lambda: proof).ask(SMALL))

    threads = [threading.Thread(target=press) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(answer.status_code for answer in answers) == [200] + [400] * 7
    assert count(Upload) == 1


FILE = 500 * MIB
SIZES = {
    "no number": (None, 400),
    "a text": ("70000", 400),
    "a truth value": (True, 400),
    "a fraction": (70000.0, 400),
    "nothing": (0, 400),
    "less than nothing": (-1, 400),
    "less than the smallest blob": (sealed_size(65535), 400),
    "not filled up": (sealed_size(65537), 400),
    "one byte too many": (SMALL + 1, 400),
    "the smallest": (SMALL, 200),
    "the largest file": (sealed_size(blob_size(FILE)), 200),
    "a larger file": (sealed_size(blob_size(FILE + 30 * MIB)), 413),
    "a supervisory pack": (sealed_size(PACKS[-2]), 200),
    "the largest pack": (sealed_size(PACKS[-1]), 200),
    "more than any pack": (sealed_size(2 * PACKS[-1]), 413),
    "far too large": (10**18, 413),
}


@pytest.mark.parametrize(("size", "status"), SIZES.values(), ids=SIZES)
def test_the_length_of_a_file_is_bound_and_filled_up(uploader, count, size, status):
    answer = uploader.ask(size)

    assert answer.status_code == status
    assert count(Upload) == (status == 200)
    if status == 413:
        assert answer.json["error"] == "too_big"


@pytest.mark.parametrize("limit", ["DENGSHAO_FILES_MB_DAY", "DENGSHAO_ORPHANS_MB"])
class TestBudget:
    @pytest.fixture
    def environ(self, environ, limit):
        return {**environ, limit: "1"}

    def test_beyond_a_budget_files_are_full_and_words_are_taken(self, scripted, uploader, count):
        sizes = [sealed_size(blob_size(512 * 1024))] * 2
        proof = scripted.proof()

        answers = [uploader.ask(sizes[0]), uploader.ask(sizes[1], proof=proof)]

        assert answers[0].status_code == 200
        assert error(answers[1]) == (507, "full")
        assert count(Upload) == 1
        # The proof is still good, for the words and for a smaller file.
        assert scripted.post(scripted.parcel() | {"proof": proof}).json["stored"] is True
        assert uploader.ask(SMALL).status_code == 200


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


@pytest.fixture(scope="module")
def two():
    return SealedFile.of(3 * MIB)


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


@pytest.mark.parametrize("address", ["ticket", "next", "drop", "part"])
def test_no_other_address_takes_bodies_as_long_as_a_part(uploader, address):
    long = b"x" * (PART + 1)

    refused = uploader.client.post(
        f"/tip/files/{address}", data=long, content_type="application/json"
    )

    # Without a ticket a part is not even looked at.
    assert refused.status_code == (410 if address == "part" else 413)


FORGED = Tickets(b"k" * 32, b"k" * 32).new(Ticket("0" * 32, SMALL))
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
        later.setattr(tickets, "TICKET_SECONDS", -1)
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


def test_where_the_store_is_away_the_file_is_full_and_goes_on_later(
    blobs_url, app, uploader, scripted, two, monkeypatch, stored_bytes
):
    ticket = uploader.ticket(len(two.data))
    uploader.part(ticket, 0, two.parts[0])

    def away(*_args):
        raise BlobsAway

    with monkeypatch.context() as broken:
        for name in ("put", "parts", "size", "sizes"):
            broken.setattr(type(app.extensions["dengshao.vault"].blobs), name, away)
        assert error(uploader.part(ticket, 1, two.parts[1])) == (507, "full")
        assert error(uploader.part(ticket, 7, two.parts[1])) == (507, "full")
        assert error(uploader.next(ticket)) == (507, "full")
        assert scripted.post(scripted.parcel()).json["stored"] is True
    assert uploader.next(ticket).json["next"] == 1
    assert uploader.bring(two, ticket, start=1)[1].json["whole"] is True
    assert stored_bytes(ticket) == two.data


def test_where_the_database_is_away_all_is_busy_and_the_proof_stays_good(
    uploader, scripted, two, monkeypatch, count
):
    ticket = uploader.ticket(len(two.data))
    proof = scripted.proof()

    def away(*_args):
        raise OperationalError("INSERT", {}, Exception("database or disk is full"))

    with monkeypatch.context() as broken:
        for name in ("reserve", "find", "drop"):
            broken.setattr(f"admin.vault.uploads.{name}", away)
        answers = [
            uploader.ask(SMALL, proof=proof),
            uploader.next(ticket),
            uploader.part(ticket, 0, two.parts[0]),
            uploader.drop(ticket),
        ]

    assert [error(answer) for answer in answers] == [(503, "busy")] * 4
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
