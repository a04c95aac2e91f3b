"""What pages show of content/data is what stands there."""

import re
from html import unescape
from urllib.parse import unquote, urljoin, urlsplit


def text_of(html):
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", html)))


def page_at(pages, url):
    return next(page for page in pages if page.url == url)


def test_the_table_of_numbers_equals_the_data(pages, data):
    html = page_at(pages, "help/hotlines/").html
    rows = re.findall(r'<tr role="row"><th role="rowheader".*?</tr>', html)
    assert len(rows) == len(data["hotlines"]["items"])
    by_group = [
        item
        for group in data["hotlines"]["groups"]
        for item in data["hotlines"]["items"]
        if item["group"] == group["id"]
    ]
    for row, item in zip(rows, by_group, strict=True):
        words = text_of(row)
        assert (item["number"] or "待填写") in words
        assert item["zh"] in words
        assert item["for"]["zh"] in words
        assert ("待核实" in words) == (item["mark"] == "待核实")
        own = item.get("checked", data["hotlines"]["checked"])
        assert (own in words) == (own != data["hotlines"]["checked"])
        # The number first, then whose it is: both are one thing to press.
        head = text_of(row.split("</th>")[0])
        assert head.split() == [item["number"] or "待填写", *item["zh"].split()]
        dialled = f'href="tel:{item["number"]}"' in row
        assert dialled == (item["kind"] == "phone" and item["number"] is not None)
    captions = re.findall("<caption>.*?</caption>", html)
    assert len(captions) == len(data["hotlines"]["groups"])
    assert all(data["hotlines"]["checked"] in caption for caption in captions)


def test_a_number_that_is_no_longer_answered_is_not_shown(hook, data):
    hotlines = data["hotlines"]
    items = [
        one | ({"retired": True} if one["id"] == "police" else {}) for one in hotlines["items"]
    ]
    html = hook("hotlines").tables(hotlines | {"items": items}, ["danger"], "zh")
    assert "报警" not in html
    assert html.count('<th role="rowheader"') == 2


def test_12337_is_never_offered_as_a_telephone(pages):
    assert all("tel:12337" not in page.html for page in pages)


def test_every_telephone_link_on_every_page_stands_in_the_data(pages, data):
    known = {item["number"] for item in data["hotlines"]["items"] if item["kind"] == "phone"}
    known |= {way["number"] for item in data["places"]["items"] for way in item["contacts"]}
    for page in pages:
        assert set(re.findall(r'href="tel:([^"]+)"', page.html)) <= known, page.url


def test_every_page_carries_the_footer(pages, data):
    for page in pages:
        language = "en" if page.document.of("html")[0]["lang"] == "en" else "zh"
        foot = text_of(page.html.split('<footer class="foot">')[1])
        for item in data["footer"]["items"]:
            assert item[language] in foot, f"{page.url}: {item['id']}"
            assert item.get("value", "") in foot


def test_placeholders_are_loud(pages, data):
    waiting = [item for item in data["footer"]["items"] if item.get("placeholder")]
    for page in pages:
        foot = page.html.split('<footer class="foot">')[1]
        assert foot.count('class="placeholder"') == len(waiting), page.url


def test_every_page_carries_the_meta_of_government_sites(pages, data):
    for page in pages:
        meta = {
            attrs["name"]: attrs["content"] for attrs in page.document.of("meta") if "name" in attrs
        }
        assert meta["SiteDomain"] == data["footer"]["site"]["domain"]
        assert meta["SiteIDCode"] == data["footer"]["site"]["code"]
        if page.url != "404.html":
            assert "ColumnName" in meta or "ArticleTitle" in meta, page.url


def test_the_law_runs_from_article_1_to_77_without_a_gap(data):
    numbers = [entry["id"] for chapter in data["law"]["items"] for entry in chapter["articles"]]
    assert numbers == list(range(1, 78))


def test_chapters_agree_with_the_official_text(shared, data):
    text = next((shared / "laws").glob("反有组织犯罪法*.md")).read_text("utf-8")
    for title, body in re.findall(r"^## 第.+?章 (.+)$([\s\S]*?)(?=^## |\Z)", text, re.M):
        chapter = next(c for c in data["law"]["items"] if c["zh"] == re.sub(r"\s", "", title))
        assert len(chapter["articles"]) == len(re.findall(r"^第.+?条 ", body, re.M)), title


def test_an_article_names_its_source_and_date_of_effect(pages, data):
    for url in ("law/08/", "law/23/", "law/61/"):
        words = text_of(page_at(pages, url).html)
        assert "以官方公布文本为准" in words
        assert data["laws"]["items"][0]["passed"] in words
        assert "自2022年5月1日起施行" in words
        assert "本站还没有导入法条原文" in words


def test_articles_lead_to_their_neighbours_and_their_chapter(pages):
    links = [a["href"] for a in page_at(pages, "law/23/").document.of("a")]
    assert {"../22/", "../24/", "../ch/3/"} <= set(links)


def test_article_23_gives_all_its_conditions_together(pages):
    words = text_of(page_at(pages, "law/23/").html)
    conditions = ("非法利益", "有组织地做", "心理强制", "限制人身自由", "社会秩序", "同时具备")
    assert all(condition in words for condition in conditions)


def test_the_button_to_the_form_carries_its_category(pages):
    assert 'href="/tip/?category=B1"' in page_at(pages, "drugs/").html
    assert 'href="/tip/?official=yes"' in page_at(pages, "report/").html
    assert 'href="/en/tip/"' in page_at(pages, "en/").html


def test_the_form_has_a_door_for_minors_and_one_for_practice(pages):
    assert 'href="/tip/?page=young"' in page_at(pages, "help/minors/").html
    assert 'href="/tip/practice/"' in page_at(pages, "report/").html
    assert 'href="/en/tip/practice/"' in page_at(pages, "en/report/").html


def test_english_pages_about_reporting_stand_in_the_menu_and_describe_their_drawings(pages):
    html = page_at(pages, "en/report/who-can-see/").html
    assert re.search(r'<a href="\.\./" aria-current="true">Report</a>', html)
    labels = re.findall(r'<svg class="drawing"[^>]* aria-label="([^"]*)"', html)
    assert len(labels) == 2
    assert all(label.isascii() or "’" in label for label in labels)
    assert all("data-label-en" not in page.html for page in pages)


def links_of(page):
    addresses = (urljoin(f"http://site/{page.url}", one["href"]) for one in page.document.of("a"))
    return {unquote(urlsplit(address).path).lstrip("/") for address in addresses}


def test_every_page_is_reached_from_the_site_map_link_by_link(pages, data):
    known = {page.url: page for page in pages}
    reached, ring = set(), {"about/sitemap/"}
    while ring:
        reached |= ring
        ring = {url for at in ring for url in links_of(known[at])} & set(known) - reached
    # Addresses that moved, and those on paper, lead to pages; no page leads to them.
    stubs = {item["from"] for item in data["redirects"]["items"]}
    lost = {url for url in set(known) - reached - stubs if not url.startswith("q/")}
    assert lost == {"404.html"}


def test_the_site_map_itself_lists_the_pages_of_every_section(pages):
    listed = links_of(page_at(pages, "about/sitemap/"))
    words = {page.url for page in pages if page.url.count("/") == 2}
    for section in ("help/", "report/", "topics/", "drugs/", "learn/", "about/", "posters/"):
        assert section in listed
        if section != "about/":
            assert {url for url in words if url.startswith(section)} <= listed


def test_the_site_map_and_the_page_about_the_site_list_every_page_about_it_between_them(pages):
    listed = links_of(page_at(pages, "about/sitemap/")) | links_of(page_at(pages, "about/"))
    assert {page.url for page in pages if re.fullmatch("about/[^/]+/", page.url)} <= listed
