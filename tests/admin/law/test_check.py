"""`dengshao law check` names exactly the pages whose article changed, moved or vanished."""

import re
import shutil

import pytest
import yaml

from admin.config import ROOT

from .conftest import FORMS, small_law

# Invented from the first to the last word; only the titles are those of laws.
WORDS = {
    "第一条": ["村里的灯每天晚上都要点亮。"],
    "第二条": ["哨子由值班的人保管，不得借给别人。", "丢了哨子的，应当在三日以内报告。"],
    "第二条之一": ["下雨的时候，灯笼要用油纸包好。"],
    "第三条": ["点灯的人可以领两斤灯油。"],
    "第四条": ["本条例自2030年5月6日起施行。"],
}
QUOTES = {
    "第一条": "村里的灯每天晚上都要点亮。",
    "第二条": "丢了哨子的，应当在三日以内报告。",
    "第二条之一": "灯笼要用油纸包好",
    "第三条": "点灯的人可以领两斤灯油。",
}
PAGES = {
    "help/lamp.md": "---\nshort: 灯\n---\n# 灯\n\n要点灯（戒毒条例第一条）。\n\n"
    "下雨要包好（戒毒条例第二条之一）。\n",
    "law/treatment.md": "# 讲\n\n## 戒毒条例第二条：哨子 {: #a2 }\n\n"
    "不借（戒毒条例第一条到第三条）。\n",
    "en/lamp.md": "# Lamp\n\nTwo pounds (Drug Treatment Regulations, article 3).\n",
    "about/decisions/0001-lamp.md": "# 1. Lamp\n\nWe read 戒毒条例第三条.\n",
    "report/ours.md": "# 别的\n\n看第三条和刑法第三条。\n",
}
DATA = "items:\n  # 戒毒条例第三条\n  - {id: a, zh: 领油（戒毒条例第三条）}\n"


def entry(law_id, zh, en, articles):
    head = {"id": law_id, "zh": zh, "title": zh, "en": [en], "checked": "2026-12-01"}
    return head | {"version": "2029-01-01", "articles": articles}


@pytest.fixture
def checkout(operator, tmp_path, monkeypatch):
    """A content folder with a few pages, beside which somebody checks a newer text."""
    content = tmp_path / "content"
    (content / "data" / "schema").mkdir(parents=True)
    shutil.copy(ROOT / "content" / "data" / "schema" / "laws.json", content / "data" / "schema")
    for name, words in PAGES.items():
        (content / name).parent.mkdir(parents=True, exist_ok=True)
        (content / name).write_text(words, "utf-8")
    (content / "data" / "lamps.yml").write_text(DATA, "utf-8")
    monkeypatch.setenv("DENGSHAO_CONTENT", str(content))
    monkeypatch.setattr("admin.law.citing.ROOT", tmp_path)
    return content


def write_entries(content, quotes=QUOTES):
    items = [
        entry("aocl", "反有组织犯罪法", "Anti-Organized Crime Law", {"第三条": "大家都来看灯"}),
        entry("treatment", "戒毒条例", "Drug Treatment Regulations", quotes),
        entry("xingfa", "刑法", "Criminal Law", {"第三条": {"mark": "待核实"}}),
    ]
    words = yaml.safe_dump(
        {"source": "演示", "checked": "2026-12-01", "items": items},
        allow_unicode=True,
        sort_keys=False,
    )
    (content / "data" / "laws.yml").write_text(words, "utf-8")
    return {
        name: words.splitlines().index(
            f"    {name}: {quote}" if isinstance(quote, str) else f"    {name}:"
        )
        + 1
        for name, quote in quotes.items()
    }


def check(operator, articles, *more):
    lines = small_law([[f"{name}　{words[0]}", *words[1:]] for name, words in articles.items()])
    return operator.run("check", operator.file("new.md", FORMS["md"](lines)), *more)


def bring(operator, articles):
    lines = small_law([[f"{name}　{words[0]}", *words[1:]] for name, words in articles.items()])
    result = operator.run("import", operator.file("old.md", FORMS["md"](lines)), "--articles", "4")
    assert result.exit_code == 0, result.output


def told(output):
    """What was said of each article: the verdict, and below it the words and the places."""
    found = {}
    for line in output.splitlines():
        if re.match("第.*条.*　", line):
            name, _, verdict = line.partition("　")
            found[name] = [verdict]
        elif line.startswith("  ") and found:
            found[name].append(line.strip())
    return found


FIRST = ["- content/help/lamp.md 第 6 行", "- content/law/treatment.md 第 5 行"]
SECOND = ["- content/law/treatment.md 第 3 行", "- content/law/treatment.md 第 5 行"]
BETWEEN = ["- content/help/lamp.md 第 8 行"]
THIRD = [
    "- content/en/lamp.md 第 3 行",
    "- content/law/treatment.md 第 5 行",
    "- content/data/lamps.yml 第 3 行",
]


def moved_changed_and_removed():
    """第一条 is 第一条之一 now, 第二条 has other words, 第二条之一 is gone; 第三条 stands."""
    new = {name: list(words) for name, words in WORDS.items()}
    new["第二条"][1] = "丢了哨子的，应当在一日以内报告。"
    del new["第二条之一"]
    return {"第一条": ["放牛的人不许把牛拴在灯杆上。"], "第一条之一": new.pop("第一条"), **new}


@pytest.mark.parametrize("imported", [False, True], ids=["by quotation", "by the imported text"])
def test_exactly_the_pages_whose_article_moved_changed_or_vanished_are_named(
    operator, checkout, imported
):
    line = {
        name: f"- content/data/laws.yml 第 {n} 行（引文）"
        for name, n in write_entries(checkout).items()
    }
    if imported:
        bring(operator, WORDS)

    result = check(operator, moved_changed_and_removed())

    assert result.exit_code == 1
    assert told(result.output) == {
        "第一条": ["挪到第一条之一", "旧：村里的灯每天晚上都要点亮。", *FIRST, line["第一条"]],
        "第二条": [
            "改了",
            "旧：丢了哨子的，应当在三日以内报告。",
            "新：丢了哨子的，应当在一日以内报告。",
            *SECOND,
            line["第二条"],
        ],
        "第二条之一": [
            "没有了",
            f"旧：{WORDS['第二条之一'][0] if imported else QUOTES['第二条之一']}",
            *BETWEEN,
            line["第二条之一"],
        ],
    }
    assert "一共 3 条要看" in result.output
    assert ("导入的原文（版本 2031-03-04）" in result.output) == imported


def test_where_all_stands_as_it_stood_nobody_is_sent_anywhere(operator, checkout):
    write_entries(checkout)
    result = check(operator, WORDS)
    assert (result.exit_code, told(result.output)) == (0, {})
    assert "都和原来一样" in result.output
    # Words that no quotation holds: without an import they cannot be compared, and it says so.
    other = WORDS | {"第二条": ["哨子谁都可以借。", WORDS["第二条"][1]]}
    assert "引文以外改了，比不出来" in check(operator, other).output
    bring(operator, WORDS)
    assert told(check(operator, other).output)["第二条"][:3] == [
        *("改了", "旧：哨子由值班的人保管，不得借给别人。", "新：哨子谁都可以借。")
    ]


def test_a_newer_text_that_was_imported_already_still_shows_which_quotation_is_of_before(
    operator, checkout
):
    write_entries(checkout)
    bring(operator, WORDS | {"第三条": ["点灯的人可以领三斤灯油。"]})
    result = check(operator, WORDS | {"第三条": ["点灯的人可以领三斤灯油。"]})
    assert told(result.output)["第三条"][:3] == [
        *("改了", "旧：点灯的人可以领两斤灯油。", "新：点灯的人可以领三斤灯油。")
    ]
    assert list(told(result.output)) == ["第三条"]


def test_an_inserted_article_moves_all_behind_it_and_an_article_without_words_is_told(
    operator, checkout
):
    write_entries(checkout, QUOTES | {"第三条": {"mark": "待核实"}})
    new = {"第一条": WORDS["第一条"], "第二条": ["新来的一条，谁也没有见过。"]}
    new |= {"第三条": WORDS["第二条"], "第三条之一": WORDS["第二条之一"], "第四条": WORDS["第三条"]}
    result = check(operator, new | {"第五条": WORDS["第四条"]})
    found = told(result.output)
    assert {name: lines[0] for name, lines in found.items()} == {
        "第二条": "挪到第三条",
        "第二条之一": "挪到第三条之一",
        "第三条": "没有引文，也没有导入过，比不出来，请人看一遍",
    }
    assert found["第三条"][-4:-1] == THIRD
    assert result.exit_code == 1


REFUSED = {
    "twice": ([*WORDS.items(), ("第四条", ["再一次。"])], "第四条出现了两次"),
    "cut off": ([*list(WORDS.items())[:3], ("第三条", ["没有说完"])], "第三条最后没有句号"),
}


@pytest.mark.parametrize(("articles", "say"), REFUSED.values(), ids=REFUSED)
def test_a_damaged_file_is_not_compared(operator, checkout, articles, say):
    write_entries(checkout)
    lines = small_law([[f"{name}　{words[0]}", *words[1:]] for name, words in articles])
    result = operator.run("check", operator.file("new.md", FORMS["md"](lines)))
    assert result.exit_code == 2
    assert say in result.output
    assert told(result.output) == {}


def test_a_file_that_may_not_be_whole_is_told(operator, checkout):
    write_entries(checkout)
    whole = [(name, words) for name, words in WORDS.items() if name != "第三条"]
    result = check(operator, dict(whole))
    assert "新文本缺第三条：是删去了，还是这份文件不全，请核对" in result.output
    assert told(result.output)["第三条"][0] == "没有了"
    assert not operator.folder.exists()


def test_with_the_real_pages_exactly_those_that_cite_it_are_named(operator, shared):
    source = next((shared / "laws").glob("禁毒法*.md")).read_text("utf-8")
    new = source.replace("第六十二条 吸食", "第六十一条之一 吸食", 1)
    new = new.replace("强制隔离戒毒的期限为二年", "强制隔离戒毒的期限为三年", 1)
    new = re.sub(r"(?ms)^第三十六条 .*?(?=^第三十七条 )", "", new)

    result = operator.run("check", operator.file("禁毒法(2030-01-01).md", new))

    verdicts = {name: lines[0] for name, lines in told(result.output).items()}
    assert verdicts == {
        "第三十六条": "没有了",
        "第四十七条": "改了",
        "第六十二条": "挪到第六十一条之一",
    }
    named = {line[2:] for lines in told(result.output).values() for line in lines if line[0] == "-"}
    cites = re.compile("禁毒法第(三十六|四十七|六十二)条|Narcotics Control Law, article (36|47|62)")
    expected = set()
    for path in [*(ROOT / "content").rglob("*.md"), *(ROOT / "content" / "data").glob("*.yml")]:
        if "decisions" not in path.parts and path.name != "laws.yml":
            lines = path.read_text("utf-8").splitlines()
            where = path.relative_to(ROOT).as_posix()
            expected |= {
                f"{where} 第 {n} 行" for n, line in enumerate(lines, 1) if cites.search(line)
            }
    assert {spot for spot in named if "（引文）" not in spot} == expected
    assert len(named) == len(expected) + 3
