"""「遇到这种事怎么办」: whoever answers questions arrives somewhere, and danger comes first."""

import re
from urllib.parse import urljoin

import pytest

from .test_build import build_site, change, workshop  # noqa: F401
from .test_words import sentences_of
from .walks import open_page

START = "help/path/"
HOST = "http://site/"
TOPICS = [
    *("trap-loan", "village", "sand", "market", "sextortion", "drugs-home", "dealing", "school"),
    *("bank-card", "fugitive", "protector", "neighbour", "wages", "petition"),
]


@pytest.fixture(scope="module")
def by_url(pages):
    return {page.url: page for page in pages}


def answers_of(page):
    """Follow the links of a page's answers, as a reader would."""
    block = re.search(r'<div class="asks[^"]*">(.*?)</div>', page.html, re.S)
    hrefs = re.findall(r'<a class="door" href="([^"]+)"', block[1]) if block else []
    return [urljoin(HOST + page.url, href).removeprefix(HOST) for href in hrefs]


def walks(by_url, url, before=()):
    """Every way from here to an end, by the links on the built pages."""
    assert url not in before, f"a circle: {before} -> {url}"
    following = answers_of(by_url[url])
    if not following:
        yield (*before, url)
    for target in following:
        yield from walks(by_url, target, (*before, url))


def main_of(page):
    return page.html.split('<main id="main"')[1].split("</main>")[0]


def test_every_way_from_the_entry_ends_and_every_page_is_on_one(by_url, data):
    ways = list(walks(by_url, START))
    ends = {f"{START}{end['id']}/" for end in data["paths"]["ends"]}
    assert {way[-1] for way in ways} == ends
    assert {url for way in ways for url in way} == {u for u in by_url if u.startswith(START)}
    assert max(len(way) for way in ways) <= 5


def test_danger_is_the_first_answer_of_the_first_question(by_url):
    first = answers_of(by_url[START])[0]
    assert '<a class="strip-110" href="tel:110">' in main_of(by_url[first])


def test_the_first_question_keeps_the_order_of_help_before_tips(by_url):
    order = [url.removeprefix(START).strip("/") for url in answers_of(by_url[START])]
    assert order == ["danger", "need-help", "dispute", "official", "saw"]


def test_every_end_names_a_telephone_a_page_or_the_form(by_url, data):
    for end in data["paths"]["ends"]:
        page = by_url[f"{START}{end['id']}/"]
        main = main_of(page)
        assert "<ol>" in main, "what to do, step by step"
        for number in end.get("tels", []):
            assert f'href="tel:{number}"' in main, page.url
        if end["kind"] == "form":
            query = "official=yes" if end.get("official") else f"category={end['category']}"
            assert f'href="/tip/?{query}"' in main, page.url
        targets = {
            urljoin(HOST + page.url, attrs["href"]).removeprefix(HOST)
            for attrs in page.document.of("a")
        }
        for path in end.get("pages", []):
            url = path.removesuffix("index.md").replace(".md", "/")
            assert url in targets, page.url
        assert end.get("tels") or end.get("pages") or end["kind"] == "form"


def test_what_people_meet_most_has_an_end_or_a_question(data):
    ids = {item["id"] for key in ("nodes", "ends") for item in data["paths"][key]}
    assert set(TOPICS) <= ids


def test_no_end_about_help_or_a_dispute_leads_into_the_form(by_url, data):
    for end in data["paths"]["ends"]:
        if end["kind"] in ("help", "office", "read", "call110"):
            assert "/tip/" not in main_of(by_url[f"{START}{end['id']}/"]), end["id"]


def test_a_page_says_what_was_chosen_and_leads_back(by_url):
    main = main_of(by_url[f"{START}trap-loan/"])
    assert 'href="../"' in main
    deep = main_of(by_url[f"{START}sand/"])
    assert "您选了" in deep
    assert {"../", "../saw/", "../saw-place/"} <= set(re.findall(r'href="([^"]+)"', deep))


def test_the_words_are_short(data):
    for node in data["paths"]["nodes"]:
        for words in (node["ask"], node.get("why", ""), *(a["say"] for a in node["answers"])):
            assert all(len(one) <= 40 for one in sentences_of(words)), node["id"]
    for end in data["paths"]["ends"]:
        for words in (end["title"], *end["words"]):
            assert all(len(one) <= 40 for one in sentences_of(words)), end["id"]
            assert "你" not in words


@pytest.mark.browser
def test_the_path_is_walked_by_keyboard_without_scripts(browser, address):
    tab = open_page(browser, address + START, width=360, java_script_enabled=False)
    for words in ("我看到了坏事", "在村里", "沙场"):
        tab.locator(".door", has_text=words).focus()
        tab.keyboard.press("Enter")
    tab.wait_for_url(f"**/{START}sand/")
    assert tab.locator('a[href^="/tip/?category=A4"]').is_visible()
    tab.go_back()
    assert tab.url == address + START + "saw-place/"
    tab.context.close()


def item(paths, key):
    return next(one for one in [*paths["nodes"], *paths["ends"]] if one["id"] == key)


def answer(paths, key, target, say="随便"):
    item(paths, key)["answers"].append({"say": say, "to": target})


def lost_answer(paths):
    answer(paths, "debt", "nowhere")


def circle(paths):
    answer(paths, "debt", "need-help")


def circle_of_one(paths):
    answer(paths, "debt", "debt")


def no_answers(paths):
    item(paths, "bullied")["answers"] = []


def nobody_comes_here(paths):
    paths["ends"].append({**item(paths, "low"), "id": "island"})


def twice(paths):
    paths["ends"].append(item(paths, "low"))


def danger_last(paths):
    answers = item(paths, "first")["answers"]
    answers.append(answers.pop(0))


def no_start(paths):
    paths["start"] = "low"


def set_on(key, **changes):
    def change_it(paths):
        item(paths, key).update(changes)

    change_it.__name__ = f"{key}-{'-'.join(changes)}"
    return change_it


@pytest.mark.parametrize(
    ("damage", "key", "complaint"),
    [
        (lost_answer, "debt", "通向 nowhere，没有这一页"),
        (circle, "debt", "会绕回到这一问"),
        (circle_of_one, "debt", "会绕回到这一问"),
        (no_answers, "bullied", "没有答案可选"),
        (no_answers, "young", "从第一问走不到这里"),
        (nobody_comes_here, "island", "从第一问走不到这里"),
        (twice, "low", "这个 id 用了两次"),
        (danger_last, "first", "第一个答案，要通向打 110 的一页"),
        (no_start, None, "没有 low 这一问，无法开始"),
        (set_on("low", tels=["12337"]), "low", "没有 12337 这个电话"),
        (set_on("sand", category="Z9"), "sand", "没有 Z9 这一类"),
        (set_on("danger", tels=["120"]), "danger", "tels 里要有 110"),
        (set_on("low", tels=[], pages=[]), "low", "至少要写 tels 或者 pages"),
        (set_on("protector", official=False), "protector", "至少要写 category 或者 official"),
        (set_on("young", pages=[]), "young", "至少要写 pages"),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_a_damaged_path_is_refused_with_its_line_and_id(hook, config, damage, key, complaint):
    data = config.extra["data"]
    damage(data["paths"])
    module = hook("paths")
    with pytest.raises(Exception, match=complaint) as caught:
        module.refuse(module.faults_of(module.read(data["paths"], config), data), config)
    where = rf"第 \d+ 行（{key}）" if key and key != "island" else ""
    assert re.search(rf"content/data/paths\.yml ?{where}", str(caught.value))


def test_the_whole_path_as_it_stands_is_accepted(hook, config):
    data = config.extra["data"]
    module = hook("paths")
    assert list(module.faults_of(module.read(data["paths"], config), data)) == []


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("    kind: call110\n", "    kind: shout\n", "「shout」不能写"),
        ("    ask: 有没有人有危险？\n", "", "少了 ask"),
        ("start: first\n", "", "少了 start"),
        ('tels: ["110"', "tels: [110", "「110」不行，要写：文字"),
        ("  - id: low\n", "  - id: index\n", r"（ends › 第 2 个 › id）：「index」在这里不能用"),
        ("pages: [help/violence.md]", "pages: [help/violence]", "的写法不对"),
    ],
)
def test_the_schema_refuses_a_damaged_file(read_damaged, old, new, complaint):
    with pytest.raises(Exception, match=complaint):
        read_damaged("paths", old, new)


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("topics/sand.md", "topics/gone.md", "没有 content/topics/gone.md 这一页"),
        ("to: sand}", "to: sandy}", "通向 sandy，没有这一页"),
    ],
)
def test_the_build_itself_stops(workshop, old, new, complaint):  # noqa: F811
    change(workshop, "data/paths.yml", old, new)
    result = build_site(workshop / "out", root=workshop)
    assert result.returncode != 0
    assert complaint in result.stderr
