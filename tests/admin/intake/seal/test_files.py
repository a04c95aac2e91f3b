"""Files with a tip in Chromium: cleaned, sealed, uploaded, named inside it, told one by one."""

import hashlib
import io
import json

import pytest
from PIL import Image
from playwright.sync_api import expect

from admin.config import ROOT
from admin.db import db
from admin.models import Tip, Upload
from admin.sealing.padme import blob_size, sealed_size
from admin.vault.files import uploads
from tests import evidence_files as evidence

from .chosen import PAPER, PART, film, opened_files, sent
from .writer import SEALED, lose_the_answer, readable

pytestmark = pytest.mark.browser


def names_told(page):
    return page.locator("[data-slot=files] li").all_inner_texts()


def test_a_photo_is_cleaned_a_paper_is_asked_about_and_both_arrive_whole(
    app, chooser, writer, stored, picture_of
):
    photo = chooser.made("IMG_20190304_family.jpg", evidence.photo_with_gps())
    paper = chooser.made("paper.pdf", PAPER)
    chooser.choose(photo, paper)
    chooser.says("照片1.jpg", "已清理，传好了。")
    chooser.says("paper.pdf", "未能清理：这种文件在这里清不了。")
    chooser.keep("paper.pdf")
    chooser.says("paper.pdf", "没有清理，照原样传好了。")
    picture_of("files")

    sent(writer)

    told = names_told(writer.page)
    assert told == ["照片1.jpg 已清理，已保存。", "paper.pdf 未能清理，照原样已保存。"]
    [(clean, pixels), (kept, bytes_)] = opened_files(app, stored()[0].words.files)
    assert (clean.name, clean.type, clean.state) == ("照片1.jpg", "image/jpeg", "cleaned")
    assert (kept.name, kept.type, kept.state) == ("paper.pdf", "application/pdf", "kept")
    assert bytes_ == PAPER
    for entry, clear in ((clean, pixels), (kept, bytes_)):
        assert (len(clear), hashlib.sha256(clear).hexdigest()) == (entry.size, entry.sha256)
    drawn = Image.open(io.BytesIO(pixels))
    assert evidence.is_upright(drawn)
    assert not drawn.getexif()
    assert not {"exif", "xmp", "icc_profile", "comment", "photoshop"} & set(drawn.info)
    assert not [mark for mark in evidence.MARKS if mark.encode() in pixels]
    assert readable(writer.posted, [evidence.CANARY, "paper.pdf", "IMG_20190304"]) == []
    assert writer.complaints == []


@pytest.mark.parametrize("kind", ["photo.png", "photo.webp"])
def test_other_pictures_are_cleaned_too_and_stand_upright(app, chooser, writer, stored, kind):
    make, _type = evidence.MADE[kind]
    chooser.choose(chooser.made(kind, make()))
    chooser.says("照片1", "已清理，传好了。")
    sent(writer)

    [(entry, clear)] = opened_files(app, stored()[0].words.files)
    assert entry.state == "cleaned"
    drawn = Image.open(io.BytesIO(clear))
    assert evidence.is_upright(drawn)
    assert not {"exif", "xmp", "icc_profile", "srgb", "gamma"} & set(drawn.info)
    assert not [mark for mark in evidence.MARKS if mark.encode() in clear]


NOISE = """OffscreenCanvasRenderingContext2D.prototype.getImageData = (x, y, width, height) => ({
  data: new Uint8ClampedArray(width * height * 4).map(() => Math.random() * 256),
});"""


def test_a_browser_that_gives_back_noise_for_a_canvas_cleans_no_photo(chooser):
    """As Tor Browser does: what it would send is no picture any more."""

    def spoil(route):
        answer = route.fetch()
        route.fulfill(response=answer, body=NOISE + answer.text())

    chooser.page.context.route("**/app/files-worker.js", spoil)
    chooser.choose(chooser.made("b.jpg", evidence.photo_with_gps()))

    chooser.says("b.jpg", "未能清理：这个浏览器会把图弄花。")


def test_a_picture_that_can_be_seen_through_stays_so(app, chooser, writer, stored):
    chooser.choose(chooser.made("hole.png", evidence.png_with_holes()))
    sent(writer)

    [(entry, clear)] = opened_files(app, stored()[0].words.files)
    assert entry.type == "image/png"
    assert Image.open(io.BytesIO(clear)).convert("RGBA").getpixel((240, 320))[3] == 0


NOT_CLEANED = {
    "photo.heic": (evidence.heic, "这台设备打不开这种图片"),
    "half.jpg": (lambda: evidence.photo_with_gps()[:600], "图片打不开"),
    "flood.png": (evidence.pixel_flood, "图片太大"),
    "moving.gif": (evidence.gif, "这种文件在这里清不了"),
    "page.html": (evidence.html, "这种文件在这里清不了"),
}


def test_what_cannot_be_cleaned_says_why_and_waits_for_a_decision(app, chooser, writer, stored):
    made = {name: make() for name, (make, _why) in NOT_CLEANED.items()}
    chooser.choose(*[chooser.made(name, data) for name, data in made.items()])
    for name, (_make, why) in NOT_CLEANED.items():
        chooser.says(name, f"未能清理：{why}。")
    writer.send()

    summary = writer.page.locator("#error-summary a")
    expect(summary).to_have_count(len(NOT_CLEANED))
    summary.first.click()
    expect(chooser.row("photo.heic")).to_be_focused()
    assert not writer.posts(SEALED)
    for name in made:
        chooser.press(name, "keep" if name == "half.jpg" else "drop")
    sent(writer)

    [(entry, clear)] = opened_files(app, stored()[0].words.files)
    assert (entry.name, entry.state, clear) == ("half.jpg", "kept", made["half.jpg"])


def test_the_original_goes_along_where_the_reporter_wants_it(app, chooser, writer, stored):
    photo = evidence.photo_with_gps()
    chooser.choose(chooser.made("a.jpg", photo))
    chooser.says("照片1.jpg", "传好了")
    chooser.row("照片1.jpg").get_by_text("原件也交").click()
    expect(chooser.row("照片1.jpg").get_by_text("原件里可能有您的地点")).to_be_visible()
    expect(chooser.row("照片1.jpg").locator("[type=checkbox]")).to_be_checked()
    sent(writer)

    assert names_told(writer.page) == ["照片1.jpg 已清理，已保存。原件也已保存。"]
    [(clean, _), (original, bytes_)] = opened_files(app, stored()[0].words.files)
    assert (clean.state, original.state, original.name) == ("cleaned", "original", "a.jpg")
    assert bytes_ == photo


def test_a_line_that_is_cut_goes_on_where_it_stood(app, chooser, writer, stored):
    cut = [2, 5]

    def lose_some(route):
        if chooser.parts in cut:
            cut.pop(0)
            route.abort()
        else:
            route.continue_()

    data = film(7)
    writer.page.route(PART, lose_some)
    chooser.choose(chooser.made("film.mp4", data))
    chooser.listen()
    chooser.keep("film.mp4")
    chooser.heard("没有连上，会自己接着传。")
    chooser.says("film.mp4", "传好了")
    sent(writer)

    assert cut == []
    [(_entry, clear)] = opened_files(app, stored()[0].words.files)
    assert clear == data
    assert chooser.parts == -(-sealed_size(blob_size(len(data))) // 2**21) + 2
    assert readable(writer.posted, [evidence.CANARY]) == []


def test_after_a_reload_the_same_file_goes_on_and_what_stands_is_not_sent_again(
    app, chooser, writer, stored
):
    data = film(7)
    path = chooser.made("film.mp4", data)
    writer.page.route(PART, lambda route: route.abort() if chooser.parts > 2 else route.continue_())
    chooser.choose(path)
    chooser.keep("film.mp4")
    chooser.says("film.mp4", "没有连上")
    assert "film" not in chooser.kept
    writer.open()
    chooser.says("film.mp4", "请再选一次这个文件，接着传。")
    writer.page.unroute(PART)
    before = chooser.parts
    writer.fill()
    writer.page.set_input_files("#files", str(path))
    expect(chooser.row("请再选一次")).to_have_count(0)
    chooser.says("film.mp4", "传好了")
    expect(chooser.rows).to_have_count(1)
    sent(writer)

    [(_entry, clear)] = opened_files(app, stored()[0].words.files)
    assert clear == data
    assert chooser.parts - before == -(-sealed_size(blob_size(len(data))) // 2**21) - 2
    assert chooser.kept is None


def test_what_was_whole_before_a_reload_needs_no_choosing(app, chooser, writer, stored):
    chooser.choose(chooser.made("a.jpg", evidence.photo_with_gps()))
    chooser.says("照片1.jpg", "传好了")
    writer.open()
    chooser.says("照片1.jpg", "已清理，传好了。")
    writer.fill()
    before = chooser.parts
    sent(writer)

    [(entry, clear)] = opened_files(app, stored()[0].words.files)
    assert hashlib.sha256(clear).hexdigest() == entry.sha256
    assert chooser.parts == before


def test_another_file_than_before_is_a_new_one(chooser, writer):
    writer.page.route(PART, lambda route: route.abort())
    chooser.choose(chooser.made("film.mp4", film(3)))
    chooser.keep("film.mp4")
    chooser.says("film.mp4", "没有连上")
    writer.open()
    chooser.says("film.mp4", "请再选一次")
    writer.fill()
    chooser.choose(chooser.made("other.mp4", film(3)[:-1] + b"!"))

    chooser.says("other.mp4", "未能清理")
    chooser.says("film.mp4", "请再选一次")
    chooser.press("other.mp4", "drop")
    writer.send()
    writer.sees("「film.mp4」要再选一次，或者不要。")


def test_a_ticket_that_is_too_old_begins_anew_and_says_so(app, chooser, writer, stored):
    data = film(3)
    refusal = {"status": 410, "json": {"error": "ticket"}}
    writer.page.route(PART, lambda route: route.fulfill(**refusal), times=1)
    chooser.choose(chooser.made("film.mp4", data))
    chooser.keep("film.mp4")
    chooser.says("film.mp4", "传好了")
    sent(writer)

    assert len(writer.posts("/tip/files/ticket")) == 2
    [(_entry, clear)] = opened_files(app, stored()[0].words.files)
    assert clear == data


def test_a_tip_whose_answer_was_lost_keeps_its_files(app, chooser, writer, stored, count):
    writer.page.route(f"**{SEALED}", lose_the_answer, times=1)
    chooser.choose(chooser.made("a.jpg", evidence.photo_with_gps()))
    writer.send()
    writer.sees("网络断了，字都在")

    sent(writer)

    assert count(Tip) == 1
    assert len(opened_files(app, stored()[0].words.files)) == 1
    first, second = writer.posts(SEALED)
    assert first == second


def test_a_file_added_after_a_lost_answer_comes_as_a_supplement(app, chooser, writer, stored):
    writer.page.route(f"**{SEALED}", lose_the_answer, times=1)
    chooser.choose(chooser.made("a.jpg", evidence.photo_with_gps()))
    writer.send()
    writer.sees("网络断了，字都在")
    chooser.choose(chooser.made("b.png", evidence.png()))
    writer.send()
    writer.sees("补充的内容也收到了。")

    tip = stored()[0]
    body = json.loads(tip.messages[0].body)
    [(entry, clear)] = opened_files(app, body["files"])
    assert (entry.name, body["what"]) == ("照片2.png", tip.words.fields["what"])
    assert hashlib.sha256(clear).hexdigest() == entry.sha256


def test_a_file_that_the_server_misses_is_brought_again(app, chooser, writer, stored):
    chooser.choose(chooser.made("a.jpg", evidence.photo_with_gps()))
    chooser.says("照片1.jpg", "传好了")
    with app.app_context():
        blob = db.session.query(Upload).one().blob
        uploads.drop(db.session, blob)
        db.session.commit()

    sent(writer)

    [(entry, clear)] = opened_files(app, stored()[0].words.files)
    assert hashlib.sha256(clear).hexdigest() == entry.sha256
    assert entry.blob != blob


@pytest.fixture
def picture_of(writer):
    """Take pictures of the page to be looked at."""
    folder = ROOT / "build" / "screens"
    folder.mkdir(parents=True, exist_ok=True)

    def take(name):
        for width in (360, 1280):
            writer.page.set_viewport_size({"width": width, "height": 780})
            writer.page.locator("#files-block").screenshot(path=folder / f"{name}-{width}.png")
            wide = writer.page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width

    return take
