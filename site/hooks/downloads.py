"""Offer the copy that opens from a disk (`make offline`) with its size, its sum and its day.

DENGSHAO_OFFLINE names the packed file, as the Makefile does. Where there is none the page says so,
and so does the copy itself: a page never offers what is not there.
"""

from __future__ import annotations

import datetime
import hashlib
import os
import shutil
import zipfile
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.pages import Page
from mkdocs.utils import get_relative_url

NAME = "dengshao-offline.zip"
ADDRESS = f"downloads/{NAME}"
MARK = "<!--download-->"
COPY = '<p class="notice">您现在看的，就是存下来的一份。校验码在正式网站的这一页上。</p>'
NONE = '<p class="notice">这个网站还没有放离线版。想要，就按页面最下面的联系方式说一声。</p>'
OFFER = (
    '<p><a class="button" href="{href}" download>下载离线版（{size} MB）</a></p>'
    "<p>一个压缩文件，名字是 {name}。里面的内容核对到 <time>{day}</time>。</p>"
    '<p>它的校验码（SHA-256）：<br><code id="offline-sum">{sum}</code></p>'
)

Data = dict[str, Any]


def on_config(config: MkDocsConfig) -> None:
    path = os.environ.get("DENGSHAO_OFFLINE", "")
    offered = path and not config.extra["offline"]
    config.extra["download"] = read(Path(path)) if offered else None


def read(path: Path) -> Data:
    """Look into the packed file; one that is broken stops the build."""
    try:
        content = path.read_bytes()
        with zipfile.ZipFile(path) as box:
            year, month, day, *_ = box.infolist()[0].date_time
    except (OSError, zipfile.BadZipFile) as error:
        raise PluginError(
            f"DENGSHAO_OFFLINE={path}：读不了（{error}）。先运行 make offline。"
        ) from None
    return {
        "path": path,
        "size": f"{len(content) / 1e6:.1f}",
        "sum": hashlib.sha256(content).hexdigest(),
        "day": datetime.date(year, month, day).isoformat(),
    }


def on_page_content(html: str, *, page: Page, config: MkDocsConfig, **_: Any) -> str | None:
    if MARK not in html:
        return None
    return html.replace(MARK, offer(page, config))


def offer(page: Page, config: MkDocsConfig) -> str:
    found = config.extra["download"]
    if found is None:
        return COPY if config.extra["offline"] else NONE
    return OFFER.format(name=NAME, href=get_relative_url(ADDRESS, page.url), **found)


def on_post_build(*, config: MkDocsConfig) -> None:
    if found := config.extra["download"]:
        target = Path(config.site_dir) / ADDRESS
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(found["path"], target)
