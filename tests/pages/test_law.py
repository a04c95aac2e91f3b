"""The law on the site: every article, whom it concerns, and how one walks from one to another."""

import re
from urllib.parse import urljoin

import pytest

from admin.reading.numerals import to_chinese
from tests.live import STILL

ARTICLE = re.compile(r"law/(\d\d)/")
READERS = ["residents", "students", "business", "village", "officials", "network", "justice"]


@pytest.fixture(scope="module")
def by_url(pages):
    return {page.url: page for page in pages}


def leads(page):
    """Where the links of a page's words lead, as addresses from the root."""
    main = page.html.split('<main id="main"')[1].split("</main>")[0]
    hrefs = re.findall(r'<a\b[^>]*?href="([^"]+)"', main)
    here = f"http://site/{page.url}"
    return [urljoin(here, href).removeprefix("http://site/") for href in hrefs]


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


def test_an_article_links_to_no_place_on_its_own_page(by_url):
    for url, page in by_url.items():
        if ARTICLE.fullmatch(url):
            assert url not in leads(page), url


def test_an_article_lists_a_few_pages_that_speak_of_it_and_none_in_english(by_url):
    longest = 0
    for url, page in by_url.items():
        if ARTICLE.fullmatch(url) and "哪里提到这一条" in page.html:
            chips = page.html.split('<h2 id="mentioned">哪里提到这一条</h2>')[1].split("</ul>")[0]
            longest = max(longest, chips.count("<li>"))
            assert "/en/" not in chips, url
    assert longest == 6


COPY = "#copy-link"


def open_article(browser, address, **options):
    context = browser.new_context(viewport={"width": 360, "height": 740}, **STILL, **options)
    page = context.new_page()
    page.goto(f"{address}law/23/#main")
    return page


@pytest.mark.browser
def test_a_tap_copies_the_address_of_the_article_and_says_so(browser, address):
    tab = open_article(browser, address, permissions=["clipboard-read", "clipboard-write"])
    tab.click(COPY)
    tab.wait_for_selector("#copied:text-is('已复制')")
    assert tab.evaluate("navigator.clipboard.readText()") == f"{address}law/23/"
    tab.context.close()


@pytest.mark.browser
def test_where_the_clipboard_is_kept_from_scripts_the_old_way_copies(browser, address):
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"], **STILL)
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
