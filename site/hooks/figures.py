"""`/numbers/`: what became of the tips, from the publications in content/numbers/*.json.

Each publication has a page for good, `numbers/2027-04-15/`, with its file beside it as it is and as
CSV. `{figures}` stands for the newest one, or says that there is none yet; what stands behind a
colon is listed in `PARTS`. The words of a publication are its own; those around are telling.py's.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from html import escape
from pathlib import Path
from typing import Any

import posters
from dictionary import groups, measures, spans
from generated import page as made
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page
from mkdocs.utils import get_relative_url
from periods import fixed_day, span, stretch
from review import production
from spreadsheet import as_csv
from tables import Table, chart, table
from telling import Told, further, outcomes, sentences, speed, trend
from trail import language_of
from whereabouts import at

from admin.reading.data_files import DataError
from admin.reading.published import PublishedFile, load_published
from admin.reading.publishing import Publishing, load_publishing

MARK = re.compile(r"\{figures(?::([a-z]*))?\}")
REVIEWED = re.compile(r"^reviewed: (\d{4}-\d\d-\d\d)$", re.M)
FOLDERS = {"zh": "", "en": "en/"}
# So many earlier publications are listed openly: two years.
LISTED = 8
ANY_YEAR = 2027
WORDS = {
    "zh": {
        "title": "{}的数",
        "about": "{}收到多少线索，办得怎么样，用了多久。{}公布。",
        "demo": "这些是演示用的数，全是编的，和任何地方都没有关系。",
        "none": "还没有公布过数。什么时候公布，看下面。",
        "trend": "一个季度一个季度看",
        "outcomes": "办结的，结果怎样",
        "speed": "快不快",
        "further": "别的数",
        "whole": "看这一次公布的更多数",
        "all": "文件和网址",
        "files": "给电脑读的：{}，{}。每一项是什么意思，看{}。",
        "cite": "要引用，请写：{}，{}公布，{}。这一页的网址不变，里面的数也不改。",
        "limits": "看数以前，先看{}。",
        "limits_page": "这些数字不能说明什么",
        "dictionary": "数据字典",
        "earlier": "更早的",
        "no_list": "还没有。",
        "published": "{}公布",
        "day": "{}的，{}公布。",
        "next_year": "第二年{}",
        "with_year": "全年的也在这一天。",
    },
    "en": {
        "title": "Numbers for {}",
        "about": "{}: tips that came in, what became of them, how long it took. Published on {}.",
        "demo": "These numbers are made up, for a demonstration. They are about no real place.",
        "none": "No numbers have been published yet. When they will be is said below.",
        "trend": "Quarter by quarter",
        "outcomes": "How closed tips ended",
        "speed": "How long it took",
        "further": "Other numbers",
        "whole": "More of what was published this time",
        "all": "Files and address",
        "files": "For computers: {}, {}. What each number means: {}.",
        "cite": "To cite: {}, published on {}, {}. This address stays, and so do the numbers here.",
        "limits": "Before you read them: {}.",
        "limits_page": "what these numbers do not show",
        "dictionary": "the data dictionary",
        "earlier": "Earlier ones",
        "no_list": "None yet.",
        "published": "published on {}",
        "day": "{}: published on {}.",
        "next_year": "{} of the next year",
        "with_year": " The whole year comes on the same day.",
    },
}

Data = dict[str, Any]


def on_config(config: MkDocsConfig) -> None:
    content = Path(config.docs_dir)
    try:
        found, days = load_published(content), load_publishing(content)
    except DataError as error:
        raise PluginError(str(error).replace(f"{content}/", "content/")) from None
    if production() and any(file.demo for file in found):
        raise PluginError("content/numbers：里面是演示用的数，不能发布。请拿走这些文件。")
    config.extra["published"], config.extra["publishing"] = found, days


def on_files(files: Files, *, config: MkDocsConfig) -> Files:
    """Give each publication its pages and its sheet; MkDocs takes the JSON file itself."""
    found: tuple[PublishedFile, ...] = config.extra["published"]
    for file in found:
        files.append(File.generated(config, f"numbers/{file.day}.csv", content=as_csv(file)))
    for language, folder in FOLDERS.items():
        index = files.get_file_from_path(f"{folder}numbers/index.md")
        for file in found if index else ():
            files.append(publication(config, file, language, index))
    return files


def publication(
    config: MkDocsConfig, file: PublishedFile, language: str, index: File | None
) -> File:
    words, name = WORDS[language], named(file, language)
    reviewed = REVIEWED.search(index.content_string) if index else None
    front: Data = {"title": words["title"].format(name), "short": f"{file.day}", "search": False}
    front["description"] = words["about"].format(name, file.day)
    # Their numbers are read by nobody again; what stands around them is, with the newest.
    front |= {"reviewed": reviewed[1] if reviewed else f"{file.day}", "styles": ["figures"]}
    front |= {"publication": f"{file.day}", "contents": False}
    if language != "zh":
        front |= {"lang": language, "pair": f"numbers/{file.day}.md"}
    body = f"# {front['title']}\n\n{{figures}}"
    return made(config, f"{FOLDERS[language]}numbers/{file.day}/", front, body)


def named(file: PublishedFile, language: str) -> str:
    """Say which quarters a publication told first."""
    return stretch(file.quarters, language) if file.quarters else f"{file.day}"


def on_page_markdown(markdown: str, *, page: Page, config: MkDocsConfig, **_: Any) -> str | None:
    if "{figures" not in markdown:
        return None
    here = Here(page, config)

    def fill(match: re.Match[str]) -> str:
        name = match[1] or ""
        if name not in PARTS:
            line = markdown.count("\n", 0, match.start()) + 1
            known = "、".join(f"{{figures:{one}}}" for one in PARTS if one)
            where = at(page, config, line, match[0])
            raise PluginError(f"{where}：{match[0]} 写错了，能写的是 {{figures}}、{known}。")
        return PARTS[name](here)

    return MARK.sub(fill, markdown)


class Here:
    """A page on which numbers are told: its language, and what was published by then."""

    def __init__(self, page: Page, config: MkDocsConfig) -> None:
        self.url, self.config = page.url, config
        spoken = language_of(page)
        self.language = spoken if spoken in FOLDERS else "en"
        self.words: Data = WORDS[self.language]
        self.found: tuple[PublishedFile, ...] = config.extra["published"]
        self.day: str = page.meta.get("publication", "")

    def told(self) -> Told | None:
        until = [file for file in self.found if not self.day or f"{file.day}" <= self.day]
        return Told(until, self.language) if until else None

    def link(self, name: str, words: str, more: str = "") -> str:
        """Link to a page of /numbers/ in this language, or to one of its files."""
        folder = "" if "." in name else FOLDERS[self.language]
        href = get_relative_url(f"{folder}numbers/{name}", self.url)
        return f'<a href="{escape(href)}"{more}>{words}</a>'


def newest(here: Here) -> str:
    """Tell a publication: all of it on its own page, the beginning elsewhere."""
    told = here.told()
    if told is None:
        return f'<p class="notice">{here.words["none"]}</p>'
    parts = [demo(here)] if told.file.demo else []
    for quarter in told.file.quarters:
        rows = "\n".join(f"<li>{line}</li>" for line in sentences(told, quarter))
        # The page of one quarter is called by it.
        head = [] if here.day and len(told.file.quarters) == 1 else [f"## {told.when(quarter)}"]
        parts += [*head, f'<ul class="told">\n{rows}\n</ul>']
    parts += [limits(here)] if here.day else []
    parts += drawn(here, told)
    parts += whole(here, told) if here.day else [onward(here, told.file)]
    return "\n\n".join(parts)


def limits(here: Here) -> str:
    page = here.link("limits/", here.words["limits_page"])
    return f"<p>{here.words['limits'].format(page)}</p>"


def demo(here: Here) -> str:
    return f'<p class="notice notice--danger"><b>{here.words["demo"]}</b></p>'


def drawn(here: Here, told: Told) -> Iterator[str]:
    language = told.language
    yield from (f"## {here.words['trend']}", chart(trend(told), language))
    for quarter in told.file.quarters[-1:]:
        yield from (f"## {here.words['outcomes']}", chart(outcomes(told, quarter), language))
        yield from (f"## {here.words['speed']}", table(speed(told, quarter), language))


def whole(here: Here, told: Told) -> list[str]:
    tables: list[Table] = [one for one in further(told) if one.rows]
    return [
        f"## {here.words['further']}",
        *(table(one, told.language) for one in tables),
        f"## {here.words['all']}",
        f"<p>{offered(here, told.file)}</p>",
        f"<p>{cited(here, told.file)}</p>",
    ]


def offered(here: Here, file: PublishedFile) -> str:
    links = (here.link(f"{file.day}.{end}", end.upper(), " download") for end in ("csv", "json"))
    dictionary = here.link("dictionary/", here.words["dictionary"])
    return str(here.words["files"].format(*links, dictionary))


def cited(here: Here, file: PublishedFile) -> str:
    site = str(here.config.extra["data"]["footer"]["site"][here.language])
    address = f"{posters.base(here.config) or '/'}{here.url}"
    return str(here.words["cite"].format(escape(site), file.day, escape(address)))


def onward(here: Here, file: PublishedFile) -> str:
    return f"<p>{here.link(f'{file.day}/', here.words['whole'], BUTTON)}</p>"


BUTTON = ' class="button button--quiet"'


def listed(here: Here) -> str:
    """List all publications, the newest first; those of more than two years ago in a fold."""
    rows = [
        f"<li>{here.link(f'{file.day}/', titled(here, file))}</li>" for file in reversed(here.found)
    ]
    if not rows:
        return f"<p>{here.words['no_list']}</p>"
    first, rest = rows[:LISTED], rows[LISTED:]
    fold = f"\n<details><summary>{here.words['earlier']}</summary>\n{plain(rest)}\n</details>"
    return plain(first) + (fold if rest else "")


def titled(here: Here, file: PublishedFile) -> str:
    when = here.words["published"].format(f'<time datetime="{file.day}">{file.day}</time>')
    return f'{named(file, here.language)} <span class="meta">{when}</span>'


def plain(rows: list[str]) -> str:
    return '<ul class="list">\n' + "\n".join(rows) + "\n</ul>"


def fixed_days(here: Here) -> str:
    """Say of each quarter of a year when it is published: any year will do."""
    rows = "\n".join(f"<li>{fixed(here, number)}</li>" for number in range(1, 5))
    return f"<ul>\n{rows}\n</ul>"


def fixed(here: Here, number: int) -> str:
    publishing: Publishing = here.config.extra["publishing"]
    words, day = here.words, publishing.day_of(f"{ANY_YEAR}-Q{number}")
    when = fixed_day(day.month, day.day, here.language)
    later = words["next_year"].format(when) if day.year > ANY_YEAR else when
    told = str(words["day"].format(span(number, here.language), later))
    return f"{told}{words['with_year']}" if number == 4 else told


PARTS: dict[str, Callable[[Here], str]] = {
    "": newest,
    "list": listed,
    "days": fixed_days,
    "measures": lambda here: measures(here.found, here.language),
    "groups": lambda here: groups(here.found, here.config.extra["data"], here.language),
    "spans": lambda here: spans(here.language),
}
