"""Publish the fingerprints of the units' keys as /keys.json, for the form's script to compare.

They come from content/data/keys.yml with the rest of the site, and not from the server that takes
tips: a false key that it hands out is noticed. admin/keys_file.py writes the same into a built site
when `dengshao keys apply` is run; a test compares the two.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig


def on_post_build(*, config: MkDocsConfig) -> None:
    items = config.extra["data"]["keys"]["items"]
    open_ones = [item for item in items if "retiring" not in item]
    older = [one(item) | {"until": item["retiring"]} for item in items if "retiring" in item]
    # The form seals to `keys` alone; the mailbox may use an older one for its tips, up to its day.
    content = {"keys": ordered(map(one, open_ones)), "retiring": ordered(older)}
    text = json.dumps(content, separators=(",", ":"))
    (Path(config.site_dir) / "keys.json").write_text(text + "\n", "utf-8")


def one(item: dict[str, str]) -> dict[str, str]:
    return {"unit": item["id"], "fingerprint": item["fingerprint"]}


def ordered(rows: Iterable[dict[str, str]]) -> list[dict[str, str]]:
    return sorted(rows, key=lambda row: tuple(row.values()))
