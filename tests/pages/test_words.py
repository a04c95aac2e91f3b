"""The words of the pages: short sentences in the language of every day, hard words explained."""

import importlib.util
import re
import sys
from html import unescape
from types import SimpleNamespace

import pytest
from mkdocs.exceptions import PluginError

from .conftest import ROOT

PAGES = sorted(
    path
    for path in (ROOT / "content").rglob("*.md")
    if not {"en", "decisions"} & set(path.relative_to(ROOT / "content").parts)
)
# Every page about drugs and about reporting, and what its button adds to the form's address.
BUTTONS = [
    ("drugs/", "?category=B1"),
    ("drugs/kinds/", "?category=B7"),
    ("drugs/signs/", None),
    ("drugs/talk/", None),
    ("drugs/family/", "?category=B1"),
    ("drugs/help/", None),
    ("drugs/treatment/", None),
    ("drugs/school/", "?category=B5"),
    ("drugs/cultivation/", "?category=B3"),
    ("drugs/parcels/", "?category=B6"),
    ("drugs/glossary/", None),
    ("report/", ""),
    ("report/process/", ""),
    ("report/who-can-see/", None),
    ("report/limits/", ""),
    ("report/network-log/", None),
    ("report/trouble/", ""),
    ("report/evidence/", ""),
    ("report/files/", ""),
    ("report/what-not-to-do/", ""),
    ("report/rights/", None),
    ("report/mistaken/", ""),
    ("report/protection/", ""),
    ("report/reward/", ""),
    ("report/reward-collect/", None),
    ("report/glossary/", None),
    ("report/glossary-law/", None),
    ("report/why-no-name/", ""),
    ("report/before-you-write/", ""),
    ("report/receipt/", None),
    ("report/other-channels/", None),
    ("help/", None),
    ("help/minors/", "?page=young"),
]
TERM = re.compile(r'<a class="term" href="([^"]+)">([^<]+)</a>')


def hook(name):
    """Load a hook by its path, as the build does: site/ is no package."""
    folder = str(ROOT / "site" / "hooks")
    if folder not in sys.path:
        sys.path.insert(0, folder)
    spec = importlib.util.spec_from_file_location(f"hooks_{name}", f"{folder}/{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def main_of(page):
    return page.html.split('<main id="main"')[1].split("</main>")[0]


def text_of(html):
    return unescape(re.sub(r"<[^>]+>", "", html))


def blocks_of(markdown):
    """Paragraphs, list items and cells as a reader meets them, without front matter."""
    block = ""
    for line in re.sub(r"\A---\n.*?\n---\n", "", markdown, flags=re.S).split("\n"):
        words = line.strip()
        if block and re.match(r"$|<|#|[-*] |\d+\. |\||:   ", words):
            yield block
            block = ""
        if words.startswith("|"):
            yield from words.split("|")
        else:
            block += re.sub(r"^(#+ |[-*] |\d+\. |:   )", "", words)
    yield block


# Lines to be copied into a file stand indented, without one Chinese word.
CODE = re.compile(r"(?<=\n\n)(?: {4}[^\u4e00-\u9fff\n]+\n)+")


def sentences_of(markdown):
    """Sentences without tags, links' addresses, marks, commands, and sources in brackets."""
    shown = re.sub(r"\{(?:tel|deadline):([^}]*)\}", r"\1", CODE.sub("", markdown))
    for block in blocks_of(shown):
        words = re.sub(r"<[^>]+>|`[^`]*`|\{[^}]*\}|\]\([^)]*\)|（[^）]*）|[*\[#]", "", block)
        yield from (part.strip() for part in re.split(r"[。！？；]", words))


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_no_sentence_is_longer_than_forty_characters(path):
    for sentence in sentences_of(path.read_text("utf-8")):
        assert len(sentence) <= 40, sentence


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_the_reader_is_addressed_as_nin_and_a_child_as_ni(path):
    words = path.read_text("utf-8")
    if path.stem == "minors":
        assert "您" not in words
    else:
        # What a family or a teacher may say to one of their own stands in 「」.
        assert "你" not in re.sub("「[^」]*」", "", words)


@pytest.mark.parametrize(
    "indent", ["", "  ", "   "], ids=["a paragraph", "a dotted item", "a numbered item"]
)
def test_a_line_break_between_chinese_words_leaves_no_space(indent):
    page = (
        f"<li>没有姓名。\n{indent}<strong>不用电话。</strong>\n{indent}写完 MB\n{indent}就走</li>"
    )

    shown = hook("lines").on_page_content(page)

    assert shown == f"<li>没有姓名。<strong>不用电话。</strong>写完 MB\n{indent}就走</li>"


@pytest.mark.parametrize(
    ("heading", "is_marked"),
    [
        ("村委会、居委会候选人要审查", True),
        ("举报会不会泄露名字：谁能看到什么", True),
        ("心里难受、不想活了：先打 12356", False),
        ("What is still recorded", False),
    ],
)
def test_a_heading_with_a_phrase_longer_than_a_line_of_large_type_is_marked(heading, is_marked):
    shown = hook("lines").on_page_content(f"<h1>{heading}</h1>")

    assert ('class="long"' in shown) is is_marked


def test_no_space_stands_after_a_chinese_full_stop_in_bold():
    assert [
        path
        for path in PAGES
        if re.search(r"[。！？]\*\* [\u4e00-\u9fff]", path.read_text("utf-8"))
    ] == []


def test_the_three_lines_before_writing_are_the_forms_own():
    template = (ROOT / "admin" / "templates" / "intake" / "parts.html").read_text("utf-8")
    lines = re.findall(r"<li>\{\{ _\('([^']+)'\) \}\}</li>", template.split("before_writing()")[1])
    assert len(lines[:3]) == 3
    words = (ROOT / "content" / "report" / "before-you-write.md").read_text("utf-8")
    numbered = re.findall(r"^[123]\. (.+)$", words, re.M)
    assert numbered[:3] == lines[:3]


@pytest.mark.parametrize(("url", "door"), BUTTONS)
def test_help_stands_before_the_button_to_the_form(pages, url, door):
    main = main_of(next(page for page in pages if page.url == url))
    helps = [main.find(mark) for mark in ('href="tel:', "notice--help") if mark in main]
    if door is None:
        assert 'href="/tip/' not in main
    else:
        assert f'href="/tip/{door}"' in main
        assert min(helps) < main.find('href="/tip/')


def test_the_pages_of_drugs_and_reporting_are_all_in_the_table_above(pages):
    written = {page.url for page in pages if page.url.startswith(("drugs/", "report/"))}
    written = {url for url in written if not url.endswith("/share/")}
    assert written - {"report/keys/"} == {url for url, _ in BUTTONS} - {"help/", "help/minors/"}


def test_times_are_printed_as_the_software_keeps_them(pages, data):
    words = text_of(main_of(next(page for page in pages if page.url == "report/process/")))
    units = {"working": "个工作日", "calendar": "天", "months": "个月"}
    for rule in data["deadlines"]["items"]:
        time = f"{rule['length']} {units[rule['unit']]}" if rule["length"] else "当天"
        assert time in words, rule["id"]
    assert f"加一次 {data['deadlines']['extension']['days']} 天" in words
    assert f"办结以后 {data['deadlines']['retention']['ended_days']} 天" in words
    gone = {
        item["purge_days"] for item in data["outcomes"]["items"] if item["status"] == "out_of_scope"
    }
    assert gone == {int(re.search(r"纠纷这些，(\d+) 天后清除", words)[1])}


def test_the_page_about_times_types_none_of_them_by_hand(data):
    words = (ROOT / "content" / "report" / "process.md").read_text("utf-8")
    marks = set(re.findall(r"\{deadline:([a-z_]+)\}", words))
    assert marks == {rule["id"] for rule in data["deadlines"]["items"]} | {"extension", "kept"}
    assert not re.search(r"\d+ ?(个工作日|个月)", words)


@pytest.mark.parametrize(
    ("name", "function", "argument"),
    [("deadlines", "time_of", "nowhere"), ("deadlines", "time_of", "")],
)
def test_a_time_that_nobody_keeps_stops_the_build(data, name, function, argument):
    with pytest.raises(PluginError, match=r"deadlines\.yml"):
        getattr(hook(name), function)(argument, data["deadlines"], "zh")


def test_every_status_is_explained_with_the_words_of_the_mailbox(pages):
    words = text_of(main_of(next(page for page in pages if page.url == "report/process/")))
    statuses = ("已收到", "请您补充", "已受理", "已转有关机关", "这件事不归这里办", "已办结")
    assert all(
        status in words for status in (*statuses, "已过保存期，内容已删除（按规定要留的除外）")
    )
    assert "办结不等于查实，也不等于您说错了" in words


def test_the_glossary_has_forty_words_and_more_in_the_order_of_their_pinyin(data):
    ids = [item["id"] for item in data["glossary"]["items"]]
    assert len(ids) >= 40
    assert ids == sorted(set(ids))
    known = "村霸 保护伞 软暴力 套路贷 恶势力组织 黑社会性质组织 帮信 砍头息 核查 移送 立案 查封 "
    known += "扣押 冻结 行政复议 行政诉讼"
    assert set(known.split()) <= {item["zh"] for item in data["glossary"]["items"]}


def test_every_word_of_the_glossary_has_an_address_and_its_plain_meaning(pages, data):
    sources = {group["id"]: group["page"] for group in data["glossary"]["groups"]}
    listed = {}
    for group, source in sources.items():
        page = next(page for page in pages if page.url == source.removesuffix(".md") + "/")
        listed[group] = dict(re.findall(r'<dt id="([a-z]+)">.*?</dt>\s*<dd>(.*?)</dd>', page.html))
    for item in data["glossary"]["items"]:
        assert text_of(listed[item["group"]].pop(item["id"])) == item["plain"]
    assert not any(listed.values())


def test_hard_words_of_the_glossary_are_short_sentences(data):
    for item in data["glossary"]["items"]:
        for sentence in sentences_of(item["plain"]):
            assert len(sentence) <= 40, item["id"]


def test_a_hard_word_is_linked_once_on_a_page_and_never_on_its_own(pages, data):
    own = {group["page"].removesuffix(".md") + "/" for group in data["glossary"]["groups"]}
    counted = 0
    for page in pages:
        targets = [href.partition("#")[2] for href, _ in TERM.findall(page.html)]
        assert len(targets) == len(set(targets)), page.url
        assert not (targets and page.url in own), page.url
        counted += len(targets)
    assert counted > 50


LINK = '<a class="term" href="acts/#cunba">村霸</a>'


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<p>村霸，村霸</p>", f"<p>{LINK}，村霸</p>"),
        ("<h2>村霸</h2><p>村霸</p>", f"<h2>村霸</h2><p>{LINK}</p>"),
        ('<p><a href="x"><b>村霸</b></a>村霸</p>', f'<p><a href="x"><b>村霸</b></a>{LINK}</p>'),
        ("<button>村霸</button>", "<button>村霸</button>"),
        ("<blockquote><p>村霸</p></blockquote>", "<blockquote><p>村霸</p></blockquote>"),
        ('<p title="村霸">好</p>', '<p title="村霸">好</p>'),
        ("<p>《村霸》</p>", "<p>《村霸》</p>"),
        ("<p>反村霸</p>", "<p>反村霸</p>"),
        ("<p>霸村霸主</p>", '<p>霸<a class="term" href="acts/#zhu">村霸主</a></p>'),
        ("<p>土霸</p>", '<p><a class="term" href="acts/#cunba">土霸</a></p>'),
        ("<!--村霸--><p>好</p>", "<!--村霸--><p>好</p>"),
        ("<p>村霸村霸主</p>", f"<p>{LINK}村霸主</p>"),
        ("<p>好</a>村霸</p>", f"<p>好</a>{LINK}</p>"),
    ],
)
def test_the_longest_word_is_linked_where_it_stands_open_and_first(html, expected):
    items = [
        {"id": "cunba", "group": "acts", "zh": "村霸", "also": ["土霸"], "not": ["反村霸"]},
        {"id": "zhu", "group": "acts", "zh": "村霸主"},
    ]
    glossary = {"groups": [{"id": "acts", "page": "acts.md"}], "items": items}
    config = SimpleNamespace(extra={"data": {"glossary": glossary}})
    module = hook("glossary")
    module.on_config(config)
    assert module.linked(html, *config.extra["terms"], {"acts": "acts/"}) == expected


@pytest.mark.parametrize(
    ("items", "complaint"),
    [
        (
            [{"id": "a", "group": "g", "zh": "村霸"}, {"id": "b", "group": "g", "zh": "村霸"}],
            "两次",
        ),
        ([{"id": "a", "group": "elsewhere", "zh": "村霸"}], "没有写在 groups 里"),
    ],
)
def test_a_glossary_that_contradicts_itself_stops_the_build(items, complaint):
    with pytest.raises(PluginError, match=complaint):
        hook("glossary").spoken({"groups": [{"id": "g", "page": "g.md"}], "items": items})


def test_a_group_that_does_not_exist_stops_the_build(data):
    with pytest.raises(PluginError, match=r"glossary\.yml"):
        hook("glossary").entries("nowhere", data, "zh")
