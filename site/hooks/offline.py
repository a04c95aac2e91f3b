"""A copy of the site that opens from a disk or a stick: `make offline`.

There a folder's address opens a list of files, so every link names its index.html. The form and the
mailbox live on a server: a copy leads to the published site where its address is known
(`site_url`), else to a page that says what to do. `--no-directory-urls` asks for this copy; the
folders stay as they are, so that the hooks and the search index know one shape of address only.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urljoin

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.plugins import event_priority
from mkdocs.structure.pages import Page
from mkdocs.utils import get_relative_url

HREF = re.compile(r'href="([^"#?:]*)([^":]*)"')
EXPLAINED = "about/offline/"

Context = dict[str, Any]


def on_config(config: MkDocsConfig) -> None:
    config.extra["offline"] = not config.use_directory_urls
    config.use_directory_urls = True


def on_template_context(context: Context, *, config: MkDocsConfig, **_: Any) -> Context:
    """Let the page for wrong addresses find its style sheet in a copy.

    On a server nobody knows how deep the wrong address was: the page's own links must begin at
    the site's root, which is the path of `site_url`, or the host's root where none is set.
    """
    if config.extra["offline"]:
        context["base_url"] = "."
    return context


@event_priority(-100)
def on_post_page(output: str, *, page: Page, config: MkDocsConfig) -> str:
    return for_disk(output, page.url, config) if config.extra["offline"] else output


@event_priority(-100)
def on_post_template(output: str, *, config: MkDocsConfig, **_: Any) -> str:
    return for_disk(output, "", config) if config.extra["offline"] else output


def for_disk(html: str, url: str, config: MkDocsConfig) -> str:
    def fill(match: re.Match[str]) -> str:
        path, rest = match[1], match[2]
        if path.startswith("/"):
            return f'href="{outside(path + rest, url, config)}"'
        if path in (".", "..") or path.endswith(("/", "/..")):
            path = path.rstrip("/") + "/index.html"
        return f'href="{path}{rest}"'

    return HREF.sub(fill, html)


def outside(address: str, url: str, config: MkDocsConfig) -> str:
    """Find what an address of the application leads to from a copy."""
    if config.site_url:
        return urljoin(config.site_url, address)
    return get_relative_url(EXPLAINED, url) + "index.html"
