"""Sealed files come in by parts under a ticket: the way from a proof of work to a whole file."""

import threading
from base64 import b64decode

import pytest

from admin.app_state import app_state
from admin.db import today
from admin.models import SpentChallenge, Tip, Upload
from admin.sealing import age
from admin.sealing.padme import MIB, PACKS, blob_size, sealed_size
from admin.vault import vault
from admin.vault.files.blobs import PART
from tests.admin.intake.no_js.test_multipart import BOUNDARY, body
from tests.uploads import SealedFile, Uploader

THREE_PARTS = 5 * MIB
SMALL = sealed_size(blob_size(1))


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
        blob = app_state().upload_tokens.read(ticket)[0].blob
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


@pytest.mark.table
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


class TestShare:
    @pytest.fixture
    def environ(self, environ):
        return {**environ, "DENGSHAO_ORPHANS_MB": "6"}

    def test_forms_that_prove_no_work_leave_half_of_the_room_to_those_that_do(
        self, reporter, uploader, count
    ):
        token = reporter.tip(official="yes").token

        # A supervisory file of any size fills a pack of 4 MiB.
        page = reporter.client.post(
            "/tip/more",
            data=body([("token", token), ("originals", "yes")], [("a.xyz", b"note\0")]),
            content_type=f"multipart/form-data; boundary={BOUNDARY}",
        )

        assert (page.status_code, count(Tip), count(Upload)) == (422, 1, 0)
        assert "失败" in page.text
        assert uploader.ask(sealed_size(PACKS[0])).status_code == 200
