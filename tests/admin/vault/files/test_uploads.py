from datetime import timedelta

import pytest
from sqlalchemy import func, select

from admin.db import today
from admin.models import Tip, Upload
from admin.sealing.age import HybridIdentity, open_sealed
from admin.sealing.padme import blob_size, sealed_size
from admin.vault import vault
from admin.vault.files import uploads
from admin.vault.files.blobs import PART
from admin.vault.files.sealed_upload import SealedUpload
from admin.vault.files.uploads import (
    NotKnown,
    NotWhole,
    WrongPart,
)


@pytest.fixture
def environ(environ, shape_blobs_url):
    return environ | {"DENGSHAO_BLOBS_URL": shape_blobs_url}


@pytest.fixture
def blobs(session):
    return vault().blobs


def promise(session, size):
    blob = uploads.reserve(session, size).blob
    session.commit()
    return blob


def whole(session, blobs, size=10):
    """A blob that stands and is known to."""
    blob = promise(session, size)
    for number in range(-(-size // PART)):
        blobs.put(blob, number, bytes(uploads.part_length(size, number)))
    uploads.finish(session, blobs, blob)
    session.commit()
    return blob


def test_a_promise_is_a_row_with_a_random_name_and_a_day(session):
    upload = uploads.reserve(session, 5)
    session.commit()

    assert (upload.size, upload.made_on, upload.tip_id) == (5, today(), None)
    assert (upload.is_whole, upload.is_released) == (False, False)
    assert len(upload.blob) == 32
    assert uploads.reserve(session, 5).blob != upload.blob


def test_of_nothing_nothing_is_promised_and_each_byte_counts(session):
    def bytes_of(day):
        return uploads.promised_bytes(session, day), uploads.waiting_bytes(session)

    assert bytes_of(today()) == (0, 0)
    uploads.reserve(session, 5)
    uploads.reserve(session, 7)
    assert bytes_of(today()) == (12, 12)
    assert bytes_of(today() - timedelta(days=1)) == (0, 12)


@pytest.mark.parametrize("size", [-1, 0, PART * 100_000])
def test_a_size_that_no_blob_has_is_not_promised(session, size):
    with pytest.raises(ValueError, match="size"):
        uploads.reserve(session, size)


def test_a_blob_is_whole_once_all_of_its_parts_stand(session, blobs):
    blob = promise(session, PART + 3)
    with pytest.raises(NotWhole):
        uploads.finish(session, blobs, blob)
    uploads.put_part(session, blobs, blob, 1, b"end")
    with pytest.raises(NotWhole):
        uploads.finish(session, blobs, blob)
    uploads.put_part(session, blobs, blob, 0, bytes(PART))

    uploads.finish(session, blobs, blob)
    uploads.finish(session, blobs, blob)

    assert uploads.find(session, blob).is_whole


def test_what_is_sealed_while_it_is_pushed_opens_and_is_as_long_as_promised(session, blobs):
    identity, data = HybridIdentity.generate(), bytes(range(256)) * 17_000
    size = sealed_size(blob_size(len(data)))
    blob = promise(session, size)
    upload = SealedUpload(blobs, blob, identity.recipient)
    for start in range(0, len(data), 100_000):
        upload.write(data[start : start + 100_000])
    upload.close()

    uploads.finish(session, blobs, blob)
    sealed = b"".join(blobs.read(blob, number) for number in range(blobs.parts(blob)))
    opened = open_sealed(sealed, [identity])

    assert len(sealed) == size
    assert len(opened) == blob_size(len(data))
    assert opened[: len(data)] == data
    assert not opened[len(data) :].strip(b"\0")


WRONG_PARTS = {
    "too short": (0, bytes(PART - 1)),
    "too long": (0, bytes(PART + 1)),
    "empty": (0, b""),
    "a last one too long": (1, b"four"),
    "beyond the last": (2, b"x"),
    "before the first": (-1, b"x"),
}


@pytest.mark.parametrize(("number", "data"), WRONG_PARTS.values(), ids=WRONG_PARTS)
def test_a_part_that_the_blob_does_not_have_is_not_stored(session, blobs, number, data):
    blob = promise(session, PART + 3)

    with pytest.raises(WrongPart):
        uploads.put_part(session, blobs, blob, number, data)

    assert blobs.sizes(blob) == {}


def test_a_part_of_what_was_dropped_or_never_promised_is_not_stored(session, blobs):
    blob = promise(session, 3)
    uploads.drop(session, blob)
    session.commit()

    for name in (blob, "0" * 32):
        with pytest.raises(NotKnown):
            uploads.put_part(session, blobs, name, 0, b"abc")
        assert blobs.sizes(name) == {}


def test_a_tip_may_name_what_is_whole_and_name_it_again(session, blobs, tip_id):
    names = [whole(session, blobs), whole(session, blobs)]

    uploads.attach(session, tip_id, names)
    uploads.attach(session, tip_id, [*names, names[0]])
    uploads.attach(session, tip_id, [])
    session.commit()

    assert {upload.blob for upload in uploads.of_tip(session, tip_id)} == set(names)
    uploads.drop(session, names[0])
    assert len(uploads.of_tip(session, tip_id)) == 2


def not_whole(session, blobs, _other):
    return promise(session, 10)


def unknown(_session, _blobs, _other):
    return "0" * 32


def dropped(session, blobs, _other):
    blob = whole(session, blobs)
    uploads.drop(session, blob)
    return blob


def of_another(session, blobs, other):
    blob = whole(session, blobs)
    uploads.attach(session, other, [blob])
    return blob


@pytest.mark.parametrize("make", [not_whole, unknown, dropped, of_another])
def test_a_tip_may_not_name_anything_else(session, blobs, tip_id, other_id, make):
    good = whole(session, blobs)
    bad = make(session, blobs, other_id)
    session.commit()

    with pytest.raises(NotWhole):
        uploads.attach(session, tip_id, [good, bad])
    session.rollback()

    named = select(func.count()).select_from(Upload).where(Upload.tip_id == tip_id)
    assert session.scalar(named) == 0


@pytest.mark.parametrize("tips_go", [False, True])
@pytest.mark.parametrize("given", [list, set, dict.fromkeys, iter, "select"])
def test_the_files_of_tips_that_go_are_let_go_however_the_tips_are_named(
    session, blobs, tip_id, other_id, given, tips_go
):
    names = {number: whole(session, blobs) for number in (tip_id, other_id)}
    for number, name in names.items():
        uploads.attach(session, number, [name])
    ids = select(Tip.id).where(Tip.id == tip_id) if given == "select" else given([tip_id])

    uploads.release(session, ids, tips_go=tips_go)

    session.expire_all()
    rows = session.execute(select(Upload.blob, Upload.is_released, Upload.tip_id))
    assert {tuple(row) for row in rows} == {
        (names[tip_id], True, None if tips_go else tip_id),
        (names[other_id], False, other_id),
    }
