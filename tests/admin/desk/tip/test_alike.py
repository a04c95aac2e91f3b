"""Tips of the same event, suggested in the browser: by place, time and account, never by person."""

import itertools
import json

import pytest

from tests.admin.desk.tip.test_browser_modules import run

EVENT = {
    "township": "shili",
    "place": "甲村桥头",
    "what": "每天下午有几个人在桥头设卡，过路货车收五十元，不给不让走。",
    "when": "week",
}
SAME = EVENT | {"what": "桥头有人设卡，货车过路要收五十元，不给就不让走。"}
OTHER = EVENT | {"place": "乙村小学门口", "what": "有人在学校门口卖电子烟给学生，晚上九点以后。"}
PEOPLE = {"who": "张某，光头，四十岁左右", "objects": "白色面包车，尾号 123"}


def suggested(fields, *others, **mine):
    tip = {"reference": "00000-00000", "fields": fields} | mine
    told = [
        one if "reference" in one else {"reference": f"{n:05}-AAAAA", "fields": one}
        for n, one in enumerate(others, start=1)
    ]
    [found] = run({"act": "alike", "tip": tip, "others": told})
    return found


def test_a_tip_of_the_same_event_is_suggested_with_the_reasons():
    [found] = suggested(EVENT, SAME)

    assert found == {
        "reference": "00001-AAAAA",
        "township": "shili",
        "reasons": ["place", "near", "time", "text"],
    }


NOT_ALIKE = {
    "another event": OTHER,
    "the same place alone": EVENT | {"what": "有人晚上在这里倒垃圾，味道很大。"},
    "another township": SAME | {"township": "hekou"},
    "another time": SAME | {"when": "earlier"},
    "no words": {"township": "shili"},
}


@pytest.mark.parametrize("name", NOT_ALIKE)
def test_what_tells_of_another_event_is_not_suggested(name):
    assert suggested(EVENT, NOT_ALIKE[name]) == []


def test_the_same_people_and_cars_make_no_two_tips_alike():
    assert suggested(EVENT | PEOPLE, OTHER | PEOPLE) == []


def test_people_and_cars_change_nothing_about_what_is_suggested():
    without = suggested(EVENT, SAME, OTHER)

    for mine, theirs in itertools.product(({}, PEOPLE), ({}, PEOPLE, {"who": "李某"})):
        assert suggested(EVENT | mine, SAME | theirs, OTHER | theirs) == without


def test_nothing_about_a_person_is_kept_to_compare():
    fields = EVENT | PEOPLE | {"harm": "王某受伤", "fear": "怕赵某报复", "basis": "seen"}

    [kept] = run({"act": "trace", "tip": {"reference": "00000-00000", "fields": fields}})

    assert set(kept) == {"reference", "unit", "township", "span", "place", "what"}
    assert not any(name in json.dumps(kept, ensure_ascii=False) for name in "张王赵")


def test_another_units_tip_is_never_suggested():
    other = {"reference": "00001-AAAAA", "fields": SAME, "unit": "drugs"}

    assert suggested(EVENT, other) == []


def test_a_tip_is_not_like_itself():
    assert suggested(EVENT, {"reference": "00000-00000", "fields": EVENT}) == []


def test_at_most_five_are_suggested_the_likest_first():
    likest = EVENT
    others = [SAME | {"what": SAME["what"] + "真的" * n} for n in range(1, 8)]

    found = suggested(EVENT, *others, likest)

    assert len(found) == 5
    assert found[0]["reference"] == "00008-AAAAA"


@pytest.mark.parametrize("township", ["", "unclear"])
def test_an_unknown_township_speaks_neither_for_nor_against(township):
    [found] = suggested(EVENT | {"township": township}, SAME)

    assert found["reasons"] == ["near", "time", "text"]


TIMES = [
    ("now", "2026-11-24", "now", "2026-11-24", True),
    ("now", "2026-11-24", "now", "2026-11-01", False),
    ("week", "2026-11-24", "now", "2026-11-20", True),
    ("week", "2026-11-24", "week", "2026-11-02", False),
    ("month", "2026-11-24", "week", "2026-11-02", True),
    ("ongoing", "2026-11-24", "now", "2026-12-10", True),
    ("earlier", "2026-11-24", "now", "2026-11-24", False),
    ("earlier", "2026-11-24", "earlier", "2026-11-01", True),
]


@pytest.mark.parametrize(("mine", "day", "theirs", "other_day", "meet"), TIMES)
def test_times_are_compared_by_the_days_on_which_the_tips_came(mine, day, theirs, other_day, meet):
    other = {"reference": "00001-AAAAA", "received": other_day, "fields": SAME | {"when": theirs}}

    found = suggested(EVENT | {"when": mine}, other, received=day)

    assert bool(found) is meet
    assert not meet or "time" in found[0]["reasons"]


@pytest.mark.parametrize("when", ["unclear", "", "constructor", None])
def test_where_nobody_knows_the_time_it_is_no_reason(when):
    [found] = suggested(EVENT | {"when": when}, SAME)

    assert "time" not in found["reasons"]


SHARES = [
    ("", "", 0),
    ("桥", "桥", 0),
    ("桥头", "桥头", 1),
    ("桥头", "", 0),
    ("桥头。", " 桥，头 ", 1),
    ("ABC", "abc", 1),
    ("桥头收钱", "桥头", 1 / 3),
    ("桥头桥头", "头桥头桥", 1),
    ("bka", "ཀཁག", 0),
]


@pytest.mark.parametrize(("one", "other", "share"), SHARES)
def test_the_share_of_two_accounts_is_exact(one, other, share):
    assert run({"act": "shared", "one": one, "other": other}) == [pytest.approx(share)]


def test_letters_of_every_script_count():
    [found] = run({"act": "bigrams", "text": "\u0f40\u0f41 \u0645\u062f, ab1!"})

    assert found == sorted(["\u0f40\u0f41", "\u0f41\u0645", "\u0645\u062f", "\u062fa", "ab", "b1"])
