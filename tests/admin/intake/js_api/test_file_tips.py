"""A sealed tip names its files: all whole and in its own transaction, or it is not stored."""

import pytest
from sqlalchemy import select

from admin.app_state import app_state
from admin.db import db
from admin.intake.js_api import tips as scripted_views
from admin.models import SpentChallenge, Tally, Tip, Upload
from admin.sealing import receipt
from admin.vault.files.uploads import NotWhole
from admin.wire.upload_tokens import Ticket, UploadTokens
from tests.admin.intake.js_api.at_once import press_at_once
from tests.uploads import SealedFile


@pytest.fixture
def named(app):
    """Tell which reference names each blob of these tickets."""

    def read(tickets_):
        with app.app_context():
            blobs = [app_state().upload_tokens.read(ticket)[0].blob for ticket in tickets_]
            query = select(Upload.blob, Tip.reference).outerjoin(Tip, Upload.tip_id == Tip.id)
            found = dict(db.session.execute(query).all())
            return [found[blob] for blob in blobs]

    return read


def error(answer):
    return answer.status_code, answer.json["error"]


def test_a_tip_and_its_files_are_stored_together_and_a_retry_says_the_same(
    app, scripted, uploader, named, count
):
    files = [uploader.whole(), uploader.whole(3 * 1024 * 1024)]
    parcel = scripted.parcel() | {"files": files}

    first = scripted.post(parcel)
    again = [scripted.post(parcel), scripted.post(parcel | {"proof": scripted.proof()})]

    assert first.json == {"stored": True, "lane": ""}
    assert [answer.data for answer in again] == [first.data] * 2
    assert named(files) == [parcel["reference"]] * 2
    assert count(Tip) == 1
    with app.app_context():
        assert db.reading.scalars(select(Tally.count)).all() == [1]


def test_a_file_that_hangs_on_a_tip_takes_no_part_and_is_not_dropped(uploader, scripted, named):
    file = SealedFile.of(5)
    ticket, _last = uploader.bring(file)
    parcel = scripted.parcel() | {"files": [ticket]}
    scripted.post(parcel)

    assert error(uploader.part(ticket, 0, file.data)) == (410, "ticket")
    assert error(uploader.next(ticket)) == (410, "ticket")
    uploader.drop(ticket)
    assert named([ticket]) == [parcel["reference"]]


def unwhole(uploader):
    file = SealedFile.of(3 * 1024 * 1024)
    ticket = uploader.ticket(len(file.data))
    uploader.part(ticket, 0, file.parts[0])
    return ticket


def dropped(uploader):
    ticket = uploader.whole()
    uploader.drop(ticket)
    return ticket


def of_another_tip(uploader, scripted):
    ticket = uploader.whole()
    assert scripted.post(scripted.parcel() | {"files": [ticket]}).status_code == 200
    return ticket


NOT_THERE = {
    "promised": lambda uploader, _scripted: uploader.ticket(len(SealedFile.of(1).data)),
    "not whole": lambda uploader, _scripted: unwhole(uploader),
    "dropped": lambda uploader, _scripted: dropped(uploader),
    "another tip's": of_another_tip,
    "no ticket": lambda _uploader, _scripted: "none",
    "another server's": lambda _uploader, _scripted: UploadTokens(b"k" * 32, b"k").new(
        Ticket("0" * 32, 70000)
    ),
}


@pytest.mark.parametrize("case", NOT_THERE)
def test_a_tip_never_names_a_file_that_is_not_there_for_it(scripted, uploader, case, count, named):
    good = uploader.whole()
    files = [good, NOT_THERE[case](uploader, scripted)]
    before = count(Tip), count(SpentChallenge)
    parcel = scripted.parcel() | {"files": files}

    assert error(scripted.post(parcel)) == (409, "files")
    assert (count(Tip), count(SpentChallenge)) == before
    assert named([good]) == [None]
    # The browser brings the file anew, or leaves it: its words and its proof are as good as before.
    assert scripted.post(parcel | {"files": [good]}).json["stored"] is True
    assert named([good]) == [parcel["reference"]]


def test_where_a_file_is_not_there_nothing_is_taken_of_the_budget(
    app, scripted, uploader, monkeypatch
):
    def judge(**_facts):
        raise AssertionError("judged")

    monkeypatch.setattr(app.extensions["dengshao.flood"], "judge", judge)

    for _ in range(3):
        assert error(scripted.post(scripted.parcel() | {"files": ["none"]})) == (409, "files")


def test_two_tips_that_name_one_file_at_the_same_moment_are_one_tip(
    app, config, scripted, uploader, count, named
):
    ticket = uploader.whole()
    parcels = [scripted.parcel() | {"files": [ticket]} for _ in range(6)]

    answers = press_at_once(app, config, parcels)

    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 5
    assert count(Tip) == 1
    assert named([ticket])[0] in [parcel["reference"] for parcel in parcels]


def test_a_file_that_is_taken_between_look_and_deed_undoes_the_whole_tip(
    scripted, uploader, monkeypatch, count
):
    parcel = scripted.parcel() | {"files": [uploader.whole()]}

    def taken(*_args):
        raise NotWhole

    with monkeypatch.context() as racing:
        racing.setattr(scripted_views.uploads, "attach", taken)
        assert error(scripted.post(parcel)) == (409, "files")
    assert count(Tip) == 0
    assert scripted.post(parcel).json["stored"] is True


def test_the_same_file_twice_in_one_tip_is_one_file(scripted, uploader, named):
    ticket = uploader.whole()
    parcel = scripted.parcel() | {"files": [ticket, ticket]}

    assert scripted.post(parcel).json["stored"] is True
    assert named([ticket]) == [parcel["reference"]]


def test_a_ticket_past_its_day_still_names_what_was_brought_whole(
    scripted, uploader, monkeypatch, named
):
    ticket = uploader.whole()
    parcel = scripted.parcel() | {"files": [ticket]}
    monkeypatch.setattr("admin.wire.upload_tokens.TICKET_SECONDS", -1)

    assert scripted.post(parcel).json["stored"] is True
    assert named([ticket]) == [parcel["reference"]]


@pytest.mark.table
@pytest.mark.parametrize("files", [None, "x", {}, [None], [5], [["x"]], ["x"] * 21, [{}]])
def test_a_malformed_list_of_files_is_refused_and_stores_nothing(scripted, files, count):
    assert scripted.post(scripted.parcel() | {"files": files}).status_code == 400
    assert count(Tip) == 0


def test_more_bytes_than_one_tip_may_bring_are_refused_by_their_tickets_alone(app, scripted, count):
    with app.app_context():
        largest = [app_state().upload_tokens.new(Ticket(f"{n:032x}", 2 << 30)) for n in range(2)]

    assert error(scripted.post(scripted.parcel() | {"files": largest})) == (413, "too_big")
    assert count(Tip) == 0


def test_other_words_under_a_known_receipt_leave_their_files_for_the_supplement(
    scripted, uploader, named
):
    digits = receipt.new_digits()
    scripted.post(scripted.parcel(digits))
    ticket = uploader.whole()

    more = scripted.parcel(digits, what="昨晚又来了") | {"files": [ticket]}

    assert error(scripted.post(more)) == (409, "other_words")
    assert named([ticket]) == [None]
