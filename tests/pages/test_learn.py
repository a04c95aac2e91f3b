"""Questions, cards and sets: each rests on a source, and works where no script runs."""

import re
from collections import Counter
from urllib.parse import urljoin

import pytest
import yaml
from mkdocs.exceptions import PluginError

from admin.reading.numerals import ordinal

from .conftest import ROOT
from .test_words import sentences_of
from .walks import open_page, violations

LAWS = {"": "反有组织犯罪法", "禁毒法": "禁毒法", "戒毒条例": "戒毒条例"}
OPENED = "#main .why"


@pytest.fixture(scope="module")
def quizzes(data):
    return data["quizzes"]


@pytest.fixture(scope="module")
def by_url(pages):
    return {page.url: page for page in pages}


def words_of(item):
    return [item["zh"], item["why"], *item.get("options", [])]


def test_there_are_enough_questions_of_every_kind_and_their_ids_are_unique(quizzes):
    items = quizzes["items"]
    ids = [item["id"] for item in items]
    assert len(ids) == len(set(ids)) >= 130
    each = Counter(item["chapter"] for item in items)
    assert all(each[chapter] >= 8 for chapter in range(1, 9)), each
    assert each[9] >= 3
    assert each["drugs"] >= 20
    assert sum(item["kind"] == "truefalse" for item in items) >= 30
    assert len({item["zh"] for item in items}) == len(items)


def test_every_article_named_as_a_source_stands_in_the_official_text(quizzes, data, shared):
    named = Counter()
    for item in quizzes["items"]:
        law, found, article = item["source"].rpartition("第")
        if not found or law not in LAWS:
            continue
        text = next((shared / "laws").glob(f"{LAWS[law]}*.md")).read_text("utf-8")
        assert re.search(rf"^{found}{article} ", text, re.M), item["id"]
        named[law] += 1
    assert sum(named.values()) >= 120


def test_every_article_of_the_law_that_a_resident_meets_is_asked_about(quizzes):
    sources = {item["source"] for item in quizzes["items"]}
    for article in ("二", "八", "十一", "二十三", "四十一", "五十一", "五十二", "六十一", "六十九"):
        assert f"第{article}条" in sources


def test_questions_speak_in_short_sentences_to_nobody_in_particular(quizzes):
    for item in quizzes["items"]:
        for words in words_of(item):
            assert all(len(one) <= 40 for one in sentences_of(words)), item["id"]
            assert "你" not in words
            assert not re.search(r"(治安管理处罚法|网络安全法)第", words)


def test_every_question_stands_on_the_page_of_its_chapter(quizzes, by_url):
    for item in quizzes["items"]:
        chapter = item["chapter"]
        base = f"learn/ch/{chapter}/" if isinstance(chapter, int) else f"learn/{chapter}/"
        html = "".join(page.html for url, page in by_url.items() if url.startswith(base))
        assert html.count(f". {item['zh']}</legend>") == 1, item["id"]
        assert f"（{item['source']}）" in re.sub(r"</?a\b[^>]*>", "", html), item["id"]


def test_every_true_or_false_question_is_a_card(quizzes, by_url):
    html = "".join(page.html for url, page in by_url.items() if url.startswith("learn/cards/"))
    for item in quizzes["items"]:
        shown = re.findall(rf"<summary>{item['zh']}</summary><p><b>(.) 这句话(.)。", html)
        expected = [("✓", "对") if item["answer"] is True else ("✗", "错")]
        assert shown == (expected if item["kind"] == "truefalse" else []), item["id"]


@pytest.mark.parametrize("deck", ["learn/quiz/", "learn/cards/", "learn/ch/2/", "learn/drugs/"])
def test_another_group_leads_round_all_groups_and_back(by_url, deck):
    seen, url = [], deck
    while url not in seen:
        seen.append(url)
        found = re.search(
            r'<a class="button" href="([^"]+)">(换一组|回到第一组)</a>', by_url[url].html
        )
        url = urljoin(f"http://site/{url}", found[1]).removeprefix("http://site/")
    assert url == deck
    assert set(seen) == {other for other in by_url if other.startswith(deck)}


def test_there_are_five_sets_or_more_of_ten_questions(quizzes, by_url):
    sets = [page for url, page in by_url.items() if url.startswith("learn/quiz/")]
    assert len(sets) == len(quizzes["sets"]) >= 5
    assert all(page.html.count("<fieldset") == 10 for page in sets)


def test_the_right_answer_is_marked_once_and_named(quizzes, by_url):
    by_words = {item["zh"]: item for item in quizzes["items"]}
    for url, page in by_url.items():
        for block in re.findall(r"<fieldset class=\"quiz\">.*?</fieldset>", page.html, re.S):
            item = by_words[re.search(r"<legend>\d+\. (.*?)</legend>", block)[1]]
            right = re.findall(
                r'class="r"[^>]*><label for="[^"]+">(?:[A-D]\. )?(.*?)</label>', block
            )
            answer = item["answer"]
            if item["kind"] == "truefalse":
                expected = "对" if answer else "错"
                assert f"答案是「{expected}」" in block
            else:
                expected = item["options"]["ABCD".index(answer)]
                assert f"答案是 {answer}。" in block
            assert right == [expected], f"{url}: {item['id']}"


@pytest.mark.browser
def test_by_keyboard_and_without_scripts_an_answer_is_told_and_nothing_is_asked_for(
    browser, address
):
    tab = open_page(browser, address + "learn/quiz/", width=360, java_script_enabled=False)
    # The icon in the tab is asked for by the browser itself, whenever it pleases.
    asked = []
    tab.on(
        "request",
        lambda request: request.url.endswith("/lamp.svg") or asked.append(request.url),
    )
    assert tab.locator(OPENED).first.is_hidden()
    first = tab.locator("fieldset").first
    first.locator("input").first.focus()
    tab.keyboard.press("Space")
    assert first.locator(".why").is_visible()
    # Arrow keys lead through all options; exactly one of them is right.
    told = []
    for _ in range(first.locator("input").count()):
        told.append((first.locator(".yes").is_visible(), first.locator(".no").is_visible()))
        tab.keyboard.press("ArrowDown")
    assert sorted(told) == [(False, True)] * (len(told) - 1) + [(True, False)]
    assert tab.locator("fieldset").nth(1).locator(".why").is_hidden()
    tab.keyboard.press("Enter")
    assert tab.url == address + "learn/quiz/"
    assert asked == []
    tab.context.close()


@pytest.mark.browser
def test_a_card_turns_by_keyboard_without_scripts_and_paper_shows_every_answer(browser, address):
    tab = open_page(browser, address + "learn/cards/", width=360, java_script_enabled=False)
    card = tab.locator("details").first
    assert card.locator("p").is_hidden()
    card.locator("summary").focus()
    tab.keyboard.press("Enter")
    assert card.locator("p").is_visible()
    tab.emulate_media(media="print")
    assert all(words.is_visible() for words in tab.locator(".flip p").all())
    tab.goto(address + "learn/ch/2/")
    assert all(words.is_visible() for words in tab.locator(OPENED).all())
    told = "box => getComputedStyle(box.nextElementSibling, '::after').content"
    assert {box.evaluate(told) for box in tab.locator(".quiz .r").all()} == {'" ✓"'}
    tab.context.close()


@pytest.mark.browser
def test_no_answer_is_kept(browser, address):
    tab = open_page(browser, address + "learn/ch/2/", width=360)
    tab.locator("label").first.click()
    assert tab.locator("input:checked").count() == 1
    kept = "[localStorage.length, sessionStorage.length, document.cookie]"
    assert tab.evaluate(kept) == [0, 0, ""]
    tab.reload()
    assert tab.locator("input:checked").count() == 0
    assert tab.locator("form").filter(has=tab.locator("fieldset")).count() == 0
    tab.context.close()


@pytest.mark.browser
@pytest.mark.parametrize("elder", [False, True], ids=["normal", "elder"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_answered_questions_and_turned_cards_are_accessible(browser, address, elder, scheme):
    tab = open_page(
        browser,
        address + "learn/ch/2/",
        width=360,
        elder=elder,
        bypass_csp=True,
        color_scheme=scheme,
    )
    for number, row in enumerate(tab.locator("fieldset").all()):
        row.locator("label").nth(number % 2).click()
    assert tab.locator(".yes:visible").count()
    assert tab.locator(".no:visible").count()
    assert violations(tab) == []
    least = 60 if elder else 44
    heights = [row.bounding_box()["height"] for row in tab.locator(".quiz label").all()]
    assert min(heights) >= least
    tab.goto(address + "learn/cards/")
    for card in tab.locator("summary").all():
        card.click()
    assert violations(tab) == []
    tab.context.close()


def damaged(items, key, **changes):
    for item in items:
        if item["id"] == key:
            item.update(changes)


@pytest.mark.parametrize(
    ("key", "changes", "complaint"),
    [
        ("c1-04", {"source": "第七十八条"}, "没有这个出处：第七十八条"),
        ("c1-04", {"source": "第九条"}, "第九条不在第 1 章"),
        ("d-01", {"source": "禁毒法第七十二条"}, "没有这个出处：禁毒法第七十二条"),
        ("d-04", {"source": "戒毒条例第四十七条"}, "没有这个出处"),
        ("t-02", {"source": "听人说的"}, "没有这个出处：听人说的"),
        ("c1-04", {"answer": "D"}, "答案是 D，选项里没有"),
        ("c1-05", {"id": "c1-04"}, "这个 id 用了两次"),
        ("c1-04", {"zh": "第八条说什么？"}, "题目和选项里不要写第几条"),
    ],
)
def test_a_damaged_question_is_refused_with_its_line_and_id(hook, config, key, changes, complaint):
    quizzes = config.extra["data"]["quizzes"]
    damaged(quizzes["items"], key, **changes)
    with pytest.raises(Exception, match=complaint) as caught:
        hook("quizzes").check(quizzes, config.extra["data"]["law"], config)
    shown = changes.get("id", key)
    assert re.search(rf"content/data/quizzes\.yml 第 \d+ 行（{shown}）", str(caught.value))


def test_an_id_that_was_retired_is_not_given_anew(hook, config):
    quizzes = config.extra["data"]["quizzes"]
    quizzes["retired"].append("c1-05")
    with pytest.raises(PluginError, match="（c1-05）：这个 id 用过，退了，换一个新的"):
        hook("quizzes").check(quizzes, config.extra["data"]["law"], config)


def test_where_nothing_is_wrong_no_line_is_looked_for(hook, config, monkeypatch):
    quizzes = hook("quizzes")
    monkeypatch.setattr(quizzes, "line_of", None)
    quizzes.check(config.extra["data"]["quizzes"], config.extra["data"]["law"], config)


def test_articles_are_counted_as_laws_count_theirs():
    counted = {
        1: "第一条",
        10: "第十条",
        12: "第十二条",
        20: "第二十条",
        61: "第六十一条",
        100: "第一百条",
        105: "第一百零五条",
        110: "第一百一十条",
        115: "第一百一十五条",
        120: "第一百二十条",
        999: "第九百九十九条",
    }
    assert {number: ordinal(number, "条") for number in counted} == counted


@pytest.mark.parametrize(
    ("chosen", "complaint"),
    [("z-99", "没有 z-99 这道题"), ("c1-04", "c1-04 用了两次")],
)
def test_a_set_with_a_stranger_or_a_double_is_refused(hook, config, chosen, complaint):
    quizzes = config.extra["data"]["quizzes"]
    quizzes["sets"][0][0] = chosen
    with pytest.raises(Exception, match=complaint):
        hook("quizzes").check(quizzes, config.extra["data"]["law"], config)


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("    why: 应当在三日以内解除，退还。不用等案子判完。\n", "", "少了 why"),
        ("    kind: truefalse\n", "    kind: maybe\n", "「maybe」不能写"),
        ("    answer: true\n", "    answer: A\n", "「A」不行，要写：true 或 false"),
        ("    chapter: 1\n", "    chapter: 10\n", "「10」不能写"),
        ("[c1-02, ", "[", "太少，至少要"),
    ],
)
def test_the_schema_refuses_a_damaged_file(read_damaged, old, new, complaint):
    with pytest.raises(Exception, match=complaint):
        read_damaged("quizzes", old, new)


def test_the_build_makes_no_pages_of_a_damaged_question(hook, config, edit):
    edit("quizzes", "source: 第七十七条", "source: 第九十九条")
    with pytest.raises(PluginError, match="没有这个出处：第九十九条"):
        hook("quizzes").on_files(None, config=config)


def test_the_study_path_names_every_chapter_with_its_test(by_url):
    links = {
        urljoin("http://site/learn/cadres/", attrs["href"]).removeprefix("http://site/")
        for attrs in by_url["learn/cadres/"].document.of("a")
    }
    for number in range(1, 10):
        assert {f"law/ch/{number}/", f"learn/ch/{number}/"} <= links
    words = yaml.safe_load((ROOT / "content" / "data" / "law.yml").read_text("utf-8"))
    index = by_url["learn/"].html
    assert all(chapter["zh"] in index for chapter in words["items"])
