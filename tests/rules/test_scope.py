"""What is never a tip stands in one list: no page, data file or template lists it by hand."""

import re

import pytest

from admin.config import ROOT
from admin.district.data import load_district
from admin.reading.data_files import load_file
from admin.reading.scope import filled, forms

CONTENT = ROOT / "content"
SCOPE = load_file(CONTENT, "scope")
# What residents type, what a question asks, and the list itself.
SPARED = {"asked.yml", "crisis.yml", "synonyms.yml", "quizzes.yml", "scope.yml"}
# So many of them in one sentence are a list of them.
MANY = 4


def listed(sentence):
    """Which entries of the list a sentence names."""
    words = sentence.lower()
    return {
        row["id"]
        for row in SCOPE["items"]
        for word in (*row["zh"].split("、"), row["en"], *row.get("also", ()))
        if word in words
    }


def sources():
    pages = [path for path in CONTENT.rglob("*.md") if "decisions" not in path.parts]
    data = [path for path in (CONTENT / "data").glob("*.yml") if path.name not in SPARED]
    return [*pages, *data, *(ROOT / "admin" / "templates").rglob("*.html")]


def by_hand(text):
    sentences = re.split(r"[。！？\n]|[.!?](?=\s)", text)
    return [one.strip() for one in sentences if len(listed(one)) >= MANY]


def test_no_place_lists_by_hand_what_is_never_a_tip():
    found = {str(path.relative_to(ROOT)): by_hand(path.read_text("utf-8")) for path in sources()}
    assert {name: lines for name, lines in found.items() if lines} == {}


@pytest.mark.parametrize(
    "words",
    [
        "不看民族、口音、信仰、长相。",
        "说话、信访、集会、讨薪，都不是线索。",
        "Never ethnicity, accent, religion or looks.",
    ],
)
def test_a_list_by_hand_is_found(words):
    assert by_hand(f"好。{words}\n好")


def test_the_whole_list_names_what_people_may_do_and_who_they_are():
    said = forms(SCOPE, "zh")["full"]
    assert said == (
        "说话、提意见、上访、依法集会、讨薪，都不是线索。"
        "民族、语言、口音、宗教信仰、姓氏、长相、前科、从哪里来，也都不是。"
    )
    assert forms(SCOPE, "en")["full"].startswith(
        "Opinions, petitions, lawful assemblies and claims"
    )


def test_the_app_says_it_in_the_words_of_the_list():
    outcome = load_district(CONTENT).outcomes["protected"]
    assert outcome.zh == f"不属受理范围（{forms(SCOPE, 'zh')['short']}）"
    assert outcome.turn_to is not None
    assert forms(SCOPE, "zh")["full"] in outcome.turn_to["zh"]
    assert forms(SCOPE, "en")["full"] in outcome.turn_to["en"]


def test_a_form_that_nobody_declared_is_a_fault():
    with pytest.raises(KeyError):
        filled("{scope:whole}", SCOPE, "zh")
