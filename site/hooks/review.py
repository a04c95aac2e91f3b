"""Every page says when somebody last read it through; a published district keeps to that.

In a production build (DENGSHAO_ENV=production) a page not reviewed for a year, or a footer with
placeholders, stops the build.
"""

from __future__ import annotations

import datetime
import os
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page

YEAR = datetime.timedelta(days=365)
SHANGHAI = datetime.timezone(datetime.timedelta(hours=8))

Context = dict[str, Any]


def on_config(config: MkDocsConfig) -> None:
    items = config.extra["data"]["footer"]["items"]
    missing = [item["zh"] for item in items if item.get("placeholder")]
    if missing and production():
        raise PluginError(f"content/data/footer.yml still has placeholders: {'、'.join(missing)}")


def on_page_context(
    context: Context, *, page: Page, config: MkDocsConfig, nav: Navigation
) -> Context:
    # Decision records carry their own date in the text.
    if "/decisions/0" in page.file.src_uri:
        return context
    reviewed = page.meta.get("reviewed")
    if not isinstance(reviewed, datetime.date):
        raise PluginError(f"content/{page.file.src_uri}: front matter needs `reviewed: YYYY-MM-DD`")
    overdue = datetime.datetime.now(SHANGHAI).date() - reviewed > YEAR
    if overdue and production():
        raise PluginError(f"content/{page.file.src_uri}: not reviewed since {reviewed}")
    context["reviewed"], context["overdue"] = reviewed, overdue
    return context


def production() -> bool:
    return os.environ.get("DENGSHAO_ENV") == "production"
