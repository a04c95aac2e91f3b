"""Publish as /keys.json what the form's script compares before it seals.

That is the fingerprints of the units' keys, and a hash of the routes, which say what goes to which
unit. They come from content/data/ with the rest of the site, and not from the server that takes
tips: a false key or a false route that it hands out is noticed. `dengshao keys apply` writes the
same keys into a built site.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig

from admin.reading.keys_file import combined, lines_of, publish
from admin.reading.routes import digest, text_of


def on_post_build(*, config: MkDocsConfig) -> None:
    data = config.extra["data"]
    # The form seals to `keys` alone; the mailbox may use an older one for its tips, up to its day.
    keys = combined(lines_of(data["keys"]["items"]), [])
    publish(Path(config.site_dir), keys, routes=routes_digest(data))


def routes_digest(data: dict[str, Any]) -> str:
    return digest(text_of(data["routes"], data["categories"]))
