"""A reporter without scripts brings files: cleaned, sealed, told one by one, and never lost."""

import json
import re
import threading
from contextlib import contextmanager
from hashlib import sha256
from io import BytesIO

import pytest
from PIL import Image
from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError
from werkzeug.test import EnvironBuilder, run_wsgi_app

from admin.cleaning import can_clean
from admin.db import db, today
from admin.intake.no_js import plain_files
from admin.models import SpentNonce, Tip, Upload
from admin.sealing import age, padme
from admin.sealing.files import parse_entries
from admin.vault import vault
from admin.vault.expiry import sweep
from admin.vault.files.blobs import BlobsAway, BlobStore
from admin.wire.request_lock import RequestLock
from tests import evidence_files
from tests.admin.intake.conftest import LEAST, FormReader, Page, fill
from tests.admin.intake.no_js.test_multipart import BOUNDARY, body

needs_cleaning = pytest.mark.skipif(not can_clean(), reason="bubblewrap does not work here")
# What nobody cleans: it is stored as it came, once its sender says so.
NOTE = b"canary in a note, in no format that we know\0"
OTHER = NOTE + b"2"


@pytest.fixture
def send(reporter):
    """Send the form with files, as a browser does; an empty part where none was chosen."""

    def send(*files, status=200, address="/tip/sent", **answers):
        reporter.form |= answers
        fields = [
            (name, value)
            for name, values in reporter.form.items()
            for value in (values if isinstance(values, list) else [values])
        ]
        page = reporter.client.post(
            address,
            data=body(fields, files or [("", b"")]),
            content_type=f"multipart/form-data; boundary={BOUNDARY}",
        )
        assert page.status_code == status, (page.status_code, page.text)
        found = Page(page, FormReader(page.text))
        if "what" in found.read.values:
            reporter.form = found.read.values
        return found

    reporter.open_form()
    reporter.form |= LEAST
    return send


@pytest.fixture
def opened(app):
    """Open files as the desk does: by what the tip says of them."""

    def opened(files):
        found = []
        with app.app_context():
            for entry in parse_entries(files):
                blobs = vault().blobs
                parts = [blobs.read(entry.blob, n) for n in range(blobs.parts(entry.blob))]
                clear = age.open_sealed(b"".join(parts), [age.parse_identity(entry.key)])
                data = clear[entry.offset : entry.offset + entry.size]
                assert sha256(data).hexdigest() == entry.sha256
                found.append((entry, data, len(clear)))
        return found

    return opened


@pytest.fixture
def uploads(app):
    def uploads():
        with app.app_context():
            rows = db.reading.scalars(select(Upload)).all()
            return [(row.is_whole, row.tip_id is not None, row.is_released) for row in rows]

    return uploads


def told(page):
    block = re.search(r'id="files-told".*?</div>', page.text, re.DOTALL)
    lines = re.findall(r"<bdi>(.*?)</bdi>：(.*?)</li>", block[0]) if block else []
    return [tuple(line) for line in lines]


def keep_all(page):
    """Choose for each file that waits for it: as it is."""
    names = re.findall(r'name="(file-\d+)" value="keep"', page.text)
    return dict.fromkeys(names, "keep")


def test_a_store_that_hangs_keeps_no_turn_from_others_words(send, held_turns):
    send(("note.bin", NOTE), status=422)

    assert held_turns
    assert not any(held_turns)


@needs_cleaning
def test_a_photo_is_cleaned_and_stored_with_the_tip(send, stored, opened, uploads):
    page = send(("IMG_2031 张三.jpg", evidence_files.photo_with_gps()))

    assert told(page) == [("IMG_2031 张三.jpg", "已清理，已保存")]
    (tip,) = stored()
    ((entry, data, clear_size),) = opened(tip.words.files)
    assert (entry.name, entry.type, entry.state) == ("照片1.jpg", "image/jpeg", "cleaned")
    image = Image.open(BytesIO(data))
    assert not image.getexif()
    assert evidence_files.is_upright(image)
    assert clear_size >= 64 * 1024
    assert uploads() == [(True, True, False)]


@needs_cleaning
def test_the_original_goes_along_only_where_its_sender_says_so(send, stored, opened):
    photo = evidence_files.photo_with_gps()

    page = send(("a.jpg", photo), originals="yes")

    assert told(page) == [("a.jpg", "已清理，带原件，已保存")]
    clean, original = opened(stored()[0].words.files)
    assert (clean[0].state, original[0].state) == ("cleaned", "original")
    assert (original[0].name, original[1]) == ("a.jpg", photo)
    assert clean[0].blob != original[0].blob
    assert clean[0].key != original[0].key


@needs_cleaning
def test_a_file_that_cannot_be_cleaned_asks_its_sender_first(send, stored, opened, uploads):
    page = send(("说明.xyz", NOTE), status=422)

    assert [link for link, _text in page.errors] == ["file-0-keep"]
    assert "未能清理" in page.text
    assert page.read.values["what"] == LEAST["what"]
    assert stored() == []
    assert uploads() == [(True, False, False)]

    page = send(**keep_all(page))

    assert told(page) == [("说明.xyz", "未能清理（这种文件我们不会清理），照原样已保存")]
    ((entry, data, _size),) = opened(stored()[0].words.files)
    assert (entry.name, entry.state, data) == ("说明.xyz", "kept", NOTE)
    assert uploads() == [(True, True, False)]


def test_a_file_that_is_not_wanted_is_let_go_and_the_words_are_stored(send, stored, uploads):
    send(("a.xyz", NOTE), status=422)

    page = send(**{"file-0": "drop"})

    assert page.receipt
    assert told(page) == []
    assert list(stored()[0].words.files) == []
    assert uploads() == [(True, False, True)]


def test_without_a_choice_the_form_comes_back_and_nothing_is_sealed_twice(send, stored, uploads):
    send(("a.xyz", NOTE), status=422)

    send(status=422)
    page = send(("b.xyz", OTHER), status=422)

    assert len(keep_all(page)) == 2
    assert stored() == []
    assert len(uploads()) == 2


def test_wrong_words_do_not_cost_the_files(send, stored, opened):
    page = send(("a.xyz", NOTE), status=422, what="")
    assert {"what", "file-0-keep"} <= {link for link, _text in page.errors}

    send(what="写上了", **keep_all(page))

    (tip,) = stored()
    assert tip.words.fields["what"] == "写上了"
    assert [data for _entry, data, _size in opened(tip.words.files)] == [NOTE]


def test_the_same_form_again_stores_nothing_twice(send, stored, uploads, count):
    page = send(("a.xyz", NOTE), status=422)
    first = send(**keep_all(page))

    again = send(**keep_all(page))

    assert again.receipt == first.receipt
    assert len(told(again)) == 1
    assert len(stored()) == count(SpentNonce) == 1
    assert stored()[0].messages == []
    assert uploads() == [(True, True, False)]


@needs_cleaning
def test_a_page_that_is_loaded_again_neither_cleans_nor_stores_again(send, stored, uploads):
    photo = ("a.jpg", evidence_files.photo_with_gps())
    first = send(photo)

    again = send(photo)

    assert again.receipt == first.receipt
    assert told(again) == [("a.jpg", "已保存")]
    assert len(uploads()) == 1
    assert stored()[0].messages == []


@needs_cleaning
def test_a_file_whose_tip_was_deleted_since_is_stored_anew_with_its_words(
    app, send, stored, opened
):
    photo = ("a.jpg", evidence_files.photo_with_gps())
    send(photo)
    with app.app_context():
        # Within the days for which the form itself is known.
        db.session.execute(update(Tip).values(expires_on=today(), is_open=False))
        assert sweep(db.session)["tips"] == 1
        db.session.commit()

    page = send(photo)

    assert told(page) == [("a.jpg", "已清理，已保存")]
    (tip,) = stored()
    assert [entry.type for entry, _data, _size in opened(tip.words.files)] == ["image/jpeg"]


@needs_cleaning
def test_a_further_file_with_the_same_words_follows_as_a_supplement(send, stored, opened):
    first = ("a.jpg", evidence_files.photo_with_gps())
    second = ("b.png", evidence_files.png())
    send(first)

    page = send(first, second)

    assert "补充的内容也收到了" in page.text
    assert sorted(told(page)) == [("a.jpg", "已保存"), ("b.png", "已清理，已保存")]
    (tip,) = stored()
    (message,) = tip.messages
    content = json.loads(message.body)
    assert set(content) == {"files"}
    assert [entry.type for entry, _data, _size in opened(content["files"])] == ["image/png"]
    assert len(tip.words.files) == 1
    # The same once more: known by now.
    assert told(send(first, second)) == [("a.jpg", "已保存"), ("b.png", "已保存")]
    assert len(stored()[0].messages) == 1


@needs_cleaning
def test_other_words_with_a_file_follow_as_a_supplement_with_both(send, stored, opened):
    send()

    send(("a.jpg", evidence_files.photo_with_gps()), what="还有一件事")

    (message,) = stored()[0].messages
    content = json.loads(message.body)
    assert content["what"] == "还有一件事"
    assert len(opened(content["files"])) == 1


def test_a_supervisory_tip_keeps_all_its_files_in_one_blob_of_stepped_size(
    send, stored, opened, uploads
):
    page = send(("a.xyz", NOTE), ("b.xyz", OTHER), status=422, official="yes")

    send(**keep_all(page))

    (tip,) = stored()
    found = opened(tip.words.files)
    assert tip.unit == "supervision"
    assert [data for _entry, data, _size in found] == [NOTE, OTHER]
    assert len({entry.blob for entry, _data, _size in found}) == 1
    assert {size for _entry, _data, size in found} == {4 * 1024 * 1024}
    assert uploads() == [(True, True, False)]


def test_files_are_packed_anew_where_the_way_becomes_the_supervisory_one(send, stored, opened):
    page = send(("a.xyz", NOTE), ("b.xyz", OTHER), status=422)
    page = send(("c.xyz", NOTE * 2), status=422, official="yes", **keep_all(page))
    assert len(keep_all(page)) == 3

    send(**keep_all(page))

    found = opened(stored()[0].words.files)
    assert {data for _entry, data, _size in found} == {NOTE, OTHER, NOTE * 2}
    assert len({entry.blob for entry, _data, _size in found}) == 1


def test_what_is_left_out_of_a_supervisory_tip_is_in_no_blob_of_it(send, stored, opened):
    send(("a.xyz", NOTE), ("b.xyz", OTHER), status=422, official="yes")

    send(**{"file-0": "drop", "file-1": "keep"})

    ((entry, data, _size),) = opened(stored()[0].words.files)
    assert (data, entry.offset) == (OTHER, 0)


MB = 1024 * 1024
REFUSED = {
    "empty": ([("a.jpg", b"")], "文件是空的", 422),
    "too big": ([("a.xyz", bytes(2 * MB + 1))], "太大了", 422),
    "too big together": ([("a.xyz", bytes(MB + 1)), ("b.xyz", b"x" * MB)], "太大了", 422),
    "too many": ([(f"{n}.xyz", b"x%d" % n) for n in range(4)], "太多了", 422),
    "ten thousand": ([(f"{n}.xyz", b"x%d" % n) for n in range(10_000)], "太多了", 422),
}


class TestBounds:
    @pytest.fixture
    def environ(self, environ):
        return {**environ, "DENGSHAO_PLAIN_MB": "2", "DENGSHAO_FILES_MOST": "3"}

    @pytest.mark.parametrize(("files", "words", "status"), REFUSED.values(), ids=REFUSED)
    def test_what_does_not_fit_is_named_and_every_word_comes_back(
        self, send, stored, files, words, status
    ):
        page = send(*files, status=status, who="三个人")

        assert words in page.text
        assert page.read.values["who"] == "三个人"
        assert "files" in {link for link, _text in page.errors} or keep_all(page)
        assert stored() == []

    def test_without_the_file_that_was_refused_the_form_goes_through(self, send, stored):
        send(("a.jpg", b""), status=422)

        assert send().receipt
        assert len(stored()) == 1

    def test_a_body_beyond_all_bounds_is_refused_at_its_head(self, send, stored):
        page = send(("a.xyz", bytes(21 * MB)), status=413)

        assert "内容太长" in page.text
        assert stored() == []

    def test_the_bounds_count_what_the_page_kept(self, send):
        page = send(*[(f"{n}.xyz", b"x%d" % n) for n in range(3)], status=422)

        page = send(("more.xyz", NOTE), status=422, **keep_all(page))

        assert "太多了" in page.text
        assert len(keep_all(page)) == 3

    def test_where_memory_is_full_the_words_come_back_with_a_503(self, app, send):
        memory = app.extensions["dengshao.files"]
        assert memory.take(8 * MB)

        page = send(("a.xyz", NOTE), status=503)

        assert page.response.headers["Retry-After"] == "60"
        assert "交文件的人太多" in page.text
        memory.give_back(8 * MB)
        assert keep_all(send(("a.xyz", NOTE), status=422))
        # Nothing stays behind.
        assert memory.take(8 * MB)

    def test_limits_are_told_before_choosing(self, client, units):
        assert "最多 3 个，一共不超过 2 MB。" in client.get("/tip/").text


class TestBudget:
    @pytest.fixture
    def environ(self, environ):
        return {**environ, "DENGSHAO_FILES_MB_DAY": "0"}

    def test_without_room_the_words_are_stored_and_the_file_is_told(self, send, stored, uploads):
        page = send(("a.xyz", NOTE))

        assert page.receipt
        assert told(page) == [("a.xyz", "失败：今天收文件的地方用完了，请明天再交。")]
        assert list(stored()[0].words.files) == []
        assert uploads() == []


def test_what_is_too_long_for_one_blob_is_told_and_the_words_are_stored(send, stored, monkeypatch):
    monkeypatch.setattr(padme, "PACKS", (len(NOTE),))

    page = send(("a.xyz", NOTE), ("b.xyz", OTHER), official="yes")

    assert page.receipt
    assert [name for name, words in told(page) if "太大了" in words] == ["a.xyz", "b.xyz"]
    assert len(stored()) == 1


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
def test_a_picture_that_grows_out_of_all_bounds_asks_its_sender(send):
    page = send(("a.gif", moving(700, 80)), status=422)

    assert "展开以后太大" in page.text
    assert len(keep_all(page)) == 1


@needs_cleaning
class TestGrowth:
    @pytest.fixture
    def environ(self, environ):
        return {**environ, "DENGSHAO_PLAIN_MB": "1"}

    @pytest.mark.parametrize(("official", "status"), [("", 200), ("yes", 422)])
    def test_what_grows_is_counted_together_where_it_is_in_memory_together(
        self, send, official, status
    ):
        files = [("a.gif", moving(250, 32)), ("b.gif", moving(251, 32))]

        page = send(*files, status=status, official=official)

        assert ("展开以后太大" in page.text) == bool(official)


def test_each_file_is_stored_before_the_next_is_cleaned(app, send, uploads, monkeypatch):
    stored_before = []

    def tidy(*args, **more):
        stored_before.append(len(uploads()))
        return plain_files.tidy(*args, **more)

    monkeypatch.setattr("admin.intake.no_js.file_intake.tidy", tidy)

    send(("a.xyz", NOTE), ("b.xyz", OTHER), status=422)

    assert stored_before == [0, 1]


class TestManyAtOnce:
    """Where others' files take all places, words go on without their own."""

    @pytest.fixture
    def taken(self, app, send):
        places, count = app.extensions["dengshao.cleaning_places"], 0
        while places.acquire(blocking=False):
            count += 1
        assert count
        return lambda: places.release(count)

    def test_the_words_are_stored_and_the_file_is_told(self, send, stored, uploads, taken):
        page = send(("a.xyz", NOTE))

        assert page.receipt
        assert told(page) == [("a.xyz", "失败：现在交文件的人太多。请等一分钟，再选一次。")]
        assert len(stored()) == 1
        assert uploads() == []

        taken()
        for _each in range(5):
            # Each form gives its place back.
            assert keep_all(send(("a.xyz", NOTE), status=422))

    def test_what_lies_apart_does_not_go_the_supervisory_way(self, app, send, stored, opened):
        page = send(("a.xyz", NOTE), ("b.xyz", OTHER), status=422)
        places = app.extensions["dengshao.cleaning_places"]
        while places.acquire(blocking=False):
            pass
        page = send(status=503, official="yes", **keep_all(page))
        assert stored() == []
        assert len(keep_all(page)) == 2

        places.release()
        send(**keep_all(page))

        files = opened(stored()[0].words.files)
        assert len({entry.blob for entry, _data, _size in files}) == 1


def test_where_the_store_is_away_the_words_are_stored_and_it_recovers(
    app, send, stored, monkeypatch
):
    with monkeypatch.context() as patched:
        without_store(patched)
        page = send(("a.xyz", NOTE))
        assert told(page) == [("a.xyz", "失败：文件现在存不上，请等一会儿再交。")]
    assert len(stored()) == 1

    page = send(("a.xyz", NOTE), status=422)
    send(**keep_all(page))

    (message,) = stored()[0].messages
    assert set(json.loads(message.body)) == {"files"}


def without_store(monkeypatch):
    def away(*_args):
        raise BlobsAway("no room")

    monkeypatch.setattr(BlobStore, "put", away)


class TestOnceMore:
    """What failed with the tip is handed in on the page that says so."""

    @pytest.fixture
    def failed(self, send, reporter, monkeypatch):
        def failed(**answers):
            with monkeypatch.context() as patched:
                without_store(patched)
                page = send(("a.xyz", NOTE), **answers)
            reporter.form = {name: page.read.values[name] for name in ("token", "page")}
            return page

        return failed

    def test_the_words_are_stored_and_the_file_follows(self, failed, send, stored, opened):
        first = failed()
        assert 'action="/tip/more"' in first.text

        page = send(("a.xyz", NOTE), status=422, address="/tip/more")
        assert "未能清理" in page.text
        reporter_form = {name: page.read.values[name] for name in ("token", "kept")}
        page = send(address="/tip/more", **reporter_form, **keep_all(page))

        assert page.receipt == first.receipt
        assert [name for name, _words in told(page)] == ["a.xyz"]
        (tip,) = stored()
        (message,) = tip.messages
        content = json.loads(message.body)
        assert set(content) == {"files"}
        assert [data for _entry, data, _size in opened(content["files"])] == [NOTE]
        # Pressed again, nothing is added.
        send(address="/tip/more", **reporter_form, **keep_all(page))
        assert len(stored()[0].messages) == 1

    def test_files_of_a_supervisory_tip_are_packed_here_too(self, failed, send, stored, opened):
        failed(official="yes")

        page = send(("a.xyz", NOTE), ("b.xyz", OTHER), status=422, address="/tip/more")
        kept = {name: page.read.values[name] for name in ("token", "kept")}
        send(address="/tip/more", **kept, **keep_all(page))

        files = opened(json.loads(stored()[0].messages[0].body)["files"])
        assert {size for _entry, _data, size in files} == {4 * 1024 * 1024}
        assert len({entry.blob for entry, _data, _size in files}) == 1

    def test_without_a_file_it_asks_for_one(self, failed, send, stored):
        failed()

        assert "请先选一个文件" in send(status=422, address="/tip/more").text
        assert stored()[0].messages == []

    def test_a_form_that_made_no_tip_gets_none_by_it(self, send, stored, uploads):
        send(("a.xyz", NOTE), status=302, address="/tip/more")

        assert stored() == []
        assert uploads() == []

    def test_after_the_receipt_was_copied_it_is_not_shown_again(self, failed, send, client):
        first = failed()
        group = first.read.groups[first.asked - 1]
        client.post("/tip/copied", data={"token": first.token, "group": group})

        page = send(("a.xyz", NOTE), status=422, address="/tip/more")
        kept = {name: page.read.values[name] for name in ("token", "kept")}
        page = send(address="/tip/more", **kept, **keep_all(page))

        assert page.receipt == ""
        assert [name for name, _words in told(page)] == ["a.xyz"]


class SlowBody:
    """A long body whose sender waits in the middle until somebody else was answered."""

    def __init__(self, data, others):
        self.data, self.others = BytesIO(data), others

    def read(self, size=-1):
        assert self.others.wait(30), "nobody was answered while this body was read"
        return self.data.read(size)


def test_who_sends_a_file_slowly_keeps_nobody_waiting(app, send, reporter, config):
    answered = threading.Event()
    data = body([*reporter.form.items()], [("a.xyz", NOTE * 20_000)])
    turns, host = RequestLock(app.wsgi_app), {"Host": config.public_host}
    got = []

    def slow():
        environ = EnvironBuilder("/tip/sent", method="POST", headers=host).get_environ()
        sent = {
            "CONTENT_TYPE": f"multipart/form-data; boundary={BOUNDARY}",
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
        self, small_disk, send, reporter, stored, opened
    ):
        ballast = fill(small_disk, left=4 * MB)
        page = send(("a.xyz", NOTE * 60_000))
        assert told(page) == [("a.xyz", "失败：文件现在存不上，请等一会儿再交。")]
        assert len(stored()) == 1
        reporter.form = {"token": page.token}

        ballast.unlink()
        page = send(("a.xyz", NOTE * 60_000), status=422, address="/tip/more")
        kept = {name: page.read.values[name] for name in ("token", "kept")}
        send(address="/tip/more", **kept, **keep_all(page))

        content = json.loads(stored()[0].messages[0].body)
        assert [data for _entry, data, _size in opened(content["files"])] == [NOTE * 60_000]


class TestStores:
    @pytest.fixture
    def environ(self, environ, blobs_url):
        return {**environ, "DENGSHAO_BLOBS_URL": blobs_url}

    def test_a_file_of_several_parts_comes_whole_in_any_store(self, send, stored, opened, uploads):
        data = NOTE * 100_000
        page = send(("a.xyz", data), status=422)

        send(**keep_all(page))

        ((_entry, found, _size),) = opened(stored()[0].words.files)
        assert found == data
        assert uploads() == [(True, True, False)]


def test_a_form_that_comes_back_for_its_words_says_which_files_failed(send, stored, monkeypatch):
    with monkeypatch.context() as patched:
        without_store(patched)
        page = send(("a.xyz", NOTE), status=422, what="")

    assert ("files", "a.xyz：文件现在存不上，请等一会儿再交。") in page.errors
    assert keep_all(page) == {}
    assert stored() == []


class TestDatabaseAway:
    """It goes away at one question or the other, and comes back."""

    @pytest.fixture(params=["no_js.request.current_intake", "no_js.request.nonces.spent_bodies"])
    def away(self, request, monkeypatch):
        @contextmanager
        def away():
            def fail(*_args):
                raise OperationalError("SELECT", {}, Exception("away"))

            with monkeypatch.context() as patched:
                patched.setattr(f"admin.intake.{request.param}", fail)
                yield

        return away

    def test_a_file_that_was_lost_is_told(self, send, stored, away):
        with away():
            page = send(("a.xyz", NOTE), status=503)

        assert ("files", "a.xyz：文件现在存不上，请等一会儿再交。") in page.errors
        assert page.read.values["what"] == LEAST["what"]
        assert stored() == []

    def test_what_the_page_kept_is_kept_and_so_is_each_choice(
        self, send, stored, opened, reporter, away
    ):
        send(("a.xyz", NOTE), ("b.xyz", OTHER), status=422)
        with away():
            send(status=503, **{"file-0": "drop", "file-1": "keep"})

        send()

        ((_entry, data, _size),) = opened(stored()[0].words.files)
        assert data == OTHER


def test_an_old_form_with_a_file_goes_out_once_its_file_was_chosen_again(
    send, reporter, stored, shown_before
):
    shown_before(reporter, 9 * 24 * 3600)
    reporter.form |= LEAST

    page = send(("a.xyz", NOTE), status=422, kept="of that time")
    assert "请再选一次" in page.text
    assert page.read.values["what"] == LEAST["what"]
    page = send(("a.xyz", NOTE), status=422)

    assert send(**keep_all(page)).receipt
    assert len(stored()[0].words.files) == 1


BAD_KEPT = {
    "nonsense": lambda text: "x" + text[1:],
    "cut": lambda text: text[:-8],
    "no base64": lambda _text: "照片",
    "short": lambda _text: "AAAA",
}


@pytest.mark.parametrize("change", BAD_KEPT.values(), ids=BAD_KEPT)
def test_what_the_page_kept_is_believed_only_as_we_wrote_it(send, reporter, stored, change):
    page = send(("a.xyz", NOTE), status=422)
    reporter.form["kept"] = change(reporter.form["kept"])

    page = send(status=422, **keep_all(page))

    assert "请再选一次" in page.text
    assert stored() == []


def test_what_one_form_kept_is_nothing_to_another(send, reporter, stored):
    page = send(("a.xyz", NOTE), status=422)
    kept, choices = reporter.form["kept"], keep_all(page)
    reporter.open_form()
    reporter.form |= LEAST

    page = send(status=422, kept=kept, **choices)

    assert "请再选一次" in page.text
    assert stored() == []


def test_a_file_that_was_swept_meanwhile_must_be_chosen_again(app, send, stored, reporter):
    page = send(("a.xyz", NOTE), status=422)
    with app.app_context():
        db.session.query(Upload).update({"is_released": True})
        db.session.commit()

    page = send(status=422, **keep_all(page))

    assert "请再选一次" in page.text
    assert stored() == []
    assert send().receipt


def test_the_page_holds_no_clear_byte_of_a_file_and_no_key(send, reporter):
    page = send(("a.xyz", NOTE), status=422)

    for secret in ("canary", "AGE-SECRET-KEY", sha256(NOTE).hexdigest()):
        assert secret not in page.text


@pytest.mark.parametrize("name", evidence_files.BAD_NAMES)
def test_no_name_can_hurt_the_page_or_a_disk(send, stored, name):
    shown = name.replace("\r", "%0D").replace("\n", "%0A").replace('"', "%22").replace("\0", "")

    page = send((shown or "x", NOTE), status=422)
    send(**keep_all(page))

    (entry,) = parse_entries(stored()[0].words.files)
    assert "<script" not in re.search(r'id="files-block".*', page.text, re.DOTALL)[0]
    assert not set(entry.name) & set('/\\:*?"<>|\r\n\0')


def test_the_words_of_a_multipart_form_count_like_those_of_any_other(send, reporter, stored, count):
    """Whichever way a browser encodes the same form, it is the same form."""
    first = send(what="一行\r\n两行")

    again = reporter.send(**{**LEAST, "what": "一行\r\n两行"})

    assert again.receipt == first.receipt
    assert count(Tip) == count(SpentNonce) == 1


def test_english_pages_say_the_same(send, reporter):
    reporter.open_form("/en/tip/")
    reporter.form |= LEAST
    page = send(("a.xyz", NOTE), status=422, address="/en/tip/sent")
    block = re.search(r'id="files-block".*?<div class="field', page.text, re.DOTALL)[0]
    assert "could not be cleaned" in block.lower()
    block = re.sub(r"<bdi>.*?</bdi>", "", block)
    assert not re.search("[\u4e00-\u9fff]", block)


@pytest.mark.parametrize("address", ["/tip/copied", "/tip/practice/sent", "/mailbox/"])
def test_no_other_address_takes_a_file(client, units, address):
    page = client.post(
        address,
        data={"files": (BytesIO(b"x"), "a.jpg")},
        content_type="multipart/form-data",
    )
    assert page.status_code in (404, 405, 415)
