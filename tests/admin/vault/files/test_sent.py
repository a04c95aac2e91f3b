"""Which sealed lengths may be files, and what a tip may name: at each bound, and one beyond it."""

import secrets

import pytest

from admin.app_state import app_state
from admin.sealing.padme import MIB, PACKS, SMALLEST, blob_size, sealed_size
from admin.vault import vault
from admin.vault.files import uploads
from admin.vault.files.sent import TooMuch, check_free, fits, is_padded, read_files
from admin.vault.files.uploads import NotWhole
from admin.wire.fields import Malformed
from admin.wire.upload_tokens import Ticket

CLEAR = [SMALLEST, SMALLEST + 1, MIB, 12 * MIB + 1, 200 * MIB, 500 * MIB, *PACKS]
MOST = 2 * 10


@pytest.mark.parametrize("clear", CLEAR)
def test_a_file_is_as_long_as_the_next_step_says_and_not_a_byte_more_or_less(clear):
    size = sealed_size(blob_size(clear))

    assert [is_padded(size + more) for more in (-1, 0, 1)] == [False, True, False]


@pytest.mark.parametrize("clear", [0, 1, 1024, SMALLEST // 2, 63 * 1024])
def test_what_is_shorter_than_the_smallest_step_is_not_filled_up(clear):
    assert not is_padded(sealed_size(clear))


@pytest.mark.parametrize("clear", [SMALLEST + 1, MIB + 1, 12 * MIB + 1])
def test_what_is_sealed_as_long_as_it_is_is_not_filled_up(clear):
    assert not is_padded(sealed_size(clear))


def test_one_file_fits_up_to_its_bound_and_all_of_a_tip_at_a_step_alone(config):
    most = sealed_size(blob_size(config.file_mb * MIB))

    assert fits(most, config)
    assert not fits(most + 1, config)
    # 2 GiB together: the step of 1 GiB does, and the one above.
    for step in PACKS[-2:]:
        near = [fits(sealed_size(step) + more, config) for more in (-1, 0, 1)]
        assert near == [False, True, False]


@pytest.fixture
def tickets(session):
    """Make tickets of files of these sizes."""

    def make(*sizes):
        tokens = app_state().upload_tokens
        return [tokens.new(Ticket(secrets.token_hex(16), size)) for size in sizes]

    return make


def test_a_tip_names_its_files_in_their_order_and_none_where_it_has_none(session, tickets):
    texts = tickets(1, 2, 3)
    read = app_state().upload_tokens.read

    assert read_files({"files": texts}) == tuple(read(text)[0].blob for text in texts)
    assert read_files({}) == read_files({"files": []}) == ()


def test_a_ticket_that_is_not_ours_stands_for_a_file_that_is_not_there(session, tickets):
    (good,) = tickets(1)

    names = read_files({"files": ["x", good, good[:-1], "字"]})

    assert [bool(name) for name in names] == [False, True, False, False]


@pytest.mark.parametrize("files", [None, "text", {}, 7, [7], ["x", None], [["x"]], [b"x"]])
def test_files_of_another_shape_are_refused(session, files):
    with pytest.raises(Malformed):
        read_files({"files": files})


def test_a_tip_names_as_many_files_as_it_may_and_not_one_more(session, tickets):
    assert len(read_files({"files": tickets(*[1] * MOST)})) == MOST
    with pytest.raises(Malformed):
        read_files({"files": tickets(*[1] * (MOST + 1))})


def test_all_files_of_a_tip_are_together_as_long_as_they_may_be_and_not_a_byte_longer(
    session, tickets
):
    most = max(
        2048 * MIB * 9 // 8 + MOST * sealed_size(SMALLEST),
        sealed_size(PACKS[-1]),
    )

    assert len(read_files({"files": tickets(most - 5, 5)})) == 2
    with pytest.raises(TooMuch):
        read_files({"files": tickets(most - 5, 6)})


def whole(session):
    blob = uploads.reserve(session, 3).blob
    session.commit()
    vault().blobs.put(blob, 0, b"abc")
    uploads.finish(session, vault().blobs, blob)
    session.commit()
    return blob


def promised(session):
    return uploads.reserve(session, 3).blob


def dropped(session):
    blob = whole(session)
    uploads.drop(session, blob)
    return blob


def unknown(_session):
    return "0" * 32


def test_whole_files_of_nobody_are_free_each_named_once_or_twice(session):
    one, two = whole(session), whole(session)

    check_free(session, [])
    check_free(session, [one, two, one])


def test_a_file_of_a_tip_is_free_no_more(session, tip_id):
    blob = whole(session)
    uploads.attach(session, tip_id, [blob])

    with pytest.raises(NotWhole):
        check_free(session, [blob])


@pytest.mark.parametrize("make", [promised, dropped, unknown])
def test_one_file_that_is_not_free_is_enough(session, make):
    good, bad = whole(session), make(session)

    with pytest.raises(NotWhole):
        check_free(session, [good, bad])
