"""Publish as /keys.json what the form's script compares before it seals.

That is the fingerprints of the units' keys, and a hash of the routes, which say what goes to which
unit. They come from content/data/ with the rest of the site, and not from the server that takes
tips: a false key or a false route that it hands out is noticed. admin/reading/keys_file.py writes
the same keys into a built site when `dengshao keys apply` is run; a test compares the two.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig


def on_post_build(*, config: MkDocsConfig) -> None:
    items = config.extra["data"]["keys"]["items"]
    open_ones = [item for item in items if "retiring" not in item]
    older = [one(item) | {"until": item["retiring"]} for item in items if "retiring" in item]
    # The form seals to `keys` alone; the mailbox may use an older one for its tips, up to its day.
    content = {
        "keys": ordered(map(one, open_ones)),
        "retiring": ordered(older),
        "routes": routes_digest(config.extra["data"]),
    }
    text = json.dumps(content, separators=(",", ":"))
    (Path(config.site_dir) / "keys.json").write_text(text + "\n", "utf-8")


def routes_digest(data: dict[str, Any]) -> str:
    """Hash the routes as admin/district/data.py and shared/sealing/routes.js write them."""
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


def one(item: dict[str, str]) -> dict[str, str]:
    return {"unit": item["id"], "fingerprint": item["fingerprint"]}


def ordered(rows: Iterable[dict[str, str]]) -> list[dict[str, str]]:
    return sorted(rows, key=lambda row: tuple(row.values()))
