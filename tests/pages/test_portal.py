"""The pages as pieces for a government portal: whole, and touching nothing around."""

import csv
import json
import re
from datetime import date
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

import pytest

from .conftest import ROOT, SITE_URL, Document

HOST = "https://www.example.gov.cn"


@pytest.fixture(scope="module")
def make(tmp_path_factory):
    import sys

    sys.path.insert(0, str(ROOT / "site" / "hooks"))
    try:
        import portal
    finally:
        sys.path.remove(str(ROOT / "site" / "hooks"))
    yield portal
    for name in ("portal", "portal_style"):
        del sys.modules[name]


@pytest.fixture(scope="module")
def folder(make, published, tmp_path_factory):
    target = tmp_path_factory.mktemp("portal") / "portal"
    make.make_portal(published, ROOT / "content", target, SITE_URL)
    return target


@pytest.fixture(scope="module")
def pieces(folder):
    found = {}
    for path in sorted(folder.rglob("*.html")):
        document = Document()
        document.feed(path.read_text("utf-8"))
        found[path] = document
    return found


def links(document):
    return [
        value
        for _tag, attributes in document.elements
        for name, value in attributes.items()
        if name in ("href", "src", "xlink:href", "action")
    ]


def test_every_link_leads_to_a_piece_a_picture_or_the_public_site(folder, pieces, published):
    lost, outside = [], set()
    for path, document in pieces.items():
        for href in links(document):
            parts = urlsplit(href)
            if parts.scheme or parts.netloc:
                outside.add(href)
                continue
            assert not href.startswith("/"), href
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            if (
                not target.is_file()
                or not target.is_relative_to(folder)
                or (parts.fragment and unquote(parts.fragment) not in pieces[target].ids())
            ):
                lost.append((path, href))
    assert lost == []
    for href in outside:
        if href.startswith(SITE_URL) and not urlsplit(href).path.endswith(("/tip/", "/mailbox/")):
            page = published / unquote(urlsplit(href).path.removeprefix(urlsplit(SITE_URL).path))
            assert page.is_file() or (page / "index.html").is_file(), href


def test_the_form_and_the_mailbox_are_the_public_sites_own(pieces):
    app = {href for document in pieces.values() for href in links(document) if "/tip/" in href}
    app |= {href for document in pieces.values() for href in links(document) if "/mailbox/" in href}
    assert {urljoin(HOST, "/tip/"), urljoin(HOST, "/en/tip/"), urljoin(HOST, "/mailbox/")} <= app
    assert all(href.startswith(HOST) for href in app), app


def test_a_piece_has_no_head_no_foot_and_nothing_that_runs(pieces):
    assert len(pieces) > 300
    for path, document in pieces.items():
        tags = [tag for tag, _ in document.elements]
        first, second = document.elements[:2]
        assert (first[0], first[1]["rel"]) == ("link", "stylesheet")
        assert second == ("div", {"class": "dengshao", "lang": second[1]["lang"]})
        left = {"script", "noscript", "header", "footer", "html", "body", "iframe"} & set(tags)
        assert not left, (path, left)
        assert tags.count("h1") == 1, path
        assert not [
            name for _, attributes in document.elements for name in attributes if name[:2] == "on"
        ]
        ids = document.ids()
        assert len(ids) == len(set(ids)), path
        for _tag, attributes in document.elements[2:]:
            named = f"{attributes.get('class') or ''} {attributes.get('id') or ''}".split()
            assert all(name.startswith("ds-") for name in named), (path, named)


def selectors(style):
    """Give every selector of the sheet, those within conditions too."""
    for head in re.findall(r"([^{}]+)\{", style):
        if not head.startswith("@"):
            yield from re.split(r",(?![^(\[]*[)\]])", head)


def test_the_sheet_reaches_nothing_outside_of_a_piece(folder):
    style = (folder / "dengshao.css").read_text("utf-8")
    found = list(selectors(style))
    assert len(found) > 250
    assert [one for one in found if not re.match(r"\.dengshao(?![\w-])", one)] == []
    assert [one for one in found if re.search(r"[.#](?!ds-|dengshao)[a-zA-Z]", one)] == []
    # Sizes hang on nothing that a portal may have set, and no colour turns by night.
    assert not re.search(r"\d(rem|vw|vh)\b", re.sub(r"@media[^{]+", "", style))
    assert "prefers-color-scheme" not in style
    assert not re.search(r"@(import|font-face|page|keyframes)|url\(", style)
    assert style.count("{") == style.count("}")


def test_each_name_that_a_piece_uses_has_its_rule_if_it_has_one_on_the_site(folder, published):
    style = (folder / "dengshao.css").read_text("utf-8")
    lamp = (published / "assets" / "lamp.css").read_text("utf-8")
    for name in ("strip-110", "button", "notice", "card", "table--stack", "number"):
        assert f".{name}" in lamp
        assert f".ds-{name}" in style


def test_the_list_names_every_piece_with_its_day_for_programs_and_for_a_table(folder, pieces):
    listed = json.loads((folder / "list.json").read_text("utf-8"))
    with (folder / "list.csv").open(encoding="utf-8-sig", newline="") as file:
        assert list(csv.DictReader(file)) == listed
    assert (folder / "list.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    assert {folder / row["file"] for row in listed} == set(pieces)
    for row in listed:
        assert row["title"]
        assert row["description"]
        assert date.fromisoformat(row["reviewed"]) <= date(2100, 1, 1)
        assert row["address"].startswith(SITE_URL)
    assert {row["language"] for row in listed} == {"zh-CN", "en"}


def test_residents_pages_alone_are_handed_over(folder):
    files = {path.relative_to(folder).as_posix() for path in folder.rglob("*.html")}
    assert {"index.html", "en/index.html", "law/index.html", "about/real/index.html"} <= files
    for away in ("about/operating/", "about/security/", "about/decisions/", "search/"):
        assert f"{away}index.html" not in files
    assert not [name for name in files if "/sheet/" in name or name.startswith(("q/", "about/dec"))]
    posters = {name for name in files if name.startswith("posters/")}
    assert posters == {"posters/index.html", "posters/loudspeaker/index.html"}
    others = {path.name for path in folder.rglob("*") if path.is_file()} - {
        Path(f).name for f in files
    }
    assert {"dengshao.css", "list.csv", "list.json"} <= others
    assert {Path(name).suffix for name in others} <= {
        ".css",
        ".csv",
        ".json",
        ".svg",
        ".png",
        ".jpg",
    }


def test_each_piece_says_that_another_site_shows_it_and_where_ours_is(pieces):
    for path in pieces:
        words = path.read_text("utf-8")
        is_english = 'class="dengshao" lang="en"' in words
        assert ("is up to it" if is_english else "由它决定") in words
        assert f'href="{SITE_URL}{"en/" if is_english else ""}"' in words


RULES = {
    "html{color:red}": ".dengshao{color:red}",
    ":root{--ink:#000}": ".dengshao{--ink:#000}",
    "#main{padding:.5rem}": ".dengshao{padding:9px}",
    "*,::before{a:b}": ".dengshao *,.dengshao ::before{a:b}",
    "h1,.card>p{margin:1rem 0 2em}": ".dengshao h1,.dengshao .ds-card>p{margin:18px 0 2em}",
    "html:not(.elder) .beside{width:50vw}": "",
    ".elder .button,.top a{a:b}": "",
    "@media (max-width:30rem){.top{a:b}.card{c:1.5rem}}": (
        "@media (max-width:30rem){.dengshao .ds-card{c:27px}}"
    ),
    "@media (prefers-color-scheme:dark){:root{--ink:#fff}}": "",
    "@page{margin:0}": "",
    "@keyframes a{from{b:c}to{d:e}}": "",
}


@pytest.mark.parametrize(("rule", "scoped"), RULES.items())
def test_a_rule_keeps_to_the_pieces(hook, rule, scoped):
    assert hook("portal_style").scoped(rule) == scoped


def test_a_folder_of_others_is_not_touched_and_ones_own_is_written_anew(make, tmp_path, published):
    content = ROOT / "content"
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "file").write_text("x")

    with pytest.raises(make.NoPortal):
        make.make_portal(published, content, tmp_path / "other", SITE_URL)
    own = tmp_path / "own"
    own.mkdir()
    make.make_portal(published, content, own, SITE_URL)
    (own / "left.html").write_text("x")
    make.make_portal(published, content, own, SITE_URL)

    assert [path.name for path in (tmp_path / "other").iterdir()] == ["file"]
    assert not (own / "left.html").exists()


def test_a_rule_that_no_piece_can_have_stops_the_making(hook):
    with pytest.raises(ValueError, match="font-face"):
        hook("portal_style").scoped("@font-face{src:url(a)}")
