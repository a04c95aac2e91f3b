"""Evidence goes from a phone to the desk: large, over a bad line, cleaned, and never in clear."""

import hashlib
import io
import mmap
import shutil
import signal
import time

import pytest
from PIL import Image
from playwright.sync_api import expect

from admin.cleaning import can_clean, sniff
from tests import evidence_files as evidence
from tests.canary import spellings, written_since
from tests.ports import free_port
from tests.signing_in import signed_in
from tests.support import WIDE_BUDGETS
from tests.unfolding import unfold

from .line import LossyLine
from .served import start
from .test_main_journey import open_tip

MIB = 2**20
pytestmark = [
    pytest.mark.browser,
    # As long as any other test: each of its waits alone may take four minutes.
    pytest.mark.timeout(900),
    pytest.mark.skipif(not evidence.has_ffmpeg(), reason="ffmpeg is absent: no film to send"),
]

TIP = {"category": "A2", "what": "三个人在菜场收看摊费，我拍到了。", "place": "示例镇菜场"}
# What a file is called on the phone: a date, and a person's name.
PHOTO, PAPER, FILM = "IMG_20190304_050607.jpg", "账本.pdf", "VID_20190304.mp4"
SECRETS = {name: evidence.MARKS[name] for name in ("the author", "the serial number")} | {
    "the canary": evidence.CANARY
}
LONG = 240_000
"""Milliseconds in which two busy cores seal and send 200 MB, breaks included."""


def found_in(paths, marks=SECRETS):
    """Name each mark that stands in one of the files, in any spelling; large files too."""
    found = []
    for path in paths:
        if not path.stat().st_size:
            continue
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            found += [
                f"{name} ({how})"
                for name, mark in marks.items()
                for how, spelt in spellings(mark).items()
                if data.find(spelt) >= 0
            ]
    return found


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """A photo of 12 MB, a film of 200 MB and a paper, as they lie on a phone."""
    folder = tmp_path_factory.mktemp("phone")
    (folder / PHOTO).write_bytes(evidence.big_photo())
    (folder / PAPER).write_bytes(evidence.pdf_with_author())
    evidence.write_big_film(folder / FILM)
    assert (folder / PHOTO).stat().st_size > 12_000_000
    return folder


@pytest.fixture
def small_files(tmp_path):
    """The same kinds, of a size that goes without scripts."""
    folder = tmp_path / "phone"
    folder.mkdir()
    (folder / PHOTO).write_bytes(evidence.photo_with_gps(1500, 2000, noise=0.2))
    (folder / PAPER).write_bytes(evidence.pdf_with_author())
    (folder / FILM).write_bytes(evidence.film_mp4())
    return folder


@pytest.fixture
def serve(demo_store, bundles, site_folder, tmp_path):
    """Start a server behind a line; `serve(line)`, the same store at each start."""
    started = []
    shutil.copytree(demo_store[0], tmp_path / "server" / "data")

    def begin(line, **more):
        budgets = {**WIDE_BUDGETS, **line.environ, **more}
        served = start(
            tmp_path / "server", bundles=bundles, site=site_folder, budgets=budgets, wait=240
        )
        started.append(served)
        return served

    yield begin
    for served in started:
        served.stop(signal.SIGKILL)


def digest(data):
    return hashlib.sha256(data).hexdigest()


def row(page, name):
    """The row of a file on the form."""
    return page.locator("#files-list > li", has_text=name)


def choose(page, *paths):
    page.set_input_files("#files", [str(path) for path in paths])


def keep_uncleaned(page, *names):
    for name in names:
        button = row(page, name).locator("[data-act=keep]")
        expect(button).to_be_visible()
        button.click()
        expect(button).to_be_hidden()


def fill(page):
    unfold(page)
    page.select_option("#category", TIP["category"])
    page.fill("#what", TIP["what"])
    page.fill("#place", TIP["place"])


def send(page):
    page.click("#form button[type=submit]")
    page.wait_for_selector("#receipt", timeout=LONG)


def saved_at_desk(desk):
    """Save every file of the open tip; gives the bytes by the name that the desk shows."""
    rows = desk.locator("#files > li")
    expect(rows.first).to_be_visible()
    found = {}
    for one in rows.all():
        name = one.locator(".files__name").inner_text()
        one.locator(".files__acts button", has_text="保存").click()
        with desk.expect_download(timeout=LONG) as download:
            one.locator(".files__ask button").first.click()
        with open(download.value.path(), "rb") as file:
            found[name] = file.read()
    return found


def assert_clean_and_upright(photo):
    """The picture of a phone without what the phone wrote into it."""
    image = Image.open(io.BytesIO(photo))
    assert not dict(image.getexif())
    assert not {"exif", "xmp", "comment", "photoshop"} & set(image.info)
    # A browser's canvas writes the colour profile of every canvas, not that of the photo.
    assert image.info.get("icc_profile") != evidence.profile()
    assert evidence.is_upright(image)
    assert [name for name, mark in evidence.MARKS.items() if mark.encode() in photo] == []


def test_large_files_arrive_whole_over_a_line_that_breaks_twice_and_a_page_that_reloads(
    files, serve, visit, tmp_path
):
    # Given a line that breaks twice on the way, and a server behind it
    line = LossyLine(tmp_path / "line", free_port(), breaks=(40 * MIB, 80 * MIB), hold=100 * MIB)
    with line:
        served = serve(line)
        page = visit(viewport={"width": 360, "height": 780})
        page.goto(f"{served.public}/tip/")

        # When somebody chooses a photo, a paper and a film, and the page is loaded anew meanwhile
        choose(page, files / PHOTO, files / PAPER, files / FILM)
        keep_uncleaned(page, PAPER, FILM)
        wait_until(page, line.holds.is_set)
        assert line.cuts == 2
        page.reload()
        line.release()
        again = row(page, FILM).locator("[data-act=chooseAgain]")
        expect(again).to_be_visible()
        before = line.up
        choose(page, files / FILM)
        # It stands in two rows until it is known to be the same.
        expect(page.locator("#files-list > li")).to_have_count(3)
        expect(page.locator("[data-act=chooseAgain]:visible")).to_have_count(0)
        fill(page)
        send(page)

        # Then what had arrived before was not sent again, and each file says what became of it
        assert line.up - before < 140 * MIB
        told = page.locator("main").inner_text()
        assert "已清理" in told
        assert PAPER in told
        assert FILM in told

        # And at the desk all is whole, and the photo tells nothing but its picture
        desk = signed_in(visit(), served, served.members()["police-1"])
        open_tip(desk, TIP["what"])
        got = saved_at_desk(desk)
        assert digest(got.pop(FILM)) == digest((files / FILM).read_bytes())
        assert digest(got.pop(PAPER)) == digest((files / PAPER).read_bytes())
        ((name, photo),) = got.items()
        assert "2019" not in name
        assert_clean_and_upright(photo)
        assert line.cuts == 2
    # And nothing of them went over the line in clear
    assert found_in(line.records()) == []
    assert sum(path.stat().st_size for path in line.records()) > 200 * MIB


LOCKED = "合同（加密）.pdf"


@pytest.mark.skipif(not can_clean(), reason="no bubblewrap on this machine: nothing is cleaned")
def test_without_scripts_the_same_kinds_follow_the_words_and_no_clear_byte_is_written(
    small_files, serve, visit, tmp_path
):
    # Given a reporter whose browser runs no scripts, and one paper that nobody can clean
    (small_files / LOCKED).write_bytes(evidence.pdf_with_password())
    with LossyLine(tmp_path / "line", free_port()) as line:
        served = serve(line)
        began = time.time_ns()
        page = visit(java_script_enabled=False, viewport={"width": 360, "height": 780})
        page.set_default_timeout(LONG)
        page.goto(f"{served.public}/tip/")
        fill(page)
        send(page)

        # When files are handed in below the receipt, that one is told and taken at the next press
        choose(page, *(small_files / name for name in (PHOTO, PAPER, FILM, LOCKED)))
        page.click("#more button")
        told = page.locator("#files-told li")
        expect(told.filter(has_text="没有收下")).to_have_count(1)
        expect(told.filter(has_text="没有收下")).to_contain_text(LOCKED)
        expect(told.filter(has_text="已清理，已保存")).to_have_count(3)
        choose(page, small_files / LOCKED)
        page.check("#originals")
        page.click("#more button")
        expect(told).to_contain_text(["照原样已保存"])
        expect(page.locator("#receipt li")).to_have_count(6)

        # Then the desk has all four: three that tell nothing, and one as it was
        desk = signed_in(visit(), served, served.members()["police-1"])
        open_tip(desk, TIP["what"])
        got = saved_at_desk(desk)
        assert got.pop(LOCKED) == (small_files / LOCKED).read_bytes()
        kinds = {sniff(data): data for data in got.values()}
        assert_clean_and_upright(kinds.pop("image/jpeg"))
        assert set(kinds) == {"video/mp4", "application/pdf"}
        for data in kinds.values():
            assert [name for name, mark in evidence.MARKS.items() if mark.encode() in data] == []
        # And nothing that the server wrote holds a clear byte of them
        written = list(written_since(served.folders, began))
        # Their times tell no more than the day.
        parts = [path for path in (served.data / "blobs").rglob("*") if path.is_file()]
    assert len(parts) >= 4
    assert found_in([*written, *parts]) == []


def test_a_server_that_is_killed_and_started_again_goes_on_with_the_same_file(
    blobs_url, serve, visit, tmp_path
):
    # Given a film that is half way when the server dies
    film = evidence.write_big_film(tmp_path / FILM, 40, seed=8)
    with LossyLine(tmp_path / "line", free_port(), hold=12 * MIB) as line:
        served = serve(line, DENGSHAO_BLOBS_URL=blobs_url)
        page = visit(viewport={"width": 1280, "height": 900})
        page.goto(f"{served.public}/tip/")
        fill(page)
        choose(page, film)
        keep_uncleaned(page, FILM)
        wait_until(page, line.holds.is_set)
        served.stop(signal.SIGKILL)
        line.release()

        # When the reporter presses send meanwhile, is told, and presses again once it is up again
        page.click("#form button[type=submit]")
        page.wait_for_selector(":text('网络断了，字都在')", timeout=LONG)
        assert page.locator("#receipt").count() == 0
        served = serve(line, DENGSHAO_BLOBS_URL=blobs_url)
        page.click("#form button[type=submit]")
        page.wait_for_selector("#receipt", timeout=LONG)

        # Then it went on where it stood, and is whole
        assert line.up < 70 * MIB
        desk = signed_in(visit(), served, served.members()["police-1"])
        open_tip(desk, TIP["what"])
        got = saved_at_desk(desk)
    assert {name: digest(data) for name, data in got.items()} == {FILM: digest(film.read_bytes())}
    assert found_in(line.records()) == []


def wait_until(page, is_so, *, milliseconds=LONG):
    """Let the page work until something is so on our side."""
    for _ in range(milliseconds // 100):
        if is_so():
            return
        page.wait_for_timeout(100)
    raise AssertionError("it never came to that")


def test_the_search_of_the_line_finds_what_is_sent_in_clear(tmp_path):
    for number, how in enumerate(("utf-8", "utf-16-le", "base64, shifted by 1")):
        (tmp_path / str(number)).write_bytes(b"x" * 99 + spellings(evidence.CANARY)[how])

    found = found_in(sorted(tmp_path.iterdir()))

    assert found[0] == "the canary (utf-8)"
    assert len(found) >= 3
