"""Publish the fingerprints of the units' keys as /keys.json, for the form's script to compare.

They come from content/data/keys.yml with the rest of the site, and not from the server that takes
tips: a false key that it hands out is noticed.
"""

from __future__ import annotations

import json
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig


def on_post_build(*, config: MkDocsConfig) -> None:
    items = config.extra["data"]["keys"]["items"]
    keys = [{"unit": item["id"], "fingerprint": item["fingerprint"]} for item in items]
    text = json.dumps({"keys": keys}, separators=(",", ":"))
    (Path(config.site_dir) / "keys.json").write_text(text + "\n", "utf-8")
