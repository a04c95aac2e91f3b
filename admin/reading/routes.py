"""The routes as one text: its hash is published, and browsers hold the form's routes against it.

Pure. The app, the site's build and `admin/browser` write the very same.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

_VERSION: Final = "dengshao routes v1"
CLOSED: Final = "closed"
"""Of routes.yml, `sudden`: nobody stands in for a unit whose holder was shut out."""


def current(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the entries of a data file that are in use."""
    return [row for row in rows if not row.get("retired")]


def routes_text(
    takers: Sequence[str],
    contact: Sequence[str] | None,
    units: Mapping[str, Sequence[str]],
    categories: Mapping[str, str],
    offices: Mapping[str, str | None],
    *,
    stands_in: bool = True,
) -> str:
    """Return the routes as text; `units` are those that take tips, each with its `otherwise`.

    Which units are open, and which rest, is not in it: that changes by the day, and a unit that is
    called so gives way along what stands here, never to a unit that was excluded. Whether a resting
    one gives way at all is in it where it does not.
    """
    whole = [
        _VERSION,
        *takers,
        list(contact) if contact else None,
        sorted([unit, list(otherwise)] for unit, otherwise in units.items()),
        sorted([category, route] for category, route in categories.items()),
        [[office, offices[office]] for office in sorted(offices)],
        *([] if stands_in else [CLOSED]),
    ]
    return json.dumps(whole, separators=(",", ":"))


def supervisory_of(routes: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the units that routes.yml names as supervisory: it names one, or a list."""
    named = routes["supervisory"]
    return (named,) if isinstance(named, str) else tuple(named)


def stands_in(routes: Mapping[str, Any]) -> bool:
    """Return whether the route's `otherwise` takes what comes for a unit that rests."""
    return bool(routes.get("sudden") != CLOSED)


def text_of(routes: Mapping[str, Any], categories: Mapping[str, Any]) -> str:
    """Return the text of routes.yml and categories.yml as they were read."""
    pair = routes.get("contact")
    return routes_text(
        (*supervisory_of(routes), routes["upper"]),
        (pair["custodian"], pair["reviewer"]) if pair else None,
        {
            row["id"]: row["otherwise"]
            for row in current(routes["items"])
            if not row.get("practice")
        },
        {row["id"]: row["route"] for row in current(categories["items"])},
        {row["id"]: row.get("unit") for row in current(routes["offices"])},
        stands_in=stands_in(routes),
    )


def digest(text: str) -> str:
    """Return what is published of the routes: SHA-256, in hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()
