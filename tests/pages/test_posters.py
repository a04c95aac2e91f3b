"""Posters: the codes on the walls lead on for ever, and each sheet prints on one A4 page."""

import base64
import re
from urllib.parse import urljoin

import pytest
import yaml
import zxingcpp
from mkdocs.exceptions import PluginError

from tests.posters import print_sheet, sheets

from .conftest import ROOT, SITE_URL, build_site, read_page
from .test_build import change, workshop  # noqa: F401

# Every number that was ever printed, with its sheet. Lines are added here, never changed.
GIVEN = {
    1: "danger-first",
    2: "law-in-brief",
    3: "no-name",
    4: "village-bully",
    5: "loans",
    6: "sextortion",
    7: "drug-disguise",
    8: "treatment",
    9: "protection",
    10: "family",
    11: "children",
    12: "what-now",
}
POSTERS = "data/posters.yml"
PIXELS = """async png => {
    const blob = await (await fetch("data:image/png;base64," + png)).blob();
    const picture = await createImageBitmap(blob);
    const canvas = new OffscreenCanvas(picture.width, picture.height);
    const pen = canvas.getContext("2d");
    pen.drawImage(picture, 0, 0);
    const all = pen.getImageData(0, 0, picture.width, picture.height).data;
    const rows = [];
    for (let y = 0; y < picture.height; y += 1) {
        const row = new Uint8Array(picture.width);
        for (let x = 0; x < picture.width; x += 1) row[x] = all[4 * (y * picture.width + x) + 1];
        rows.push(String.fromCharCode(...row));
    }
    return [picture.height, picture.width, btoa(rows.join(""))];
}"""
# Held until a frame was drawn: a picture taken before holds some of the codes on a busy machine.
PAINTED = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
# What is printed and does not fit on its sheet.
SPILLS = """() => [...document.querySelectorAll('.poster')].flatMap(sheet => {
    const edge = sheet.getBoundingClientRect();
    return [...sheet.querySelectorAll('h1, .poster__title, li, .qr, p, b')].filter(part => {
        const box = part.getBoundingClientRect();
        return box.height && (box.bottom > edge.bottom + 1 || box.right > edge.right + 1
            || box.top < edge.top - 1);
    }).concat([...sheet.querySelectorAll('.poster__lines')].filter(part =>
        part.scrollHeight > part.clientHeight + 1)).map(part => part.outerHTML.slice(0, 120));
})"""
OVERLAPS = """() => [...document.querySelectorAll('.poster')].filter(sheet => {
    const last = [...sheet.querySelectorAll('.poster__lines li')].pop().getBoundingClientRect();
    const code = sheet.querySelector('.poster__code').getBoundingClientRect();
    return last.bottom > code.top && last.right > code.left;
}).length"""


@pytest.fixture
def items(data):
    return data["posters"]["items"]


@pytest.fixture
def paper(browser):
    context = browser.new_context(viewport={"width": 794, "height": 1123}, color_scheme="dark")
    yield context.new_page()
    context.close()


def test_no_number_that_was_ever_printed_vanishes_or_changes_hands(items):
    assert {item["n"]: item["id"] for item in items}.items() >= GIVEN.items()
    assert len({item["n"] for item in items}) == len(items)


def test_every_number_leads_to_a_short_page_with_110_and_one_way_on(pages, items):
    by_url = {page.url: page for page in pages}
    for item in items:
        page = by_url[f"q/{item['n']}/"]
        main = page.html.split('<main id="main"')[1].split("</main>")[0]
        assert page.document.texts["h1"] == [item["zh"]]
        assert main.count("<li>") == 2
        assert 'href="tel:110"' in main
        onward = re.findall(r'<a class="button" href="([^"]+)"', main)
        assert [urljoin(f"/{page.url}", href) for href in onward] == [f"/{item['page']}"]
        assert item["page"] in by_url
        assert "http-equiv" not in page.html


def test_the_posters_page_lists_every_sheet_and_the_words_for_the_loudspeaker(pages, items):
    html = next(page.html for page in pages if page.url == "posters/")
    for item in items:
        assert f'<a href="{item["id"]}/"><b>{item["zh"]}</b>' in html
    assert 'href="loudspeaker/"' in html


def test_without_an_address_a_sheet_says_so_loudly_and_shows_no_code(pages, items):
    for item in items:
        html = next(page.html for page in pages if page.url == f"posters/{item['id']}/")
        assert '<b class="placeholder">网址待填写</b>' in html
        assert 'class="qr"' not in html


def decoded(blank, picture):
    """Read the code as a telephone does, from the picture on the screen."""
    height, width, grey = blank.evaluate(PIXELS, base64.b64encode(picture).decode())
    view = memoryview(base64.b64decode(grey)).cast("B", (height, width))
    return [found.text for found in zxingcpp.read_barcodes(view)]


def test_every_code_reads_as_the_full_address_of_its_number(published, paper, browser, items):
    blank = browser.new_page()
    for item in items:
        paper.emulate_media(media="print")
        paper.goto((published / "posters" / item["id"] / "index.html").as_uri())
        address = f"{SITE_URL}q/{item['n']}/"
        paper.evaluate(PAINTED)
        whole = decoded(blank, paper.locator(".poster").first.screenshot())
        assert set(whole) == {address}
        assert len(whole) >= (3 if item["tear"] else 1)
        paper.emulate_media(media="screen")
        paper.evaluate(PAINTED)
        assert decoded(blank, paper.locator(".poster .qr").first.screenshot()) == [address]
    blank.close()


def test_a_strip_to_carry_away_holds_the_code_and_the_address_and_no_word_of_its_subject(
    published, items
):
    for item in items:
        html = (published / "posters" / item["id"] / "index.html").read_text("utf-8")
        strips = re.findall(r'<li><svg class="qr"[^>]*aria-hidden.*?</li>', html, re.S)
        assert len(strips) == (8 if item["tear"] else 0)
        for strip in strips:
            words = " ".join(re.sub(r"<[^>]+>", " ", strip.replace("<wbr>", "")).split())
            assert words == f"灯哨 www.example.gov.cn/dengshao/q/{item['n']}/"


@pytest.mark.parametrize("ink", [False, True], ids=["colour", "bw"])
def test_nothing_runs_off_a_sheet(published, paper, items, ink):
    paper.emulate_media(media="print")
    for item in items:
        paper.goto((published / "posters" / item["id"] / "index.html").as_uri())
        paper.evaluate("ink => { document.getElementById('bw').checked = ink; }", ink)
        assert paper.evaluate(SPILLS) == [], item["id"]
        assert paper.evaluate(OVERLAPS) == 0, item["id"]


def test_every_sheet_is_one_page_of_a4_in_colour_and_in_black_and_white(
    published, browser, tmp_path
):
    for item in sheets(ROOT / "content"):
        for path in print_sheet(browser, published, item, tmp_path):
            words = path.read_bytes()
            assert len(re.findall(rb"/Type\s*/Page\b(?!s)", words)) == 1, path.name
            box = re.search(rb"/MediaBox\s*\[0 0 ([\d.]+) ([\d.]+)\]", words)
            assert [round(float(side)) for side in box.groups()] == [595, 842], path.name


@pytest.mark.parametrize(
    ("site_url", "domain", "root"),
    [
        ("", "待填写", ""),
        ("", "tip.example.gov.cn", "https://tip.example.gov.cn/"),
        ("http://127.0.0.1:8001/", "tip.example.gov.cn", "https://tip.example.gov.cn/"),
        (SITE_URL, "tip.example.gov.cn", SITE_URL),
    ],
)
def test_the_address_may_also_come_from_the_footer(hook, config, site_url, domain, root):
    config.site_url = site_url
    config.extra["data"]["footer"]["site"]["domain"] = domain
    assert hook("posters").base(config) == root


def test_a_retired_sheet_is_no_longer_printed_and_its_code_leads_on(elsewhere):
    assert not (elsewhere / "posters" / "loans").exists()
    page = read_page(elsewhere, elsewhere / "q" / "5" / "index.html")
    assert "不再印了" in page.html
    assert "../../topics/loans/" in [a["href"] for a in page.document.of("a")]
    assert "posters/loans" not in (elsewhere / "posters" / "index.html").read_text("utf-8")


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("- n: 2\n", "- n: 1\n", "编号 1 用了两次"),
        ("- n: 12\n", "- n: 13\n", "编号 12 不见了"),
        ("given: 12", "given: 11", "given 要改成 12"),
        ("id: loans", "id: no-name", "no-name 用了两次"),
        ("tone: help", "tone: loud", "「loud」不能写"),
    ],
)
def test_the_build_stops_at_a_number_that_would_lead_astray(hook, edit, old, new, complaint):
    with pytest.raises(PluginError, match=r"content/data/posters\.yml 第 \d+ 行.*" + complaint):
        edit("posters", old, new, hook("posters").on_config)


def test_a_sheet_that_leads_nowhere_stops_the_build_by_file_and_line(workshop):  # noqa: F811
    change(workshop, POSTERS, "page: topics/loans/", "page: topics/gone/")
    lines = (workshop / "content" / POSTERS).read_text("utf-8").splitlines()
    line = lines.index("    id: loans") + 1
    result = build_site(workshop / "out", root=workshop)
    assert result.returncode != 0
    complaint = f"posters.yml 第 {line} 行：海报 5 要带人去 topics/gone/，没有这一页"
    assert complaint in result.stderr


def test_what_the_loudspeaker_says_takes_sixty_to_ninety_seconds():
    """At the pace of a village loudspeaker, about 220 characters a minute."""
    words = (ROOT / "content" / "posters" / "loudspeaker.md").read_text("utf-8")
    scripts = re.findall(r"^## [一二三四五六七八]、.+$([\s\S]*?)(?=^## )", words, re.M)
    assert len(scripts) >= 4
    for script in scripts:
        assert 240 <= len(re.sub(r"\s", "", script)) <= 330


def test_sheets_speak_in_few_words(items):
    for item in items:
        lines = [line.partition("（")[0] for line in item["lines"]]
        assert all(len(line) <= 20 for line in lines), item["id"]
        assert sum(map(len, lines)) <= 64, item["id"]


def test_the_numbers_in_the_data_stand_in_order():
    posters = yaml.safe_load((ROOT / "content" / POSTERS).read_text("utf-8"))
    numbers = [item["n"] for item in posters["items"]]
    assert numbers == sorted(numbers)
