"""Large files are written to the disk as they come, where the browser can; a wait can be ended."""

import pytest

from tests import evidence_files as made
from tests.admin.desk.files.files_live import press, said, shown_frame
from tests.admin.desk.files.files_made import spoil_part

pytestmark = pytest.mark.browser

# A browser that can write a file as it comes; the place is one that only this page sees.
PICKER = """
window.showSaveFilePicker = async ({ suggestedName }) => {
  window.chosen = await (await navigator.storage.getDirectory()).getFileHandle(
    suggestedName, { create: true });
  return window.chosen;
};
document.querySelector("#tip").dataset.mostHeld = "1000";
"""
WRITTEN = """async () => {
  const bytes = await (await window.chosen.getFile()).arrayBuffer();
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");
}"""


def reopened(page, files_live, tip, script):
    """Open the page as one that holds little, which its own scripts read when the tip is open."""
    page.route(
        f"**/desk/tips/{tip.reference}/sealed.json*",
        lambda route: (page.evaluate(script), route.continue_()),
    )
    page.goto(f"{files_live.desk}/desk/tips/{tip.reference}")
    page.wait_for_selector("#tip[data-opened]")
    page.unroute_all()


def test_a_file_too_large_to_be_held_is_written_as_it_comes(page, files_live, tip_of):
    tip, [entry] = tip_of((bytes(range(256)) * 30_000, "long.mp4", "video/mp4", "kept"))
    reopened(page, files_live, tip, PICKER)

    press(page, 1, "看")
    assert "文件太大" in said(page, 1)
    press(page, 1, "保存")
    press(page, 1, "知道了，保存")

    assert entry.sha256 in said(page, 1)
    assert page.evaluate(WRITTEN) == entry.sha256


def test_of_a_large_file_that_was_changed_nothing_is_left_on_the_disk(page, files_live, tip_of):
    tip, [entry] = tip_of((bytes(range(256)) * 30_000, "changed.mp4", "video/mp4", "kept"))
    spoil_part(files_live.app, entry, number=2)
    reopened(page, files_live, tip, PICKER)

    press(page, 1, "保存")
    press(page, 1, "知道了，保存")

    assert "和交来时对不上" in said(page, 1)
    assert page.evaluate("async () => (await window.chosen.getFile()).size") == 0


def test_a_browser_that_cannot_write_large_files_says_so(page, files_live, tip_of):
    tip, _entries = tip_of((bytes(5000), "long.mp4", "video/mp4", "kept"))
    without = PICKER.rpartition("document")[2]
    reopened(page, files_live, tip, f"window.showSaveFilePicker = 0; document{without}")

    press(page, 1, "保存")
    press(page, 1, "知道了，保存")

    assert "这个浏览器保存不了" in said(page, 1)


def test_a_file_under_way_can_be_stopped_and_begun_again(page, show, tip_of):
    tip, _entries = tip_of((made.png() + bytes(9_000_000), "long.png", "image/png", "kept"))
    show(tip)
    held = []
    page.route("**/files/*/3", lambda route: held.append(route))

    press(page, 1, "看")
    page.wait_for_selector("progress")
    press(page, 1, "停止")
    assert said(page, 1) == "已停止。"
    assert page.locator("iframe").count() == 0
    page.unroute_all()
    press(page, 1, "看")
    shown_frame(page, 1)
