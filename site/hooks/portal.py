"""The public pages as pieces for the government's portal: `make portal` runs this as a program.

It reads a built site and writes one folder: the middle of each page as a piece of HTML, without
head, foot and scripts; one style sheet that touches nothing around it; the pictures; and a list
that an editor of the portal imports. A link leads to the piece beside it, or, where there is none,
to the public site: the form, the mailbox and the search are there alone.
"""

from __future__ import annotations

import csv
import json
import posixpath
import re
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape, unescape
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

import yaml
from portal_style import PREFIX, ROOT_CLASS, one_sheet

SHEET = "dengshao.css"
HTML = re.compile(r'<html lang="([^"]+)"([^>]*)>')
TITLE = re.compile(r"<title>(.*?)</title>", re.S)
ABOUT = re.compile(r'<meta name="description" content="([^"]*)">')
STYLE = re.compile(r'<link rel="stylesheet" href="(?:[^"]*/)?assets/([^"/]+)\.css">')
MIDDLE = re.compile(r'<main id="main"[^>]*>(.*)</main>', re.S)
DAY = re.compile(r'<time datetime="(\d{4}-\d\d-\d\d)">')
SCRIPT = re.compile(r"<script\b.*?</script>", re.S)
WITHOUT = re.compile(r"</?noscript>")
TAG = re.compile(r"<[a-zA-Z][^<>]*>")
ATTRIBUTE = re.compile(r'(\s)([a-zA-Z-]+)="([^"]*)"')
NAMES = {"class", "id", "for", "name", "list"}
NAMES |= {"aria-labelledby", "aria-describedby", "aria-controls"}
PICTURES = {".svg", ".png", ".jpg", ".jpeg", ".webp", ".gif"}
# What is made to be printed, and what does nothing without scripts, stays on the public site.
NOT_HERE = {"poster", "sheet", "search"}
# Where the codes on paper lead: the public site, for good.
PRINTED = "q/"
FRONT = re.compile(r"\A---\n(.*?)\n---\n", re.S)
# A portal may count who reads what; its pages must not say as ours do that nobody does.
NOTE = {
    "zh": (
        "您现在看的，是放在别的网站上的一页。那个网站记不记您看过什么，由它决定，我们管不了。"
        '写线索、查回复，请到<a href="{home}">灯哨自己的网站</a>。'
    ),
    "en": (
        "You are reading this page on another website. Whether that site notes what you read is up "
        'to it. To report or to read a reply, go to <a href="{home}">our own site</a>.'
    ),
}


class NoPortal(Exception):
    """The folder holds what no portal of ours does: it would be deleted."""


@dataclass(frozen=True)
class Piece:
    """One page as it will stand in the portal."""

    address: str
    """From the root of the site: `law/` or, of the first page, nothing."""
    title: str
    about: str
    reviewed: str
    language: str
    sheets: tuple[str, ...]
    middle: str

    @property
    def file(self) -> str:
        return f"{self.address}index.html"


@dataclass(frozen=True)
class Portal:
    """All pieces by their addresses, the site that they come from, and where that is public."""

    site: Path
    url: str
    pieces: dict[str, Piece]

    def lead(self, href: str, page: str) -> str:
        """Give what an address on this page becomes: the piece beside it, or the public site's."""
        parts = urlsplit(href)
        if parts.scheme or parts.netloc:
            return href
        target = urlsplit(urljoin(f"https://site/{page}", href)).path.removeprefix("/")
        anchor = f"#{PREFIX}{parts.fragment}" if parts.fragment else ""
        if not parts.path:
            return anchor or "#"
        if href.startswith("/"):
            return urljoin(self.url, href)
        if target in self.pieces:
            return relative(self.pieces[target].file, page) + anchor
        if Path(unquote(target)).suffix.lower() in PICTURES:
            return relative(target, page)
        # The public site's own sections have their own names.
        return urljoin(self.url, target) + (f"#{parts.fragment}" if parts.fragment else "")


def relative(file: str, page: str) -> str:
    return posixpath.relpath(file, page.rstrip("/") or ".")


def read_pieces(site: Path, content: Path) -> Iterator[Piece]:
    """Read every page that residents look for, and that is still where it was."""
    moved = yaml.safe_load((content / "data" / "redirects.yml").read_text("utf-8"))["items"]
    gone = {item["from"] for item in moved}
    for path in sorted(site.rglob("index.html")):
        address = path.relative_to(site).as_posix().removesuffix("index.html")
        html = path.read_text("utf-8")
        piece = read_piece(html, address)
        if (
            piece
            and address not in gone
            and not address.startswith(PRINTED)
            and is_for_residents(address, content)
        ):
            yield piece


def read_piece(html: str, address: str) -> Piece | None:
    """Take a page apart; None for one that leads elsewhere, is for printing, or wants scripts."""
    found, middle = HTML.search(html), MIDDLE.search(html)
    sheets = tuple(STYLE.findall(html))
    # A sheet of another name than ours is one for lines that run another way.
    is_turned = any(sheet.startswith(("lamp-", "language-")) for sheet in sheets)
    if not found or not middle or is_turned or NOT_HERE & set(sheets) or "class=" in found[2]:
        return None
    days, about, title = DAY.findall(middle[1]), ABOUT.search(html), TITLE.search(html)
    return Piece(
        address=address,
        title=unescape(title[1]).rpartition(" · ")[0] if title else "",
        about=unescape(about[1]) if about else "",
        reviewed=days[-1] if days else "",
        language=found[1],
        sheets=sheets,
        middle=middle[1],
    )


def is_for_residents(address: str, content: Path) -> bool:
    """Tell whether residents look for it: of about/, only where its words say so."""
    if not address.startswith(("about/", "en/about/")):
        return True
    names = (f"{address.rstrip('/')}.md", f"{address}index.md")
    path = next((content / name for name in names if (content / name).is_file()), None)
    front = FRONT.match(path.read_text("utf-8")) if path else None
    meta = yaml.safe_load(front[1]) if front else {}
    return isinstance(meta, dict) and meta.get("for") == "residents"


def written(piece: Piece, portal: Portal) -> str:
    """Write a piece: names that no page around it has, and links that lead somewhere."""
    middle = WITHOUT.sub("", SCRIPT.sub("", piece.middle)).strip()
    middle = TAG.sub(lambda tag: retagged(tag[0], piece.address, portal), middle)
    sheet = relative(SHEET, piece.address)
    english = piece.language.startswith("en")
    home = escape(urljoin(portal.url, "en/" if english else ""))
    note = NOTE["en" if english else "zh"].format(home=home)
    lines = (
        f'<link rel="stylesheet" href="{sheet}">',
        f'<div class="{ROOT_CLASS}" lang="{piece.language}">',
        middle,
        f'<p class="{PREFIX}meta">{note}</p>',
        "</div>",
    )
    return "\n".join(lines) + "\n"


def retagged(tag: str, page: str, portal: Portal) -> str:
    def changed(found: re.Match[str]) -> str:
        name, value = found[2], unescape(found[3])
        if name in NAMES:
            value = " ".join(PREFIX + one for one in value.split())
        elif name in ("href", "src", "xlink:href", "action"):
            value = portal.lead(value, page)
        else:
            return found[0]
        return f'{found[1]}{name}="{escape(value)}"'

    return ATTRIBUTE.sub(changed, tag)


def pictures(portal: Portal) -> set[str]:
    """Name the pictures that the pieces show or lead to."""
    found = set()
    for piece in portal.pieces.values():
        for name in re.findall(r'(?:src|href)="([^":#?]+)"', piece.middle):
            if Path(unquote(name)).suffix.lower() in PICTURES:
                target = urlsplit(urljoin(f"https://site/{piece.address}", unescape(name))).path
                found.add(unquote(target.removeprefix("/")))
    return found


def rows(portal: Portal) -> list[dict[str, str]]:
    """List the pieces as an editor of the portal asks for them."""
    return [
        {
            "title": piece.title,
            "file": piece.file,
            "address": urljoin(portal.url, piece.address),
            "reviewed": piece.reviewed,
            "description": piece.about,
            "language": piece.language,
        }
        for piece in portal.pieces.values()
    ]


def write_list(target: Path, listed: list[dict[str, str]]) -> None:
    """Write the list twice: for programs, and for a table that opens with its Chinese whole."""
    text = json.dumps(listed, ensure_ascii=False, indent=1)
    (target / "list.json").write_text(text + "\n", "utf-8")
    with (target / "list.csv").open("w", encoding="utf-8-sig", newline="") as file:
        table = csv.DictWriter(file, list(listed[0]))
        table.writeheader()
        table.writerows(listed)


def make_portal(site: Path, content: Path, target: Path, url: str) -> Portal:
    """Write the folder anew, and nothing outside it. Raises `NoPortal` for a folder of others."""
    if target.exists() and any(target.iterdir()) and not (target / SHEET).is_file():
        raise NoPortal(f"{target} 里有别的东西，没有动。请给一个空的文件夹。")
    url = url if url.endswith("/") else f"{url}/"
    pieces = {piece.address: piece for piece in read_pieces(site, content)}
    portal = Portal(site, url, pieces)
    shutil.rmtree(target, ignore_errors=True)
    for piece in pieces.values():
        path = target / piece.file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(written(piece, portal), "utf-8")
    for name in pictures(portal):
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(site / name, target / name)
    used = {sheet for piece in pieces.values() for sheet in piece.sheets}
    # What holds everywhere first, as on every page; then what some pages have besides.
    ordered = sorted(used | {"noscript"}, key=lambda name: (name != "lamp", name))
    sheets = [(site / "assets" / f"{name}.css").read_text("utf-8") for name in ordered]
    (target / SHEET).write_text(one_sheet(sheets), "utf-8")
    write_list(target, rows(portal))
    return portal


if __name__ == "__main__":
    try:
        made = make_portal(*map(Path, sys.argv[1:4]), sys.argv[4])
    except NoPortal as error:
        sys.exit(str(error))
    sys.stdout.write(
        f"写好 {len(made.pieces)} 页，在 {sys.argv[3]}。清单是 list.csv、list.json。\n"
    )
