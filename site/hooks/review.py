"""Every page says when somebody last read it through; a published district keeps to that.

In a production build (DENGSHAO_ENV=production) a page not reviewed for a year or before its day has
come, or a footer with placeholders, stops the build.
"""

from __future__ import annotations

import datetime
import logging
import os
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.plugins import event_priority
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page
from whereabouts import front

log = logging.getLogger("mkdocs.hooks.review")

DAY = datetime.timedelta(days=1)
YEAR = datetime.timedelta(days=365)
SHANGHAI = datetime.timezone(datetime.timedelta(hours=8))

Context = dict[str, Any]


# Before posters.py asks for an address: the footer is the first thing that a district fills in.
@event_priority(50)
def on_config(config: MkDocsConfig) -> None:
    items = config.extra["data"]["footer"]["items"]
    missing = [item["zh"] for item in items if item.get("placeholder")]
    if missing and production():
        raise PluginError(f"content/data/footer.yml：页脚还没有填好：{'、'.join(missing)}。")


def on_page_context(
    context: Context, *, page: Page, config: MkDocsConfig, nav: Navigation
) -> Context:
    # Decision records carry their own date in the text.
    if "/decisions/0" in page.file.src_uri:
        return context
    reviewed = page.meta.get("reviewed")
    if not isinstance(reviewed, datetime.date):
        raise PluginError(
            f"{front(page, 'reviewed')}：开头要有 reviewed: 年-月-日，像 2026-11-25。"
        )
    age = datetime.datetime.now(SHANGHAI).date() - reviewed
    if say := fault(age):
        tell(page, f"{say}（reviewed: {reviewed}）。请核对一遍，再改日子。")
    context["reviewed"], context["overdue"] = reviewed, age > YEAR
    return context


def fault(age: datetime.timedelta) -> str:
    if age > YEAR:
        return "超过一年没有核对"
    return "核对的日子还没有到" if age < -DAY else ""


def tell(page: Page, say: str) -> None:
    """Stop a production build, and mention it in any other.

    Time passes by itself: what could be built yesterday must not fail today on a desk.
    """
    where = front(page, "reviewed")
    if production():
        raise PluginError(f"{where}：{say}")
    log.info("%s：%s", where, say)


def production() -> bool:
    return os.environ.get("DENGSHAO_ENV") == "production"
