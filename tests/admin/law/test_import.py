"""`dengshao law`: a law comes in whole and checked, or nothing changes."""

import json

import pytest

from .conftest import ARTICLES, FORMS, changed

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
    "between numbers": (
        changed((3, ["第三条之一　第三句。"])),
        ["缺第三条", "laws.yml 那部法的 gone"],
    ),
    "a gap behind one": (changed((3, [*ARTICLES[2], "第三条之二　句。"])), ["缺第三条之一"]),
    "a 之 that is none": (
        changed((3, [*ARTICLES[2], "第三条之十十　句。"])),
        ["第三条之十十：读不懂"],
    ),
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

    monkeypatch.setattr("admin.law.importing.os.fsync", full)
    result = operator.take(changed((1, ["第一条　别的。"])))
    assert result.exit_code == 1
    assert f"写不进 {operator.folder}，什么也没改" in result.output
    assert operator.everything() == before


def test_a_data_folder_that_is_a_file_is_named(operator):
    operator.folder.parent.write_bytes(b"")
    for result in (operator.take(), operator.run("show")):
        assert result.exit_code == 1
        assert f"写不进 {operator.folder.parent}，什么也没改" in result.output


def test_a_place_for_laws_that_is_a_file_is_named(operator):
    operator.folder.parent.mkdir()
    operator.folder.write_bytes(b"")
    for result in (operator.take(), operator.run("show")):
        assert result.exit_code == 1
        assert f"读不了 {operator.folder}" in result.output
        assert "什么也没改" in result.output


def test_what_is_imported_is_listed_and_readable_by_its_owner_alone(operator):
    operator.take()
    result = operator.run("show")
    assert "aocl\t《中华人民共和国反有组织犯罪法》：没有导入" in result.output
    assert "treatment\t《戒毒条例》：4 条，版本 2031-03-04，2030-05-06 施行" in result.output
    assert "来自 law.md，SHA-256 " in result.output
    assert operator.folder.stat().st_mode & 0o077 == 0
    assert (operator.folder / "treatment.json").stat().st_mode & 0o077 == 0


ROW = {"number": 1, "chapter": "", "paragraphs": ["一句。"]}


@pytest.mark.parametrize(
    "change",
    [
        "{",
        "[]",
        "null",
        '"words"',
        {"format": 3},
        {"title": None},
        {"version": 20310304},
        {"articles": {}},
        {"articles": [[]]},
        {"articles": [{"number": 1}]},
        {"articles": [ROW | {"number": "一"}]},
        {"articles": [ROW | {"sub": "一"}]},
        {"articles": [ROW | {"paragraphs": [1]}]},
        {"articles": [ROW | {"paragraphs": "一句。"}]},
    ],
    ids=str,
)
def test_a_stored_text_that_is_damaged_is_named(operator, change):
    operator.take()
    words = change if isinstance(change, str) else json.dumps(operator.stored() | change)
    (operator.folder / "treatment.json").write_text(words, "utf-8")
    for result in (operator.run("show"), operator.take()):
        assert result.exit_code == 1
        assert "treatment.json 损坏了" in result.output
        assert "请删掉它，再导入一次" in result.output
