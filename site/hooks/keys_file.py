"""Publish as /keys.json what the form's script compares before it seals.

That is the fingerprints of the units' keys, and a hash of the routes, which say what goes to which
unit. They come from content/data/ with the rest of the site, and not from the server that takes
tips: a false key or a false route that it hands out is noticed.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig


def on_post_build(*, config: MkDocsConfig) -> None:
    items = config.extra["data"]["keys"]["items"]
    keys = [{"unit": item["id"], "fingerprint": item["fingerprint"]} for item in items]
    routes = routes_digest(config.extra["data"])
    text = json.dumps({"keys": keys, "routes": routes}, separators=(",", ":"))
    (Path(config.site_dir) / "keys.json").write_text(text + "\n", "utf-8")


def routes_digest(data: dict[str, Any]) -> str:
    """Hash the routes: the text that admin/district.py and lib/routes.js write too."""
    return hashlib.sha256(routes_text(data["routes"], data["categories"]).encode()).hexdigest()


def routes_text(routes: dict[str, Any], categories: dict[str, Any]) -> str:
    """Write what is in use of the two files; units for practice take nothing from the form."""
    pair = routes.get("contact")
    units = [row for row in current(routes["items"]) if not row.get("practice")]
    offices = {row["id"]: row.get("unit") for row in current(routes["offices"])}
    whole = [
        "dengshao routes v1",
        routes["supervisory"],
        routes["upper"],
        [pair["custodian"], pair["reviewer"]] if pair else None,
        sorted([row["id"], row["otherwise"]] for row in units),
        sorted([row["id"], row["route"]] for row in current(categories["items"])),
        [[office, offices[office]] for office in sorted(offices)],
    ]
    return json.dumps(whole, separators=(",", ":"))


def current(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [row for row in rows if not row.get("retired")]
