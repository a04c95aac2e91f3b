"""A reporter without scripts brings files once the words are stored: cleaned, sealed, told."""

import json
import re
import threading
from hashlib import sha256
from io import BytesIO

import pytest
from PIL import Image
from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError
from werkzeug.test import EnvironBuilder, run_wsgi_app

from admin.cleaning import can_clean
from admin.db import db, today
from admin.intake.no_js import more_files, plain_files
from admin.models import SpentNonce, Tip, Upload
from admin.sealing import age, padme
from admin.sealing.files import parse_entries
from admin.vault import vault
from admin.vault.expiry import sweep
from admin.vault.files.blobs import BlobsAway, BlobStore
from admin.vault.store import TalkFull
from admin.wire.request_lock import RequestLock
from tests import evidence_files
from tests.admin.intake.conftest import FormReader, Page, fill
from tests.admin.intake.no_js.test_multipart import BOUNDARY, body

needs_cleaning = pytest.mark.skipif(not can_clean(), reason="bubblewrap does not work here")
MB = 1024 * 1024
# What nobody cleans: it is taken as it is, once its sender says so.
NOTE = b"canary in a note, in no format that we know\0"
OTHER = NOTE + b"2"
PHOTO = ("a.jpg", evidence_files.photo_with_gps())
KIND = f"multipart/form-data; boundary={BOUNDARY}"


@pytest.fixture
def tell(reporter):
    """Send words, so that there is a tip whose page takes files; gives that page."""

    def tell(**answers):
        page = reporter.tip(**answers)
        reporter.form = {"token": page.token}
        return page

    return tell


@pytest.fixture
def hand_in(reporter):
    """Hand files in as a browser does; an empty part where none was chosen."""

    def hand_in(*files, status=200, address="/tip/more", **fields):
        data = body((reporter.form | fields).items(), files or [("", b"")])
        page = reporter.client.post(address, data=data, content_type=KIND)
        assert page.status_code == status, (page.status_code, page.text)
        return Page(page, FormReader(page.text))

    return hand_in


@pytest.fixture
def as_it_is(hand_in):
    """Hand files in whose sender wants them taken as they are."""
    return lambda *files, **more: hand_in(*files, originals="yes", **more)


@pytest.fixture
def opened(app):
    """Open the files of a talk's messages as the desk does: by what they say of them."""

    def opened(tip):
        found = []
        with app.app_context():
            for message in tip.messages:
                content = json.loads(message.body)
                assert set(content) == {"files"}
                found += [open_entry(entry) for entry in parse_entries(content["files"])]
        return found

    return opened


def open_entry(entry):
    blobs = vault().blobs
    parts = [blobs.read(entry.blob, number) for number in range(blobs.parts(entry.blob))]
    clear = age.open_sealed(b"".join(parts), [age.parse_identity(entry.key)])
    data = clear[entry.offset : entry.offset + entry.size]
    assert sha256(data).hexdigest() == entry.sha256
    return entry, data, len(clear)


@pytest.fixture
def uploads(app):
    def uploads():
        with app.app_context():
            rows = db.reading.scalars(select(Upload)).all()
            return [(row.is_whole, row.tip_id is not None) for row in rows]

    return uploads


def told(page):
    block = re.search(r'id="files-told".*?</div>', page.text, re.DOTALL)
    lines = re.findall(r"<li[^>]*>(?:<bdi>(.*?)</bdi>：)?(.*?)</li>", block[0]) if block else []
    return [tuple(line) for line in lines]


def failed_names(page, words):
    return [name for name, why in told(page) if words in why]


def without_store(monkeypatch):
    def away(*_args):
        raise BlobsAway("no room")

    monkeypatch.setattr(BlobStore, "put", away)


def test_the_page_with_the_receipt_offers_the_step_for_files_below_it(tell, hand_in, client):
    page = tell()
    marks = ['id="receipt"', 'action="/tip/copied"', 'action="/tip/more"', "tel:110"]
    places = [page.text.rindex(mark) for mark in marks]
    assert places == sorted(places)

    group = page.read.groups[page.asked - 1]
    copied = client.post("/tip/copied", data={"token": page.token, "group": group})

    assert FormReader(copied.text).groups == []
    assert 'action="/tip/more"' in copied.text


def test_a_store_that_hangs_keeps_no_turn_from_others_words(tell, as_it_is, held_turns):
    tell()
    as_it_is(("note.bin", NOTE))

    assert held_turns
    assert not any(held_turns)


@needs_cleaning
def test_a_photo_is_cleaned_and_follows_its_tip(tell, hand_in, stored, opened, uploads):
    first = tell()
    page = hand_in(("IMG_2031 张三.jpg", PHOTO[1]))

    assert page.receipt == first.receipt
    assert told(page) == [("IMG_2031 张三.jpg", "已清理，已保存")]
    (tip,) = stored()
    ((entry, data, clear_size),) = opened(tip)
    assert (entry.name, entry.type, entry.state) == ("照片1.jpg", "image/jpeg", "cleaned")
    image = Image.open(BytesIO(data))
    assert not image.getexif()
    assert evidence_files.is_upright(image)
    assert clear_size >= 64 * 1024
    assert tip.words.files == ()
    assert uploads() == [(True, True)]


@needs_cleaning
def test_the_original_goes_along_only_where_its_sender_says_so(tell, as_it_is, stored, opened):
    tell()
    page = as_it_is(PHOTO)

    assert told(page) == [("a.jpg", "已清理，带原件，已保存")]
    clean, original = opened(stored()[0])
    assert (clean[0].state, original[0].state) == ("cleaned", "original")
    assert (original[0].name, original[1]) == PHOTO
    assert clean[0].blob != original[0].blob
    assert clean[0].key != original[0].key


@needs_cleaning
def test_an_original_can_follow_its_clean_copy(tell, hand_in, as_it_is, stored, opened):
    tell()
    hand_in(PHOTO)

    page = as_it_is(PHOTO)

    assert told(page) == [("a.jpg", "已清理，带原件，已保存")]
    states = [entry.state for entry, _data, _size in opened(stored()[0])]
    assert states == ["cleaned", "cleaned", "original"]


def test_what_cannot_be_cleaned_is_not_stored_until_its_sender_says_so(
    tell, hand_in, as_it_is, stored, opened, uploads, count
):
    first = tell()
    page = hand_in(("说明.xyz", NOTE), status=422)

    assert page.receipt == first.receipt
    ((name, words),) = told(page)
    assert name == "说明.xyz"
    assert "未能清理" in words
    assert "没有收下" in words
    assert uploads() == []
    assert (stored()[0].messages, count(SpentNonce)) == ([], 1)

    page = as_it_is(("说明.xyz", NOTE))

    assert [name for name, words in told(page) if "照原样已保存" in words] == ["说明.xyz"]
    ((entry, data, _size),) = opened(stored()[0])
    assert (entry.name, entry.state, data) == ("说明.xyz", "kept", NOTE)
    assert uploads() == [(True, True)]


@needs_cleaning
def test_each_file_of_a_press_says_what_became_of_it(tell, hand_in, stored, opened):
    tell()
    page = hand_in(PHOTO, ("b.xyz", NOTE), ("c.jpg", b""))

    assert dict(told(page))["a.jpg"] == "已清理，已保存"
    assert failed_names(page, "未能清理") == ["b.xyz"]
    assert failed_names(page, "文件是空的") == ["c.jpg"]
    assert [entry.type for entry, _data, _size in opened(stored()[0])] == ["image/jpeg"]


def test_the_same_press_again_stores_nothing_twice(tell, as_it_is, stored, uploads, count):
    tell()
    files = [("a.xyz", NOTE), ("b.xyz", OTHER)]
    first = as_it_is(*files)

    again = as_it_is(*files)

    assert again.receipt == first.receipt
    assert told(again) == [("a.xyz", "已保存"), ("b.xyz", "已保存")]
    assert uploads() == [(True, True)] * 2
    assert len(stored()[0].messages) == 1
    # A mark for the words, one for each blob.
    assert count(SpentNonce) == 3


def test_the_same_file_twice_in_one_press_is_stored_once(tell, as_it_is, stored, uploads):
    tell()
    page = as_it_is(("a.xyz", NOTE), ("copy.xyz", NOTE))

    assert [name for name, _words in told(page)] == ["a.xyz"]
    assert uploads() == [(True, True)]
    assert len(json.loads(stored()[0].messages[0].body)["files"]) == 1


@needs_cleaning
def test_a_photo_that_comes_again_is_neither_cleaned_nor_sealed_anew(
    tell, hand_in, stored, uploads, monkeypatch
):
    tell()
    hand_in(PHOTO)
    monkeypatch.setattr(plain_files, "clean", None)

    assert told(hand_in(PHOTO)) == [("a.jpg", "已保存")]
    assert uploads() == [(True, True)]


@needs_cleaning
def test_a_press_with_one_file_more_adds_that_one_alone(tell, hand_in, stored, opened):
    tell()
    hand_in(PHOTO)

    page = hand_in(PHOTO, ("b.png", evidence_files.png()))

    assert sorted(told(page)) == [("a.jpg", "已保存"), ("b.png", "已清理，已保存")]
    kinds = [entry.type for entry, _data, _size in opened(stored()[0])]
    assert kinds == ["image/jpeg", "image/png"]


def test_two_presses_at_one_moment_add_a_file_once(
    app, tell, reporter, as_it_is, stored, uploads, monkeypatch
):
    tell()
    with monkeypatch.context() as patched:
        add = more_files.add_files

        def overtaken(session, sent, files):
            """Another press of the same file is through between sealing and storing."""
            patched.setattr(more_files, "add_files", add)
            session.rollback()
            assert told(as_it_is(("a.xyz", NOTE)))
            add(session, sent, files)

        patched.setattr(more_files, "add_files", overtaken)
        page = as_it_is(("a.xyz", NOTE))

    assert failed_names(page, "失败") == []
    assert len(stored()[0].messages) == 1
    # What was sealed in vain is swept like all that no tip names.
    assert sorted(uploads()) == [(True, False), (True, True)]


def test_a_file_for_a_tip_that_was_deleted_since_is_not_taken(app, tell, as_it_is, uploads):
    tell()
    with app.app_context():
        # Within the days for which the form itself is known.
        db.session.execute(update(Tip).values(expires_on=today(), is_open=False))
        assert sweep(db.session)["tips"] == 1
        db.session.commit()

    as_it_is(("a.xyz", NOTE), status=302)
    assert uploads() == []


class TestLane:
    @pytest.fixture
    def environ(self, environ):
        return {**environ, "DENGSHAO_TIPS_PER_GROUP_HOUR": "1"}

    def test_a_tip_that_stands_apart_says_so_after_its_files_too(self, tell, as_it_is):
        tell()
        assert 'id="lane"' in tell().text

        assert 'id="lane"' in as_it_is(("a.xyz", NOTE)).text


class TestSupervisory:
    def test_all_files_of_a_press_are_in_one_blob_of_stepped_size(
        self, tell, as_it_is, stored, opened, uploads, count
    ):
        tell(official="yes")
        as_it_is(("a.xyz", NOTE), ("b.xyz", OTHER))

        (tip,) = stored()
        found = opened(tip)
        assert tip.unit == "supervision"
        assert [data for _entry, data, _size in found] == [NOTE, OTHER]
        assert len({entry.blob for entry, _data, _size in found}) == 1
        assert {size for _entry, _data, size in found} == {4 * MB}
        assert uploads() == [(True, True)]
        # No row tells how many there were.
        assert count(SpentNonce) == 2

    def test_the_same_pack_again_is_not_stored_twice(self, tell, as_it_is, stored, uploads, count):
        tell(official="yes")
        files = [("a.xyz", NOTE), ("b.xyz", OTHER)]
        as_it_is(*files)

        page = as_it_is(*reversed(files))

        assert sorted(told(page)) == [("a.xyz", "已保存"), ("b.xyz", "已保存")]
        assert (uploads(), count(SpentNonce)) == ([(True, True)], 2)
        assert len(stored()[0].messages) == 1

    @needs_cleaning
    def test_what_cannot_be_cleaned_is_in_no_blob_of_it(self, tell, hand_in, stored, opened):
        tell(official="yes")
        page = hand_in(("a.xyz", NOTE), ("b.png", evidence_files.png()))

        assert failed_names(page, "未能清理") == ["a.xyz"]
        ((entry, _data, _size),) = opened(stored()[0])
        assert (entry.type, entry.offset) == ("image/png", 0)

    def test_what_is_too_long_for_one_blob_fails_as_a_whole(
        self, tell, as_it_is, stored, uploads, monkeypatch
    ):
        tell(official="yes")
        monkeypatch.setattr(padme, "PACKS", (len(NOTE),))

        page = as_it_is(("a.xyz", NOTE), ("b.xyz", OTHER), status=422)

        assert failed_names(page, "太大了") == ["a.xyz", "b.xyz"]
        assert uploads() == []


REFUSED = {
    "empty": ([("a.jpg", b"")], "文件是空的", 422),
    "too big": ([("a.xyz", bytes(2 * MB + 1))], "太大了", 422),
    "too big together": ([("a.xyz", bytes(MB + 1)), ("b.xyz", b"x" * MB)], "太大了", 200),
    "too many": ([(f"{n}.xyz", b"x%d" % n) for n in range(4)], "太多了", 200),
    "a folder": ([(f"{n}.xyz", b"x%d" % n) for n in range(10_000)], "内容太长", 413),
    "beyond all bounds": ([("a.xyz", bytes(21 * MB))], "内容太长", 413),
}


class TestBounds:
    @pytest.fixture
    def environ(self, environ):
        return {**environ, "DENGSHAO_PLAIN_MB": "2", "DENGSHAO_FILES_MOST": "3"}

    @pytest.mark.table
    @pytest.mark.parametrize(("files", "words", "status"), REFUSED.values(), ids=REFUSED)
    def test_what_does_not_fit_is_named(self, tell, as_it_is, uploads, files, words, status):
        tell()
        page = as_it_is(*files, status=status)

        assert words in page.text
        assert len(uploads()) == (0 if status != 200 else min(len(files) - 1, 3))

    def test_where_memory_is_full_the_answer_is_a_503(self, app, tell, as_it_is):
        tell()
        memory = app.extensions["dengshao.files"]
        assert memory.take(8 * MB)

        page = as_it_is(("a.xyz", NOTE), status=503)

        assert page.response.headers["Retry-After"] == "60"
        assert failed_names(page, "交文件的人太多") == ["a.xyz"]
        memory.give_back(8 * MB)
        assert "已保存" in as_it_is(("a.xyz", NOTE)).text
        # Nothing stays behind.
        assert memory.take(8 * MB)

    def test_limits_are_told_before_choosing(self, tell):
        assert "最多 3 个，一共不超过 2 MB。" in tell().text


@pytest.mark.parametrize("limit", ["DENGSHAO_PLAIN_MB", "DENGSHAO_FILES_MOST"])
class TestNoFiles:
    @pytest.fixture
    def environ(self, environ, limit):
        return {**environ, limit: "0"}

    def test_where_none_may_come_none_are_offered(self, client, tell):
        form = client.get("/tip/").text
        assert "files-next" not in form
        assert "files-block" not in form
        assert "/tip/more" not in tell().text


class TestBudget:
    @pytest.fixture
    def environ(self, environ):
        return {**environ, "DENGSHAO_FILES_MB_DAY": "0"}

    def test_without_room_the_file_is_told(self, tell, as_it_is, stored, uploads):
        tell()
        page = as_it_is(("a.xyz", NOTE), status=422)

        assert told(page) == [("a.xyz", "失败：今天收文件的地方用完了，请明天再交。")]
        assert stored()[0].messages == []
        assert uploads() == []


def moving(side, frames):
    """A moving picture of few bytes: one frame of noise, then a point that changes."""
    pictures = [Image.effect_noise((side, side), 80)]
    for number in range(1, frames):
        pictures.append(pictures[0].copy())
        pictures[-1].putpixel((number, 0), 0)
    out = BytesIO()
    pictures[0].save(out, "GIF", save_all=True, append_images=pictures[1:], loop=0)
    return out.getvalue()


@needs_cleaning
def test_a_picture_that_grows_out_of_all_bounds_is_told(tell, hand_in):
    tell()
    page = hand_in(("a.gif", moving(700, 80)), status=422)

    assert failed_names(page, "展开以后太大") == ["a.gif"]


@needs_cleaning
class TestGrowth:
    @pytest.fixture
    def environ(self, environ):
        return {**environ, "DENGSHAO_PLAIN_MB": "1"}

    @pytest.mark.parametrize(("official", "failed"), [("no", []), ("yes", ["b.gif"])])
    def test_what_grows_is_counted_together_where_it_is_in_memory_together(
        self, tell, hand_in, official, failed
    ):
        tell(official=official)
        page = hand_in(("a.gif", moving(250, 32)), ("b.gif", moving(251, 32)))

        assert failed_names(page, "展开以后太大") == failed


def test_each_file_is_stored_before_the_next_is_cleaned(tell, as_it_is, uploads, monkeypatch):
    stored_before = []

    def tidy(*args, **more):
        stored_before.append(len(uploads()))
        return plain_files.tidy(*args, **more)

    monkeypatch.setattr("admin.intake.no_js.file_intake.tidy", tidy)
    tell()

    as_it_is(("a.xyz", NOTE), ("b.xyz", OTHER))

    assert stored_before == [0, 1]


def test_where_others_files_take_all_places_a_file_is_told_so(app, tell, as_it_is, uploads):
    places, count = app.extensions["dengshao.cleaning_places"], 0
    while places.acquire(blocking=False):
        count += 1
    assert count
    tell()

    page = as_it_is(("a.xyz", NOTE), status=503)

    assert failed_names(page, "交文件的人太多") == ["a.xyz"]
    assert uploads() == []
    places.release(count)
    for number in range(count + 2):
        # Each press gives its place back.
        as_it_is(("a.xyz", NOTE * (number + 1)))


def test_what_the_store_could_not_take_is_handed_in_again(
    tell, as_it_is, stored, opened, monkeypatch
):
    first = tell()
    with monkeypatch.context() as patched:
        without_store(patched)
        page = as_it_is(("a.xyz", NOTE), status=422)
    assert told(page) == [("a.xyz", "失败：文件现在存不上，请等一会儿再交。")]
    assert page.receipt == first.receipt

    as_it_is(("a.xyz", NOTE))

    assert [data for _entry, data, _size in opened(stored()[0])] == [NOTE]


def test_without_a_file_it_asks_for_one(tell, hand_in, stored):
    first = tell()
    page = hand_in(status=422)

    assert told(page) == [("", "请先选一个文件。")]
    assert page.receipt == first.receipt
    assert stored()[0].messages == []


@pytest.mark.parametrize("token", ["spoilt", "of no tip"])
def test_a_form_that_made_no_tip_gets_none_by_it(reporter, as_it_is, uploads, count, token):
    reporter.open_form()
    if token == "spoilt":
        reporter.form["token"] = token
    as_it_is(("a.xyz", NOTE), status=302)

    assert (count(Tip), uploads()) == (0, [])


def test_after_the_receipt_was_copied_it_is_not_shown_again(tell, as_it_is, stored, client):
    first = tell()
    group = first.read.groups[first.asked - 1]
    client.post("/tip/copied", data={"token": first.token, "group": group})

    page = as_it_is(("a.xyz", NOTE))

    assert page.receipt == ""
    assert [name for name, _words in told(page)] == ["a.xyz"]
    assert as_it_is(("b.xyz", OTHER)).receipt == ""


def test_an_unmarked_tip_takes_no_file(app, tell, as_it_is, stored):
    tell()
    with app.app_context():
        db.session.execute(update(Tip).values(marks=b""))
        db.session.commit()

    page = as_it_is(("a.xyz", NOTE), status=422)

    assert "现在还不能补充" in page.text
    assert stored()[0].messages == []


def test_a_talk_that_is_full_says_that_no_file_can_be_added(tell, as_it_is, monkeypatch):
    def full(*_args, **_more):
        raise TalkFull

    tell()
    monkeypatch.setattr("admin.intake.supplements.store.add_message", full)

    assert "现在添不了文件" in as_it_is(("a.xyz", NOTE), status=422).text


class SlowBody:
    """A long body whose sender waits in the middle until somebody else was answered."""

    def __init__(self, data, others):
        self.data, self.others = BytesIO(data), others

    def read(self, size=-1):
        assert self.others.wait(30), "nobody was answered while this body was read"
        return self.data.read(size)


def test_who_sends_a_file_slowly_keeps_nobody_waiting(app, tell, reporter, config):
    tell()
    answered = threading.Event()
    data = body(reporter.form.items(), [("a.xyz", NOTE * 20_000)])
    turns, host = RequestLock(app.wsgi_app), {"Host": config.public_host}
    got = []

    def slow():
        environ = EnvironBuilder("/tip/more", method="POST", headers=host).get_environ()
        sent = {
            "CONTENT_TYPE": KIND,
            "CONTENT_LENGTH": str(len(data)),
            "wsgi.input": SlowBody(data, answered),
        }
        got.append(run_wsgi_app(turns, environ | sent)[1])

    thread = threading.Thread(target=slow)
    thread.start()
    quick = EnvironBuilder("/tip/", headers=host).get_environ()
    assert run_wsgi_app(turns, quick)[1] == "200 OK"
    answered.set()
    thread.join()

    assert got == ["422 UNPROCESSABLE ENTITY"]


class TestFullDisk:
    @pytest.fixture
    def environ(self, small_disk, environ):
        return environ

    def test_words_are_stored_and_the_file_once_there_is_room(
        self, small_disk, tell, as_it_is, stored, opened
    ):
        ballast = fill(small_disk, left=4 * MB)
        tell()
        page = as_it_is(("a.xyz", NOTE * 60_000), status=422)
        assert told(page) == [("a.xyz", "失败：文件现在存不上，请等一会儿再交。")]
        assert len(stored()) == 1

        ballast.unlink()
        as_it_is(("a.xyz", NOTE * 60_000))

        assert [data for _entry, data, _size in opened(stored()[0])] == [NOTE * 60_000]


class TestStores:
    @pytest.fixture
    def environ(self, environ, blobs_url):
        return {**environ, "DENGSHAO_BLOBS_URL": blobs_url}

    def test_a_file_of_several_parts_comes_whole_in_any_store(
        self, tell, as_it_is, stored, opened, uploads
    ):
        tell()
        data = NOTE * 100_000
        as_it_is(("a.xyz", data))

        ((_entry, found, _size),) = opened(stored()[0])
        assert found == data
        assert uploads() == [(True, True)]


@pytest.mark.parametrize("part", ["nonces.spent_bodies", "store.find_tip", "current_intake"])
def test_where_the_database_is_away_nothing_is_stored_and_it_is_told(
    tell, as_it_is, stored, uploads, monkeypatch, part, caplog
):
    def away(*_args, **_more):
        raise OperationalError("SELECT", {}, Exception("away"))

    tell()
    with monkeypatch.context() as patched:
        patched.setattr(f"admin.intake.no_js.more_files.{part}", away)
        page = as_it_is(("a.xyz", NOTE), status=503)

    assert page.response.headers["Retry-After"] == "60"
    assert "文件现在存不上" in page.text
    assert "OperationalError at" in caplog.text
    assert uploads() == []
    as_it_is(("a.xyz", NOTE))
    assert len(stored()[0].messages) == 1


def test_no_page_after_sending_differs_in_its_size(tell, hand_in, as_it_is):
    pages = [
        tell(),
        hand_in(status=422),
        as_it_is(("a.xyz", NOTE)),
        hand_in(*[("长" * 60 + f"{n}.xyz", NOTE + b"%d" % n) for n in range(12)], status=422),
        as_it_is(*[("长" * 60 + f"{n}.xyz", NOTE + b"%d" % n) for n in range(12)]),
    ]

    assert {len(page.response.data) for page in pages} == {16 * 1024}


def test_the_page_holds_no_clear_byte_of_a_file_and_no_key(tell, as_it_is):
    tell()
    page = as_it_is(("a.xyz", NOTE))

    for secret in ("canary", "AGE-SECRET-KEY", sha256(NOTE).hexdigest()):
        assert secret not in page.text


@pytest.mark.table
@pytest.mark.parametrize("name", evidence_files.BAD_NAMES)
def test_no_name_can_hurt_the_page_or_a_disk(tell, as_it_is, stored, opened, name):
    tell()
    shown = name.replace("\r", "%0D").replace("\n", "%0A").replace('"', "%22").replace("\0", "")

    page = as_it_is((shown or "x", NOTE))

    assert "<script" not in re.search(r'id="files-told".*', page.text, re.DOTALL)[0]
    ((entry, _data, _size),) = opened(stored()[0])
    assert not set(entry.name) & set('/\\:*?"<>|\r\n\0')


def test_english_pages_say_the_same(tell, hand_in):
    tell()
    page = hand_in(("a.xyz", NOTE), status=422, address="/en/tip/more")
    main = re.search(r"<main.*</main>", page.text, re.DOTALL)[0]
    assert "could not be cleaned" in main.lower()
    assert not re.search("[\u4e00-\u9fff]", re.sub(r"<bdi>.*?</bdi>", "", main))


@pytest.mark.parametrize("address", ["/tip/copied", "/tip/practice/sent", "/mailbox/"])
def test_no_other_address_takes_a_file(client, units, address):
    page = client.post(
        address,
        data={"files": (BytesIO(b"x"), "a.jpg")},
        content_type="multipart/form-data",
    )
    assert page.status_code in (404, 405, 415)
