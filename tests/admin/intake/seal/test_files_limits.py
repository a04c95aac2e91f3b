"""Files that the server has no room for, or that are too many or too large: the words always go."""

import pytest
from playwright.sync_api import expect

from .chosen import film, opened_files, sent
from .writer import SEALED

pytestmark = pytest.mark.browser

LIMITS = {
    "DENGSHAO_FILES_MOST": "3",
    "DENGSHAO_FILE_MB": "2",
    "DENGSHAO_TIP_MB": "5",
    "DENGSHAO_FILES_MB_DAY": "3",
}


@pytest.fixture
def environ(environ):
    """An installation that takes little."""
    return environ | LIMITS


def test_what_is_over_a_limit_says_so_and_the_rest_is_kept(app, chooser, writer, stored):
    whole = b"ID3" + b"x" * 1000
    chooser.choose(
        chooser.made("empty $&.mp3", b""),
        chooser.made("large.mp4", film(2) * 2),
        *[chooser.made(f"{number}.mp3", whole) for number in range(4)],
    )

    chooser.says("empty $&.mp3", "失败：文件是空的。")
    chooser.says("large.mp4", "失败：文件太大。")
    chooser.says("3.mp3", "失败：选得太多。")
    for number in range(3):
        chooser.says(f"{number}.mp3", "未能清理")
        chooser.keep(f"{number}.mp3")
    writer.send()
    expect(writer.page.locator("#error-summary a")).to_have_count(3)
    writer.sees("「empty $&.mp3」没传上。再按一次，就不带它发出。")
    assert not writer.posts(SEALED)
    sent(writer)

    files = opened_files(app, stored()[0].words.files)
    assert [(entry.name, clear) for entry, clear in files] == [
        (f"{number}.mp3", whole) for number in range(3)
    ]
    told = writer.page.locator("[data-slot=files]")
    expect(told).to_contain_text("large.mp4 失败：文件太大。可以凭查询码再补交。")


def test_files_that_are_too_large_together_are_not_all_taken(chooser):
    one = film(1) + b"x" * 900_000
    chooser.choose(*[chooser.made(f"{number}.mp4", one) for number in range(3)])

    chooser.says("0.mp4", "未能清理")
    chooser.says("2.mp4", "失败：合起来太大。")


def test_no_room_at_the_server_is_told_and_the_words_go_without(app, chooser, writer, stored):
    one = film(1) + b"x" * 700_000
    chooser.choose(*[chooser.made(f"{number}.mp4", one) for number in range(2)])
    chooser.keep("0.mp4")
    chooser.says("0.mp4", "传好了")
    chooser.keep("1.mp4")
    chooser.says("1.mp4", "失败：服务器现在放不下。")
    writer.send()
    writer.sees("「1.mp4」没传上。再按一次，就不带它发出。")
    sent(writer)

    [(entry, clear)] = opened_files(app, stored()[0].words.files)
    assert (entry.name, clear) == ("0.mp4", one)
    told = writer.page.locator("[data-slot=files]")
    expect(told).to_contain_text("1.mp4 失败：服务器现在放不下。可以凭查询码再补交。")


def test_no_room_for_a_pack_is_told_and_the_words_go_without(chooser, writer, stored):
    writer.choose("official", "yes")
    chooser.choose(chooser.made("a.mp3", b"ID3" + b"x" * 1000))
    chooser.keep("a.mp3")
    writer.send()
    writer.sees("「a.mp3」没传上。再按一次，就不带它发出。")
    sent(writer)

    assert stored()[0].words.files == ()
    assert stored()[0].unit == "supervision"
