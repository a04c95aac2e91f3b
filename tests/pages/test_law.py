"""The law on the site: every article, what leads to it, and the official text beside our words."""

import gzip
import importlib.util
import json
import os
import re
import shutil
from urllib.parse import urljoin, urlsplit

import pytest
from click.testing import CliRunner

from admin.law import LAWS
from admin.law import law as law_command
from admin.numerals import to_chinese

from .conftest import ROOT, build_site, read_page

BUDGET = 10_240
ARTICLE = re.compile(r"law/(\d\d)/")
READERS = ["residents", "students", "business", "village", "officials", "network", "justice"]
HEAD = """---
short: 试
description: 试
keywords: [试]
reviewed: 2026-11-25
"""

# Words, and which pages they lead to, in order. A name holds for all that is strung together.
CITED = {
    "见第十一条、第61条和第七十七条": ["law/11/", "law/61/", "law/77/"],
    "第二十五条到第二十八条": ["law/25/", "law/28/"],
    "反有组织犯罪法第二条": ["law/02/"],
    "《反有组织犯罪法》（2021年通过）第二条": ["law/02/"],
    "本法第十九条": ["law/19/"],
    "不能违法（第五条）": ["law/05/"],
    "禁毒法第六十二条": ["law/drugs/#a62"],
    "《中华人民共和国禁毒法》第十八条、第五十二条": ["law/drugs/#a18", "law/drugs/#a52"],
    "戒毒条例第九条、禁毒法第九条": ["law/treatment/#a9", "law/drugs/#a9"],
    "禁毒法第六十二条；第六十二条": ["law/drugs/#a62", "law/62/"],
    "刑法第二百四十三条，第五十三条": ["law/53/"],
    "<strong>第二条</strong>": ["law/02/"],
}
PLAIN = [
    "第七十八条",
    "第一百条",
    "刑法第二百九十四条、第五十条",
    "刑法第二十条第一款第（二）项和第三十条",
    "<strong>刑法</strong>第二十条",
    "<a href='../'>刑法</a>第二十条",
    "刑法（第二十条）",
    "《刑法》（第二十条）",
    "民法典第五条",
    "治安管理处罚法第三条",
    "监察法第三十七条",
    "刑事诉讼法第六十四条或者第六十五条",
    "《关于办理恶势力案件的意见（试行）》第五条",
    "本条例第十条",
    "禁毒法第三条",
    "戒毒条例第一条",
    "<code>第五条</code>",
]
# An article with lines in English leads to them, any other to its Chinese page.
CITED_IN_ENGLISH = {
    "See article 61 and Articles 7, 8 and 11 to 65.": [
        *("en/law/articles/#a61", "en/law/articles/#a7", "en/law/articles/#a8"),
        *("law/11/", "en/law/articles/#a65"),
    ],
    "article 2 of the Anti-Organized Crime Law": ["law/02/"],
    "article 62 of the Anti-Drug Law": ["law/drugs/#a62"],
}
PLAIN_IN_ENGLISH = [
    "article 50 of the Criminal Law",
    "the Criminal Procedure Law (article 64)",
    "Criminal Law, article 54",
    "Constitution, article 41",
]


def paragraphs(words):
    return "\n\n".join(f"{line}。" for line in words)


@pytest.fixture(scope="module")
def workshop(tmp_path_factory):
    """A copy of the content with a page of citations in each language, and one decision record."""
    folder = tmp_path_factory.mktemp("workshop")
    shutil.copytree(ROOT / "content", folder / "content")
    shutil.copytree(ROOT / "site", folder / "site")
    shutil.copy(ROOT / "mkdocs.yml", folder)
    about = folder / "content" / "about"
    chinese = paragraphs([*CITED, *PLAIN])
    (about / "cited.md").write_text(f"{HEAD}---\n# 引用\n\n## 第五条\n\n{chinese}\n", "utf-8")
    english = paragraphs([*CITED_IN_ENGLISH, *PLAIN_IN_ENGLISH])
    page = f"{HEAD}lang: en\n---\n# Cited\n\n{english}\n"
    (folder / "content" / "en" / "cited.md").write_text(page, "utf-8")
    record = about / "decisions" / "0999-a-trial.md"
    record.write_text("# 999. 试\n\n第九条、article 9\n", "utf-8")
    return folder


def invented(law_id):
    """A text with the right number of articles, invented from the first to the last word."""
    known = LAWS[law_id]
    articles = [f"第{to_chinese(n)}条　{law_id} 原文第{n}句<&>。" for n in range(1, known.articles)]
    last = f"第{to_chinese(known.articles)}条　自2031年5月6日起施行。"
    return "\n".join([known.title, "（2031年3月4日演示通过）", *articles, last])


def bring_in(data, *files):
    for file in files:
        env = {"DENGSHAO_DATA": str(data)}
        result = CliRunner().invoke(law_command, ["import", str(file)], env=env)
        assert result.exit_code == 0, result.output
    return os.environ | {"DENGSHAO_DATA": str(data)}


@pytest.fixture(scope="module")
def imported(tmp_path_factory):
    """The environment of a build after all three laws were imported."""
    folder = tmp_path_factory.mktemp("imported")
    for law_id in LAWS:
        (folder / f"{law_id}.txt").write_text(invented(law_id), "utf-8")
    return bring_in(folder / "data", *sorted(folder.glob("*.txt")))


@pytest.fixture(scope="module")
def built(workshop, imported):
    """The pages of that workshop, with the invented official texts, by address."""
    result = build_site(workshop / "out", root=workshop, env=imported)
    assert result.returncode == 0, result.stderr
    pages = [read_page(workshop / "out", path) for path in (workshop / "out").rglob("*.html")]
    return {page.url: page for page in pages}


@pytest.fixture(scope="module")
def by_url(pages):
    return {page.url: page for page in pages}


def leads(page):
    """Where the links of a page's words lead, as addresses from the root."""
    main = page.html.split('<main id="main"')[1].split("</main>")[0]
    hrefs = re.findall(r'<a\b[^>]*?href="([^"]+)"', main)
    here = f"http://site/{page.url}"
    return [urljoin(here, href).removeprefix("http://site/") for href in hrefs]


def weight(root, page):
    """Bytes of a page and of all that it loads, each as it is sent."""
    styles = [a["href"] for a in page.document.of("link") if a.get("rel") == "stylesheet"]
    loaded = styles + [attrs["src"] for attrs in page.document.of("script")]
    paths = [urlsplit(urljoin(f"http://site/{page.url}", name)).path for name in loaded]
    parts = [page.html.encode(), *((root / path.lstrip("/")).read_bytes() for path in paths)]
    return sum(len(gzip.compress(part)) for part in parts)


def test_each_of_the_77_articles_has_a_page_that_says_whom_it_concerns(by_url):
    expected = {f"law/{number:02}/" for number in range(1, 78)}
    assert expected <= set(by_url)
    for url in expected:
        html = by_url[url].html
        assert f"<h1>第{to_chinese(int(url[4:6]))}条 " in re.sub(r"<h1 [^>]*>", "<h1>", html), url
        assert "大白话</h2>" in html, url
        assert "对您意味着什么</h2>" in html, url
        assert re.search(r'class="chip" href="\.\./for/[a-z]+/"', html), url


def test_from_the_first_article_one_walks_to_the_last_and_back(by_url):
    for rel, start, end in [("next", 1, 77), ("prev", 77, 1)]:
        url, seen = f"law/{start:02}/", []
        while True:
            seen.append(url)
            further = [a["href"] for a in by_url[url].document.of("a") if a.get("rel") == rel]
            if not further:
                break
            url = urljoin(f"http://site/{url}", further[0]).removeprefix("http://site/")
        assert url == f"law/{end:02}/"
        assert len(seen) == 77


def test_the_nine_chapters_list_every_article_with_its_gist(by_url, data):
    for chapter in data["law"]["items"]:
        page = by_url[f"law/ch/{chapter['id']}/"]
        expected = [f"law/{entry['id']:02}/" for entry in chapter["articles"]]
        # Below what the chapter is about, where an article may be named as well.
        listed = [url for url in leads(page) if ARTICLE.fullmatch(url)][-len(expected) :]
        assert listed == expected
        assert all(entry["gist"] in page.html for entry in chapter["articles"])


@pytest.mark.parametrize("reader", READERS)
def test_a_reader_finds_their_articles_on_a_page_of_their_own(by_url, reader):
    listed = {url for url in leads(by_url[f"law/for/{reader}/"]) if ARTICLE.fullmatch(url)}
    concerned = {
        url
        for url, page in by_url.items()
        if ARTICLE.fullmatch(url) and f"law/for/{reader}/" in leads(page)
    }
    assert listed == concerned
    assert listed
    assert f"law/for/{reader}/" in leads(by_url["law/"])


def test_words_that_cite_an_article_lead_to_it(built):
    cited = [url for urls in CITED.values() for url in urls]
    page = built["about/cited/"]
    words = [url for url in leads(page) if url.startswith("law/")]
    assert words == cited
    for line in PLAIN:
        stripped = re.sub(r"</?a\b[^>]*>", "", line)
        assert line in page.html or stripped in re.sub(r"</?a\b[^>]*>", "", page.html)


def test_english_words_lead_to_the_article_and_say_where_it_is_in_chinese(built):
    page = built["en/cited/"]
    cited = [url for urls in CITED_IN_ENGLISH.values() for url in urls]
    assert [url for url in leads(page) if url.startswith(("law/", "en/law/"))] == cited
    links = [a for a in page.document.of("a") if "law/" in a["href"] and a.get("hreflang")]
    assert len(links) == len([url for url in cited if url.startswith("law/")])
    assert all(line in page.html for line in PLAIN_IN_ENGLISH)


def test_an_article_links_to_no_place_on_its_own_page(by_url):
    for url, page in by_url.items():
        if ARTICLE.fullmatch(url):
            assert url not in leads(page), url


def test_an_article_lists_once_who_speaks_of_it(built):
    for url in ("law/11/", "law/61/", "law/02/"):
        assert leads(built[url]).count("about/cited/") == 1
    assert leads(built["law/61/"]).count("en/cited/") == 1
    # Nothing is said of 第五条 there but in other laws, in code, and once in brackets.
    assert leads(built["law/05/"]).count("about/cited/") == 1
    assert "about/cited/" not in leads(built["law/50/"])
    for url, page in built.items():
        if ARTICLE.fullmatch(url):
            assert not [to for to in leads(page) if "/decisions/0" in to], url


def test_without_an_import_an_article_leads_to_the_official_database(tmp_path):
    env = os.environ | {"DENGSHAO_DATA": str(tmp_path)}
    assert build_site(tmp_path / "out", env=env).returncode == 0
    for number in range(1, 78):
        html = (tmp_path / "out" / "law" / f"{number:02}" / "index.html").read_text("utf-8")
        assert 'href="https://flk.npc.gov.cn"' in html
        assert "以官方公布文本为准" in html
        assert "官方原文" not in html


def test_with_an_import_the_official_words_stand_beside_ours(built):
    for number in range(1, 77):
        html = built[f"law/{number:02}/"].html
        beside = html.split('<div class="beside">')[1].split("对您意味着什么")[0]
        assert "大白话</h2>" in beside
        assert f"<p>aocl 原文第{number}句&lt;&amp;&gt;。</p>" in beside
        assert "版本 2031-03-04，自 2031-05-06 起施行。以官方公布文本为准。" in beside


@pytest.mark.parametrize(("law_id", "least"), [("drugs", 15), ("treatment", 12)])
def test_a_guide_explains_articles_at_anchors_that_stay_and_shows_the_official_words(
    built, law_id, least
):
    guides = [page for url, page in built.items() if re.fullmatch(rf"law/{law_id}[a-z-]*/", url)]
    shown = 0
    for page in guides:
        for number in re.findall(r'<h2 id="a(\d+)">', page.html):
            section = page.html.split(f'<h2 id="a{number}">')[1].split("<h2")[0]
            assert f"第{to_chinese(int(number))}条" in section.split("</h2>")[0]
            known = f"{law_id} 原文第{number}句"
            assert known in section or "自2031年5月6日起施行" in section
            shown += 1
    assert shown >= least


@pytest.mark.skipif(not importlib.util.find_spec("properdocs"), reason="properdocs is absent")
def test_with_an_import_both_builders_write_the_same_bytes(workshop, imported, built):
    other = workshop / "other"
    result = build_site(other, builder="properdocs", root=workshop, env=imported)
    assert result.returncode == 0, result.stderr
    for path in (workshop / "out").rglob("*.*"):
        assert path.read_bytes() == (other / path.relative_to(workshop / "out")).read_bytes()


def test_with_the_real_texts_every_page_of_the_law_stays_within_the_budget(shared, tmp_path):
    env = bring_in(tmp_path / "data", *(shared / "laws").glob("*.md"))
    assert build_site(tmp_path / "out", env=env).returncode == 0
    pages = [read_page(tmp_path / "out", p) for p in (tmp_path / "out" / "law").rglob("*.html")]
    weights = {page.url: weight(tmp_path / "out", page) for page in pages}
    assert {url: size for url, size in weights.items() if size > BUDGET} == {}


@pytest.mark.parametrize("words", ["{", '{"format": 2}', '{"format": 1}', "[]"])
def test_a_damaged_import_stops_the_build_and_is_named(tmp_path, words):
    (tmp_path / "law").mkdir()
    (tmp_path / "law" / "aocl.json").write_text(words, "utf-8")
    result = build_site(tmp_path / "out", env=os.environ | {"DENGSHAO_DATA": str(tmp_path)})
    assert result.returncode != 0
    assert "aocl.json" in result.stderr
    assert "dengshao law import" in result.stderr


def test_the_build_finds_the_data_folder_of_the_settings_file(workshop, imported, tmp_path):
    settings = tmp_path / "settings.toml"
    settings.write_text(f"data = {json.dumps(imported['DENGSHAO_DATA'])}\n", "utf-8")
    env = {name: value for name, value in imported.items() if name != "DENGSHAO_DATA"}
    env["DENGSHAO_CONFIG"] = str(settings)
    assert build_site(workshop / "toml", root=workshop, env=env).returncode == 0
    assert "aocl 原文第8句" in (workshop / "toml" / "law" / "08" / "index.html").read_text("utf-8")


COPY = "#copy-link"


def open_article(browser, address, **options):
    context = browser.new_context(viewport={"width": 360, "height": 740}, **options)
    page = context.new_page()
    page.goto(f"{address}law/23/#main")
    return page


@pytest.mark.browser
def test_a_tap_copies_the_address_of_the_article_and_says_so(browser, address):
    tab = open_article(browser, address, permissions=["clipboard-read", "clipboard-write"])
    tab.click(COPY)
    tab.wait_for_function("document.getElementById('copied').textContent === '已复制'")
    assert tab.evaluate("navigator.clipboard.readText()") == f"{address}law/23/"
    tab.context.close()


@pytest.mark.browser
def test_where_the_clipboard_is_kept_from_scripts_the_old_way_copies(browser, address):
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    context.add_init_script("""
        window.kept = navigator.clipboard;
        Object.defineProperty(navigator, 'clipboard', {value: undefined});
    """)
    tab = context.new_page()
    tab.goto(f"{address}law/23/")
    tab.click(COPY)
    assert tab.inner_text("#copied") == "已复制"
    assert tab.evaluate("window.kept.readText()") == f"{address}law/23/"
    assert tab.evaluate("document.activeElement.id") == "copy-link"
    context.close()


@pytest.mark.browser
def test_without_scripts_there_is_no_copy_button(browser, address):
    tab = open_article(browser, address, java_script_enabled=False)
    assert not tab.locator(COPY).is_visible()
    tab.context.close()
