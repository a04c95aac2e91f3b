"""English pages: each has its Chinese counterpart, is in English, and names its articles."""

import re
from html import unescape
from types import SimpleNamespace
from urllib.parse import urljoin, urlsplit

import pytest
import yaml
from mkdocs.exceptions import PluginError

from .conftest import ROOT, SITE_URL, read_page

ENGLISH = sorted((ROOT / "content" / "en").rglob("*.md"))
NAMES = [path.relative_to(ROOT / "content").as_posix() for path in ENGLISH]
WORKS = {"who-can-see", "before-you-write", "keys", "receipt", "accessibility", "search"}
HAN = re.compile(r"[\u3400-\u9fff]")
SPOKEN = re.compile(r'<(a|span|b|dt)\b[^>]* lang="zh-CN"[^>]*>.*?</\1>', re.S)
# Words that nobody needs who does not speak of the law.
CLAIM = re.compile(
    r"\bpunish(?:ed|es)|\bprosecut|(?:is|be|commit) a crime|\bguilty\b|"
    r"\bthe law (?:names|promises|requires)|"
    r"\bdetention\b|\bfines?\b|the state (?:encourages|protects)|"
    r"(?:school|police|organs?|government|courts|they|staff|clinics?|parents) must\b|"
    r"(?<!that )must (?:not|be (?:protected|kept|told|heard))\b|(?:be|was) seized\b|ask for review|"
    r"\b(?:are|is) (?:a )?rights?\b|have the right",
    re.I,
)
# What nobody has confirmed says so itself.
OPEN = "not confirmed"
SOURCE = re.compile(r"\b[Aa]rticles? \d|Opinions on Evil-Force Criminal Cases, 2019")


def words_of(name):
    """The front matter and the words of a source."""
    _, front, words = (ROOT / "content" / name).read_text("utf-8").split("---\n", 2)
    return yaml.safe_load(front), words


def blocks(words):
    """Paragraphs, list items and rows with the heading above them, which may name the source."""
    head = lead = ""
    for block in re.split(r"\n\s*\n|\n(?=\s*(?:[-|#]|\d+\.|: ))", words):
        text = block.strip()
        if text.startswith("#"):
            head, lead = text, ""
        elif re.match(r"[-|:]|\d+\.", text):
            yield text, f"{head}\n{lead}"
        elif text:
            lead = text if text.endswith(":") else ""
            yield text, head


def url_of(name):
    return name.removesuffix(".md").removesuffix("index").rstrip("/") + (
        "/" if name != "index.md" else ""
    )


@pytest.fixture(scope="module")
def by_url(pages):
    return {page.url: page for page in pages}


def switch(page):
    """Where the switch of languages in the header leads."""
    words = "中文" if page.document.of("html")[0]["lang"] == "en" else "English"
    nav = page.html.split('<nav class="nav"')[1].split("</nav>")[0]
    href = re.search(rf'href="([^"]*)"[^>]*>{words}</a>', nav)[1]
    return urljoin(f"http://site/{page.url}", href).removeprefix("http://site/")


def alternates(page):
    return {a["hreflang"]: a["href"] for a in page.document.of("link") if "hreflang" in a}


def english_words(page):
    """What an English page says in its main part, without what is marked as Chinese."""
    main = page.html.split('<main id="main"')[1].split("</main>")[0]
    return unescape(re.sub(r"<[^>]+>", " ", SPOKEN.sub("", main)))


def test_there_are_pages_on_the_law_help_drugs_reporting_and_rights():
    assert len(NAMES) >= 15
    needed = ("law/index", "law/articles", "topics/soft-violence", "help/index", "help/minors")
    needed += ("drugs/index", "drugs/help", "report/process", "report/rights", "report/receipt")
    needed += ("report/what-not-to-do", "report/protection", "report/other-channels")
    assert {f"en/{name}.md" for name in (*needed, "report/glossary", "about/accessibility")} <= set(
        NAMES
    )


@pytest.mark.parametrize("name", NAMES)
def test_the_switch_leads_to_the_counterpart_and_back(by_url, name):
    front, _ = words_of(name)
    here, there = url_of(name), url_of(front["pair"])
    assert front["lang"] == "en"
    assert switch(by_url[here]) == there
    assert switch(by_url[there]) == here


def test_a_page_without_a_counterpart_leads_to_the_sentence_that_says_so(by_url):
    for url in ("law/55/", "drugs/parcels/", "topics/loans/", "help/path/", "learn/"):
        assert switch(by_url[url]) == "en/#only-chinese", url
    below = by_url["en/"].html.split('<ul class="doors">')[1].split("</ul>")[1]
    line = re.match(r'\s*<p class="meta" id="only-chinese">(.*?)</p>', below)
    assert line, "the sentence does not stand just below the doors"
    assert "exists only in Chinese" in line[1]


def test_an_article_leads_to_its_english_lines(by_url):
    assert switch(by_url["law/61/"]) == "en/law/articles/#a61"
    assert "a61" in by_url["en/law/articles/"].document.ids()


def test_a_record_in_english_leads_to_the_list_that_says_so(by_url):
    records = [page for url, page in by_url.items() if url.startswith("about/decisions/0")]
    assert records
    for page in records:
        assert switch(page) == "about/decisions/", page.url
    assert "英文" in by_url["about/decisions/"].html


def test_every_decision_record_is_listed_once(by_url):
    records = {url for url in by_url if url.startswith("about/decisions/0")}
    newer, earlier = (by_url[f"about/decisions/{name}"].html for name in ("", "earlier/"))

    listed = re.findall(r'<li><a href="(0\d{3}-[^"]+/)"', newer)
    listed += re.findall(r'<li><a href="\.\./(0\d{3}-[^"]+/)"', earlier)

    assert sorted(listed) == sorted(url.removeprefix("about/decisions/") for url in records)
    assert 'href="earlier/"' in newer
    assert 'href="../"' in earlier


def test_languages_are_tied_only_where_the_site_has_an_address(by_url, published):
    assert not [url for url, page in by_url.items() if alternates(page)]
    addressed = (read_page(published, path) for path in published.rglob("*.html"))
    tied = {page.url: links for page in addressed if (links := alternates(page))}
    assert set(tied) == {url_of(name) for name in NAMES} | {
        url_of(words_of(name)[0]["pair"]) for name in NAMES
    }
    for url, links in tied.items():
        assert set(links) == {"zh-CN", "en", "x-default"}, url
        assert links["x-default"] == links["zh-CN"], url
        assert SITE_URL + url in (links["zh-CN"], links["en"]), url
        for href in links.values():
            assert tied[href.removeprefix(SITE_URL)] == links, url


@pytest.mark.parametrize("name", NAMES)
def test_an_english_page_is_in_english(by_url, name):
    front, _ = words_of(name)
    words = english_words(by_url[url_of(name)])
    assert not HAN.search(words), re.findall(rf".{{0,20}}{HAN.pattern}+", words)
    for key in ("short", "description"):
        assert not HAN.search(front[key]), key


@pytest.mark.parametrize("name", NAMES)
def test_what_leads_to_a_chinese_page_says_so(by_url, name):
    page = by_url[url_of(name)]
    for attrs in page.document.of("a"):
        target = urljoin(f"http://site/{page.url}", attrs["href"])
        if attrs["href"].startswith(("/", "tel:")) or urlsplit(target).netloc != "site":
            continue
        chinese = by_url[urlsplit(target).path.lstrip("/")].document.of("html")[0]["lang"] != "en"
        assert ("hreflang" in attrs) == chinese, attrs


@pytest.mark.parametrize("name", NAMES)
def test_english_words_lead_to_english_pages_where_there_are_some(by_url, name):
    # The contents offer the way to Chinese home itself.
    if name == "en/search.md":
        return
    paired = {url_of(words_of(other)[0]["pair"]) for other in NAMES}
    page = by_url[url_of(name)]
    main = page.html.split('<main id="main"')[1].split("</main>")[0]
    for href in re.findall(r'<a\b[^>]*href="([^":]+)"', main):
        target = urljoin(f"http://site/{page.url}", href).removeprefix("http://site/")
        assert target.partition("#")[0] not in paired, href


@pytest.mark.parametrize("name", NAMES)
def test_each_statement_of_the_law_names_its_article(name):
    _, words = words_of(name)
    if name.rpartition("/")[2].removesuffix(".md") in WORKS:
        return
    bare = [
        text
        for text, above in blocks(words)
        if CLAIM.search(text) and not SOURCE.search(text + above) and OPEN not in text
    ]
    assert bare == []


def test_an_article_named_in_english_leads_to_its_english_lines_or_to_the_chinese_page(by_url):
    rights = by_url["en/report/rights/"].html
    assert 'href="../../law/articles/#a49">article 49</a>' in rights
    assert 'href="../../../law/30/" hreflang="zh">article 30</a>' in rights
    # Of another law with the same number.
    assert ">article 41</a> of" not in by_url["en/report/other-channels/"].html
    assert "Constitution, article 41)" in by_url["en/report/other-channels/"].html


def test_the_menu_of_an_english_page_leads_to_english_pages(by_url, data):
    for item in data["footer"]["nav"]:
        if "page" in item:
            assert item["page_en"].startswith("en/"), item
            assert item["page_en"] in by_url


@pytest.mark.parametrize(
    ("page", "pair", "complaint"),
    [
        (
            "en/help/index.md",
            "help/gone.md",
            "content/en/help/index.md：pair: help/gone.md 没有这一页",
        ),
        (
            "en/help/index.md",
            "en/index.md",
            "content/en/help/index.md：pair: en/index.md 不是中文页",
        ),
        (
            "en/help/minors.md",
            "help/index.md",
            "pair: help/index.md 已经是 content/en/index.md 的另一半",
        ),
        ("help/index.md", "en/index.md", "content/help/index.md：pair 只写在译文页上"),
    ],
)
def test_a_false_pair_stops_the_build_and_names_the_page(hook, page, pair, complaint):
    sources = {
        "help/index.md": {},
        "en/index.md": {"lang": "en", "pair": "help/index.md"},
        "en/help/index.md": {"lang": "en"},
        "en/help/minors.md": {"lang": "en"},
    }
    sources[page]["pair"] = pair
    files = [
        SimpleNamespace(src_uri=uri, page=SimpleNamespace(meta=meta))
        for uri, meta in sources.items()
    ]
    for file in files:
        file.page.file = file
    with pytest.raises(PluginError, match=complaint):
        hook("pairs").on_env(None, files=SimpleNamespace(documentation_pages=lambda: files))
