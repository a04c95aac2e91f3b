"""Files in Chromium without scripts: after the words, chosen, told, chosen again, at every size."""

import json
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


def hand_in(page, made):
    page.set_input_files("#files", files(made))
    page.click("#more button")
    page.wait_for_selector("#files-told")


@pytest.fixture
def writer(write):  # noqa: F811
    """Somebody whose browser runs no scripts."""
    writer = write(java_script_enabled=False)
    # The page answers once every file is cleaned, one after the other.
    writer.page.set_default_timeout(120_000)
    return writer


def test_the_form_shows_no_field_for_files_and_says_where_they_go(writer, shots):
    writer.open()

    expect(writer.page.locator("#files-block")).to_be_hidden()
    expect(writer.page.locator("#files-next")).to_be_visible()
    shots(writer.page, "form")


def test_every_kind_is_handed_in_after_the_words_and_told_on_its_own(writer, stored, shots):
    page = writer.page
    writer.open()
    writer.fill()
    writer.send()
    shots(page, "receipt")
    groups = page.locator("#receipt li").all_text_contents()
    hand_in(page, KINDS | {"记事.xyz": lambda: NOTE})

    shots(page, "told")
    lines = page.locator("#files-told li").all_text_contents()
    assert len(lines) == len(KINDS) + 1
    assert "照片.jpg：已清理，已保存" in lines
    failed = [line.partition("：")[0] for line in lines if "没有收下" in line]
    assert "记事.xyz" in failed
    page.check("#originals")
    hand_in(page, {name: (KINDS | {"记事.xyz": lambda: NOTE})[name] for name in failed})

    shots(page, "as-they-are")
    lines = page.locator("#files-told li").all_text_contents()
    assert [line.partition("：")[0] for line in lines] == failed
    assert all("照原样已保存" in line for line in lines)
    assert page.locator("#receipt li").all_text_contents() == groups
    (tip,) = stored()
    contents = [json.loads(message.body) for message in tip.messages]
    states = [entry.state for one in contents for entry in parse_entries(one["files"])]
    assert states == ["cleaned"] * (len(KINDS) + 1 - len(failed)) + ["kept"] * len(failed)


def test_a_browser_that_was_held_back_from_sealing_loses_no_file_unsaid(write, stored):  # noqa: F811
    """The plain way by a press of its own: the words go, the page after it says what did not."""
    writer = write()
    page = writer.page
    page.add_init_script("delete globalThis.BigInt")
    writer.open()
    writer.fill()
    page.set_input_files("#files", files({"照片.jpg": KINDS["照片.jpg"]}))
    writer.send()
    expect(page.locator(".plain-offer")).to_contain_text("选好的文件这次不会一起发，在下一页再选。")
    page.click("[data-plain]")

    expect(page.locator("#files-told li")).to_have_text("照片.jpg：没有和字一起收下")
    expect(page.locator("#receipt li")).to_have_count(6)
    hand_in(page, {"照片.jpg": KINDS["照片.jpg"]})
    expect(page.locator("#files-told li")).to_have_text("照片.jpg：已清理，已保存")
    assert len(stored()[0].messages) == 1


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
    writer.send()
    page.wait_for_selector("#receipt")
    page.set_input_files("#files", files({"照片.jpg": KINDS["照片.jpg"], "记事.xyz": lambda: NOTE}))
    page.focus("#originals")
    page.keyboard.press("Space")
    assert page.is_checked("#originals")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector("#files-told")

    expect(page.locator("#files-told li")).to_have_count(2)
    shots(page, f"walked{prefix.strip('/')}")
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
