"""Files on the supervisory way, in practice, on the page of minors, in English, and given up."""

import pytest
from playwright.sync_api import expect

from admin.db import db
from admin.models import Upload
from admin.sealing.padme import MIB, sealed_size
from tests import evidence_files as evidence

from .chosen import PAPER, PART, Chooser, film, opened_files, sealed_parts, sent
from .played import let_pass_until, play_mute, play_worker
from .writer import SEALED, readable

pytestmark = pytest.mark.browser

FILES = "/tip/files/"


def posted_files(writer):
    return [path for path, _body in writer.posted if path.startswith(FILES)]


def test_files_for_the_supervisory_unit_wait_and_travel_as_one(app, chooser, writer, stored):
    writer.choose("official", "yes")
    chooser.choose(chooser.made("a.jpg", evidence.photo_with_gps()), chooser.made("b.pdf", PAPER))
    chooser.keep("b.pdf")
    chooser.says("照片1.jpg", "等您按发出，再一起传。")
    expect(writer.page.locator("#files-promise")).to_have_text("这一条的文件，等您按发出时一起传。")
    assert posted_files(writer) == []

    sent(writer)

    files = stored()[0].words.files
    [(photo, _), (paper, clear)] = opened_files(app, files)
    assert stored()[0].unit == "supervision"
    assert photo.blob == paper.blob
    assert (paper.offset, paper.state, clear) == (photo.size, "kept", PAPER)
    assert sealed_parts(app, photo.blob) == -(-sealed_size(4 * MIB) // (2 * MIB))
    assert len(writer.posts(f"{FILES}ticket")) == 1
    assert readable(writer.posted, [evidence.CANARY]) == []


def test_files_sent_before_the_answer_changed_are_taken_back(app, chooser, writer, stored):
    chooser.choose(chooser.made("a.jpg", evidence.photo_with_gps()))
    chooser.says("照片1.jpg", "传好了")
    writer.choose("exclude", "village")
    chooser.says("照片1.jpg", "等您按发出，再一起传。")
    expect(writer.page.locator("#files-list")).not_to_contain_text("传好了")
    sent(writer)

    [(entry, _clear)] = opened_files(app, stored()[0].words.files)
    assert sealed_parts(app, entry.blob) == 3
    assert len(writer.posts(f"{FILES}drop")) == 1
    assert chooser.kept is None


def test_back_on_the_ordinary_way_files_go_at_once_again(app, chooser, writer, stored):
    writer.choose("official", "yes")
    chooser.choose(chooser.made("a.jpg", evidence.photo_with_gps()))
    chooser.says("照片1.jpg", "等您按发出")
    writer.choose("official", "no")
    chooser.says("照片1.jpg", "已清理，传好了。")
    sent(writer)

    [(entry, _clear)] = opened_files(app, stored()[0].words.files)
    assert sealed_parts(app, entry.blob) == 1


def test_a_line_cut_under_a_pack_goes_on_and_a_file_can_still_be_left_out(
    app, chooser, writer, stored
):
    writer.choose("official", "yes")
    chooser.choose(chooser.made("film.mp4", film(7)), chooser.made("b.pdf", PAPER))
    chooser.keep("film.mp4")
    chooser.keep("b.pdf")
    writer.page.route(PART, lambda route: route.abort() if chooser.parts > 2 else route.continue_())
    writer.send()
    chooser.says("film.mp4", "没有连上")
    writer.sees("文件还在传，传完就发出。")
    writer.page.unroute(PART)
    chooser.press("film.mp4", "drop")

    assert writer.receipt
    [(entry, clear)] = opened_files(app, stored()[0].words.files)
    assert (entry.name, clear) == ("b.pdf", PAPER)


def test_practice_cleans_and_shows_and_posts_nothing(writer, tmp_path):
    writer.open("/tip/practice/")
    writer.fill()
    (tmp_path / "chosen").mkdir()
    chooser = Chooser(writer, tmp_path / "chosen")
    chooser.choose(chooser.made("a.jpg", evidence.photo_with_gps()), chooser.made("b.pdf", PAPER))
    chooser.says("照片1.jpg", "已清理，传好了。")
    chooser.keep("b.pdf")
    writer.send()

    expect(writer.page.locator("[data-slot=files]")).to_contain_text("练习：没有真的传。")
    assert writer.posted == []
    assert chooser.kept is None


def test_halting_and_going_on(app, chooser, writer, stored):
    data = film(7)
    # A server that never answers, for as long as it takes to press.
    writer.page.route(PART, lambda route: None)
    chooser.choose(chooser.made("film.mp4", data))
    chooser.keep("film.mp4")
    chooser.press("film.mp4", "pause")
    chooser.says("film.mp4", "停下了")
    writer.page.unroute(PART)
    chooser.press("film.mp4", "goOn")
    chooser.says("film.mp4", "传好了")
    sent(writer)

    [(_entry, clear)] = opened_files(app, stored()[0].words.files)
    assert clear == data


def test_whoever_stands_on_a_button_that_goes_away_stays_on_the_files_row(chooser, writer):
    page = writer.page
    page.route(PART, lambda route: None)
    chooser.choose(chooser.made("b.pdf", PAPER))
    chooser.keep("b.pdf")
    expect(chooser.row("b.pdf")).to_be_focused()
    pause = chooser.row("b.pdf").locator("[data-act=pause]")
    expect(pause).to_be_visible()
    page.keyboard.press("Tab")
    expect(pause).to_be_focused()
    page.keyboard.press("Enter")
    expect(chooser.row("b.pdf")).to_be_focused()
    page.unroute(PART)
    page.keyboard.press("Tab")
    expect(chooser.row("b.pdf").locator("[data-act=goOn]")).to_be_focused()
    page.keyboard.press("Enter")

    chooser.says("b.pdf", "照原样传好了")
    expect(chooser.row("b.pdf")).to_be_focused()


def test_what_is_halted_goes_on_when_the_form_is_sent(app, chooser, writer, stored):
    writer.page.route(PART, lambda route: None)
    chooser.choose(chooser.made("film.mp4", film(7)))
    chooser.keep("film.mp4")
    chooser.press("film.mp4", "pause")
    chooser.says("film.mp4", "停下了")
    writer.page.unroute(PART)
    sent(writer)

    assert len(stored()[0].words.files) == 1


def test_leaving_out_a_file_takes_it_back_from_the_server(app, chooser, writer, stored):
    chooser.choose(chooser.made("a.jpg", evidence.photo_with_gps()))
    chooser.says("照片1.jpg", "传好了")
    with writer.page.expect_response(f"**{FILES}drop"):
        chooser.press("照片1.jpg", "drop")
    expect(chooser.rows).to_have_count(0)
    expect(writer.page.locator("#files")).to_be_focused()
    assert chooser.kept is None
    with app.app_context():
        assert [row.is_released for row in db.session.query(Upload)] in ([], [True])
    sent(writer)

    assert stored()[0].words.files == ()


def test_who_leaves_at_once_leaves_nothing_in_the_tab(chooser, writer):
    writer.page.route("https://**", lambda route: route.abort())
    writer.page.route(PART, lambda route: route.abort())
    chooser.choose(chooser.made("film.mp4", film(3)))
    chooser.keep("film.mp4")
    chooser.says("film.mp4", "没有连上")
    assert chooser.kept
    writer.page.evaluate("window.addEventListener('pagehide', () => 0)")
    writer.page.evaluate("document.getElementById('quick-exit').href = '/keys.json'")
    writer.page.click("#quick-exit")
    writer.page.wait_for_url("**/keys.json")

    assert chooser.kept is None


@pytest.mark.parametrize("script", ["app/files.js*", "app/files-worker.js*", "files/words"])
def test_a_script_of_files_that_does_not_come_is_told_at_the_field_and_asked_for_again(
    chooser, writer, stored, script
):
    writer.page.route(f"**/{script}", lambda route: route.fulfill(status=404, body="<html>"))
    path = chooser.made("b.pdf", PAPER)
    writer.page.set_input_files("#files", str(path))
    told = writer.page.locator("#files-block .field__error")
    expect(told).to_have_text("网络断了，文件还没有收下。有网了，再点一下这里。")
    writer.send()
    expect(writer.page.locator(".cut")).to_contain_text("网络断了，字都在，没有发出。")
    expect(writer.page.locator(".plain-offer")).to_be_hidden()
    assert writer.page.evaluate("document.getElementById('files').files.length") == 1

    writer.page.unroute(f"**/{script}")
    writer.page.focus("#what")
    writer.page.focus("#files")
    chooser.keep("b.pdf")
    expect(told).to_have_count(0)
    sent(writer)

    assert [entry["name"] for entry in stored()[0].words.files] == ["b.pdf"]
    assert writer.posts("/tip/sent") == []


@pytest.mark.parametrize("jobs", [".*", "part"])
def test_a_worker_of_files_that_starts_and_then_answers_nothing_is_given_up(
    app, chooser, writer, stored, bundles, jobs
):
    writer.page.clock.install()
    play_mute(writer.page, "files-worker.js", bundles, jobs)
    chooser.choose(chooser.made("a.jpg", evidence.photo_with_gps()), chooser.made("b.pdf", PAPER))
    let_pass_until(writer.page, chooser.row("b.pdf").locator("[data-act=keep]"))
    chooser.keep("b.pdf")
    for name in ("照片1.jpg", "b.pdf"):
        let_pass_until(writer.page, chooser.row(name).get_by_text("传好了"))
    sent(writer)

    names = [entry["name"] for entry in stored()[0].words.files]
    assert names == ["照片1.jpg", "b.pdf"]
    assert opened_files(app, stored()[0].words.files)[1][1] == PAPER
    assert writer.posts("/tip/sent") == []
    assert writer.complaints == []


def test_what_was_chosen_goes_back_to_the_plain_field_where_nothing_seals(chooser, writer):
    fails = "self.onmessage = ({data}) => self.postMessage({id: data.id, error: 'TypeError'});"
    play_worker(writer.page, f"{fails} self.postMessage({{isReady: true}});")
    writer.page.reload()
    writer.fill()
    chooser.choose(chooser.made("b.pdf", PAPER), chooser.made("a.jpg", evidence.photo_with_gps()))
    chooser.keep("b.pdf")
    chooser.says("照片", "传好了")
    writer.send()
    expect(writer.page.locator(".plain-offer")).to_be_focused()

    names = "Array.from(document.getElementById('files').files, (file) => file.name)"
    assert writer.page.evaluate(names) == ["b.pdf", "a.jpg"]
    expect(writer.page.locator("#files-list")).to_have_count(0)
    expect(writer.page.locator(".plain-offer")).to_contain_text("在下一页再选")
    assert chooser.kept is None
    assert writer.posts("/tip/sent") == []


def test_minors_are_addressed_as_on_their_page(writer, tmp_path):
    writer.open("/tip/?page=young")
    (tmp_path / "chosen").mkdir()
    chooser = Chooser(writer, tmp_path / "chosen")
    chooser.choose(chooser.made("b.pdf", PAPER))

    expect(writer.page.locator("#files-promise")).to_contain_text("你不发出这条")
    chooser.says("b.pdf", "未能清理")
    assert "您" not in writer.page.inner_text("#files-block")


def test_the_english_form_speaks_english(writer, tmp_path):
    writer.open("/en/tip/")
    (tmp_path / "chosen").mkdir()
    chooser = Chooser(writer, tmp_path / "chosen")
    chooser.choose(chooser.made("a.jpg", evidence.photo_with_gps()), chooser.made("b.pdf", PAPER))

    chooser.says("photo1.jpg", "Cleaned and uploaded.")
    chooser.says("b.pdf", "Could not be cleaned: this kind of file cannot be cleaned here.")
    shown = writer.page.inner_text("#files-list")
    assert not [letter for letter in shown if "\u4e00" <= letter <= "\u9fff"]


def test_all_of_it_works_by_keyboard_and_has_no_fault_of_access(chooser, writer):
    page = writer.page
    chooser.choose(
        chooser.made("a.jpg", evidence.photo_with_gps()),
        chooser.made("b.pdf", PAPER),
        chooser.made(f"{'长' * 60}.bin", b"x" * 100),
    )
    # While a file is on its way, its row holds one button more.
    chooser.says("照片1.jpg", "传好了")
    chooser.says("b.pdf", "未能清理")
    page.focus("#files")
    for key in ("Tab", "Tab", "Tab"):
        page.keyboard.press(key)
    expect(chooser.row("b.pdf").locator("[data-act=keep]")).to_be_focused()
    page.keyboard.press("Enter")
    chooser.says("b.pdf", "照原样传好了")
    expect(chooser.row("b.pdf")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(chooser.row("b.pdf")).to_have_count(0)
    writer.send()
    page.wait_for_selector("#error-summary")

    for elder in ("remove", "add"):
        page.evaluate(f"document.documentElement.classList.{elder}('elder')")
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        assert writer.axe() == []
    assert not writer.posts(SEALED)


def test_a_file_dropped_upon_the_field_is_taken(chooser, writer):
    writer.page.focus("#files")
    writer.page.wait_for_selector("#files-list", state="attached")
    writer.page.evaluate(
        """() => {
          const transfer = new DataTransfer();
          transfer.items.add(new File(["%PDF-1.4 words"], "dropped.pdf"));
          const options = { dataTransfer: transfer, bubbles: true, cancelable: true };
          document.getElementById("files-block").dispatchEvent(new DragEvent("drop", options));
        }"""
    )

    chooser.says("dropped.pdf", "未能清理")


def test_one_question_a_screen_lists_the_files_among_the_answers(chooser, writer):
    page = writer.page
    chooser.choose(chooser.made("a.jpg", evidence.photo_with_gps()))
    chooser.says("照片1.jpg", "传好了")
    page.click("#step-offer button")
    page.wait_for_selector("#step-bar")
    while not page.locator("#step-check").is_visible():
        page.click("#step-bar [data-act=next]")

    assert "照片1.jpg" in page.inner_text("#step-check")
    sent(writer)
