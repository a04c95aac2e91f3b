"""The year's outreach plan and what was done of it: `{outreach}` on a page (used by marks.py).

Numbers from content/data/outreach.yml alone. There is nowhere to write a name, of a village or of a
person: which village was reached, and which was not, would say something about people there.
"""

from __future__ import annotations

from datetime import date
from typing import Any, NamedTuple

from mkdocs.exceptions import PluginError
from review import production
from sayings import say
from tables import BESIDE, Row, Table, table

from admin.reading.demo_names import is_invented
from admin.reading.drawing import bars

NAME = "content/data/outreach.yml"
KINDS = {
    "talks": {
        "zh": ("办宣讲", "办宣讲：计划 {planned} 场，办了 {done} 场。"),
        "en": ("Talks", "Talks: {planned} planned, {done} held."),
    },
    "villages": {
        "zh": ("去村和社区", "去村和社区：计划 {planned} 个，去了 {done} 个。"),
        "en": (
            "Villages and communities",
            "Villages and communities: {planned} planned, {done} reached.",
        ),
    },
    "posters": {
        "zh": ("贴海报", "贴海报：计划 {planned} 张，贴了 {done} 张。"),
        "en": ("Posters", "Posters: {planned} planned, {done} put up."),
    },
    "quizzes": {
        "zh": ("办答题活动", "办答题活动：计划 {planned} 场，办了 {done} 场。"),
        "en": ("Quiz sessions", "Quiz sessions: {planned} planned, {done} held."),
    },
}
WORDS = {
    "zh": {
        "first": "{year} 年计划做多少，到 {day} 做了多少：",
        "none": "{year} 年的计划还没有填。填好以后，这里会有数。",
        "how": "网站编辑：怎么填，写在 <code>content/data/outreach.yml</code> 的开头。",
        "demo": "演示用的数，是编的，不是真的。",
        "what": "做什么",
        "by_quarter": "按季度：做了的 / 计划的",
        "scale": "每一项的横条，按它自己的计划画。",
        "done": "做了",
        "planned": "计划",
        "quarters": ("一季度", "二季度", "三季度", "四季度"),
        "year": "全年",
        "unfilled": "还没填",
    },
    "en": {
        "first": "The plan for {year}, and what was done by {day}:",
        "none": "No plan for {year} has been entered yet. Its numbers will stand here.",
        "how": "For editors: see the top of <code>content/data/outreach.yml</code>.",
        "demo": "These numbers are made up, for demonstration.",
        "what": "What",
        "by_quarter": "By quarter: done / planned",
        "scale": "The bars of each row are drawn by its own plan.",
        "done": "Done",
        "planned": "Planned",
        "quarters": ("Jan–Mar", "Apr–Jun", "Jul–Sep", "Oct–Dec"),
        "year": "All year",
        "unfilled": "not entered",
    },
}

Data = dict[str, Any]
Words = dict[str, Any]


class Kind(NamedTuple):
    """One kind of outreach, in the language of the page."""

    id: str
    name: str
    sentence: str
    planned: list[int]
    done: list[int]


def progress(_argument: str, data: Data, language: str) -> str:
    """Show the plan: sentences first, then bars with the table beside them, then the quarters."""
    plan, words = data["outreach"], say(WORDS, language)
    check(plan)
    year = str(plan["year"])
    # A house that was upgraded has this file as it is shipped: its site says that there is no plan.
    if not plan["items"] or (is_invented(plan) and production()):
        # One block of raw HTML: no blank line, or Markdown would read what follows.
        none = words["none"].format(year=year)
        return f'<div>\n<p class="card">{none}</p>\n<p class="meta">{words["how"]}</p>\n</div>'
    kinds = [kind_of(item, language) for item in plan["items"]]
    told = "\n".join(f"<li>{sentence(kind)}</li>" for kind in kinds)
    demo = f'<p class="notice">{words["demo"]}</p>\n' if is_invented(plan) else ""
    first = words["first"].format(year=year, day=plan["checked"])
    return (
        f"<div>\n{demo}<p>{first}</p>\n<ul>\n{told}\n</ul>\n"
        f"{chart(kinds, words, language)}\n{by_quarter(kinds, words, language)}\n</div>"
    )


def kind_of(item: Data, language: str) -> Kind:
    name, words = say(KINDS[item["id"]], language)
    return Kind(item["id"], name, words, item["planned"], item["done"])


def sentence(kind: Kind) -> str:
    done, planned = whole(kind)
    return kind.sentence.format(planned=f"<b>{planned}</b>", done=f"<b>{done}</b>")


def chart(kinds: list[Kind], words: Words, language: str) -> str:
    """Draw each kind on a scale of its own, for posters outnumber talks."""
    columns = (words["done"], words["planned"])
    beside = say(BESIDE, language)
    pictures = "\n".join(
        f"<div>{kind.name}</div>\n{bars.draw([bars.Bars('', whole(kind))], label=beside)}"
        for kind in kinds
    )
    rows = tuple(Row(kind.name, whole(kind)) for kind in kinds)
    year = table(Table(words["year"], words["what"], columns, rows), language)
    return (
        f'<figure class="chart">\n<div><div role="img" aria-label="{beside}">\n'
        f"{bars.key(columns)}\n{pictures}\n</div>\n"
        f'<p class="meta">{words["scale"]}</p></div>\n{year}\n</figure>'
    )


def whole(kind: Kind) -> tuple[int, int]:
    return sum(kind.done), sum(kind.planned)


def by_quarter(kinds: list[Kind], words: Words, language: str) -> str:
    rows = tuple(Row(kind.name, quarters_of(kind, words)) for kind in kinds)
    return table(Table(words["by_quarter"], words["what"], words["quarters"], rows), language)


def quarters_of(kind: Kind, words: Words) -> tuple[str, ...]:
    done = [*map(str, kind.done), *[words["unfilled"]] * (4 - len(kind.done))]
    return tuple(f"{one} / {two}" for one, two in zip(done, kind.planned, strict=True))


def check(plan: Data) -> None:
    """Refuse what a schema cannot see: a kind that stands twice, what was done before its time."""
    ids = [item["id"] for item in plan["items"]]
    for key in dict.fromkeys(ids):
        if ids.count(key) > 1:
            raise PluginError(f"{NAME}：{key} 写了两次，留一个")
    begun = quarters_begun(plan["year"], date.fromisoformat(plan["checked"]))
    for item in plan["items"]:
        if len(item["done"]) > begun:
            raise PluginError(
                f"{NAME}：{item['id']} 的 done 写了 {len(item['done'])} 个季度。"
                f"到 checked 那天（{plan['checked']}），{plan['year']} 年只开始了 {begun} 个季度"
            )


def quarters_begun(year: int, day: date) -> int:
    if day.year != year:
        return 4 if day.year > year else 0
    return (day.month + 2) // 3
