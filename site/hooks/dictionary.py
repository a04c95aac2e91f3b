"""The data dictionary: what each measure means, as the newest publication says it, or the code.

An older publication keeps the words of its time: where they were others, they stand below.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from html import escape
from typing import Any

from admin.reading.published import (
    BUCKETS,
    PublishedFile,
    PublishedGroup,
    PublishedMeasure,
    measures_now,
)

Data = dict[str, Any]

WORDS: dict[str, Data] = {
    "zh": {
        "measures": "每一项",
        "measure": "名字和代号",
        "means": "意思",
        "grain": {"month": "月", "quarter": "季度", "year": "年"},
        "kind": {"count": "最细到{}", "median": "中位数，最细到{}"},
        "by_group": "分组",
        "parts": "等于这几项相加：{}",
        "how": "怎么算",
        "and": "、",
        "stop": "；",
        "older": "{}那次公布的，说法不一样",
        "groups": "每一组",
        "group": "代号",
        "name": "名字",
        "spans": "天数怎样分段",
        "span": "代号",
        "said": "多少天",
        "all": "全部",
    },
    "en": {
        "measures": "Every measure",
        "measure": "Name and code",
        "means": "Meaning",
        "grain": {"month": "month", "quarter": "quarter", "year": "year"},
        "kind": {"count": "down to the {}", "median": "median, down to the {}"},
        "by_group": "by group",
        "parts": "the sum of {}",
        "how": "How it is told",
        "and": ", ",
        "stop": "; ",
        "older": "Worded otherwise in the publication of {}",
        "groups": "Every group",
        "group": "Code",
        "name": "Name",
        "spans": "Ranges of days",
        "span": "Code",
        "said": "Days",
        "all": "All",
    },
}


def measures(files: Sequence[PublishedFile], language: str) -> str:
    words = WORDS[language]
    newest = files[-1].measures if files else measures_now()
    parts = [_measures(newest, str(words["measures"]), language)]
    known = set(newest)
    for file in reversed(files):
        if others := [one for one in file.measures if one not in known]:
            parts.append(_measures(others, words["older"].format(file.day), language))
            known.update(others)
    return "\n\n".join(parts)


def _measures(listed: Iterable[PublishedMeasure], caption: str, language: str) -> str:
    words = WORDS[language]
    heads = (words["measure"], words["means"], words["how"])
    rows = (
        (
            f"{escape(getattr(one, language))} <code>{one.id}</code>",
            escape(getattr(one.means, language)),
            escape(_how(one, words)),
        )
        for one in listed
    )
    return _table(caption, heads, rows)


def _how(one: PublishedMeasure, words: Data) -> str:
    told = [words["kind"][one.kind].format(words["grain"][one.grain])]
    told += [words["by_group"]] if one.by_group else []
    told += [words["parts"].format(words["and"].join(way)) for way in one.parts]
    return str(words["stop"].join(told))


def groups(files: Sequence[PublishedFile], data: Data, language: str) -> str:
    """Name the groups of the newest publication, or those that are in use; in their order."""
    words = WORDS[language]
    newest = files[-1].groups if files else tuple(_in_use(data))
    rows = [("all", words["all"]), *((one.id, getattr(one, language)) for one in newest)]
    return _table(words["groups"], (words["group"], words["name"]), _coded(rows))


def _in_use(data: Data) -> Iterator[PublishedGroup]:
    for row in data["count_groups"]["items"]:
        if not row.get("retired"):
            yield PublishedGroup(row["id"], row["zh"], row["en"])


def spans(language: str) -> str:
    words = WORDS[language]
    rows = ((code, getattr(said, language)) for code, said in BUCKETS.items())
    return _table(words["spans"], (words["span"], words["said"]), _coded(rows))


def _coded(rows: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    return ((f"<code>{code}</code>", escape(name)) for code, name in rows)


def _table(caption: str, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Write a table whose cells are HTML; one of many columns is stacked on a small screen."""
    kind = ' class="table--stack"' if len(heads) > 2 else ""
    head = "".join(f'<th scope="col">{escape(one)}</th>' for one in heads)
    body = "\n".join(
        f'<tr><th scope="row">{first}</th>{"".join(f"<td>{one}</td>" for one in rest)}</tr>'
        for first, *rest in rows
    )
    return (
        f"<table{kind}><caption>{escape(caption)}</caption>\n"
        f"<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody></table>"
    )
