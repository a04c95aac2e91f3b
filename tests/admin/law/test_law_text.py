"""A law is read as it stands: its numerals, its articles, its days, whatever file it comes in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from admin.law.entries import the_laws
from admin.reading.law_text import parse
from admin.reading.numerals import to_chinese, to_number
from tests.admin.law.conftest import ARTICLES, FORMS


@given(st.integers(1, 1999))
def test_a_numeral_read_is_the_number_written(number):
    assert to_number(to_chinese(number)) == number == to_number(str(number))


@given(st.text("零一二三四五六七八九十百千0123456789", max_size=7))
def test_what_is_read_as_a_number_is_written_the_same_and_all_else_is_refused(words):
    try:
        number = to_number(words)
    except ValueError:
        return
    assert to_chinese(number) == words or str(number) == words.lstrip("0")


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (10, "十"),
        (19, "十九"),
        (20, "二十"),
        (100, "一百"),
        (105, "一百零五"),
        (110, "一百一十"),
        (1000, "一千"),
        (1005, "一千零五"),
        (1010, "一千零一十"),
        (1260, "一千二百六十"),
    ],
)
def test_numerals_are_those_of_the_law(number, words):
    assert to_chinese(number) == words


@pytest.mark.parametrize(
    ("law_id", "version", "in_force"),
    [
        ("aocl", "2021-12-24", "2022-05-01"),
        ("drugs", "2007-12-29", "2008-06-01"),
        ("treatment", "2018-09-18", "2011-06-26"),
    ],
)
def test_the_official_texts_come_in_article_by_article(operator, shared, law_id, version, in_force):
    law = the_laws()[law_id]
    title = law.title.removeprefix("中华人民共和国")
    source = shared / "laws" / f"{title}({version}).md"

    result = operator.run("import", str(source))

    assert result.exit_code == 0, result.output
    stored = operator.stored(law_id)
    assert (stored["version"], stored["in_force"]) == (version, in_force)
    assert stored["source"] == source.name
    assert len(stored["sha256"]) == 64
    count = law.last
    assert [row["number"] for row in stored["articles"]] == list(range(1, count + 1))
    # Not a word is lost or added: all that stands below the first article, but for the headings.
    body = source.read_text("utf-8").split("\n第一条 ", 1)[1]
    expected = [line for line in body.splitlines() if line.strip() and not line.startswith("#")]
    words = "".join(line for row in stored["articles"] for line in row["paragraphs"])
    for number in range(2, count + 1):
        at = next(i for i, s in enumerate(expected) if s.startswith(f"第{to_chinese(number)}条 "))
        expected[at] = expected[at].partition(" ")[2]
    assert words == "".join(expected)


@pytest.mark.parametrize("form", FORMS)
def test_a_law_reads_the_same_as_markdown_as_text_and_as_docx(operator, form):
    result = operator.take(form=form)

    assert result.exit_code == 0, result.output
    stored = operator.stored()
    assert [row["paragraphs"] for row in stored["articles"]] == [
        [line.partition("　")[2] if line == article[0] else line for line in article]
        for article in ARTICLES
    ]
    chapters = [row["chapter"] for row in stored["articles"]]
    assert chapters == ["第一章 总则"] * 3 + ["第二章 附则"]
    assert (stored["title"], stored["version"]) == ("戒毒条例", "2031-03-04")
    assert stored["in_force"] == "2030-05-06"
    assert stored["passed"].startswith("2030年1月2日演示机关通过")


def test_articles_that_lost_their_space_and_a_broken_title_are_still_read():
    days = "（2030年1月2日公布）"
    text = parse(["戒毒", "条例", days, "第一章总则", "第一条甲。", "第二条乙。", "第一条的丙。"])
    assert text.title == "戒毒条例"
    # The last line speaks of an article, and begins none.
    assert [article.paragraphs for article in text.articles] == [
        ("甲。",),
        ("乙。", "第一条的丙。"),
    ]


def test_articles_between_numbers_come_in_where_they_stand(operator):
    """As 刑法 has them; invented."""
    between = [["第二条之一　甲。", "乙。"], ["第二条之二　丙。"]]
    articles = [*ARTICLES[:2], *between, *ARTICLES[2:]]
    assert operator.take(articles).exit_code == 0
    rows = operator.stored()["articles"]
    numbers = [(row["number"], row["sub"]) for row in rows]
    assert numbers == [(1, 0), (2, 0), (2, 1), (2, 2), (3, 0), (4, 0)]
    assert rows[2]["paragraphs"] == ["甲。", "乙。"]
    # Where every article lost its space, a 之 is read by what may follow.
    lines = ["戒毒条例", "（2030年1月2日公布）", "第一条甲。", "第一条之一乙。", "第一条之规定丙。"]
    assert [article.name for article in parse(lines).articles] == ["第一条", "第一条之一"]
    again = operator.take([*articles[:3], ["第二条之二　丁。"], *ARTICLES[2:]])
    assert "第二条之二　修改\n  旧：丙。\n  新：丁。" in again.output


def test_a_law_of_which_no_page_explains_an_article_comes_in_as_well(operator):
    lines = [
        "中华人民共和国刑法",
        "（2030年1月2日修正）",
        "第一条　甲。",
        "第二条　自2030年5月6日起施行。",
    ]
    result = operator.run("import", operator.file("a.txt", "\n".join(lines)), "--articles", "2")
    assert result.exit_code == 0, result.output
    assert "网站没有逐条讲这部法" in result.output
    assert operator.stored("xingfa")["title"] == lines[0]
    lines[0] = "监察法"
    result = operator.run("import", operator.file("b.txt", "\n".join(lines)), "--law", "jiancha")
    assert "请核对：这份文件到第二条为止" in result.output
    wrong = operator.run("import", operator.file("b.txt", "\n".join(lines)), "--law", "nobody")
    assert "laws.yml 里没有 nobody" in wrong.output


@pytest.mark.parametrize("command", ["import", "check", "show"])
def test_without_the_content_beside_it_one_sentence_says_so(
    operator, monkeypatch, tmp_path, command
):
    monkeypatch.setenv("DENGSHAO_CONTENT", str(tmp_path / "none"))
    arguments = [] if command == "show" else [operator.file("a.md", "# 戒毒条例")]
    result = operator.run(command, *arguments)
    assert result.exit_code == 1
    said = [line for line in result.output.splitlines() if line.startswith("Error: ")]
    assert len(said) == 1
    assert "里没有 data/laws.yml：请在有 content/ 的目录里运行" in said[0]


@pytest.mark.parametrize(
    "line",
    [
        "第二章规定的机关，应当照办。",
        "第三节说的三样：",
        "第一编里的事；",
        "第一章规定，前一句不算数",
    ],
)
def test_a_sentence_that_speaks_of_a_chapter_stays_in_its_article(line):
    text = parse(["戒毒条例", "（2030年1月2日公布）", "第一章　总则", "第一条　甲。", line, "乙。"])
    assert [article.paragraphs for article in text.articles] == [("甲。", line, "乙。")]
    assert text.articles[0].chapter == "第一章 总则"


def test_an_article_that_lost_its_space_behind_a_heading_is_read():
    lines = ["戒毒条例", "（2030年1月2日公布）", "第一条　甲。", "第二章　乙", "第二条丙。"]
    assert [article.number for article in parse(lines).articles] == [1, 2]


@pytest.mark.parametrize(
    ("name", "version"),
    [
        ("戒毒条例(2032-09-18)", "2032-09-18"),
        ("戒毒条例_20320918", "2032-09-18"),
        ("戒毒条例（2032-09-18） (1)", "2032-09-18"),
        ("戒毒条例(2029-09-18)", "2031-03-04"),
        ("戒毒条例 2032-09-18 下载", "2031-03-04"),
        ("2032-09-18-戒毒条例", "2031-03-04"),
        ("下载的法律(2032-09-18)里的戒毒条例", "2031-03-04"),
    ],
)
def test_a_version_is_the_day_in_the_text_or_a_later_one_where_names_of_files_have_it(
    operator, name, version
):
    result = operator.take(name=name)
    assert operator.stored()["version"] == version
    by_name = version == "2032-09-18"
    assert (f"请核对：版本 {version} 取自文件名" in result.output) == by_name
    assert ("正文写的最后一天：2031-03-04" in result.output) == by_name


def test_a_version_that_the_name_had_wrong_is_put_right_by_the_operator(operator):
    operator.take(name="戒毒条例(2039-09-18)")
    right = ["--version", "2031-03-04"]
    refused = operator.take(ARTICLES, *right)
    assert "2039-09-18 的版本（来自 戒毒条例(2039-09-18).md）" in refused.output
    result = operator.take(ARTICLES, *right, "--older", name="戒毒条例(2039-09-18)")
    assert result.exit_code == 0
    assert "取自文件名" not in result.output
    assert operator.stored()["version"] == "2031-03-04"
