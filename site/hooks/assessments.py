"""Assessments (等保, 密评, …): content/about/assessments/*.yml, as pages that assessors print.

One file is one document, one of its `pages` is one page with one table: what is asked, whether it
is met, how, by which test or setting, and whose duty it is. tests/rules/test_assessments.py holds
every claim to the tests and settings that it names.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from html import escape
from pathlib import Path
from typing import Any, NamedTuple

import laws
from checks import tell
from faults import spoken
from generated import page as made
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.plugins import event_priority
from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page
from mkdocs.utils import get_relative_url

from admin.reading.data_files import DataError, load_file

HOME = "about/assessments/"
STATES = {"met": "符合", "partial": "部分符合", "na": "不适用", "open": "未做"}
DUTIES = {"software": "软件", "operator": "运维单位", "organizer": "主办单位", "site": "机房或云"}
MORE = {"class": "建议级别", "where": "在哪里", "left": "还差"}
PROOFS = ("tests", "settings")
SCORED = {"deployed": "使用", "algorithm": "算法", "key": "密钥"}
TITLE = "自查表：等保、密评、个人信息、数据、无障碍"
ABOUT = (
    "给测评人员、上级检查、采购单位看。可以直接打印。",
    "“符合”的每一项，都写着哪个测试、哪个设置、哪份文件证明它。",
    "测试没有了，这里的话就通不过检查。证据的名字，就是代码里的名字。",
    "“未做”照实写。归谁做，写在旁边。要求是我们自己的短句，不是标准原文。",
    "这是自查，不是测评结论。结论由有资格的机构下。",
)

HERE = "<!--assessment-->"
ROW = '<tr role="row"><th role="rowheader" scope="row">{}</th>{}</tr>'
HEADS = ("条款和要点", "结论", "怎样做到，凭什么")

Data = dict[str, Any]


def on_config(config: MkDocsConfig) -> None:
    config.extra["assessments"] = read(Path(config.docs_dir))


def read(content: Path) -> dict[str, Data]:
    """Read every document, in its order, by the name of its file."""
    paths = sorted((content / HOME).glob("*.yml"))
    try:
        found = {path.stem: load_file(content, "assessment", path=path) for path in paths}
    except DataError as error:
        raise PluginError(str(error).replace(f"{content}/", "content/")) from None
    return dict(sorted(found.items(), key=lambda pair: int(pair[1]["order"])))


# The rules that words are held to are made ready by checks.py at the same step.
@event_priority(-50)
def on_files(files: Files, *, config: MkDocsConfig) -> Files:
    documents: dict[str, Data] = config.extra["assessments"]
    if not documents:
        return files
    for name, document in documents.items():
        tell_faults(name, document, config)
        address = f"{HOME}{name}/"
        # The site's own lists show the first page of all alone: these would outweigh the rest.
        head = front(document, document["title"])
        files.append(made(config, address, head, body(document), listed=False))
        for part in document["pages"]:
            title = f"{document['short']}：{part['title']}"
            words = body({"title": title, "about": part.get("about", ())})
            files.append(
                made(config, address + part["id"], front(document, title), words, listed=False)
            )
    newest = max(documents.values(), key=lambda one: str(one["checked"]))
    files.append(made(config, HOME, front(newest, TITLE), body({"title": TITLE, "about": ABOUT})))
    return files


def front(document: Data, title: str) -> Data:
    head = {"title": title, "short": title.partition("：")[0], "reviewed": document["checked"]}
    more = {"description": f"{title}。", "search": False, "terms": False, "contents": False}
    return head | more


def body(said: Data) -> str:
    return "\n\n".join([f"# {said['title']}", *said["about"], HERE])


def tell_faults(name: str, document: Data, config: MkDocsConfig) -> None:
    """Hold the words of a file to what those of pages are held to, line by line."""
    path = Path(config.docs_dir) / HOME / f"{name}.yml"
    text = path.read_text("utf-8")
    for words in words_of(document):
        for fault in spoken(words, config.extra["desk"].rules):
            line = text.count("\n", 0, max(text.find(words[:30]), 0)) + 1
            tell(f"content/{HOME}{name}.yml 第 {line} 行：{fault.say}。", config)
    reader = laws.reader(config)
    for one in reader.find(text, data=True):
        for fault in laws.told(one, text, reader):
            tell(f"content/{HOME}{name}.yml 第 {fault.line} 行：{fault.say}。", config)


def words_of(document: Data) -> Iterator[str]:
    for item in claims(document):
        yield from (str(item[key]) for key in ("name", "how", "left", "where") if key in item)


def claims(document: Data) -> Iterator[Data]:
    for part in document["pages"]:
        yield from part["items"]


def on_page_markdown(
    markdown: str, *, page: Page, config: MkDocsConfig, files: Files, **_: Any
) -> str:
    if HERE not in markdown or not page.file.src_uri.startswith(HOME.rstrip("/")):
        return markdown
    return markdown.replace(HERE, filled(page, files, config.extra["assessments"]))


def filled(page: Page, files: Files, documents: dict[str, Data]) -> str:
    """Give what stands below a page's first lines: totals, a document's pages, or one table."""
    uri = page.file.src_uri.removesuffix(".md") + "/"
    name, _, part = uri.removeprefix(HOME).rstrip("/").partition("/")
    leads = Leads(page, files)
    if not name:
        return all_totals(documents, leads)
    document = documents[name]
    if not part:
        every = list(claims(document))
        own = f"来源：{document['source']}"
        return "\n\n".join([totals(every), mean(every), listed(name, document, leads), own])
    number = next(n for n, one in enumerate(document["pages"]) if one["id"] == part)
    items = document["pages"][number]["items"]
    return "\n\n".join([table(items), mean(items), ways_on(name, document, number, leads)])


class Leads(NamedTuple):
    """Makes links from a page, whatever addresses this build has."""

    page: Page
    files: Files

    def to(self, address: str, words: str) -> str:
        file = self.files.get_file_from_path(f"{HOME}{address}.md")
        href = get_relative_url(file.url, self.page.url) if file else ""
        return f'<a href="{href}">{escape(words)}</a>'

    def to_part(self, name: str, part: Data) -> str:
        return self.to(f"{name}/{part['id']}", part["title"])


def all_totals(documents: dict[str, Data], leads: Leads) -> str:
    """Show how each document stands, then what of all of them is whose."""
    rows = [
        (leads.to(name, document["short"]), list(claims(document)))
        for name, document in documents.items()
    ]
    every = [item for _, items in rows for item in items]
    by_document = counted("哪一份", [*rows, ("合计", every)])
    return f"{by_document}\n\n## 按谁的事分\n\n{counted('谁的事', by_duty(every))}"


def totals(items: list[Data]) -> str:
    return counted("谁的事", [*by_duty(items), ("合计", items)])


def by_duty(items: list[Data]) -> list[tuple[str, list[Data]]]:
    owned = [
        (words, [item for item in items if item["duty"] == duty]) for duty, words in DUTIES.items()
    ]
    return [(words, held) for words, held in owned if held]


def counted(head: str, rows: list[tuple[str, list[Data]]]) -> str:
    """Make a table of how many claims are in which state."""
    heads = (*STATES.values(), "共")
    lines = []
    for name, items in rows:
        pairs = zip(heads, sums(items), strict=True)
        cells = "".join(f'<td role="cell" data-head="{one}">{number}</td>' for one, number in pairs)
        lines.append(ROW.format(name, cells))
    return framed((head, *heads), lines)


def sums(items: list[Data]) -> list[int]:
    states = Counter(item["state"] for item in items)
    return [*(states[state] for state in STATES), len(items)]


def listed(name: str, document: Data, leads: Leads) -> str:
    """List the pages of a document, each with how its claims stand."""
    rows = []
    for part in document["pages"]:
        pairs = zip(STATES.values(), sums(part["items"]), strict=False)
        said = "，".join(f"{words} {number}" for words, number in pairs if number)
        rows.append(f"- {leads.to_part(name, part)}：{said}")
    return "## 各部分\n\n" + "\n".join(rows)


def table(items: list[Data]) -> str:
    return framed(HEADS, map(row, items))


def framed(heads: Iterable[str], rows: Iterable[str]) -> str:
    """Make a table that lies in rows on a telephone, and says so to who listens to it."""
    columns = "".join(f'<th role="columnheader" scope="col">{head}</th>' for head in heads)
    lines = "\n".join(rows)
    return (
        f'<table class="table--stack" role="table">'
        f'<thead role="rowgroup"><tr role="row">{columns}</tr></thead>'
        f'<tbody role="rowgroup">\n{lines}\n</tbody></table>'
    )


def row(item: Data) -> str:
    head = escape(f"{item['clause']} {item['name']}")
    stands = f"<b>{STATES[item['state']]}</b><br>{DUTIES[item['duty']]}"
    if "score" in item:
        stands += f"<br>{scored(item['score'])}"
    said = [escape(item["how"])]
    said += [f"{words}：{escape(item[key])}" for key, words in MORE.items() if key in item]
    proofs = [f"<code>{escape(one)}</code>" for key in PROOFS for one in item.get(key, ())]
    said += [f"<small>{'<br>'.join(proofs)}</small>"] if proofs else []
    cells = f'<td role="cell">{stands}</td><td role="cell">{"<br>".join(said)}</td>'
    return ROW.format(head, cells)


def scored(score: dict[str, bool]) -> str:
    parts = "，".join(f"{words}{'√' if score[key] else '×'}" for key, words in SCORED.items())
    return f"{points(score):g} 分（{parts}）"


def points(score: dict[str, bool]) -> float:
    """Give what an object scores: nothing unless used, and half for each of the others it lacks."""
    if not score["deployed"]:
        return 0
    return (0.25, 0.5, 1.0)[score["algorithm"] + score["key"]]


def mean(items: list[Data]) -> str:
    found = [points(item["score"]) for item in items if "score" in item]
    if not found:
        return ""
    return f"打了分的有 {len(found)} 项，平均 {sum(found) / len(found):.2f} 分。"


def ways_on(name: str, document: Data, number: int, leads: Leads) -> str:
    """Lead to the pages before and behind this one."""
    pages = document["pages"]
    around = [("上一页", pages[number - 1])] if number else []
    around += [("下一页", one) for one in pages[number + 1 : number + 2]]
    back = f"回到：{leads.to(name, document['title'])}"
    return "\n\n".join([*(f"{words}：{leads.to_part(name, part)}" for words, part in around), back])
