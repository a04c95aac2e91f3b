"""The topics: each says what to look at, what it is not, and where to turn, and accuses nobody."""

import re

import pytest
import yaml

from .conftest import ROOT

FOLDER = ROOT / "content" / "topics"
# What the button of each page chooses on the form. One page offers help and has no button.
CATEGORY = {
    "network": "A8",
    "sand": "A4",
    "transport": "A5",
    "building": "A3",
    "school": "A9",
    "medical": "D",
    "loans": "A6",
    "market": "A2",
    "village-bully": "A7",
    "protectors": "official",
    "soft-violence": "A1",
    "sextortion": "A8",
    "gambling": "unclear",
    "post-extortion": "A8",
    "bank-cards": "unclear",
    "protection-money": "A2",
    "campus": "A9",
    "fugitives": "A10",
    "after-release": None,
}
SECTIONS = ["怎么认", "不算", "留什么", "找谁", "法律怎么说", "编的例子"]
# Help after release: nobody is to be recognised, and nothing is gathered about anybody.
SECTIONS_OF_HELP = ["能问什么", "不算", "法律怎么说", "编的例子"]
# Signs that are none, as a pattern: none of them stands on any of these pages.
LOOKS = re.compile(
    "纹身|文身|刺青|光头|寸头|金链|项链|墨镜|花臂|染发|黄毛|豪车|外地人|外来人|本地人|民族|少数族"
    "|方言|宗教|信教|教徒|迷信|姓氏|宗族|家族|族人|大姓|同姓|国籍|残疾|精神病|前科人员|劳改|两劳"
    "|穷人|懒汉|无业|闲散|流动人口|可疑人员"
)
# These a page may name, to say that they tell nothing.
DENIED = re.compile("长相|口音|姓什么|穿着|哪里人|长得")
DENIAL = re.compile("不看|不算数|说明不了什么|的人很多")
THREATS = re.compile(
    "不举报|知情不报|知而不报|(?:必须|务必|应当|有义务)举报|不说.{0,6}(?:处罚|受罚|追究|拘留)"
    r"|从严惩处|严惩不贷|绝不姑息|重奖|赏金|奖金|奖励\d"
)
# Rights are never signs: they stand among what a page is not about.
RIGHTS = re.compile("上访|信访|讨薪|集会|维权|游行|请愿")
# What puts a reader in danger may be named only to advise against it.
RISKS = re.compile("偷拍|偷录|跟踪|质问|试买|试借|卧底|套话")
ARTICLE = re.compile(r"(?<![法例])第[一二三四五六七八九十]+条")


def read(name):
    text = (FOLDER / f"{name}.md").read_text("utf-8")
    front, words = re.match(r"---\n(.*?)\n---\n(.*)", text, re.S).groups()
    return yaml.safe_load(front), words


def sections(words):
    """The words below each heading of the second level, by heading."""
    parts = re.split(r"^## (.+)$", words, flags=re.M)[1:]
    return dict(zip(parts[::2], parts[1::2], strict=True))


def section(words, name):
    return next(body for heading, body in sections(words).items() if name in heading)


every_topic = pytest.mark.parametrize("name", CATEGORY)
every_page = pytest.mark.parametrize("name", ["index", *CATEGORY])


def test_the_topics_are_those_that_stand_here():
    assert {path.stem for path in FOLDER.glob("*.md")} == {"index", *CATEGORY}


def test_the_index_leads_to_every_topic_once_and_says_a_line_of_each():
    rows = re.findall(r"^- \[[^]]+\]\(([a-z-]+)\.md\)：(.+)$", read("index")[1], re.M)
    assert sorted(topic for topic, _ in rows) == sorted(CATEGORY)
    assert all(len(line) <= 30 for _, line in rows)


@every_topic
def test_a_topic_has_the_sections_it_must_have_in_their_order(name):
    wanted = SECTIONS if CATEGORY[name] else SECTIONS_OF_HELP
    headings = list(sections(read(name)[1]))
    places = [next(i for i, head in enumerate(headings) if part in head) for part in wanted]
    assert places == sorted(places), headings


@every_topic
def test_a_topic_gives_several_things_that_it_is_not(name):
    assert len(re.findall(r"^- ", section(read(name)[1], "不算"), re.M)) >= 3


@every_topic
def test_danger_is_called_in_before_anything_is_written(name):
    words = read(name)[1]
    call = re.search(r"\{tel:110\}|tel:110", words)
    assert call
    if CATEGORY[name]:
        assert call.start() < words.index("{tip")
        assert words.startswith("# ")
        assert words.index("strip-110") < words.index("## ")


@every_topic
def test_a_topic_says_whom_to_call_besides_the_police(name):
    assert re.search(r"\{tel:(?:12345|12348|12356|12388)\}", read(name)[1])


@every_topic
def test_what_to_keep_warns_against_gathering_more(name):
    assert "(../report/what-not-to-do.md)" in read(name)[1]
    if CATEGORY[name]:
        assert re.search(r"不要|别", section(read(name)[1], "留什么"))


@every_topic
def test_who_takes_screenshots_is_told_what_else_they_show(name):
    kept = "" if not CATEGORY[name] else section(read(name)[1], "留什么")
    assert "截图" not in kept or "昵称" in kept


@every_topic
def test_a_topic_names_articles_and_at_least_one_of_the_law_itself(name):
    assert ARTICLE.search(section(read(name)[1], "法律怎么说"))


@every_topic
def test_each_line_about_the_law_names_its_article_or_says_that_none_is_confirmed(name):
    rows = re.split(r"\n(?=- )", section(read(name)[1], "法律怎么说").strip())
    for row in rows:
        assert re.search(r"第[一二三四五六七八九十百零]+条|待核实|法", row), row
        assert re.search(r"第[一二三四五六七八九十百零]+条|待核实", row) or "依网络安全法" in row, (
            row
        )


@every_topic
def test_the_example_is_marked_as_invented_and_runs_from_deed_to_what_one_can_do(name):
    example = section(read(name)[1], "编的例子")
    assert "**这是编的例子，人和地方都是假的。**" in example
    parts = re.findall(r"^- \*\*(.+?)\*\*：", example, re.M)
    assert parts == ["事情", "法条", "结果", "您可以"]


@every_topic
def test_the_button_leads_to_the_category_that_fits_and_exists(name, data):
    buttons = re.findall(r"\{tip(?::([^}]*))?\}", read(name)[1])
    assert buttons == ([CATEGORY[name]] if CATEGORY[name] else [])
    known = {item["id"] for item in data["categories"]["items"]} | {"official"}
    assert set(buttons) <= known


@every_topic
def test_a_page_that_sends_the_reader_on_to_another_category_names_it_as_the_form_does(name, data):
    labels = {item["zh"] for item in data["categories"]["items"]}
    for label in re.findall(r"改选「(.+?)」", read(name)[1]):
        assert label in labels


@every_page
def test_nobody_is_known_by_looks_origin_belief_or_name(name):
    front, words = read(name)
    assert not LOOKS.search(words)
    assert not LOOKS.search(" ".join([*front["keywords"], front["description"]]))
    for line in words.splitlines():
        assert not DENIED.search(line) or DENIAL.search(line), line


@every_page
def test_no_one_is_threatened_for_silence_or_lured_with_money(name):
    assert not THREATS.search(read(name)[1])


@every_topic
def test_rights_are_never_given_as_signs(name):
    front, words = read(name)
    assert not RIGHTS.search(" ".join(front["keywords"]))
    assert not RIGHTS.search(section(words, "怎么认" if CATEGORY[name] else "能问什么"))


@every_page
def test_what_is_risky_is_only_ever_advised_against(name):
    for line in read(name)[1].splitlines():
        assert not RISKS.search(line) or re.search("不要|别|不许接触", line), line


def test_soft_violence_gives_all_conditions_of_article_23_together():
    signs = section(read("soft-violence")[1], "怎么认")
    conditions = ["非法利益", "有组织地", "心理强制", "限制人身自由", "社会秩序"]
    assert [bool(re.search(word, signs)) for word in conditions] == [True] * 5
    assert "都有，才可以认定为有组织犯罪的手段" in signs
    assert "不够五条，不等于不违法" in signs


def test_a_wanted_person_is_for_the_police_alone():
    words = read("fugitives")[1]
    for sentence in ("不要靠近", "不要拍照", "先打电话，不要先写线索", "不登任何人的名字和照片"):
        assert sentence in words


def test_officials_are_reported_to_the_supervisors_and_never_named_in_public():
    words = read("protectors")[1]
    assert {"12388", "12389", "12309"} <= set(re.findall(r"\{tel:(\d+)\}", words))
    assert "不要发到群里、朋友圈、短视频" in words
    for article in ("第五十条", "第五十一条", "第五十二条"):
        assert article in words


def test_who_is_blackmailed_is_told_not_to_pay_and_that_it_is_no_fault():
    words = read("sextortion")[1]
    assert "**不转钱。**" in words
    assert "您是受害人" in words
    assert "(../help/minors.md)" in words


@pytest.mark.parametrize("name", ["loans", "soft-violence", "sextortion", "gambling", "campus"])
def test_help_comes_before_the_form_where_a_person_may_despair(name):
    front, words = read(name)
    # The box with whom to call stands above all else.
    assert "mental-health" in front["call"] or words.index("{tel:12356}") < words.index("{tip")
