"""The app's pages in a language that is data: addresses, direction, sheets, marks of Chinese."""

import re
import shutil

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo

from admin import create_app
from admin.config import ROOT, ConfigError

ENTRY = "  - {id: ug, tag: ug-CN, name: ئۇيغۇرچە, direction: rtl, fonts: [UKIJ Tuz]}\n"


@pytest.fixture
def database_url(sqlite_url):
    """One database is enough here: words lie in none."""
    return sqlite_url


@pytest.fixture
def environ(environ, tmp_path):
    shutil.copytree(ROOT / "content" / "data", tmp_path / "content" / "data")
    with (tmp_path / "content" / "data" / "languages.yml").open("a") as file:
        file.write(ENTRY)
    folder = tmp_path / "admin" / "translations" / "ug" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    catalogue = Catalog(locale="ug")
    catalogue.add("写下您看到的", "كۆرگىنىڭىزنى يېزىڭ")
    with (folder / "messages.mo").open("wb") as file:
        write_mo(file, catalogue)
    return environ | {
        "DENGSHAO_CONTENT": str(tmp_path / "content"),
        "DENGSHAO_TRANSLATIONS": str(tmp_path / "admin" / "translations"),
        "DENGSHAO_ROOMS": "intake,mailbox",
    }


def test_the_form_and_the_mailbox_answer_in_a_language_that_is_data(client, units):
    form, mailbox = client.get("/ug/tip/"), client.get("/ug/mailbox/")

    assert '<html lang="ug-CN" dir="rtl" id="large">' in form.text
    assert "/assets/lamp-rtl.css" in form.text
    assert "/assets/form-rtl.css" in form.text
    assert "/assets/language-ug.css" in form.text
    assert "كۆرگىنىڭىزنى يېزىڭ" in form.text
    assert 'action="/ug/tip/sent"' in form.text
    assert 'action="/ug/mailbox/"' in mailbox.text
    assert client.get("/ug/tip/sent").location == "/ug/tip/"
    assert client.get("/ug/tip/files/words").status_code == 200
    assert client.get("/bo/tip/").status_code == 404


def test_every_page_names_the_other_languages_by_their_own_names(client):
    nav = '<li><a href="/{}" lang="{}"{}>{}</a></li>'
    uyghur = nav.format("ug/", "ug-CN", ' dir="rtl"', "ئۇيغۇرچە")
    english = nav.format("en/", "en", "", "English")

    assert english in client.get("/tip/").text
    assert uyghur in client.get("/tip/").text
    page = client.get("/ug/tip/").text
    assert nav.format("", "zh-CN", ' dir="ltr"', "中文") in page
    assert "ئۇيغۇرچە</a>" not in page


def test_words_that_are_chinese_for_want_of_others_say_so(client, units):
    page = client.get("/ug/tip/").text

    assert re.search(r'<option [^>]*lang="zh-CN"[^>]*value="A1"', page)
    assert '<span lang="zh-CN">河口镇</span>' in page or 'lang="zh-CN" value="hekou"' in page
    assert 'lang="zh-CN"' not in client.get("/tip/").text.partition("<body>")[2]


def test_a_start_without_the_languages_words_is_refused_and_says_what_to_do(config, tmp_path):
    (tmp_path / "admin/translations/ug/LC_MESSAGES/messages.mo").unlink()

    with pytest.raises(ConfigError, match="run make admin/translations/ug/LC_MESSAGES/"):
        create_app(config)
