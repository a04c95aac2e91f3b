"""What the list for a 通报 refuses and what it lets pass, in Python as in the browser."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from admin.config import ROOT
from admin.district.bulletins import load_bulletins
from tests.node import ask_jobs

JOBS = Path(__file__).with_name("bulletin_jobs.mjs")

REFUSED = {
    "name": [
        *(
            "张三被抓。",
            "男子高强被抓。",
            "李老板收钱。",
            "找到了欧阳明。",
            "老王开的店。",
            "小李说了。",
        ),
        *(
            "姓刘的收了钱。",
            "刘姓男子收了钱。",
            "买买提·艾力来了。",
            "村民马大强。",
            "外号叫大炮。",
        ),
        *("司马光在场。", "林主任不管。", "女子方芳、", "赵 六 来过。", "江哥来了。"),
    ],
    "place": [
        *(
            "在示例一村。",
            "一片一号楼里。",
            "昌盛超市卖的。",
            "和平路上。",
            "第三村民小组。",
            "三组的人。",
        ),
        *(
            "住5号楼。",
            "12栋2单元。",
            "在东方花园。",
            "县第一中学门口。",
            "在村口收钱。",
            "百货大厦门前。",
        ),
        *("桥头收钱。", "柳树沟里。", "在镇医院。", "绿源公司干的。"),
    ],
    "date": [
        *(
            "11月5日。",
            "2026年11月5日。",
            "十一月五日。",
            "2026-11-05。",
            "2026/11/5。",
            "11月上旬。",
        ),
        *(
            "星期三。",
            "周日。",
            "下午三点半。",
            "凌晨。",
            "23:30。",
            "12月3号。",
            "春节前后。",
            "11.05.2026。",
        ),
        *("月底。", "初三。", "当晚。", "２０２６年１１月５日。", "农历冬月。", "2026.11。"),
    ],
    "plate": ["京A12345。", "粤B·D1234。", "一辆赣 E 88888 开走。", "车牌看不清。", "尾号记下了。"],
    "number": [
        *(
            "13812345678。",
            "138 1234 5678。",
            "138-1234-5678。",
            "0791-1234567。",
            "１３８１２３４５６７８。",
        ),
        *(
            "110101199001011234。",
            "11010119900101123X。",
            "6222 0200 1234 5678 901。",
            "共35000元。",
        ),
        *("7QX2M-00ABC。", "012340 567894 012340。", "一三八一二三四五六七八。", "12345。"),
    ],
    "hotline": ["打110。", "110", "请打 119。"],
    "contact": ["a@b.cn。", "https://x。", "微信号是。", "加QQ号。", "账号abc123。", "www.x。"],
    "origin": [
        *(
            "有人举报。",
            "根据线索。",
            "群众反映。",
            "接到报警。",
            "查询码。",
            "匿名的人。",
            "一封来信。",
        ),
        *("知情人说。", "听说有人收钱。", "热线投诉。"),
    ],
    "guilt": [
        *(
            "坏人跑了。",
            "一名毒贩。",
            "黑恶势力。",
            "村霸收钱。",
            "犯罪分子。",
            "罪犯。",
            "有罪的人。",
        ),
        *("打手三个。", "团伙头目。", "主犯跑了。", "黑社会。", "落网。"),
    ],
    "trait": [
        "回族男子。",
        "外地人收钱。",
        "有前科。",
        "精神病人。",
        "信教的。",
        "上访户。",
        "刑满回来。",
    ],
    "law": ["第二十条。", "《刑法》。", "第12条。"],
    "sign": [
        "*收钱*。",
        "<b>钱</b>",
        "{tel}",
        "[看](x)",
        "# 一",
        "\n- 一",
        "\n1. 一",
        "收钱🙂",
        "a|b",
    ],
    "hard": ["坚持常态化。", "依法予以处置。", "闭环管理。"],
    "long": ["这" * 41 + "。"],
}
"""Pieces of texts, by the rule that refuses each."""

WARNED = {
    "surname": ["王某收了钱。", "马某某来了。"],
    "maybe": ["方强，来了。"],
    "exact": ["抓了3人。", "扣了12台机器。"],
}

ALLOWED = [
    "2026年11月，示例镇查处了一处开设赌场的地方，几个人被拘留。案子还在查。",
    "2026年下半年，城关街道有人向学生放高利贷。钱已经退还，两个人已经移送检察院。",
    "今年，一家店的老板被迫每个月交钱。现在没有人再来收了。",
    "法院判决认定有罪，一名男子被判了刑，主犯还要赔钱。",
    "某甲和某乙拦路收过路费，收的钱已经退了。公路现在能走了。",
    "河口乡有人在山林里种罂粟，已经铲掉。种的人受了处罚，责任人被教育。",
    "一伙人用威胁的办法让施工队买他们的砂石，现在已经停止。工程照常进行。",
    "犯罪嫌疑人已经移送，案子由法院审理。当时被拿走的东西，已经还给各家。",
    "去年，几个乡镇的农贸市场里，有人强行收摊位费。收的约三万元，已经退了1.5万元。",
    "有人在网上发广告卖药，广告已经删除。买过的人，请到就近的派出所去说。",
    "三个乡镇的夜宵摊，被人张口要保护费。要钱的几个人，都受了处罚，周边现在太平。",
]


@pytest.fixture(scope="module")
def rules():
    return load_bulletins(ROOT / "content")


@pytest.fixture(scope="module")
def in_browser(rules):
    """What the browser finds in texts."""

    def asked(texts):
        [found] = ask_jobs(JOBS, [{"act": "check", "rules": rules.for_browser(), "texts": texts}])
        return [
            [(one["rule"], one["words"], one["say"], one["warns"]) for one in row] for row in found
        ]

    return asked


def as_tuples(found):
    return [(one.rule, one.words, one.say, one.is_warning) for one in found]


@pytest.mark.parametrize("rule", REFUSED)
def test_what_the_list_refuses_is_found_by_its_rule_and_told_what_to_write(rules, rule):
    for text in REFUSED[rule]:
        found = [one for one in rules.refused(text) if one.rule == rule]
        assert found, text
        assert all(one.say and one.words for one in found), text


@pytest.mark.parametrize("rule", WARNED)
def test_what_is_only_warned_of_may_stay(rules, rule):
    for text in WARNED[rule]:
        assert rule in [one.rule for one in rules.check(text) if one.is_warning], text
        assert rules.refused(text) == [], text


@pytest.mark.parametrize("text", ALLOWED)
def test_a_text_in_the_words_of_a_village_passes(rules, text):
    assert rules.check(text) == []


def test_every_rule_of_the_file_has_a_line_in_these_tables(rules):
    assert {rule.id for rule in rules.rules} == {*REFUSED, *WARNED}
    assert {rule.id for rule in rules.rules if rule.is_warning} == set(WARNED)


def test_the_browser_finds_the_same_in_the_same_order(rules, in_browser):
    texts = [
        *ALLOWED,
        *(text for rows in (REFUSED, WARNED) for row in rows.values() for text in row),
    ]

    assert in_browser(texts) == [as_tuples(rules.check(text)) for text in texts]


PIECES = sorted(
    {text for rows in (REFUSED, WARNED) for row in rows.values() for text in row}
    | set(ALLOWED)
    | {"某", "\n", "\r\n", " ", "\u200b", "１", "：", "，"}
)


@settings(max_examples=25)
@given(
    st.lists(st.lists(st.sampled_from(PIECES), max_size=6).map("".join), min_size=10, max_size=10)
)
def test_whatever_is_put_together_both_find_the_same(rules, in_browser, texts):
    assert in_browser(texts) == [as_tuples(rules.check(text)) for text in texts]


LETTERS = st.text("甲乙丙，。 Ａa1\n", max_size=30)


def bare(text):
    return "".join(letter for letter in text.replace("Ａ", "a").lower() if letter.isalnum())


@settings(max_examples=60)
@given(st.lists(st.tuples(LETTERS, st.lists(LETTERS, max_size=2)), min_size=5, max_size=5))
def test_every_run_of_six_letters_that_is_shared_is_shown_and_none_that_is_not(pairs):
    [found] = ask_jobs(JOBS, [{"act": "runs", "pairs": pairs}])

    for (text, others), runs in zip(pairs, found, strict=True):
        mine, theirs = bare(text), [bare(other) for other in others]

        def shared(piece, theirs=theirs):
            return any(piece in other for other in theirs)

        windows = {mine[at : at + 6] for at in range(len(mine) - 5)}
        for window in windows:
            assert shared(window) == any(window in run for run in runs)
        for run in runs:
            assert run in mine
            assert len(run) >= 6
            assert all(shared(run[at : at + 6]) for at in range(len(run) - 5))


@pytest.mark.parametrize(
    ("text", "other", "runs"),
    [
        ("桥头有人收过路费。", "桥头有人收过路费。", ["桥头有人收过路费"]),
        ("有人，收过路费", "桥头有人收过路费。", ["有人收过路费"]),
        ("有人收过路", "桥头有人收过路费。", []),
        ("𠀀𠀁𠀂𠀃𠀄𠀅", "在𠀀𠀁𠀂𠀃𠀄𠀅", ["𠀀𠀁𠀂𠀃𠀄𠀅"]),
    ],
)
def test_signs_between_hide_no_run_and_five_letters_are_none(text, other, runs):
    assert ask_jobs(JOBS, [{"act": "runs", "pairs": [[text, [other]]]}]) == [[runs]]
