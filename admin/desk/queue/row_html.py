"""The queue's rows as HTML, kept: the same covers are shown all day, to many members."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from flask import current_app
from markupsafe import Markup

from ...app_state import app_state, made_of_district
from .. import words
from . import words as queue_words
from .listing import QueueRow

KEPT_ROWS: Final = 2000
"""Rows of 1.5 KB that a process keeps for one way of showing them; then it begins anew."""
_ROWS: Final = "dengshao queue rows"


@dataclass(frozen=True)
class Show:
    """What decides besides a row's cover how it is shown."""

    today: date
    tip_address: str
    """The address of a tip's page, without its reference."""
    may_open: bool
    may_choose: bool
    is_custodial: bool
    sees_labels: bool
    """Members' browsers seal category and township for this dispatcher."""


_Kept = dict[Show, dict[QueueRow, Markup]]


def rows_html(rows: Sequence[QueueRow], show: Show) -> Markup:
    """Return the rows of a page, each made only where it differs from all that were shown."""
    kept = _kept(show)
    found = [kept.get(row) for row in rows]
    if missing := [row for row, html in zip(rows, found, strict=True) if html is None]:
        if len(kept) + len(missing) > KEPT_ROWS:
            kept.clear()
        made = dict(zip(missing, _make(missing, show), strict=True))
        kept.update(made)
        found = [html or made[row] for row, html in zip(rows, found, strict=True)]
    return Markup("".join(map(str, found)))  # noqa: S704 (each was escaped when it was made)


def _kept(show: Show) -> dict[QueueRow, Markup]:
    kept: _Kept = made_of_district(_ROWS, lambda _district: {})
    if any(one.today != show.today for one in [*kept]):
        # Yesterday's words are nobody's any more.
        kept.clear()
    return kept.setdefault(show, {})


def _make(rows: Sequence[QueueRow], show: Show) -> list[Markup]:
    around = _around(rows, show)
    template = current_app.jinja_env.get_template("desk/queue/row.html")
    return [Markup(template.render(row=row, **around)) for row in rows]  # noqa: S704 (a template escapes)


def _around(rows: Sequence[QueueRow], show: Show) -> dict[str, Any]:
    """Collect the words of some rows, each that several share once."""
    district = app_state().district
    return {
        "show": show,
        "words": words.queue_words(),
        "channels": queue_words.CHANNELS,
        "labels": {label.id: label.zh for label in district.labels.values()},
        "days": words.day_words({row.received_on for row in rows}, show.today),
        "dues": queue_words.due_words({row.due_on for row in rows}, show.today),
        "rules": {rule.id: rule.zh for rule in district.clocks.rules},
    }
