"""Notices and moved addresses: newest first, a feed only where there is an address, no dead end."""

import datetime
import re
from email.utils import parsedate_to_datetime
from types import SimpleNamespace
from urllib.parse import urljoin
from xml.etree import ElementTree

import pytest
from mkdocs.exceptions import PluginError

from .changed import BULLETIN, BULLETIN_FILE, NOTICE, change
from .conftest import ROOT, SITE_URL, build_site
from .test_build import workshop  # noqa: F401

MOVED = "data/redirects.yml"
FIRST = "  - {from: hotlines/, to: help/hotlines/}"


@pytest.fixture
def by_url(pages):
    return {page.url: page for page in pages}


def notices():
    return sorted(path.stem for path in (ROOT / "content" / "news").glob("20*.md"))


def test_notices_are_listed_newest_first(by_url):
    main = by_url["news/"].html.split('<main id="main"')[1]
    listed = re.findall(r'<li><a href="(20[^"]+)/">', main)
    assert listed == notices()[::-1]
    assert len(listed) >= 2


def test_a_notice_shows_the_day_of_its_file(by_url):
    for name in notices():
        day = name[:10]
        assert f'发布：<time datetime="{day}">{day}</time>' in by_url[f"news/{name}/"].html


def test_without_an_address_there_is_no_feed_and_no_page_names_one(site, pages):
    assert not (site / "news" / "feed.xml").exists()
    assert all("application/rss+xml" not in page.html for page in pages)


def test_with_an_address_the_feed_holds_the_notices_and_the_site_map_the_days_of_review(published):
    words = (published / "news" / "feed.xml").read_text("utf-8")
    channel = ElementTree.fromstring(words).find("channel")
    items = channel.findall("item")
    expected = [f"{SITE_URL}news/{name}/" for name in notices()[::-1]]
    assert [item.findtext("link") for item in items] == expected
    assert [item.findtext("guid") for item in items] == expected
    days = [parsedate_to_datetime(item.findtext("pubDate")).date().isoformat() for item in items]
    assert days == [name[:10] for name in notices()[::-1]]
    reviewed = re.search(r"^reviewed: (.+)$", (ROOT / "content/law/23.md").read_text("utf-8"), re.M)
    told = rf"<loc>{re.escape(SITE_URL)}law/23/</loc>\s*<lastmod>{reviewed[1]}</lastmod>"
    assert re.search(told, (published / "sitemap.xml").read_text("utf-8"))
    for page in ("index.html", "news/index.html", "law/23/index.html"):
        html = (published / page).read_text("utf-8")
        href = re.search(r'type="application/rss\+xml" href="([^"]+)"', html)[1]
        assert urljoin(f"/{page}", href) == "/news/feed.xml"


def test_a_newer_notice_comes_first_whatever_it_is_called(elsewhere):
    html = (elsewhere / "news" / "index.html").read_text("utf-8")
    assert re.findall(r'<li><a href="(20[^"]+)/">', html)[0] == NOTICE


def test_a_bulletin_is_a_page_of_the_news_and_stands_in_their_list(elsewhere):
    html = (elsewhere / "news" / BULLETIN_FILE / "index.html").read_text("utf-8")
    words = re.sub(r"<[^>]+>", "", html)
    assert f"办结通报：{BULLETIN.title}" in re.search(r"<h1[^>]*>(.*?)</h1>", html)[1]
    assert f'发布：<time datetime="{BULLETIN_FILE[:10]}">' in html
    assert "法院判处一人徒刑。" in words
    assert "钱已经退还1,500元！" in words
    assert 'href="tel:110"' in html
    listed = (elsewhere / "news" / "index.html").read_text("utf-8")
    assert f'<a href="{BULLETIN_FILE}/"><b>办结通报：{BULLETIN.title}</b>' in listed
    assert "什么是办结通报" in listed


@pytest.mark.parametrize("date", [datetime.date(2027, 1, 2), "2027-01-01", None])
def test_a_notice_whose_day_is_not_that_of_its_file_stops_the_build(hook, date):
    file = SimpleNamespace(src_uri="news/2027-01-01-day.md")
    page = SimpleNamespace(file=file, meta={"date": date})
    with pytest.raises(PluginError, match=f"content/{file.src_uri}：开头要有 date: 2027-01-01"):
        hook("news").on_page_content("<h1>通知</h1>", page=page)


def test_a_notice_without_a_day_in_its_name_stops_the_build(hook, config):
    files = SimpleNamespace(
        documentation_pages=lambda: [SimpleNamespace(src_uri="news/opening.md")]
    )
    with pytest.raises(PluginError, match=r"content/news/opening\.md：通知的文件名要写成"):
        hook("news").on_files(files, config=config)


def test_a_moved_address_leads_to_the_new_one_by_a_plain_link(by_url, data):
    for item in data["redirects"]["items"]:
        page, target = by_url[item["from"]], item["to"].partition("#")[0]
        assert page.document.texts["h1"] == by_url[target].document.texts["h1"]
        href = re.search(r'<a class="button" href="([^"]+)"', page.html)[1]
        assert urljoin(f"/{page.url}", href) == f"/{item['to']}"
        assert "http-equiv" not in page.html


@pytest.mark.parametrize(
    ("new", "complaint"),
    [
        ("{from: report/, to: help/hotlines/}", "report/ 现在有这一页"),
        ("{from: q/1/, to: help/}", "q/1/ 现在有这一页"),
        ("{from: old/, to: minors/}", "minors/ 自己也搬走了"),
        ("{from: old/, to: old/}", "old/ 自己也搬走了"),
        ("{from: minors/, to: help/}", "minors/ 写了两次"),
        ("{from: old/, to: 'https://example.com/'}", "的写法不对"),
        ("{from: /old/, to: help/}", "的写法不对"),
    ],
)
def test_the_build_stops_at_an_address_that_would_lead_nowhere(hook, edit, new, complaint):
    pages = [SimpleNamespace(url=url) for url in ("report/", "q/1/")]
    files = SimpleNamespace(documentation_pages=lambda: pages)

    def build(config):
        hook("redirects").on_files(files, config=config)

    with pytest.raises(PluginError, match=rf"content/data/redirects\.yml 第 \d+ 行.*{complaint}"):
        edit("redirects", FIRST, f"  - {new}", build)


def test_an_address_that_moved_to_nowhere_stops_the_build_by_file_and_line(
    workshop,  # noqa: F811
    by_url,
):
    place = next(one for one in by_url["help/"].document.ids() if not one.isascii())
    targets = ["gone/", "help/#nowhere", f"help/#{place}"]
    rows = [f"  - {{from: old-{n}/, to: '{to}'}}" for n, to in enumerate(targets)]
    change(workshop, MOVED, FIRST, "\n".join(rows))
    lines = (workshop / "content" / MOVED).read_text("utf-8").splitlines()
    first = lines.index(rows[0]) + 1
    result = build_site(workshop / "out", root=workshop)
    assert result.returncode != 0
    told = re.findall(r"redirects\.yml 第 (\d+) 行：(.*)", result.stderr)
    assert told == [
        (str(first), "要指到 gone/，没有这一页"),
        (str(first + 1), "要指到 help/#nowhere，那一页没有 #nowhere 这个地方"),
    ]
