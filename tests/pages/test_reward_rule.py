"""What pages say of rewards follows content/data/rewards.yml: without it nothing is promised."""

import shutil

import pytest
import yaml
from mkdocs.exceptions import PluginError

from admin.district.rewards import load_rewards
from admin.reading.data_files import DataError
from tests.rewarding import ENTRY, switch_on

from .conftest import ROOT, read_page

CHINESE = ("report/reward", "report/reward-collect")
ENGLISH = ("en/report/reward-collect",)
ALWAYS = {
    "report/reward": ["这个网站不发奖金，也不许诺奖金", "都是骗您"],
    "report/reward-collect": [
        *("要核实身份", "都不说明谁有罪", "不要托人去", "没有写多少钱", "两处合起来，能知道是谁"),
    ],
    "en/report/reward-collect": [
        *("needs your identity", "Send nobody", "names no sum", "Two places together can find you"),
    ],
}


@pytest.mark.parametrize("name", ALWAYS)
def test_without_a_rule_each_page_says_that_none_is_paid_here(site, name):
    text = read_page(site, site / name / "index.html").html

    assert ("本地没有凭码领奖励的规定" in text) or ("No local document here allows" in text)
    assert "{reward" not in text
    for words in ALWAYS[name]:
        assert words in text


@pytest.mark.parametrize("name", ALWAYS)
def test_with_a_rule_they_name_the_document_and_where_and_nothing_of_there_being_none(
    hook, data, name
):
    module = hook("reward_rule")
    on = data | {"rewards": {"items": yaml.safe_load(ENTRY)}}
    language = "en" if name in ENGLISH else "zh"
    lines = (ROOT / "content" / f"{name}.md").read_text("utf-8").split("\n")

    text = "\n".join(module.chosen(lines, "on", name="reward", profiles=module.STATES))
    for fact in module.FACTS:
        text = text.replace(f"{{reward-fact:{fact}}}", module.fact(fact, on, language))

    assert "{reward" not in text
    assert "没有开" not in text
    assert "no local document" not in text
    assert "https://example.cn/reward" in text
    if "collect" in name:
        for word in (
            ("500", "5000", "3 个月", "公证处") if language == "zh" else ("Notary", "3 mon")
        ):
            assert word in text


def test_a_fact_of_no_rule_and_an_unknown_one_are_refused(hook, data):
    fact = hook("reward_rule").fact
    for items, name in (([], "office"), (yaml.safe_load(ENTRY), "telephone")):
        with pytest.raises(PluginError, match="reward-fact"):
            fact(name, {"rewards": {"items": items}}, "zh")


@pytest.fixture
def content(tmp_path):
    shutil.copytree(ROOT / "content" / "data", tmp_path / "data")
    return tmp_path


def test_what_is_shipped_pays_no_rewards_and_an_entry_switches_them_on(content):
    assert load_rewards(content) is None

    rule = switch_on(content)

    assert (rule.number, rule.sums, rule.months) == ("示例〔2026〕1号", (500, 1000, 5000), 3)
    assert rule.office.word("name", "en") == "Notary office of the sample county"
    assert rule.office.word("name", "ug") == "示例县公证处"


WRONG = [
    ("sums: [500, 1000, 5000]", "sums: []"),
    ("sums: [500, 1000, 5000]", "sums: [500, 500]"),
    ("months: 3", "months: 0"),
    ('day: "2026-01-05"', 'day: "2026-02-30"'),
    ("https://example.cn", "http://example.cn"),
    ("number: 示例〔2026〕1号", "number: ''"),
    ("      place: {zh: 示例路 1 号二楼", "      spot: {zh: 示例路 1 号二楼"),
]


@pytest.mark.parametrize(("old", "new"), WRONG)
def test_an_entry_that_is_not_whole_is_refused(content, old, new):
    switch_on(content)
    path = content / "data" / "rewards.yml"
    head, mark, entry = path.read_text("utf-8").partition("\nitems:")
    assert old in entry
    path.write_text(head + mark + entry.replace(old, new), "utf-8")

    with pytest.raises(DataError):
        load_rewards(content)
