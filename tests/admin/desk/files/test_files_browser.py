"""A tip's files in Chromium: looked at in the frame, saved, copied; and what is wrong is said."""

import io
import json
import shutil
import subprocess
from base64 import b64decode
from dataclasses import replace
from hashlib import sha256

import pytest
from PIL import Image
from playwright.sync_api import expect

from admin.db import db
from admin.models import Direction, Tip, UnitKey
from admin.sealing import padme, payload
from admin.sealing.age import parse_recipient, seal
from admin.vault.store import add_message
from tests import evidence_files as made
from tests.admin.desk.conftest import TALK
from tests.admin.desk.files.files_live import faults, press, row_of, said, shown_frame
from tests.admin.desk.files.files_made import (
    attach,
    lose,
    put_file,
    put_pack,
    spoil_part,
    with_files,
)

pytestmark = pytest.mark.browser

SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
PLAYS = """async (name) => {
  const player = document.querySelector(name);
  player.muted = true;
  await player.play();
  await new Promise((resolve) => player.addEventListener("timeupdate", resolve));
  return player.duration;
}"""


def saved(page, act):
    """Do what saves a file; gives the offered name and the bytes."""
    with page.expect_download() as waiting:
        act()
    return waiting.value.suggested_filename, waiting.value.path().read_bytes()


def test_a_picture_is_drawn_upright_in_a_frame_without_an_origin(page, show, tip_of):
    tip, _entries = tip_of((made.photo_with_gps(), "photo.jpg", "image/jpeg", "cleaned"))
    show(tip)
    assert "图片" in row_of(page, 1).inner_text()
    assert "已清理 · 随线索交来" in row_of(page, 1).inner_text()

    press(page, 1, "看")
    frame = shown_frame(page, 1)

    picture = frame.locator("canvas").evaluate("canvas => canvas.toDataURL()")
    drawn = Image.open(io.BytesIO(b64decode(picture.partition(",")[2])))
    assert made.is_upright(drawn)
    assert frame.evaluate("window.origin") == "null"
    assert faults(page) == faults(frame) == []
    assert page.evaluate(SIDEWAYS) <= 1
    frame.get_by_role("button", name="原大小").press("Enter")
    expect(frame.locator(".picture")).to_contain_class("picture--real")
    press(page, 1, "关闭")
    assert page.locator("iframe").count() == 0


@pytest.mark.skipif(not made.has_ffmpeg(), reason="ffmpeg is not installed")
@pytest.mark.parametrize(
    ("data", "name", "kind", "player"),
    [
        (made.film_mp4, "film.mp4", "video/mp4", "video"),
        (made.film_webm, "film.webm", "video/webm", "video"),
        (made.sound_m4a, "sound.m4a", "audio/mp4", "audio"),
        (made.sound_mp3, "sound.mp3", "audio/mpeg", "audio"),
    ],
)
def test_sound_and_film_play_in_the_frame(page, show, tip_of, data, name, kind, player):
    tip, _entries = tip_of((data(), name, kind, "original"))
    show(tip)
    assert "没动过的那一份" in row_of(page, 1).inner_text()

    press(page, 1, "听" if player == "audio" else "看")
    frame = shown_frame(page, 1)

    assert frame.evaluate(PLAYS, player) > 0.2
    assert faults(page) == faults(frame) == []


def test_a_file_is_saved_as_it_came_after_a_warning_and_by_keyboard_alone(page, show, tip_of):
    data = made.pdf_with_author()
    tip, [entry] = tip_of((data, "合同.pdf", "application/pdf", "kept"))
    show(tip)
    button = row_of(page, 1).get_by_role("button", name="保存")

    button.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector(".files__ask:focus")
    assert "先断开网络" in row_of(page, 1).inner_text()
    assert faults(page) == []
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector(".files__ask", state="detached")
    assert button.evaluate("one => one === document.activeElement")

    page.keyboard.press("Enter")
    page.wait_for_selector(".files__ask:focus")
    page.keyboard.press("Tab")
    name, bytes_ = saved(page, lambda: page.keyboard.press("Enter"))

    assert (name, bytes_) == ("合同.pdf", data)
    assert entry.sha256 in said(page, 1)
    assert button.evaluate("one => one === document.activeElement")


def test_a_copy_of_a_picture_has_its_pixels_and_nothing_else(page, show, tip_of, lines):
    photo = made.photo_with_gps()
    tip, [entry] = tip_of((photo, "张三家.jpg", "image/jpeg", "original"))
    show(tip)

    press(page, 1, "转出副本")
    page.wait_for_selector(".files__ask:focus")
    assert "藏在文件里的信息都去掉" in row_of(page, 1).inner_text()
    name, copy = saved(page, lambda: press(page, 1, "看过了，转出"))

    assert name == "副本1.jpg"
    assert made.is_upright(Image.open(io.BytesIO(copy)))
    assert len(Image.open(io.BytesIO(copy)).getexif()) == 0
    assert b"Exif" in photo
    for mark in (b"Exif", b"http", *(mark.encode() for mark in made.MARKS)):
        assert mark not in copy
    hashed = sha256(copy).hexdigest()
    assert hashed in said(page, 1)
    history, audit = lines(tip)
    assert history[-1] == "file_copied"
    assert ("file_copied", "police-1", f"{entry.blob[:8]} {hashed}") in audit
    assert "张三" not in str(audit)
    page.reload()
    page.wait_for_selector("#tip[data-opened]")
    assert "转出了附件的副本" in page.inner_text(".history")


NOISE = """CanvasRenderingContext2D.prototype.getImageData = (x, y, width, height) => ({
  data: new Uint8ClampedArray(width * height * 4).map(() => Math.random() * 256),
})"""


def test_a_browser_that_gives_back_noise_for_a_canvas_makes_no_copy(page, show, tip_of, lines):
    tip, _entries = tip_of((made.photo_with_gps(), "photo.jpg", "image/jpeg", "cleaned"))
    show(tip)
    press(page, 1, "看")
    shown_frame(page, 1).evaluate(NOISE)
    press(page, 1, "转出副本")

    press(page, 1, "看过了，转出")

    assert "把重画的图弄花，没有转出" in said(page, 1)
    assert "file_copied" not in lines(tip)[0]


@pytest.mark.parametrize("other", [1, 2])
def test_no_copy_leaves_of_a_picture_that_was_closed_before_the_answer(
    page, show, tip_of, lines, other
):
    photo = (made.photo_with_gps(), "photo.jpg", "image/jpeg", "cleaned")
    tip, _entries = tip_of(photo, (made.png(), "other.png", "image/png", "cleaned"))
    show(tip)
    press(page, 1, "转出副本")
    page.wait_for_selector(".files__ask:focus")
    press(page, other, "关闭" if other == 1 else "看")
    if other == 2:
        shown_frame(page, 2)

    press(page, 1, "看过了，转出")

    assert "已停止" in said(page, 1)
    assert "file_copied" not in lines(tip)[0]


@pytest.mark.skipif(shutil.which("exiftool") is None, reason="exiftool is not installed")
@pytest.mark.parametrize(
    ("data", "kind", "ending"),
    [
        (made.photo_with_gps, "image/jpeg", "jpg"),
        (made.png, "image/png", "png"),
        (made.webp, "image/webp", "png"),
        (made.gif, "image/gif", "png"),
    ],
)
def test_exiftool_finds_none_of_what_was_planted_in_a_copy(
    page, show, tip_of, tmp_path, data, kind, ending
):
    tip, _entries = tip_of((data(), "picture", kind, "kept"))
    show(tip)
    press(page, 1, "转出副本")
    page.wait_for_selector(".files__ask:focus")
    name, copy = saved(page, lambda: press(page, 1, "看过了，转出"))

    (tmp_path / name).write_bytes(copy)
    command = ["exiftool", "-a", "-G1", "-s", str(tmp_path / name)]
    found = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert name.endswith(f".{ending}")
    assert not any(mark in found for mark in made.MARKS)
    assert not any(group in found for group in ("[IFD0]", "[ExifIFD]", "[GPS]", "[XMP", "[IPTC]"))


def test_what_a_browser_cannot_clean_is_taken_out_with_the_steps_to_clean_it(
    page, show, tip_of, lines
):
    data = made.docx()
    tip, [entry] = tip_of((data, "情况.docx", "application/zip", "kept"))
    show(tip)

    press(page, 1, "转出副本")
    page.wait_for_selector(".files__ask:focus")
    assert "dengshao clean" in row_of(page, 1).inner_text()
    name, bytes_ = saved(page, lambda: press(page, 1, "知道了，保存后再清理"))

    assert (name, bytes_) == ("情况.docx", data)
    assert "清理之前不要交出去" in said(page, 1)
    history, audit = lines(tip)
    assert history[-1] == "file_taken"
    assert ("file_taken", "police-1", f"{entry.blob[:8]} {entry.sha256}") in audit


def test_of_a_pack_each_file_opens_and_no_more_parts_are_fetched_than_its_own(
    page, show, files_live, sealed_tip
):
    facts = {"name": "photo.jpg", "type": "image/jpeg", "state": "cleaned"}
    filler = {"name": "long.bin", "type": "application/octet-stream", "state": "kept"}
    files = [(made.png(), facts), (bytes(range(256)) * 20_000, filler), (made.webp(), facts)]
    entries = put_pack(files_live.app, files, padme.pack_size)
    tip = with_files(sealed_tip, files_live.app, entries)
    show(tip)
    fetched = []
    page.on("request", lambda sent: fetched.append(sent.url) if "/files/" in sent.url else 0)

    press(page, 3, "看")
    shown_frame(page, 3)
    parts = {int(url.rpartition("/")[2]) for url in fetched}
    press(page, 2, "保存")
    _name, bytes_ = saved(page, lambda: press(page, 2, "知道了，保存"))

    assert bytes_ == files[1][0]
    # The header's, the file's own, and the two that are asked for ahead.
    assert parts <= {0, 1, 2, 3, 4}
    assert entries[0].offset == 0 < entries[2].offset


def letter(app, tip, entries, kind):
    """Add a letter of the reporter that brings files."""
    body = {"what": "补充一张照片。", "files": [entry.to_dict() for entry in entries]}
    place = {"kind": kind, "direction": "reporter", "number": 1, "previous": ""}
    envelope = payload.Envelope.make(
        json.dumps(body, ensure_ascii=False), TALK, reference=tip.reference, **place
    )
    with app.app_context():
        row = db.session.get_one(Tip, tip.id)
        key = db.session.get_one(UnitKey, row.unit_key_id)
        sealed = seal(envelope.to_bytes(), [parse_recipient(key.recipient)])
        add_message(
            db.session,
            row,
            number=1,
            direction=Direction.REPORTER,
            digest=envelope.digest,
            sealed=sealed,
        )
        db.session.commit()
    attach(app, tip, entries)


@pytest.mark.parametrize("kind", ["message", "supplement"])
def test_files_of_a_letter_are_listed_with_its_day_and_its_words_stay_words(
    page, show, files_live, sealed_tip, tip_of, kind
):
    tip, _entries = tip_of((made.png(), "first.png", "image/png", "cleaned"))
    letter(files_live.app, tip, [put_file(files_live.app, made.webp(), type="image/webp")], kind)

    show(tip)

    assert "补充时交来" in row_of(page, 2).inner_text()
    assert "补充一张照片。" in page.inner_text("#thread")
    assert "附了 1 个文件" in page.inner_text("#thread")
    assert "sha256" not in page.inner_text("#thread")
    press(page, 2, "看")
    shown_frame(page, 2)


CHANGED = [
    # In the header, among the file's own bytes, and in the zeros behind it (told by no hash).
    ("header", 200, "和交来时对不上"),
    ("words", 5000, "和交来时对不上"),
]


@pytest.mark.parametrize(("where", "at", "sentence"), CHANGED)
def test_a_file_that_was_changed_on_the_server_is_not_shown(
    page, show, files_live, tip_of, where, at, sentence
):
    tip, [entry] = tip_of((made.photo_with_gps(), "photo.jpg", "image/jpeg", "cleaned"))
    spoil_part(files_live.app, entry, at=at)
    show(tip)

    press(page, 1, "看")

    assert sentence in said(page, 1)
    assert page.locator("iframe").count() == 0
    assert faults(page) == []


def test_a_file_whose_parts_are_gone_is_called_incomplete_and_a_false_hash_is_found(
    page, show, files_live, sealed_tip
):
    lost, other = (put_file(files_live.app, made.png(), type="image/png") for _ in range(2))
    lose(files_live.app, lost)
    forged = replace(other, sha256="0" * 64)
    tip = with_files(sealed_tip, files_live.app, [lost, forged])
    show(tip)

    press(page, 1, "看")
    assert "缺了一段" in said(page, 1)
    press(page, 2, "保存")
    press(page, 2, "知道了，保存")
    assert "和交来时对不上" in said(page, 2)


def test_a_file_that_the_server_does_not_hold_offers_nothing(page, show, files_live, sealed_tip):
    gone = put_file(files_live.app, made.png(), name="gone.png", type="image/png").to_dict()
    tip = sealed_tip(files_live.app, files=[gone, {"name": "odd"}, {}])

    show(tip)

    assert row_of(page, 1).get_by_role("button").count() == 0
    assert "服务器上没有这个文件" in said(page, 1)
    assert "说明读不懂" in said(page, 2)
    assert "附件3" in row_of(page, 3).inner_text()


def test_at_the_lock_no_file_name_or_frame_stays(page, show, tip_of, files_live, demo):
    tip, _entries = tip_of((made.png(), "秘密.png", "image/png", "cleaned"))
    show(tip)
    press(page, 1, "看")
    shown_frame(page, 1)
    expect(page.locator("#alike-place")).to_be_visible()
    assert "秘密" not in page.evaluate("JSON.stringify({...sessionStorage, ...localStorage})")

    page.evaluate("window.dispatchEvent(new Event('pagehide'))")

    assert page.locator("iframe").count() == 0
    assert page.locator("#files-part").is_hidden()
    assert page.inner_text("#files") == ""
