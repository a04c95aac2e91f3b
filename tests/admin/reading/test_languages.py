"""Languages are data: how their entries are read, and what data files may say in them."""

import shutil

import pytest

from admin.config import ROOT
from admin.district.data import load_district
from admin.reading.data_files import DataError, load_file
from admin.reading.languages import languages_of, load_languages

UYGHUR = "  - {id: ug, tag: ug-CN, name: ئۇيغۇرچە, direction: rtl, fonts: [UKIJ Tuz]}\n"
MONGOLIAN = {"id": "mn", "tag": "mn-Mong", "name": "ᠮᠣᠩᠭᠣᠯ", "vertical": True}


@pytest.fixture
def content(tmp_path):
    """The district's data with a third language, to be changed."""
    shutil.copytree(ROOT / "content" / "data", tmp_path / "data")
    with (tmp_path / "data" / "languages.yml").open("a") as file:
        file.write(UYGHUR)
    return tmp_path


def change(content, name, old, new):
    path = content / "data" / f"{name}.yml"
    words = path.read_text("utf-8")
    assert old in words
    path.write_text(words.replace(old, new, 1), "utf-8")


def test_chinese_comes_first_and_english_is_laid_out_like_it():
    chinese, english = load_languages(ROOT / "content").values()

    assert (chinese.id, chinese.prefix, chinese.folder, chinese.search) == ("zh", "", "", "search/")
    assert (english.prefix, english.folder, english.search) == ("/en", "en/", "en/search/")
    assert {one.sheet for one in (chinese, english)} == {""}
    assert not chinese.has_style
    assert not english.has_style


def test_an_entry_says_where_a_languages_pages_lie_and_how_they_run(content):
    uyghur = load_languages(content)["ug"]
    mongolian = languages_of({"items": [MONGOLIAN]})["mn"]

    assert (uyghur.prefix, uyghur.folder, uyghur.search) == ("/ug", "ug/", "search/")
    assert (uyghur.layout, uyghur.sheet, uyghur.locale) == ("rtl", "-rtl", "ug")
    assert (mongolian.layout, mongolian.direction) == ("vertical", "ltr")
    assert mongolian.has_style


def test_an_address_is_the_languages_own_or_the_shared_one(content):
    uyghur = load_languages(content)["ug"]

    assert uyghur.address({"page": "law/", "page_ug": "ug/law/"}, "page") == "ug/law/"
    assert uyghur.address({"page": "law/"}, "page") == "law/"
    assert uyghur.address({"url": "/mailbox/"}, "url") == "/ug/mailbox/"
    assert uyghur.address({"url": "https://a.example/"}, "url") == "https://a.example/"


def test_data_take_words_of_a_language_that_is_there_and_of_no_other(content):
    change(content, "footer", "  en: Dengshao\n", "  en: Dengshao\n  ug: چىراغ\n")
    assert load_file(content, "footer")["site"]["ug"] == "چىراغ"

    change(content, "footer", "  ug: چىراغ\n", "  bo: སྒྲོན་མེ\n")
    with pytest.raises(DataError, match="bo 不认识"):
        load_file(content, "footer")


def test_a_choice_without_words_is_chinese_and_known_to_be(content):
    change(content, "townships", "en: Hekou", "en: Hekou, ug: خېكۇ")
    townships = load_district(content).townships
    hekou, other = townships["hekou"], townships["shili"]

    assert (hekou.word("ug"), hekou.is_said_in("ug")) == ("خېكۇ", True)
    assert (other.word("ug"), other.is_said_in("ug")) == (other.zh, False)
    assert other.word("en") == other.en


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("id: ug,", "id: xx,", "xx 的日期和复数规则，软件里没有"),
        ("id: ug,", "id: id,", "第 14 行.*「id」在这里不能用"),
        ("rtl, fonts", "up, fonts", "「up」不能写"),
        ("tag: ug-CN, ", "", "少了 tag"),
        ("id: zh,", "id: en,", "只能写 zh"),
        ("[UKIJ Tuz]", '["a;b"]', "写法不对"),
    ],
)
def test_an_entry_that_cannot_be_used_is_refused_by_name(content, old, new, complaint):
    change(content, "languages", old, new)

    with pytest.raises(DataError, match=complaint):
        load_languages(content)
