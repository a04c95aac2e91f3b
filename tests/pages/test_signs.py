"""Signposts: what to do and whom to call, contents, drawings, sheets, the copy for a disk."""

import hashlib
import importlib.util
import json
import re
import subprocess
import zipfile
from types import SimpleNamespace
from urllib.parse import quote

import pytest
from mkdocs.exceptions import PluginError

from tests.live import STILL
from tests.node import NODE

from .conftest import ROOT, SITE_URL
from .test_hook_units import page

NOW = ["先走开。", "再打电话。"]
TOPICS = [
    path.relative_to(ROOT / "content").as_posix().removesuffix(".md") + "/"
    for folder in ("topics", "drugs", "en/topics", "en/drugs")
    for path in (ROOT / "content" / folder).glob("*.md")
    if path.stem not in ("index", "glossary")
]
SCREEN = {"width": 360, "height": 740}
# Of each topic: where its box ends, and how many numbers stand above that. The pages of a folder
# have the same head, so that one visit shows them all, one body after another.
BOXES = """async urls => {
  const told = {};
  for (const url of urls) {
    const words = await (await fetch(url)).text();
    document.body.replaceWith(new DOMParser().parseFromString(words, 'text/html').body);
    const box = document.querySelector('.guide');
    told[url] = box && [box.getBoundingClientRect().bottom,
      document.querySelectorAll('.strip-110, .guide a[href^="tel:"]').length];
  }
  return told;
}"""


@pytest.mark.parametrize("folder", ["topics/", "drugs/", "en/"])
def test_a_topic_says_what_to_do_and_whom_to_call_on_its_first_screen(browser, address, folder):
    urls = [address + url for url in TOPICS if url.startswith(folder)]
    tab = browser.new_page(viewport=SCREEN, **STILL)
    tab.goto(urls[0])
    told = tab.evaluate(BOXES, urls)
    tab.close()
    assert len(told) == len(urls) > 1
    assert {url: box for url, box in told.items() if not box or box[0] > 740 or not box[1]} == {}


@pytest.mark.parametrize(
    ("front", "say"),
    [
        ({}, "开头要有 now"),
        ({"now": NOW}, "和 call"),
        ({"call": ["police"]}, "开头要有 now"),
        ({"now": NOW[:1], "call": ["police"]}, "写两三行，现在是 1 行"),
        ({"now": NOW * 2, "call": ["police"]}, "现在是 4 行"),
        ({"now": [NOW[0], "一" * 17], "call": ["police"]}, "超过 16 个字"),
        ({"now": NOW, "call": ["police"] * 4}, "写一到三个"),
        ({"now": NOW, "call": ["nobody"]}, "nobody 不是"),
        # A web page is no telephone, and a number that nobody has filled in cannot be rung.
        ({"now": NOW, "call": ["organized-crime-web"]}, "organized-crime-web 不是"),
        ({"now": NOW, "call": ["local-police"]}, "local-police 不是"),
    ],
)
def test_a_topic_without_a_whole_box_stops_the_build(hook, data, front, say):
    with pytest.raises(PluginError, match=say):
        hook("signposts").guide(page(**front), data["hotlines"])


@pytest.mark.parametrize("uri", ["topics/index.md", "drugs/glossary.md", "help/child.md"])
def test_other_pages_need_no_box(hook, data, uri):
    assert hook("signposts").guide(page(uri), data["hotlines"]) is None


HEAD = "<h1 id='a'>名</h1>\n"
STRIP = '<a class="strip-110" href="tel:110"><b>110</b> <span>打</span></a>'


@pytest.mark.parametrize(
    ("content", "above"),
    [
        (f"{HEAD}<p>话。</p>\n{STRIP}\n<p>又。</p>", f"{HEAD}<p>话。</p>\n{STRIP}"),
        (f"{HEAD}{STRIP}\n<p>又。</p>", f"{HEAD}{STRIP}"),
        (f"{HEAD}<div>话。</div>", HEAD.strip()),
        (f"{HEAD}<p>话。</p>\n<h2>又</h2>", f"{HEAD}<p>话。</p>"),
    ],
)
def test_the_box_stands_below_the_first_lines(hook, content, above):
    assert hook("signposts").OPENING.match(content)[0] == above


SECTION = '<h2 id="s{}">段<em>{}</em></h2><p>话</p>'


@pytest.mark.parametrize(
    ("content", "front", "listed"),
    [
        ("".join(SECTION.format(n, n) for n in "123") + "话" * 900, {}, ["段1", "段2", "段3"]),
        ("".join(SECTION.format(n, n) for n in "123"), {}, []),
        ("".join(SECTION.format(n, n) for n in "12") + "话" * 900, {}, []),
        ("".join(SECTION.format(n, n) for n in "123") + "话" * 900, {"contents": False}, []),
    ],
)
def test_a_page_longer_than_two_screens_lists_what_it_holds(hook, content, front, listed):
    found = hook("signposts").contents(page(**front), content, 0)
    assert [one["title"] for one in found] == listed


def test_each_line_of_a_list_of_contents_leads_to_its_heading(pages):
    lists = 0
    for one in pages:
        if fold := re.search(
            r'<details class="card contents no-print">.*?</details>', one.html, re.S
        ):
            lists += 1
            assert set(re.findall(r'href="#([^"]+)"', fold[0])) <= set(one.document.ids()), one.url
    assert lists > 100


SVG = '<svg viewBox="0 0 9 9" fill="none"><path d="M0 0h9"/></svg>'
DRAWN = {"file": "sand", "title": "一条船", "says": ["夜里有船。"]}


@pytest.mark.parametrize(
    ("front", "svg", "say"),
    [
        ({**DRAWN, "says": []}, SVG, "says（几行）"),
        ({"file": "sand"}, SVG, "says（几行）"),
        ({**DRAWN, "file": "none"}, SVG, "没有 none.svg"),
        (DRAWN, "<p>", "以 <svg 开头"),
        (DRAWN, SVG.replace("<path", "<script"), "不能有 <script"),
        (DRAWN, SVG.replace("<path", '<path style="x"'), "不能有 style="),
        (DRAWN, SVG.replace("<path", '<image href="https://x"'), "不能有 <image"),
        (DRAWN, SVG.replace("<path", "<text"), "不能有 <text"),
    ],
)
def test_a_drawing_without_words_or_with_more_than_lines_stops_the_build(
    hook, config, tmp_path, front, svg, say
):
    config.theme.custom_dir = str(tmp_path)
    (tmp_path / "drawings").mkdir()
    (tmp_path / "drawings" / "sand.svg").write_text(svg)
    with pytest.raises(PluginError, match=say):
        hook("drawings").drawing(page(drawing=front), config)


def test_a_drawing_is_part_of_the_page_and_says_what_it_shows(hook, config, tmp_path):
    config.theme.custom_dir = str(tmp_path)
    (tmp_path / "drawings").mkdir()
    (tmp_path / "drawings" / "sand.svg").write_text(SVG)
    found = hook("drawings").drawing(page(drawing=DRAWN), config)
    assert found["svg"].startswith('<svg class="drawing" role="img" aria-label="一条船" viewBox')
    assert found["says"] == DRAWN["says"]


def test_every_topic_has_a_sheet_whose_code_is_its_own_address(published):
    for url in TOPICS:
        words = (published / url / "share" / "index.html").read_text("utf-8")
        address = f"{SITE_URL}{url}".removeprefix("https://")
        assert re.search(rf'role="img" aria-label="(二维码，打开|QR code, opens) {address}"', words)
        assert f"{address.replace('/', '/<wbr>')}</b>" in words
        topic = (published / url / "index.html").read_text("utf-8")
        assert 'href="share/"' in topic


@pytest.mark.parametrize("gone", ["topics/sand/", "topics/nowhere/"])
def test_what_is_printed_as_a_code_stays_for_good(hook, data, gone):
    sheets = hook("sheets")
    printed = [one for one in data["redirects"]["printed"] if one != "topics/sand/"]
    printed += ["topics/nowhere/"] if gone == "topics/nowhere/" else []
    sand = SimpleNamespace(src_uri="topics/sand.md", url="topics/sand/", content_string="")
    files = SimpleNamespace(documentation_pages=lambda: [sand] if "sand" in gone else [])
    redirects = {**data["redirects"], "printed": printed[-1:]}
    config = SimpleNamespace(
        docs_dir=str(ROOT / "content"), extra={"data": {"redirects": redirects}}
    )
    with pytest.raises(PluginError, match=gone):
        sheets.on_files(files, config=config)


def test_the_home_page_says_who_publishes_and_how_to_check_that(site, data):
    footer = {item["id"]: item for item in data["footer"]["items"]}
    for folder, word in (("", "zh"), ("en/", "en")):
        words = (site / folder / "index.html").read_text("utf-8")
        line = re.search(r'<p class="meta publisher">(.*?)</p>', words)[1]
        assert footer["organizer"][word] in line
        assert footer["organizer"]["value"] in line
        assert 'href="about/real/"' in line
        assert words.index("publisher") < words.index('class="doors"')


def test_help_is_a_list_with_whom_to_call_beside_each_line(site):
    words = (site / "help" / "index.html").read_text("utf-8")
    rows = re.findall(r"<li>(.*?)</li>", words.split('class="picks"')[1].split("</ul>")[0])
    assert len(rows) >= 8
    assert all(re.search(r'<a href="(?!tel:).*<a href="tel:\d+">', row) for row in rows)


def test_residents_search_leaves_out_what_is_for_others(site):
    found = "".join(path.read_text("utf-8") for path in (site / "assets" / "search").glob("*.js"))
    words = (site / "search" / "index.html").read_text("utf-8")
    lists = words.split('id="search-contents"')[1].split("</main>")[0]
    about = (site / "about" / "index.html").read_text("utf-8")
    folder = ROOT / "content" / "about"
    for path in folder.glob("*.md"):
        if path.stem == "index":
            continue
        is_theirs = "\nfor: residents\n" in path.read_text("utf-8")
        assert (f'"about/{path.stem}/"' in found) is is_theirs, path
        assert (f"about/{path.stem}/" in lists) is is_theirs, path
        assert f'href="{path.stem}/"' in about, path
    assert "about/decisions/" not in found


def test_a_wrong_address_is_answered_by_a_search_that_knows_its_words(browser, address, site):
    tab = browser.new_page(viewport=SCREEN, **STILL)
    asked = []
    lost = str(site / "404.html")
    tab.route("**/*-2.html", lambda route: route.fulfill(path=lost, content_type="text/html"))
    tab.on("request", lambda request: asked.append(request.url))
    tab.goto(f"{address}topics/{quote('村霸')}-2.html")
    assert tab.input_value("#q") == "村霸"
    tab.press("#q", "Enter")
    tab.wait_for_selector("#search-results a")
    assert "village-bully" in tab.get_attribute("#search-results a", "href")
    assert not [url for url in asked[1:] if quote("村霸") in url]
    tab.close()


def load_packed():
    path = ROOT / "site" / "hooks" / "packed.py"
    spec = importlib.util.spec_from_file_location("packed", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def packed(tmp_path):
    """A small copy and the file it is packed into."""
    copy = tmp_path / "copy"
    (copy / "a").mkdir(parents=True)
    for name, day in (("index.html", "2026-03-04"), ("a/b.html", "2026-11-25")):
        (copy / name).write_text(f'<meta name="PubDate" content="{day}">')
    load_packed().pack(copy, tmp_path / "one.zip")
    return copy, tmp_path / "one.zip"


def test_the_same_copy_is_packed_into_the_same_bytes(packed, tmp_path):
    copy, one = packed
    (copy / "index.html").touch()
    load_packed().pack(copy, tmp_path / "two.zip")
    assert one.read_bytes() == (tmp_path / "two.zip").read_bytes()
    with zipfile.ZipFile(one) as box:
        assert box.namelist() == ["dengshao/a/b.html", "dengshao/index.html"]
        assert {entry.date_time[:3] for entry in box.infolist()} == {(2026, 11, 25)}


def test_the_site_offers_the_copy_with_its_sum(packed, tmp_path, hook, monkeypatch):
    _, one = packed
    downloads = hook("downloads")
    monkeypatch.setenv("DENGSHAO_OFFLINE", str(one))
    config = SimpleNamespace(extra={"offline": False}, site_dir=str(tmp_path / "site"))
    downloads.on_config(config)
    words = downloads.on_page_content(
        "<!--download-->", page=page("about/offline.md"), config=config
    )
    downloads.on_post_build(config=config)
    offered = tmp_path / "site" / "downloads" / "dengshao-offline.zip"
    assert hashlib.sha256(offered.read_bytes()).hexdigest() in words
    assert 'href="../../downloads/dengshao-offline.zip" download' in words
    assert "2026-11-25" in words


def test_where_there_is_no_copy_none_is_offered(site, hook):
    words = (site / "about" / "offline" / "index.html").read_text("utf-8")
    assert "还没有放离线版" in words
    assert "downloads/" not in words
    downloads = hook("downloads")
    config = SimpleNamespace(extra={"download": None, "offline": True})
    assert "就是存下来的一份" in downloads.offer(page("about/offline.md"), config)


def test_a_packed_copy_that_cannot_be_read_stops_the_build(hook, tmp_path):
    (tmp_path / "x.zip").write_bytes(b"no")
    for path in (tmp_path / "x.zip", tmp_path / "none.zip"):
        with pytest.raises(PluginError, match="先运行 make offline"):
            hook("downloads").read(path)


SAME = """const {transformSync} = require('esbuild');
const jobs = JSON.parse(require('fs').readFileSync(0, 'utf8'));
const less = words => transformSync(words, {minify: true}).code;
console.log(JSON.stringify(jobs.filter(([, a, b]) => less(a) !== less(b)).map(([name]) => name)));
"""


def test_a_slimmed_script_says_the_same(site):
    jobs = [
        [path.name, path.read_text("utf-8"), (site / "assets" / path.name).read_text("utf-8")]
        for path in (ROOT / "site" / "theme" / "assets").glob("*.js")
    ]
    done = subprocess.run(
        [NODE, "-e", SAME], input=json.dumps(jobs), capture_output=True, text=True, cwd=ROOT
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == []
