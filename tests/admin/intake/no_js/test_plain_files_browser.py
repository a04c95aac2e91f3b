"""The form's files in Chromium without scripts: chosen, told, chosen again, at every size."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import expect

from admin.cleaning import can_clean
from admin.sealing.files import parse_entries
from tests import evidence_files
from tests.admin.intake.test_form_browser import (  # noqa: F401
    Writer,
    address,
    database_url,
    environ,
    faults,
    write,
)
from tests.live import strip_scripts

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not can_clean(), reason="bubblewrap does not work here"),
]
NOTE = b"canary in a note, in no format that we know\0"
KINDS = {
    "照片.jpg": evidence_files.photo_with_gps,
    "图.png": evidence_files.png,
    "b.webp": evidence_files.webp,
    "c.heic": evidence_files.heic,
    "录像.mp4": evidence_files.film_mp4,
    "录音.m4a": evidence_files.sound_m4a,
    "d.mp3": evidence_files.sound_mp3,
    "纸.pdf": evidence_files.pdf_with_author,
    "e.docx": evidence_files.docx,
}


def files(made):
    return [
        {"name": name, "mimeType": "application/octet-stream", "buffer": make()}
        for name, make in made.items()
    ]


@pytest.fixture
def writer(write):  # noqa: F811
    """Somebody whose browser runs no scripts."""
    writer = write(java_script_enabled=False)
    # The page answers once every file is cleaned, one after the other.
    writer.page.set_default_timeout(120_000)
    writer.open()
    writer.fill()
    return writer


def test_every_kind_is_sent_without_scripts_and_told_on_its_own(writer, stored, shots):
    page = writer.page
    page.set_input_files("#files", files(KINDS | {"记事.xyz": lambda: NOTE}))
    writer.send()

    shots(page, "kept")
    expect(page.locator("fieldset.kept")).to_have_count(len(KINDS) + 1)
    assert page.input_value("#place") == "桥头"
    for row in page.locator("fieldset.kept").all():
        row.locator("input[value=keep]").check()
    writer.send()

    shots(page, "sent")
    expect(page.locator("#files-told li")).to_have_count(len(KINDS) + 1)
    lines = page.locator("#files-told li").all_text_contents()
    assert "照片.jpg：已清理，已保存" in lines
    assert all("已保存" in line for line in lines)
    (tip,) = stored()
    states = [entry.state for entry in parse_entries(tip.words.files)]
    assert states.count("kept") == sum("未能清理" in line for line in lines)


def test_a_file_that_fails_leaves_every_word_where_it_was(writer, shots):
    writer.page.set_input_files("#files", files({"空.jpg": bytes}))
    writer.send()

    shots(writer.page, "refused")
    assert "文件是空的" in writer.page.text_content("#error-summary")
    assert writer.page.input_value("#place") == "桥头"


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_each_page_of_the_way_is_free_of_violations_and_walked_by_keyboard(
    write,  # noqa: F811
    shots,
    prefix,
):
    """The looker-on is a script itself: hence scripts run here, but ours never arrives."""
    writer = write()
    page = writer.page
    page.set_default_timeout(120_000)
    strip_scripts(page)
    writer.open(f"{prefix}/tip/")
    writer.fill()
    page.set_input_files("#files", files({"照片.jpg": KINDS["照片.jpg"], "记事.xyz": lambda: NOTE}))
    writer.send()
    page.wait_for_selector("fieldset.kept")

    assert faults(page) == []
    page.click("#error-summary a")
    expect(page.locator("#file-0-keep")).to_be_focused()
    page.keyboard.press("Space")
    assert page.is_checked("#file-0-keep")
    writer.send()
    page.wait_for_selector("#files-told")
    shots(page, f"told{prefix.strip('/')}")
    assert faults(page) == []


@pytest.fixture
def shots(tmp_path_factory):
    """Leave pictures for eyes where DENGSHAO_SHOTS names a folder."""
    folder = os.environ.get("DENGSHAO_SHOTS")

    def shoot(page, name):
        if not folder:
            return
        for width in (360, 1280):
            for elder in (False, True):
                page.set_viewport_size({"width": width, "height": 740})
                page.evaluate(
                    "elder => document.documentElement.classList.toggle('elder', elder)", elder
                )
                path = Path(folder) / f"{name}-{width}{'-elder' if elder else ''}.png"
                page.screenshot(path=path, full_page=True)
        page.evaluate("document.documentElement.classList.remove('elder')")
        page.set_viewport_size({"width": 360, "height": 740})

    return shoot
