"""What the build says to editors, in Chinese, with file and line; no statement of law is bare."""

import datetime
import json
import logging
import re
import time
from html.parser import HTMLParser
from types import SimpleNamespace

import pytest
from mkdocs.exceptions import PluginError

from .conftest import ROOT, build_site, said_of
from .test_build import workshop  # noqa: F401
from .test_words import hook

CONTENT = ROOT / "content"
FRONT = "---\nshort: 试\ndescription: 试\nkeywords: [试]\nreviewed: 2026-11-25\n---\n"
LONG = "村里有人半夜抽砂，白天堵路，谁去说理就打谁，大家都不敢出门，也不敢打电话，更不敢说"


class Existing(dict):
    """The pages of content/, as a build knows them."""

    get_file_from_path = dict.get


@pytest.fixture(scope="module")
def found():
    """A function that gives the line and complaint of every fault in the words of a page."""
    faults = hook("faults")
    data = {path.stem: hook("data_files").read(path) for path in (CONTENT / "data").glob("*.yml")}
    rules = faults.Rules(data)
    files = Existing((str(path.relative_to(CONTENT)), path) for path in CONTENT.rglob("*.md"))

    def find(markdown, uri="topics/sand.md"):
        return [(one.line, one.say) for one in faults.faults(markdown, uri, rules, files)]

    return find


REFUSED = {
    "a long sentence": (f"# 题\n\n短。{LONG}。\n", 3, "这一句有 41 个字，超过 40 个"),
    "one over two lines": (f"好。\n{LONG[:20]}\n{LONG[20:]}\n", 2, "41 个字"),
    "one of a list item carried on": (f"- {LONG[:30]}\n  {LONG[30:]}\n", 1, "41 个字"),
    "one in a cell": (f"| 事 | 办 |\n|--|--|\n| {LONG} | 好 |\n", 3, "41 个字"),
    "one with the words of a link": (f"{LONG[:20]}[{LONG[20:]}](loans.md)。", 1, "41 个字"),
    "one with the number of a mark": (f"{LONG[:37]}打{{tel:110}}。", 1, "41 个字"),
    "one with a bracket of words": (f"{LONG[:39]}（好）的事", 1, "41 个字"),
    "a long heading": (f"## {LONG}\n", 1, "41 个字"),
    "one in a box": (f'<div class="card" markdown>\n{LONG}。\n</div>', 2, "41 个字"),
    "a link to nowhere": (
        "好。\n看[这](gone.md)。",
        2,
        "（gone.md）打不开，没有 content/topics/gone.md",
    ),
    "a link above": ("[这](../help/gone.md#a)", 1, "没有 content/help/gone.md"),
    "a link from the root": ("[这](/help/)", 1, "要从这一页写起"),
    "a word of offices": ("好。\n\n及时处置。", 3, "「处置」不好懂，请写“处理”"),
    "one in a heading": ("# 研判\n", 1, "「研判」不好懂"),
    "one whose bracket is a source": ("予以保护（第八条）。", 1, "「予以」不好懂"),
    "a promise nobody can keep": ("这里绝对匿名。", 1, "做不到，不能这样写"),
    "a number that cannot be pressed": ("- 打 110。", 1, "110 请写成 {tel:110}"),
    "one of five digits": ("打12348问。", 1, "12348 请写成 {tel:12348}"),
    "a number that nobody checked": ("请打 12366。", 1, "12366 不在 content/data/hotlines.yml"),
    "a short one": ("请打 114。", 1, "114 不在 content/data/hotlines.yml"),
    "one in a heading that nobody checked": ("# 打 96110\n", 1, "96110 不在"),
    "a duty": ("学校应当报告公安。", 1, "「学校应当报告公安。」说到法律，请写明哪部法"),
    "a punishment": ("好。\n\n- 罚款五百元。\n- 会被拘留。", 4, "「会被拘留。」说到法律"),
    "a row": ("| 事 | 果 |\n|--|--|\n| 打人 | 要判刑 |", 3, "说到法律"),
    "a right": ("提意见是您的权利。", 1, "说到法律"),
    "what the law says": ("法律鼓励举报。", 1, "说到法律"),
    "a source in the next paragraph": ("依法可以从宽。\n\n好（第二十二条）。", 1, "说到法律"),
    "a source under another heading": ("## 刑法\n\n好。\n\n## 别的\n\n要坐牢。", 7, "说到法律"),
    "a lead that has ended": ("第八条：\n\n- 好。\n\n说别的。\n\n- 有权举报。", 7, "说到法律"),
}


@pytest.mark.parametrize(("markdown", "line", "complaint"), REFUSED.values(), ids=REFUSED)
def test_a_fault_is_told_in_chinese_with_its_line(found, markdown, line, complaint):
    faults = [(at, say) for at, say in found(markdown) if complaint in say]
    assert [at for at, _ in faults] == [line], found(markdown)


PASSED = {
    "forty characters": f"{LONG[:40]}。{LONG[:40]}；{LONG[:40]}",
    "two short items": f"- {LONG[:30]}\n- {LONG[:30]}",
    "a short heading above words": f"## {LONG[:30]}\n{LONG[:30]}",
    "cells side by side": f"| {LONG[:30]} | {LONG[:30]} |",
    "a word and its meaning": f"{LONG[:30]}\n:   {LONG[:30]}",
    "a source in brackets": f"{LONG[:40]}（《关于办理恶势力刑事案件若干问题的意见》，2019 年）。",
    "the address of a link": f"{LONG[:30]}[好](../help/index.md#a-very-long-anchor-of-a-page)。",
    "a button": f"{LONG[:38]}\n{{tip:A4}}",
    "a class": f"{LONG[:38]}\n{{: .meta }}",
    "a command": f"`{'a' * 60}` 好。\n\n    dengshao backup {'x' * 50}",
    "a comment": f"<!-- {LONG}{LONG} -->",
    "a tag": f'<a class="strip-110" href="tel:110"><b>110</b> <span>{LONG[:30]}</span></a>',
    "a link elsewhere": "[库](https://flk.npc.gov.cn) [件](mailto:a@b.cn) [上](#top)",
    "a link to a page": "[看](loans.md)，[看](../report/index.md#flood)",
    "a word of the glossary": "涉案财物要分清（第四十一条）。",
    "a word that is explained": "处置（处理掉）要快。\n\n再处置。",
    "a word explained in words": "处置，就是处理掉。",
    "a word in a title": "《线索处置办法》",
    "a longer word": "研判员来看。",
    "a number with its mark": "打 {tel:110} 或 {tel:12345}。",
    "a number in a heading": "# 有危险打 110\n",
    "a number in a link": "[先打 110](../help/index.md)",
    "a number as a name": "12337 是网站。",
    "a web address": "www.12337.gov.cn",
    "a count": "120 个人，110 元，12000 元，2026-11-25",
    "what somebody did": "他打了 110。",
    "a duty with its article": "学校应当报告公安（第十一条）。",
    "a law's name": "要坐牢，刑法写着。",
    "an opinion": "不予处罚（《关于办理恶势力刑事案件若干问题的意见》）。",
    "under a lead": "有这些事的（第六十九条）：\n\n- 拘留五到十日。\n- 可以罚款一万元。",
    "under a heading": "## 禁毒法第五十九条\n\n追究刑事责任。\n\n### 小题\n\n- 罚款五百元。",
    "a row with its source": "| 打人 | 要判刑（刑法第二百三十四条） |",
    "what nobody confirmed": "本地会被罚款多少：待核实。",
    "醒来记不得": "醒来记不得。有权的机关会看。什么时候算犯罪手段，往下看。",
}


@pytest.mark.parametrize("markdown", PASSED.values(), ids=PASSED)
def test_good_words_pass(found, markdown):
    assert found(markdown) == []


@pytest.mark.parametrize("uri", ["law/23.md", "law/ch/3.md", "law/for/business.md"])
def test_a_page_of_the_law_is_its_own_source(found, uri):
    assert found("公安机关应当及时核查。", "report/x.md")
    assert found("公安机关应当及时核查。", uri) == []


@pytest.mark.parametrize("uri", ["posters/loudspeaker.md", "help/path/danger.md"])
def test_on_paper_and_beside_buttons_a_number_is_only_written(found, uri):
    assert found("打 110。", uri) == []
    assert found("打 12366。", uri)


def test_looking_at_a_page_takes_no_longer_than_reading_its_letters_twenty_times(found):
    pages = [(path.read_text("utf-8"), path.stem) for path in (CONTENT / "topics").glob("*.md")]
    looked, went = [], []
    for _ in range(10):
        began = time.process_time()
        for words, name in pages:
            found(words, f"topics/{name}.md")
        looked.append(time.process_time() - began)
        began = time.process_time()
        for words, _name in pages:
            sum(ord(letter) for letter in words)
        went.append(time.process_time() - began)
    assert min(looked) < 20 * min(went)  # 6 times; 0.12 ms a page on a quiet machine


@pytest.mark.parametrize(
    ("checked", "of_one", "told"),
    [
        ("2026-11-24", None, []),
        ("2025-11-26", "2025-11-26", []),
        ("2025-11-24", None, ["电话超过一年没有核对"]),
        ("2026-11-24", "2025-11-24", ["110 超过一年没有核对"]),
    ],
)
def test_numbers_that_nobody_rang_for_a_year_are_told(checked, of_one, told):
    item = {"id": "police", "number": "110"} | ({"checked": of_one} if of_one else {})
    today = datetime.date(2026, 11, 25)
    said = [say for _, say in hook("checks").stale({"checked": checked, "items": [item]}, today)]
    assert len(said) == len(told)
    assert all(one in say for one, say in zip(told, said, strict=True))


def test_a_law_that_nobody_looked_up_for_a_year_is_told(hook):
    items = [{"id": "a", "zh": "甲法", "checked": "2025-12-01"}, {"id": "b", "zh": "乙法"}]
    items[1]["checked"] = "2025-11-30"
    found = list(hook("laws").stale({"items": items}, datetime.date(2026, 12, 1)))
    assert [where for where, _ in found] == ["id: b"]
    assert "乙法超过一年没有核对是不是最新的版本" in found[0][1]


@pytest.mark.parametrize(("env", "level"), [("production", "WARNING"), ("development", "INFO")])
def test_words_of_another_version_beside_ours_are_told(
    hook, monkeypatch, tmp_path, env, level, caplog
):
    monkeypatch.setenv("DENGSHAO_ENV", env)
    monkeypatch.setenv("DENGSHAO_DATA", str(tmp_path))
    law = {"format": 1, "title": "题", "version": "2031-03-04", "in_force": "日", "articles": []}
    (tmp_path / "law").mkdir()
    (tmp_path / "law" / "drugs.json").write_text(json.dumps(law), "utf-8")
    data = {"laws": hook("data_files").read(CONTENT / "data" / "laws.yml")}
    config = SimpleNamespace(config_file_path=str(ROOT / "mkdocs.yml"), extra={"data": data})
    with caplog.at_level("INFO", "mkdocs.hooks.law_text"):
        hook("law_text").on_config(config)
    said = [(one.levelname, one.getMessage()) for one in caplog.records]
    assert said[0][0] == level
    assert "drugs：版本写的是 2007-12-29，导入的原文是 2031-03-04" in said[0][1]
    assert list(config.extra["official"]) == ["drugs"]


# Files that an editor has spoilt, and what a strict build says of them.
SPOILT = {
    "help/x1.md": (f"# 题\n\n{LONG}。\n", "第 9 行：这一句有 41 个字，超过 40 个，请拆成两句。"),
    "help/x2.md": ("# 题\n\n看[这](gone.md)。\n", "第 9 行：链接（gone.md）打不开"),
    "help/x3.md": (
        "# 题\n\n看[这](../topics/loans.md#gone)。\n",
        "第 9 行：链接（../topics/loans.md#gone）指的地方没有了",
    ),
    "help/x4.md": ("# 题\n\n好。\n{: .meta }\n\n及时处置。\n", "第 12 行：「处置」不好懂"),
    "report/x5.md": ("# 题\n\n打 110。\n", "第 9 行：110 请写成 {tel:110}"),
    "help/x6.md": ("# 题\n\n会被拘留。\n", "第 9 行：「会被拘留。」说到法律"),
    "data/paths.yml": (
        ("没有，我有纠纷、要投诉、办事不顺", "没有，要处置纠纷"),
        "第 19 行：「处置」不好懂",
    ),
    "help/x7.md": (
        "# 题\n\n看治安管理处罚法第七十二条。\n",
        "第 9 行：治安管理处罚法第七十二条不在",
    ),
    "en/x8.md": (
        "# X\n\nSee Criminal Act, article 5.\n",
        "第 10 行：article 5：「Criminal Act」不是",
    ),
    "data/organs.yml": (
        ("《监察法》第三十七条", "《演示法》第三十七条"),
        "第 37 行：第三十七条：「《演示法》」",
    ),
    "data/glossary.yml": (("替违法犯罪的人遮掩", "会被拘留"), "第 13 行：「会被拘留"),
}


def spoil(folder, changes):
    for name, (change, _) in changes.items():
        path = folder / "content" / name
        if isinstance(change, str):
            front = FRONT.replace("short", "lang: en\nshort") if name.startswith("en/") else FRONT
            path.write_text(front + change, "utf-8")
        else:
            words = path.read_text("utf-8")
            assert change[0] in words
            path.write_text(words.replace(*change, 1), "utf-8")


@pytest.mark.parametrize("more", [(), ("--quiet",)], ids=["aloud", "quiet"])
def test_a_strict_build_names_every_fault_with_its_file_and_line_and_fails(
    workshop,  # noqa: F811
    more,
):
    spoil(workshop, SPOILT)
    result = build_site(workshop / "out", root=workshop, more=more)
    assert result.returncode == 1
    for name, (_, complaint) in SPOILT.items():
        assert f"content/{name} {complaint}" in result.stderr, result.stderr
    complaints = re.findall(r"^WARNING +-  content/.*$", result.stderr, re.M)
    assert len(complaints) == len(SPOILT)


# What cannot be built at all stops at once, one at a time.
STOPPED = [
    ("help/x.md", "# 题\n\n好。\n\n{tipp}\n", "第 11 行：没有 {tipp} 这个记号"),
    ("help/x.md", "# 题\n\n打 {tel:12366}。\n", "第 9 行：{tel:12366}：hotlines.yml 里没有"),
    ("data/jargon.yml", ("items:", "items"), "第 7 行：这里的写法读不懂"),
    (
        "data/jargon.yml",
        ("  - {id: bihuan,", "  - {id: Bi,"),
        "（items › 第 1 个 › id）：「Bi」的写法",
    ),
    ("data/jargon.yml", ("zh: 闭环, ", ""), "第 7 行（items › 第 1 个）：少了 zh。"),
]


@pytest.mark.parametrize(("name", "change", "complaint"), STOPPED)
def test_a_build_that_cannot_go_on_says_where_in_chinese(workshop, name, change, complaint):  # noqa: F811
    spoil(workshop, {name: (change, complaint)})
    result = build_site(workshop / "out", root=workshop)
    assert result.returncode == 1
    assert f"content/{name} " in result.stderr
    assert complaint in result.stderr


@pytest.mark.parametrize(
    ("day", "say"),
    [("2124-11-25", "核对的日子还没有到"), ("2020-01-01", "超过一年没有核对")],
)
def test_a_day_of_review_that_cannot_be_is_mentioned_and_stops_a_production_build(
    monkeypatch, caplog, day, say
):
    review, told = hook("review"), f"content/topics/x.md 第 5 行：{say}（reviewed: {day}）"
    file = SimpleNamespace(src_uri="topics/x.md", content_string=FRONT.replace("2026-11-25", day))
    page = SimpleNamespace(file=file, meta={"reviewed": datetime.date.fromisoformat(day)})
    with caplog.at_level(logging.INFO, "mkdocs.hooks.review"):
        context = review.on_page_context({}, page=page, config=None, nav=None)
    assert told in caplog.text
    assert context["overdue"] == (say == "超过一年没有核对")
    monkeypatch.setenv("DENGSHAO_ENV", "production")
    with pytest.raises(PluginError, match=re.escape(told)):
        review.on_page_context({}, page=page, config=None, nav=None)


def test_the_pages_of_this_district_have_no_fault(site):
    said = said_of(site).read_text("utf-8")
    assert "文字检查完了：没有要改的" in said, said
    assert "WARNING" not in said


def test_every_word_of_offices_says_what_to_write_instead(data):
    items = data["jargon"]["items"]
    ids = [item["id"] for item in items]
    assert ids == sorted(set(ids))
    assert {"处置", "研判", "涉案", "予以", "上述", "赋能", "抓手", "涉黑", "涉恶"} <= {
        item["zh"] for item in items
    }
    for item in items:
        assert not any(other["zh"] in item["say"] for other in items), item["id"]


# Pages that are the law itself: an article, a chapter of its articles, the articles by reader.
THE_LAW = re.compile(r"law/(?:\d\d|ch/\d|for/[a-z]+)/")
BLOCKS = {"p", "li", "dl", "tr", "div", "h1", "h2", "h3", "h4", "ul", "ol", "table", "section"}
BLOCKS |= {"caption", "legend", "blockquote"}
UNREAD = {"script", "style", "svg", "nav", "button", "form"}
# A question stands with its answer and its source; a word with its meaning.
WHOLE = {"details", "fieldset", "dl"}
CONTENTS = re.compile(r'<details class="card contents.*?</details>', re.S)
ENGLISH_CLAIM = re.compile(
    r"\b(?:shall|fined?|detained|imprison\w*|punish(?:ed|able)|prosecuted|by law|entitled|liable|"
    r"the law (?:requires|allows|forbids|protects you from)|(?:the|your) right to|"
    r"is (?:a crime|an offence)|prison)\b"
)
ENGLISH_SOURCE = re.compile(
    r"\b[Aa]rticles?\s\d|[A-Z][\w-]*(?: [\w-]+)*? (?:Law|Regulations?|Opinions?)\b|Constitution"
)


class Reader(HTMLParser):
    """The blocks of a built page, as a reader meets them."""

    def __init__(self, block):
        super().__init__()
        self.block, self.blocks, self.text = block, [], ""
        self.unread = self.items = self.level = self.whole = 0

    def flush(self):
        text = " ".join(self.text.split())
        self.text = ""
        if text:
            self.blocks.append(self.block(text, 0, self.level, self.items > 0))

    def handle_starttag(self, tag, attrs):
        self.unread += tag in UNREAD
        if tag in WHOLE or (tag in BLOCKS and not self.whole):
            self.flush() if not self.whole else None
        self.whole += tag in WHOLE
        self.items += tag in ("li", "tr")
        if tag in ("h1", "h2", "h3", "h4"):
            self.level = int(tag[1])

    def handle_endtag(self, tag):
        self.unread -= tag in UNREAD
        self.whole -= tag in WHOLE
        if not self.whole and tag in BLOCKS | WHOLE:
            self.flush()
        self.items -= tag in ("li", "tr")
        if tag in ("h1", "h2", "h3", "h4"):
            self.level = 0

    def handle_data(self, data):
        self.text += "" if self.unread else data + (" " if self.whole else "")


def blocks_of(page):
    """The blocks of a page; the list of what stands on it says its headings again."""
    reader = Reader(hook("blocks").Block)
    main = page.html.split('<main id="main"')[1].split(">", 1)[1].split("</main>")[0]
    reader.feed(CONTENTS.sub("", main))
    reader.flush()
    return reader.blocks


def is_english(page):
    return page.document.of("html")[0]["lang"] == "en"


def test_no_statement_of_law_on_the_built_site_is_without_its_source(pages):
    statements = hook("statements")
    read = [page for page in pages if not is_english(page) and not THE_LAW.match(page.url)]
    blocks = {page.url: blocks_of(page) for page in read}
    claims = [
        one for parts in blocks.values() for one in parts if statements.CLAIM.search(one.text)
    ]
    assert len(claims) > 300
    bare = [(url, one.text) for url in blocks for one in statements.bare_blocks(blocks[url])]
    assert bare == []


def test_no_statement_of_law_in_english_is_without_its_source(pages):
    bare, claims = [], 0
    for page in pages:
        if not is_english(page) or "decisions" in page.url:
            continue
        named = under = False
        for block in blocks_of(page):
            sourced = ENGLISH_SOURCE.search(block.text) is not None
            if block.level:
                under, named = sourced, False
            elif not block.item:
                named = sourced and block.text.endswith(":")
            claim = not block.level and ENGLISH_CLAIM.search(block.text) is not None
            claims += claim
            if claim and not (sourced or named or under):
                bare.append((page.url, block.text))
    assert bare == []
    assert claims > 15


@pytest.mark.parametrize(
    ("html", "count"),
    [
        ("<p>学校应当报告。</p>", 1),
        ("<p>学校应当报告（第十一条）。</p>", 0),
        ("<p>第八条说：</p><ul><li>应当保护。</li></ul><p>应当报告。</p>", 1),
        ("<details><summary>应当吗？</summary><p>应当（第八条）。</p></details>", 0),
        ("<details><summary>应当吗？</summary><p>应当。</p></details>", 1),
        ("<table><tr><td>打人</td><td>拘留（刑法）</td></tr><tr><td>拘留</td></tr></table>", 1),
        ("<h2>刑法</h2><p>拘留</p><h2>别的</h2><p>拘留</p>", 1),
        ('<details class="card contents no-print"><a>拘留</a></details><p>拘留</p>', 1),
    ],
)
def test_the_reader_of_built_pages_sees_what_it_should(html, count):
    page = type("Page", (), {"html": f'<main id="main">{html}</main>'})
    assert len(list(hook("statements").bare_blocks(blocks_of(page)))) == count


def test_editors_find_every_mark_explained():
    words = (ROOT / "CONTRIBUTING.zh.md").read_text("utf-8")
    marks = hook("marks")
    for name in {*marks.MARKS, *marks.LATER, "drawing"}:
        assert f"{{{name}" in words, name
