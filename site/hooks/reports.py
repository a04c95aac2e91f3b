"""Reports of half-years: numbers/reports/2027-h1.md, newest first; a draft is not on the site.

`dengshao counts report` writes them with `draft: true` in their head. As long as that stands there,
`make words` shows the page and a build leaves it out: nobody reads what one person alone has seen.
"""

from __future__ import annotations

import re
from html import escape
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files, InclusionLevel
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page
from mkdocs.utils import get_relative_url
from sayings import say
from trail import language_of

FOLDER = re.compile(r"(?:[a-z]{2,3}/)?numbers/reports/(?!index\.md)(.+)")
NAME = re.compile(r"20\d\d-h[12]\.md")
DRAFT = re.compile(r"\A---\n(?:(?!---\n).*\n)*?draft: true\b")
TABLE = re.compile(
    r"<table>\n<thead>\n<tr>\n(.*?)</tr>\n</thead>\n<tbody>\n(.*?)</tbody>\n</table>", re.S
)
HEAD = re.compile(r"<th>(.*?)</th>")
ROW = re.compile(r"<tr>\n(.*?)</tr>\n", re.S)
CELL = re.compile(r"<td>(.*?)</td>")
PRINT = {"zh": "打印", "en": "Print"}
NONE = {"zh": "还没有报告。", "en": "None has been written yet."}

Context = dict[str, Any]


def on_files(files: Files, *, config: MkDocsConfig) -> None:
    for file in files:
        if file.is_documentation_page() and (found := FOLDER.fullmatch(file.src_uri)):
            if not NAME.fullmatch(found[1]):
                raise PluginError(f"content/{file.src_uri}：半年报告的文件名要像 2027-h1.md")
            if is_draft(file):
                file.inclusion = InclusionLevel.DRAFT


def is_draft(file: File) -> bool:
    return DRAFT.match(Path(file.abs_src_path or "").read_text("utf-8")) is not None


def on_page_content(html: str, *, page: Page, config: MkDocsConfig, **_: Any) -> str | None:
    """Let a report's tables lie in rows on a telephone, and let it be printed with its address."""
    if not FOLDER.fullmatch(page.file.src_uri):
        return None
    page.meta["styles"] = [*page.meta.get("styles", []), "reports"]
    code = language_of(page)
    names = config.extra["data"]["footer"]["site"]
    name = escape(names.get(code, names["en"]))
    address = page.canonical_url if config.site_url else page.url
    head = (
        f'<p class="only-print">{name} {escape(str(address))}</p>\n<p class="no-print"><button '
        f'class="button button--quiet" type="button" data-print hidden>{say(PRINT, code)}'
        "</button></p>"
    )
    return TABLE.sub(stacked, html).replace("</h1>", f"</h1>\n{head}", 1)


def stacked(table: re.Match[str]) -> str:
    """Say at each number of which months it is, and to who listens what a row and a column are."""
    heads = HEAD.findall(table[1])
    columns = "".join(f'<th role="columnheader" scope="col">{head}</th>' for head in heads)
    rows = "\n".join(row(heads, CELL.findall(one)) for one in ROW.findall(table[2]))
    return (
        f'<table class="table--stack" role="table">'
        f'<thead role="rowgroup"><tr role="row">{columns}</tr></thead>'
        f'<tbody role="rowgroup">\n{rows}\n</tbody></table>'
    )


def row(heads: list[str], cells: list[str]) -> str:
    first, *numbers = cells
    told = "".join(
        f'<td role="cell" data-head="{escape(head)}">{number}</td>'
        for head, number in zip(heads[1:], numbers, strict=True)
    )
    return f'<tr role="row"><td role="rowheader">{first}</td>{told}</tr>'


def on_page_context(
    context: Context, *, page: Page, config: MkDocsConfig, nav: Navigation
) -> Context:
    if page.content and "<!--reports-->" in page.content:
        page.content = page.content.replace("<!--reports-->", listed(nav.pages, page))
    return context


def listed(pages: list[Page], here: Page) -> str:
    """List the reports in the language of the page that lists them."""
    code = language_of(here)
    reports = sorted(
        (one for one in pages if FOLDER.fullmatch(one.file.src_uri) and language_of(one) == code),
        key=lambda one: one.url,
        reverse=True,
    )
    rows = "\n".join(
        f'<li><a href="{get_relative_url(one.url, here.url)}">'
        f"<b>{escape(str(one.title))}</b></a></li>"
        for one in reports
    )
    return f'<ul class="list list--rich">\n{rows}\n</ul>' if rows else f"<p>{say(NONE, code)}</p>"
