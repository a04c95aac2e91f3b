"""`dengshao law`: a law comes in whole and checked, or nothing changes."""

import json
import zipfile
from io import BytesIO

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from admin import law_file
from admin.law import LAWS, law
from admin.law_text import parse
from admin.numerals import to_chinese, to_number

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
MC = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'

# Invented from the first to the last word; only the title is a law's.
HEAD = ["戒毒条例", "（2030年1月2日演示机关通过 根据2031年3月4日《演示决定》修订）"]
CONTENTS = ["目　　录", "第一章　总　　则", "第二章　附　　则"]
ARTICLES = [
    ["第一条　演示用的第一句。"],
    ["第二条　下列两样：", "（一）第一样；", "（二）第二样。", "第一条说的，也算。"],
    ["第三条　第三句<&>。"],
    ["第四条　本条例自2030年5月6日起施行。"],
]


def small_law(articles=ARTICLES):
    chapters = ["第一章　总　　则"], ["第二章　附　　则"]
    first, last = articles[:-1], articles[-1:]
    parts = [HEAD, CONTENTS, chapters[0], *first, chapters[1], *last]
    return [line for part in parts for line in part]


def as_docx(lines, *, body=None, parts=None):
    escaped = [line.replace("&", "&amp;").replace("<", "&lt;") for line in lines]
    # Word breaks a sentence into runs wherever somebody once put the cursor.
    paragraphs = "".join(
        f"<w:p><w:r><w:t>{line[:3]}</w:t></w:r><w:r><w:t>{line[3:]}</w:t></w:r></w:p>"
        if "&" not in line
        else f"<w:p><w:r><w:t>{line}</w:t></w:r></w:p>"
        for line in escaped
    )
    document = body or f"<w:document {W} {MC}><w:body>{paragraphs}</w:body></w:document>"
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in (parts or {"word/document.xml": document}).items():
            package.writestr(name, content)
    return file.getvalue()


FORMS = {
    "md": lambda lines: "\n\n".join(["# " + lines[0], "<!-- INFO END -->", *lines[1:]]).encode(),
    "txt": lambda lines: "\r\n".join(lines).encode("gb18030"),
    "docx": as_docx,
}


class Operator:
    """Somebody at a terminal, with a data folder and a folder of downloads."""

    def __init__(self, downloads, data):
        self.downloads, self.folder = downloads, data / "law"

    def run(self, *arguments):
        return CliRunner().invoke(law, list(arguments))

    def file(self, name, content):
        path = self.downloads / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return str(path)

    def take(self, articles=ARTICLES, *more, form="md", count=4):
        path = self.file(f"law.{form}", FORMS[form](small_law(articles)))
        return self.run("import", path, "--articles", str(count), *more)

    def stored(self, law_id="treatment"):
        return json.loads((self.folder / f"{law_id}.json").read_text("utf-8"))

    def everything(self):
        return {path.name: path.read_bytes() for path in self.folder.glob("*")}


@pytest.fixture
def operator(tmp_path, monkeypatch):
    data = tmp_path / "data"
    monkeypatch.setenv("DENGSHAO_DATA", str(data))
    return Operator(tmp_path, data)


@given(st.integers(1, 999))
def test_a_numeral_read_is_the_number_written(number):
    assert to_number(to_chinese(number)) == number == to_number(str(number))


@given(st.text("零一二三四五六七八九十百0123456789", max_size=7))
def test_what_is_read_as_a_number_is_written_the_same_and_all_else_is_refused(words):
    try:
        number = to_number(words)
    except ValueError:
        return
    assert to_chinese(number) == words or str(number) == words.lstrip("0")


@pytest.mark.parametrize(
    ("number", "words"),
    [(10, "十"), (19, "十九"), (20, "二十"), (100, "一百"), (105, "一百零五"), (110, "一百一十")],
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
    title = LAWS[law_id].title.removeprefix("中华人民共和国")
    source = shared / "laws" / f"{title}({version}).md"

    result = operator.run("import", str(source))

    assert result.exit_code == 0, result.output
    stored = operator.stored(law_id)
    assert (stored["version"], stored["in_force"]) == (version, in_force)
    assert stored["source"] == source.name
    assert len(stored["sha256"]) == 64
    count = LAWS[law_id].articles
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


def test_a_text_box_is_read_once_and_deleted_words_are_not():
    body = (
        f"<w:document {W} {MC}><w:body><w:p><w:r><w:t>甲</w:t><w:tab/></w:r>"
        "<mc:AlternateContent><mc:Choice><w:p><w:r><w:t>框</w:t></w:r></w:p></mc:Choice>"
        "<mc:Fallback><w:p><w:r><w:t>框</w:t></w:r></w:p></mc:Fallback></mc:AlternateContent>"
        "<w:del><w:r><w:delText>删</w:delText></w:r></w:del><w:r><w:t>乙</w:t></w:r></w:p>"
        "</w:body></w:document>"
    )
    assert law_file.read_lines("a.docx", as_docx([], body=body)) == ["框", "甲 乙"]


def changed(*changes):
    """Give the small law with each article that is named replaced, or left out by None."""
    articles = {number: list(article) for number, article in enumerate(ARTICLES, 1)}
    articles |= dict(changes)
    return [article for article in articles.values() if article is not None]


DAMAGE = {
    "missing": (changed((3, None)), ["缺第三条"]),
    "twice": ([ARTICLES[0], ARTICLES[1], *ARTICLES[1:]], ["第二条出现了两次"]),
    "out of order": (
        [ARTICLES[0], ARTICLES[2], ARTICLES[1], ARTICLES[3]],
        ["第二条的位置不对：它排在第三条后面"],
    ),
    "missing and twice": ([ARTICLES[0], *ARTICLES[2:], ARTICLES[3]], ["缺第二条", "第四条出现了"]),
    "without words": (changed((2, ["第二条"])), ["第二条没有字"]),
    "cut off": (changed((3, ["第三条　第三句"])), ["第三条最后没有句号"]),
    "cut at the end": (ARTICLES[:3], ["最后是第三条，应当是第四条", "--articles 3"]),
    "no such number": (changed((3, ["第百百条　第三句。"])), ["第百百条：读不懂这个号"]),
    "between numbers": (changed((3, ["第三条之一　第三句。"])), ["第三条之一：还不会读"]),
    "no such day": (changed((4, ["第四条　自2030年13月6日起施行。"])), ["没有这一天"]),
}


@pytest.mark.parametrize(("articles", "complaints"), DAMAGE.values(), ids=DAMAGE)
def test_a_damaged_text_is_refused_with_the_articles_number_and_nothing_changes(
    operator, articles, complaints
):
    assert operator.take().exit_code == 0
    before = operator.everything()

    result = operator.take(articles)

    assert result.exit_code == 1
    for complaint in [*complaints, "没有导入，什么也没改"]:
        assert complaint in result.output
    assert operator.everything() == before


@pytest.mark.parametrize("form", ["md", "docx"])
def test_a_damaged_copy_of_the_law_is_refused(operator, shared, form):
    source = next((shared / "laws").glob("反有组织犯罪法*.md")).read_text("utf-8")
    lines = [line.lstrip("# ") for line in source.splitlines() if line and line[0] != "<"]
    at = [number for number, line in enumerate(lines) if line.startswith(("第三十条", "第十二条"))]
    twelve, thirty = at
    damaged = [*lines[: twelve + 1], *lines[twelve:thirty], *lines[thirty + 1 :]]

    result = operator.run("import", operator.file(f"copy.{form}", FORMS[form](damaged)))

    assert result.exit_code == 1
    assert "缺第三十条" in result.output
    assert "第十二条出现了两次" in result.output
    assert not operator.folder.exists()


def bomb():
    body = f"<w:document {W}><w:p><w:t>" + "a" * law_file.MOST_XML
    return as_docx([], body=body)


def locked():
    """A .docx whose part says that it is locked by a passphrase."""
    content = bytearray(as_docx(small_law()))
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    return bytes(content)


MANY = {f"word/{number}.xml": "" for number in range(law_file.MOST_PARTS + 1)}
MACRO = {"word/document.xml": "<a/>", "word/vbaProject.bin": "x"}
DOCTYPE = f'<!DOCTYPE d [<!ENTITY a "aaaa">]><w:document {W}><w:p><w:t>&a;</w:t></w:p></w:document>'
FILES = {
    "empty": ("a.txt", "", "没有找到一条法条"),
    "no law": ("a.md", "# 通知\n\n明天开会。", "没有找到一条法条"),
    "no title": ("a.md", "第一条　一句话。", "没有标题"),
    "another law": ("a.md", "# 演示法\n\n第一条　一句话。", "标题是「演示法」，不认识"),
    "not letters": ("a.txt", b"\x80\xff\x00\xff", "读不出的字"),
    "zero bytes": ("a.txt", "戒毒条例\x00", "读不出的字"),
    "huge": ("a.txt", b"a" * (law_file.MOST_BYTES + 1), "文件太大"),
    "an old .doc": ("a.doc", b"\xd0\xcf\x11\xe0", "请先另存为 .docx"),
    "no zip": ("a.docx", b"PK\x03\x04 no zip", "打不开"),
    "a torn zip": ("a.docx", as_docx(small_law())[:-60], "打不开"),
    "locked": ("a.docx", locked(), "打不开"),
    "no words in it": ("a.docx", as_docx([], parts={"a.xml": "<a/>"}), "没有正文"),
    "broken inside": ("a.docx", as_docx([], body="<w:p>"), "里面损坏了"),
    "entities": ("a.docx", as_docx([], body=DOCTYPE), "DOCTYPE"),
    "macros": ("a.docx", as_docx([], parts=MACRO), "带着宏"),
    "too many parts": ("a.docx", as_docx([], parts=MANY), "东西太多"),
    "a zip bomb": ("a.docx", bomb(), "解开以后太大"),
}


@pytest.mark.parametrize(("name", "content", "complaint"), FILES.values(), ids=FILES)
def test_a_file_that_is_no_law_is_refused_in_plain_words(operator, name, content, complaint):
    result = operator.run("import", operator.file(name, content))

    assert result.exit_code == 1
    assert complaint in result.output
    assert "没有导入，什么也没改" in result.output
    assert not operator.folder.exists()


def test_the_words_of_one_law_never_stand_for_another(operator):
    result = operator.take(ARTICLES, "--law", "drugs")
    assert result.exit_code == 1
    assert "这是《戒毒条例》，不是《中华人民共和国禁毒法》" in result.output
    assert not operator.folder.exists()


def test_a_day_that_the_text_does_not_tell_is_asked_for(operator):
    articles = changed((4, ["第四条　没有说哪一天。"]))
    assert "请核对后用 --in-force 写上" in operator.take(articles).output
    assert operator.take(articles, "--in-force", "2030-05-06").exit_code == 0
    assert operator.stored()["in_force"] == "2030-05-06"


def test_a_new_version_is_compared_article_by_article(operator):
    assert operator.take().exit_code == 0
    second = ["第二条　下列两样：", "（一）第一样；", "（二）新的。", "第一条说的，也算。"]
    newer = [["第一条　改过的第一句。"], second, ARTICLES[2]]

    result = operator.take(newer, "--version", "2032-01-01", "--in-force", "2032-02-01", count=3)

    assert result.exit_code == 0, result.output
    assert result.output.splitlines()[:9] == [
        "和已经导入的（版本 2031-03-04）比，3 条不一样：",
        "第一条　修改",
        "  旧：演示用的第一句。",
        "  新：改过的第一句。",
        "第二条　修改",
        "  旧：（二）第二样。",
        "  新：（二）新的。",
        "第四条　删除",
        "  旧：本条例自2030年5月6日起施行。",
    ]
    assert operator.stored()["version"] == "2032-01-01"
    back = operator.take(ARTICLES, "--older")
    assert "第四条　新增\n  新：本条例自2030年5月6日起施行。" in back.output


def test_the_same_text_again_is_said_to_be_the_same(operator):
    operator.take()
    assert "逐条一样" in operator.take(form="docx").output


def test_an_older_version_replaces_a_newer_one_only_when_asked(operator):
    operator.take(ARTICLES, "--version", "2032-01-01")
    before = operator.everything()

    refused = operator.take()

    assert refused.exit_code == 1
    assert "确实要换回旧的，请加 --older" in refused.output
    assert operator.everything() == before


def test_a_check_compares_and_writes_nothing(operator):
    operator.take()
    before = operator.everything()
    result = operator.take(changed((1, ["第一条　别的。"])), "--check")
    assert result.exit_code == 0
    assert "  新：别的。" in result.output
    assert operator.everything() == before


def test_a_write_that_fails_leaves_the_old_text_and_no_scraps(operator, monkeypatch):
    operator.take()
    before = operator.everything()

    def full(_handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("admin.law.os.fsync", full)
    assert operator.take(changed((1, ["第一条　别的。"]))).exit_code != 0
    assert operator.everything() == before


def test_what_is_imported_is_listed_and_readable_by_its_owner_alone(operator):
    operator.take()
    result = operator.run("show")
    assert "aocl\t《中华人民共和国反有组织犯罪法》：没有导入" in result.output
    assert "treatment\t《戒毒条例》：4 条，版本 2031-03-04，2030-05-06 施行" in result.output
    assert "来自 law.md，SHA-256 " in result.output
    assert operator.folder.stat().st_mode & 0o077 == 0
    assert (operator.folder / "treatment.json").stat().st_mode & 0o077 == 0


def test_a_stored_text_that_is_damaged_is_named(operator):
    operator.take()
    (operator.folder / "treatment.json").write_text("{", "utf-8")
    result = operator.run("show")
    assert result.exit_code == 1
    assert "treatment.json 损坏了" in result.output
