"""The build's own words in a further language: from its catalogue, by its own plural rule."""

import pytest
from babel.messages.pofile import read_po

from admin.reading.languages import languages_of

# Of three forms, as Slavic languages have them: no language of this country needs more.
THREE = (
    "nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : "
    "n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2);"
)
CATALOGUE = f"""
msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: {THREE}\\n"

msgid "首页"
msgstr "Домой"

#, fuzzy
msgid "搜索"
msgstr "Поиск?"

msgid "{{}} 天"
msgid_plural "{{}} 天"
msgstr[0] "{{}} день"
msgstr[1] "{{}} дня"
msgstr[2] "{{}} дней"
"""
ENTRIES = {
    "items": [
        {"id": "zh", "tag": "zh-CN", "name": "中文", "locale": "zh_Hans_CN"},
        {"id": "en", "tag": "en", "name": "English"},
        {"id": "ru", "tag": "ru", "name": "Русский", "plural": THREE},
    ]
}


@pytest.fixture
def sayings(hook, tmp_path):
    folder = tmp_path / "ru" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "messages.po").write_text(CATALOGUE, "utf-8")
    module = hook("sayings")
    module.take(languages_of(ENTRIES), tmp_path)
    return module


def test_words_are_said_in_the_pages_language(sayings):
    home = {"zh": "首页", "en": "Home"}

    assert [sayings.say(home, code) for code in ("zh", "en", "ru")] == ["首页", "Home", "Домой"]
    assert sayings.say({"zh": ("首页", "⋯"), "en": ()}, "ru") == ("Домой", "⋯")
    assert sayings.say({"zh": {"a": "首页"}, "en": {}}, "ru") == {"a": "Домой"}
    assert {"ru": set()} == sayings.MISSING


@pytest.mark.parametrize(
    ("number", "words"),
    [(1, "1 день"), (3, "3 дня"), (7, "7 дней"), (11, "11 дней"), (21, "21 день"), (22, "22 дня")],
)
def test_what_is_counted_follows_the_languages_own_rule(sayings, hook, number, words):
    assert hook("deadlines").words(number, "calendar", "ru") == words


def test_what_has_no_translation_or_a_doubtful_one_is_chinese_and_told(sayings):
    table = {"zh": {"a": "搜索", "b": "没有"}, "en": {}}

    assert sayings.say(table, "ru") == {"a": "搜索", "b": "没有"}
    assert sayings.unfinished("ru", ["首页", "表单"]) == ["搜索", "没有", "表单"]


def test_a_blank_is_left_with_a_place_for_what_is_missing(sayings, tmp_path):
    sayings.unfinished("ru", ["{} 个月", "表单"])
    language = sayings.LANGUAGES["ru"]

    sayings.write_blank(language, {"首页": "Home", "表单": "Form"}, tmp_path / "ru.po")

    text = (tmp_path / "ru.po").read_text("utf-8")
    assert f"Plural-Forms: {THREE}" in text
    assert "#. en: Form" in text
    with (tmp_path / "ru.po").open("rb") as file:
        blank = read_po(file, abort_invalid=True)
    assert blank["首页"].string == "Домой"
    assert blank["表单"].string == ""
    assert blank["{} 个月"].string == ("", "", "")
    assert blank["{} 天"].string == ("{} день", "{} дня", "{} дней")


def test_an_entry_without_the_languages_words_is_marked_as_chinese(sayings):
    assert sayings.named({"zh": "甲<", "en": "A", "ru": "А"}, "ru") == "А"
    assert sayings.named({"zh": "甲<", "en": "A"}, "ru") == '<span lang="zh-CN">甲&lt;</span>'
    assert sayings.named({"zh": "甲<", "en": "A"}, "zh") == "甲&lt;"


@pytest.mark.parametrize(
    ("uri", "lang", "complaint"),
    [
        ("ru/help/index.md", None, "content/ru/help/index.md：.*请写 lang: ru"),
        ("help/index.md", "ru", "content/help/index.md：.*请挪到那种语言的文件夹里"),
        ("ru/index.md", "en", "请写 lang: ru"),
    ],
)
def test_a_page_says_the_language_of_its_folder(hook, uri, lang, complaint):
    from types import SimpleNamespace

    from mkdocs.exceptions import PluginError

    meta = {"lang": lang} if lang else {}
    page = SimpleNamespace(file=SimpleNamespace(src_uri=uri), meta=meta)
    with pytest.raises(PluginError, match=complaint):
        hook("languages").check_language(page, languages_of(ENTRIES))
