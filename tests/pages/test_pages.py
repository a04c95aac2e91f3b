"""Every page as it is served: light, self-contained, well formed, and linked to what exists."""

import gzip
import re
from urllib.parse import unquote, urljoin, urlsplit

import pytest

from .conftest import ROOT

BUDGET = 10_240
# Addresses that the application answers, not the site.
APPLICATION = ("/tip/", "/mailbox/", "/en/tip/", "/en/mailbox/")
REQUESTS = {"script": "src", "link": "href", "img": "src", "iframe": "src", "source": "src"}


@pytest.fixture(scope="module")
def by_url(pages):
    return {page.url: page for page in pages}


def test_every_file_of_words_is_a_page_and_the_law_is_whole(by_url):
    folder = ROOT / "content"
    for path in folder.rglob("*.md"):
        url = path.relative_to(folder).as_posix().removesuffix(".md").removesuffix("index")
        assert (url if not url or url.endswith("/") else f"{url}/") in by_url, path
    assert {f"law/{number:02}/" for number in range(1, 78)} <= set(by_url)
    assert {f"law/ch/{number}/" for number in range(1, 10)} <= set(by_url)
    assert {"404.html", "search/", "en/search/"} <= set(by_url)


def loaded_by(page):
    """What a browser fetches for a page: its styles, its scripts and the icon."""
    links = [attrs for attrs in page.document.of("link") if attrs["rel"] in ("stylesheet", "icon")]
    return [one["href"] for one in links] + [one["src"] for one in page.document.of("script")]


def test_a_page_with_all_it_loads_stays_within_the_budget(site, pages):
    heavy = {}
    for page in pages:
        files = [site / "assets" / name.rpartition("/")[2] for name in loaded_by(page)]
        parts = (page.html.encode(), *(path.read_bytes() for path in files))
        weight = sum(len(gzip.compress(part)) for part in parts)
        if weight > BUDGET:
            heavy[page.url] = weight
    assert heavy == {}


def test_no_page_asks_another_host_for_anything(pages):
    for page in pages:
        for tag, name in REQUESTS.items():
            for attrs in page.document.of(tag):
                assert not urlsplit(attrs.get(name) or "").netloc, f"{page.url}: {attrs}"


def test_no_page_holds_script_or_style_of_its_own(pages):
    for page in pages:
        assert not page.document.of("style"), page.url
        for tag, attrs in page.document.elements:
            assert "style" not in attrs, f"{page.url}: style on {tag}"
            assert not [name for name in attrs if name.startswith("on")], f"{page.url}: {tag}"
        assert all("src" in attrs for attrs in page.document.of("script")), page.url


# A width of the window, or a size of type: what holds below or with it.
BY_SIZE = re.compile(r"@media \([^{]*(?:width|height)[^{]*\{((?:[^{}]*\{[^{}]*\})*)\}")
OF_ELDER = re.compile(r"[^{}]*\.elder[^{}]*\{([^{}]*)\}")
SEEN = re.compile(
    r"(?<![\w-])(color|background(-\w+)*|opacity|filter|fill|stroke|text-(shadow|decoration)|[\w-]*-blend-mode)\s*:"
)


def test_no_colour_hangs_on_the_width_of_a_window_or_the_size_of_type():
    """Hence tests/pages/test_norms.py measures contrast at two widths and sizes, not at all."""
    judged = 0
    for path in (ROOT / "site" / "theme" / "assets").glob("*.css"):
        words = re.sub(r"/\*.*?\*/", "", path.read_text("utf-8"), flags=re.DOTALL)
        for block in [*BY_SIZE.findall(words), *OF_ELDER.findall(words)]:
            judged += 1
            assert not SEEN.search(block), f"{path.name}: {block}"
    assert judged > 10


def test_nothing_blinks_and_nothing_moves_for_ever():
    """The one thing that is animated shows, once, that the form's script did not come."""
    folders = (ROOT / "site" / "theme" / "assets", ROOT / "admin" / "static")
    styles = [path.read_text("utf-8") for folder in folders for path in folder.glob("*.css")]
    assert set(re.findall(r"@keyframes\s+([\w-]+)", "".join(styles))) == {"unloaded"}
    assert not [words for words in styles if re.search(r"\binfinite\b|\bblink\b", words)]


def test_styles_and_scripts_reach_no_other_host(site):
    files = [path for path in (site / "assets").rglob("*.*") if path.suffix in (".css", ".js")]
    assert len(files) > 10
    for path in files:
        words = path.read_text("utf-8")
        assert "@import" not in words, path
        assert not re.search(r"url\(|https?:|//[a-z]+\.", words), path


def test_each_page_says_in_its_head_what_it_is_about(pages):
    for page in pages:
        told = [one for one in page.document.of("meta") if one.get("name") == "description"]
        assert page.url == "404.html" or (told and told[0]["content"]), page.url


def test_ids_are_unique(pages):
    for page in pages:
        ids = page.document.ids()
        assert len(ids) == len(set(ids)), page.url


def test_no_table_has_a_head_without_a_word(pages):
    """axe finds it as well, but only at the end of a long walk."""
    assert [page.url for page in pages if re.search(r"<th[^>]*>\s*</th>", page.html)] == []


def test_a_page_has_one_h1_and_its_title_begins_with_it(pages):
    for page in pages:
        headings = page.document.texts["h1"]
        assert len(headings) == 1, page.url
        assert page.document.texts["title"][0].startswith(headings[0]), page.url


def test_every_page_names_its_language(by_url):
    for url, page in by_url.items():
        english = url.startswith("en/") or "/decisions/0" in url
        assert page.document.of("html")[0]["lang"] == ("en" if english else "zh-CN"), url


def test_links_and_anchors_hold(by_url):
    for url, page in by_url.items():
        for attrs in page.document.of("a"):
            href = attrs["href"]
            if urlsplit(href).scheme or href.startswith(APPLICATION):
                continue
            target = urlsplit(urljoin(f"http://site/{url}", href))
            there = by_url.get(unquote(target.path).lstrip("/"))
            assert there, f"{url or 'home'} links to {href}"
            if target.fragment:
                assert unquote(target.fragment) in there.document.ids(), f"{url}: {href}"


def test_inside_the_site_all_links_are_relative(pages):
    for page in pages:
        if page.url == "404.html":
            continue
        for attrs in page.document.of("a"):
            href = attrs["href"]
            assert not href.startswith("/") or href.startswith(APPLICATION), f"{page.url}: {href}"


def test_links_to_other_hosts_are_encrypted_and_carry_no_referrer(pages):
    for page in pages:
        assert {"name": "referrer", "content": "no-referrer"} in page.document.of("meta")
        for attrs in page.document.of("a"):
            assert urlsplit(attrs["href"]).scheme in ("", "https", "tel"), attrs


def test_every_page_has_the_way_out_and_the_way_in(pages, data):
    for page in pages:
        ids = page.document.ids()
        assert {"main", "quick-exit", "elder"} <= set(ids), page.url
        way_out = [a for a in page.document.of("a") if a.get("id") == "quick-exit"]
        assert way_out[0]["href"] == data["footer"]["quick_exit"]
        first_link = page.document.of("a")[0]
        assert first_link == {"class": "skip", "href": "#main"}


def test_every_page_shows_when_it_was_reviewed(pages):
    for page in pages:
        if page.url == "404.html" or "decisions/0" in page.url:
            continue
        assert page.document.of("time"), page.url


def test_public_pages_keep_to_the_words_of_the_house(pages):
    for page in pages:
        if "decisions/0" in page.url:
            continue
        for word in ("封面", "密封", "恶势力线索", "绝对匿名", "无法追踪"):
            assert word not in page.html, f"{page.url}: {word}"
